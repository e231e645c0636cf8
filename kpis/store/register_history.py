"""Registers as known at an instant: the present rows with later changes undone, computed in the database.

A register stores its present rows, the instant each became known, and the previous values of every later change
(``register_change``). The state at an instant is therefore the present one, with the first previous value recorded after it
restored, column by column, and without the rows that became known later. Nothing is read into memory: a national register has
tens of thousands of rows, of which few change.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Select, Table, Text, case, cast, exists, func, select, true, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, SQLModel

from kpis.declared import Row
from kpis.store import tables
from kpis.store.tables import table_of

FIRST_KNOWN = "first_known_at"


def as_known(session: Session, model: type[SQLModel], known_at: datetime | None) -> FromClause:
    """Return a selectable to use in place of a register's table: the same columns, as known at an instant.

    Args:
        known_at: UTC; ``None`` means as known now. An edition contains its registers as of its publication and no changes, so it
            returns these rows for any instant.
    """
    table = table_of(model)
    if known_at is None or not _has_moved_on(session, table, table.name, known_at):
        return table
    (key,) = table.primary_key.columns
    past = _said_before(session, table, table.name, known_at).subquery(f"{table.name}_before")
    columns = [key if c is key else _then(session, c, past).label(c.name) for c in table.c]
    later = table.alias(f"{table.name}_later")
    known = key.not_in(select(later.c[key.name]).where(later.c[FIRST_KNOWN] > known_at))
    return select(*columns).select_from(table.outerjoin(past, past.c.row_code == key)).where(known).subquery(f"{table.name}_known")


def said_before(session: Session, model: type[SQLModel], known_at: datetime | None) -> dict[str, Row]:
    """Return the previous values of rows changed since an instant, each the first recorded after it: code → column → value."""
    if known_at is None:
        return {}
    log = table_of(tables.RegisterChange)
    query = select(log.c.row_code, log.c.before_json).where(*_since(table_of(model).name, known_at)).order_by(log.c.vintage)
    values: dict[str, Row] = {}
    for code, before in session.execute(query):
        values[code] = {**json.loads(before), **values.get(code, {})}
    return values


def first_known(session: Session, model: type[SQLModel]) -> datetime | None:
    """Return the instant at which the first row of a register became known; ``None`` without rows, or without a record of it."""
    instant: datetime | None = session.execute(select(func.min(table_of(model).c[FIRST_KNOWN]))).scalar()
    return instant


def _has_moved_on(session: Session, table: Table, register: str, known_at: datetime) -> bool:
    changed = exists().where(*_since(register, known_at))
    added = exists().where(table.c[FIRST_KNOWN] > known_at)
    return any(session.execute(select(condition)).scalar() for condition in (changed, added))


def _since(register: str, known_at: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    log = table_of(tables.RegisterChange)
    return log.c.register_name == register, log.c.known_at > known_at


def _said_before(session: Session, table: Table, register: str, known_at: datetime) -> Select[Any]:
    """Select, for each row changed since, the first previous value of each changed column; ``has_<column>`` marks these with 1."""
    log = table_of(tables.RegisterChange)
    if session.get_bind().dialect.name == "postgresql":
        entry = func.jsonb_each_text(cast(log.c.before_json, JSONB)).table_valued("key", "value").lateral("noted")
    else:
        entry = func.json_each(log.c.before_json).table_valued("key", "value", name="noted")
    turn = func.row_number().over(partition_by=(log.c.row_code, entry.c.key), order_by=log.c.vintage)
    noted = (
        select(log.c.row_code, log.c.vintage, entry.c.key, entry.c.value, turn.label("turn"))
        .select_from(log.join(entry, true()))
        .where(*_since(register, known_at))
        .subquery(f"{register}_noted")
    )
    (key,) = table.primary_key.columns
    columns: list[ColumnElement[Any]] = [noted.c.row_code, (func.min(noted.c.vintage) - 1).label("vintage")]
    for column in table.c:
        if column is not key and column.name not in ("vintage", FIRST_KNOWN):
            own = noted.c.key == column.name
            columns += [
                func.max(case((own, noted.c.value))).label(column.name),
                func.max(case((own, 1))).label(f"has_{column.name}"),
            ]
    return select(*columns).where(noted.c.turn == 1).group_by(noted.c.row_code)


def _then(session: Session, column: Column[Any], past: FromClause) -> ColumnElement[Any]:
    if column.name == FIRST_KNOWN:
        return column
    if column.name == "vintage":
        return func.coalesce(past.c.vintage, column)
    noted: ColumnElement[Any] = past.c[column.name]
    if session.get_bind().dialect.name == "postgresql":
        noted = cast(cast(noted, Text), column.type)
    return case((past.c[f"has_{column.name}"] == 1, type_coerce(noted, column.type)), else_=column)
