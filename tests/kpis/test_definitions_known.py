"""The calendar and the lives of bureaus as they were known at an instant: a list that is loaded later rewrites no minutes."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime

import pytest

from kpis.moment import Moment
from kpis.reporting import meetings
from kpis.reporting.deadlines import coverage, owing, window
from kpis.state import State
from kpis.store import tables
from kpis.store.store import Store, utc_now
from loaders.load import load_file
from telling.agenda import late_reports
from tests.kpis.test_meetings import agenda, minutes_of
from tests.older import put_into_tables_of
from tests.small_government import OFFICE, PERIOD

pytestmark = pytest.mark.store
LATE = date(2023, 3, 1)


def loaded(store: Store, kind: str, table: type, code: str, **changed: object) -> datetime:
    """Load the list again as it stands, with other values in one row; return an instant before."""
    before = utc_now()
    listed = ("opens_on", "due_on", "locks_on", "publishes_on") if kind == "calendar.csv" else ()
    rows = [row for row in store.all_of(table) if not listed or row["due_on"] is not None]
    out = io.StringIO()
    names = [*rows[0].keys() - {"sort_order", "id", *(() if not listed else ("kind", "start_date", "end_date"))}]
    writer = csv.DictWriter(out, names, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        own = {name: int(value) if isinstance(value, bool) else value for name, value in row.items()}
        writer.writerow({**own, **(changed if code in row.values() else {})})
    report = load_file(store, out.getvalue().encode(), name=kind)
    assert not [p for p in report.problems if p.grade == "error"], report.problems
    return before


def late(store: Store, known_at: datetime | None) -> bool:
    standings = coverage(store, [PERIOD], viewer=OFFICE, today=LATE, known_at=known_at)
    return {s.bureau_code: s.is_late for s in standings}["GENERAL"]


def test_a_day_moved_later_changes_nothing_of_what_was_late_before(reporting: Store) -> None:
    first = loaded(reporting, "calendar.csv", tables.ReportingPeriod, PERIOD, due_on=date(2023, 3, 31), locks_on=date(2023, 4, 30))
    second = loaded(reporting, "calendar.csv", tables.ReportingPeriod, PERIOD, due_on=date(2023, 2, 10), locks_on=date(2023, 4, 30))
    third = loaded(reporting, "calendar.csv", tables.ReportingPeriod, PERIOD)  # the same again
    assert [late(reporting, at) for at in (first, second, third, None)] == [True, False, True, True]
    dues = [window(reporting, "", PERIOD, known_at=at).due_on for at in (first, second, third, None)]
    assert dues == [date(2023, 1, 31), date(2023, 3, 31), date(2023, 2, 10), date(2023, 2, 10)]
    assert reporting.count(tables.DefinitionChange) == 2, "what a list says again is no change"


def test_minutes_that_are_closed_name_who_was_late_by_the_calendar_of_then(reporting: Store) -> None:
    minutes = minutes_of(reporting, meetings.close_minutes(reporting, PERIOD, actor=OFFICE, held_on=LATE))

    def named() -> list[tuple[str, str]]:
        then = agenda(reporting, day=LATE, minutes=minutes).telling
        then = replace(then, moment=then.moment.on(LATE))
        return [(row.name, row.since) for row in late_reports(then, PERIOD, viewer=OFFICE, known_at=minutes.known_at)]

    before = named()
    loaded(reporting, "calendar.csv", tables.ReportingPeriod, PERIOD, due_on=date(2040, 3, 31), locks_on=date(2040, 4, 30))
    assert named() == before != []


def test_the_life_of_a_bureau_is_what_was_known_then(reporting: Store) -> None:
    known = loaded(
        reporting, "bureaus.csv", tables.Bureau, "GENERAL", valid_to=date(2022, 12, 30), valid_to_precision="day", is_current=0
    )
    now, then = reporting.organisation(), Moment(state=State(reporting), as_of=LATE, known_at=known)
    assert "GENERAL" not in owing(now, PERIOD) and "GENERAL" in owing(then.organisation, PERIOD)
    assert then.units["GENERAL"].valid_to is None and then.units["GENERAL"].is_current is True
    assert Moment(state=State(reporting), as_of=LATE).units["GENERAL"].valid_to == date(2022, 12, 30)
    assert late(reporting, known)
    assert "GENERAL" not in {s.bureau_code for s in coverage(reporting, [PERIOD], viewer=OFFICE, today=LATE)}
    assert "GENERAL" in {bureau.code for bureau in then.bureaus}


@pytest.mark.edition
def test_what_stood_in_a_database_of_before_counts_as_known_ever_since(reporting: Store) -> None:
    known, rows = utc_now(), reporting.all_of(tables.ReportingPeriod)
    put_into_tables_of("0032", reporting)
    reporting.migrate()
    assert reporting.all_of(tables.ReportingPeriod) == rows and reporting.count(tables.DefinitionChange) == 0
    assert late(reporting, known)
    loaded(reporting, "calendar.csv", tables.ReportingPeriod, PERIOD, due_on=date(2023, 3, 31), locks_on=date(2023, 4, 30))
    assert late(reporting, known) and not late(reporting, None)
