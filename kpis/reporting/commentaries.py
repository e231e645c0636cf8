"""How a bureau stands once its report counts, and of which of its figures it must still say why. Above the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from kpis.figures.commented import NEEDING, commentary_code, says_why
from kpis.figures.consistency import outside_time
from kpis.figures.records import Figure
from kpis.figures.scorecard import Scored, score_all
from kpis.periods import parse_period, periods_asked
from kpis.reporting.comparison import OBSERVATIONS, Comparison, Current, ReportedRow, figure_of, merged, with_figures
from kpis.store import tables
from kpis.store.store import Store
from kpis.vocabulary import RowKind

Figures = dict[tuple[str, str], list[Figure]]  # (indicator, unit)
Stored = Mapping[tuple[str, tuple[str, ...]], Current]


def figures_of(comparison: Comparison, current: Stored) -> Figures:
    """Return the figures that a report would bring, as the newest vintages; cells that nobody has decided bring none."""
    figures: Figures = {}
    for change in comparison.rows:
        row = change.row
        if row.kind != OBSERVATIONS or not any(c.counts for c in change.cells) or any(c.is_unread for c in change.cells):
            continue
        stored = current.get((row.kind, row.key))
        vintage = stored.vintage + 1 if stored else 1
        withdrawn = stored.values["vintage"] if change.withdraws and stored else None
        assert withdrawn is None or isinstance(withdrawn, int)
        figure = figure_of(row.key, merged(row, change.cells, stored), vintage=vintage, withdraws_vintage=withdrawn)
        figures.setdefault((row.key[0], row.key[1]), []).append(figure)
    return figures


def asked_of(store: Store, bureau: str, period: str) -> list[str]:
    """Return the indicators that a bureau is asked in a report of a period, in catalogue order."""
    organisation, report = store.organisation(), parse_period(period)

    def is_asked(row: Mapping[str, object]) -> bool:
        asked = periods_asked(str(row["frequency"]), report)
        return bool(row["is_reported_by_bureaus"]) and any(
            outside_time(bureau, parse_period(p), organisation) is None for p in asked
        )

    return [row["indicator_code"] for row in store.all_of(tables.Indicator) if is_asked(row)]


def standing(store: Store, bureau: str, codes: Sequence[str], *, as_of: date, figures: Figures | None = None) -> dict[str, Scored]:
    """Return how a bureau stands in each of these indicators, with figures that are not stored yet."""
    book = store.book(codes, units=[bureau])
    if figures:
        book = with_figures(book, figures)
    return {item.entry.definition.code: item for item in score_all(book, as_of=as_of, unit=bureau)}


def unspoken(
    store: Store, *, bureau: str, period: str, rows: Iterable[ReportedRow], comparison: Comparison, current: Stored, as_of: date
) -> tuple[Scored, ...]:
    """Return the figures of which the bureau must say why and has not, judged as if its report counted, in catalogue order.

    They are judged on the last day of the report's period: what is said is said of that period, also where it is reported or corrected later.

    Args:
        store: what is current.
        bureau: whose report.
        period: of the report.
        rows: of the report.
        comparison: of the report with what is stored.
        current: what is stored of its rows.
        as_of: the day on which it is asked; the period may not be over.
    """
    codes, as_of = asked_of(store, bureau, period), min(as_of, parse_period(period).end)
    lacking = [
        item
        for item in standing(store, bureau, codes, as_of=as_of, figures=figures_of(comparison, current)).values()
        if item.judgement.status in NEEDING
    ]
    if not lacking:
        return ()
    said = {row["commentary_code"]: row for row in store.all_of(tables.Commentary, bureau_code=bureau, period_code=period)}
    told: dict[str, Mapping[str, object]] = {code: row for code, row in said.items()}
    for row in rows:
        if row.kind == RowKind.COMMENTARY:
            told[row.key[0]] = {**told.get(row.key[0], {}), **row.fields}
    return tuple(i for i in lacking if not says_why(told.get(commentary_code(bureau, i.entry.definition.code, period), {})))
