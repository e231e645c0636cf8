"""Find the tables of a bureau workbook by their headings, wherever sheets, rows and columns were moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kpis.message import Message
from loaders.files.addresses import column_letters, column_number, split_address
from loaders.files.further import goes_on
from loaders.files.problems import Kind, Problem
from loaders.files.sheets import MAX_AREA, NO_RESULT, Sheet
from loaders.workbook.layout import Column, Layout, plain_heading

HEADING_ROWS = 40  # number of rows searched for headings
_MOST = 0.5  # minimum share of a sheet's headings in a heading row
_DOWNLOAD = Message("remedy_download_again")  # fmt: skip
_RESTORE = Message("remedy_restore_heading")


@dataclass
class Table:
    """One table found in the workbook."""

    key: str  # our name of its sheet: ``observations``, or a register as ``procedures``
    sheet: str
    top: int  # row number of the headings, counted as in Excel
    at: dict[str, int]  # our column → position in a row, counted from 0
    cells: Sequence[Sequence[Any]]  # every row from the first of the sheet, blank area included
    columns: Mapping[str, Column]
    bad: dict[tuple[int, int], bool] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)

    def address(self, row: int, column: str) -> str:
        """Return the Excel address of a cell in one of our columns."""
        letters = self.letters.get(column)
        if letters is None:
            letters = self.letters[column] = column_letters(self.at[column] + 1)
        return f"{letters}{row}"

    def problem(
        self, kind: Kind, text: object, expected: Message, remedy: Message, *, row: int, column: str = "", cell: str = ""
    ) -> Problem:
        """Return a problem at a cell of this table."""
        place = cell or (self.address(row, column) if column in self.at else "")
        if isinstance(text, float) and text.is_integer():
            text = int(text)  # a cell holds no ".0"
        return Problem(
            kind, text if isinstance(text, Message) else str(text)[:200], expected, remedy, sheet=self.sheet, cell=place, row=row
        )


def find_tables(sheets: Mapping[str, Sequence[Sequence[Any]]], layout: Layout) -> tuple[dict[str, Table], list[Problem]]:
    """Return the readable tables by our name, and problems with sheets and headings of the others.

    Args:
        sheets: name → cells from A1 on, of every sheet except those of mark and choices.
    """
    claims: dict[str, list[tuple[str, int, int]]] = {key: [] for key in layout.columns}
    for name, cells in sheets.items():
        key, row, hits = _best(cells, layout)
        if hits:
            claims[key].append((name, row, hits))
    tables: dict[str, Table] = {}
    problems: list[Problem] = []
    for key, claimed in claims.items():
        title = layout.sheets[key]
        if not claimed:
            problems.append(_missing(key, title, title in sheets, layout))
            continue
        if len(claimed) > 1:
            names = " / ".join(name for name, _, _ in claimed)  # sheet names cannot contain a slash
            problems.append(
                Problem("sheet", names, Message("one_sheet_only", title=layout.sheet(key)),
                        Message("remedy_delete_copied_sheet"), sheet=claimed[1][0], cell="A1")
            )  # fmt: skip
        name, row, _ = claimed[0]
        table = Table(key, name, row, {}, sheets[name], {c.name: c for c in layout.columns[key]})
        wrong = _place_columns(table, layout)
        problems += wrong
        if len(claimed) == 1 and not wrong:  # the other tables are still read, so that every problem is reported at once
            tables[key] = table
    placed = {name for claimed in claims.values() for name, _, _ in claimed}
    for name in sheets.keys() - placed:
        problems += _further(name, sheets[name], tables.values())
    return tables, problems


def _further(name: str, cells: Sequence[Sequence[Any]], tables: Iterable[Table]) -> list[Problem]:
    """Return the problem of a sheet without headings on which a table goes on: its rows would silently be omitted."""
    for table in tables:
        if count := goes_on(table.cells[table.top :], cells):
            expected, remedy = (
                Message("rows_under_headings", sheet=table.sheet),
                Message("remedy_rows_under_headings", sheet=table.sheet),
            )
            return [Problem("sheet", Message("rows_of_sheet", count=count), expected, remedy, sheet=name, cell="A1", row=1)]
    return []


def _best(cells: Sequence[Sequence[Any]], layout: Layout) -> tuple[str, int, int]:
    best, plain = ("", 0, 0), dict[str, str]()  # text → as compared: sheets repeat their texts
    least = min(3, *(sum(c.is_read for c in columns) for columns in layout.columns.values()))
    for number, row in enumerate(cells[:HEADING_ROWS], start=1):
        written = [cell for cell in row if isinstance(cell, str) and cell]
        texts = [plain.get(cell) or plain.setdefault(cell, plain_heading(cell)) for cell in written]
        if len(texts) < least:
            continue
        for key in layout.columns:
            headings = layout.headings(key)
            hits = len({headings[text].name for text in texts if text in headings and headings[text].is_read})
            if hits > best[2] and hits >= _MOST * sum(c.is_read for c in layout.columns[key]):
                best = (key, number, hits)
    return best


def _missing(key: str, title: str, is_named: bool, layout: Layout) -> Problem:
    if is_named:
        return Problem(
            "header", Message("no_heading_row"), Message("heading_row_of", title=layout.sheet(key)),
            _DOWNLOAD, sheet=title, cell="A1", row=1,
        )  # fmt: skip
    return Problem(
        "sheet", Message("no_such_sheet"), Message("the_sheet", title=layout.sheet(key)), _DOWNLOAD, sheet=title,
    )  # fmt: skip


def _place_columns(table: Table, layout: Layout) -> list[Problem]:
    headings, problems = layout.headings(table.key), []
    unknown: list[int] = []
    for position, cell in enumerate(table.cells[table.top - 1]):
        text = plain_heading(cell) if isinstance(cell, str) else str(cell)
        column = headings.get(text)
        if column is None:
            unknown += [position] if text else []
        elif column.name in table.at:
            problems.append(
                table.problem("header", cell, Message("heading_once"), Message("remedy_delete_doubled_column"),
                              row=table.top, cell=f"{column_letters(position + 1)}{table.top}")
            )  # fmt: skip
        else:
            table.at[column.name] = position
    for position, column in enumerate(layout.columns[table.key]):
        if not column.is_read or column.name in table.at:
            continue
        # An overwritten heading is at its column's usual place, or is the only unknown one.
        place = position if position in unknown else (unknown[0] if len(unknown) == 1 else None)
        heading = table.cells[table.top - 1][place] if place is not None else Message("no_such_column")
        problems.append(
            table.problem("header", heading, Message("the_heading", heading=column.heading),
                          _RESTORE if place is not None else _DOWNLOAD, row=table.top,
                          cell=f"{column_letters(place + 1)}{table.top}" if place is not None else "")
        )  # fmt: skip
    return problems


def cell_problems(table: Table, sheet: Sheet) -> list[Problem]:
    """Return the problems of cells without a readable value, and flag those cells."""
    read = {position: name for name, position in table.at.items() if table.columns[name].is_read}
    problems: list[Problem] = []

    def bad(address: str, kind: Kind, value: str | Message, expected: Message, remedy: Message) -> None:
        letters, row = split_address(address)
        position = column_number(letters) - 1
        if row > table.top and position in read:
            table.bad[row, position] = True
            problems.append(table.problem(kind, value, expected, remedy, row=row, cell=address))

    for address, formula in sheet.uncalculated.items():
        has_none = formula.key == NO_RESULT
        expected, remedy = (
            ("calculated_value", "remedy_calculate_or_enter") if has_none else ("a_value", "remedy_enter_value_itself")
        )
        bad(address, "formula", formula, Message(expected), Message(remedy))
    for address, value in sheet.faulty.items():
        bad(address, "number", value, Message("number_or_text"), Message("remedy_enter_value_again"))
    for address, error in sheet.errors.items():
        bad(address, "error_cell", error, Message("value_without_error"), Message("remedy_mend_formula"))  # fmt: skip
    left_to_mark = MAX_AREA
    for left, top, right, bottom in sheet.merged:
        touched = [position for position in read if left <= position + 1 <= right]
        if touched and bottom > table.top:
            rows = range(max(top, table.top + 1), min(bottom, len(table.cells)) + 1)
            left_to_mark -= len(rows) * len(touched)
            table.bad |= {(row, position): True for position in touched for row in rows} if left_to_mark > 0 else {}
            first = max(top, table.top + 1)
            place = f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
            problems.append(
                table.problem("merged", Message("merged_at", place=place), Message("one_value_a_cell"),
                              Message("remedy_unmerge"),
                              row=first, cell=f"{column_letters(left)}{first}")
            )  # fmt: skip
    return problems
