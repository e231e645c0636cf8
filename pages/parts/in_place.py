"""Corrections of a report on the page: a grid of its rows, a workbook filled with its values, and the list of merged files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from kpis.as_text import markdown
from kpis.errors import MierukaError
from kpis.languages import SOURCE, side, written
from kpis.reporting import reports
from kpis.reporting.access import Viewer
from kpis.reporting.comparison import OBSERVATIONS
from kpis.reporting.reports import Opened
from kpis.store.store import Store
from loaders.files.problems import Problem
from loaders.workbook.context import SheetKey
from loaders.workbook.door import handed_on
from loaders.workbook.layout import ROW_KINDS, Column, load_layout
from loaders.workbook.present import Grid, column_at, correct_cells, grid, marked_copy, sheets_of, take_present
from pages.parts import prose
from pages.parts.reported import file_of, instant, office_today, row_namer
from pages.parts.saving import save_button
from pages.parts.several_hands import file_label
from pages.parts.steps import is_pressed, rerun_with
from pages.parts.text import as_found, language, named, refusal_box, t
from pages.parts.titled import part_heading

AT_ONCE = 50  # rows in the grid at a time; others are found with the search box
_EDITS = "grid_edits"  # session key: report → what was typed into its grid
_ROW = "row"  # name of the column with row names


def correcting(store: Store, opened: Opened, *, me: Viewer) -> None:
    """Draw the download of a workbook filled with the report's values and, if switched on, the grid to correct its rows."""
    report, email = opened.report, me.email
    part_heading(t("present_title"))
    prose.markdown(t("present_lead"))
    present = file_of(report.bureau_code, report.period_code, "report", f"{report.id}", f"{report.revision}", ending=".xlsx")
    save_button(
        t("present_button"), lambda: take_present(store, report.id, actor=email), present, key=f"present_{report.id}_{report.revision}",
    )  # fmt: skip
    if not st.toggle(t("correct_title"), key=f"correct_{report.id}"):
        return
    prose.markdown(t("correct_lead"))
    counts = sheets_of(store, report.id, actor=email)
    if not counts:
        prose.caption(t("correct_none"))
        return
    layout = load_layout()
    left, right = st.columns(2, gap="medium")
    sheet = left.selectbox(
        t("correct_sheet"), list(counts), format_func=lambda key: _sheet(key, counts[key]), key=f"correct_sheet_{report.id}"
    )
    sheet_grid = grid(store, report.id, actor=email, sheet=sheet)
    names = _names(sheet_grid, sheet, report.bureau_code)
    part = right.text_input(t("correct_find"), placeholder=t("correct_find_example"), key=f"correct_find_{report.id}_{sheet}")
    listed = [key for key in sheet_grid.rows if part.casefold() in names[key].casefold()]
    shown = listed[:AT_ONCE]
    if not shown:
        prose.caption(t("correct_none"))
        return
    if len(listed) > len(shown):
        prose.caption(t("correct_more", count=len(listed), shown=len(shown)))
    pending, key = _pending(report.id), f"grid_{report.id}_{report.revision}_{sheet}_{part}"
    pending.forget_missing(sheet, sheet_grid)
    with st.container(border=True):
        after = st.data_editor(
            _table(sheet_grid, shown, names, pending.shown_by(key)), hide_index=True, width="stretch", num_rows="fixed",
            disabled=[_ROW], placeholder="", key=key,
            column_config={_ROW: st.column_config.TextColumn(t("row"), pinned=True, width=320), **_columns(sheet_grid, layout.choices)},
        )  # fmt: skip
        pending.keep(_edits(sheet_grid, shown, _table(sheet_grid, shown, names, {}), after), shown)
        count = sum(map(len, pending.edits.values()))
        label = t("correct_button", count=count)
        pressed = is_pressed("correct_now", report, label, icon=":material/check:", is_ready=count > 0)
    if pressed:
        _keep(store, opened, me=me, pending=pending)


def files(store: Store, opened: Opened, *, me: Viewer) -> None:
    """Draw the list of files merged into the report, with downloads of each original, and of a marked copy if it raised questions."""
    report, email = opened.report, me.email
    uploads = [uploaded for uploaded in opened.uploads if uploaded.file_sha256]
    if not uploads or not me.may("read_original", report.bureau_code):
        return
    with st.expander(t("files_brought", count=len(uploads)), icon=":material/folder_open:"):
        prose.caption(t("files_lead"))
        for uploaded in uploads[::-1]:
            revision, today = uploaded.revision, office_today()
            text_column, original, marked = st.columns([3, 1, 1], vertical_alignment="center")
            text_column.markdown(
                f"{markdown(file_label(uploaded))}  \n:gray[{markdown(uploaded.uploaded_by)} {instant(uploaded.uploaded_at)}]"
            )
            content = partial(_original, store, report.id, viewer=email, revision=revision)
            save_button(t("file_original"), content, uploaded.file_name, place=original, key=f"original_{report.id}_{revision}")
            if uploaded.is_asked:
                save_button(
                    t("file_marked"), partial(marked_copy, store, report.id, viewer=email, revision=revision, today=today),
                    file_of(report.bureau_code, report.period_code, "marked", f"{revision}", ending=".xlsx"),
                    place=marked, icon=":material/format_color_fill:", key=f"marked_{report.id}_{revision}",
                )  # fmt: skip


@dataclass(slots=True)
class _Pending:
    """What was typed into the grid of a report and is not stored yet, whichever rows are shown and whatever others bring meanwhile.

    Streamlit keeps the edits of one grid, by the places of its rows, and drops them once another is shown.
    """

    edits: dict[SheetKey, dict[str, Any]] = field(default_factory=dict)
    key: str = ""  # of the grid shown last
    base: dict[SheetKey, dict[str, Any]] = field(default_factory=dict)  # the edits that it began with

    def shown_by(self, key: str) -> dict[SheetKey, dict[str, Any]]:
        """Return the edits that a grid begins with; they stay while it is shown."""
        if key != self.key:
            self.key, self.base = key, {row: dict(cells) for row, cells in self.edits.items()}
        return self.base

    def forget_missing(self, sheet: str, there: Grid) -> None:
        """Forget the edits of rows that somebody took out of the report."""
        self.edits = {row: cells for row, cells in self.edits.items() if row[0] != sheet or row in there.rows}

    def keep(self, edits: dict[SheetKey, dict[str, Any]], shown: list[SheetKey]) -> None:
        """Keep the edits of the rows that are shown; those of others stay as they are."""
        self.edits = {row: cells for row, cells in self.edits.items() if row not in shown} | edits


def _pending(report_id: int) -> _Pending:
    every: dict[int, _Pending] = st.session_state.setdefault(_EDITS, {})
    return every.setdefault(report_id, _Pending())


def _sheet(key: str, count: int) -> str:
    layout = load_layout()
    return t("correct_sheet_rows", sheet=(layout.sheets if side(language()) == SOURCE else layout.sheets_en)[key], count=count)


def _names(sheet_grid: Grid, sheet: str, bureau: str) -> dict[SheetKey, str]:
    name, kind = row_namer(), ROW_KINDS[sheet]
    return {
        key: name.of(kind, (key[1], bureau, key[2]) if kind == OBSERVATIONS else key[1:], about)
        for key, about in sheet_grid.about.items()
    }


def _table(
    sheet_grid: Grid, shown: list[SheetKey], names: dict[SheetKey, str], edits: dict[SheetKey, dict[str, Any]]
) -> pd.DataFrame:
    rows = {key: {**sheet_grid.rows[key], **edits.get(key, {})} for key in shown}
    cells = {c.name: [_cell(c, rows[key].get(c.name)) for key in shown] for c in sheet_grid.columns}
    series = {c.name: pd.Series(cells[c.name], dtype="float64" if _is_number(c) else "object") for c in sheet_grid.columns}
    return pd.DataFrame({_ROW: [names[key] for key in shown], **series})


def _is_number(column: Column) -> bool:
    return column.value in ("number", "count")


def _cell(column: Column, value: Any) -> Any:
    return value if value is None or _is_number(column) or isinstance(value, date) else str(value)


def _columns(sheet_grid: Grid, choices: Any) -> dict[str, ColumnConfig]:
    """Return column name → editor of the grid: numbers, dates, a list of options, or text."""
    made: dict[str, ColumnConfig] = {}
    for column in sheet_grid.columns:
        label, message = named(column, "heading"), named(column, "message")
        if _is_number(column):
            made[column.name] = st.column_config.NumberColumn(label, help=message, format="localized")
        elif column.value == "date":
            made[column.name] = st.column_config.DateColumn(label, help=message)
        elif column.value in ("choice", "open_choice", "flag", "member"):
            words = {
                ja: ja if side(language()) == SOURCE else en for ja, en in choices.get(column.choices or "yes_no", {}).values()
            }
            there = [str(row[column.name]) for row in sheet_grid.rows.values() if row.get(column.name)]
            offered = list(dict.fromkeys([*words, *there]))
            made[column.name] = st.column_config.SelectboxColumn(
                label, help=message, options=offered, format_func=partial(_word, words)
            )
        else:
            made[column.name] = st.column_config.TextColumn(label, help=message)
    return made


def _word(words: dict[str, str], word: str) -> str:
    return words.get(word, word)


def _original(store: Store, report_id: int, *, viewer: str, revision: int) -> bytes:
    return handed_on(reports.original(store, report_id, viewer=viewer, revision=revision)[1])


def _cell_value(cell: Any) -> Any:
    """Return the value of a cell of the grid: a whole number as ``int``, ``None`` if blank."""
    if pd.isna(cell) or cell == "":
        return None
    return int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15 else cell


def _edits(sheet_grid: Grid, shown: list[SheetKey], before: pd.DataFrame, after: pd.DataFrame) -> dict[SheetKey, dict[str, Any]]:
    edits: dict[SheetKey, dict[str, Any]] = {}
    for column in sheet_grid.columns:
        for key, old, new in zip(shown, before[column.name], after[column.name], strict=True):
            was, now = (_cell_value(frame) for frame in (old, new))
            if was != now:
                edits.setdefault(key, {})[column.name] = now
    return edits


def _keep(store: Store, opened: Opened, *, me: Viewer, pending: _Pending) -> None:
    """Store the corrections and rerun, or draw each problem with its row and column; ``edits``: row key → (column → new value)."""
    report, edits = opened.report, pending.edits
    try:
        done = correct_cells(store, report.id, actor=me.email, revision=report.revision, edits=edits, today=office_today())
    except MierukaError as refused:
        refusal_box(refused)
        return
    if done.uploaded is not None:
        pending.edits, pending.key = {}, ""
        rerun_with(t("corrected_now", count=sum(map(len, edits.values()))))
    errors = done.reading.errors
    prose.error(t("correct_refused", errors=len(errors)), icon=":material/error:")
    for problem in errors[:AT_ONCE]:
        prose.markdown(
            f":red[:material/error:] **{markdown(_place(problem))}** {as_found(problem.found_in(language()), is_content=problem.is_content)} "
            f"{t('expected')}: {markdown(written(problem.expected, language()))}  \n"
            f":material/build: {markdown(written(problem.remedy, language()))}"
        )


def _place(problem: Problem) -> str:
    column = column_at(problem.sheet, problem.cell)
    return " ".join(filter(None, (problem.subject_in(language()), named(column, "heading") if column is not None else "")))
