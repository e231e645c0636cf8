"""The matrix of bureaus as HTML: a table, on phones one block per bureau; shared by the static edition and the dashboard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from markupsafe import Markup

from charts.svg.strip import look_of
from kpis.as_text import shown
from kpis.figures.records import FELL_SHORT
from kpis.line_breaks import with_wholes
from publishers.site.labels import each, filled, link, picked, with_roles
from telling.matrix import MISSING, NONE, QUIET, Cell, Handed, Leads, Matrix, MatrixRow
from telling.words import Words

LOUD = ("returned", "late")
MARK_OF = {"draft": "not_due", "submitted": "not_due", "returned": "slightly_behind", "late": "missed", "not_started": "no_data"}


ListOf = Callable[[Leads], str]


def table(matrix: Matrix, page_of: Callable[[str], str], list_of: ListOf, words: Words, *, caption: str) -> Markup:
    """Return the table.

    Args:
        page_of: bureau code → address of its page.
        list_of: returns the address of the list behind a count.
    """
    matrix = _said(matrix)
    body = Markup("").join(_head_line(matrix, name, cells, list_of) for name, cells in matrix.heads)
    body = Markup('<tbody class="mx-whole">{}</tbody>').format(body)
    wide = len(matrix.columns) + 1 + bool(matrix.report)
    for name, rows in matrix.groups:
        if not rows:
            continue
        head = Markup('<tr class="mx-group"><th scope="row" colspan="{}">{}\N{NO-BREAK SPACE}<span>{}</span></th></tr>').format(
            wide, name, words.number(len(rows))
        )
        body += Markup("<tbody>{}{}</tbody>").format(head, Markup("").join(_row(matrix, row, page_of, list_of) for row in rows))
    made = Markup('<table class="mx"><caption class="vh">{}</caption>{}{}</table>').format(caption, _heads(matrix, words), body)
    notes = each('<p class="att-said">{}</p>', zip((*matrix.notes, words("matrix_legend"))))
    return with_roles(str(shown(made + notes)))


def _said(matrix: Matrix) -> Matrix:
    """Return the matrix without empty columns."""
    cells = [cells for _, cells in matrix.heads] + [row.cells for row in matrix.rows]
    if not cells:
        return matrix
    at = [place - 1 for place in filled(("", *(cell.text for cell in line)) for line in cells)[1:]]

    def row_shown(row: MatrixRow) -> MatrixRow:
        return replace(row, cells=tuple(picked(row.cells, at)))

    return replace(
        matrix, columns=tuple(picked(matrix.columns, at)), heads=tuple((name, tuple(picked(cells, at))) for name, cells in matrix.heads),
        groups=tuple((name, tuple(map(row_shown, rows))) for name, rows in matrix.groups),
    )  # fmt: skip


def _heads(matrix: Matrix, words: Words) -> Markup:
    in_groups = groupby(matrix.columns, key=lambda column: column.group)
    groups = each('<th scope="col" colspan="{}">{}</th>', ((len(list(columns)), group) for group, columns in in_groups))
    names = each('<th scope="col" class="n">{}<span>{}</span></th>', ((column.name, column.below) for column in matrix.columns))
    report = Markup('<th scope="col">{}</th>').format(matrix.report) if matrix.report else Markup("")
    blank = Markup("<td></td>") if matrix.report else Markup("")
    first = Markup('<tr class="mx-groups"><td></td>{}{}</tr>').format(groups, blank)
    return Markup('<thead>{}<tr><th scope="col">{}</th>{}{}</tr></thead>').format(first, words("bureau"), names, report)


def _head_line(matrix: Matrix, name: str, cells: Sequence[Cell], list_of: ListOf) -> Markup:
    blank = Markup("<td></td>") if matrix.report else Markup("")
    return Markup('<tr><th scope="row">{}</th>{}{}</tr>').format(name, _cells(matrix, cells, list_of), blank)


def _row(matrix: Matrix, row: MatrixRow, page_of: Callable[[str], str], list_of: ListOf) -> Markup:
    name = link(page_of(row.code), row.name)
    report = (
        Markup('<td class="mx-report" data-label="{}">{}</td>').format(matrix.report, _handed(row.handed)) if matrix.report else ""
    )
    return Markup('<tr><th scope="row">{}</th>{}{}</tr>').format(name, _cells(matrix, row.cells, list_of), report)


def _cells(matrix: Matrix, cells: Iterable[Cell], list_of: ListOf) -> Markup:
    beside = zip(cells, matrix.columns, strict=True)
    return Markup("").join(_cell(cell, cell.label or column.alone, list_of) for cell, column in beside)


def _cell(cell: Cell, label: str, list_of: ListOf) -> Markup:
    mark = Markup('<i class="{}"></i>').format(look_of(cell.status)) if cell.status in FELL_SHORT else Markup("")
    share = Markup('<i class="mx-bar"><i style="width:{:.0f}%"></i></i>').format(cell.share * 100) if cell.share is not None else ""
    period = Markup("<span>{}</span>").format(cell.period) if cell.period else ""
    text = with_its_unit(cell)
    text = Markup("<b>{}</b>").format(text) if cell.is_loud or cell.status in FELL_SHORT else text
    if cell.status == MISSING:
        text = Markup('<span class="mx-gap">{}</span>').format(text)
    if cell.leads is not None:
        text = link(list_of(cell.leads), text)
    tone = {QUIET: "", MISSING: " mx-missing", NONE: " mx-none"}.get(cell.status, f" mx-{cell.status}")
    tone += " mx-loud" if cell.is_loud else ""
    tone += " mx-none" if cell.text == "·" else ""
    title = Markup(' title="{}"').format(cell.title) if cell.title else ""
    label = "\n".join(part for line in label.split("\n") for part in _wholes(line))
    value = Markup("<bdi>{}{}</bdi>").format(mark, text) if mark or cell.written else text  # no line ends within it
    return Markup('<td class="n{}" data-label="{}"{}>{}{}{}</td>').format(tone, label, title, value, period, share)


def with_its_unit(cell: Cell) -> Markup | str:
    """Return the text of a cell with a place for its unit, which only phones show: elsewhere it is in the heads of columns."""
    for end in range(len(cell.text), -1, -1) if len(cell.written) > len(cell.text) else ():
        before, behind = cell.text[:end], cell.text[end:]
        unit = cell.written[end : len(cell.written) - len(behind)]
        if cell.written == before + unit + behind and not unit.endswith(" "):
            apart = Markup(' class="mx-apart"') if unit.startswith(" ") else ""  # trimmed where HTML is cleaned
            return Markup('{}<i{} data-unit="{}"></i>{}').format(before, apart, unit.strip(), behind)
    return cell.written or cell.text  # rounded otherwise than without its unit, as near 100%


def _wholes(line: str) -> list[str]:
    """Return the lines of a label, whose text is in an attribute, where no element keeps what is not to be broken: 令和4年度, 第2四半期."""
    return [part for part in with_wholes(line, lambda whole: f"{whole[0]}\n").split("\n") if part] or [line]


def _handed(handed: Handed | None) -> Markup:
    if handed is None:
        return Markup("—")
    state = "late" if handed.is_late else handed.state
    mark = Markup('<i class="{}"></i>').format(look_of(MARK_OF[state])) if state in MARK_OF else Markup("")
    text = Markup("<b>{}</b>").format(handed.word) if state in LOUD else handed.word
    return Markup('<span class="mx-{}">{}{}</span>').format(state, mark, text)
