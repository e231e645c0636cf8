"""Empty the outbox: each message is sent exactly once, or shown as not sent.

A sender *claims* messages for a while, marks each as *sending* right before it hands it over, and then records the result; each is a
transaction of its own, and writers queue, so that of two senders one gets it. A sender that ended before *sending* handed over
nothing: the claim expires and the message waits again. One that ended after it may have handed it over: the message is *unknown*, is shown to the
office and never sent again automatically.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlmodel import Session

from kpis.as_text import line
from kpis.errors import NotFound
from kpis.languages import SOURCE, codes
from kpis.periods import local_day
from kpis.reporting.access import Grant
from kpis.reporting.hours import Hours
from kpis.reporting.notices import KEPT, PERSON, WEBHOOK, grants_by_person, is_for
from kpis.reporting.occasions import is_concerned, suggested
from kpis.reporting.people import acting, allow, record, refusals_recorded
from kpis.reporting_vocabulary import HowOften, NoticeState
from kpis.store import tables
from kpis.store.fields import is_storable, record_of
from kpis.store.store import Store, instant
from kpis.store.tables import table_of

LEASE = timedelta(minutes=10)  # longer than any handover takes (``SECONDS`` of smtp and hooks)
AT_ONCE = 20  # messages claimed together by a sender
LATE, RECENT = (
    timedelta(hours=2),
    timedelta(days=1),
)  # of sending hours begun, after which a message is late; since when failures count
LOOKED_AT = 5_000  # waiting messages examined at once; deferred ones are examined once
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720))  # after each failure; after the last the message has failed
OPEN = (NoticeState.WAITING.value, NoticeState.CLAIMED.value, NoticeState.SENDING.value)
NOT_SENT = (NoticeState.FAILED.value, NoticeState.UNKNOWN.value, NoticeState.EXPIRED.value)  # shown first to the office
PUT_ASIDE = "put_aside"
_N = table_of(tables.Notice)
_FREE: dict[str, Any] = {"claim": "", "claimed_until": None}  # values of a message without a sender


@dataclass(frozen=True, slots=True)
class Told:
    """One message of the outbox, as seen by its sender."""

    id: int
    occasion: str
    subject: str
    bureau_code: str
    facts: Mapping[str, Any]
    created_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """The messages handed over together: to a person one, or a digest of a day; to a channel one."""

    token: str
    reader: str
    kind: str  # of the channel; blank for mail
    address: str  # a person's e-mail or a channel's secret address
    language: str
    is_digest: bool
    is_office: bool
    notices: tuple[Told, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxLine:
    """One message as shown to the office, without the address of a channel."""

    id: int
    occasion: str
    subject: str
    reader: str
    bureau_code: str
    state: str
    created_at: datetime
    next_try_at: datetime
    settled_at: datetime | None
    attempts: int
    last_error: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stuck:
    """How many messages wait longer than they should, failed at the last attempt, and failed for good or may have within a day."""

    late: int
    failing: int
    failed: int

    @property
    def is_any(self) -> bool:
        """Return whether any message does not go out."""
        return any((self.late, self.failing, self.failed))


# Sending ----------------------------------------------------------------------------------------------------------------


def claim(store: Store, hours: Hours, *, now: datetime, by_mail: bool = True) -> list[Delivery]:
    """Claim a few of the messages that may be sent now; none outside the office's hours.

    Args:
        by_mail: mail can be sent; otherwise it waits.
    """
    with store.writing(is_figures=False, any_clock=True) as session:
        _run_out(session, now)
        if not hours.holds(now):
            return []
        people, language_of, chosen = _Readers(session), _languages(session), _choices(session)
        waiting = select(_N).where(_N.c.state == NoticeState.WAITING, _N.c.next_try_at <= now).order_by(_N.c.id)
        if not by_mail:
            waiting = waiting.where(_N.c.reader.startswith(WEBHOOK))
        batches: dict[tuple[str, bool, int], list[Any]] = {}
        for row in session.execute(waiting.limit(LOOKED_AT)).all():
            how = people.how_often(row, chosen)
            if row.expires_at < now:
                _settle(session, [row.id], NoticeState.EXPIRED, now)
            elif how is None:
                _settle(session, [row.id], NoticeState.WITHHELD, now)
            elif how == HowOften.NONE:
                _settle(session, [row.id], NoticeState.UNWANTED, now)
            elif how == HowOften.DAILY and local_day(row.created_at) >= local_day(now):
                _wait(session, [row.id], hours.opening(now))
            else:
                is_digest = how == HowOften.DAILY
                batches.setdefault((row.reader, is_digest, 0 if is_digest else row.id), []).append(row)
        claims = []
        for (reader, is_digest, _), rows in list(batches.items())[:AT_ONCE]:
            token = secrets.token_hex(8)
            own = _N.c.id.in_([row.id for row in rows])
            _become(session, NoticeState.CLAIMED, own, claim=token, claimed_until=now + LEASE)
            kind, address, language, is_office = people.place(reader, language_of)
            notices = tuple(record_of(Told, row, facts=json.loads(row.facts_json)) for row in rows)
            claims.append(Delivery(token, reader, kind, address, language, is_digest, is_office, notices))
        return claims


def _run_out(session: Session, now: datetime) -> None:
    """Release expired claims: messages not being handed over wait again, the rest become unknown."""
    gone = _N.c.claimed_until < now
    _become(session, NoticeState.WAITING, _N.c.state == NoticeState.CLAIMED, gone, **_FREE)
    _become(session, NoticeState.UNKNOWN, _N.c.state == NoticeState.SENDING, gone, settled_at=now, last_error="sender_ended")


class _Readers:
    """The present permissions of readers to be notified."""

    def __init__(self, session: Session) -> None:
        self._grants = grants_by_person(session)
        self._hooks = {hook.id: hook for hook in session.execute(select(tables.Webhook)).scalars()}

    def grants(self, reader: str) -> Sequence[Grant]:
        return self._grants.get(reader.removeprefix(PERSON), ())

    def how_often(self, row: Any, chosen: Mapping[tuple[str, str], str]) -> str | None:
        """Return the frequency chosen by a reader for an occasion; ``None`` where it no longer concerns the reader."""
        if row.reader.startswith(WEBHOOK):
            hook = self._hooks.get(int(row.reader.removeprefix(WEBHOOK)))
            return HowOften.AT_ONCE.value if hook is not None and is_for(hook, row.occasion, row.bureau_code) else None
        grants = self.grants(row.reader)
        if not is_concerned(grants, row.occasion, row.bureau_code):
            return None
        return chosen.get((row.reader.removeprefix(PERSON), row.occasion)) or suggested(grants, row.occasion)

    def place(self, reader: str, languages: Mapping[str, str]) -> tuple[str, str, str, bool]:
        """Return the kind of channel (blank for mail), the address, the language, and whether the reader is of the office."""
        if reader.startswith(WEBHOOK):
            hook = self._hooks[int(reader.removeprefix(WEBHOOK))]
            return hook.kind, hook.address, _known(hook.language), hook.bureau_code is None
        email = reader.removeprefix(PERSON)
        is_office = any(grant.role != "bureau_manager" for grant in self.grants(reader))
        return "", email, _known(languages.get(email, SOURCE)), is_office


def _known(language: str) -> str:
    return language if language in codes() else SOURCE


def _languages(session: Session) -> dict[str, str]:
    return {row.email: row.language for row in session.execute(select(table_of(tables.NoticeReader)))}


def _choices(session: Session) -> dict[tuple[str, str], str]:
    return {(row.email, row.occasion): row.how_often for row in session.execute(select(table_of(tables.NoticeChoice)))}


def begin(store: Store, claim: Delivery, *, message_id: str, now: datetime) -> bool:
    """Mark a claim as being handed over; false where it has expired, or no longer concerns the reader."""
    with store.writing(is_figures=False, any_clock=True) as session:
        readers, chosen = _Readers(session), _choices(session)
        rows = session.execute(select(_N).where(_mine(claim), _N.c.state == NoticeState.CLAIMED, _N.c.claimed_until >= now)).all()
        if len(rows) != len(claim.notices):
            return False
        if gone := [row.id for row in rows if readers.how_often(row, chosen) in (None, HowOften.NONE)]:
            _settle(session, gone, NoticeState.WITHHELD, now)
            _wait(session, [row.id for row in rows if row.id not in gone], now)
            return False
        own = (_mine(claim), _N.c.state == NoticeState.CLAIMED)
        _become(session, NoticeState.SENDING, *own, claimed_until=now + LEASE, message_id=message_id)
        return True


def sent(store: Store, claim: Delivery, *, now: datetime) -> None:
    """Mark a claim as handed over, even if it was marked unknown meanwhile."""
    with store.writing(is_figures=False, any_clock=True) as session:
        own = (_mine(claim), _N.c.state.in_((NoticeState.SENDING.value, NoticeState.UNKNOWN.value)))
        _become(session, NoticeState.SENT, *own, settled_at=now, claimed_until=None, last_error="", attempts=_N.c.attempts + 1)


def not_sent(store: Store, claim: Delivery, error: str, *, now: datetime, is_final: bool = False, is_unknown: bool = False) -> None:
    """Mark a claim as not handed over, or as unknown.

    Args:
        claim: of this sender.
        error: in a line, without secrets.
        is_final: a retry would not help.
        is_unknown: it may have been handed over, so it is not sent again.
    """
    values = {"last_error": line(error)[:500], "claimed_until": None}
    with store.writing(is_figures=False, any_clock=True) as session:
        for notice in claim.notices:
            attempts = notice.attempts + 1
            here = (_mine(claim), _N.c.id == notice.id, _N.c.state == NoticeState.SENDING)
            if is_unknown or is_final or attempts > len(PAUSES):
                state = NoticeState.UNKNOWN if is_unknown else NoticeState.FAILED
                _become(session, state, *here, **values, attempts=attempts, settled_at=now)
            else:
                again = now + PAUSES[attempts - 1]
                _become(session, NoticeState.WAITING, *here, **values, attempts=attempts, next_try_at=again, claim="")


def given_back(store: Store, claims: Sequence[Delivery], *, now: datetime) -> None:
    """Return claims not begun to the queue when their sender ends."""
    with store.writing(is_figures=False, any_clock=True) as session:
        own = (_N.c.claim.in_([claim.token for claim in claims]), _N.c.state == NoticeState.CLAIMED)
        _become(session, NoticeState.WAITING, *own, **_FREE, next_try_at=now)


def _mine(claim: Delivery) -> ColumnElement[bool]:
    return _N.c.claim == claim.token


def _settle(session: Session, ids: Sequence[int], state: NoticeState, now: datetime) -> None:
    _become(session, state, _N.c.id.in_(ids), **_FREE, settled_at=now)


def _wait(session: Session, ids: Sequence[int], until: datetime) -> None:
    _become(session, NoticeState.WAITING, _N.c.id.in_(ids), **_FREE, next_try_at=until)


def _become(session: Session, state: NoticeState, *where: ColumnElement[bool], **values: Any) -> int:
    """Set the state of the matching messages, with further values; return their number."""
    done = session.execute(update(_N).where(*where).values(state=state.value, **values))
    return int(done.rowcount)  # type: ignore[attr-defined]


# The office ----------------------------------------------------------------------------------------------------------------


def counts(store: Store) -> dict[str, int]:
    """Return the number of messages by state."""
    with store.reading() as session:
        query = select(_N.c.state, func.count()).group_by(_N.c.state)
        by_state = {state: count for state, count in session.execute(query)}
        return {state: by_state[state] for state in NoticeState.values() if state in by_state}


def stuck(connection: Connection | Session, hours: Hours, *, now: datetime, by_mail: bool) -> Stuck:
    """Return how much of the outbox does not go out.

    Args:
        by_mail: mail can be sent; where it cannot, nobody expects any.
    """
    n = select(func.count()).select_from(_N)
    due = [_N.c.state.in_(OPEN), _N.c.next_try_at <= now, *([] if by_mail else [_N.c.reader.startswith(WEBHOOK)])]
    oldest = connection.execute(select(func.min(_N.c.next_try_at)).where(*due)).scalar()
    is_late = oldest is not None and (oldest if hours.holds(oldest) else hours.opening(oldest)) + LATE < now
    failed = (
        _N.c.state.in_([NoticeState.FAILED, NoticeState.UNKNOWN]), _N.c.settled_at >= now - RECENT,
        _N.c.last_error != PUT_ASIDE,  # by `restore` or by hand: nothing is to be mended
    )  # fmt: skip
    return Stuck(
        late=connection.execute(n.where(*due)).scalar_one() if is_late else 0,
        failing=connection.execute(n.where(_N.c.state == NoticeState.WAITING, _N.c.attempts > 0)).scalar_one(),
        failed=connection.execute(n.where(*failed)).scalar_one(),
    )


def lines(store: Store, *, viewer: str, states: Sequence[str] = ()) -> list[OutboxLine]:
    """Return the newest messages of the outbox, at most 500."""
    with refusals_recorded(store, viewer, "see_outbox", ""), store.reading() as session:
        allow(session, viewer, "manage_notices")
        query = select(_N).order_by(_N.c.id.desc()).limit(500)
        if states:
            query = query.where(_N.c.state.in_(states))
        return [record_of(OutboxLine, row, facts=json.loads(row.facts_json)) for row in session.execute(query)]


def send_again(store: Store, number: int, *, actor: str) -> None:
    """Queue a message that failed, or whose delivery is unknown, once more.

    Raises:
        NotFound: no such message failed.
    """
    with acting(store, actor, "send_again", f"notice {number}", needs="manage_notices", is_figures=False) as session:
        now = instant(session)
        own = (_N.c.id == number, _N.c.state.in_(NOT_SENT))
        if not is_storable(number) or not _become(
            session, NoticeState.WAITING, *own, **_FREE, next_try_at=now, expires_at=now + KEPT, attempts=0
        ):
            raise NotFound("notice_not_failed", number=number)
        record(session, actor, "notice_sent_again", f"notice {number}")


def is_any_open(store: Store) -> bool:
    """Return whether any message is waiting or being sent."""
    return bool(counts(store).keys() & set(OPEN))


def put_aside(store: Store, *, actor: str, is_backup: bool = False) -> int:
    """Set all waiting messages aside, as after a backup was restored: they may have been sent since it was made.

    Args:
        is_backup: in a backup, before it is restored.
    """
    with store.writing(is_figures=False, any_clock=True, is_stamped=not is_backup) as session:
        values = {"settled_at": instant(session), "last_error": PUT_ASIDE}
        if count := _become(session, NoticeState.UNKNOWN, _N.c.state.in_(OPEN), **_FREE, **values):
            record(session, actor, "notices_put_aside", "notices", detail=str(count))
        return count
