"""Registers in another publisher's layout: the shape of the file is data, in ``data/layouts/``, with one reader for all.

A layout is a CSV with one row per heading: ``column`` (ours), ``heading`` (theirs; alternatives joined by ``|``),
``read`` (how a cell is parsed), ``codes`` (``their code=our value`` joined by ``|``), ``blank`` (``error`` or ``warning`` where
a blank is a problem) and ``note``. Several headings may map to one column: for a step the first with a value is used, and
for ``details_json`` each is kept under the publisher's own heading.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kpis.declared import Fields, Row
from kpis.faults import expected_of
from kpis.message import Message
from kpis.periods import parse_period
from kpis.store.tables import ProcedureFields
from loaders.files.addresses import column_letters
from loaders.files.cells import Unreadable, WrittenNumber, cleaned, fits_unit, has_marks, read_number
from loaders.files.formats import Formatted, PartialDay, Styled
from loaders.files.opened import Table
from loaders.files.problems import Kind, Problem
from loaders.files.table import shown_otherwise

BLANKS = {"", "-", "ー", "―", "－", "ｰ"}
HEADER_ROWS = 6  # number of rows searched for headings
_ADAPTER = TypeAdapter(list[ProcedureFields])


@dataclass(frozen=True, slots=True, eq=False)
class LayoutRow:
    """One row of a layout; ``constant`` is an entry of ``codes`` that maps no code."""

    column: str
    headings: tuple[str, ...]
    read: str
    codes: Mapping[str, str]
    constant: str
    blank: str


@dataclass(frozen=True, slots=True)
class FileLayout:
    """A publisher's layout: its name, and its rows in file order."""

    name: str
    lines: tuple[LayoutRow, ...]

    @property
    def required(self) -> list[LayoutRow]:
        """Return the layout rows whose heading is required."""
        return [line for line in self.lines if line.headings and line.read != "leave"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A layout located in a file: the index of the first data row, and the column index of each layout row."""

    layout: FileLayout
    first: int
    places: Mapping[LayoutRow, int]


def _heading(text: Any) -> str:
    return cleaned(str(text)).replace(" ", "").replace("\n", "").replace("　", "")


@lru_cache(maxsize=4)
def layouts(folder: Path) -> tuple[FileLayout, ...]:
    """Read every layout of registers in a folder."""
    layouts_found = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        if not rows or not {"column", "heading", "read", "codes"} <= set(rows[0]):
            continue  # the tile grid is in the same folder
        layouts_found.append(FileLayout(path.stem, tuple(_line(row) for row in rows)))
    return tuple(layouts_found)


def _line(row: Mapping[str, str]) -> LayoutRow:
    pairs = [pair.split("=", 1) for pair in row["codes"].split("|") if "=" in pair]
    return LayoutRow(
        column=row["column"],
        headings=tuple(_heading(h) for h in row["heading"].split("|") if h),
        read=row["read"],
        codes={theirs: ours for theirs, ours in pairs},
        constant="" if pairs else row["codes"],
        blank=row["blank"],
    )


def recognise(table: Table, folder: Path) -> Placed | None:
    """Return the layout that matches a file's headings, or ``None``; one or two heading rows, and rows above, are allowed."""
    cells = [[_heading(cell) for cell in row] for row in table[3][:HEADER_ROWS]]
    best: Placed | None = None
    for layout in layouts(folder):
        for last in range(len(cells)):
            for rows in (cells[last : last + 1], cells[last - 1 : last + 1] if last else []):
                places = _places(layout, rows)
                enough = best.places if best else range(int(0.8 * len(layout.required)))
                if len(places) > len(enough):
                    best = Placed(layout, last + 1, places)
    return best


def _places(layout: FileLayout, rows: Sequence[list[str]]) -> dict[LayoutRow, int]:
    """Find the column of each layout row under one or two rows of plain headings: the lower heading, the upper, or ``upper(lower)``."""
    if not rows:
        return {}
    lower = rows[-1]
    names: dict[str, int] = {}
    upper, group = rows[0] if len(rows) == 2 else [], ""
    for i in range(max(len(lower), len(upper))):
        low, own = (lower[i] if i < len(lower) else ""), (upper[i] if i < len(upper) else "")
        group = own or group
        for name in (low, own, f"{group}({low})", group + low):
            if name:
                names.setdefault(name, i)
    columns = {}
    for line in layout.lines:
        place = next((names[h] for h in line.headings if h in names), None)
        if place is not None:
            columns[line] = place
    return columns


def read_placed(
    table: Table, placed: Placed, *, bureaus: Mapping[str, str]
) -> tuple[list[tuple[int, Fields]], list[Problem], dict[str, int]]:
    """Read every row of a file in a known layout.

    Args:
        table: from ``loaders.files.opened.open_table``.
        placed: from ``recognise``.
        bureaus: name of an organisation unit → its code.

    Returns:
        The rows with row numbers, every problem (a ``warning`` does not exclude a row), and our column → column number in
        the file, counted from 1 as in Excel.
    """
    sheet, top, left, cells = table
    columns: dict[str, int] = {}
    for line, place in placed.places.items():
        columns.setdefault(line.column, left + place)
    problems = [
        Problem(
            "header", line.headings[0], Message("column_of_heading"),
            Message("remedy_restore_heading_or_layout", layout=placed.layout.name), sheet=sheet, row=top + placed.first - 1,
        )
        for line in placed.layout.required if line not in placed.places
    ]  # fmt: skip
    if problems:
        return [], problems, columns
    reader = _Reader(placed, bureaus)
    used = sorted({place for line, place in placed.places.items() if line.read != "leave"})
    strict = {place for line, place in placed.places.items() if line.read in reader.read}
    numbers, values = [], []
    for index in range(placed.first, len(cells)):
        given = cells[index]
        if not any(cell != "" for cell in given):
            continue
        number = top + index
        for place in used:
            cell = given[place] if place < len(given) else ""
            if isinstance(cell, (Formatted, PartialDay, Styled)):
                address = f"{column_letters(left + place)}{number}"
                odd = shown_otherwise(cell, "", sheet=sheet, cell=address, row=number, is_text=place not in strict)
                problems += [odd] if odd is not None else []
        row, wrong = reader.row(given)
        for line, kind, text, expected, grade in wrong:
            problems.append(_problem(kind, text, expected, grade, sheet, number, left + placed.places[line]))
        if row is not None:
            numbers.append(number)
            values.append(row)
    try:
        return list(zip(numbers, _ADAPTER.validate_python(values), strict=True)), problems, columns
    except ValidationError as error:
        for e in error.errors():
            at, name = e["loc"][0], str(e["loc"][1]) if len(e["loc"]) > 1 else ""
            place = columns.get(name, 0)
            problems.append(_problem("rule", f"{name}={e['input']}", expected_of(e), "error", sheet, numbers[int(at)], place))
    return [], problems, columns


_Fault = tuple[Kind, Message, str]  # kind, expected, grade
_Wrong = tuple[LayoutRow, Kind, str | Message, Message, str]


class _Reader:
    """Maps the cells of one row to our columns."""

    def __init__(self, placed: Placed, bureaus: Mapping[str, str]) -> None:
        self.bureaus = bureaus
        self.lines = [(line, placed.places[line]) for line in placed.layout.lines if line in placed.places and line.read != "leave"]
        self.constants = {line.column: line.constant for line in placed.layout.lines if line.read == "constant"}
        self.read: dict[str, Callable[[LayoutRow, str, Row], _Fault | None]] = {
            "bureau": self._bureau, "code": _read_code, "step": _read_step, "count": _read_count, "fiscal_year": _read_fiscal_year,
        }  # fmt: skip

    def row(self, given: Sequence[Any]) -> tuple[Row | None, list[_Wrong]]:
        """Return our row, and its faults as (layout row, kind, found, expected, grade); ``None`` with an error."""
        row: Row = dict(self.constants)
        details: dict[str, str] = {}
        wrong: list[_Wrong] = []
        for line, place in self.lines:
            text = _text(given[place]) if place < len(given) else ""
            if text in BLANKS:
                if line.blank:
                    wrong.append(
                        (
                            line,
                            "missing",
                            Message("found_at", where=line.headings[0], what=Message("blank")),
                            Message("a_value"),
                            line.blank,
                        )
                    )
            elif line.column == "details_json":
                if line.codes.get(text, "x"):
                    details[line.headings[0]] = text
            elif read := self.read.get(line.read):
                if fault := read(line, text, row):
                    wrong.append((line, fault[0], f"{line.headings[0]}={text}", *fault[1:]))
            else:
                row[line.column] = " ".join(text.split()) if line.read == "line" else text
        if details:
            row["details_json"] = json.dumps(details, ensure_ascii=False)
        row.setdefault("digital_status", "unknown")
        if refused := [w for w in wrong if w[4] == "error"]:
            return None, refused  # a warning states the stored value, and there is none
        return row, wrong

    def _bureau(self, line: LayoutRow, text: str, row: Row) -> _Fault | None:
        code = self.bureaus.get(text)
        if code is None:
            return "unknown_code", Message("name_of_unit"), "error"
        row[line.column] = code
        return None


def _read_code(line: LayoutRow, text: str, row: Row) -> _Fault | None:
    value = _decoded(line, text)
    if value is None:
        return _unlisted(line)
    row[line.column] = value
    return None


def _read_step(line: LayoutRow, text: str, row: Row) -> _Fault | None:
    if row.get(line.column):
        return None  # an earlier heading had a value
    forms = set()
    for answer in text.split(";"):
        form = _decoded(line, answer.strip())
        if form is None:
            return _unlisted(line)
        forms.add(form)
    forms.discard("")
    sure = forms - {"unknown", "none"}
    if len(sure) > 1:
        sure = {"either"}  # some steps on paper, some online: both channels are open
    if form := (sure or forms - {"none"} or forms or {""}).pop():
        row[line.column] = form
    return None


def _read_count(line: LayoutRow, text: str, row: Row) -> _Fault | None:
    try:
        number = WrittenNumber(float(text), False, "") if text.isdecimal() else read_number(text)
    except Unreadable:
        number = WrittenNumber(-1.0, False, "")
    if not fits_unit(number.unit, "", is_of_unit=False):
        return "number", Message("without_unit", number=Message("at_least_zero")), "error"
    if number.is_approximate:
        return "number", Message("exact_number"), "error"
    value = number.value
    if value < 0:
        return "number", Message("at_least_zero"), "error"
    if not line.constant:  # 0 means unknown
        row[line.column] = value or None
        return None
    total = row.get(line.constant)
    row[line.column] = value if total and value <= total else None
    if value > (total or 0):
        return "rule", Message("at_most_total"), "warning"
    return None


def _read_fiscal_year(line: LayoutRow, text: str, row: Row) -> _Fault | None:
    year = _decoded(line, text)
    if year is None:
        return _unlisted(line)
    period = parse_period(year.rstrip("+"))
    row[line.column] = period.start if year.endswith("+") else period.end
    row[f"{line.column}_precision"] = "or_later" if year.endswith("+") else "year"
    return None


def _unlisted(line: LayoutRow) -> _Fault:
    codes = " | ".join(line.codes)
    return "choice", Message("one_of_layout", known=codes), "error"


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _decoded(line: LayoutRow, answer: str) -> str | None:
    """Return our value for an answer such as ``1 実施済``; ``None`` if the layout does not list it."""
    if answer in line.codes:
        return line.codes[answer]
    if has_marks(answer.split(maxsplit=1)[0]):
        return None
    return line.codes.get(cleaned(answer).split(" ", 1)[0], line.codes.get("*"))


def _problem(kind: Kind, text: str | Message, expected: Message, grade: str, sheet: str, row: int, column: int) -> Problem:
    remedy = Message("remedy_correct_cell") if grade == "error" else Message("remedy_stored_as_unknown")
    return Problem(
        kind, text, expected, remedy, sheet=sheet, cell=f"{column_letters(column)}{row}" if column else "", row=row,
        grade="warning" if grade == "warning" else "error",
    )  # fmt: skip
