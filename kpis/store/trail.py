"""The stored audit trail: append-only, each line with the checksum of itself and of the line before.

The database refuses to change or remove a line (triggers of migration 0015). Circumventing that breaks the chain, and the
first line that does not follow is reported.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session

from kpis.as_text import shown
from kpis.declared import Row
from kpis.store import tables
from kpis.store.fields import table_of

_SAID = ("actor", "action", "subject", "file_sha256", "cell", "detail")
_BATCH = 5_000


def linked(previous: str, line: Mapping[str, Any]) -> str:
    """Return the checksum of a line given the previous one; the hashed form must never change, or every stored trail would break.

    Args:
        previous: checksum of the line before; blank for the first.
        line: column → value.
    """
    at: datetime = line["occurred_at"]
    fields = [previous, at.isoformat(timespec="microseconds"), *(line[name] for name in _SAID)]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def last(session: Session) -> str:
    """Return the checksum of the newest line; blank for an empty trail."""
    table = table_of(tables.AuditEvent)
    return session.execute(select(table.c.sha256).order_by(table.c.id.desc()).limit(1)).scalar() or ""


def append(session: Session, lines: Sequence[Row]) -> None:
    """Append lines, within a transaction of ``Store.writing``: writers queue there, so that no two follow the same line.

    Args:
        lines: column → value; ``file_sha256``, ``cell`` and ``detail`` are optional.
    """
    previous, whole = last(session), []
    for given in lines:
        line = {"file_sha256": None, "cell": "", "detail": "", **{name: shown(value) for name, value in given.items()}}
        previous = line["sha256"] = linked(previous, line)
        whole.append(line)
    if whole:
        session.execute(insert(table_of(tables.AuditEvent)), whole)


def first_break(session: Session) -> int | None:
    """Return the number of the first line that was changed or does not follow the one before; ``None`` = the trail is intact."""
    table = table_of(tables.AuditEvent)
    previous = ""
    for row in session.execute(select(table).order_by(table.c.id).execution_options(yield_per=_BATCH)):
        if row.sha256 != linked(previous, row._asdict()):
            return int(row.id)
        previous = row.sha256
    return None


def holds(session: Session, sha256: str) -> bool:
    """Return whether the trail contains a line with this checksum, which proves that everything before it is unchanged."""
    table = table_of(tables.AuditEvent)
    return session.execute(select(table.c.id).where(table.c.sha256 == sha256)).first() is not None
