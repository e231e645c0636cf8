"""Persons and their roles in the database, and the record of their acts.

Roles are read again inside each transaction: neither a page nor a cookie is trusted. The command line, available to whoever runs
the machine, acts as ``COMMAND_LINE`` when it manages persons; for reports it acts as the person named by ``--as``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from string import ascii_lowercase, ascii_uppercase
from typing import TypeVar

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from kpis.as_text import LONGEST_NAME, clean, line, shortened, typed
from kpis.errors import FigureRefused, MierukaError, NotAllowed, NotFound, StepRefused
from kpis.government import government
from kpis.grouped import grouped
from kpis.languages import both, pair
from kpis.message import Message
from kpis.periods import local_day
from kpis.reporting import notices
from kpis.reporting.access import LOCAL_DOMAIN, OF_BUREAU, ROLES, Grant, Viewer, is_same_mailbox, may, require
from kpis.reporting_vocabulary import Role
from kpis.settings import settings
from kpis.store import tables, trail
from kpis.store.fields import record_of
from kpis.store.store import Store, instant

T = TypeVar("T")
COMMAND_LINE = "command line"
NOBODY = "system"  # the program itself, or somebody whose e-mail is not verified
LOCAL_OFFICE = f"office{LOCAL_DOMAIN}"
LOCAL_MANAGER = f"manager{LOCAL_DOMAIN}"
_FOR = "stands in for"  # of a session
# What commands do for nobody; every other act is a person's, whose roles are checked.
_OF_COMMANDS = {"manage_people", "see_standings"}
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"[a-z0-9!#$%&'*+/=?^_`{{|}}~.-]{{1,64}}@(?=.{{1,252}}\Z){_LABEL}(?:\.{_LABEL})*")
_EMPTY_PART = re.compile(r"\A\.|\.\.|\.@")  # of the local part, which no provider registers


@dataclass(frozen=True, slots=True)
class Person:
    """A person who may sign in, with every role; ``is_active`` is false once removed."""

    email: str
    name: str
    is_active: bool
    grants: tuple[Grant, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One line of the audit trail."""

    occurred_at: datetime
    actor: str
    action: str
    subject: str
    file_sha256: str | None
    cell: str
    detail: str


def account_key(email: str) -> str:
    """Return the form in which an account is stored and compared: without surrounding blanks, Latin letters in lower case.

    Only A to Z are folded. A letter that merely looks like one of them (the Kelvin sign, full-width or Cyrillic letters) stays
    as it is and so matches no account: ``str.lower`` would turn the Kelvin sign into a k.
    """
    return email.strip(" \t\r\n").translate(_SMALL)


def is_email(text: str) -> bool:
    """Return whether a text has the form of the key of an account, so that it may be looked up: no database is asked for another."""
    return _EMAIL.fullmatch(text) is not None


def grants_of(session: Session, email: str) -> tuple[Grant, ...]:
    """Return the roles of an active person, and those held as a deputy on the day of the session.

    Other persons have none, nor have local persons outside local mode. Deputyships are not transitive:
    the deputy of a deputy does not get the first person's roles.
    """
    email = account_key(email)
    return (*_roles(session, email), *_as_deputy(session, email)) if _has_account(email) else ()


def own_grants(session: Session, email: str) -> tuple[Grant, ...]:
    """Return the roles that an active person holds in their own name."""
    email = account_key(email)
    return _roles(session, email) if _has_account(email) else ()


def _has_account(email: str) -> bool:
    """Return whether there can be an account of this key in the mode of this instance, so that the database is asked."""
    return is_email(email) and (settings().mode == "local" or not email.endswith(LOCAL_DOMAIN))


def _roles(session: Session, email: str) -> tuple[Grant, ...]:
    table, account = tables.UserRole, tables.UserAccount
    query = select(table.role, table.bureau_code, table.section_code).join(account, col(account.email) == table.email)
    query = query.where(table.email == email, account.is_active).order_by(col(table.id))
    return tuple(Grant(role, bureau_code, section_code) for role, bureau_code, section_code in session.exec(query))


def _as_deputy(session: Session, email: str) -> list[Grant]:
    day = local_day(instant(session))
    named, account = tables.Deputy, tables.UserAccount
    query = select(named.stands_in_for).join(account, col(account.email) == named.email)
    query = query.where(account.is_active, named.email == email, named.from_date <= day, named.until_date >= day)
    query = query.where(col(named.ended_at).is_(None))
    return [
        replace(grant, stands_in_for=whose)
        for whose in dict.fromkeys(session.exec(query))
        for grant in own_grants(session, whose)
        if grant.role in OF_BUREAU
    ]


def viewer_of(store: Store, email: str) -> Viewer:
    """Return a person with their present roles; none for an unknown one."""
    email = account_key(email)
    with store.reading() as session:
        grants = grants_of(session, email)
        account = session.get(tables.UserAccount, email) if grants else None
        return Viewer(email, account.display_name if account else "", grants)


def allow(session: Session, actor: str, action: str, bureau_code: str | None = None) -> None:
    """Refuse an action that the actor's present roles do not permit.

    Raises:
        NotAllowed: before anything is done.
    """
    if actor == COMMAND_LINE and action in _OF_COMMANDS:
        return
    grants = grants_of(session, actor)
    require(grants, action, bureau_code)
    if not may([grant for grant in grants if not grant.stands_in_for], action, bureau_code):
        session.info[_FOR] = next(grant.stands_in_for for grant in grants if may([grant], action, bureau_code))


def existing(session: Session, table: type[T], key: object, refusal: NotFound) -> T:
    """Return a stored row by its key; where there is none, raise the refusal."""
    row = session.get(table, key)
    if row is None:
        raise refusal
    return row


def stands_in_for(session: Session) -> str:
    """Return the person in whose place the actor of this transaction was last permitted an action; blank for their own name."""
    return str(session.info.get(_FOR, ""))


def record(
    session: Session, actor: str, action: str, subject: str, *, file_sha256: str | None = None, cell: str = "", detail: str = ""
) -> None:
    """Write one line of the audit trail within the caller's transaction, and its notices to the outbox.

    The line names the person replaced, where the actor is a deputy.
    """
    actor, subject, cell, detail = (clean(text) for text in (actor, subject, cell, detail))  # a refused one may name anything
    if whose := stands_in_for(session):
        detail = f"{detail} ({both(Message('in_place_of', email=whose))})".strip()
    trail.append(
        session,
        [
            {
                "occurred_at": instant(session), "actor": actor, "action": action, "subject": subject, "file_sha256": file_sha256,
                "cell": cell, "detail": detail,
            }
        ],
    )  # fmt: skip
    notices.of_line(session, action, subject)


@contextmanager
def acting(
    store: Store, actor: str, action: str, subject: str, *, needs: str = "", bureau_code: str | None = None, is_figures: bool = True
) -> Iterator[Session]:
    """Open the single transaction of a person's act; of a refused act only the refusal is recorded.

    Args:
        needs: what their present roles must permit (``allow``), in that bureau or anywhere; blank where the block asks.
        is_figures: as ``Store.writing``.
    """
    with refusals_recorded(store, actor, action, subject), store.writing(is_figures=is_figures) as session:
        if needs:
            allow(session, actor, needs, bureau_code)
        yield session


@contextmanager
def refusals_recorded(store: Store, actor: str, action: str, subject: str) -> Iterator[None]:
    """Record refusals inside the block by role, state of a report or calendar in the audit trail."""
    try:
        yield
    except (NotAllowed, StepRefused, NotFound) as refusal:
        if not store.is_frozen:
            record_refusal(store, actor, action, subject, refusal)
        raise


def record_refusal(store: Store, actor: str, action: str, subject: str, refusal: MierukaError) -> None:
    """Record a refusal in the audit trail."""
    with store.writing(is_figures=False, any_clock=True) as session:
        record(session, actor, "refused", subject, detail=f"{action}: {refusal.message.key}")


def add_person(
    store: Store, *, actor: str, email: str, role: str, bureau_code: str | None = None, name: str = "", section_code: str = ""
) -> Person:
    """Give a person a role, adding an unknown person and reactivating a removed one.

    Args:
        section_code: of the catalogue, for the role of a section; the bureau is then the section's.

    Raises:
        NotAllowed: the actor may not manage persons, or would give a role to themselves, or to a person whose deputy they are.
        FigureRefused: the e-mail, role or bureau cannot be registered.
    """
    email = account_key(email)
    if not email.isascii():
        raise FigureRefused("email_not_ascii", email=email)
    if not is_email(email) or _EMPTY_PART.search(email):
        raise FigureRefused("email_unreadable", email=email)
    if email.endswith(LOCAL_DOMAIN):
        raise FigureRefused("domain_reserved", domain=LOCAL_DOMAIN)
    if role not in ROLES:
        raise FigureRefused("role_unknown", roles=", ".join(ROLES))
    if (role == Role.SECTION) != (section_code != ""):
        raise FigureRefused("role_and_section")
    if section_code:
        section = government().sections.get(section_code)
        if section is None or bureau_code not in (None, section.bureau_code):
            raise NotFound("section_unknown", code=section_code, known=tuple(government().sections) or Message("none_there"))
        bureau_code = section.bureau_code
    if (role in OF_BUREAU) != (bureau_code is not None):
        raise FigureRefused("role_and_bureau")
    with acting(store, actor, "add_person", email, needs="manage_people") as session:
        refuse_own_role(actor, email)
        _refuse_as_deputy(session, actor, email)
        if bureau_code is not None:
            existing(session, tables.Bureau, bureau_code, NotFound("bureau_not_registered", code=bureau_code))
        _grant(session, email, typed(name, LONGEST_NAME), role, bureau_code, section_code)
        record(session, actor, "person_added", email, detail=" ".join(filter(None, (role, bureau_code, section_code))))
        return Person(email, name, True, own_grants(session, email))


def _grant(session: Session, email: str, name: str, role: str, bureau_code: str | None, section_code: str = "") -> None:
    account = session.get(tables.UserAccount, email)
    if account is None:
        session.add(tables.UserAccount(email=email, display_name=name, created_at=instant(session)))
    else:
        account.is_active = True
        account.display_name = name or account.display_name
    session.flush()
    if Grant(role, bureau_code, section_code) not in own_grants(session, email):
        session.add(tables.UserRole(email=email, role=role, bureau_code=bureau_code, section_code=section_code))
        session.flush()


def remove_person(
    store: Store, *, actor: str, email: str, role: str | None = None, bureau_code: str | None = None, section_code: str = ""
) -> None:
    """Take one role from a person, or without a role all of them; the person's acts stay on record.

    Raises:
        NotAllowed: the actor may not manage persons, would take a role from themselves, or the last administrator would be lost.
        NotFound: there is no such person.
    """
    email = account_key(email)
    with acting(store, actor, "remove_person", email, needs="manage_people") as session:
        refuse_own_role(actor, email)
        account = existing(session, tables.UserAccount, email, NotFound("person_unknown", email=line(email)))
        roles = list(session.exec(select(tables.UserRole).where(tables.UserRole.email == email)))
        named = (role, bureau_code, section_code)
        taken = [row for row in roles if role is None or (row.role, row.bureau_code, row.section_code) == named]
        if any(row.role == Role.ADMINISTRATOR for row in taken):
            _refuse_last_administrator(session, email)
        for row in taken:
            session.delete(row)
        account.is_active = len(taken) < len(roles)
        detail = ", ".join(" ".join(filter(None, (row.role, row.bureau_code, row.section_code))) for row in taken)
        record(session, actor, "person_removed", email, detail=detail)
        if not account.is_active:
            _end_what_went_with_roles(session, actor, email)


def _end_what_went_with_roles(session: Session, actor: str, email: str) -> None:
    """End the deputyships and the calendar address of a person who left: let in again, they begin without."""
    now, deputy = instant(session), tables.Deputy
    theirs = or_(col(deputy.email) == email, col(deputy.stands_in_for) == email)
    for row in session.exec(select(deputy).where(theirs, col(deputy.ended_at).is_(None), col(deputy.until_date) >= local_day(now))):
        row.ended_by, row.ended_at = actor, now
        record(session, actor, "deputy_ended", row.email, detail=f"{row.stands_in_for}: {row.from_date} – {row.until_date}")
    if (reader := session.get(tables.NoticeReader, email)) and reader.calendar_sha256:
        reader.calendar_sha256 = ""
        record(session, actor, "calendar_address_ended", email)


def refuse_own_role(actor: str, email: str) -> None:
    """Refuse a role that somebody gives to themselves, or takes from themselves."""
    if is_same_mailbox(actor, email):
        raise NotAllowed("own_role")


def _refuse_as_deputy(session: Session, actor: str, email: str) -> None:
    """Refuse a role that somebody would have as the deputy of whom it is given to, now or from a day to come."""
    deputy = tables.Deputy
    named = select(deputy.email).where(
        deputy.stands_in_for == email, col(deputy.ended_at).is_(None), deputy.until_date >= local_day(instant(session))
    )
    for whom in session.exec(named):
        refuse_own_role(actor, whom)


def _refuse_last_administrator(session: Session, email: str) -> None:
    others = (
        select(tables.UserRole.id)
        .join(tables.UserAccount, col(tables.UserAccount.email) == col(tables.UserRole.email))
        .where(tables.UserRole.role == Role.ADMINISTRATOR, tables.UserAccount.is_active, tables.UserRole.email != email)
    )
    if session.exec(others).first() is None:
        raise NotAllowed("last_administrator", email=email)


def people(store: Store, *, actor: str) -> list[Person]:
    """Return every person with their roles, by e-mail."""
    with refusals_recorded(store, actor, "see_people", ""), store.reading() as session:
        allow(session, actor, "manage_people")
        assigned = session.exec(select(tables.UserRole).order_by(col(tables.UserRole.id)))
        roles = grouped((row.email, Grant(row.role, row.bureau_code, row.section_code)) for row in assigned)
        accounts = session.exec(select(tables.UserAccount).order_by(tables.UserAccount.email))
        return [Person(a.email, a.display_name, a.is_active, tuple(roles.get(a.email, ()))) for a in accounts]


def local_people(store: Store) -> list[Person]:
    """Return the persons offered by a local instance: two of its own, created here, and all others registered.

    Raises:
        NotAllowed: outside local mode, where only a provider identifies people.
    """
    if settings().mode != "local":
        raise NotAllowed("local_mode_only")
    with store.reading() as session:
        own = (
            (LOCAL_MANAGER, " ".join(pair(Message("manager_of_this_machine"))), "bureau_manager"),
            (LOCAL_OFFICE, " ".join(pair(Message("office_of_this_machine"))), "reform_office"),
        )
        missing = [p for p in own if not own_grants(session, p[0])]
    if missing:
        with store.writing() as session:
            for email, name, role in missing:
                _grant(session, email, name, role, None)
    listed = [p for p in people(store, actor=COMMAND_LINE) if p.is_active and p.grants]
    return sorted(listed, key=lambda p: (not p.email.endswith(LOCAL_DOMAIN), p.email))


def audit_trail(store: Store, *, actor: str, limit: int = 500, skipped: int = 0) -> tuple[Sequence[Event], int]:
    """Return lines of the audit trail, newest first, and their total number.

    Args:
        skipped: number of the newest lines to skip.
    """
    with refusals_recorded(store, actor, "read_audit", ""), store.reading() as session:
        allow(session, actor, "read_audit")
        count = select(func.count()).select_from(tables.AuditEvent)
        return events(session, subject=None, limit=limit, skipped=skipped), session.exec(count).one()


def signed_in(store: Store, email: str, *, signed_in_at: int, is_let_in: bool, claimed: str = "") -> None:
    """Record a sign-in, once for any number of windows; also that of a person without access.

    Args:
        email: verified by the provider; blank where it is not.
        signed_in_at: time of the provider's authentication, in seconds since 1970.
        is_let_in: the person is known and may see anything.
        claimed: the address that was not verified: it says nothing about who signed in.
    """
    action = "signed_in" if is_let_in else "sign_in_refused"
    detail = str(signed_in_at) if email else unverified(f"{signed_in_at} {claimed}")
    sign_ins = select(tables.AuditEvent.id).where(
        tables.AuditEvent.subject == email, tables.AuditEvent.action == action, tables.AuditEvent.detail == detail
    )
    with store.writing(is_figures=False, any_clock=True) as session:
        if session.exec(sign_ins).first() is None:
            record(session, email or NOBODY, action, email, detail=detail)


def unverified(text: str) -> str:
    """Return what somebody unknown wrote, for the detail of an audit line."""
    return shortened(line(text), LONGEST_NAME)


def events(session: Session, *, subject: str | None, limit: int, skipped: int = 0) -> list[Event]:
    """Return audit lines for a caller that has checked permissions."""
    query = select(tables.AuditEvent).order_by(col(tables.AuditEvent.id).desc()).limit(limit).offset(skipped)
    if subject is not None:
        query = query.where(tables.AuditEvent.subject == subject)
    return [record_of(Event, row) for row in session.exec(query)]
