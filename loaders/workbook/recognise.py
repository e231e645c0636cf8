"""Identify a workbook whose hidden sheet was lost in transit (document inspector, gateways that sanitise files).

The template is identified by its number, found in the instructions and in the codes of new rows. Where neither is left, the codes
of its rows determine the bureau, and the period whose report requests exactly these figures; of several matching templates the
oldest counts, so that changes since any of them are asked about and never overwritten. The prefilled values are those
stored when it was issued.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from kpis.errors import MierukaError
from kpis.figures.records import counting_vintage
from kpis.reporting.comparison import TemplateMark
from kpis.store.store import Store
from loaders.files.cells import Unreadable, read_period
from loaders.workbook.context import Record, ReportContext, gather
from loaders.workbook.find import Table, find_tables
from loaders.workbook.identity import Vintages, issued_for
from loaders.workbook.layout import FIGURES, KEYS, Layout
from loaders.workbook.values import as_code

_NUMBER = re.compile(r"\bT[0-9a-f]{15}\b")
_NEW = re.compile(r"-[A-Z]([0-9a-f]{6})-[0-9a-f]+$")


def recognised(
    store: Store, sheets: Mapping[str, Sequence[Sequence[Any]]], layout: Layout, *, period_code: str | None = None
) -> tuple[TemplateMark, Vintages] | None:
    """Return the lost mark of a workbook, and the vintages of its rows; ``None`` if it cannot be determined.

    Args:
        store: where templates were issued.
        sheets: name → cells, of every sheet.
        period_code: the intended period, for row codes that match several.
    """
    tables, _ = find_tables(sheets, layout)
    bureaus = {code for table in tables.values() for code in _column(table, "bureau_code")}
    if len(bureaus) != 1 or FIGURES not in tables:
        return None
    (bureau,) = bureaus
    mark = _which(store, issued_for(store, bureau), tables, sheets, period_code)
    if mark is None:
        return None
    stored = vintages_at(gather(store, bureau, mark.period_code), datetime.fromisoformat(mark.issued_at))
    # Whether missing rows were in the template is unknown: it may have been a partial one.
    there = {(key, code) for key, table in tables.items() for code in _column(table, KEYS[key][0])}
    return mark, {key: vintage for key, vintage in stored.items() if key[:2] in there}


def _which(
    store: Store, marks: Sequence[TemplateMark], tables: Mapping[str, Table], sheets: Mapping[str, Sequence[Sequence[Any]]],
    period_code: str | None,
) -> TemplateMark | None:  # fmt: skip
    numbers = {number for cells in sheets.values() for text in _texts(cells) for number in _NUMBER.findall(text)}
    tails = {
        found_tail[1]
        for key, table in tables.items()
        if key != FIGURES
        for code in _column(table, KEYS[key][0])
        if (found_tail := _NEW.search(code))
    }
    named = [m for m in marks if m.template_id in numbers] or [m for m in marks if m.template_id[-6:] in tails]
    if named:
        return named[0] if len({m.template_id for m in named}) == 1 else None
    figures = _figures(tables[FIGURES])
    fitting = [m for m in marks if period_code in (None, m.period_code) and figures <= _asked(store, m)] if figures else []
    return fitting[0] if len({m.period_code for m in fitting}) == 1 else None


def _texts(cells: Iterable[Iterable[Any]]) -> Iterable[str]:
    return (cell for row in cells for cell in row if isinstance(cell, str))


def _column(table: Table, name: str) -> list[str]:
    if name not in table.at:
        return []
    at = table.at[name]
    return [code for cells in table.cells[table.top :] if at < len(cells) and (code := as_code(cells[at]))]


def _figures(table: Table) -> set[tuple[str, str]]:
    rows = zip(_column(table, "indicator_code"), _column(table, "period_code"), strict=False)
    return {(code, _period(period)) for code, period in rows}


def _period(text: str) -> str:
    try:
        return read_period(text)
    except Unreadable:
        return ""


def _asked(store: Store, mark: TemplateMark) -> set[tuple[str, str]]:
    try:
        return {*gather(store, mark.bureau_code, mark.period_code).figure_keys}
    except MierukaError:
        return set()


def vintages_at(context: ReportContext, at: datetime) -> Vintages:
    """Return the vintage of each row at an instant, by (sheet, key …); rows not stored yet are absent.

    Args:
        context: of the bureau and period, with current data.
    """
    vintages: Vintages = {}
    for key in context.figure_keys:
        known_vintages = [
            row for row in context.observations.get(key, []) if row["recorded_at"] is None or row["recorded_at"] <= at
        ]
        counting = counting_vintage(known_vintages)
        if counting is not None:
            vintages[FIGURES, *key] = int(counting["vintage"])
    for sheet, rows in context.registers.items():
        for code, row in rows.items():
            if row.get("first_known_at") is None or row["first_known_at"] <= at:
                vintages[sheet, code] = _vintage_at(row, context.changes.get((sheet, code), []), at)
    return vintages


def _vintage_at(row: Record, changes: Sequence[Record], at: datetime) -> int:
    later = [change["vintage"] for change in changes if change["known_at"] > at]
    return int(min(later) - 1 if later else row["vintage"])
