"""A section answers what is asked about its own rows, and nothing else; what is of the whole report is the coordinator's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kpis.errors import NotAllowed
from kpis.government import settled
from kpis.reporting import people, reports, saying, submissions
from kpis.reporting.answering import part_of
from kpis.reporting.comparison import OBSERVATIONS
from kpis.reporting.kept import Warning
from kpis.store.store import Store
from tests.small_government import ANNA, AYA, IN_TIME, PERIOD, figure, settle, write_sections

pytestmark = pytest.mark.store
CLERK, OTHER = "clerk@general.example.jp", "counter@general.example.jp"  # of DOCUMENTS, of COUNTERS
RATE = (OBSERVATIONS, ("electronic_decision_rate", "GENERAL", PERIOD))
SEALS = (OBSERVATIONS, ("seal_abolished_procedures", "GENERAL", PERIOD))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A draft in which two hands differ in a cell of each section, with a doubt about each and one about the whole."""
    made = settle(Store(f"sqlite:///{tmp_path / 'parts.db'}"), tmp_path / "data")
    with settled(write_sections(tmp_path / "data" / "catalogue")):
        for email, section in ((CLERK, "DOCUMENTS"), (OTHER, "COUNTERS")):
            people.add_person(made, actor=people.COMMAND_LINE, email=email, role="section", section_code=section)
        for number, (who, part) in enumerate(((ANNA, "DOCUMENTS"), (AYA, "COUNTERS"))):
            rows = [
                figure(numerator=300.0 + number, denominator=1000.0),
                figure(SEALS[1][0], value=130.0 + number, denominator=300.0),
            ]
            doubts = [
                Warning("x", "usual", "usual", row=RATE),
                Warning("y", "usual", "usual", row=SEALS),
                Warning("z", "usual", "usual"),
            ]
            submissions.upload(
                made,
                submissions.FilledWorkbook(
                    rows=rows, content=part.encode(), name=f"{part}.xlsx", warnings=doubts if number else (), part=part
                ),
                actor=who,
                bureau_code="GENERAL",
                period_code=PERIOD,
            )
        yield made


def opened(store: Store, viewer: str) -> reports.Opened:
    return part_of(store, reports.opened(store, 1, viewer=viewer, as_of=IN_TIME), viewer=viewer)


def test_each_is_asked_about_what_is_theirs(store: Store) -> None:
    asked = {who: opened(store, who) for who in (CLERK, OTHER, ANNA)}
    assert {who: [c.row.key[0] for c in each.clashes] for who, each in asked.items()} == {
        CLERK: [RATE[1][0]], OTHER: [SEALS[1][0]], ANNA: [RATE[1][0], SEALS[1][0]],
    }  # fmt: skip
    assert {who: [w.found for w in each.warnings] for who, each in asked.items()} == {
        CLERK: ["x"],
        OTHER: ["y"],
        ANNA: ["x", "y", "z"],
    }
    assert [i.code for i in asked[CLERK].unspoken] == [RATE[1][0]] and asked[OTHER].unspoken == ()


def test_a_section_answers_for_its_own_rows_and_is_refused_the_others(store: Store) -> None:
    mine, yours = (*RATE, "numerator"), (*SEALS, "value")
    with pytest.raises(NotAllowed, match="seal_abolished_procedures"):
        submissions.settle(store, 1, actor=CLERK, revision=2, choices={mine: 301.0, yours: 131.0})
    assert len(opened(store, ANNA).clashes) == 2, "nothing of a refused answer is kept"
    submissions.settle(store, 1, actor=CLERK, revision=2, choices={mine: 301.0})
    assert [c.row.key[0] for c in opened(store, ANNA).clashes] == [SEALS[1][0]]
    doubts = {w.found: w.id for w in opened(store, ANNA).warnings}
    for found in ("y", "z"):
        with pytest.raises(NotAllowed):
            submissions.confirm(store, 1, actor=CLERK, revision=2, reasons={doubts[found]: "確かめた"})
    submissions.confirm(store, 1, actor=CLERK, revision=2, reasons={doubts["x"]: "確かめた"})
    with pytest.raises(NotAllowed):
        submissions.take_out(store, 1, actor=CLERK, revision=2, rows=[RATE])
    saying.say_why(store, 1, actor=CLERK, revision=2, causes={RATE[1][0]: {"cause_ja": "端末が足りない"}})
    with pytest.raises(NotAllowed):
        saying.say_why(store, 1, actor=OTHER, revision=2, causes={RATE[1][0]: {"cause_ja": "ほかの課の要因"}})
    with pytest.raises(NotAllowed):
        submissions.submit(store, 1, actor=CLERK, revision=2, today=IN_TIME)


def test_why_a_project_is_late_is_asked_of_the_section_whose_it_is_and_of_no_other(store: Store) -> None:
    late, period = date(2023, 4, 10), "FY2022-Q4"
    rows = [
        figure(numerator=960.0, denominator=1000.0, period=period),
        figure(SEALS[1][0], value=290.0, denominator=300.0, period=period),
    ]
    submissions.upload(
        store,
        submissions.FilledWorkbook(rows=rows, content=b"q4", name="q4.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=period,
    )

    def asked(who: str) -> list[str]:
        whole = reports.opened(store, 2, viewer=who, as_of=late)
        return [each.code for each in part_of(store, whole, viewer=who).unspoken if each.is_project]

    assert (asked(CLERK), asked(OTHER), asked(ANNA)) == (["CP2"], [], ["CP2"])
    with pytest.raises(NotAllowed):
        saying.say_why(store, 2, actor=OTHER, revision=1, causes={"CP2": {"cause_ja": "ほかの課の要因"}})
    saying.say_why(store, 2, actor=CLERK, revision=1, causes={"CP2": {"cause_ja": "様式の確認が続く"}})
    assert asked(CLERK) == asked(ANNA) == []
