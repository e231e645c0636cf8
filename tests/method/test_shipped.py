"""Every indicator of the shipped data at every month's end of 2020-01 to 2026-11, worked out twice."""

from __future__ import annotations

import random
from calendar import monthrange
from collections import Counter
from dataclasses import fields
from datetime import date, datetime, timedelta

import pytest

from kpis.figures.scorecard import score_all
from kpis.store.store import Store
from tests.method import shipped
from tests.method.given import Found
from tests.method.side_by_side import as_found, recounted, unequal

DAYS = [date(y, m, monthrange(y, m)[1]) for y in range(2020, 2027) for m in range(1, 13) if (y, m) <= (2026, 11)]
# A cell of the table "As of a day": status, and what must not be said of it.
AS_OF_A_DAY = [
    ("paperless_meeting_rate", date(2026, 11, 25), "unreported"),
    ("pitch_events", date(2026, 11, 25), "unreported"),
    ("dispatch_destinations", date(2026, 11, 25), "unreported"),
    ("office_divisions_cumulative", date(2026, 11, 25), "unreported"),
    ("procedures_digitised", date(2026, 11, 25), "unreported"),
    ("paper_reduction_rate", date(2022, 7, 31), "on_track"),
    ("electronic_decision_rate", date(2023, 6, 30), "missed"),
    ("procedure_digitisation_rate", date(2026, 11, 25), "on_track"),
]


@pytest.fixture(scope="module")
def files() -> dict[tuple[str, str], shipped.Series]:
    """The shipped CSV files, read by the second implementation."""
    return shipped.read()


def asked(store: Store, as_of: date, known_at: datetime | None = None) -> dict[tuple[str, str], Found]:
    """Ask the product for every judgement as of a day."""
    scored = score_all(store.book(), as_of=as_of, known_at=known_at)
    return {(s.entry.definition.code, s.entry.unit_code): as_found(s.judgement) for s in scored}


@pytest.mark.edition
def test_every_judgement_of_every_month_is_what_the_method_page_says(
    tokyo: Store, files: dict[tuple[str, str], shipped.Series]
) -> None:
    wrong: list[str] = []
    statuses: Counter[str] = Counter()
    for day in DAYS:
        mine = recounted(files, day)
        wrong += unequal(mine, asked(tokyo, day), day)
        statuses.update(f.status for f in mine.values())
    compared = sum(statuses.values())
    print(
        f"{compared:,} judgements of {len(files)} series on {len(DAYS)} days, {compared * len(fields(Found)):,} fields: {statuses}"
    )
    assert not wrong, "\n".join(wrong[:40])
    assert compared >= 83 * 109 and len(statuses) >= 9


@pytest.mark.edition
def test_days_drawn_at_random_too(tokyo: Store, files: dict[tuple[str, str], shipped.Series]) -> None:
    draw = random.Random(20263)
    days = [date(2019, 12, 1) + timedelta(days=draw.randrange(4200)) for _ in range(12)]
    wrong = [w for day in days for w in unequal(recounted(files, day), asked(tokyo, day), day)]
    assert not wrong, "\n".join(wrong[:40])


@pytest.mark.edition
def test_what_was_known_by_an_instant(tokyo: Store, files: dict[tuple[str, str], shipped.Series]) -> None:
    """Instants at noon in Tokyo, two days away from any day of publication."""
    known = {m.known for s in files.values() for m in s.marks}
    statuses: Counter[str] = Counter()
    for year, month in ((2020, 6), (2020, 11), (2021, 10), (2022, 3), (2023, 5), (2024, 8)):
        day = next(
            d
            for n in range(28)
            if (d := date(year, month, 1) + timedelta(days=n)) and not {d - timedelta(1), d, d + timedelta(1)} & known
        )
        for as_of in (day, date(2022, 4, 30), date(2026, 11, 25)):
            mine = recounted(files, as_of, day)
            wrong = unequal(mine, asked(tokyo, as_of, datetime(day.year, day.month, day.day, 3)), as_of)
            assert not wrong, f"known on {day}\n" + "\n".join(wrong[:40])
            statuses.update(f.status for f in mine.values())
    assert statuses["on_track"] and statuses["unreported"], statuses


@pytest.mark.parametrize(("code", "day", "status"), AS_OF_A_DAY)
def test_a_day_is_answered_as_of_that_day(
    tokyo: Store, files: dict[tuple[str, str], shipped.Series], code: str, day: date, status: str
) -> None:
    key = next(k for k in files if k[0] == code)
    assert (recounted(files, day)[key].status, asked(tokyo, day)[key].status) == (status, status)


def test_the_cashless_tax_rate_is_stale_and_no_vote_on_now(tokyo: Store, files: dict[tuple[str, str], shipped.Series]) -> None:
    day = date(2026, 11, 25)
    for found in (recounted(files, day), asked(tokyo, day)):
        mine = found["cashless_tax_rate", "TMG"]
        assert mine.is_stale and not mine.is_current and mine.target == "CY2030"
