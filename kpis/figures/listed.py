"""Counts of any register on a day, by the status of its rows. Pure.

A row that begins after the day asked, and one that ended by it, are listed separately and counted in no other number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kpis.figures.folding import folded
from kpis.figures.registers import ENDED, MISTAKE
from kpis.grouped import grouped
from kpis.store import tables

NOT_BEGUN = "not_begun"
APART = (NOT_BEGUN, ENDED)


@dataclass(frozen=True, kw_only=True, slots=True)
class RowStanding:
    """A register row as of a day: its status (a word of the register's list, or one of ``APART``) and the stored row."""

    code: str
    bureau: str
    status: str
    source_code: str
    is_sample: bool
    row: tables.SQLModel


def standing(rows: Iterable[tables.SQLModel], *, key: str, status: str, begun: str, as_of: date) -> list[RowStanding]:
    """Return the rows of a register as of a day.

    Args:
        rows: as they were known, in code order.
        key: the column of the code.
        status: the column of the status.
        begun: the column of the day on which it began.
    """

    def stands(row: Any) -> str:
        ended, begins = row.ended_on, getattr(row, begun)
        if row.ended_reason == MISTAKE or (ended is not None and ended <= as_of):
            return ENDED
        return NOT_BEGUN if begins is not None and begins > as_of else str(getattr(row, status))

    def stood(row: Any) -> RowStanding:  # each register has these columns, under its own names
        return RowStanding(
            code=getattr(row, key), bureau=row.bureau_code or "", status=stands(row), source_code=row.source_code,
            is_sample=row.is_sample, row=row,
        )  # fmt: skip

    return [stood(row) for row in rows]


def counted(rows: Iterable[RowStanding], statuses: Sequence[str]) -> dict[str, int]:
    """Count the rows in being by status; every status is listed, with 0 where empty."""
    counts = dict.fromkeys(statuses, 0)
    for row in rows:
        if row.status not in APART:
            counts[row.status] += 1
    return counts


def by_bureau(
    rows: Sequence[RowStanding],
    statuses: Sequence[str],
    *,
    bureaus: Sequence[str] = (),
    home: Callable[[str], str] = lambda code: code,
) -> dict[str, dict[str, int]]:
    """Count the rows in being by bureau and status.

    Args:
        statuses: in display order.
        bureaus: codes in display order; others follow, by code.
        home: maps a bureau to the one under which its rows are shown, as its successor.
    """
    own = grouped((home(row.bureau) if row.bureau else "", row) for row in rows if row.status not in APART)
    place = {code: at for at, code in enumerate(bureaus)}
    return {code: counted(own[code], statuses) for code in sorted(own, key=lambda c: (place.get(c, len(place)), c))}


def kept(rows: Iterable[RowStanding], *, query: str = "", status: str = "", bureau: str = "") -> list[RowStanding]:
    """Return the rows whose texts contain every word, of one status and bureau; blank means any."""
    words = folded(query).split()

    def is_asked(row: RowStanding) -> bool:
        haystack = folded(" ".join(value for value in vars(row.row).values() if isinstance(value, str))) if words else ""
        return status in ("", row.status) and bureau in ("", row.bureau) and all(word in haystack for word in words)

    return [row for row in rows if is_asked(row)]
