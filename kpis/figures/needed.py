"""The pace needed to reach the next target, the pace of the last four quarters, and the chance (``docs/method.md``, 18, 19). Pure.

    per quarter = (target − figure) / months from the figure's last day to the due day × 3
    brought     = (figure − figure of a year earlier) / 4; for year-to-date figures the total of twelve months / 4
    chance      = (k + 1) / (n + 2), k of the n back-test errors being small or favourable enough for the target to be met

Counted from the last figure's day, not from today: later progress has not been reported and is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from kpis.figures.forecast import Forecast
from kpis.figures.records import Baseline, Definition, Figure, Goal, Judgement, series_key, value_of
from kpis.figures.targets import due_order, goals_known, is_of, meets
from kpis.kinds import KINDS
from kpis.periods import fiscal_year_start

YEAR, QUARTER = 12, 3  # months


@dataclass(frozen=True, kw_only=True, slots=True)
class Chance:
    """The chance of reaching a target, and the back-test record of the forecast behind it."""

    share: float
    coverage_pct: float
    test_count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Needed:
    """The pace needed to reach a target that is still ahead."""

    goal: Goal
    figure: Figure  # the figure from which it is counted
    remaining: float  # target − figure, with its sign; for a cap the remaining budget, negative where exceeded
    months_left: int  # from the month of the figure's last day to that of the due day
    unseen_months: int  # those of them that are over without a figure
    per_quarter: float | None  # change needed per quarter, with its sign; ``None`` for a cap that is used up
    brought: float | None = None  # mean change per quarter over the last year; ``None`` without a comparable earlier figure
    brought_months: int | None = None  # number of months covered by ``brought``
    is_budget: bool = False  # the target is a cap, so that less is better
    chance: Chance | None = None  # of reaching the target; ``None`` where there is no forecast for its day

    @property
    def times(self) -> float | None:
        """Return the ratio of the needed to the past pace; ``None`` where the past pace is zero or of opposite sign."""
        if self.per_quarter is None or not self.brought or self.per_quarter * self.brought <= 0:
            return None
        return self.per_quarter / self.brought


def _month(day: date) -> int:
    return day.year * YEAR + day.month - 1


def _last_month_ended(day: date) -> int:
    return _month(day) - (0 if _month(date.fromordinal(day.toordinal() + 1)) > _month(day) else 1)


def needed(
    definition: Definition, judgement: Judgement, figures: Sequence[Figure], goals: Sequence[Goal], *, baseline: Baseline | None,
    as_of: date, expected: Forecast | None = None,
) -> Needed | None:  # fmt: skip
    """Return the pace needed, or ``None`` where it cannot be computed.

    Args:
        judgement: of the day: its figure is the starting point.
        figures: one vintage per period.
        baseline: the published starting point, if any, by which targets to keep a level are recognised.
        expected: the forecast made on the day, if any.
    """
    figure, kind = judgement.figure, KINDS[definition.kind]
    value = value_of(definition, figure) if figure is not None else None
    if (
        figure is None
        or value is None
        or kind.is_text
        or definition.direction == "none"
        or judgement.is_stale
        or figure.is_lower_bound
    ):
        return None
    is_sum = figure.is_year_to_date
    if (is_sum or kind.is_cap) and (kind.rate is not None or definition.unit_ja == "%"):
        return None
    ahead = [g for g in goals_known(goals, as_of) if g.period.end > as_of]
    if is_sum or kind.is_cap:
        ahead = [g for g in ahead if is_of(figure, g) and g.period.contains(figure.period.end)]
    goal = min(ahead, key=lambda g: (g.period.end, g != judgement.goal, due_order(g)), default=None)
    if goal is None:
        return None
    is_budget = kind.is_cap and definition.sign < 0
    if not is_budget and meets(definition, value, goal, baseline=baseline):
        return None
    last, remaining = _month(figure.period.end), goal.value - value
    left = _month(goal.period.end) - last
    brought, months = (
        _brought_by_sum(definition, figure, value, figures) if is_sum else _brought(definition, figure, value, figures)
    )
    return Needed(
        goal=goal, figure=figure, remaining=remaining, months_left=left, unseen_months=max(_last_month_ended(as_of) - last, 0),
        per_quarter=None if is_budget and remaining < 0 else remaining / left * QUARTER,
        brought=brought, brought_months=months, is_budget=is_budget,
        chance=_chance_of(definition, goal, expected, baseline=baseline),
    )  # fmt: skip


def _brought(definition: Definition, figure: Figure, value: float, figures: Sequence[Figure]) -> tuple[float | None, int | None]:
    """Return the change per quarter over the year before the figure, within its own series, and the number of months covered."""
    last = _month(figure.period.end)
    earlier = {
        last - _month(f.period.end): before
        for f in figures
        if series_key(f) == series_key(figure) and (before := value_of(definition, f)) is not None
    }
    spans = [months for months in earlier if QUARTER <= months <= YEAR]
    if not spans:
        return None, None
    months = max(spans)
    return (value - earlier[months]) / months * QUARTER, months


def _brought_by_sum(definition: Definition, figure: Figure, value: float, figures: Sequence[Figure]) -> tuple[float, int]:
    """Return the twelve-month total per quarter, or that of this fiscal year so far where the year before is not known."""
    year, code = figure.period.fiscal_year - 1, figure.period.year_earlier().code
    same = next((value_of(definition, f) for f in figures if f.is_year_to_date and f.period_code == code), None)
    whole = next(
        (value_of(definition, f) for f in figures if f.period.kind == "year" and f.period.fiscal_year == year), None
    )  # fmt: skip
    if same is not None and whole is not None:
        return (value + whole - same) / YEAR * QUARTER, YEAR
    months = _month(figure.period.end) - _month(fiscal_year_start(figure.period.end)) + 1
    return value / months * QUARTER, months


def _chance_of(definition: Definition, goal: Goal, expected: Forecast | None, *, baseline: Baseline | None) -> Chance | None:
    if expected is None:
        return None
    for (day, value), steps in zip(expected.points, expected.steps, strict=True):
        if _month(day) == _month(goal.period.end):
            share = chance(definition, goal, value, expected.errors, steps=steps, baseline=baseline)
            return Chance(share=share, coverage_pct=expected.coverage_pct, test_count=expected.test_count)
    return None


def chance(
    definition: Definition, goal: Goal, expected: float, errors: Sequence[float], *, steps: int, baseline: Baseline | None = None
) -> float:
    """Return the probability that a target is met, from the back-test errors of the forecast.

    Args:
        expected: the value expected on its day.
        errors: figure − expected value of every back-test, scaled to one step.
        steps: horizon of the day, in steps.
        baseline: the published starting point, if any.
    """
    met = sum(meets(definition, expected + sqrt(steps) * error, goal, baseline=baseline) for error in errors)
    return (met + 1) / (len(errors) + 2)
