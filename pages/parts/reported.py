"""Texts for the rows and cells of a report: names, columns, values and states, in the viewer's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

import streamlit as st
from sqlmodel import SQLModel

from kpis.declared import ALWAYS
from kpis.government import government
from kpis.languages import side
from kpis.periods import local_day, parse_period
from kpis.registers import REGISTERS
from kpis.reporting.access import state_word
from kpis.reporting.comparison import OBSERVATIONS, ReportedRow, Value
from kpis.store import tables
from kpis.store.store import utc_now
from kpis.text import format_date, format_instant
from kpis.vocabulary import RowKind
from loaders.workbook.layout import FIGURES, Column, load_layout
from pages.parts import cached
from pages.parts.text import digits, language, named, t
from telling.file_names import file_name

STATE_LOOKS = {
    "not_started": (":material/radio_button_unchecked:", "gray"), "draft": (":material/edit_note:", "gray"),
    "submitted": (":material/send:", "blue"), "returned": (":material/undo:", "orange"),
    "approved": (":material/check_circle:", "green"), "withdrawn": (":material/block:", "gray"),
    "late": (":material/schedule:", "red"),
}  # fmt: skip
# Reference columns without a heading in the sheet → message key of what they refer to.
_KEYS = {"indicator_code": "nav_indicator", "project_code": "project", "bureau_code": "bureau", "period_code": "period"}
_NAMED: Mapping[str, type[SQLModel]] = {
    "indicator_code": tables.Indicator,
    "project_code": tables.Project,
    "bureau_code": tables.Bureau,
}
_WHOLE_ROW = re.compile(r"\b(\d+):\1$")  # the place of a value without a cell of its own
STATE_ORDER = ("approved", "submitted", "returned", "draft", "not_started")
STATE_MARKS = {"not_started": "○", "draft": "✎", "submitted": "➤", "returned": "↩", "approved": "✓", "withdrawn": "✕"}


def office_today() -> date:
    """Return today's date in the office's time zone, in which deadlines are defined."""
    return local_day(utc_now())


def time_left(due_on: date) -> str:
    """Return how many days remain until a day, or have passed since, in words: "3 days left", "due today", "2 days late"."""
    left = (due_on - office_today()).days
    return t("due_today") if left == 0 else t("days_left", days=left) if left > 0 else t("days_late", days=-left)


def instant(at: datetime | None) -> str:
    """Return an instant (UTC) as text in the office's time zone, to the minute; a dash if ``None``."""
    return format_instant(at, language()) if at else "―"


def place_name(place: str) -> str:
    """Return a place in a workbook as text: sheet and cell, or the row of a value without a cell of its own; what is in none was written here."""
    if place.startswith("!"):
        return t("place_on_page")
    return _WHOLE_ROW.sub(lambda row: t("place_row", number=int(row[1])), place)


def state_name(state: str) -> str:
    """Return the name of a report's state, including those of no report: ``not_open``, ``not_started`` and ``late``."""
    if state in ("not_open", "not_started"):
        return t(f"state_{state}")
    return t("report_late") if state == "late" else state_word(state, language())


def state_badge(state: str) -> None:
    """Draw a report's state as a badge: icon, word and colour."""
    icon, colour = STATE_LOOKS[state]
    st.badge(state_name(state), icon=icon, color=colour)  # type: ignore[arg-type]


def state_mark(state: str) -> str:
    """Return a report's state as a Markdown badge: icon, word and colour."""
    icon, colour = STATE_LOOKS[state]
    return f":{colour}-badge[{icon} {state_name(state)}]"


def bureau_names() -> dict[str, str]:
    """Return code → name of all organisation units, in catalogue order."""
    return {code: named(row) for code, row in cached.moment().units.items()}


def reporting_names() -> dict[str, str]:
    """Return code → name of the units that report."""
    return {code: name for code, name in bureau_names().items() if code in cached.moment().reporting_units}


def section_name(code: str) -> str:
    """Return a section's name by its code; for any other partial template, the words for selected rows."""
    section = government().sections.get(code)
    return named(section) if section is not None else t("rows_chosen")


def period_name(code: str) -> str:
    """Return the name of a period in the viewer's language."""
    return parse_period(code).label(language())


def unit_of(row: ReportedRow) -> str:
    """Return the unit of measurement of a reported row's indicator."""
    own = next(i for i in cached.moment().rows(tables.Indicator) if i.indicator_code == row.key[0])
    return named(own, "unit")


def file_of(bureau: str, period: str, *what: str, ending: str) -> str:
    """Return the file name of a download of a bureau's report: names and codes of bureau and period, and ``what`` it is."""
    return file_name(bureau_names().get(bureau, ""), period_name(period), bureau, period, *what, ending=ending)


def row_namer() -> _Namer:
    """Return a function that names reported rows, for use within this run."""
    return _Namer()


class _Namer:
    """Names reported rows by their subject; reads each register once."""

    def __init__(self) -> None:
        self._indicators = {code: named(row) for code, row in cached.moment().indicators.items()}
        self._registers: dict[str, Mapping[str, str]] = {}

    def __call__(self, row: ReportedRow) -> str:
        return self.of(row.kind, row.key, row.fields)

    def indicator(self, code: str) -> str:
        """Return the name of an indicator by its code; the code itself if unknown."""
        return self._indicators.get(code, code)

    def of(self, kind: str, key: tuple[str, ...], fields: Mapping[str, Value] | None = None) -> str:
        """Return the name of a row by its kind and key; ``fields`` supply the name of one that is not registered yet."""
        if kind == OBSERVATIONS:
            return f"{self._indicators.get(key[0], key[0])} {period_name(key[2])}"
        if kind not in self._registers:
            register = REGISTERS[kind]
            by_code = cached.moment().by_code(register.table)
            self._registers[kind] = {code: named(row, register.called_by) for code, row in by_code.items()}
        if kind == RowKind.COMMENTARY and fields:
            subject = str(fields.get("indicator_code") or fields.get("project_code") or key[0])
            return f"{self._indicators.get(subject, subject)} {period_name(str(fields['period_code']))}"
        return self._registers[kind].get(key[0]) or str((fields or {}).get(f"{REGISTERS[kind].called_by}_ja") or key[0])


def _column(kind: str, name: str) -> Column | None:
    sheet = FIGURES if kind == OBSERVATIONS else REGISTERS[kind].sheet
    return next((c for c in load_layout().columns[sheet] if c.field == name), None)


def column_name(kind: str, name: str) -> str:
    """Return a column's heading as in the workbook; ``kind`` is that of the rows."""
    column = _column(kind, name)
    if column is None:
        return t(_KEYS[name]) if name in _KEYS else name
    if ":" in column.name:
        return t(f"column_{column.field}")
    return named(column, "heading")


def value_text(kind: str, column: str, value: Value) -> str:
    """Return a cell's value as text: numbers with thousands separators, dates, names for codes, a word for blank."""
    if value is None or value == "":
        return t("blank_cell")
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, date):
        return format_date(value, language())
    if column == "period_code":
        return period_name(str(value))
    if column in _NAMED:
        named_row = cached.moment().by_code(_NAMED[column]).get(str(value))
        return named(named_row) if named_row is not None else str(value)
    if isinstance(value, (int, float)):
        return digits(value, ",.10g" if abs(value) < 1e10 else ",.0f")
    own_column = _column(kind, column)
    if own_column is not None and own_column.choices:
        words = load_layout().choices.get(own_column.choices, {}).get(str(value))
        if words:
            return words[ALWAYS.index(side(language()))]
    return str(value)
