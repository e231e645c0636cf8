"""Cells whose characters are not what they show: crossed out, or with a raised or lowered part."""

from __future__ import annotations

from kpis.message import Message
from loaders.files.formats import Styled
from loaders.files.problems import Kind, Problem, beside_style
from loaders.workbook.find import Table


def styled_problems(table: Table) -> list[Problem]:
    """Return the problem of each cell that is read and crossed out, or has a raised or lowered part, and flag those cells.

    In words, raised and lowered characters (CO₂) change nothing; crossed-out words are not what is reported.
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
    return problems
