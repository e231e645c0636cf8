"""A mail server, a clock and the steps by which tests of notices let people be told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from kpis.reporting import choices, submissions
from kpis.settings import Settings
from kpis.store import tables
from kpis.store.store import Store
from publishers.notices import rounds
from tests.posting import Took
from tests.small_government import ANNA, AYA, OFFICE, PERIOD, SECOND, figure

MORNING = datetime(2023, 1, 20, 1, 0)  # a Friday, ten o'clock at the office


MANAGERS, OFFICERS = {ANNA, AYA}, {OFFICE, SECOND}


class Clock:
    """A clock that shows what it is set to."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def chosen(mails: Took | None, **more: Any) -> Settings:
    given: dict[str, Any] = {"PUBLIC_URL": "https://office.kpi.example.jp", "SMTP_SECURITY": "none"}
    if mails is not None:
        given |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": mails.port, "MAIL_FROM": "見える化 <kpi@example.jp>"}
    return Settings(**{**given, **more})


def go(store: Store, mails: Took | None, clock: Clock, **more: Any) -> rounds.Round:
    return rounds.go(store, chosen(mails, **more), clock=clock)


def at_once(store: Store, *who: str) -> None:
    """Let persons be told of everything at once."""
    for email in who:
        how = dict.fromkeys(choices.chosen_by(store, email).how_often, "at_once")
        choices.choose(store, actor=email, language="ja", how_often=how)


def upload(store: Store, content: bytes = b"1", **more: Any) -> int:
    rows = [figure(numerator=700.0, denominator=1000.0)]
    workbook = submissions.FilledWorkbook(rows=rows, content=content, name="a.xlsx")
    return submissions.upload(store, workbook, actor=ANNA, bureau_code="GENERAL", period_code=PERIOD, **more).report_id


def to(mails: Took, subject: str = "") -> list[str]:
    """Return to whom mails went that have these words in their subject."""
    return sorted(str(mail["To"]) for mail in mails.mails() if subject in str(mail["Subject"]))


def states(store: Store) -> Counter[str]:
    return Counter(str(row["state"]) for row in store.all_of(tables.Notice))
