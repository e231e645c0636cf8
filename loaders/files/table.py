"""Read a table with one header row and one row per fact, from CSV (UTF-8 with or without BOM, Shift_JIS) or XLSX, into a plain model.

Fast where cells are plain: whole columns go to one pydantic validator; only a file with a problem, or with numbers
written the Japanese way, is read cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import product, zip_longest
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kpis.as_text import clean
from kpis.declared import ALWAYS, Fields, Row, in_languages, text_column, translated, type_of
from kpis.faults import expected_of
from kpis.languages import written
from kpis.message import Message
from kpis.periods import FIRST_YEAR, LAST_YEAR
from kpis.store.fields import LARGEST
from loaders.files.addresses import column_letters
from loaders.files.cells import (
    IN_UNIT,
    MONEY_UNITS,
    RATE_UNITS,
    UNITS,
    Unreadable,
    cleaned,
    fits_unit,
    read_date,
    read_number,
    read_period,
)
from loaders.files.formats import FOREIGN_MONEY, Formatted, PartialDay, Styled
from loaders.files.opened import Table
from loaders.files.problems import CHECK_DIGITS, FEWER_DIGITS, Kind, Problem, beside_style

MOST_PROBLEMS = 10_000  # of a file that are named one by one; of the others their number
_ONE_BY_ONE = Message("remedy_correct_those_listed")
# Columns in the unit of a row's indicator, which ``loaders.rules`` knows: theirs are judged there.
OF_INDICATOR = (*IN_UNIT, "numerator", "denominator", "base_value")
_UNITS = frozenset(UNITS.split("|"))
_PERIODS = ("period_code", "reported_period")
_BARE = re.compile(r"[-+]?\d+(\.0*)?$", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})\D", re.ASCII)


_SHOWN = frozenset((Formatted, PartialDay, Styled))  # types of values that may be displayed differently


def shown_otherwise(
    value: Formatted | PartialDay | Styled, name: str, *, sheet: str, cell: str, row: int, is_text: bool = False
) -> Problem | None:
    """Return the problem of a value displayed differently from what is stored; a mere unit or note is accepted.

    Args:
        is_text: the column is of words, where raised and lowered characters (CO₂) change nothing.
    """
    if isinstance(value, Styled):
        if is_text and not value.is_struck:
            return None
        return Problem(
            "number" if not is_text else "text", beside_style(value), Message("value_without_style"), Message("remedy_without_style"),
            sheet=sheet, cell=cell, row=row,
        )  # fmt: skip
    meaning, is_period = value.meaning, name in _PERIODS
    if isinstance(value, PartialDay) and is_period and meaning.kind == "month":
        return None
    if isinstance(value, PartialDay) or meaning.kind == "year":
        stored = value.isoformat() if isinstance(value, PartialDay) else f"{float(value):.15g}"
        return Problem(
            "period" if is_period else "date", f"{name}={stored} ({meaning.code})", Message("period_as" if is_period else "date_as"),
            Message("remedy_more_than_year"), sheet=sheet, cell=cell, row=row,
        )  # fmt: skip
    others = (*MONEY_UNITS, *FOREIGN_MONEY, *(RATE_UNITS if name not in OF_INDICATOR else ()))
    if meaning.kind == "padded" or (meaning.kind == "unit" and cleaned(meaning.unit) not in others):
        return None
    stored, shown = f"{float(value):,.15g}", f"{value.shown:,.15g}"
    if meaning.kind == "percent":
        expected = Message("which_percentage", shown=shown, held=stored)
        remedy = Message("remedy_general_and_right_number", shown=shown, held=stored)
    else:
        expected = Message("plain_number_format")
        remedy = Message("remedy_general_and_number_meant")
    return Problem("number", f"{name}={stored} ({meaning.code})", expected, remedy, sheet=sheet, cell=cell, row=row)


@dataclass(frozen=True, slots=True)
class WrittenUnit:
    """The unit of a number: the cell's text, the unit, whether a word scales it, and whether the unit is part of the text."""

    text: str
    unit: str
    is_scaled: bool = False
    is_in_text: bool = True

    @property
    def is_sure(self) -> bool:
        """Return whether the number is written with its unit, which leaves no doubt about its scale."""
        return bool(self.unit) and self.is_in_text


@lru_cache(maxsize=32)
def _adapter(model: type[Fields]) -> TypeAdapter[list[Any]]:
    return TypeAdapter(list[model])  # type: ignore[valid-type]


def header_of(table: Table) -> list[str]:
    """Return the column names of a table."""
    return [cleaned(str(cell)) for cell in table[3][0]] if table[3] else []


def written_rows(table: Table) -> list[tuple[int, Row]]:
    """Return every non-blank row as written, by column name, with its row number in the file."""
    _, top, _, cells = table
    names = header_of(table)
    return [
        (top + i, {name: cell for name, cell in zip(names, map(_plain, row), strict=False) if name})
        for i, row in enumerate(cells[1:], start=1)
        if any(cell != "" for cell in row)
    ]


def read_rows(
    table: Table, model: type[Fields], *, units: dict[tuple[int, str], WrittenUnit] | None = None
) -> tuple[list[tuple[int, Fields]], list[Problem]]:
    """Return every row with its row number in the file, and every problem.

    Args:
        table: from ``loaders.files.opened.open_table``.
        model: the plain model whose fields are the columns.
        units: filled with (row, column) → how a number is written with a unit or scale, as in 0.5%, 85件 or 5億.
    """
    sheet, top, left, cells = table
    names = header_of(table)
    model = in_languages(model, names)
    required = [n for n, f in model.model_fields.items() if f.is_required()]
    problems = [_header_problem(sheet, top, name, Message("column_missing")) for name in required if name not in names] + [
        Problem(
            "header", name, Message("column_of_a_language"), Message("remedy_language_of_column"),
            sheet=sheet, cell=f"{column_letters(left + at)}{top}", row=top,
        )
        if any(name.startswith(f"{field}_") for field in translated(model))
        else _header_problem(sheet, top, name, Message("column_not_here"))
        for at, name in enumerate(names)
        if name and name not in model.model_fields
    ]  # fmt: skip
    problems += _without_heading(names, cells, sheet=sheet, top=top, left=left)
    if len({*filter(None, names)}) != len([*filter(None, names)]):
        problems.append(_header_problem(sheet, top, ", ".join(names), Message("column_twice")))
    if problems:
        return [], problems
    numbered = [(top + i, row) for i, row in enumerate(cells[1:], start=1) if any(cell != "" for cell in row)]
    for number, row in numbered:
        for at, cell in enumerate(row) if not _SHOWN.isdisjoint(map(type, row)) else ():
            if type(cell) in _SHOWN and at < len(names) and names[at]:
                place = f"{column_letters(left + at)}{number}"
                is_text = _is_text(model, names[at])
                odd = shown_otherwise(cell, names[at], sheet=sheet, cell=place, row=number, is_text=is_text)
                problems += [odd] if odd is not None else []
                if units is not None and odd is None and (unit := _unit_of_format(cell)) is not None:
                    units[number, names[at]] = unit
    problems += _longer(names, numbered, sheet=sheet)
    problems += _typed_otherwise(model, names, numbered, sheet=sheet, left=left)
    odd_rows = {problem.row for problem in problems}
    numbered = [(number, row) for number, row in numbered if number not in odd_rows]
    given_rows = _given(model, names, [row for _, row in numbered])
    try:
        return list(zip((number for number, _ in numbered), _adapter(model).validate_python(given_rows), strict=True)), problems
    except ValidationError:
        pass
    rows: list[tuple[int, Fields]] = []
    more = 0
    for number, given in written_rows(table):
        if number in odd_rows:
            continue
        fields, wrong = _read_row(model, given, sheet=sheet, row=number, columns={n: left + i for i, n in enumerate(names)})
        if len(problems) < MOST_PROBLEMS:
            problems += wrong
        else:
            more += len(wrong)
        if units is not None:
            texts = {name: value for name, value in given.items() if isinstance(value, str)}
            units |= {(number, name): unit for name, text in texts.items() if (unit := _unit_of(text)) is not None}
        if fields is not None:
            rows.append((number, fields))
    if more:
        problems.append(
            Problem(
                "file",
                Message("more_problems", count=more),
                Message("at_most_problems", most=MOST_PROBLEMS),
                _ONE_BY_ONE,
                sheet=sheet,
            )
        )
    return rows, problems


def _is_text(model: type[Fields], name: str) -> bool:
    """Return whether a column is of words, not of numbers, days, codes or periods."""
    return name.endswith(("_text", *(f"_{language}" for language in ALWAYS))) or text_column(model, name) is not None


def _without_heading(names: list[str], cells: list[list[Any]], *, sheet: str, top: int, left: int) -> Iterator[Problem]:
    """Report values in columns without a heading, as when an unquoted comma splits a number in two."""
    blank = [at for at, name in enumerate(names) if not name]
    for number, row in enumerate(cells[1:], start=top + 1) if blank else ():
        for at in blank:
            if at < len(row) and str(row[at]).strip():
                yield Problem(
                    "header", str(row[at])[:60], Message("cell_under_heading"), Message("remedy_quote_or_heading"),
                    sheet=sheet, cell=f"{column_letters(left + at)}{number}", row=number,
                )  # fmt: skip


def _longer(names: list[str], numbered: list[tuple[int, list[Any]]], *, sheet: str) -> Iterator[Problem]:
    """Report rows of a text file with more cells than headings, the last ones blank: 88,100 without quotation marks is two of them."""
    for number, row in numbered if not sheet else ():
        if len(row) > len(names):
            yield Problem(
                "header", Message("cells_of_row", count=len(row)), Message("cells_as_headings", count=len(names)),
                Message("remedy_quote_number"), row=number,
            )  # fmt: skip


def _typed_otherwise(
    model: type[Fields], names: list[str], numbered: list[tuple[int, list[Any]]], *, sheet: str, left: int
) -> Iterator[Problem]:
    """Report values that pydantic would coerce into something unintended: 1_0 to 10, TRUE to 1, the number 0 to 1 January 1970."""
    for at, name in enumerate(names):
        wanted = type_of(model, name) if name else str
        if wanted not in (float, int, date):
            continue
        refused = [_IS_OTHER_DAY] if wanted is date else [_IS_OTHER_NUMBER]
        if wanted is not date and "is_approximate" not in model.model_fields:
            refused.append(_IS_ABOUT)
        for (is_other, kind, expected), (number, row) in product(refused, numbered):
            if at < len(row) and row[at] != "" and is_other(row[at]):
                yield Problem(
                    kind, f"{name}={_plain(row[at])}", Message(expected), Message("remedy_correct_cell"),
                    sheet=sheet, cell=f"{column_letters(left + at)}{number}", row=number,
                )  # fmt: skip


def _is_other_number(cell: Any) -> bool:
    if type(cell) is str:
        return "_" in cell or ("-" in cell and _is_lost(cell))
    return type(cell) is bool


def _is_lost(text: str) -> bool:
    """Return whether a number has digits and yet becomes zero, as 1e-400 does."""
    mantissa, exponent, _ = text.casefold().partition("e")
    try:
        return bool(exponent) and float(text) == 0 and float(mantissa) != 0
    except ValueError:
        return False


def _is_other_day(cell: Any) -> bool:
    """Return whether a cell is a bare number (pydantic: seconds since 1970), or a date in an impossible year."""
    if isinstance(cell, date):
        return not FIRST_YEAR <= cell.year <= LAST_YEAR
    if type(cell) is not str:
        return isinstance(cell, (int, float))
    plain = cleaned(cell)
    year = _YEAR_FIRST.match(plain)
    return bool(_BARE.match(plain)) or (year is not None and not FIRST_YEAR <= int(year[1]) <= LAST_YEAR)


def _is_about(cell: Any) -> bool:
    """Return whether a cell is a number marked as rounded, in words."""
    with suppress(Unreadable):
        return type(cell) is str and not cell.isascii() and read_number(cell).is_approximate
    return False


_IS_ABOUT: tuple[Callable[[Any], bool], Kind, str] = (_is_about, "number", "exact_number")
_IS_OTHER_NUMBER: tuple[Callable[[Any], bool], Kind, str] = (_is_other_number, "number", "finite_number_in_range")
_IS_OTHER_DAY: tuple[Callable[[Any], bool], Kind, str] = (_is_other_day, "date", "date_of_years")


def _given(model: type[Fields], names: list[str], rows: list[list[Any]]) -> list[Row]:
    """Return each row's values by column; blanks of optional columns are omitted."""
    columns = zip_longest(*rows)  # None if a row is shorter than the header
    optional = [(name, not name or not model.model_fields[name].is_required()) for name in names]
    # Most columns of most lists are empty.
    named_columns = [
        (*heading, column) for heading, column in zip(optional, columns, strict=False) if not heading[1] or set(column) - {"", None}
    ]
    if not named_columns:
        return [{} for _ in rows]
    own = [(name, can_be_left_out) for name, can_be_left_out, _ in named_columns]
    return [
        {
            name: clean(cell) if type(cell) is str else _plain(cell)
            for (name, can_be_left_out), cell in zip(own, row, strict=True)
            if cell is not None and not (can_be_left_out and (cell == "" or (type(cell) is str and not cell.strip())))
        }
        for row in zip(*(column for *_, column in named_columns), strict=True)
    ]


def _header_problem(sheet: str, row: int, name: str, expected: Message) -> Problem:
    return Problem(
        "header", name, expected, Message("remedy_column_names"),
        sheet=sheet, row=row,
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return clean(str(value))
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else value
    if isinstance(value, float) and value.is_integer():
        if isinstance(value, Formatted) and value.meaning.kind == "padded" and value >= 0:
            return f"{int(value):0{value.meaning.width}d}"  # a code is the displayed text: 007
        return int(value)
    return float(value) if type(value) is Formatted else value


def _read_row(
    model: type[Fields], given: Row, *, sheet: str, row: int, columns: dict[str, int]
) -> tuple[Fields | None, list[Problem]]:
    values: Row = {}
    is_rounded = False
    for name, value in given.items():
        if isinstance(value, str) and not value.strip() and not model.model_fields[name].is_required():
            continue  # a blank equals a missing column
        values[name], rounded = _as_written(model, name, value)
        is_rounded |= rounded and name != "sample_size"
    if is_rounded and "is_approximate" in model.model_fields:
        values["is_approximate"] = "1"
    for name, value in values.items():
        if isinstance(value, int) and type_of(model, name) is str:
            values[name] = str(value)
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        return None, [_problem(model, e, given, sheet=sheet, row=row, columns=columns) for e in error.errors()]


def _unit_of_format(value: Formatted | PartialDay | Styled) -> WrittenUnit | None:
    """Return the unit that a number's format shows beside it, where it is a known one."""
    if not isinstance(value, Formatted) or value.meaning.kind != "unit" or (unit := cleaned(value.meaning.unit)) not in _UNITS:
        return None
    return WrittenUnit(f"{float(value):,.15g} ({value.meaning.code})", unit, is_in_text=False)


def _unit_of(text: str) -> WrittenUnit | None:
    try:
        number = read_number(text)
    except Unreadable:
        return None
    return WrittenUnit(text, number.unit, number.is_scaled) if number.unit or number.is_scaled else None


def _as_written(model: type[Fields], name: str, value: Any) -> tuple[Any, bool]:
    """Parse Japanese notation where the column holds a number, date or period; for a period also Excel's date."""
    if name in _PERIODS and isinstance(value, date):
        try:
            return read_period(value), False
        except Unreadable:
            return value.isoformat(), False
    if not isinstance(value, str) or not value.strip():
        return value, False
    wanted = type_of(model, name)
    try:
        if name == "period_code":
            return read_period(value), False
        if wanted is float:
            number = read_number(value)
            if name not in OF_INDICATOR and not fits_unit(number.unit, "", is_of_unit=False):
                return value, False  # a percentage or money in a column of counts stays text: the model refuses it
            return number.value, number.is_approximate
        if wanted is date:
            return read_date(value)[0], False
    except Unreadable:
        pass
    return value, False


def _names(text: str, field: str) -> bool:
    return re.search(rf"(?<![A-Za-z_]){field}(?![A-Za-z_])", text) is not None


def _problem(model: type[Fields], error: Any, given: Row, *, sheet: str, row: int, columns: dict[str, int]) -> Problem:
    name = str(error["loc"][0]) if error["loc"] else ""
    kind: Kind
    if not name:  # a rule of several fields: shown with the values of those it names, at the last of them
        expected = expected_of(error)
        named = [field for field in model.model_fields if field in columns and _names(written(expected), field)]
        values = ", ".join(f"{field}={given.get(field, '')}" for field in named) or expected
        cell = f"{column_letters(columns[named[-1]])}{row}" if named else ""
        return Problem("rule", values, expected, Message("remedy_correct_cell"), sheet=sheet, cell=cell, row=row)
    column, remedy = columns.get(name), Message("remedy_correct_cell")
    wanted = type_of(model, name)
    if name == "period_code":
        kind, expected = "period", Message("period_as")
    elif error["type"] == "missing" or not str(given.get(name, "")).strip():
        kind, expected = "missing", Message("a_value")
    elif wanted is date:
        kind, expected = "date", Message("date_as")
    elif wanted in (float, int):
        bounds = {*(error.get("ctx") or {}).values()}
        kind, expected = "number", expected_of(error) if bounds else Message("finite_number_in_range")
        if bounds & {LARGEST, -LARGEST}:
            expected, remedy = FEWER_DIGITS, CHECK_DIGITS
    elif error["type"] == "literal_error" or wanted is bool:
        kind, expected = "choice", expected_of(error)
    else:
        kind, expected = "rule", expected_of(error)
    return Problem(
        kind, f"{name}={given.get(name, '')}", expected, remedy,
        sheet=sheet, cell=f"{column_letters(column)}{row}" if column else "", row=row,
    )  # fmt: skip
