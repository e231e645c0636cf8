"""What definitions with days were until they changed: the calendar of reporting periods, and the lives of organisation units.

A list that is loaded later says them anew; whoever looks as of an instant (minutes that are closed, a past view) is given what stood
then. The rows hold what stands now, and each change what it replaced (``definition_change``); the first one after the instant tells.
The first days of a period, and a unit that a list adds, replace nothing: they count as known ever since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session, SQLModel

from kpis.declared import Row
from kpis.figures.organisation import Organisation, Unit
from kpis.store import tables
from kpis.store.tables import table_of
from kpis.vocabulary import DatedDefinition

PERIOD_DAYS = ("opens_on", "due_on", "locks_on", "publishes_on")
_LIFE = ("valid_from", "valid_from_precision", "valid_to", "valid_to_precision", "is_current")
DATED: Mapping[str, tuple[str, ...]] = {DatedDefinition.REPORTING_PERIOD: PERIOD_DAYS, DatedDefinition.BUREAU: _LIFE}
_DAYS = {*PERIOD_DAYS, "valid_from", "valid_to"}


def note(session: Session, table: str, changed: Iterable[tuple[str, Row, Row]], *, known_at: datetime, sha256: str | None) -> None:
    """Record what rows of a definition were before a change.

    Args:
        table: of ``DATED``.
        changed: code of the row, the row before, and the new values of some columns.
        sha256: of the list, already stored.
    """
    log, noted = table_of(tables.DefinitionChange), list[Row]()
    for code, old, new in changed:
        before = {name: old[name] for name in DATED[table] if name in new and new[name] != old[name]}
        if before:
            packed = json.dumps(before, default=date.isoformat)
            noted.append(
                {"table_name": table, "row_code": code, "before_json": packed, "known_at": known_at, "file_sha256": sha256}
            )
    if noted:
        session.execute(insert(log), noted)


def before_changes(session: Session, model: type[SQLModel], known_at: datetime | None) -> dict[str, Row]:
    """Return what rows changed since an instant were then: code → column → value. An edition has no changes.

    Args:
        known_at: UTC; ``None`` means now.
    """
    if known_at is None:
        return {}
    log = table_of(tables.DefinitionChange)
    query = select(log.c.row_code, log.c.before_json).where(log.c.table_name == table_of(model).name, log.c.known_at > known_at)
    values: dict[str, Row] = {}
    for code, packed in session.execute(query.order_by(log.c.id)):
        values[code] = {**{name: _value(name, value) for name, value in json.loads(packed).items()}, **values.get(code, {})}
    return values


def as_lived(organisation: Organisation, before: Mapping[str, Row]) -> Organisation:
    """Return the organisation with the lives that some units had before (``before_changes``)."""
    if not before:
        return organisation
    own = {field.name for field in fields(Unit)}
    units = (replace(unit, **{n: v for n, v in before.get(unit.code, {}).items() if n in own}) for unit in organisation.units)
    return replace(organisation, units=tuple(units))


def _value(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name in _DAYS and value is not None else value
