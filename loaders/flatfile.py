"""One header row, one row per fact: CSV (UTF-8 with or without BOM, Shift_JIS) and XLSX, against a plain model.

Fast where cells are plain: whole columns go to one pydantic validator; only a file with a problem, or with figures
written the Japanese way, is read cell by cell.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from python_calamine import CalamineError, CalamineWorkbook

from loaders.cells import Unreadable, read_date, read_number, read_period
from loaders.guard import is_workbook
from loaders.report import Kind, Problem
from loaders.rows import Row

_PERIODS = ("period_code", "reported_period")
Table = tuple[str, int, int, list[list[Any]]]


def read_table(content: bytes) -> tuple[Table | None, list[Problem]]:
    """Return the first sheet as (sheet, first row, first column, cells), rows and columns counted from 1 as Excel does."""
    if is_workbook(content):
        try:
            sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
            cells = sheet.to_python(skip_empty_area=True)
        except (CalamineError, IndexError) as error:
            return None, [
                Problem(
                    "file",
                    str(error),
                    "読めるブック",
                    "a readable workbook",
                    "Excelで開いて保存し直してください",
                    "Open it in Excel and save it again",
                )
            ]
        top, left = sheet.start or (0, 0)
        return (sheet.name, top + 1, left + 1, cells), []
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        rows: list[list[Any]] = list(csv.reader(io.StringIO(text, newline="")))
        return ("", 1, 1, rows), []
    return None, [
        Problem(
            "encoding",
            "文字コード不明 / unknown encoding",
            "UTF-8またはShift_JIS",
            "UTF-8 or Shift_JIS",
            "「CSV UTF-8」で保存し直してください",
            "Save it again as CSV UTF-8",
        )
    ]


def column_letters(number: int) -> str:
    """Return Excel's letters for a column counted from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=32)
def _adapter(model: type[Row]) -> TypeAdapter[list[Any]]:
    return TypeAdapter(list[model])  # type: ignore[valid-type]


def header_of(table: Table) -> list[str]:
    """Return the column names of a table."""
    return [str(cell).strip() for cell in table[3][0]] if table[3] else []


def written_rows(table: Table) -> list[tuple[int, dict[str, Any]]]:
    """Return every row that is not blank, as written, by column name, with its row number in the file."""
    _, top, _, cells = table
    names = header_of(table)
    return [
        (top + i, dict(zip(names, map(_plain, row), strict=False)))
        for i, row in enumerate(cells[1:], start=1)
        if any(cell != "" for cell in row)
    ]


def read_rows(table: Table, model: type[Row]) -> tuple[list[tuple[int, Row]], list[Problem]]:
    """Return every row with its row number in the file, and every problem.

    Args:
        table: from ``read_table``.
        model: the plain model whose fields are the columns.
    """
    sheet, top, left, cells = table
    names = header_of(table)
    required = [n for n, f in model.model_fields.items() if f.is_required()]
    problems = [
        _header_problem(sheet, top, name, "列がありません", "a column that is missing") for name in required if name not in names
    ] + [
        _header_problem(sheet, top, name, "余分な列です", "a column that does not belong here")
        for name in names
        if name not in model.model_fields
    ]
    if len(set(names)) != len(names):
        problems.append(_header_problem(sheet, top, ", ".join(names), "列名の重複", "a column name used twice"))
    if problems:
        return [], problems
    held = [(top + i, row) for i, row in enumerate(cells[1:], start=1) if any(cell != "" for cell in row)]
    optional = [(name, not model.model_fields[name].is_required()) for name in names]
    given_rows = [
        {
            name: cell if type(cell) is str else _plain(cell)
            for (name, can_be_left_out), cell in zip(optional, row, strict=False)
            if not (can_be_left_out and (cell == "" or (type(cell) is str and not cell.strip())))
        }
        for _, row in held
    ]
    try:
        return list(zip((number for number, _ in held), _adapter(model).validate_python(given_rows), strict=True)), []
    except ValidationError:
        pass
    rows: list[tuple[int, Row]] = []
    for number, given in written_rows(table):
        found, wrong = _read_row(model, given, sheet=sheet, row=number, columns={n: left + i for i, n in enumerate(names)})
        problems += wrong
        if found is not None:
            rows.append((number, found))
    return rows, problems


def _header_problem(sheet: str, row: int, name: str, ja: str, en: str) -> Problem:
    return Problem(
        "header", name, ja, en, "1行目を data/README.md の列名に合わせてください", "Make the first row the column names in data/README.md",
        sheet=sheet, row=row,
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _read_row(
    model: type[Row], given: dict[str, Any], *, sheet: str, row: int, columns: dict[str, int]
) -> tuple[Row | None, list[Problem]]:
    values: dict[str, Any] = {}
    is_rounded = False
    for name, value in given.items():
        if isinstance(value, str) and not value.strip() and not model.model_fields[name].is_required():
            continue  # a blank means the same as no such column
        values[name], rounded = _as_written(model, name, value)
        is_rounded |= rounded
    if is_rounded and "is_approximate" in model.model_fields:
        values["is_approximate"] = "1"
    for name, value in values.items():
        if isinstance(value, int) and model.model_fields[name].annotation is str:
            values[name] = str(value)
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        return None, [_problem(model, e, given, sheet=sheet, row=row, columns=columns) for e in error.errors()]


def _as_written(model: type[Row], name: str, value: Any) -> tuple[Any, bool]:
    """Read a text the Japanese way where the column asks for a number, a day or a period; of a period also Excel's date."""
    if name in _PERIODS and isinstance(value, date):
        try:
            return read_period(value), False
        except Unreadable:
            return value.isoformat(), False
    if not isinstance(value, str) or not value.strip():
        return value, False
    wanted = str(model.model_fields[name].annotation)
    try:
        if name == "period_code":
            return read_period(value), False
        if "float" in wanted:
            number = read_number(value)
            return number.value, number.is_approximate
        if "date" in wanted:
            return read_date(value)[0], False
    except Unreadable:
        pass
    return value, False


def _problem(model: type[Row], error: Any, given: dict[str, Any], *, sheet: str, row: int, columns: dict[str, int]) -> Problem:
    name = str(error["loc"][0]) if error["loc"] else ""
    column = columns.get(name)
    kind: Kind
    wanted = str(model.model_fields[name].annotation) if name else ""
    if name == "period_code":
        kind, expected = "period", ("FY2022、FY2022-Q3、2022-12 など", "a period such as FY2022, FY2022-Q3 or 2022-12")
    elif error["type"] == "missing" or (name and not str(given.get(name, "")).strip()):
        kind, expected = "missing", ("値", "a value")
    elif "date" in wanted:
        kind, expected = "date", ("日付(2022-12-31 など)", "a date such as 2022-12-31")
    elif "float" in wanted or "int" in wanted:
        kind, expected = "number", ("数値(範囲内)", "a number within range")
    elif "Literal" in wanted or "bool" in wanted:
        kind, expected = "choice", (error["msg"], error["msg"])
    else:
        kind, expected = "rule", (error["msg"], error["msg"])
    return Problem(
        kind, f"{name}={given.get(name, '')}" if name else str(error["msg"]), *expected,
        "このセルを直して、もう一度取り込んでください", "Correct this cell and load the file again",
        sheet=sheet, cell=f"{column_letters(column)}{row}" if column else "", row=row,
    )  # fmt: skip
