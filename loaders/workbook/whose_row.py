"""Identify the subject of a table row: its figure or register row, its project or indicator, and contradictions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kpis.declared import ALWAYS
from kpis.message import Message
from kpis.reporting.comparison import ReportedRow, TemplateMark, Value
from loaders.files.addresses import column_letters
from loaders.files.cells import Unreadable, cleaned, read_period
from loaders.files.problems import Problem
from loaders.workbook.context import Record, ReportContext
from loaders.workbook.find import Table
from loaders.workbook.gaps import BLANK
from loaders.workbook.identity import Vintages
from loaders.workbook.labels import Labels, plain
from loaders.workbook.layout import ACTIONS, COMMENTARIES, FIGURES, KEYS, Layout, shower
from loaders.workbook.prefilled import new_code, subject_words
from loaders.workbook.values import CellRefused, as_code, checked_code, is_blank

_KEEP_CODE = Message("remedy_restore_code")
_KEEP_ROW = Message("remedy_bring_row_together")


@dataclass
class TableReading:
    """The result of reading one table: changed rows, problems, and number of rows read."""

    rows: list[ReportedRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows_count: int = 0
    new_codes: dict[str, ReportedRow] = field(default_factory=dict)
    faulty: list[tuple[ReportedRow, frozenset[str]]] = field(default_factory=list)  # with their unreadable fields


class WhoseRow:
    """Identifies the subject of a row, by comparison with the issued template."""

    def __init__(
        self, table: Table, *, context: ReportContext, layout: Layout, mark: TemplateMark, vintages: Vintages, is_1904: bool
    ) -> None:
        self.table, self.context, self.layout, self.mark = table, context, layout, mark
        self.vintages, self.is_1904 = vintages, is_1904
        self.inputs = [c for c in layout.columns[table.key] if c.is_input and c.name in table.at]
        self.positions = [table.at[c.name] for c in self.inputs]
        self.out = TableReading()
        self.first_rows: dict[tuple[str, ...], int] = {}
        self.figure_keys = set(context.figure_keys)
        self.letters = {table.columns[name].field: column_letters(at + 1) for name, at in reversed(table.at.items())}
        self.columns: dict[str, dict[str, str]] = {}  # kind of indicator → field → letters, shared by its rows
        self.nothing: list[Any] = [None] * len(self.inputs)
        self.empties: dict[str, dict[str, Value]] = {}
        self.showers = [shower(layout, column) for column in self.inputs]
        self.unit = ""  # of the indicator of the current row
        self.refused: set[str] = set()  # unreadable fields of the current row
        self.shown: dict[str, float] = {}  # displayed values of the current row's cells to ask about, where they differ
        self.sure: set[str] = set()  # fields of the current row written with their unit
        self.cleared: set[str] = set()  # fields of the current row to be cleared
        self.identity = [name for name in (*KEYS[table.key], "bureau_code") if name in table.at]
        self.labels = Labels(table, context)

    def _say(self, kind: Any, text: object, expected: Message, remedy: Message, *, row: int, column: str = "") -> None:
        self.out.problems.append(self.table.problem(kind, text, expected, remedy, row=row, column=column))

    def _cell(self, cells: Sequence[Any], name: str) -> Any:
        return cells[self.table.at[name]] if name in self.table.at else ""

    def _key(self, number: int, cells: Sequence[Any], is_empty: bool) -> tuple[str, ...] | None:
        if self.table.key == "observations":
            return self._figure_key(number, cells, is_empty)
        (name,) = KEYS[self.table.key]
        raw = self._cell(cells, name)
        code = as_code(raw)
        if not code:
            if is_empty:
                return None  # a note, or a cleared row
            return (self._assigned(cells),)
        if code in self.context.registers[self.table.key] or (self.table.key, code) in self.vintages:
            return (code,)
        if self.table.key == COMMENTARIES:
            if code not in self.context.commentaries and not is_empty:
                expected = Message("commentary_of_template")
                self._say("unknown_code", code, expected, _KEEP_CODE, row=number, column=name)
                return None
            return (code,)
        if is_empty:
            return (code,)
        try:
            return (checked_code(raw),)
        except CellRefused as refused:
            self._say(refused.kind, raw, refused.expected, refused.remedy, row=number, column=name)
            return None

    def _assigned(self, cells: Sequence[Any]) -> str:
        """Return the code of a new row without one: derived from its name, so that sorting rows does not change it."""
        name = cleaned(str(self._cell(cells, "name_ja")))
        return new_code(self.mark, self.table.key, hashlib.sha256(name.encode()).hexdigest()[:6])

    def _figure_key(self, number: int, cells: Sequence[Any], is_empty: bool) -> tuple[str, ...] | None:
        code, raw = as_code(self._cell(cells, "indicator_code")), self._cell(cells, "period_code")
        if is_empty and (not code or is_blank(raw)):
            return None
        if code not in self.context.indicators:
            kind = "unknown_code" if code else "missing"
            self._say(kind, code or BLANK, Message("indicator_of_template"), _KEEP_CODE, row=number, column="indicator_code")
            return None
        try:
            period = read_period(raw if isinstance(raw, date) else as_code(raw))
        except Unreadable:
            period = ""
        if (code, period) not in self.figure_keys:
            periods = tuple(p for c, p in self.context.figure_keys if c == code)
            self._say(
                "period",
                raw if raw != "" else BLANK,
                Message("period_codes", codes=periods),
                _KEEP_CODE,
                row=number,
                column="period_code",
            )
            return None
        return code, period

    def _same_project(self, number: int, cells: Sequence[Any], issued: Record) -> bool:
        code = as_code(self._cell(cells, "project_code"))
        if code in ("", issued["project_code"]):
            return True
        self._say(
            "rule", code, Message("project_code_as", code=issued["project_code"]), _KEEP_CODE, row=number, column="project_code"
        )
        return False

    def _same_labels(self, number: int, cells: Sequence[Any], key: tuple[str, ...], issued: Record | None) -> None:
        """Report labels of a row (name, period, unit) that contradict its code."""
        for name, expected in self.labels.contradicted(key, {n: self._cell(cells, n) for n in self.labels.names}, issued):
            self._say("rule", self._cell(cells, name), expected, _KEEP_ROW, row=number, column=name)

    def _project(
        self, number: int, cells: Sequence[Any], fields: dict[str, Value], values: dict[str, Value], issued: Record | None
    ) -> None:
        if issued is not None:
            if self._same_project(number, cells, issued):
                fields["project_code"] = values["project_code"] = issued["project_code"]
            return
        code = as_code(self._cell(cells, "project_code"))
        fields["project_code"] = code or None
        if code and code not in self.context.projects:
            listed = tuple(self.context.projects) or Message("none_there")
            self._say(
                "unknown_code", code, Message("project_of_bureau", projects=listed),
                Message("remedy_choose_again"), row=number, column="project_code",
            )  # fmt: skip

    def _subject(
        self,
        number: int,
        cells: Sequence[Any],
        fields: dict[str, Value],
        values: dict[str, Value],
        issued: Record | None,
        *,
        code: str,
    ) -> None:
        """Set the indicator or project of a row: that of its code or, for a new action, the selected one."""
        fields["period_code"] = self.context.period.code
        if issued is not None:
            fields["period_code"] = values["period_code"] = issued["period_code"]
        is_said = self.table.key == COMMENTARIES
        subject = self.context.commentaries.get(code, "") if is_said else self._chosen_subject(number, cells)
        if issued is not None:
            stored = issued["indicator_code"] or issued["project_code"]
            if subject not in ("", stored):
                self._say("rule", subject, Message("subject_as", code=stored), _KEEP_CODE, row=number, column="subject")
            subject = stored
        is_project = subject in self.context.projects
        about: dict[str, Value] = {
            "indicator_code": None if is_project else subject or None,
            "project_code": subject if is_project else None,
        }
        if issued is not None:
            about = {name: issued[name] for name in about}
            values.update(about)
        fields.update(about)

    def _chosen_subject(self, number: int, cells: Sequence[Any]) -> str:
        raw = self._cell(cells, "subject")
        if is_blank(raw):
            return ""
        if subject := self._subject_named(raw):
            return subject
        self._say("unknown_code", raw, Message("subject_of_bureau"), Message("remedy_choose_again"), row=number, column="subject")
        self.refused.add("subject")
        return ""

    def _subject_named(self, raw: Any) -> str:
        """Return the code of the indicator or project that a cell names; blank if it names none."""
        written, subjects = plain(raw), self.context.subjects
        for word, code in subject_words(self.context).items():
            if written in {plain(word), plain(code), *(plain(subjects[code][f"name_{own}"]) for own in ALWAYS)}:
                return code
        return ""

    def _unit_of(self, cells: Sequence[Any], key: tuple[str, ...], issued: Record | None) -> str:
        """Return the unit of the indicator that a row is about; blank if it is about none."""
        code = ""
        if self.table.key == FIGURES:
            code = key[0]
        elif self.table.key == ACTIONS and issued is not None:
            code = issued["indicator_code"] or ""
        elif self.table.key == ACTIONS and not is_blank(raw := self._cell(cells, "subject")):
            code = self._subject_named(raw)
        return str(self.context.indicators[code]["unit_ja"]) if code in self.context.indicators else ""
