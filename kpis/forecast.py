"""The expected path: the shape of earlier years for a yearly counter, a damped trend for everything else.

A forecast prints its own past error: each is made again as if the last figures were not yet known, and the mean absolute
difference is stated and drawn as the band. With too few figures there is no forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from kpis.figures import Definition, Figure, value_of

MIN_POINTS = 6
DAMPING = 0.8
STEP_DAYS = 91


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected values after the last figure; ``past_error`` in the indicator's unit; ``method`` is how it was made."""

    points: tuple[tuple[date, float], ...]
    past_error: float
    method: str

    def band(self) -> list[tuple[date, float, float]]:
        """Return (day, low, high): the expected value less and plus the past error."""
        return [(day, value - self.past_error, value + self.past_error) for day, value in self.points]


def forecast(definition: Definition, figures: Sequence[Figure], *, until: date) -> Forecast | None:
    """Forecast an indicator, or stay silent.

    Args:
        figures: one vintage per period.
        until: the last day wanted.

    Returns:
        ``None`` where fewer than six figures, no complete earlier year for a counter, or no past to test against.
    """
    known = sorted((f for f in figures if value_of(definition, f) is not None), key=lambda f: f.period.end)
    if definition.kind == "ceiling":
        return _by_shape_of_year(known)
    points = [(f.period.end, float(value_of(definition, f) or 0.0)) for f in known]
    if len(points) < MIN_POINTS or until <= points[-1][0]:
        return None
    errors = [abs(_trend(points[:cut], points[cut][0]) - points[cut][1]) for cut in range(MIN_POINTS - 1, len(points))]
    last = points[-1][0].toordinal()
    days = [date.fromordinal(d) for d in range(last + STEP_DAYS, until.toordinal() + 1, STEP_DAYS)] or [until]
    bounded = [(day, _within(definition, _trend(points, day))) for day in days]
    return Forecast((points[-1], *bounded), fmean(errors), "damped_trend")


def _within(definition: Definition, value: float) -> float:
    return (
        min(max(value, 0.0), 100.0) if definition.kind in ("ratio", "reduction") and definition.unit_ja == "%" else max(value, 0.0)
    )


def _trend(points: Sequence[tuple[date, float]], day: date) -> float:
    """Continue the least-squares slope of the last six points from the last point, damped the further it goes."""
    recent = points[-MIN_POINTS:]
    x = [d.toordinal() for d, _ in recent]
    middle, level = fmean(x), fmean(v for _, v in recent)
    spread = sum((a - middle) ** 2 for a in x)
    slope = sum((a - middle) * (v - level) for a, (_, v) in zip(x, recent, strict=True)) / spread if spread else 0.0
    steps = (day.toordinal() - x[-1]) / STEP_DAYS
    reach = DAMPING * (1 - DAMPING**steps) / (1 - DAMPING)
    return recent[-1][1] + slope * STEP_DAYS * reach


def _by_shape_of_year(known: Sequence[Figure]) -> Forecast | None:
    """Scale the year so far by the share that earlier complete years had reached at the same month."""
    totals = {f.period.fiscal_year: f.value for f in known if f.period.kind == "year" and f.value}
    parts = {(f.period.fiscal_year, f.period.end.month): f.value for f in known if f.is_year_to_date and f.value}
    if not known or not known[-1].is_year_to_date or known[-1].value is None:
        return None
    year, month = known[-1].period.fiscal_year, known[-1].period.end.month

    def expected(target: int, so_far: float) -> float | None:
        shares = [parts[y, month] / totals[y] for y in totals if y < target and (y, month) in parts]  # type: ignore[operator]
        return so_far / fmean(shares) if shares else None

    total = expected(year, known[-1].value)
    tested = [(expected(y, v), totals[y]) for (y, m), v in parts.items() if m == month and y in totals and v is not None]
    errors = [abs(guess - real) for guess, real in tested if guess is not None and real is not None]
    if total is None or not errors:
        return None
    end = date(year + 1, 3, 31)
    return Forecast(((known[-1].period.end, known[-1].value), (end, total)), fmean(errors), "shape_of_year")
