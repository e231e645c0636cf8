"""Deputies within a bureau, for a range of days, named by the person, by the office or by an administrator.

A deputy acts in their own name, on record as replacing the other; only roles of the bureau can be delegated,
and only those that the other holds themselves. The four-eyes rule counts persons: a deputy who wrote a part does not check it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from kpis.as_text import line
from kpis.errors import FigureRefused, NotAllowed, NotFound
from kpis.periods import local_day
from kpis.reporting.access import OF_BUREAU, Grant, is_same_mailbox, is_same_person, may
from kpis.reporting.people import account_key, acting, own_grants, record, refusals_recorded, refuse_own_role
from kpis.store import tables
from kpis.store.fields import record_of
from kpis.store.store import Store, instant

MOST_DAYS = 366  # of one deputyship: who stands in for longer is given the role, or named again


@dataclass(frozen=True, kw_only=True, slots=True)
class Deputed:
    """One deputy of a person, for a range of days, and who named them; ``ended_at`` where it was ended early."""

    id: int
    email: str
    stands_in_for: str
    from_date: date
    until_date: date
    named_by: str
    ended_at: datetime | None

    def state(self, today: date) -> str:
        """Return the state ``ended``, ``to_come``, ``over`` or ``now``."""
        if self.ended_at is not None:
            return "ended"
        return "to_come" if today < self.from_date else "over" if today > self.until_date else "now"


def name_deputy(store: Store, *, actor: str, email: str, stands_in_for: str, from_date: date, until_date: date) -> None:
    """Name a deputy of a person, both days included.

    Raises:
        NotAllowed: the actor may name a deputy neither for themselves nor for others, names themselves, or these roles cannot be delegated.
        FigureRefused: the days are reversed, past or more than ``MOST_DAYS``, or both are the same person.
        NotFound: one of the two is not a known person.
    """
    email, whose = account_key(email), account_key(stands_in_for)
    with acting(store, actor, "name_deputy", whose) as session:
        _refuse(session, actor, whose)
        if until_date < from_date or until_date < local_day(instant(session)):
            raise FigureRefused("deputy_days")
        if (until_date - from_date).days >= MOST_DAYS:
            raise FigureRefused("deputy_too_long", most=MOST_DAYS)
        if is_same_mailbox(email, whose):
            raise FigureRefused("deputy_of_oneself")
        refuse_own_role(actor, email)  # the roles of another are roles too
        account = session.get(tables.UserAccount, email)
        if account is None or not account.is_active:
            raise NotFound("person_unknown", email=line(email))
        if not any(grant.role in OF_BUREAU for grant in own_grants(session, whose)):
            raise NotAllowed("nothing_to_stand_in_for", email=line(whose))
        session.add(
            tables.Deputy(
                email=email, stands_in_for=whose, from_date=from_date, until_date=until_date, named_by=actor, named_at=instant(session),
            )
        )  # fmt: skip
        record(session, actor, "deputy_named", email, detail=f"{whose}: {from_date} – {until_date}")


def end_deputy(store: Store, number: int, *, actor: str) -> None:
    """End a deputyship early; the acts until then remain valid.

    Raises:
        NotFound: there is no such deputyship in force.
        NotAllowed: as ``name_deputy``.
    """
    with acting(store, actor, "end_deputy", f"deputy {number}") as session:
        row = session.get(tables.Deputy, number)
        if row is None or row.ended_at is not None:
            raise NotFound("deputy_unknown", number=number)
        _refuse(session, actor, row.stands_in_for)
        row.ended_by, row.ended_at = actor, instant(session)
        record(session, actor, "deputy_ended", row.email, detail=f"{row.stands_in_for}: {row.from_date} – {row.until_date}")


@contextmanager
def _who_may_name(store: Store, viewer: str) -> Iterator[tuple[Session, tuple[Grant, ...]]]:
    """Open a read for a viewer who may name deputies, with the extent of the permission; otherwise record and raise the refusal."""
    with refusals_recorded(store, viewer, "see_deputies", ""), store.reading() as session:
        grants = own_grants(session, viewer)
        if not may(grants, "name_deputy"):
            raise NotAllowed("role_not_permitted")
        yield session, grants


def deputies(store: Store, *, viewer: str) -> list[Deputed]:
    """Return the deputies visible to the viewer, newest first: those of everybody, of the viewer's bureaus, or none."""
    with _who_may_name(store, viewer) as (session, grants):
        named = session.exec(select(tables.Deputy).order_by(col(tables.Deputy.id).desc()))
        return [record_of(Deputed, row) for row in named if _is_of(session, grants, row.stands_in_for, viewer)]


def colleagues(store: Store, *, viewer: str) -> list[str]:
    """Return the persons for whom the viewer may name a deputy: themselves, and for the office everybody with a role of a bureau."""
    with _who_may_name(store, viewer) as (session, grants):
        emails = session.exec(select(tables.UserRole.email).where(col(tables.UserRole.role).in_(OF_BUREAU))).all()
        return [email for email in sorted({*emails}) if email == account_key(viewer) or _is_for_all(grants)]


def _is_for_all(grants: Collection[Grant]) -> bool:
    return any(grant.role not in OF_BUREAU and may([grant], "name_deputy") for grant in grants)


def _is_of(session: Session, grants: Collection[Grant], whose: str, viewer: str) -> bool:
    if _is_for_all(grants) or is_same_person(viewer, whose):
        return True
    return any(may(grants, "name_deputy", grant.bureau_code) for grant in own_grants(session, whose) if grant.bureau_code)


def _refuse(session: Session, actor: str, whose: str) -> None:
    """Refuse to let people of one bureau name deputies of others: only persons themselves and the office may."""
    grants = own_grants(session, actor)  # a deputy cannot name a deputy
    if not may(grants, "name_deputy") or not (_is_for_all(grants) or is_same_person(actor, whose)):
        raise NotAllowed("deputy_of_others")
