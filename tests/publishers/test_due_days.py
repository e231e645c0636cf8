"""A report is due to the end of a day where the office is: in other time zones, where clocks change, at the end of years and of February."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kpis.government import settled
from kpis.periods import parse_period
from kpis.reporting.hours import hours_of
from kpis.store import tables
from kpis.store.store import Store
from tests.publishers.telling import Clock, go
from tests.small_government import begin, write_small_government

pytestmark = pytest.mark.store
SECOND = timedelta(seconds=1)
# Where, the period, the day on which its report is due, and in UTC the first second of the third day before it and of the day after it,
# worked out by hand from the rules of each place.
DAYS = [
    ("Europe/Berlin", "FY2022-Q4", "2023-03-26", "2023-03-22T23:00:00", "2023-03-26T22:00:00"),  # a day of 23 hours
    ("Europe/Berlin", "FY2023-Q3", "2023-10-29", "2023-10-25T22:00:00", "2023-10-29T23:00:00"),  # one of 25
    ("Europe/Berlin", "FY2023-Q3", "2023-10-31", "2023-10-27T22:00:00", "2023-10-31T23:00:00"),  # the change lies between
    ("America/New_York", "FY2022", "2023-03-12", "2023-03-09T05:00:00", "2023-03-13T04:00:00"),
    ("America/New_York", "FY2023-Q3", "2023-11-05", "2023-11-02T04:00:00", "2023-11-06T05:00:00"),
    ("America/New_York", "FY2023-Q3", "2023-12-31", "2023-12-28T05:00:00", "2024-01-01T05:00:00"),
    ("Europe/Berlin", "FY2023-Q4", "2024-02-29", "2024-02-25T23:00:00", "2024-02-29T23:00:00"),
    ("Africa/Cairo", "FY2023-Q1", "2023-04-27", "2023-04-23T22:00:00", "2023-04-27T22:00:00"),  # midnight after it does not exist
    ("America/Havana", "FY2023-Q3", "2023-11-04", "2023-11-01T04:00:00", "2023-11-05T04:00:00"),  # midnight after it comes twice
    ("Pacific/Auckland", "FY2023-Q2", "2023-09-24", "2023-09-20T12:00:00", "2023-09-24T11:00:00"),
    ("Asia/Kathmandu", "FY2023-Q3", "2023-12-31", "2023-12-27T18:15:00", "2023-12-31T18:15:00"),
]  # fmt: skip


def elsewhere(folder: Path, zone: str) -> Path:
    """Write the small government with another clock and a fiscal year from January; return its catalogue."""
    catalogue, _ = write_small_government(folder)
    facts = catalogue / "government.toml"
    said = facts.read_text(encoding="utf-8")
    for own, other in (('time_zone = "Asia/Tokyo"', f'time_zone = "{zone}"'), ("first_month = 4", "first_month = 1")):
        assert own in said
        said = said.replace(own, other)
    facts.write_text(said, encoding="utf-8")
    return catalogue


def told(store: Store, period: str, occasion: str) -> list[tuple[str, str]]:
    """Return who is told of which day."""
    rows = store.all_of(tables.Notice, occasion=occasion)
    return sorted((row["reader"], row["subject"]) for row in rows if period in row["subject"])


@pytest.mark.edition
@pytest.mark.parametrize(("zone", "period", "due", "near", "over"), DAYS)
def test_a_report_is_due_to_the_last_second_of_its_day_there_and_told_once(
    tmp_path: Path, zone: str, period: str, due: str, near: str, over: str
) -> None:
    calendar = [{"period_code": period, "opens_on": "2023-01-01", "due_on": due, "locks_on": "2024-06-30"}]
    with settled(elsewhere(tmp_path / "own", zone)):
        assert parse_period(period).end.month == {"": 12, "1": 3, "2": 6, "3": 9, "4": 12}[period.partition("-Q")[2]]
        store = Store(f"sqlite:///{tmp_path / 'own.db'}")
        begin(store, calendar=calendar)
        clock = Clock()
        three, after = datetime.fromisoformat(near), datetime.fromisoformat(over)

        def at(instant: datetime) -> tuple[int, int]:
            clock.now = instant
            for _ in range(2):  # again in the same minute
                go(store, None, clock, NOTICE_HOURS="00:00-23:59")
            return len(told(store, period, "due_in_3")), len(told(store, period, "overdue"))

        managers, everybody = 3, 7  # of two bureaus; both officers are told of each bureau besides
        assert at(three - SECOND) == (0, 0)
        assert at(three) == (managers, 0)
        assert at(after - SECOND) == (managers, 0), "due to the last second"
        assert at(after) == (managers, everybody)
        for later in (SECOND, timedelta(minutes=59), timedelta(hours=1), timedelta(hours=25), timedelta(days=3)):
            assert at(after + later) == (managers, everybody), "never twice"
        subjects = {subject for _, subject in told(store, period, "overdue")}
        assert subjects == {f"{bureau} {period} {due}" for bureau in ("GENERAL", "DIGITAL")}


def test_the_hours_of_the_office_are_those_of_its_clock_on_both_sides_of_a_change(tmp_path: Path) -> None:
    hours = hours_of("mon-sun 02:30-18:00")
    with settled(elsewhere(tmp_path, "Europe/Berlin")):
        for now, opens in (
            ("2023-03-25T18:00", "2023-03-26T01:30"),  # half past two does not exist: an hour after half past one
            ("2023-03-26T18:00", "2023-03-27T00:30"),
            ("2023-10-28T18:00", "2023-10-29T00:30"),  # it comes twice: the first one
            ("2023-10-29T18:00", "2023-10-30T01:30"),
        ):
            assert hours.opening(datetime.fromisoformat(now)) == datetime.fromisoformat(opens), now
        assert not hours.holds(datetime.fromisoformat("2023-03-26T00:59"))
        assert hours.holds(datetime.fromisoformat("2023-03-26T01:30")) and hours.holds(datetime.fromisoformat("2023-10-29T16:59"))
        assert not hours.holds(datetime.fromisoformat("2023-10-29T17:00"))
