"""What was looked at is what becomes public: nothing else, and whatever others write meanwhile that is not public."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpis.errors import FigureRefused
from kpis.figures.scorecard import tally
from kpis.moment import Moment
from kpis.periods import local_day
from kpis.reporting import people, submissions
from kpis.state import State
from kpis.store.store import Store, utc_now
from tests.publishers.house import House
from tests.small_government import ADMIN, ANNA, IN_TIME, OFFICE, PERIOD, figure, say_causes

pytestmark = pytest.mark.edition


def test_a_draft_and_a_new_person_do_not_take_a_preview_away_and_an_approval_does(reporting: Store, tmp_path: Path) -> None:
    """In an office somebody writes at every moment."""
    house = House(reporting, tmp_path / "editions", utc_now())
    seen = house.preview().figures
    workbook = submissions.FilledWorkbook(rows=[figure(numerator=800.0, denominator=1000.0)], content=b"x", name="x.xlsx")
    draft = submissions.upload(reporting, workbook, actor=ANNA, bureau_code="GENERAL", period_code=PERIOD)
    people.add_person(reporting, actor=ADMIN, email="new@general.example.jp", role="director")
    assert house.publish("下書きのあと", figures=seen).number == 1
    seen = house.preview().figures
    say_causes(reporting, draft.report_id, actor=ANNA, revision=1, as_of=IN_TIME)
    submissions.submit(reporting, draft.report_id, actor=ANNA, revision=1, today=IN_TIME)
    submissions.approve(reporting, draft.report_id, actor=OFFICE, revision=1)
    with pytest.raises(FigureRefused, match="changed after you looked"):
        house.publish("承認のあと", figures=seen)


def test_a_preview_and_its_edition_count_what_the_first_page_counts(house: House) -> None:
    """One count for each indicator: figures of bureaus are not counted beside their sum."""
    preview = house.preview()
    moment = Moment(state=State(house.store), as_of=preview.as_of)
    assert len(moment.own) < len(moment.scored)
    assert preview.tally.to_json() == tally(moment.own).to_json() and preview.tally.total == len(moment.own)
    assert house.publish().manifest["statuses"] == tally(Moment(state=State(house.store), as_of=local_day(house.at)).own).to_json()
