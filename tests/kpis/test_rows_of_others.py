"""Rows of a report that became another bureau's after they were uploaded: neither submitted nor approved, but returned and taken out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session, select

from kpis.errors import NotAllowed, StepRefused
from kpis.reporting import submissions
from kpis.reporting.comparison import THEIRS, ReportedRow
from kpis.store import tables
from kpis.store.store import Store
from tests.small_government import ANNA, DAI, IN_TIME, OFFICE, PERIOD, figure, register_row, say_causes

pytestmark = pytest.mark.store


def moved(session: Session) -> None:
    facility = session.get(tables.Facility, "F1")
    assert facility is not None
    facility.bureau_code = "DIGITAL"


def not_reported(session: Session) -> None:
    indicator = session.get(tables.Indicator, "electronic_decision_rate")
    assert indicator is not None
    indicator.is_reported_by_bureaus = False


def led_by_another(session: Session) -> None:
    session.exec(select(tables.ProjectBureau)).one().bureau_code = "DIGITAL"


def led_before(session: Session) -> None:
    session.exec(select(tables.ProjectBureau)).one().valid_to = date(2022, 9, 30)


def led_later(session: Session) -> None:
    session.exec(select(tables.ProjectBureau)).one().valid_from = date(2023, 1, 1)


FACILITY = replace(
    register_row("facility", "F1", cashless_status="introduced", cashless_since=date(2022, 10, 1)),
    issued={"cashless_status": "announced", "cashless_since": None},
)
MILESTONE = register_row("milestone", "M1", actual_end=date(2022, 12, 20))
RATE = figure(numerator=960.0, denominator=1000.0)
CASES = pytest.mark.parametrize(
    ("row", "changes"),
    [(FACILITY, moved), (RATE, not_reported), (MILESTONE, led_by_another), (MILESTONE, led_before), (MILESTONE, led_later)],
    ids=lambda given: getattr(given, "__name__", ""),
)


def upload(store: Store, rows: list[ReportedRow], *, who: str = ANNA, bureau: str = "GENERAL", content: bytes = b"1") -> int:
    workbook = submissions.FilledWorkbook(rows=rows, content=content, name="a.xlsx")
    number = submissions.upload(store, workbook, actor=who, bureau_code=bureau, period_code=PERIOD).report_id
    say_causes(store, number, actor=who, revision=1, as_of=IN_TIME)
    return number


def change(store: Store, changes: Callable[[Session], None]) -> None:
    with store.writing() as session:
        changes(session)


def submit(store: Store, number: int, who: str = ANNA) -> None:
    submissions.submit(store, number, actor=who, revision=1, today=IN_TIME)


@CASES
def test_what_is_another_bureaus_by_now_is_not_approved_but_returned_and_taken_out(
    reporting: Store, row: ReportedRow, changes: Callable[[Session], None]
) -> None:
    upload(reporting, [row, register_row("procedure", "P1", row=6, digital_status="done", digitised_date=date(2022, 11, 1))])
    submit(reporting, 1)
    change(reporting, changes)
    stored = reporting.all_of(tables.Facility), reporting.all_of(tables.Milestone), reporting.count(tables.Observation)
    with pytest.raises(StepRefused, match=rf"{row.key[0]}.* {row.sheet}!"):
        submissions.approve(reporting, 1, actor=OFFICE, revision=1)
    assert (reporting.all_of(tables.Facility), reporting.all_of(tables.Milestone), reporting.count(tables.Observation)) == stored
    submissions.give_back(reporting, 1, actor=OFFICE, revision=1, reason="他局へ移管")
    with pytest.raises(StepRefused, match=row.key[0]):
        submit(reporting, 1)
    with pytest.raises(NotAllowed):
        upload(reporting, [row], content=b"2")
    submissions.take_out(reporting, 1, actor=ANNA, revision=1, rows=[(row.kind, row.key)])
    submit(reporting, 1)
    assert submissions.approve(reporting, 1, actor=OFFICE, revision=1) == 1


@CASES
def test_a_report_with_rows_of_others_may_be_withdrawn(
    reporting: Store, row: ReportedRow, changes: Callable[[Session], None]
) -> None:
    upload(reporting, [row])
    change(reporting, changes)
    with pytest.raises(StepRefused, match=row.key[0]):
        submit(reporting, 1)
    submissions.withdraw(reporting, 1, actor=ANNA, revision=1)


def test_what_a_report_leaves_as_it_is_may_be_another_bureaus(reporting: Store) -> None:
    """Every workbook of a bureau lists its whole register: a facility that moved stands in the way only if it would be written."""
    upload(reporting, [RATE, register_row("facility", "F1", cashless_status="announced")])
    submit(reporting, 1)
    change(reporting, moved)
    assert submissions.approve(reporting, 1, actor=OFFICE, revision=1) >= 1


@pytest.mark.parametrize("way", ["take_out", "withdraw"])
def test_of_two_bureaus_with_the_same_new_code_the_second_does_not_overwrite_the_first(reporting: Store, way: str) -> None:
    upload(reporting, [register_row("procedure", "P3", issued_vintage=0, name_ja="総務の届出", digital_status="planned")])
    theirs = register_row(
        "procedure", "P3", issued_vintage=0, name_ja="乗っ取り", digital_status="done", digitised_date=date(2022, 11, 1)
    )
    upload(reporting, [theirs], who=DAI, bureau="DIGITAL", content=b"2")
    submit(reporting, 1)
    assert submissions.approve(reporting, 1, actor=OFFICE, revision=1) == 1
    with pytest.raises(StepRefused, match=r"DIGITAL .*P3 procedure!"):
        submit(reporting, 2, DAI)
    columns = {("procedure", ("P3",), name): THEIRS for name in ("name_ja", "digital_status")}
    submissions.resolve(reporting, 2, actor=DAI, revision=1, choices=columns)
    with pytest.raises(StepRefused, match=r"DIGITAL .*P3 procedure!"):  # the day would still be written
        submit(reporting, 2, DAI)
    if way == "withdraw":
        submissions.withdraw(reporting, 2, actor=DAI, revision=1)
    else:
        submissions.take_out(reporting, 2, actor=DAI, revision=1, rows=[("procedure", ("P3",))])
        submit(reporting, 2, DAI)
        assert submissions.approve(reporting, 2, actor=OFFICE, revision=1) == 0
    made = reporting.one_of(tables.Procedure, "P3")
    assert (made["bureau_code"], made["name_ja"], made["digital_status"]) == ("GENERAL", "総務の届出", "planned")
