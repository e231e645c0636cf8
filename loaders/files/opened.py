"""Parse bytes into cells: the functions that run in the child process (``loaders.files.apart``), and nothing else.

Each function checks the bytes first, and returns plain records or, where the file has a fault, the problem.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from kpis.message import Message
from loaders.files.active import active_parts, of_formula
from loaders.files.addresses import column_letters, split_address
from loaders.files.conditional import marked_cells
from loaders.files.delimited import rows_of_text
from loaders.files.further import goes_on
from loaders.files.guard import check_bytes, is_workbook
from loaders.files.parts import BookDamaged, names_of
from loaders.files.problems import Kind, Problem, damaged, far_cell, may_be_marked
from loaders.files.sheets import NO_RESULT, Sheet, read_book

ROWS_OF_OTHERS = 1_000  # rows of each further sheet of a list that are looked through for rows of the list
# Characters of all cells together, for each 1 MB of a file: the largest report has 3 million. One long text that every cell refers to
# takes nothing in the file, and hours of whoever goes through the cells.
MOST_CHARACTERS = 20_000_000
_HEADING_ROWS = 40  # rows of a sheet in which its headings are looked for
_LONGEST_HEADING = 200  # characters
_SMALLER = Message("remedy_remove_sheets")
Table = tuple[str, int, int, list[list[Any]]]


def sheet_names(content: bytes, *, max_bytes: int) -> list[str]:
    """Return the names of the worksheets; empty if it is not an acceptable workbook."""
    if check_bytes(content, max_bytes=max_bytes, only_workbook=True):
        return []
    try:
        return names_of(content)
    except BookDamaged:
        return []


def open_book(content: bytes, *, max_bytes: int, most_cells: int) -> tuple[list[Sheet], bool, list[Problem]]:
    """Return the worksheets, whether dates use the 1904 system, and fatal problems; no sheets then.

    Args:
        most_cells: limit on the total area of the sheets' bounding rectangles of values.
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
    if not problems:
        cells = sum(len(sheet.rows) * len(sheet.rows[0]) for sheet in sheets if sheet.rows)
        large = Message("cells_found", count=cells), Message("at_most_cells", most=most_cells)
        problems = [Problem("file", *large, _SMALLER)] if cells > most_cells else _too_long(content, sheets)
    return ([], False, problems) if problems else (sheets, is_1904, [])


def open_table(content: bytes, *, max_bytes: int) -> tuple[Table | None, list[Problem]]:
    """Return the first sheet as (sheet, first row, first column, cells), rows and columns counted from 1 as in Excel."""
    problems = check_bytes(content, max_bytes=max_bytes)
    if problems:
        return None, problems
    if is_workbook(content):
        return _of_book(content)
    rows, top, problems = rows_of_text(content)
    return (None if problems else ("", top, 1, _as_wide_as_headings(rows))), problems


def _of_book(content: bytes) -> tuple[Table | None, list[Problem]]:
    if acting := active_parts(content, is_handed_on=False):
        return None, acting
    try:
        sheets, _ = read_book(content, rows_of_others=ROWS_OF_OTHERS)
    except BookDamaged as error:
        return None, [damaged(error)]
    if not sheets:
        return None, [damaged(BookDamaged(Message("no_worksheet")))]
    if long := _too_long(content, sheets):
        return None, long
    sheet, *others = sheets
    if sheet.far_cell:
        return None, [far_cell(sheet)]
    table = _from_first_value(sheet)
    marked = marked_cells(sheet.rows, sheet.marking, after=table[1], columns=range(1, len(sheet.rows[0]) + 1 if sheet.rows else 1))
    unsure = [may_be_marked(place, sheet=sheet.name, cell=f"{column_letters(at)}{row}", row=row) for row, at, place in marked]
    return table, [*_unreadable(sheet, after=table[1]), *_merged(sheet, table[1]), *unsure, *_of_other_sheets(table, others)]


def _merged(sheet: Sheet, top: int) -> Iterator[Problem]:
    """Report merged cells with a value below the headings: who sees them takes it for that of each cell, but the first alone stores it."""
    for left, first, right, last in sheet.merged:
        row = max(first, top + 1)
        if last > top and first <= len(sheet.rows) and left <= len(sheet.rows[0]) and sheet.rows[first - 1][left - 1] != "":
            place = f"{column_letters(left)}{first}:{column_letters(right)}{last}"
            yield Problem(
                "merged", Message("merged_at", place=place), Message("one_value_a_cell"), Message("remedy_unmerge"),
                sheet=sheet.name, cell=f"{column_letters(left)}{row}", row=row,
            )  # fmt: skip


def _too_long(content: bytes, sheets: Sequence[Sheet]) -> list[Problem]:
    """Return the problem of a workbook whose texts are longer together than people write any."""
    count = sum(len(cell) for sheet in sheets for row in sheet.rows for cell in row if type(cell) is str)
    most = int(MOST_CHARACTERS * max(1.0, len(content) / 1_000_000))
    if count <= most:
        return []
    return [Problem("file", Message("characters_in_all", count=count), Message("at_most_characters_in_all", most=most), _SMALLER)]


def _of_other_sheets(table: Table, others: Sequence[Sheet]) -> Iterator[Problem]:
    """Report each other sheet with rows under at least half of the headings, or like those of the list: they would silently be omitted."""
    # Of a list the first row; of a file with a title above, the first of those with the most texts.
    named = [_texts(row) for row in (*table[3][:1], *sorted(table[3][:_HEADING_ROWS], key=lambda row: -len(_texts(row)))[:1])]
    for sheet in others:
        if sheet.far_cell:
            yield far_cell(sheet)
        for at, row in enumerate(sheet.rows[:_HEADING_ROWS]):
            texts = _texts(row)
            if any(len(texts & headings) >= max(2, len(headings) / 2) for headings in named):
                count = sum(any(str(cell).strip() for cell in below) for below in sheet.rows[at + 1 :])
                if count:
                    yield _further(table, sheet, count, row=at + 1)
                break
        else:
            if count := goes_on(table[3][1:], _from_first_value(sheet)[3]):
                yield _further(table, sheet, count, row=1)


def _further(table: Table, sheet: Sheet, count: int, *, row: int) -> Problem:
    what = Message("rows_of_sheet_or_more" if sheet.is_cut else "rows_of_sheet", count=count)
    expected, remedy = Message("rows_on_first_sheet", sheet=table[0]), Message("remedy_one_sheet")
    return Problem("sheet", what, expected, remedy, sheet=sheet.name, row=row)


def _texts(row: Sequence[Any]) -> set[str]:
    """Return the texts of a row as headings are compared: without blanks, invisible characters, full-width forms and capitals."""
    plain = (unicodedata.normalize("NFKC", cell).casefold() for cell in row if type(cell) is str and len(cell) <= _LONGEST_HEADING)
    return {"".join(letter for letter in text if letter.isprintable() and letter != " ") for text in plain} - {""}


def _from_first_value(sheet: Sheet) -> Table:
    """Return a sheet's table, starting at its first row and column with a value."""
    top = next((i for i, row in enumerate(sheet.rows) if any(cell != "" for cell in row)), 0)
    rows = sheet.rows[top:]
    is_at_first = bool(rows and rows[0] and rows[0][0] != "")  # most are; the others are measured row by row
    left = 0 if is_at_first else min((next((i for i, cell in enumerate(row) if cell != ""), len(row)) for row in rows), default=0)
    return sheet.name, top + 1, left + 1, _under_headings([row[left:] for row in rows] if left else rows)


def _under_headings(rows: list[list[Any]]) -> list[list[Any]]:
    """Return rows with a heading for each column with values: blank where it is missing; empty columns are dropped."""
    if rows and _filled(rows[0]) < max(map(len, rows)):
        width = max(map(_filled, rows))
        rows[0] = [*rows[0], *[""] * (width - len(rows[0]))][:width]
    return rows


def _as_wide_as_headings(rows: list[list[Any]]) -> list[list[Any]]:
    """Return the rows of a text file under their headings, cut to them; one with more cells than the first row had stays longer."""
    width = len(rows[0]) if rows else 0
    headed = _under_headings(rows)
    return [row[: len(headed[0])] if len(row) <= width else row for row in headed]


def _filled(row: list[Any]) -> int:
    """Return the length of a row up to its last value."""
    return next((at for at in range(len(row), 0, -1) if str(row[at - 1]).strip()), 0)


def _unreadable(sheet: Sheet, *, after: int) -> Iterator[Problem]:
    """Report cells without a usable value: errors, malformed numbers, formulas without a cached result; after a row, with one that changes."""
    enter = Message("remedy_enter_and_load")
    for kinds, cells in (
        ("error_cell", sheet.errors), ("number", sheet.faulty),
        ("formula", {cell: formula for cell, formula in sheet.uncalculated.items() if formula.key == NO_RESULT or split_address(cell)[1] > after}),
    ):  # fmt: skip
        kind: Kind = kinds  # type: ignore[assignment]
        for cell, text in cells.items():
            yield Problem(kind, text, Message("a_value"), enter, sheet=sheet.name, cell=cell, row=split_address(cell)[1])
