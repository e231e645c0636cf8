"""Compare a bureau's report with the current data: rows with their cells, and the differences. Pure.

A report is read into ``ReportedRow``s (by ``loaders.workbook.door``), compared with the current data, and only stored when a
second person has approved it.

The following count as corrections, which need a reason class and text:
- an observation: any change to a period that already has a figure (it becomes a new vintage), but for the final value of a
  preliminary figure, which is expected;
- emptying all columns of a stored figure, which withdraws it (a vintage as well);
- a register's row: overwriting or clearing a recorded value, or moving a status back. Filling a blank, moving a status
  forward and updating a running count are ordinary reporting (``_RUNNING``, ``_ORDER``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from typing import NamedTuple, TypeGuard

from kpis.figures.records import Figure, Judgement, is_final_of
from kpis.figures.scorecard import Book, Entry, Scored
from kpis.government import government
from kpis.languages import both
from kpis.message import Message
from kpis.registers import REGISTERS
from kpis.store.vintages import OTHER_FIELDS
from kpis.vocabulary import RowKind

Value = str | float | bool | date | None
RowKey = tuple[str, tuple[str, ...]]  # kind of row, and its key
CellKey = tuple[str, tuple[str, ...], str]  # the same, with our column
Choices = Mapping[CellKey, tuple[str, int]]  # cell → the choice, and the vintage or upload it was made against


@dataclass(frozen=True, kw_only=True)
class ReportedRow:
    """One row of a report as a bureau filled it in."""

    kind: str  # ``observation``, or the name of a register
    key: tuple[str, ...]  # (indicator, bureau, period) of an observation, else (code,) of a register's row
    # our column → typed value, for the input columns only; a blank input is ``None`` (or ``""`` for a text)
    fields: Mapping[str, Value]
    issued_vintage: int = 0  # the vintage that the template was prefilled from; 0 where none was stored then
    sheet: str = ""
    row: int = 0  # the row's number in Excel
    # our column → the letters of Excel's column, as ``F``; rows of one table share one mapping
    columns: Mapping[str, str] = field(default_factory=dict)
    reason_class: str | None = None  # for a correction, one of ``error``, ``late_data``, ``definition_change``, ``scope_change``
    reason_text: str = ""
    # the same fields as the template was issued with; empty for a new row. Fields that differ were changed by the bureau; the
    # others were left as issued, whatever others changed since.
    issued: Mapping[str, Value] = field(default_factory=dict)
    # our column → the possible values of an ambiguous cell, of which the bureau must choose one (``as_read``)
    readings: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    cleared: frozenset[str] = frozenset()  # fields whose cell asks to empty them
    # the prefilled values, reasons included, where they come from a report in progress instead of the stored data: a cell left
    # unchanged makes no claim
    filled: Mapping[str, Value] = field(default_factory=dict)

    def cell(self, column: str) -> str:
        """Return the address of a field's cell, as ``F12``; blank where it has none of its own."""
        letters = self.columns.get(column)
        return f"{letters}{self.row}" if letters else ""

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Return the fields that the bureau changed or filled."""
        issued = self.issued
        return tuple(
            name for name, value in self.fields.items() if value != (issued[name] if name in issued else _BLANKS.get(type(value)))
        )


_NUMBERS = ("value", "numerator", "denominator", "base_value", "sample_size")
_BLANKS: dict[type, Value] = {str: "", bool: False}


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateMark:
    """The identity of a template, from its protected sheet: its number, bureau, period, and when it was issued."""

    template_id: str
    layout_version: str
    bureau_code: str
    period_code: str
    issued_at: str
    revision: int


OBSERVATIONS = RowKind.OBSERVATION.value
OURS, THEIRS = "ours", "theirs"  # resolution of a conflict: this report's value, or the stored one
# Columns of registers that are expected to change from report to report.
_RUNNING = frozenset(
    {"applications_count", "online_count", "is_count_estimated", "replanned_end", "stage_ja", "note_ja", "not_done_reason"}
).union(*(register.running for register in REGISTERS.values()))
_ORDER = {
    "digital_status": ("unknown", "other", "not_done", "planned", "partly_done", "done"),
    "cashless_status": ("unknown", "class_level_only", "not_cashless", "announced", "introduced"),
    "smartphone_ready": ("unknown", "no", "yes"),
    "action_state": ("open", "continued", "done", "given_up"),
}


@dataclass(frozen=True, slots=True)
class Completeness:
    """The number of figures asked for, and those known neither from the report nor from the store."""

    asked_count: int  # number of figures asked for
    open: tuple[tuple[str, str], ...] = ()  # (indicator, period) of each figure that stays unknown, in template order

    @property
    def filled(self) -> int:
        """Return n in "n of m figures filled in"."""
        return self.asked_count - len(self.open)

    def message(self) -> Message:
        """Return both numbers in words."""
        return Message("figures_filled_in", asked=self.asked_count, filled=self.filled)

    def sentence(self) -> str:
        """Return both numbers in words of both languages, for a line of the audit trail or of a terminal."""
        return both(self.message())


@dataclass(frozen=True, slots=True)
class Current:
    """The stored values and vintage of a row, and its values when the template was issued."""

    values: Mapping[str, Value]  # our column → stored value
    vintage: int  # the newest one; 0 where none is stored
    at_issue: Mapping[str, Value]  # our column → value at the vintage the template was prefilled from
    changed_by: str = ""  # the person or file behind the newest vintage
    changed_at: datetime | None = None  # UTC
    # for a figure, the earlier vintage that would become current if the present one were withdrawn
    counts_again: Mapping[str, Value] | None = None


class CellChange(NamedTuple):
    """One cell that differs from the stored value; a tuple, since a report may have tens of thousands."""

    row: ReportedRow
    column: str
    old: Value
    new: Value
    at_issue: Value
    # ``new`` (was blank), ``cleared`` (is blank now), ``corrected`` (overwrites a figure), ``final`` (of a preliminary figure) or
    # ``updated`` (a register moving on)
    nature: str
    is_conflict: bool = False  # somebody changed the same cell after the template was issued
    changed_by: str = ""
    changed_at: datetime | None = None
    choice: str | None = None  # the resolution of the conflict, ``ours`` or ``theirs``
    reading: float | None = None  # the value chosen for an ambiguous cell

    @property
    def is_unread(self) -> bool:
        """Return whether the cell is ambiguous and its value not chosen yet."""
        return self.column in self.row.readings and self.reading is None

    @property
    def place(self) -> str:
        """Return the cell address for display: ``sheet!F12``, or for values derived from other cells the row, ``sheet!12:12``."""
        cell = self.row.cell(self.column) or f"{self.row.row}:{self.row.row}"
        return f"{self.row.sheet}!{cell}"

    @property
    def counts(self) -> bool:
        """Return whether approving the report would change this cell."""
        return self.choice != THEIRS

    @property
    def jump(self) -> float:
        """Return the relative size of the change; 0 for values that are not numbers."""
        if not (_is_number(self.old) and _is_number(self.new)):
            return 0.0
        return abs(float(self.new) - float(self.old)) / max(abs(float(self.old)), 1e-9)


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that differs, with its differing cells."""

    row: ReportedRow
    cells: tuple[CellChange, ...]
    needs_reason: bool
    withdraws: bool = False  # it empties a stored figure: approving it withdraws that
    counts_again: Mapping[str, Value] | None = None  # for a withdrawal: the earlier vintage that becomes current


@dataclass(frozen=True, slots=True)
class Comparison:
    """A report compared with the stored data: differing rows, biggest jumps first, and the number of unchanged ones."""

    rows: tuple[RowChange, ...]
    unchanged: int

    @property
    def cells(self) -> tuple[CellChange, ...]:
        """Return every differing cell, biggest jumps first."""
        return tuple(sorted((c for row in self.rows for c in row.cells), key=lambda c: -c.jump))

    @property
    def unresolved(self) -> tuple[CellChange, ...]:
        """Return the unresolved conflicts."""
        return tuple(c for c in self.cells if c.is_conflict and c.choice is None)

    @property
    def unread(self) -> tuple[CellChange, ...]:
        """Return the ambiguous cells without a chosen value."""
        return tuple(c for c in self.cells if c.is_unread)

    @property
    def unexplained(self) -> tuple[RowChange, ...]:
        """Return the corrections without a reason."""
        known = government().reasons
        return tuple(c for c in self.rows if c.needs_reason and not (c.row.reason_class in known and c.row.reason_text.strip()))

    @property
    def withdrawn(self) -> tuple[RowChange, ...]:
        """Return the rows that withdraw a stored figure."""
        return tuple(row for row in self.rows if row.withdraws)


@dataclass(frozen=True, slots=True)
class Flip:
    """A judgement that the report changes, for a bureau or for the whole: before and after."""

    after: Scored
    before: Judgement


def compare(rows: Iterable[ReportedRow], current: Mapping[RowKey, Current], *, choices: Choices | None = None) -> Comparison:
    """Compare a report with the stored data.

    Args:
        current: by (kind, key); rows that are not stored yet are left out.
        choices: resolutions of conflicts, by (kind, key, column): ``ours`` or ``theirs``, and the stored vintage at the time
            of the choice; it is void once a newer vintage is stored.
    """
    changes: list[RowChange] = []
    unchanged = 0
    for reported in rows:
        row = as_read(reported, choices or {})
        stored = current.get((row.kind, row.key))
        if _is_no_statement(row, stored):
            continue
        cells = tuple(_cells(row, stored, choices or {}))
        if not cells:
            unchanged += 1
            continue
        counting = [c for c in cells if c.counts]
        is_new = stored is None or stored.vintage == 0
        if row.kind == OBSERVATIONS:
            is_final = stored is not None and bool(counting) and is_final_of(stored.values, merged(row, cells, stored))
            needs = not is_new and bool(counting) and not is_final
            if is_final:
                cells = tuple(c._replace(nature="final") if c.nature in ("corrected", "cleared") else c for c in cells)
        else:
            needs = any(c.nature in ("corrected", "cleared") for c in counting)
        back = row.kind == OBSERVATIONS and not is_new and bool(counting) and not _stays(merged(row, cells, stored))
        needs = needs or back
        again = stored.counts_again if back and stored is not None else None
        changes.append(RowChange(row=row, cells=cells, needs_reason=needs, withdraws=back, counts_again=again))
    changes.sort(key=lambda r: -max(c.jump for c in r.cells))
    return Comparison(tuple(changes), unchanged)


def _is_no_statement(row: ReportedRow, stored: Current | None) -> bool:
    """Return whether a row says nothing: a blank figure that is not stored, or a new row of a register that was taken out."""
    is_new = stored is None if row.kind == OBSERVATIONS else not row.issued_vintage and not row.issued
    return is_new and not any(_says(v) for v in row.fields.values())


def reading_key(column: str) -> str:
    """Return the name under which the chosen value of an ambiguous cell is stored, beside the resolution of a conflict there."""
    return f"{column} reads"


def as_read(row: ReportedRow, choices: Choices) -> ReportedRow:
    """Return a row with the chosen values of its ambiguous cells; a choice no longer offered is ignored."""
    chosen = {column: value for column in row.readings if (value := _reading(row, column, choices)) is not None}
    return replace(row, fields={**row.fields, **chosen}) if chosen else row


def _reading(row: ReportedRow, column: str, choices: Choices) -> float | None:
    choice, _ = choices.get((row.kind, row.key, reading_key(column)), ("", 0))
    return next((value for value in row.readings.get(column, ()) if repr(value) == choice), None)


def _cells(row: ReportedRow, stored: Current | None, choices: Choices) -> Iterable[CellChange]:
    # A cell that the bureau left as issued is no statement: it neither overwrites nor conflicts with changes by others.
    for column in row.changed if row.issued else row.fields:
        new = row.fields[column]
        old = stored.values.get(column) if stored else None
        if is_same_value(old, new):
            continue
        reading = _reading(row, column, choices) if row.readings else None
        if stored is None or stored.vintage == 0:
            yield CellChange(row=row, column=column, old=old, new=new, at_issue=None, nature="new", reading=reading)
            continue
        at_issue = stored.at_issue.get(column, old)
        is_conflict = stored.vintage > row.issued_vintage and not is_same_value(at_issue, old)
        choice, against = choices.get((row.kind, row.key, column), (None, 0))
        yield CellChange(
            row=row, column=column, old=old, new=new, at_issue=at_issue, nature=_nature(row.kind, column, old, new),
            is_conflict=is_conflict, changed_by=stored.changed_by,
            changed_at=stored.changed_at, choice=choice if is_conflict and against == stored.vintage else None, reading=reading,
        )  # fmt: skip


def merged(row: ReportedRow, cells: Sequence[CellChange], stored: Current | None) -> dict[str, Value]:
    """Return the row as it would be stored: the stored values, overwritten by the cells that count."""
    values: dict[str, Value] = dict(stored.values) if stored else {}
    if stored is None or stored.vintage == 0:
        return {**values, **row.fields}
    return {**values, **{c.column: c.new for c in cells if c.counts}}


def _nature(kind: str, column: str, old: Value, new: Value) -> str:
    if not _says(old):
        return "new"
    if kind != OBSERVATIONS and (column in _RUNNING or column.endswith("_precision")):
        return "updated"
    if column in _ORDER:
        order = _ORDER[column]
        if old in order and new in order and order.index(str(new)) > order.index(str(old)):
            return "updated"
        return "corrected" if _says(new) else "cleared"
    return "corrected" if _says(new) else "cleared"


def _says(value: Value) -> bool:
    return value is not None and value is not False and value not in ("", "unknown")


def is_same_value(old: Value, new: Value) -> bool:
    """Return whether two cell values are equal: numbers in any form, blanks in any form."""
    if old is new or (type(old) is type(new) and old == new):
        return True
    if _is_number(old) and _is_number(new):
        return float(old) == float(new)
    return old == new or not (_says(old) or _says(new))


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def says_nothing(fields: Mapping[str, Value]) -> bool:
    """Return whether the fields of a figure have neither value, count, base nor text: a stored one is then withdrawn."""
    return not any(_says(fields.get(name)) for name in ("value", "numerator", "denominator", "base_value", "text_ja"))


def _stays(values: Mapping[str, Value]) -> bool:
    return values.get("value") is not None or values.get("numerator") is not None or bool(values.get("text_ja"))


def figure_of(
    key: tuple[str, ...], values: Mapping[str, Value], *, vintage: int = 1, withdraws_vintage: int | None = None
) -> Figure:
    """Return the figure of the stored values of an observation, or the withdrawal of a vintage."""
    if withdraws_vintage is not None:
        return Figure(period_code=key[2], value=None, vintage=vintage, withdraws_vintage=withdraws_vintage)
    value, numerator, denominator, base_value, sample_size = (
        given if given is None or type(given) is float else float(given) if _is_number(given) else None
        for given in map(values.get, _NUMBERS)
    )
    return Figure(
        period_code=key[2], value=value, numerator=numerator, denominator=denominator, base_value=base_value,
        text_ja=str(values.get("text_ja") or ""), text_en=str(values.get("text_en") or ""),
        is_approximate=bool(values.get("is_approximate")), is_lower_bound=bool(values.get("is_lower_bound")),
        is_year_to_date=bool(values.get("is_year_to_date")), is_base_estimated=bool(values.get("is_base_estimated")),
        sample_size=sample_size, is_preliminary=bool(values.get("is_preliminary")), vintage=vintage,
        other_fields=tuple((name, values.get(name)) for name in OTHER_FIELDS) if OTHER_FIELDS else (),
    )  # fmt: skip


def flips(before: Sequence[Scored], after: Sequence[Scored]) -> list[Flip]:
    """Return the judgements whose status differs; new entries had no data before."""
    was = {(s.entry.definition.code, s.entry.unit_code): s.judgement for s in before}
    flipped = []
    for item in after:
        old = was.get((item.entry.definition.code, item.entry.unit_code), Judgement("no_data"))
        if old.status != item.judgement.status:
            flipped.append(Flip(item, old))
    return flipped


def with_figures(book: Book, figures: Mapping[tuple[str, str], Sequence[Figure]]) -> Book:
    """Return a book with a report's figures added as the newest vintages, by (indicator, unit).

    A unit that reports an indicator for the first time gets an entry of its own beside that of the indicator's scope.
    """
    entries: list[Entry] = []
    left = dict(figures)
    for code, group in groupby(book.entries, key=lambda e: e.definition.code):
        own = list(group)
        for entry in own:
            added = left.pop((code, entry.unit_code), ())
            entries.append(replace(entry, figures=(*entry.figures, *added)) if added else entry)
        for unit in [unit for indicator, unit in left if indicator == code]:
            added = tuple(left.pop((code, unit)))
            entries.append(replace(own[0], unit_code=unit, is_headline=False, figures=added, goals=(), baseline=None))
    return replace(book, entries=tuple(entries))
