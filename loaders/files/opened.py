"""Bytes become cells: what is done with a file in a process of its own (``loaders.files.apart``), and nothing else.

Each function checks the bytes first. What it returns are plain records; of whatever is wrong with the file it returns the problem.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from kpis.languages import both
from kpis.message import Message
from loaders.files.active import active_parts, of_formula
from loaders.files.addresses import LAST_COLUMN, split_address
from loaders.files.guard import check_bytes, is_workbook
from loaders.files.parts import BookDamaged, names_of
from loaders.files.problems import Kind, Problem, damaged, far_cell
from loaders.files.sheets import Sheet, read_book

LONGEST_TEXT = 131_072  # of a cell of a text file, in characters; Excel's own cells hold 32,767
Table = tuple[str, int, int, list[list[Any]]]


def sheet_names(content: bytes, *, max_bytes: int) -> list[str]:
    """Return the names of the worksheets; none where it is no workbook that may be opened."""
    if check_bytes(content, max_bytes=max_bytes, only_workbook=True):
        return []
    try:
        return names_of(content)
    except BookDamaged:
        return []


def open_book(content: bytes, *, max_bytes: int, most_cells: int) -> tuple[list[Sheet], bool, list[Problem]]:
    """Return the worksheets, whether days count from 1904, and what forbids reading on; no sheets then.

    Args:
        most_cells: of the smallest rectangles round the values of all sheets together.
    """
    problems = check_bytes(content, max_bytes=max_bytes, only_workbook=True)
    if problems:
        return [], False, problems
    try:
        sheets, is_1904 = read_book(content)
    except BookDamaged as error:
        return [], False, [damaged(error)]
    acting = [of_formula(reach, sheet=s.name, cell=cell) for s in sheets for cell, reach in s.reaching.items()]
    problems = acting or active_parts(content, is_handed_on=True) or [far_cell(s) for s in sheets if s.far_cell]
    cells = sum(len(sheet.rows) * len(sheet.rows[0]) for sheet in sheets if sheet.rows)
    if not problems and cells > most_cells:
        problems = [Problem("file", f"{cells:,} cells", Message("at_most_cells", most=most_cells), Message("remedy_remove_sheets"))]
    return ([], False, problems) if problems else (sheets, is_1904, [])


def open_table(content: bytes, *, max_bytes: int) -> tuple[Table | None, list[Problem]]:
    """Return the first sheet as (sheet, first row, first column, cells), rows and columns counted from 1 as Excel does."""
    problems = check_bytes(content, max_bytes=max_bytes)
    if problems:
        return None, problems
    if is_workbook(content):
        return _of_book(content)
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _of_text(text)
    return None, [
        Problem(
            "encoding",
            both(Message("encoding_unknown")),
            Message("utf8_or_sjis"),
            Message("remedy_save_as_csv_utf8"),
        )
    ]


def _of_book(content: bytes) -> tuple[Table | None, list[Problem]]:
    if acting := active_parts(content, is_handed_on=False):
        return None, acting
    try:
        sheets, _ = read_book(content, only_first=True)
    except BookDamaged as error:
        return None, [damaged(error)]
    if not sheets:
        return None, [damaged(BookDamaged(both(Message("no_worksheet"))))]
    (sheet,) = sheets
    if sheet.far_cell:
        return None, [far_cell(sheet)]
    return _from_first_value(sheet), [*_unreadable(sheet)]


def _of_text(text: str) -> tuple[Table | None, list[Problem]]:
    rows: list[list[Any]] = []
    csv.field_size_limit(LONGEST_TEXT)
    try:
        rows += csv.reader(io.StringIO(text, newline=""))
    except csv.Error:
        most, row = Message("at_most_characters", most=LONGEST_TEXT), len(rows) + 1
        return None, [Problem("text", both(Message("cell_too_long")), most, Message("remedy_quotes_or_text"), row=row)]
    if (widest := max(map(len, rows), default=0)) > LAST_COLUMN:
        at_most = Message("at_most_columns", most=LAST_COLUMN)
        return None, [Problem("file", f"{widest:,} columns", at_most, Message("remedy_remove_columns"))]
    return ("", 1, 1, rows), []


def _from_first_value(sheet: Sheet) -> Table:
    """Return a sheet's table from its first row and column with a value on."""
    top = next((i for i, row in enumerate(sheet.rows) if any(cell != "" for cell in row)), 0)
    rows = sheet.rows[top:]
    left = min((next((i for i, cell in enumerate(row) if cell != ""), len(row)) for row in rows), default=0)
    return sheet.name, top + 1, left + 1, [row[left:] for row in rows] if left else rows


def _unreadable(sheet: Sheet) -> Iterator[Problem]:
    """Name the cells that hold no value: errors, formulas without a result, what is no number."""
    enter = Message("remedy_enter_and_load")
    for kinds, cells in (
        ("error_cell", sheet.errors), ("number", sheet.faulty),
        ("formula", dict.fromkeys(sheet.uncalculated, both(Message("formula_without_result")))),
    ):  # fmt: skip
        kind: Kind = kinds  # type: ignore[assignment]
        for cell, text in cells.items():
            yield Problem(kind, text, Message("a_value"), enter, sheet=sheet.name, cell=cell, row=split_address(cell)[1])
