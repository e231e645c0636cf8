"""One round of notices: fill the outbox with the day's messages and send what may be sent. Run by the command or the server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from kpis.errors import MierukaError, NotAllowed
from kpis.moment import Moment
from kpis.periods import local_day
from kpis.reporting import outbox
from kpis.reporting.brought import look
from kpis.reporting.hours import hours_of
from kpis.reporting.outbox import Delivery
from kpis.seen import journal
from kpis.settings import Settings, settings
from kpis.state import state_of
from kpis.store.store import Store, utc_now
from publishers.notices import hooks
from publishers.notices.smtp import NotTaken, Post, mail, message_id, post
from publishers.notices.wording import mail_of

EVERY_SECONDS = 60.0  # seconds between two rounds of a server
END_SECONDS = 25.0  # seconds that a stopping server waits for the current message


@dataclass(slots=True)
class Round:
    """The result of a round, counted in messages."""

    put_in: int = 0
    sent: int = 0
    put_off: int = 0
    failed: int = 0


def go(store: Store, chosen: Settings, *, clock: Callable[[], datetime], goes_on: Callable[[], bool] = lambda: True) -> Round:
    """Run one round.

    Args:
        clock: returns the instant, UTC.
        goes_on: called before each message; false ends the round and releases claimed messages.

    Raises:
        NotAllowed: a public instance sends no notices.
    """
    if chosen.mode == "public":
        raise NotAllowed("notices_not_by_public")
    done = Round()
    moment = Moment(state=state_of(store.url), as_of=local_day(clock()))
    done.put_in = look(moment)
    hours = hours_of(chosen.notice_hours)
    with post(chosen) as mails:
        while goes_on() and (claims := outbox.claim(store, hours, now=clock(), by_mail=bool(chosen.smtp_host))):
            while claims and goes_on():
                _hand_over(store, claims.pop(0), moment, chosen, mails, done, clock)
            outbox.given_back(store, claims, now=clock())
    return done


def _hand_over(
    store: Store, claim: Delivery, moment: Moment, chosen: Settings, mails: Post, done: Round, clock: Callable[[], datetime]
) -> None:
    """Send a claimed delivery, and record the outcome."""
    name = message_id([notice.id for notice in claim.notices], chosen)
    if not outbox.begin(store, claim, message_id=name, now=clock()):
        return
    count = len(claim.notices)
    try:
        subject, text = _in_words(claim, moment, chosen)
        if claim.kind:
            hooks.hand_over(claim.kind, claim.address, subject, text)
        else:
            made = mail(claim.address, subject, text, chosen=chosen, name=name, language=claim.language, now=clock())
            mails.hand_over(claim.address, made)
    except NotTaken as why:
        outbox.not_sent(store, claim, str(why), now=clock(), is_final=why.is_final, is_unknown=why.is_unknown)
        is_over = why.is_final or why.is_unknown or any(notice.attempts >= len(outbox.PAUSES) for notice in claim.notices)
        done.failed += count * is_over
        done.put_off += count * (not is_over)
        journal.write("notice not sent", level=logging.WARNING, reader=claim.kind or "mail", why=str(why))
        return
    outbox.sent(store, claim, now=clock())
    done.sent += count


def _in_words(claim: Delivery, moment: Moment, chosen: Settings) -> tuple[str, str]:
    """Return subject and text of a claim; one that cannot be worded fails finally, without blocking others."""
    try:
        return mail_of(claim, moment, chosen)
    except (MierukaError, KeyError, ValueError) as error:
        raise NotTaken(f"words: {type(error).__name__}", is_final=True) from error


@contextmanager
def by_server() -> Iterator[None]:
    """Send notices while the block runs, where the settings ask the server to; a delivery in progress at the end is completed."""
    chosen = settings()
    if not chosen.notices_by_server or chosen.mode == "public":
        yield
        return
    over = threading.Event()

    def work() -> None:
        store = Store(chosen.database_url)
        while not over.is_set():
            try:
                go(store, chosen, clock=utc_now, goes_on=lambda: not over.is_set())
            except Exception as error:  # noqa: BLE001  # a failed round is logged, and the next one tried
                journal.write("notices failed", level=logging.ERROR, error=error)
            over.wait(EVERY_SECONDS)

    worker = threading.Thread(target=work, name="notices", daemon=True)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join(END_SECONDS)
