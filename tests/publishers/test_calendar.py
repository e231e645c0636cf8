"""The calendar for everybody: the next four days of publication that were announced, in each edition's files and language."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from kpis.periods import local_day
from kpis.settings import Settings
from kpis.store import tables
from kpis.store.fields import records
from kpis.store.store import utc_now
from loaders.catalogue import load_folder
from publishers.notices.calendar import calendar, due_days, publications
from tests.publishers.house import House
from tests.shared import copied, empty
from tests.small_government import write_small_government

CHOSEN = Settings(PUBLIC_URL="https://office.example.jp", EDITIONS_URL="https://kpi.example.jp")  # type: ignore[call-arg]
AHEAD = [local_day(utc_now()) + timedelta(days=days) for days in (170, 354, 446, 536, 628)]
ANNOUNCED = {
    "FY2022-Q3": date(2023, 2, 20),
    **dict(zip(("FY2022-Q4", "FY2023-Q1", "FY2023-Q2", "FY2023-Q3", "FY2023-Q4", "FY2024-Q1"), [AHEAD[0], *AHEAD], strict=True)),
}


@pytest.mark.edition
def test_an_edition_announces_the_next_four_days_of_publication_and_no_due_day(tmp_path: Path) -> None:
    first = {"opens_on": "2023-01-01", "due_on": "2023-01-31", "locks_on": "2023-02-01"}
    later = {"opens_on": "2023-01-01", "due_on": "2024-06-30", "locks_on": "2024-07-01"}
    rows = [
        {"period_code": code, **(first if code == "FY2022-Q3" else later), "publishes_on": day.isoformat()}
        for code, day in ANNOUNCED.items()
    ]
    catalogue, official = write_small_government(tmp_path / "data", calendar=rows)
    store = copied(empty(), tmp_path / "own.db")
    assert not [problem for report in load_folder(store, catalogue, official=official) for problem in report.problems]
    house = House(store, tmp_path / "editions", utc_now())
    edition = house.publish()
    days = {}
    for folder in ("", "en/"):
        content = (edition.folder / "site" / folder / "calendar.ics").read_bytes()
        made = Calendar.from_ical(content)
        events = made.walk("VEVENT")
        days[folder] = [event.decoded("dtstart") for event in events]
        reported = (b"202301", b"202302", b"202406", b"202407")
        assert not any(month in content for month in reported), "neither what is past nor a day on which bureaus report"
        assert [str(event["url"]) for event in events] == ["https://reform.example.jp/"] * 4
    assert days[""] == days["en/"] == AHEAD[:4]
    assert "FY2022 Q4, FY2023 Q1" in str(events[0]["summary"])


def test_days_are_whole_days_with_names_that_stay() -> None:
    period = records(tables.ReportingPeriod, [{"period_code": "FY2022-Q3", "publishes_on": date(2023, 3, 1)}])
    made = [
        Calendar.from_ical(calendar(publications(period, "ja", CHOSEN, today=date(2023, 1, 1)), "ja", CHOSEN, now=now))
        for now in (datetime(2023, 1, 1), datetime(2023, 1, 2))
    ]
    one, two = (each.walk("VEVENT")[0] for each in made)
    assert one["uid"] == two["uid"] and one.decoded("dtend") == date(2023, 3, 2) and one["transp"] == "TRANSPARENT"
    assert list(due_days([], {}, {}, "ja", CHOSEN, is_office=True)) == []
