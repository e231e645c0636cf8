"""What follows from its content alone is drawn once, whatever the state: an approval redraws only what it changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from charts.plotly.trajectory import trajectory
from charts.shapes import Counts
from kpis.government import settled
from kpis.moment import Moment
from kpis.settings import ROOT
from kpis.state import State
from kpis.store.tables import Observation
from pages.parts import cached, series
from pages.parts.registers import ready_block
from pages.parts.text import settle_language
from telling.blocks import Block
from tests.shared import copied, shipped

pytestmark = pytest.mark.edition
DAY = date(2026, 3, 31)


def bars(*, done: int = 3) -> Block:
    return Block(key="bars", columns=("a",), rows=((done,),), shape=Counts(bars=(("a", done),), unit="件", total=5))


@pytest.fixture(autouse=True)
def _japanese() -> None:
    settle_language("ja")


def test_the_same_content_is_drawn_once_and_another_anew() -> None:
    first = cached.drawn(bars(), lambda: ready_block(bars()))
    assert cached.drawn(bars(), lambda: pytest.fail("drawn again")) is first
    other = cached.drawn(bars(done=4), lambda: ready_block(bars(done=4)))
    assert other.figure is not None and first.figure is not None and other.figure.to_dict() != first.figure.to_dict()


def test_each_language_and_each_government_has_a_drawing_of_its_own() -> None:
    first = cached.drawn(bars(), lambda: ready_block(bars()))
    settle_language("en")
    assert cached.drawn(bars(), lambda: ready_block(bars())) is not first
    settle_language("ja")
    with settled(ROOT / "tests" / "city" / "catalogue"):
        assert cached.drawn(bars(), lambda: ready_block(bars())) is not first


def test_after_a_change_of_one_figure_only_its_chart_is_drawn_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, units = copied(shipped(), tmp_path / "changed.db"), []
    monkeypatch.setattr(series, "trajectory", lambda shape: units.append(shape.unit) or trajectory(shape))

    def charts() -> int:
        moment = Moment(state=State(store), as_of=DAY)
        monkeypatch.setattr(cached, "moment", lambda: moment)
        monkeypatch.setattr(series, "as_of", lambda: DAY)
        return sum(series.series_chart(scored) is not None for scored in moment.whole)

    assert charts() > 5
    units.clear()
    with store.writing() as session:
        session.execute(
            update(Observation).where(Observation.indicator_code == "fax_reduction_rate").values(value=Observation.value - 1)
        )
    assert charts() > 5
    assert units == ["%"]
