"""The expected path: the seasonal profile of earlier years for a year-to-date total, a damped trend for everything else.

A forecast is drawn only as far as it has been back-tested. It is made again from every day of its own history, and its
interval of that day is built only from the errors known by then. A horizon with fewer than eight back-tests, or whose intervals
covered less often than stated, is not forecast; nor is any day before the day asked.

    error of a back-test    = |figure − expected|, divided by √steps ahead
    half width, h steps     = √h × the 90th percentile of all errors known (never less than half the last digit shown)
    stated                  = 80 %: the 90th percentile of few errors is itself uncertain
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import sqrt
from statistics import fmean, median

from kpis.figures.plausible import limits
from kpis.figures.records import Definition, Figure, by_series, last_day_order, value_of
from kpis.government import government
from kpis.kinds import KINDS
from kpis.periods import month_end

LEVEL_PCT = 80.0  # stated share of future figures within the interval
TENTHS = 9  # quantile of the known errors
MIN_ERRORS = 9  # the 90th percentile needs at least nine: ⌈(n + 1) × 9 / 10⌉ would exceed n
MIN_TESTS = 8  # per horizon
MIN_POINTS = 6  # figures for the trend
DAMPING = 0.8  # damping of the slope, per step


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """Expected values after the last figure, with their intervals and the back-tested coverage of these."""

    method: str  # ``damped_trend`` or ``shape_of_year``
    points: tuple[tuple[date, float], ...]  # (day, value), in order of time, none before the day asked
    band: tuple[tuple[date, float, float], ...]  # (day, low, high) of the same days
    level_pct: float  # stated coverage of the interval
    coverage_pct: float  # coverage in the back-tests of the horizons shown
    test_count: int  # number of these back-tests
    is_joined: bool  # the first point directly follows the last figure, so that a line may join them
    steps: tuple[int, ...]  # horizon of each point, in steps
    # figure − expected value of every back-test, scaled to one step, unordered: the basis of the chance of a target
    errors: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Guess:
    """One forecast value: month forecast, month in which it was made (counted from year 0), steps ahead, and the actual value."""

    made: int
    of: int
    steps: int
    value: float
    actual: float | None = None


def forecast(definition: Definition, figures: Sequence[Figure], *, until: date, as_of: date) -> Forecast | None:
    """Forecast an indicator from one series of its figures, or return nothing.

    Args:
        definition: its kind and bounds; no forecast is based on a figure older than its ``stale_after_days``.
        figures: one vintage per period.
        until: the last day wanted.
        as_of: ignore figures of periods that end later, and forecast no day before it.

    Returns:
        ``None`` where too few figures, back-tests or covered intervals exist: see the module.
    """
    series_known = sorted((f for f in figures if f.period.end <= as_of and value_of(definition, f) is not None), key=last_day_order)
    if not series_known or until < as_of or (as_of - series_known[-1].period.end).days > definition.stale_after_days:
        return None
    series = _newest_series(series_known)
    low, high = possible(definition, series)
    adds_up = KINDS[definition.kind].rate is None and definition.unit_ja != "%"
    if series[-1].is_year_to_date and adds_up:
        method, guesses = "shape_of_year", list(_by_shape_of_year(definition, series, series_known))
        low = max(low, value_of(definition, series[-1]) or 0.0)  # a year-to-date total does not fall
    elif KINDS[definition.kind].is_cap:
        return None  # a whole year's budget is spent, and a single month does not show the year's use
    else:
        method, guesses = "damped_trend", list(_by_trend(definition, series, until))
    tests = [g for g in guesses if g.actual is not None]
    spread, coverage = back_tested(
        [(g.made, g.of, g.steps, abs(g.value - (g.actual or 0.0))) for g in tests], least=0.5 * 10**-definition.decimals
    )
    ahead = sorted((g for g in guesses if g.actual is None), key=lambda g: g.steps)
    shown: list[tuple[date, float, float, float]] = []
    steps: list[int] = []
    wide = 0.0
    for guess in ahead:
        day = month_end(guess.of // 12, guess.of % 12 + 1)
        count, hits = coverage.get(guess.steps, (0, 0))
        if day > until or count < MIN_TESTS or hits * 100 < LEVEL_PCT * count:
            break
        value, half = min(max(guess.value, low), high), spread * sqrt(guess.steps)
        bottom, top = max(value - half, low), min(value + half, high)
        if top - bottom < wide:  # clipped at a bound: no narrower than at a shorter horizon
            bottom = max(min(bottom, top - wide), low)
            top = min(max(top, bottom + wide), high)
        wide = top - bottom
        if day >= as_of:
            shown.append((day, value, bottom, top))
            steps.append(guess.steps)
    if not shown:
        return None
    count, hits = (sum(coverage[s][n] for s in steps) for n in (0, 1))
    return Forecast(
        method=method, points=tuple((d, v) for d, v, _, _ in shown), band=tuple((d, b, t) for d, _, b, t in shown),
        level_pct=LEVEL_PCT, coverage_pct=100 * hits / count,
        test_count=count, is_joined=steps[0] == ahead[0].steps, steps=tuple(steps),
        errors=tuple(((g.actual or 0.0) - g.value) / sqrt(g.steps) for g in tests),
    )  # fmt: skip


def possible(definition: Definition, figures: Sequence[Figure]) -> tuple[float, float]:
    """Return the lower and upper bound of a figure: the limits of its kind, and those that its own history never crossed.

    A count cannot exceed its denominator. A level that was never negative, or in % never above 100, is bounded there.
    """
    low, high = limits(definition)
    values = [v for f in figures if (v := value_of(definition, f)) is not None]
    if KINDS[definition.kind].is_level and low is None and min(values, default=0.0) >= 0:
        low = 0.0
    if KINDS[definition.kind].is_level and high is None and definition.unit_ja == "%" and max(values, default=0.0) <= 100:
        high = 100.0
    if high is None and KINDS[definition.kind].is_on_a_day and figures and figures[-1].denominator:
        high = figures[-1].denominator
    return (float("-inf") if low is None else low), (float("inf") if high is None else high)


def back_tested(tests: Sequence[tuple[int, int, int, float]], *, least: float = 0.0) -> tuple[float, dict[int, tuple[int, int]]]:
    """Back-test every interval as it would have been made, from the errors known on its day.

    Args:
        tests: (when made, when known, steps ahead, error), in any order.
        least: minimum error of one step.

    Returns:
        The half width at one step from all errors; and by horizon the number of intervals tested and of those that covered. An
        interval is tested only where nine errors were known.
    """
    made = sorted(tests)
    waiting = sorted(tests, key=lambda t: t[1])
    errors_known: list[float] = []
    covered: dict[int, tuple[int, int]] = {}
    place = 0
    for at, _, steps, error in made:
        while place < len(waiting) and waiting[place][1] <= at:
            insort(errors_known, waiting[place][3] / sqrt(waiting[place][2]))
            place += 1
        if len(errors_known) < MIN_ERRORS:
            continue
        count, hits = covered.get(steps, (0, 0))
        within = error <= max(_ninth_tenth(errors_known), least) * sqrt(steps) + 1e-9
        covered[steps] = (count + 1, hits + within)
    every = sorted(error / sqrt(steps) for _, _, steps, error in tests)
    return (max(_ninth_tenth(every), least) if len(every) >= MIN_ERRORS else float("inf")), covered


def _ninth_tenth(ordered: Sequence[float]) -> float:
    return ordered[-(-(len(ordered) + 1) * TENTHS // 10) - 1]


def _newest_series(figures: Sequence[Figure]) -> list[Figure]:
    """Return the series that continues to the last day; of several, the one with most figures."""
    last = figures[-1].period.end
    return max((s for s in by_series(figures).values() if s[-1].period.end == last), key=len)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _rhythm(months: Sequence[int]) -> int:
    """Return the most frequent number of months between two figures."""
    return max(round(median(b - a for a, b in pairwise(months))), 1)


def _by_trend(definition: Definition, series: Sequence[Figure], until: date) -> Iterator[_Guess]:
    """Extrapolate the least-squares slope of the last six figures from the last one, damped with the horizon."""
    points = [(_month(f.period.end), value_of(definition, f) or 0.0) for f in series]
    if len(points) < MIN_POINTS + MIN_TESTS:
        return
    step = _rhythm([month for month, _ in points])
    wanted = round((_month(until) - points[-1][0]) / step)
    furthest = min(wanted, len(points) - MIN_POINTS - MIN_TESTS + 1)  # longer horizons cannot have eight back-tests
    for cut in range(MIN_POINTS, len(points) + 1):
        slope, (made, last) = _slope(points[cut - MIN_POINTS : cut]), points[cut - 1]
        low, high = possible(definition, series[:cut])
        targets: list[tuple[int, float | None]] = [*points[cut:]]
        if cut == len(points):
            targets = [(made + n * step, None) for n in range(1, furthest + 1)]
        for month, actual in targets:
            steps = max(round((month - made) / step), 1)
            if steps > furthest:
                break
            reach = step * DAMPING * (1 - DAMPING ** ((month - made) / step)) / (1 - DAMPING)
            yield _Guess(made, month, steps, min(max(last + slope * reach, low), high), actual)


def _slope(points: Sequence[tuple[int, float]]) -> float:
    middle, level = fmean(x for x, _ in points), fmean(v for _, v in points)
    spread = sum((x - middle) ** 2 for x, _ in points)
    return sum((x - middle) * (v - level) for x, v in points) / spread if spread else 0.0


def _by_shape_of_year(definition: Definition, series: Sequence[Figure], figures_known: Sequence[Figure]) -> Iterator[_Guess]:
    """Extrapolate a year-to-date total by the same months of earlier years; a whole year counts as the total of its last month."""
    so_far: dict[int, float] = {_month(f.period.end): v for f in series if (v := value_of(definition, f)) is not None}
    for figure in figures_known:
        value = value_of(definition, figure)
        if figure.period.kind == "year" and value is not None:
            so_far[_month(figure.period.end)] = value
    months = sorted(so_far)
    if len(months) < 2:
        return
    step, first = _rhythm(months), government().first_month - 1  # in the month numbering used here
    for made in months:
        ends = made + (first - 1 - made) % 12  # the last month of its fiscal year
        for month in range(made + step, ends + 1, step):
            earlier = [
                (so_far[made - back], so_far[month - back])
                for back in range(12, made - months[0] + 1, 12)
                if made - back in so_far and month - back in so_far
            ]
            reached = sum(then for then, _ in earlier)
            is_ahead = made == months[-1]
            if reached > 0 and (is_ahead or month in so_far):
                value = so_far[made] * sum(later for _, later in earlier) / reached
                yield _Guess(made, month, (month - made) // step, value, None if is_ahead else so_far[month])
