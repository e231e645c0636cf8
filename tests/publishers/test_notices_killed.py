"""Two processes that send at once, to servers that fail, and are killed at random: each message arrives exactly once, or is shown as not sent."""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kpis.reporting import choices, outbox
from kpis.reporting.notices import put
from kpis.reporting.occasions import Due
from kpis.settings import Settings
from kpis.store import tables
from kpis.store.store import Store, utc_now
from publishers.notices import hooks, rounds
from publishers.notices.smtp import message_id
from tests.killed import killed
from tests.posting import Took, mail_server, receiver
from tests.small_government import OFFICE

pytestmark = pytest.mark.edition

KILLS = int(os.environ.get("KILLS", "6"))
MESSAGES = int(os.environ.get("MESSAGES", "12"))  # to each of three managers, and to a channel


def filled(store: Store, hook: Took) -> None:
    """Put messages for persons and for a channel into the outbox."""
    address = hooks.looked_over("mattermost", f"http://127.0.0.1:{hook.port}/hooks/abc")
    channel = choices.NewChannel(
        kind="mattermost", name="x", address=address, language="ja", bureau_code="GENERAL", is_internal=True
    )
    choices.add_channel(store, channel, actor=OFFICE)
    with store.writing(is_figures=False) as session:
        for bureau in ("GENERAL", "DIGITAL"):
            facts: dict[str, Any] = {"bureau": bureau, "period": "FY2022-Q3"}
            put(session, [Due("returned", f"submission {n}", bureau, {**facts, "report": n}) for n in range(MESSAGES)])


def sending(url: str, chosen: Settings, now: datetime) -> None:
    """Send as a process of its own does."""
    rounds.go(Store(url), chosen, clock=lambda: now)


def test_two_senders_killed_at_random_tell_each_once_or_show_that_they_did_not(reporting: Store, tmp_path: Path) -> None:
    chance = random.Random(16)
    with mail_server(tmp_path, fails=0.3) as mails, receiver(tmp_path, fails=0.3) as hook:
        filled(reporting, hook)
        chosen = Settings(  # type: ignore[call-arg]
            SMTP_HOST="127.0.0.1", SMTP_PORT=mails.port, SMTP_SECURITY="none", MAIL_FROM="kpi@example.jp", NOTICE_HOURS="00:00-23:59",
            PUBLIC_URL="https://office.example.jp",
        )  # fmt: skip
        url, now = reporting.engine.url.render_as_string(hide_password=False), utc_now()
        reporting.engine.dispose()  # what is forked shares no connection
        for _ in range(KILLS):
            children = []
            for _ in range(2):
                child = os.fork()
                if child == 0:
                    try:
                        killed(partial(sending, url, chosen, now), after=chance.random() * 0.6)
                    finally:
                        os._exit(0)
                children.append(child)
            for child in children:
                os.waitpid(child, 0)
            now += outbox.LEASE + timedelta(minutes=1)
        until = time.monotonic() + 120
        while (counted := outbox.counts(reporting)) and any(counted.get(state) for state in outbox.OPEN):
            assert time.monotonic() < until, counted
            sending(url, chosen, now)
            now += timedelta(hours=13)
        arrived = Counter(str(mail["Message-ID"]) for mail in mails.mails())
        to_channel = Counter(json.loads(each["content"])["text"].split("(報告 ")[1].split(")")[0] for each in hook.raw())
    rows = reporting.all_of(tables.Notice)
    assert len(rows) == MESSAGES * 4 and Counter(arrived.values()).keys() <= {1} and Counter(to_channel.values()).keys() <= {1}, (
        "none twice"
    )
    names = {row["id"]: message_id([row["id"]], chosen) for row in rows}
    is_here = {
        row["id"]: str(row["subject"]).removeprefix("submission ") in to_channel
        if row["reader"].startswith("webhook")
        else names[row["id"]] in arrived
        for row in rows
    }
    sent = {row["id"] for row in rows if row["state"] == "sent"}
    shown = {row["id"] for row in rows if row["state"] in outbox.NOT_SENT}
    assert sent | shown == set(names), Counter(row["state"] for row in rows)
    assert all(is_here[number] for number in sent), "what is said to be sent arrived"
    assert not [row for row in rows if row["state"] == "failed" and is_here[row["id"]]], "what is said to have failed did not"
    assert len(sent) > len(rows) / 3, "and most are sent"
