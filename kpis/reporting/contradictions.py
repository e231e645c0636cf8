"""Contradictions of a report with the data stored at the moment. For callers that have checked permissions.

The rules are in ``kpis.figures.consistency``. They apply when a workbook is read, submitted and approved: of
two drafts that contradict each other each alone is valid until the other is approved.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session

from kpis.declared import Row
from kpis.figures.consistency import Contradiction, Key, Known, find_contradictions
from kpis.figures.organisation import Organisation
from kpis.figures.records import Definition, Figure, counting_vintage
from kpis.grouped import grouped
from kpis.reporting.comparison import OBSERVATIONS, Comparison, Current, ReportedRow, RowKey, figure_of
from kpis.reporting.filing import values_of
from kpis.store import tables
from kpis.store.store import Store
from kpis.store.tables import table_of
from kpis.store.translations import with_texts
from kpis.store.vintages import COMPARED, by_figure

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ContradictingRow:
    """A contradiction with the row concerned."""

    contradiction: Contradiction
    row: ReportedRow

    @property
    def cell(self) -> str:
        """Return the address of the cell concerned."""
        return self.row.cell(self.contradiction.column)


def definition_of(row: Record) -> Definition:
    """Return the definition from a catalogue row, with the fields needed by the rules between figures."""
    names = ("kind", "direction", "name_ja", "name_en", "unit_ja", "unit_en", "decimals", "minimum_value", "maximum_value")
    return Definition(code=row["indicator_code"], **{name: row[name] for name in names})


def known_of(indicators: Mapping[str, Record], stored: Mapping[Key, Sequence[Record]], organisation: Organisation) -> Known:
    """Return the data that figures are compared with.

    Args:
        indicators: code → row of the catalogue.
        stored: (indicator, unit, period) → every vintage, of which the current one is used.
    """
    return Known(
        {code: definition_of(row) for code, row in indicators.items()},
        {code: row["scope_code"] for code, row in indicators.items()},
        organisation,
        counting_figures(stored),
    )


def counting_figures(stored: Mapping[Key, Sequence[Record]]) -> dict[tuple[str, str], list[Figure]]:
    """Return the current vintage of every figure, by indicator and unit."""
    counting = ((key, vintage) for key, vintages in stored.items() if (vintage := counting_vintage(vintages)) is not None)
    return grouped((key[:2], figure_of(key, vintage)) for key, vintage in counting)


def stored_beside(session: Session, codes: Collection[str], bureau_code: str, periods: Collection[str]) -> dict[Key, list[Row]]:
    """Read every vintage of a bureau's figures, for all periods, and those of other units for the reported periods."""
    c = table_of(tables.Observation).c
    return by_figure(session, c.indicator_code.in_(codes), or_(c.bureau_code == bureau_code, c.period_code.in_(periods)))


def contradictions_of(
    session: Session, bureau_code: str, comparison: Comparison, current: Mapping[RowKey, Current]
) -> list[ContradictingRow]:
    """Return the contradictions that approving a report now would cause, in the order of its rows."""
    rows: dict[Key, ReportedRow] = {}
    reported = {}
    for change in comparison.rows:
        row = change.row
        if row.kind != OBSERVATIONS or not any(cell.counts and cell.column in COMPARED for cell in change.cells):
            continue
        key = row.key[0], row.key[1], row.key[2]
        rows[key] = row
        reported[key] = figure_of(key, values_of(change, current.get((row.kind, row.key)), bureau_code, ""))
    if not rows:
        return []
    table = table_of(tables.Indicator)
    query = select(table).where(table.c.indicator_code.in_({code for code, _, _ in rows}))
    rows_of_catalogue = with_texts(session, tables.Indicator, session.execute(query))
    indicators: dict[str, Record] = {row["indicator_code"]: row for row in rows_of_catalogue}
    stored = stored_beside(session, indicators, bureau_code, {period for _, _, period in rows})
    known = known_of(indicators, stored, Store.organisation_in(session))
    return [ContradictingRow(contradiction, rows[contradiction.key]) for contradiction in find_contradictions(reported, known)]
