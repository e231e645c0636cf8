"""Merge the contributions of several hands to one report, row by row, with the claims of each on each cell. Pure.

A report grows by uploads in any order. Each is of one *hand*: a person, and the section (or the list of rows) of their
part. A value written by a hand in a cell is a ``Claim``; a cell left as issued by the template is none, so an upload never removes
cells that it does not contain; nor is a cell left as prefilled from the report. Claims of different hands on different cells coexist; different values in one cell are a
clash, which stays open until somebody decides, independent of the order of uploads. A newer claim of the same
hand replaces its older one. A cell is emptied only by an explicit claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from kpis.reporting.comparison import OBSERVATIONS, Completeness, ReportedRow, RowKey, Value, is_same_value, says_nothing

REASONS = ("reason_class", "reason_text")  # of a row: claimed and merged like its cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """The hand behind an upload: person, part (a section's code, a template's number, or blank), time, and the upload's number."""

    by: str
    part: str = ""
    at: datetime | None = None
    upload: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The value that one hand wrote in one cell."""

    value: Value  # as written; blank where the cell was emptied on purpose
    was: Value  # the value issued by the template
    hand: Hand  # who wrote it
    place: str = ""  # the cell in that hand's workbook, as ``sheet!F12``
    readings: tuple[float, ...] = ()  # the possible values of an ambiguous cell

    def is_of(self, hand: Hand) -> bool:
        """Return whether the claim is of this hand."""
        return (self.hand.by, self.hand.part) == (hand.by, hand.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The decision of a clash: the value, all values it was chosen from, and who decided."""

    value: Value
    among: tuple[Value, ...]
    by: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CellClaims:
    """All claims on one cell: the newest claim of each hand, and the decision between them."""

    claims: tuple[Claim, ...]
    settled: Settled | None = None

    @property
    def values(self) -> tuple[Value, ...]:
        """Return the distinct values, in order of arrival."""
        return _distinct(claim.value for claim in self.claims)

    @property
    def is_open(self) -> bool:
        """Return whether claims differ without a decision."""
        values = self.values
        return len(values) > 1 and not (self.settled and all(_is_among(v, self.settled.among) for v in values))

    @property
    def holds(self) -> Claim:
        """Return the claim that counts; while undecided, the first one."""
        if len(self.values) > 1 and self.settled is not None:
            value = self.settled.value
            return next((c for c in self.claims if is_same_value(c.value, value)), self.claims[0])
        return self.claims[0]

    def with_claim(self, claim: Claim) -> CellClaims:
        """Return the claims with one added, replacing the earlier one of the same hand."""
        if not any(known_claim.is_of(claim.hand) for known_claim in self.claims):
            return CellClaims((*self.claims, claim), self.settled)
        return CellClaims(
            tuple(claim if known_claim.is_of(claim.hand) else known_claim for known_claim in self.claims), self.settled
        )

    def settle(self, value: Value, *, by: str, at: datetime | None) -> CellClaims:
        """Return the claims with one of their values chosen."""
        return CellClaims(self.claims, Settled(value=value, among=self.values, by=by, at=at))


@dataclass(frozen=True)
class KeptRow:
    """A row of a report with the claims on each of its cells."""

    row: ReportedRow  # as the claims make it
    claimed: Mapping[str, CellClaims] | None = None  # by column; ``None`` where they follow from the row, which one hand wrote
    hand: Hand | None = None  # that hand

    @cached_property
    def cells(self) -> Mapping[str, CellClaims]:
        """Return the claims by column; of one hand only when asked for, since a report has some 3,000 such rows."""
        if self.hand is None:
            return self.claimed or {}
        return {column: CellClaims((claim,)) for column, claim in _claims(self.row, self.hand)}

    @property
    def key(self) -> RowKey:
        """Return (kind, key) of the row."""
        return self.row.kind, self.row.key

    @property
    def writers(self) -> tuple[Hand, ...]:
        """Return the hands whose claims count in the row, each once, latest last."""
        hands = sorted({c.hand for s in self.cells.values() for c in (s.holds,)}, key=lambda h: (h.upload, h.by, h.part))
        return tuple({(h.by, h.part): h for h in hands}.values())


@dataclass(frozen=True, slots=True)
class Clash:
    """A cell with different values of several hands and no decision."""

    row: ReportedRow
    column: str
    cell: CellClaims

    @property
    def options(self) -> tuple[tuple[Value, tuple[Claim, ...]], ...]:
        """Return each value with its claims."""
        return tuple((v, tuple(c for c in self.cell.claims if is_same_value(c.value, v))) for v in self.cell.values)


def kept(row: ReportedRow, hand: Hand) -> KeptRow:
    """Return a row written by one hand."""
    return KeptRow(row, hand=hand)


def merge(base: Sequence[KeptRow], rows: Sequence[ReportedRow], hand: Hand, *, decides: bool = False) -> list[KeptRow]:
    """Return the report with an upload merged into it, without losing any earlier claim.

    Args:
        base: the report so far, one row per (kind, key).
        hand: of the upload.
        decides: the uploader may decide clashes: a change to a cell that still has its prefilled value
            is then decided at once.
    """
    merged = {kept_row.key: kept_row for kept_row in base}
    for row in rows:
        there = merged.get((row.kind, row.key))
        if there is None:
            merged[row.kind, row.key] = kept(replace(row, filled={}) if row.filled else row, hand)
        else:
            merged[row.kind, row.key] = _joined(there, row, hand, decides=decides)
    return list(merged.values())


def clashes(rows: Iterable[KeptRow]) -> list[Clash]:
    """Return every cell with an undecided clash."""
    several = (kept_row for kept_row in rows if kept_row.hand is None)  # one hand agrees with itself
    return [Clash(kept_row.row, column, cell) for kept_row in several for column, cell in kept_row.cells.items() if cell.is_open]


def answered(there: KeptRow, column: str, value: Value, *, by: str, at: datetime | None) -> KeptRow:
    """Return a row with one of the values of a cell chosen."""
    cells = {**there.cells, column: there.cells[column].settle(value, by=by, at=at)}
    return KeptRow(_built(there.row, there.row, cells), cells)


def stated(there: KeptRow, values: Mapping[str, Value], hand: Hand) -> KeptRow:
    """Return a row with cells written by somebody who may decide, overriding the claims of others."""
    cells = dict(there.cells)
    for column, value in values.items():
        was = there.row.issued.get(column, _blank_like(value))
        own = cells.get(column, CellClaims(())).with_claim(Claim(value=value, was=was, hand=hand))
        cells[column] = own.settle(value, by=hand.by, at=hand.at)
    return KeptRow(_built(there.row, there.row, cells), cells)


def taken_out(there: KeptRow, hand: Hand) -> KeptRow:
    """Return a row removed from the report: every cell is reset to the value issued by its template."""
    return stated(there, {column: cell.holds.was for column, cell in there.cells.items()}, hand)


def left_open(counted: Completeness, rows: Iterable[KeptRow]) -> Completeness:
    """Return the completeness of the whole report.

    Args:
        counted: that of the latest upload alone.
        rows: the merged report.
    """
    figures = {(kept_row.row.key[0], kept_row.row.key[2]): kept_row.row for kept_row in rows if kept_row.row.kind == OBSERVATIONS}
    figures_known = {key for key, row in figures.items() if not says_nothing(row.fields)}
    emptied = {key for key, row in figures.items() if says_nothing(row.fields) and row.changed}
    still = [key for key in counted.open if key not in figures_known]
    return Completeness(counted.asked_count, (*still, *sorted(emptied - {*still})))


def _claims(row: ReportedRow, hand: Hand) -> Iterable[tuple[str, Claim]]:
    written = dict.fromkeys((*row.changed, *sorted(row.cleared)))
    if row.filled:
        anew = (c for c, v in row.fields.items() if c in row.filled and not is_same_value(v, row.filled[c]))
        written = dict.fromkeys((*(c for c in written if c not in row.filled), *anew))
    for column in written:
        value = row.fields[column]
        cell = row.cell(column) or f"{row.row}:{row.row}"
        yield (
            column,
            Claim(
                value=value, was=row.issued.get(column, _blank_like(value)), hand=hand, place=f"{row.sheet}!{cell}",
                readings=row.readings.get(column, ()),
            ),
        )  # fmt: skip
    for column, value in zip(REASONS, (row.reason_class, row.reason_text), strict=True):
        if value and value != row.filled.get(column):
            yield column, Claim(value=value, was=_blank_like(value), hand=hand, place=f"{row.sheet}!{row.cell(column) or row.row}")


def _joined(there: KeptRow, row: ReportedRow, hand: Hand, *, decides: bool) -> KeptRow:
    cells = dict(there.cells)
    brings = dict(_claims(row, hand))
    if row.fields.keys() <= row.cleared:  # the whole row, including values without a cell of their own
        rest = {column: cell.holds.was for column, cell in cells.items() if column not in brings}
        brings |= {
            column: Claim(value=was, was=was, hand=hand, place=f"{row.sheet}!{row.row}:{row.row}") for column, was in rest.items()
        }
    for column, claim in brings.items():
        before = cells.get(column, CellClaims(()))
        cells[column] = before.with_claim(claim)
        saw = before.claims and column in row.filled and is_same_value(before.holds.value, row.filled[column])
        if decides and saw and len(cells[column].values) > 1:
            cells[column] = cells[column].settle(claim.value, by=hand.by, at=hand.at)
    # A new value needs a new reason: the previous one was given for another value.
    if not row.filled and not brings.keys() & {*REASONS} and any(_is_rewritten(there, cells, column) for column in brings):
        cells = {column: cell for column, cell in cells.items() if column not in REASONS}
    return KeptRow(_built(there.row, row, cells), cells)


def _is_rewritten(there: KeptRow, cells: Mapping[str, CellClaims], column: str) -> bool:
    before = there.cells.get(column)
    return before is not None and not is_same_value(before.holds.value, cells[column].holds.value)


def _built(there: ReportedRow, row: ReportedRow, cells: Mapping[str, CellClaims]) -> ReportedRow:
    """Return the row resulting from the claims, on the older of two templates: changes after its issue are conflicts."""
    older, newer = (there, row) if there.issued_vintage <= row.issued_vintage else (row, there)
    fields: dict[str, Value] = {}
    for template_row in (older, newer):
        for column, value in template_row.fields.items():
            fields.setdefault(column, template_row.issued.get(column, value))
    issued = dict(fields)
    readings: dict[str, tuple[float, ...]] = {}
    for column, each_said in cells.items():
        if column in REASONS:
            continue
        claim = each_said.holds
        fields[column], issued[column] = claim.value, claim.was
        if claim.readings:
            readings[column] = claim.readings
    reasons = {column: cells[column].holds.value if column in cells else None for column in REASONS}
    return replace(
        row, fields=fields, issued=issued if older.issued or newer.issued else {}, issued_vintage=older.issued_vintage,
        readings=readings, reason_class=str(reasons["reason_class"]) if reasons["reason_class"] else None,
        reason_text=str(reasons["reason_text"] or ""), cleared=frozenset(), filled={},
    )  # fmt: skip


def _blank_like(value: Value) -> Value:
    return "" if isinstance(value, str) else False if isinstance(value, bool) else None


def _distinct(values: Iterable[Value]) -> tuple[Value, ...]:
    distinct: list[Value] = []
    for value in values:
        if not _is_among(value, distinct):
            distinct.append(value)
    return tuple(distinct)


def _is_among(value: Value, values: Iterable[Value]) -> bool:
    return any(is_same_value(value, other) for other in values)
