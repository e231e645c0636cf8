"""What a backup that was put back is held against: the database that it was made of, row by row, but for notices, which are put aside."""

from __future__ import annotations

from typing import Any

from kpis.reporting import outbox
from kpis.store import tables
from kpis.store.copying import one_state, rows_of
from kpis.store.store import Store

_ASIDE = ("state", "claim", "claimed_until", "settled_at", "last_error")  # of a notice, what putting aside changes


def lost(source: Store, target: Store) -> list[str]:
    """Return what of a database is not in the one that its backup was put back into; empty where all is, and nothing waits to be sent twice."""
    with one_state(source) as own, one_state(target) as there:
        held, arrived = rows_of(own), rows_of(there)
    waited = {row["id"] for row in source.all_of(tables.Notice) if row["state"] in outbox.OPEN}
    touched = {"notice", "audit_event", "data_revision"} if waited else set()
    wrong = [name for name, rows in held.items() if name not in touched and rows != arrived[name]]
    if not touched:
        return wrong
    before, after = source.all_of(tables.AuditEvent), target.all_of(tables.AuditEvent)
    if after[: len(before)] != before or [row["action"] for row in after[len(before) :]] != ["notices_put_aside"]:
        wrong.append("audit_event")
    if source.all_of(tables.DataRevision) != target.all_of(tables.DataRevision):
        wrong.append("data_revision")
    notices = {row["id"]: row for row in target.all_of(tables.Notice)}
    if {n: _told(row) for n, row in notices.items()} != {row["id"]: _told(row) for row in source.all_of(tables.Notice)}:
        wrong.append("notice")
    if again := [
        number
        for number, row in notices.items()
        if row["state"] in outbox.OPEN or (number in waited) != (row["state"] == "unknown")
    ]:
        wrong.append(f"notices {again} would be sent again")
    return wrong


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _ASIDE}
