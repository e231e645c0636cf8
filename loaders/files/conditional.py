"""Conditional formats that cross out, raise or lower what they apply to: the ranges of a sheet that they cover.

Whether such a format applies follows from formulas, which are not calculated here: it may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from loaders.files.addresses import LAST_COLUMN, LAST_ROW, column_number

MARKS = ("strike", "dstrike", "vertAlign")  # elements of a font
_PLACE = re.compile(r"\$?([A-Z]{1,3})?\$?([1-9]\d{0,6})?", re.ASCII)
_EVERYWHERE, _MOST = "A1:XFD1048576", 1_000  # ranges of a sheet; more may be anywhere on it


def mark_of(name: str, attributes: Mapping[str, str]) -> str:
    """Return what an element of a font does to characters: ``struck``, ``raised`` (or lowered), or nothing."""
    value = attributes.get("val", "").strip()
    if name == "vertAlign":
        return "raised" if value != "baseline" else ""
    return "struck" if name in MARKS and value not in ("0", "false") else ""


class Conditional:
    """Notes the ranges of one sheet while its elements are read; a format is of the styles, or its rule has one of its own (extensions)."""

    def __init__(self, marking: Mapping[str, bool], ranges: list[str]) -> None:
        """Begin a sheet.

        Args:
            marking: the numbers of the conditional formats of the styles that cross out, raise or lower.
            ranges: those to add to.
        """
        self.marking, self.ranges, self.pieces, self._is_marked = marking, ranges, list[str](), False

    def start(self, name: str, attributes: Mapping[str, str]) -> bool:
        """Note the start of an element; say whether its text is to be collected, in ``pieces``."""
        if name == "conditionalFormatting":
            self._is_marked = False
            self.pieces[:] = [attributes.get("sqref", "")]
        elif name == "cfRule" and "dxfId" in attributes and self.pieces and number_of(attributes["dxfId"]) in self.marking:
            self._add(self.pieces[0])
            self._is_marked = True
        elif name in MARKS:
            self._is_marked |= bool(mark_of(name, attributes))
        elif name == "sqref":
            self.pieces.clear()
            return True
        return False

    def end(self, name: str) -> bool:
        """Note the end of an element; say whether its text was collected."""
        if name == "sqref" and self._is_marked:
            self._add("".join(self.pieces))
        return name == "sqref"

    def _add(self, places: str) -> None:
        known = set(self.ranges)
        parts = [part for part in dict.fromkeys(places.split()) if part not in known]
        self.ranges[:] = [*self.ranges, *parts] if len(self.ranges) + len(parts) <= _MOST else [_EVERYWHERE]


def number_of(text: str) -> str:
    """Return a number of a style as it is compared."""
    return text.strip().lstrip("+").lstrip("0") or "0"


def marked_cells(
    rows: Sequence[Sequence[Any]], ranges: Iterable[str], *, after: int, columns: Iterable[int]
) -> Iterator[tuple[int, int, str]]:
    """Yield the first figure of each column that such a format may apply to: row and column, counted from 1, and the range.

    Args:
        rows: of a sheet, from A1 on.
        ranges: of ``Conditional``.
        after: the row of the headings.
        columns: those to look at, counted from 1.
    """
    boxes = sorted((*_box(part), part) for part in ranges)
    for column in columns if boxes else ():
        done = after
        for top, bottom, left, right, part in boxes:
            if not left <= column <= right:
                continue
            numbers = range(max(top, done + 1), min(bottom, len(rows)) + 1)
            row = next((n for n in numbers if len(rows[n - 1]) >= column and _is_figure(rows[n - 1][column - 1])), 0)
            if row:
                yield row, column, part
                break
            done = max(done, bottom)


def _box(place: str) -> tuple[int, int, int, int]:
    """Return (top, bottom, left, right); what is no range may be the whole sheet."""
    ends = [_PLACE.fullmatch(end.strip()) for end in place.upper().split(":")]
    first, last = ends[0], ends[-1]
    if first is None or last is None or len(ends) > 2:
        return 1, LAST_ROW, 1, LAST_COLUMN
    lefts = [column_number(end[1]) for end in (first, last) if end[1]] or [1, LAST_COLUMN]
    tops = [int(end[2]) for end in (first, last) if end[2]] or [1, LAST_ROW]
    return min(tops), max(tops), min(lefts), max(lefts)


def _is_figure(cell: Any) -> bool:
    """Return whether a cell holds a number or day, or a text that holds one."""
    return cell != "" and (not isinstance(cell, str) or any(map(str.isdecimal, cell[:100])))
