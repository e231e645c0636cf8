"""A further sheet on which a list goes on under no headings: recognised by its rows, which are like those of the list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median
from typing import Any

_LOOKED_AT = 40  # rows of the further sheet
_COMPARED = 1_000  # rows of the list
_LONGEST = 100  # characters of a code or a choice
_RUNS = (re.compile(r"\d+"), re.compile(r"[A-Za-z]+"))
Rows = Sequence[Sequence[Any]]


def goes_on(listed: Rows, rows: Rows) -> int:
    """Return the number of rows of a sheet that goes on with a list; 0 if it does not.

    A row is like those of a list where it fills about as many columns, and at least half of its cells, two at least, have a value
    or the shape of one that stands in the same column there. Half of the first rows must be.

    Args:
        listed: rows of the list, without its headings.
        rows: of the other sheet, from the same column on.
    """
    own, first = [row for row in listed[:_COMPARED] if _filled(row)], [row for row in rows if _filled(row)][:_LOOKED_AT]
    if not own or not first:
        return 0
    width = max(map(len, own))
    shapes = [{_shape(row[at]) for row in own if at < len(row)} - {""} for at in range(width)]
    usual = median(map(_filled, own))

    def is_like(row: Sequence[Any]) -> bool:
        filled = _filled(row)
        alike = sum(_shape(cell) in shapes[at] for at, cell in enumerate(row[:width]))
        return filled >= usual / 2 and alike >= max(2, filled / 2)

    is_more = sum(map(is_like, first)) * 2 >= len(first)
    return sum(1 for row in rows if _filled(row)) if is_more else 0


def _filled(row: Sequence[Any]) -> int:
    return sum(1 for cell in row if cell != "" and str(cell).strip())


def _shape(cell: Any) -> str:
    """Return what cells of one column share: of numbers and days their kind, of codes their shape (``FY0-Q0``); words stay as they are."""
    if not isinstance(cell, str):
        return type(cell).__name__ if not isinstance(cell, (int, float)) else "number"
    text = cell.strip()[:_LONGEST]
    if text.isascii() and " " not in text:
        for runs, sign in zip(_RUNS, "0a", strict=True):
            text = runs.sub(sign, text)
    return text
