"""Notices that do not go out: named where an operator looks, whatever is wrong; those that wait for the morning are not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from kpis.reporting.hours import hours_of
from kpis.reporting.outbox import Stuck, stuck
from kpis.store import tables
from kpis.store.store import Store
from kpis.store.tables import table_of

pytestmark = pytest.mark.store
HOURS = hours_of("mon-fri 09:00-18:00")
MONDAY = datetime(2026, 11, 30, 0, 0)  # nine o'clock in Tokyo, in UTC
FRIDAY_NIGHT, SENT_AGAIN = MONDAY - timedelta(days=2, hours=12), MONDAY - timedelta(minutes=5)


@pytest.mark.parametrize(
    ("notice", "now", "stands"),
    [
        ({}, MONDAY + timedelta(hours=1), Stuck(0, 0, 0)),
        ({}, MONDAY + timedelta(hours=3), Stuck(1, 0, 0)),
        ({"state": "sending"}, MONDAY + timedelta(hours=3), Stuck(1, 0, 0)),
        ({"next_try_at": MONDAY + timedelta(days=1)}, MONDAY + timedelta(hours=3), Stuck(0, 0, 0)),
        ({"attempts": 1, "next_try_at": SENT_AGAIN}, MONDAY, Stuck(0, 1, 0)),
        ({"state": "failed", "settled_at": MONDAY}, MONDAY + timedelta(hours=23), Stuck(0, 0, 1)),
        ({"state": "unknown", "settled_at": MONDAY}, MONDAY + timedelta(hours=23), Stuck(0, 0, 1)),
        ({"state": "failed", "settled_at": MONDAY}, MONDAY + timedelta(hours=25), Stuck(0, 0, 0)),
        ({"state": "unknown", "settled_at": MONDAY, "last_error": "put_aside"}, MONDAY + timedelta(hours=1), Stuck(0, 0, 0)),
        ({"state": "sent", "settled_at": MONDAY}, MONDAY + timedelta(hours=3), Stuck(0, 0, 0)),
    ],
)
def test_what_does_not_go_out_is_counted(reporting: Store, notice: dict[str, object], now: datetime, stands: Stuck) -> None:
    row = {
        "occasion": "submitted", "subject": "report 1", "reader": "person office@reform.example.jp", "facts_json": "{}", "bureau_code": "",
        "state": "waiting", "created_at": FRIDAY_NIGHT, "next_try_at": FRIDAY_NIGHT, "expires_at": MONDAY + timedelta(days=30),
        "attempts": 0, "claim": "", "message_id": "", "last_error": "", **notice,
    }  # fmt: skip
    with reporting.writing(is_figures=False) as session:
        session.execute(insert(table_of(tables.Notice)).values(**row))
    with reporting.reading() as session:
        assert stuck(session, HOURS, now=now, by_mail=True) == stands
        without_mail = Stuck(0, stands.failing, stands.failed)  # where no mail can be sent, nobody expects any
        assert stuck(session, HOURS, now=now, by_mail=False) == without_mail
