"""Rules for the end of a register row: date, reason and successor; shared by lists and workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from kpis.figures.registers import MISTAKE
from kpis.message import Message
from kpis.registers import REGISTERS
from kpis.store.fields import of_codes
from kpis.store.store import Store
from kpis.store.tables import table_of
from loaders.files.problems import Kind

_FOLLOWED = ("merged", "replaced")
# Tolerance in days for a date known to the month only, stored as its last day.
SLACK = {"day": 0, "month": 31, "quarter": 92, "year": 366}


@dataclass(frozen=True, slots=True)
class Fault:
    """An impossible value in one of our columns."""

    column: str
    kind: Kind
    found: str | Message
    expected: Message
    remedy: Message


def faults(
    kind: str, code: str, fields: Mapping[str, Any], ends: Mapping[str, tuple[date | None, str]], *, followed: Mapping[str, date]
) -> Iterator[Fault]:
    """Yield the faults of a row's end date, reason and successor.

    Args:
        kind: the register, as ``facility``.
        code: of the row.
        fields: of the row.
        ends: known successor codes → (end date, reason), ``(None, "")`` if not ended.
        followed: codes named as successor by other rows → the last end date of those.
    """
    ended, why, successor = fields.get("ended_on"), fields.get("ended_reason"), fields.get("successor_code")
    blank = Message("blank")
    if ended is not None and not why:
        yield Fault("ended_reason", "missing", blank, Message("why_ended"), Message("remedy_say_why_ended"))
    if why and why != MISTAKE and ended is None:
        yield Fault("ended_on", "missing", blank, Message("day_ended"), Message("remedy_enter_day_ended"))
    if why == MISTAKE and ended is not None:
        yield Fault("ended_on", "rule", f"{ended}", Message("no_day_ended"), Message("remedy_no_day_or_other_reason"))
    if (why == MISTAKE or ended is not None) and code in followed and (ended is None or ended <= followed[code]):
        yield Fault(
            "ended_on" if ended is not None else "ended_reason", "rule", f"{ended or why}",
            Message("day_after_followed", day=followed[code]),
            Message("remedy_day_or_other_successor"),
        )  # fmt: skip
    begun = REGISTERS[kind].begun
    day = fields.get(begun)
    slack = SLACK.get(str(fields.get(REGISTERS[kind].begun_precision, "day")))
    if isinstance(ended, date) and isinstance(day, date) and slack is not None and ended < day - timedelta(days=slack):
        over = f"{ended} < {begun} {day}"
        yield Fault("ended_on", "rule", over, Message("day_from", day=day), Message("remedy_ends_before_begin"))
    gone, reason = ends.get(successor or "", (None, ""))
    fault: tuple[Kind, str | Message, str, str] | None = None  # kind of problem, found, expected, remedy
    if not successor:
        if why in _FOLLOWED:
            fault = "missing", blank, "code_of_what_followed", "remedy_successor_or_other_reason"
    elif not why:
        fault = "rule", successor, "successor_of_ended_only", "remedy_end_or_no_successor"
    elif successor == code:
        fault = "rule", successor, "code_of_another_row", "remedy_not_its_own_successor"
    elif successor not in ends:
        fault = "unknown_code", successor, "code_of_register", "remedy_code_or_register_successor"
    elif reason == MISTAKE or (gone is not None and isinstance(ended, date) and gone <= ended):
        fault = "rule", f"{successor} ({gone or reason})", "goes_on_after_day", "remedy_successor_ended_before"
    if fault is not None:
        yield Fault("successor_code", fault[0], fault[1], Message(fault[2]), Message(fault[3]))


def ends_of(store: Store, kind: str, codes: set[str]) -> dict[str, tuple[date | None, str]]:
    """Return those of the codes that are in the register, with end date and reason."""
    table = table_of(REGISTERS[kind].table)
    (key,) = table.primary_key.columns
    query = select(key, table.c.ended_on, table.c.ended_reason)
    with store.reading() as session:
        return {code: (day, why or "") for rows in of_codes(session, query, key, codes) for code, day, why in rows}


def followed_by(store: Store, kind: str, codes: set[str]) -> dict[str, date]:
    """Return those of the codes that other rows name as successor, with the last end date of those rows."""
    table = table_of(REGISTERS[kind].table)
    query = select(table.c.successor_code, func.max(table.c.ended_on)).group_by(table.c.successor_code)
    with store.reading() as session:
        batches = of_codes(session, query.where(table.c.ended_on.is_not(None)), table.c.successor_code, codes)
        return {code: day for rows in batches for code, day in rows}


def find_faults(store: Store, kind: str, rows: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Fault]]:
    """Yield (code, fault) for the rows of one file, checked against the store.

    Args:
        store: of the instance.
        kind: the register.
        rows: the fields of each non-empty row, by code.
    """
    ending = {
        code: row for code, row in rows.items() if any(row.get(name) for name in ("ended_on", "ended_reason", "successor_code"))
    }
    if not ending:
        return
    named = {str(row["successor_code"]) for row in ending.values() if row.get("successor_code")}
    ends = ends_of(store, kind, named)
    ends |= {code: (rows[code].get("ended_on"), rows[code].get("ended_reason") or "") for code in named if code in rows}
    followed = followed_by(store, kind, set(ending))
    for code, row in ending.items():
        if (after := row.get("successor_code")) and after != code and isinstance(row.get("ended_on"), date):
            followed[after] = max(followed.get(after, date.min), row["ended_on"])
    for code, row in ending.items():
        for fault in faults(kind, code, row, ends, followed=followed):
            yield code, fault
