"""The register of procedures, asked of the database: counted in groups, searched by page, streamed for a file.

Nothing here reads the whole register into memory; the arithmetic on the groups is in ``kpis.registers``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, case, func, select

from kpis import models
from kpis.registers import FINISHED, ONLINE, STEPS, SURE, Dated, Group, search_words
from kpis.store import Store

PAGE_SIZE = 50
LISTED = (
    "procedure_code", "name_ja", "name_en", "bureau_code", "process_type", "applicant", "authority", "is_priority", "counted_as",
    "online_channel", "applications_count", "online_count", "smartphone_ready", "digitised_date", "digitised_precision",
    "planned_for", "planned_for_precision", "law_name", "is_sample",
)  # fmt: skip


def _t() -> Table:
    table: Table = models.Procedure.__table__  # type: ignore[attr-defined]
    return table


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of procedures is narrowed to; a blank means any. ``due`` is ``planned`` or ``overdue``."""

    bureau: str = ""
    status: str = ""
    process_type: str = ""
    applicant: str = ""
    authority: str = ""
    channel: str = ""
    priority: str = ""
    due: str = ""
    q: str = ""


def status_on(as_of: date) -> ColumnElement[str]:
    """Return the status on a day: what is digitised later counts as planned."""
    t = _t()
    later = and_(t.c.digital_status.in_(ONLINE), t.c.digitised_date > as_of)
    return case((later, "planned"), else_=t.c.digital_status)


@dataclass(frozen=True, slots=True)
class Counted:
    """The register counted on a day: groups, channels as written, and what has a digitised or planned day."""

    groups: tuple[Group, ...]
    channels: tuple[tuple[str, str, int], ...]
    digitised: tuple[Dated, ...]
    planned: tuple[Dated, ...]


def counted(store: Store, *, as_of: date) -> Counted:
    """Count the register on a day; four queries, to be kept for as long as the revision stays."""
    return Counted(
        tuple(groups(store, as_of=as_of)),
        tuple(channel_counts(store, as_of=as_of)),
        tuple(dated(store, "digitised_date", as_of=as_of)),
        tuple(dated(store, "planned_for", as_of=as_of)),
    )


def groups(store: Store, *, as_of: date) -> list[Group]:
    """Count the register in groups; one query."""
    t, status = _t(), status_on(as_of)
    keys = [
        func.coalesce(t.c.bureau_code, ""), status, t.c.process_type, t.c.applicant, t.c.authority, t.c.is_priority,
        t.c.smartphone_ready, t.c.counted_as, t.c.is_sample, *(t.c[f"{step}_step"] for step in STEPS),
    ]  # fmt: skip
    known = t.c.online_count.is_not(None)
    sums = [
        func.count(), func.count(t.c.applications_count), func.coalesce(func.sum(t.c.applications_count), 0.0),
        func.count(case((known, t.c.applications_count))),
        func.coalesce(func.sum(case((known, t.c.applications_count))), 0.0),
        func.coalesce(func.sum(case((t.c.applications_count.is_not(None), t.c.online_count))), 0.0),
    ]  # fmt: skip
    with store.reading() as session:
        rows = session.execute(select(*keys, *sums).group_by(*keys)).all()
    return [
        Group(
            r[0],
            r[1],
            r[2],
            r[3],
            r[4],
            bool(r[5]),
            r[6],
            r[7],
            bool(r[8]),
            (r[9], r[10], r[11], r[12]),
            r[13],
            r[14],
            r[15],
            *r[16:],
        )
        for r in rows
    ]


def channel_counts(store: Store, *, as_of: date) -> list[tuple[str, str, int]]:
    """Count by the channels as written and by status: (channels, status, count)."""
    t, status = _t(), status_on(as_of)
    query = select(t.c.online_channel, status, func.count()).group_by(t.c.online_channel, status)
    with store.reading() as session:
        return [(channel, found, count) for channel, found, count in session.execute(query)]


def dated(store: Store, column: str, *, as_of: date) -> list[Dated]:
    """Count what has a day in ``digitised_date`` or ``planned_for``, by day, precision, status and bureau."""
    t, status = _t(), status_on(as_of)
    precision = t.c[f"{'digitised' if column == 'digitised_date' else column}_precision"]
    keys = (t.c[column], precision, status, func.coalesce(t.c.bureau_code, ""))
    query = select(*keys, func.count()).where(t.c[column].is_not(None)).group_by(*keys)
    with store.reading() as session:
        return [Dated(*row) for row in session.execute(query)]


def _conditions(wanted: Filter, as_of: date) -> list[ColumnElement[bool]]:
    t, status = _t(), status_on(as_of)
    found: list[ColumnElement[bool]] = []
    if wanted.bureau:
        found.append(t.c.bureau_code.is_(None) if wanted.bureau == "-" else t.c.bureau_code == wanted.bureau)
    for name in ("process_type", "applicant", "authority"):
        if value := getattr(wanted, name):
            found.append(t.c[name] == value)
    if wanted.status:
        found.append(status == wanted.status)
    if wanted.channel:
        found.append(t.c.online_channel.contains(wanted.channel, autoescape=True))
    if wanted.priority:
        found.append(t.c.is_priority.is_(wanted.priority == "yes"))
    if wanted.due:
        found += [t.c.planned_for.is_not(None), status.not_in(FINISHED)]
        if wanted.due == "overdue":
            found += [t.c.planned_for < as_of, t.c.planned_for_precision.in_(SURE)]
    found += [t.c.search_text.contains(word, autoescape=True) for word in search_words(wanted.q)]
    return found


def _narrowed(query: Select[Any], wanted: Filter, as_of: date) -> Select[Any]:
    return query.where(*_conditions(wanted, as_of))


def search(store: Store, wanted: Filter, *, as_of: date, page: int = 1, size: int = PAGE_SIZE) -> tuple[int, list[dict[str, Any]]]:
    """Return how many procedures there are, and one page of them in the order of their codes.

    The narrow index answers which ones; only the rows of the page are then read whole.

    Returns:
        The count, and rows of ``LISTED`` with ``status`` as of the day.
    """
    t = _t()
    with store.reading() as session:
        total = int(session.execute(_narrowed(select(func.count(t.c.procedure_code)), wanted, as_of)).scalar_one())
        codes = (
            session.execute(
                _narrowed(select(t.c.procedure_code), wanted, as_of).order_by(t.c.procedure_code).limit(size).offset((page - 1) * size)
            ).scalars().all()
            if total
            else []
        )  # fmt: skip
        columns = [*(t.c[name] for name in LISTED), status_on(as_of).label("status")]
        rows = session.execute(select(*columns).where(t.c.procedure_code.in_(codes)).order_by(t.c.procedure_code)) if codes else ()
        return total, [dict(row._mapping) for row in rows]


def matching(store: Store, wanted: Filter, *, as_of: date) -> Iterator[dict[str, Any]]:
    """Yield every procedure that a filter keeps, whole, in the order of their codes, a few hundred at a time in memory."""
    t = _t()
    hidden = {"search_text"}
    columns = [c for c in t.c if c.name not in hidden]
    query = _narrowed(select(*columns, status_on(as_of).label("status")), wanted, as_of).order_by(t.c.procedure_code)
    with store.reading() as session:
        for row in session.execute(query.execution_options(yield_per=500)):
            yield dict(row._mapping)
