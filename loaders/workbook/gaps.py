"""Missing values in a row that was read: fields that its kind requires, and incomplete pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from kpis.figures.commented import action_lacks
from kpis.kinds import KINDS
from kpis.message import Message
from kpis.registers import OF_SHEET
from kpis.reporting.comparison import ReportedRow, says_nothing
from kpis.text import Named
from kpis.vocabulary import RowKind
from loaders.workbook.find import Table

BLANK = Message("blank")
_FILL = Message("remedy_enter_value")


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A blank cell that must be filled: problem code, expected value, remedy."""

    kind: Literal["missing", "reason"]
    column: str
    expected: Message
    remedy: Message = _FILL


def gaps(table: Table, row: ReportedRow, kind: str, *, refused: set[str], is_new: bool) -> Iterator[Gap]:
    """Yield the missing values of a row.

    Args:
        table: the table of the row.
        kind: of the indicator, if the row is a figure; blank for a register row.
        refused: its unreadable fields, already reported.
        is_new: it was not stored when its template was issued.
    """
    yield from _figure_gaps(table, row, kind, refused) if kind else _register_gaps(table, row, refused)
    if kind and not is_new and row.changed:
        return  # a correction without (full) reason is asked for it later: no input is lost
    if row.reason_text and not row.reason_class and "reason_class" not in refused:
        expected = Message("class_of_reason")
        yield Gap(kind="reason", column="reason_class", expected=expected, remedy=Message("remedy_choose"))
    if row.reason_class and not row.reason_text and "reason_text" not in refused:
        expected = Message("reason_in_words")
        yield Gap(kind="reason", column="reason_text", expected=expected, remedy=Message("remedy_write_reason"))


def says_something(row: ReportedRow) -> bool:
    """Return whether any field of a row, flags excepted, has a value."""
    return any(value not in (None, "") and not isinstance(value, bool) for value in row.fields.values())


def _register_gaps(table: Table, row: ReportedRow, refused: set[str]) -> Iterator[Gap]:
    register, place = OF_SHEET[table.key], ("latitude", "longitude")
    yield from _missing(table, register.needed, row, refused)
    if register.kind == RowKind.ACTION:
        if not (row.fields.get("indicator_code") or row.fields.get("project_code")):
            yield from _missing(table, ("subject",), row, refused)
        yield from _missing(table, action_lacks(row.fields), row, refused)
    if register.fields.model_fields.keys() >= {*place} and not refused & {*place}:
        blank = [name for name in place if row.fields[name] is None]
        if len(blank) == 1:
            yield Gap(kind="missing", column=blank[0], expected=Message("place_together"))


def _figure_gaps(table: Table, row: ReportedRow, kind: str, refused: set[str]) -> Iterator[Gap]:
    fields = row.fields
    if says_nothing(fields) and (row.issued or not says_something(row)) and not refused:
        return  # nothing reported, or a report withdrawn
    needed, whole = KINDS[kind].needed, KINDS[kind].against
    if not needed and fields.get("value") is None and "value" not in refused:
        needed = ("numerator", whole)
    if not needed and (fields.get("numerator") is None) != (fields.get(whole) is None):
        needed = ("numerator", whole)
    yield from _missing(table, needed, row, refused)


def _missing(table: Table, needed: Iterable[str], row: ReportedRow, refused: set[str]) -> Iterator[Gap]:
    for name in needed:
        if row.fields.get(name) in (None, "") and name not in refused:
            column = table.columns[name]
            yield Gap(kind="missing", column=name, expected=Message("value_for", heading=Named(column, "heading")))
