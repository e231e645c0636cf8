"""Compare a row's visible labels (name, period, unit) with its code, to detect rows sorted apart from their codes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from kpis.declared import ALWAYS
from kpis.errors import PeriodUnreadable
from kpis.languages import codes
from kpis.message import Message
from kpis.periods import parse_period
from kpis.text import Named
from loaders.files.cells import Unreadable, cleaned, read_period
from loaders.files.problems import Problem
from loaders.workbook.context import Record, ReportContext
from loaders.workbook.find import Table
from loaders.workbook.values import as_code, is_blank

_NOTE = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]$")


class Labels:
    """Compares the labels of a table's rows with those of their codes; a cleared label is no contradiction."""

    def __init__(self, table: Table, context: ReportContext) -> None:
        wanted = {"observations": ("name_ja", "period_label", "unit_ja"), "milestones": ("project_name",)}.get(table.key, ())
        self.names = tuple(name for name in wanted if name in table.at)
        self.context = context
        self.known = {}
        if table.key == "observations":
            self.known = {
                plain(name): code for code, row in context.indicators.items() for name in (row["name_ja"], row["name_en"])
            }

    def contradicted(self, key: tuple[str, ...], labels: Mapping[str, Any], issued: Record | None) -> Iterator[tuple[str, Message]]:
        """Return (column, expected label) of each label that contradicts the row's code."""
        for name, raw in labels.items():
            if is_blank(raw):
                continue
            if name == "period_label" and not _is_period(raw, key[1]):
                yield name, Message("period_of_code", code=key[1], period=parse_period(key[1]).label)
            elif name == "project_name" and issued is not None:
                code = issued["project_code"]
                project = self.context.projects[code]
                if not _is_text_of(raw, project, "name"):
                    yield name, Message("project_of_code", code=code, name=Named(project, "name"))
            elif name in ("name_ja", "unit_ja"):
                row = self.context.indicators[key[0]]
                if name == "name_ja" and not self._names(raw, key[0]):
                    yield name, Message("name_of_indicator_code", code=key[0], name=Named(row, "name"))
                elif name == "unit_ja" and not _is_text_of(raw, row, "unit"):
                    yield name, Message("unit_of_code", code=key[0], unit=Named(row, "unit"))

    def _names(self, raw: Any, code: str) -> bool:
        """Return whether a text contains the indicator's name."""
        text = plain(raw)
        if text in self.known:
            return self.known[text] == code
        longest = max((name for name in self.known if name in text), key=len, default="")
        return bool(longest) and self.known[longest] == code


def _is_text_of(raw: Any, row: Record, field: str) -> bool:
    return plain(raw) in {plain(row[f"{field}_{language}"]) for language in ALWAYS}


def _is_period(raw: Any, code: str) -> bool:
    if isinstance(raw, (date, datetime)):  # a spreadsheet turns 2026年7月 into a date
        return code == f"{raw:%Y-%m}"
    text, period = cleaned(str(raw)), parse_period(code)
    for written in (text, _NOTE.sub("", text).strip()):
        if plain(written) in {plain(code), *(plain(period.label(language)) for language in codes())}:
            return True
        try:
            return read_period(written) == code
        except Unreadable:
            continue
    return False


def plain(text: Any) -> str:
    """Return a text without spaces and differences of width and case."""
    return "".join(cleaned(str(text)).split()).casefold()


def with_subject(problem: Problem, tables: Mapping[str, Table], context: ReportContext) -> Problem:
    """Return a problem with a description of its row: 電子決定率 2026年7月, or the name of a procedure."""
    table = next((sheet_table for sheet_table in tables.values() if sheet_table.sheet == problem.sheet), None)
    if table is None or problem.row is None or not table.top < problem.row <= len(table.cells):
        return problem
    cells = table.cells[problem.row - 1]

    def field(name: str) -> Any:
        return cells[table.at[name]] if name in table.at else ""

    name = cleaned(str(field("name_ja")))
    subject = Message("as_told", text=name) if name else None
    if table.key == "observations" and (code := as_code(field("indicator_code"))) in context.indicators:
        row = context.indicators[code]
        subject = Message("as_told", text=Named(row))
        with suppress(PeriodUnreadable):
            subject = Message("row_of_figures", name=Named(row), period=parse_period(as_code(field("period_code"))).label)
    return replace(problem, subject=subject)
