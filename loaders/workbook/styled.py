"""Cells whose characters are not what they show: crossed out, or with a raised or lowered part, or under a condition."""

from __future__ import annotations

from kpis.message import Message
from loaders.files.addresses import column_letters
from loaders.files.conditional import marked_cells
from loaders.files.formats import Styled
from loaders.files.problems import Kind, Problem, beside_style, may_be_marked
from loaders.files.sheets import Sheet
from loaders.workbook.find import Table

_FIGURES = ("number", "count", "date", "period")  # kinds of columns


def styled_problems(table: Table, sheet: Sheet) -> list[Problem]:
    """Return the problem of each cell that is read and crossed out, or has a raised or lowered part, and flag those cells.

    In words, raised and lowered characters (CO₂) change nothing; crossed-out words are not what is reported. Of a conditional format
    it cannot be told whether it applies: the first figure of each column in its range is named.
    """
    read = sorted((position, table.columns[name]) for name, position in table.at.items() if table.columns[name].is_read)
    problems = []
    for number, row in enumerate(table.cells[table.top :], start=table.top + 1):
        if Styled not in map(type, row):
            continue
        for position, column in read:
            cell = row[position] if position < len(row) else ""
            if type(cell) is Styled and (cell.is_struck or column.value != "text"):
                table.bad[number, position] = True
                kind: Kind = "text" if column.value == "text" else "number"
                expected, remedy = Message("value_without_style"), Message("remedy_without_style")
                problems.append(table.problem(kind, beside_style(cell), expected, remedy, row=number, column=column.name))
    figures = [position + 1 for position, column in read if column.value in _FIGURES]
    for number, at, place in marked_cells(table.cells, sheet.marking, after=table.top, columns=figures):
        problems.append(may_be_marked(place, sheet=table.sheet, cell=f"{column_letters(at)}{number}", row=number))
    return problems
