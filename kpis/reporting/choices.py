"""Notification choices of each person, and the office's channels; every change is recorded, the address of a channel never."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from kpis.as_text import LONGEST_NAME, typed
from kpis.errors import FigureRefused, NotFound
from kpis.languages import SOURCE, codes
from kpis.reporting.access import Grant
from kpis.reporting.occasions import may_be_chosen, suggested
from kpis.reporting.people import account_key, acting, allow, existing, grants_of, record
from kpis.reporting_vocabulary import HowOften, WebhookKind
from kpis.store import tables
from kpis.store.fields import record_of
from kpis.store.store import Store, instant
from kpis.store.tables import table_of


@dataclass(frozen=True, slots=True)
class Chosen:
    """A person's choices: language, frequency per possible occasion, and whether a calendar address exists."""

    language: str
    how_often: Mapping[str, str]
    has_calendar: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A channel as shown to the office: without the secret part of its address."""

    id: int
    kind: str
    name: str
    bureau_code: str | None
    language: str
    is_internal: bool
    is_active: bool
    set_by: str
    set_at: datetime


def chosen_by(store: Store, email: str) -> Chosen:
    """Return the choices of a person, with the program's suggestions as defaults."""
    with store.reading() as session:
        grants = grants_of(session, email)
        reader = session.get(tables.NoticeReader, email)
        own = select(table_of(tables.NoticeChoice)).where(table_of(tables.NoticeChoice).c.email == email)
        choices = {row.occasion: row.how_often for row in session.execute(own)}
        how = {occasion: choices.get(occasion) or suggested(grants, occasion) for occasion in may_be_chosen(grants)}
        return Chosen(reader.language if reader else SOURCE, how, bool(reader and reader.calendar_sha256))


def choose(store: Store, *, actor: str, language: str, how_often: Mapping[str, str]) -> None:
    """Store a person's own choices.

    Raises:
        FigureRefused: the language or a word is not known, or an occasion can never concern the person.
    """
    with acting(store, actor, "choose_notices", actor, needs="choose_notices", is_figures=False) as session:
        possible = may_be_chosen(grants_of(session, actor))
        wrong = language not in codes() or any(o not in possible or h not in HowOften.values() for o, h in how_often.items())
        if wrong:
            raise FigureRefused("notices_not_to_choose")
        _reader(session, actor).language = language
        table = table_of(tables.NoticeChoice)
        session.execute(delete(table).where(table.c.email == actor, table.c.occasion.in_(list(how_often))))
        session.add_all(tables.NoticeChoice(email=actor, occasion=which, how_often=how) for which, how in how_often.items())
        detail = ", ".join(f"{occasion} {how}" for occasion, how in how_often.items())
        record(session, actor, "notices_chosen", actor, detail=f"{language}; {detail}")


def _reader(session: Session, email: str) -> tables.NoticeReader:
    reader = session.get(tables.NoticeReader, email)
    if reader is None:
        reader = tables.NoticeReader(email=email, language=SOURCE)
        session.add(reader)
    return reader


# The calendar of one person ------------------------------------------------------------------------------------------------


def new_calendar(store: Store, *, actor: str) -> str:
    """Return the secret of a new calendar address of a person, shown only once; the previous one becomes invalid."""
    secret = secrets.token_urlsafe(32)
    with acting(store, actor, "calendar_address", actor, needs="choose_notices", is_figures=False) as session:
        _reader(session, actor).calendar_sha256 = _mark(secret)
        record(session, actor, "calendar_address_made", actor)
    return secret


def no_calendar(store: Store, *, actor: str) -> None:
    """Revoke the address of a person's calendar."""
    with acting(store, actor, "calendar_address", actor, needs="choose_notices", is_figures=False) as session:
        _reader(session, actor).calendar_sha256 = ""
        record(session, actor, "calendar_address_ended", actor)


def whose_calendar(store: Store, secret: str) -> tuple[str, tuple[Grant, ...], str] | None:
    """Return the person of a calendar secret, with present roles and language; ``None`` for an invalid secret."""
    if not secret:
        return None
    with store.reading() as session:
        reader = session.execute(
            select(tables.NoticeReader).where(col(tables.NoticeReader.calendar_sha256) == _mark(secret))
        ).scalar()
        grants = grants_of(session, reader.email) if reader else ()
        return (reader.email, grants, reader.language) if reader and grants else None


def _mark(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


# Channels ------------------------------------------------------------------------------------------------------------------


def channels(store: Store, *, viewer: str) -> Sequence[Channel]:
    """Return the office's channels."""
    with store.reading() as session:
        allow(session, viewer, "manage_notices")
        return [record_of(Channel, row) for row in session.execute(select(table_of(tables.Webhook)).order_by("id"))]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewChannel:
    """A channel to add."""

    kind: str  # of ``WebhookKind``
    name: str  # for the office
    address: str  # issued by its service, validated by the caller (``publishers.notices.hooks``)
    language: str
    bureau_code: str | None = None  # restricts it to this bureau's occasions
    is_internal: bool = False  # the office declares that its readers may see non-public information


def add_channel(store: Store, channel: NewChannel, *, actor: str) -> int:
    """Add a channel; return its number.

    Raises:
        FigureRefused: a part is blank or unknown.
    """
    kind, name, address, bureau = channel.kind, typed(channel.name, LONGEST_NAME), channel.address.strip(), channel.bureau_code
    with acting(store, actor, "add_channel", name, needs="manage_notices", is_figures=False) as session:
        if kind not in WebhookKind.values() or not name or not address or channel.language not in codes():
            raise FigureRefused("channel_incomplete")
        if bureau is not None:
            existing(session, tables.Bureau, bureau, NotFound("bureau_not_registered", code=bureau))
        row = tables.Webhook(
            kind=kind, name=name, address=address, bureau_code=bureau, language=channel.language, is_internal=channel.is_internal,
            set_by=account_key(actor), set_at=instant(session),
        )  # fmt: skip
        session.add(row)
        session.flush()
        assert row.id is not None
        reach = "internal" if channel.is_internal else "public"
        record(session, actor, "channel_added", f"webhook {row.id}", detail=f"{kind} {name} {bureau or ''} {reach}")
        return row.id


def end_channel(store: Store, number: int, *, actor: str) -> None:
    """Remove a channel: nothing is sent there any more, and its address is deleted.

    Raises:
        NotFound: there is no such channel.
    """
    with acting(store, actor, "end_channel", f"webhook {number}", needs="manage_notices", is_figures=False) as session:
        row = session.get(tables.Webhook, number)
        if row is None or not row.is_active:
            raise NotFound("channel_unknown", number=number)
        row.is_active, row.address = False, "-"
        record(session, actor, "channel_ended", f"webhook {number}", detail=f"{row.kind} {row.name}")
