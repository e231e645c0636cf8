"""Aggregate bureaus' reports to the figure of their scope (``docs/organisation.md``). Pure.

A sum over bureaus is complete only when every bureau that owed a report is in it. A complete sum may be judged; a partial one is shown
with its coverage and never judged. A published figure of the whole always takes precedence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kpis.errors import FigureRefused
from kpis.figures.measures import roll_up
from kpis.figures.organisation import Organisation
from kpis.figures.records import Figure, are_mixed
from kpis.kinds import KINDS


@dataclass(frozen=True, kw_only=True, slots=True)
class RollUp:
    """The sum of the bureaus' reports of one indicator and period, with its coverage."""

    period_code: str
    figure: Figure | None  # the sum over ``added``; ``None`` where figures of this kind are not additive, or none could be added
    official: Figure | None  # the published figure of the whole for the same days; it takes precedence, the sum is shown beside it
    added: tuple[str, ...]  # bureaus in the sum
    unaddable: tuple[str, ...]  # bureaus whose report lacks the parts needed for a sum (a rate without its parts)
    missing: tuple[str, ...]  # bureaus that owe a report and gave none
    # bureaus with a year-to-date figure where others reported the period alone; then nothing is added
    year_to_date: tuple[str, ...] = ()
    single_period: tuple[str, ...] = ()  # those others
    is_published_only: bool = False  # no bureau reported for the period; all figures come from published pages

    @property
    def with_figures(self) -> tuple[str, ...]:
        """Return the bureaus with a figure of the period, whether in the sum or not."""
        return (*self.added, *self.unaddable, *self.year_to_date, *self.single_period)

    @property
    def is_complete(self) -> bool:
        """Return whether every bureau that owes a report is in the sum; only then may it be judged."""
        return self.figure is not None and not self.missing and not self.unaddable

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return the bureaus missing from the sum: without a report, or with one that is not additive."""
        return (*self.missing, *self.unaddable, *self.year_to_date, *self.single_period)

    @property
    def reported_count(self) -> int:
        """Return k in "k of m bureaus reported"."""
        return len(self.with_figures)

    @property
    def owing_count(self) -> int:
        """Return m in "k of m bureaus reported"."""
        return self.reported_count + len(self.missing)


def is_addable(kind: str, figure: Figure) -> bool:
    """Return whether a figure has the parts that a sum of its kind needs."""
    if KINDS[kind].divisor:
        return figure.numerator is not None and getattr(figure, KINDS[kind].divisor) is not None
    return KINDS[kind].is_additive and figure.value is not None


def roll_up_bureaus(
    kind: str, by_unit: Mapping[str, Sequence[Figure]], official: Sequence[Figure], *, organisation: Organisation, scope_code: str
) -> tuple[RollUp, ...]:
    """Aggregate the bureaus' reports of one indicator to its scope, for every period with any report.

    Args:
        by_unit: unit code → its figures, one vintage per period; units that are no members of the scope are left out.
        official: the scope's own figures, one vintage per period.
        organisation: who owes a report.
        scope_code: the indicator's scope.

    Returns:
        One per period, in order of time. Year-to-date and single-period reports of one period are never added to each other.
        A unit that ended within a period counts with its report of its part of
        it, except for stocks, which only units existing on the last day can hold.
    """
    periods: dict[str, dict[str, Figure]] = {}
    for unit in organisation.members(scope_code):
        for figure in by_unit.get(unit.code, ()):
            if KINDS[kind].is_on_a_day and unit.valid_to is not None and unit.valid_to < figure.period.end:
                continue
            periods.setdefault(figure.period_code, {})[unit.code] = figure
    published = {figure.period.end: figure for figure in official}
    rolled = []
    for code, reported in periods.items():
        end = next(iter(reported.values())).period.end
        addable = {unit: figure for unit, figure in reported.items() if is_addable(kind, figure)}
        missing = tuple(unit for unit in organisation.owing(scope_code, end) if unit not in reported)
        unaddable = tuple(unit for unit in reported if unit not in addable)
        rolled_up = RollUp(
            period_code=code, figure=None, official=published.get(end), added=(), unaddable=unaddable, missing=missing
        )  # fmt: skip
        if are_mixed(kind, addable.values()):
            to_date = tuple(unit for unit, figure in addable.items() if figure.is_year_to_date)
            alone = tuple(unit for unit in addable if unit not in to_date)
            rolled.append(replace(rolled_up, year_to_date=to_date, single_period=alone))
        else:
            total = summed(kind, list(addable.values())) if addable else None
            rolled.append(replace(rolled_up, figure=total, added=tuple(addable)))
    return tuple(sorted(rolled, key=lambda r: _when(r.period_code, periods)))


def _when(code: str, periods: Mapping[str, Mapping[str, Figure]]) -> tuple[date, date]:
    period = next(iter(periods[code].values())).period
    return period.end, period.start


def summed(kind: str, parts: Sequence[Figure]) -> Figure | None:
    """Return the sum of figures, with all their sources and the latest ``known_at``; ``None`` where they are not additive."""
    try:
        total = roll_up(kind, parts)
    except FigureRefused:
        return None
    instants = [part.known_at for part in parts if part.known_at is not None]
    sources = {part.source_code for part in parts}
    return replace(
        total,
        known_at=max(instants, default=None),
        source_code=sources.pop() if len(sources) == 1 else "",
        is_rolled_up=True,
        is_sample=any(part.is_sample for part in parts),
        is_recast=any(part.is_recast for part in parts),
    )
