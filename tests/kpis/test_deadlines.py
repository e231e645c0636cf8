"""The calendar of reports: what is late, what is offered, and how a refusal names its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kpis.reporting import deadlines
from kpis.reporting.deadlines import ReportStanding, Window
from tests.small_government import PERIOD


def test_a_bureau_is_late_from_the_day_after_its_due_day_or_after_its_leave() -> None:
    window = Window(period_code=PERIOD, opens_on=date(2023, 1, 1), due_on=date(2023, 1, 31), locks_on=date(2023, 3, 31))
    assert [window.is_late(day) for day in (date(2023, 1, 31), date(2023, 2, 1))] == [False, True]
    given = replace(window, leave_until=date(2023, 2, 10))
    assert [given.is_late(day) for day in (date(2023, 2, 10), date(2023, 2, 11))] == [False, True]


def test_a_period_with_a_report_on_its_way_stays_within_reach_however_old_it_is() -> None:
    windows = [
        Window(period_code=f"FY{year}", opens_on=date(year, 4, 1), due_on=date(year, 4, 30), locks_on=None)
        for year in range(2026, 2016, -1)
    ]
    offered = deadlines.within_reach(windows, {"FY2018"}, today=date(2025, 12, 1), most=4)
    assert [w.period_code for w in offered] == ["FY2025", "FY2024", "FY2023", "FY2022", "FY2018"], "FY2026 has not opened"


@pytest.mark.parametrize(
    ("day", "states", "leave", "offered"),
    [
        (date(2026, 7, 15), {}, None, "FY2026-Q1"),  # open now
        (date(2026, 7, 15), {"FY2026-Q1": "approved"}, None, "FY2026-Q1"),  # nothing else can be reported
        (date(2026, 7, 15), {"FY2026-Q1": "submitted"}, date(2026, 7, 20), "FY2025-Q3"),  # an exception lets the oldest in
        (date(2026, 9, 15), {}, None, "FY2026-Q1"),  # all are locked: the latest, not the oldest
        (date(2026, 9, 15), {"FY2026-Q1": "approved", "FY2025-Q4": "approved"}, None, "FY2026-Q1"),
        (date(2026, 8, 10), {"FY2025-Q4": "returned"}, None, "FY2026-Q1"),  # locked
        (date(2026, 5, 20), {"FY2025-Q4": "returned"}, None, "FY2025-Q4"),  # after its due day, but returned
        (date(2025, 12, 1), {}, None, "FY2025-Q3"),  # none has opened: the one that comes next
    ],
)
def test_a_bureau_is_offered_what_it_can_report_now_else_the_latest(
    day: date, states: dict[str, str], leave: date | None, offered: str
) -> None:
    opens = {
        "FY2026-Q2": date(2026, 10, 1),
        "FY2026-Q1": date(2026, 7, 1),
        "FY2025-Q4": date(2026, 4, 1),
        "FY2025-Q3": date(2026, 1, 1),
    }
    windows = [
        Window(
            period_code=code, opens_on=first, due_on=first + timedelta(days=30), locks_on=first + timedelta(days=60),
            leave_until=leave if code == "FY2025-Q3" else None,
        )
        for code, first in opens.items()
    ]  # fmt: skip
    standings = [
        ReportStanding(
            bureau_code="GENERAL", period_code=code, state=states.get(code, "not_started"), is_late=False, report_id=None
        )
        for code in opens
    ]
    assert deadlines.to_report(windows, standings, today=day) == offered


@pytest.mark.parametrize(
    ("day", "japanese", "english"),
    [
        (date(2022, 12, 31), "令和4年度第3四半期の受付は2023年1月1日からです", "FY2022 Q3 opens on 1 Jan 2023."),
        (date(2023, 2, 1), "令和4年度第3四半期の期限(2023年1月31日)を過ぎています", "FY2022 Q3 was due on 31 Jan 2023."),
        (date(2023, 4, 1), "令和4年度第3四半期は2023年3月31日で締め切りました", "FY2022 Q3 was locked after 31 Mar 2023."),
    ],
)  # fmt: skip
def test_a_refusal_of_the_calendar_names_period_and_day_as_the_pages_do(day: date, japanese: str, english: str) -> None:
    window = Window(period_code=PERIOD, opens_on=date(2023, 1, 1), due_on=date(2023, 1, 31), locks_on=date(2023, 3, 31))
    refused = window.refusal(day, is_again=False)
    assert refused is not None
    assert refused.in_language("ja").startswith(japanese) and refused.in_language("en").startswith(english)
