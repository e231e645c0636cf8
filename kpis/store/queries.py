"""Queries on the register of procedures: counted in groups, searched by page, streamed for a file.

Nothing here reads the whole register into memory; the arithmetic on the groups is in ``kpis.figures.registers``. ``as_of`` is the day
judged, ``known_at`` the instant (UTC) of the state of knowledge: ``None`` means as known now.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, case, false, func, not_, or_, select
from sqlalchemy import cast as cast_to
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session

from kpis.declared import Row
from kpis.errors import NotFound
from kpis.figures.registers import ENDED, FINISHED, MISTAKE, ONLINE, STEPS, SURE, Dated, Group
from kpis.seen import doing
from kpis.store import tables
from kpis.store.fields import Record, record_of
from kpis.store.register_history import FIRST_KNOWN, as_known
from kpis.store.store import BATCH, Store

PAGE_SIZE = 50
GLANCE = 2_000  # maximum number of codes fetched at once; only beyond it are they counted separately
LISTED = (
    "procedure_code", "name_ja", "name_en", "bureau_code", "process_type", "applicant", "authority", "is_priority", "counted_as",
    "online_channel", "applications_count", "online_count", "smartphone_ready", "digitised_date", "digitised_precision",
    "planned_for", "planned_for_precision", "law_name", "ended_on", "ended_on_precision", "ended_reason", "successor_code", "is_sample",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """Filter of a list of procedures; blank means any. ``due`` is ``planned`` or ``overdue``, ``smartphone`` ``yes``, ``no`` or ``unknown``."""

    bureau: str = ""
    status: str = ""
    process_type: str = ""
    applicant: str = ""
    authority: str = ""
    channel: str = ""
    priority: str = ""
    due: str = ""
    smartphone: str = ""
    q: str = ""


class ProcedureOnDay(tables.ProcedureFields):
    """A procedure as of a day: the type of the records read here, for mypy (``kpis.store.fields.records``)."""

    status: str
    is_sample: bool


_INNER = frozenset({"listed_in", FIRST_KNOWN})
_Columns = Mapping[str, ColumnElement[Any]]


def _columns(session: Session, known_at: datetime | None) -> _Columns:
    return dict(as_known(session, tables.Procedure, known_at).c.items())


def _has_ended(c: _Columns, as_of: date) -> ColumnElement[bool]:
    """Return the condition that a row had ended by a day; one entered by mistake was never valid, on any day."""
    return or_(func.coalesce(c["ended_on"] <= as_of, false()), func.coalesce(c["ended_reason"], "") == MISTAKE)


def _status_on(c: _Columns, as_of: date) -> ColumnElement[str]:
    """Return the status on a day: ended by then, or planned where it is digitised later."""
    return case((_has_ended(c, as_of), ENDED), else_=_status_before(c, as_of))


def _status_before(c: _Columns, as_of: date) -> ColumnElement[str]:
    later = and_(c["digital_status"].in_(ONLINE), c["digitised_date"] > as_of)
    return case((later, "planned"), else_=c["digital_status"])


@dataclass(frozen=True, slots=True)
class Counted:
    """The register counted on a day: groups, channels as written, and procedures with a digitised or planned day."""

    groups: tuple[Group, ...]
    channels: tuple[tuple[str, str, int], ...]
    digitised: tuple[Dated, ...]
    planned: tuple[Dated, ...]


def counted(store: Store, *, as_of: date, known_at: datetime | None = None) -> Counted:
    """Count the register on a day; four queries, whose result is cached with the revision."""
    return Counted(
        tuple(groups(store, as_of=as_of, known_at=known_at)),
        tuple(channel_counts(store, as_of=as_of, known_at=known_at)),
        tuple(dated(store, "digitised_date", as_of=as_of, known_at=known_at)),
        tuple(dated(store, "planned_for", as_of=as_of, known_at=known_at)),
    )


def groups(store: Store, *, as_of: date, known_at: datetime | None = None) -> list[Group]:
    """Count the register in groups; one query."""
    with store.reading() as session:
        c = _columns(session, known_at)
        names = ("process_type", "applicant", "authority", "is_priority", "counted_as", "is_sample")
        keys = {
            "bureau": func.coalesce(c["bureau_code"], ""), "status": _status_on(c, as_of), "smartphone": c["smartphone_ready"],
            **{name: c[name] for name in names}, **{f"{step}_step": c[f"{step}_step"] for step in STEPS},
        }  # fmt: skip
        known, applications = c["online_count"].is_not(None), c["applications_count"]
        sums = {
            "count_of_rows": func.count(), "with_applications": func.count(applications),
            "applications": func.coalesce(func.sum(applications), 0.0), "with_usage": func.count(case((known, applications))),
            "usage_total": func.coalesce(func.sum(case((known, applications))), 0.0),
            "usage_online": func.coalesce(func.sum(case((applications.is_not(None), c["online_count"]))), 0.0),
        }  # fmt: skip
        columns = (column.label(name) for name, column in {**keys, **sums}.items())
        rows = list(doing.counted(session.execute(select(*columns).group_by(*keys.values()))))
    return [record_of(Group, r, steps=tuple(getattr(r, f"{step}_step") for step in STEPS), count=r.count_of_rows) for r in rows]


def by_bureau(store: Store, *, as_of: date, known_at: datetime | None = None) -> list[tuple[str, str, int]]:
    """Count by bureau and status: (bureau, or a blank where it is not stated, status, count)."""
    with store.reading() as session:
        c = _columns(session, known_at)
        keys = (c["bureau_code"], _status_on(c, as_of))
        standing = not_(_has_ended(c, as_of))
        rows = session.execute(select(*keys, func.count()).where(standing).group_by(*keys))
        return [(bureau or "", status, count) for bureau, status, count in rows]


def source_codes(store: Store, *, as_of: date, known_at: datetime | None = None) -> list[str]:
    """Return the codes of the sources of the rows in being on a day, most frequent first; one query."""
    with store.reading() as session:
        c = _columns(session, known_at)
        query = select(c["source_code"], func.count()).where(not_(_has_ended(c, as_of))).group_by(c["source_code"])
        rows = sorted(session.execute(query), key=lambda row: (-row[1], row[0] or ""))
        return [code for code, _ in rows if code]


def channel_counts(store: Store, *, as_of: date, known_at: datetime | None = None) -> list[tuple[str, str, int]]:
    """Count by channels as written and status: (channels, status, count)."""
    with store.reading() as session:
        c = _columns(session, known_at)
        status = _status_on(c, as_of)
        query = select(c["online_channel"], status, func.count()).where(not_(_has_ended(c, as_of)))
        query = query.group_by(c["online_channel"], status)
        return [(channel, status_then, count) for channel, status_then, count in session.execute(query)]


def dated(store: Store, column: str, *, as_of: date, known_at: datetime | None = None) -> list[Dated]:
    """Count procedures with a day in ``digitised_date`` or ``planned_for``, by day, precision, status and bureau."""
    with store.reading() as session:
        c = _columns(session, known_at)
        precision = c[f"{'digitised' if column == 'digitised_date' else column}_precision"]
        ended = case((c["ended_on"] <= as_of, c["ended_on"]))
        keys = (c[column], precision, _status_before(c, as_of), func.coalesce(c["bureau_code"], ""), ended)
        real = func.coalesce(c["ended_reason"], "") != MISTAKE
        query = select(*keys, func.count()).where(c[column].is_not(None), real).group_by(*keys)
        return [
            Dated(day=day, precision=how, status=status, bureau=bureau, count=count, ended=gone)
            for day, how, status, bureau, gone, count in session.execute(query)
        ]


def _conditions(c: _Columns, wanted: Filter, as_of: date) -> list[ColumnElement[bool]]:
    status = _status_on(c, as_of)
    conditions: list[ColumnElement[bool]] = []
    if wanted.bureau:
        conditions.append(c["bureau_code"].is_(None) if wanted.bureau == "-" else c["bureau_code"] == wanted.bureau)
    conditions += [c[name] == value for name in ("process_type", "applicant", "authority") if (value := getattr(wanted, name))]
    if wanted.status:
        conditions.append(status == wanted.status)
    if wanted.channel:
        conditions.append(c["online_channel"].contains(wanted.channel, autoescape=True))
    if wanted.priority:
        conditions.append(c["is_priority"].is_(wanted.priority == "yes"))
    if wanted.smartphone:
        conditions.append(c["smartphone_ready"] == wanted.smartphone)
    if wanted.due:
        conditions += [c["planned_for"].is_not(None), status.not_in(FINISHED)]
        if wanted.due == "overdue":
            conditions += [c["planned_for"] < as_of, c["planned_for_precision"].in_(SURE)]
    return conditions


def _narrowed(
    session: Session, query: Select[Any], c: _Columns, wanted: Filter, as_of: date, among: Sequence[str] | None
) -> Select[Any]:
    query = query.where(*_conditions(c, wanted, as_of))
    if among is None:
        if wanted.q:
            raise ValueError("the words of a filter are asked of the index: see Moment.search")
        return query
    # One parameter for any number of codes: databases limit parameters to some tens of thousands.
    if session.get_bind().dialect.name == "postgresql":
        element = func.jsonb_array_elements_text(cast_to(list(among), JSONB)).table_valued("value")
    else:
        element = func.json_each(json.dumps(among)).table_valued("value")
    return query.where(c["procedure_code"].in_(select(element.c.value)))


def search(
    store: Store, wanted: Filter, *, as_of: date, known_at: datetime | None = None, among: Sequence[str] | None = None,
    page: int = 1, size: int = PAGE_SIZE,
) -> tuple[int, list[ProcedureOnDay]]:  # fmt: skip
    """Return the number of matching procedures, and one page of them in code order.

    A narrow index gives the matches, in one scan where they are few; only the rows of the page are then read in full.
    The words of a filter are not searched in the database: ``among`` names the procedures that contain them, or is ``None`` without words.

    Returns:
        The count, and records with the columns of ``LISTED`` alone and ``status`` as of the day.
    """
    with store.reading() as session:
        c = _columns(session, known_at)
        which = _narrowed(session, select(c["procedure_code"]), c, wanted, as_of, among).order_by(c["procedure_code"])
        if page * size <= GLANCE:
            codes = list(session.execute(which.limit(GLANCE + 1)).scalars())
        else:
            codes = list(session.execute(which.limit(size).offset((page - 1) * size)).scalars())
        total = len(codes)
        if total > GLANCE or page * size > GLANCE:
            total = int(
                session.execute(_narrowed(session, select(func.count(c["procedure_code"])), c, wanted, as_of, among)).scalar_one()
            )
        if page * size <= GLANCE:
            codes = codes[(page - 1) * size : page * size]
        columns = [*(c[name] for name in LISTED), _status_on(c, as_of).label("status")]
        rows = (
            session.execute(select(*columns).where(c["procedure_code"].in_(codes)).order_by(c["procedure_code"])) if codes else ()
        )
        return total, [_on_day(row._mapping) for row in doing.counted(rows)]


def matching(
    store: Store, wanted: Filter, *, as_of: date, known_at: datetime | None = None, among: Sequence[str] | None = None
) -> Iterator[Row]:
    """Yield every procedure matching a filter, with all columns, in code order, a few hundred at a time in memory."""
    with store.reading() as session:
        c = _columns(session, known_at)
        query = _narrowed(session, select(*_whole(c, as_of)), c, wanted, as_of, among).order_by(c["procedure_code"])
        for row in doing.counted(session.execute(query.execution_options(yield_per=500))):
            yield dict(row._mapping)


def columns_of(store: Store, *, as_of: date, known_at: datetime | None = None) -> list[str]:
    """Return the columns of a procedure read in full."""
    with store.reading() as session:
        return [column.name for column in select(*_whole(_columns(session, known_at), as_of)).selected_columns]


def one(store: Store, code: str, *, as_of: date, known_at: datetime | None = None) -> ProcedureOnDay:
    """Return one procedure with all columns and ``status`` as of the day.

    Raises:
        NotFound: no such procedure exists, or was known at that instant.
    """
    with store.reading() as session:
        c = _columns(session, known_at)
        row = session.execute(select(*_whole(c, as_of)).where(c["procedure_code"] == code)).first()
    if row is None:
        raise NotFound("procedure_unknown", code=code)
    return _on_day(row._mapping)


NAMED = (
    "procedure_code",
    "name_ja",
    "name_en",
    "law_name",
    "law_article",
    "organisation_ja",
    "bureau_code",
    "ended_on",
    "ended_reason",
)


def names(store: Store, *, known_at: datetime | None = None) -> Iterator[tuple[Any, ...]]:
    """Yield ``NAMED`` of every procedure, for any day, for an index of names; one query, never all rows at once."""
    with store.reading() as session:
        c = _columns(session, known_at)
        query = select(*(c[name] for name in NAMED)).order_by(c["procedure_code"])
        for row in doing.counted(session.execute(query.execution_options(yield_per=BATCH))):
            yield tuple(row)


def some(store: Store, codes: Collection[str], *, as_of: date, known_at: datetime | None = None) -> dict[str, ProcedureOnDay]:
    """Return a few procedures with all columns, by code."""
    if not codes:
        return {}
    with store.reading() as session:
        c = _columns(session, known_at)
        rows = session.execute(select(*_whole(c, as_of)).where(c["procedure_code"].in_(codes)))
        return {row.procedure_code: _on_day(row._mapping) for row in doing.counted(rows)}


def merged_into(store: Store, code: str, *, known_at: datetime | None = None) -> list[str]:
    """Return the codes of the predecessors of a procedure."""
    with store.reading() as session:
        c = _columns(session, known_at)
        codes = session.execute(select(c["procedure_code"]).where(c["successor_code"] == code).order_by(c["procedure_code"]))
        return list(codes.scalars())


def _on_day(row: Mapping[Any, Any]) -> ProcedureOnDay:
    return cast(ProcedureOnDay, Record(**row))


def _whole(c: _Columns, as_of: date) -> list[ColumnElement[Any]]:
    return [*(column for name, column in c.items() if name not in _INNER), _status_on(c, as_of).label("status")]
