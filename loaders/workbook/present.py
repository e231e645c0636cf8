"""A current report in its bureau's workbook and in a small grid on the page; cells edited in the grid follow the same rules.

take_present(store, report, …)   → the bureau's workbook filled with the report, the reviewer's comments at their cells
grid(store, report, …)           → the rows of one sheet, their input columns alone
correct_cells(store, report, …)  → edited cells of the grid, read like cells of the workbook and stored if free of problems
marked_copy(store, report, …)    → an uploaded file, with the doubts marked at its cells
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from kpis.government import government
from kpis.registers import OF_SHEET
from kpis.reporting import reports
from kpis.reporting.access import next_state, require
from kpis.reporting.comparison import OBSERVATIONS
from kpis.reporting.correcting import Present, correct, present
from kpis.reporting.people import viewer_of
from kpis.reporting.sections import holds
from kpis.reporting.uploads import ToConfirm
from kpis.store.store import Store, utc_now
from loaders.files.addresses import column_number, split_address
from loaders.files.problems import Problem
from loaders.workbook.annotate import mark_problems
from loaders.workbook.context import Record, ReportContext, SheetKey, gather
from loaders.workbook.door import Place, TemplateContents, issue_template, mark_of, read_tables, read_workbook
from loaders.workbook.find import Table
from loaders.workbook.layout import FIGURES, KEYS, ROW_KINDS, Column, load_layout
from loaders.workbook.prefilled import cell_value, rows_of
from loaders.workbook.submit import Received, asked_of_bureau, incomplete

INPUTS = ("yes", "reason")
_SHEETS = {kind: sheet for sheet, kind in ROW_KINDS.items()}
Edits = Mapping[SheetKey, Mapping[str, Any]]  # (sheet, key …) → column → input


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of one sheet with the values of the report."""

    columns: tuple[Column, ...]  # the editable ones, in workbook order; without those that no row here uses
    # (sheet, key …) → column → displayed value of its cell; a column that the row does not use is left out
    rows: Mapping[SheetKey, Mapping[str, Any]]
    about: Mapping[SheetKey, Record]  # (sheet, key …) → the subject of the row: its codes, labels and fields


def take_present(store: Store, report_id: int, *, actor: str) -> bytes:
    """Issue the workbook of a pending report, filled with its current values; a person of one section gets the section's rows.

    Raises:
        NotFound, NotAllowed: the person may not see the report, or does not report for its bureau.
        StepRefused: it is no longer with its bureau.
    """
    report = present(store, report_id, viewer=actor)
    viewer = viewer_of(store, actor)
    require(viewer.grants, "take_template", report.bureau_code)
    next_state(report.state, "upload")
    reach = viewer.sections("take_template", report.bureau_code)
    contents = TemplateContents(section=min(reach) if reach else "", filled=_filled(report), comments=_comments(report))
    return issue_template(store, report.bureau_code, report.period_code, actor=actor, contents=contents)[0]


def sheets_of(store: Store, report_id: int, *, actor: str) -> dict[str, int]:
    """Return the sheets that a person may correct in a report, with their row counts."""
    context = _context(store, present(store, report_id, viewer=actor), actor=actor)
    counts = {sheet: len(_listed(context, sheet)) for sheet in load_layout().order}
    return {sheet: count for sheet, count in counts.items() if count}


def grid(store: Store, report_id: int, *, actor: str, sheet: str) -> Grid:
    """Return the rows of one sheet that a person may correct: all requested figures and commentaries, else the report's rows."""
    context, layout = _context(store, present(store, report_id, viewer=actor), actor=actor), load_layout()
    columns = [c for c in layout.columns[sheet] if c.input in INPUTS]
    listed, stored = _listed(context, sheet), context.rows
    rows = {
        key: {c.name: cell_value(layout, c, cells, record) for c in columns if "kind" not in cells or c.applies_to(cells["kind"])}
        for key, (cells, record) in listed.items()
    }
    about = {key: {**stored.get(key, {}), **cells, **(record or {})} for key, (cells, record) in listed.items()}
    return Grid(tuple(c for c in columns if any(c.name in row for row in rows.values())), rows, about)


def correct_cells(store: Store, report_id: int, *, actor: str, revision: int, edits: Edits, today: date) -> Received:
    """Read cells edited in the grid as if in the workbook, and store them if no row has an error.

    Args:
        revision: of the report that the actor saw.
        edits: the edited cells; an emptied cell removes its value.
        today: as for a workbook.

    Raises:
        NotAllowed, StepRefused, ChangedMeanwhile, FigureRefused: as ``kpis.reporting.correcting.correct``.
    """
    report = present(store, report_id, viewer=actor)
    require(viewer_of(store, actor).grants, "upload", report.bureau_code)
    context = replace(gather(store, report.bureau_code, report.period_code), filled=_filled(report))
    mark, listed = mark_of(context, utc_now())
    vintages = {row[:-1]: int(row[-1]) for row in listed}
    layout, clear = load_layout(), max(load_layout().clear_words)
    tables: dict[str, Table] = {}
    for sheet in layout.order:
        columns, cells = layout.columns[sheet], [[c.heading_ja for c in layout.columns[sheet]]]
        for labels, record in rows_of(context, layout, sheet, mark):
            row = [cell_value(layout, c, labels, record) for c in columns]
            typed = edits.get(_key(sheet, labels), {})
            for at, column in enumerate(columns):
                if column.name in typed:
                    emptied = typed[column.name] in (None, "")
                    row[at] = (
                        typed[column.name] if not emptied else clear if row[at] is not None and column.input == "yes" else None
                    )
            cells.append(["" if cell is None else cell for cell in row])
        places = {c.name: n for n, c in enumerate(columns)}
        tables[sheet] = Table(sheet, layout.sheets[sheet], 1, places, cells, {c.name: c for c in columns})
    reading = read_tables(store, tables, context=context, mark=mark, vintages=vintages, today=today)
    if reading.errors:
        return Received(reading, None)
    own = [row for row in reading.rows if _sheet_key(row.kind, row.key) in edits]
    to_confirm = ToConfirm(
        warnings=asked_of_bureau(reading), completeness=reading.completeness, about_open=partial(incomplete, reading)
    )
    return Received(reading, correct(store, report_id, own, to_confirm, actor=actor, revision=revision))


def column_at(sheet_name: str, cell: str) -> Column | None:
    """Return the column of a grid cell, by sheet name and address."""
    layout = load_layout()
    sheet = next((key for key in layout.order if layout.sheets[key] == sheet_name), None)
    letters = split_address(cell)[0] if cell else ""
    return layout.columns[sheet][column_number(letters) - 1] if sheet and letters else None


def marked_copy(store: Store, report_id: int, *, viewer: str, revision: int, today: date) -> bytes:
    """Return an uploaded file merged into a report, with its current doubts marked at their cells.

    Raises:
        NotFound: there is none, or the viewer may not read originals of the bureau.
        StepRefused: it holds active content.
    """
    _, content = reports.original(store, report_id, viewer=viewer, revision=revision)
    problems: list[Problem] = read_workbook(content, store=store, today=today).problems
    return mark_problems(content, problems)


def _sheet_key(kind: str, key: tuple[str, ...]) -> SheetKey:
    return (FIGURES, key[0], key[2]) if kind == OBSERVATIONS else (_SHEETS[kind], *key)


def _key(sheet: str, labels: Record) -> SheetKey:
    return (sheet, *(labels[name] for name in KEYS[sheet]))


def _filled(report: Present) -> dict[SheetKey, Record]:
    return {_sheet_key(*key): dict(fields) for key, fields in report.fields.items()}


def _comments(report: Present) -> dict[Place, str]:
    at: dict[Place, str] = {}
    for comment in report.comments:
        place = _sheet_key(comment.row_kind, comment.row_key), comment.column
        at[place] = "\n".join(filter(None, (at.get(place), comment.text)))
    return at


def _context(store: Store, report: Present, *, actor: str) -> ReportContext:
    """Return the context of a report, limited to the rows that the person reports."""
    context = replace(gather(store, report.bureau_code, report.period_code), filled=_filled(report))
    reach = viewer_of(store, actor).sections("upload", report.bureau_code)
    if reach is None:
        return context
    own = [section for code, section in government().sections_of(report.bureau_code).items() if code in reach]
    return context.part([k for k, row in context.rows.items() if any(holds(s, ROW_KINDS[k[0]], k[1:], row) for s in own)])


def _listed(context: ReportContext, sheet: str) -> dict[SheetKey, tuple[Record, Record | None]]:
    """Return the rows of a sheet shown in the grid; of a large register only those in the report."""
    layout = load_layout()
    mark, _ = mark_of(context, utc_now())
    is_whole = sheet == FIGURES or bool(OF_SHEET[sheet].of_period)
    rows = {_key(sheet, cells): (cells, record) for cells, record in rows_of(context, layout, sheet, mark)}
    return {key: row for key, row in rows.items() if is_whole or key in context.filled}
