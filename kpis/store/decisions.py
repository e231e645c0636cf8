"""Decisions on rows missing from their reloaded lists: kept, ended on a day, or marked as never valid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from kpis.figures.records import standing_vintages
from kpis.government import government
from kpis.registers import REGISTERS
from kpis.store import tables
from kpis.store.tables import table_of
from kpis.store.vintages import Origin, as_withdrawal, of_figure, upsert
from kpis.vocabulary import EndedReason, ListDecision, Precision, RowKind


@dataclass(frozen=True, slots=True)
class RowDecision:
    """The decision on a row missing from its list: ``keep``, ``end`` (on a day) or ``never`` (it was never valid)."""

    word: str
    ended_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """A row that an earlier version of its list contained, by kind and serialised key."""

    kind: str
    list_name: str
    key: str
    row: Mapping[str, Any]
    was_kept: bool = False  # decided before, and to be applied again: a list that is replaced whole would drop it
    is_beside_part: bool = False  # the file seems to be a part of its list: the row stays unless a decision is made


def apply_decisions(session: Session, gone: Sequence[tuple[Gone, RowDecision]], *, sha256: str | None, decided_at: datetime) -> int:
    """Store and apply the decisions on rows missing from their lists; return the number of rows changed.

    For lists that are replaced whole, rows are kept or dropped when the list is stored (``apply_rows``).
    """
    changed = 0
    for kind in dict.fromkeys(row.kind for row, _ in gone):
        own = [(row, decision) for row, decision in gone if row.kind == kind]
        if kind in REGISTERS:
            changed += _end_rows(session, kind, own, sha256=sha256, decided_at=decided_at)
        elif kind == RowKind.OBSERVATION:
            changed += _withdraw_rows(session, own, decided_at=decided_at)
    if any(not row.was_kept for row, _ in gone):
        session.execute(
            insert(table_of(tables.ListDecision)),
            [
                {
                    "list_kind": row.kind, "list_name": row.list_name, "row_key": row.key, "decision": decision.word,
                    "ended_on": decision.ended_on, "reason": decision.reason, "decided_at": decided_at,
                }
                for row, decision in gone
                if not row.was_kept
            ],
        )  # fmt: skip
    return changed


def _end_rows(
    session: Session, kind: str, gone: Sequence[tuple[Gone, RowDecision]], *, sha256: str | None, decided_at: datetime
) -> int:
    (key,) = REGISTERS[kind].key
    values, reasons = [], {}
    for row, decision in gone:
        if decision.word == ListDecision.KEEP:
            continue
        is_end = decision.word == ListDecision.END
        values.append(
            {
                key: row.key, "ended_on": decision.ended_on,
                "ended_on_precision": (Precision.DAY if is_end else Precision.UNKNOWN).value,
                "ended_reason": (REGISTERS[kind].ends_as if is_end else EndedReason.MISTAKE).value,
            }
        )  # fmt: skip
        reasons[row.key] = (None if is_end else government().error, decision.reason)
    return upsert(session, kind, values, origin=Origin(decided_at, sha256, reasons=reasons)) if values else 0


def _withdraw_rows(session: Session, gone: Sequence[tuple[Gone, RowDecision]], *, decided_at: datetime) -> int:
    """Withdraw every vintage of a figure that came from no report: its list value was never valid."""
    fresh = []
    for row, decision in gone:
        if decision.word != ListDecision.NEVER:
            continue
        vintages = of_figure(session, (row.row["indicator_code"], row.row["bureau_code"], row.row["period_code"]))
        for vintage in standing_vintages(vintages):
            if vintage["submission_id"] is None:
                vintages.append(as_withdrawal(vintage, vintages, reason=(government().error, decision.reason), known_at=decided_at))
                fresh.append(vintages[-1])
    if fresh:
        session.execute(insert(table_of(tables.Observation)), fresh)
    return len(fresh)
