"""The forecast: worked out again the plain way, tried on its own past, silent wherever it cannot keep what it states."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from statistics import linear_regression

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from kpis.figures.forecast import Forecast, forecast
from kpis.figures.records import Definition, Figure
from kpis.government import settled
from kpis.settings import ROOT

COUNTER = Definition("x", "ceiling", "lower", "枚数", "Sheets", "枚", "sheets")
RATE = Definition("x", "ratio", "higher", "率", "Rate", "%", "%", 1)
LEVEL = replace(RATE, kind="level", unit_ja="件", unit_en="cases")
FAR = date(2099, 3, 31)


def months(values: Sequence[float], *, since: int = 2019, **marks: bool) -> list[Figure]:
    """Return one figure a month from January of a year."""
    return [Figure(f"{since + n // 12}-{n % 12 + 1:02d}", value, **marks) for n, value in enumerate(values)]  # type: ignore[arg-type]


def made(values: Sequence[float], definition: Definition = RATE, *, until: date = FAR, since: int = 2019) -> Forecast | None:
    """Forecast a monthly series on the last day of its last month."""
    figures = months(values, since=since)
    return forecast(definition, figures, until=until, as_of=figures[-1].period.end)


def noise(n: int) -> float:
    """Return a number between −1 and 1 that looks like chance and is always the same."""
    return math.modf(math.sin(n * 12.9898) * 43758.5453)[0]


SLOW = [40 + 0.4 * n + noise(n) for n in range(36)]


# The plain way: every step written out, nothing shared with the product.


def expected_after(known: Sequence[float], steps: int, low: float, high: float) -> float:
    slope = linear_regression(range(6), known[-6:]).slope
    value = known[-1] + slope * sum(0.8**k for k in range(1, steps + 1))
    return min(max(value, low), high)


def plainly(values: Sequence[float], low: float, high: float, least: float) -> list[tuple[float, float, float, int, int]]:
    """Return per step ahead: expected, low, high, back-tests and how many of those intervals held."""
    furthest = len(values) - 13
    errors = [
        (origin, target, abs(values[target] - expected_after(values[: origin + 1], target - origin, low, high)))
        for origin in range(5, len(values))
        for target in range(origin + 1, min(origin + furthest, len(values) - 1) + 1)
    ]

    def width(known: Sequence[tuple[int, int, float]]) -> float:
        scaled = sorted(e / math.sqrt(t - o) for o, t, e in known)
        return max(scaled[math.ceil((len(scaled) + 1) * 9 / 10) - 1], least)

    found = []
    for steps in range(1, furthest + 1):
        tried = held = 0
        for origin, target, error in errors:
            known = [e for e in errors if e[1] <= origin]
            if target - origin == steps and len(known) >= 9:
                tried += 1
                held += error <= width(known) * math.sqrt(steps) + 1e-9
        if tried < 8 or held < 0.8 * tried:
            break
        value, half = expected_after(values, steps, low, high), width(errors) * math.sqrt(steps)
        found.append((value, max(value - half, low), min(value + half, high), tried, held))
    return found


@pytest.mark.parametrize(
    "values", [SLOW, [20 + 8 * math.sin(n / 3) + noise(n) for n in range(40)], [12 + noise(n) for n in range(22)]]
)
def test_the_forecast_is_what_the_method_gives_worked_out_step_by_step(values: list[float]) -> None:
    found, plain = made(values, LEVEL), plainly(values, 0.0, math.inf, 0.05)
    assert found is not None and plain
    assert [v for _, v in found.points] == pytest.approx([v for v, *_ in plain])
    assert [low for _, low, _ in found.band] == pytest.approx([low for _, low, *_ in plain])
    assert [high for *_, high in found.band] == pytest.approx([high for _, _, high, *_ in plain])
    tried, held = sum(t for *_, t, _ in plain), sum(h for *_, h in plain)
    assert (found.test_count, found.coverage_pct) == (tried, pytest.approx(100 * held / tried))
    assert found.level_pct == 80 and found.method == "damped_trend"


def test_the_interval_widens_with_distance_and_the_forecast_starts_after_the_last_figure() -> None:
    found = made(SLOW)
    assert found is not None and found.is_joined
    widths = [high - low for _, low, high in found.band]
    assert all(a < b for a, b in itertools.pairwise(widths)) and widths[-1] > 1.7 * widths[0]
    assert found.points[0][0] == date(2022, 1, 31) and found.points[0][0] == found.band[0][0]
    assert found.coverage_pct >= found.level_pct


@given(some.lists(some.floats(0, 100), min_size=18, max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_interval_of_a_share_leaves_what_is_possible_or_narrows_or_states_more_than_it_held(values: list[float]) -> None:
    found = made(values)
    if found is None:
        return
    widths = [high - low for _, low, high in found.band]
    assert all(a <= b + 1e-9 for a, b in itertools.pairwise(widths))
    assert all(0 <= low <= value <= high <= 100 for (_, value), (_, low, high) in zip(found.points, found.band, strict=True))
    assert found.test_count >= 8 * len(found.points) and found.coverage_pct >= 80


@pytest.mark.parametrize(
    ("definition", "values", "low", "high"),
    [
        (RATE, [92 + 0.2 * n + noise(n) for n in range(36)], 0, 100),
        (replace(RATE, kind="reduction"), [-3 + 2 * noise(n) for n in range(36)], -math.inf, 100),
        (replace(LEVEL, decimals=0), [abs(3 * noise(n)) for n in range(26)], 0, math.inf),
        (replace(LEVEL, minimum_value=1.0, maximum_value=5.0), [3 + 2 * noise(n) for n in range(36)], 1, 5),
    ],
)
def test_an_interval_stays_within_the_bounds_of_its_kind_or_of_the_catalogue(
    definition: Definition, values: list[float], low: float, high: float
) -> None:
    found = made(values, definition)
    assert found is not None
    assert all(low <= bottom and top <= high for _, bottom, top in found.band)
    assert found.band[-1][1] < (0 if definition.kind == "reduction" else found.band[-1][2])


def test_a_count_is_never_expected_above_what_it_is_counted_of() -> None:
    stock = replace(LEVEL, kind="stock", decimals=0)
    figures = [replace(f, denominator=78.0) for f in months([40 + n for n in range(36)])]
    found = forecast(stock, figures, until=FAR, as_of=date(2021, 12, 31))
    assert found is not None and max(high for *_, high in found.band) == 78


def test_fewer_than_eight_back_tests_are_no_forecast() -> None:
    """Six figures for a trend, four more for nine errors, eight to try: 17 months are one too few."""
    assert made(SLOW[:17]) is None
    first = made(SLOW[:18])
    assert first is not None and (len(first.points), first.test_count) == (1, 8)


def test_a_distance_is_drawn_only_as_far_as_it_has_been_tried() -> None:
    for count in (20, 26, 36):
        found = made(SLOW[:count])
        assert found is not None and len(found.points) <= count - 17
    near = made(SLOW, until=date(2022, 3, 31))
    assert near is not None and [d for d, _ in near.points] == [date(2022, 1, 31), date(2022, 2, 28), date(2022, 3, 31)]


def test_a_series_that_broke_its_own_intervals_is_not_forecast() -> None:
    """Quiet for a year and a half, then ever wilder: what was stated would not have held."""
    assert made([50 + (0.1 if n < 18 else 1.35 ** (n - 17)) * (-1) ** n for n in range(30)], LEVEL) is None


def test_nothing_is_forecast_into_a_past_that_has_no_figures() -> None:
    figures = months(SLOW)  # to December 2021
    assert forecast(RATE, figures, until=FAR, as_of=date(2026, 11, 25)) is None  # too old to say anything
    assert forecast(RATE, figures, until=date(2022, 3, 31), as_of=date(2022, 4, 15)) is None  # the target's day has passed
    later = forecast(RATE, figures, until=FAR, as_of=date(2022, 3, 15))
    assert later is not None and later.points[0][0] == date(2022, 3, 31) and not later.is_joined
    before = forecast(RATE, figures, until=FAR, as_of=date(2020, 12, 31))
    assert before == made(SLOW[:24])  # what came later was not known


def test_only_figures_of_one_series_are_forecast_from_each_other() -> None:
    """Whole years beside the months, and months counted since the year began, change nothing and are not joined to them."""
    mixed = [*months(SLOW), *(Figure(f"FY{y}", 99.0) for y in range(2010, 2021))]
    assert forecast(RATE, mixed, until=FAR, as_of=date(2021, 12, 31)) == made(SLOW)
    halves = [*months(SLOW[:12]), *months(SLOW[12:], since=2020, is_year_to_date=True)]
    assert forecast(RATE, halves, until=FAR, as_of=date(2021, 12, 31)) != made(SLOW)


def years(first: int, last: int, *, months_of_last: int = 12, before: int = 3) -> list[Figure]:
    """Return a counter of several fiscal years, month by month, and the whole of each that is over; ``before``: months of the calendar year before them."""
    found = []
    for year in range(first, last + 1):
        so_far = 0.0
        for n in range(months_of_last if year == last else 12):
            so_far += 100 + 20 * math.sin(n) + 10 * noise(year * 12 + n)
            month, calendar = (n + before) % 12 + 1, year + (n + before) // 12
            code = f"FY{year}" if n == 11 else f"{calendar}-{month:02d}"
            found.append(Figure(code, so_far, is_year_to_date=n < 11))
    return found


def test_a_counter_goes_on_as_the_same_months_of_earlier_years_did_and_never_falls() -> None:
    figures = years(2015, 2021, months_of_last=6)
    found = forecast(COUNTER, figures, until=date(2022, 3, 31), as_of=date(2021, 9, 30))
    assert found is not None and found.method == "shape_of_year"
    assert found.points[-1][0] == date(2022, 3, 31) and len(found.points) == 6
    september = [f.value or 0.0 for f in figures if f.period.end.month == 9]
    march = [f.value or 0.0 for f in figures if f.period.end.month == 3]
    assert found.points[-1][1] == pytest.approx(september[-1] * sum(march) / sum(september[:-1]))
    assert min(low for _, low, _ in found.band) >= september[-1]
    assert found.coverage_pct >= 80 and found.test_count >= 48


def test_a_counter_goes_on_to_the_end_of_the_fiscal_year_that_the_government_has() -> None:
    """A year from January: a counter of September goes on to December, not to March."""
    with settled(ROOT / "tests" / "city" / "catalogue"):
        figures = years(2015, 2021, months_of_last=9, before=0)
        made = forecast(COUNTER, figures, until=date(2022, 6, 30), as_of=date(2021, 9, 30))
    assert made is not None and [day for day, _ in made.points] == [date(2021, 10, 31), date(2021, 11, 30), date(2021, 12, 31)]


def test_a_counter_with_too_few_earlier_years_is_not_forecast() -> None:
    assert forecast(COUNTER, years(2020, 2021, months_of_last=6), until=FAR, as_of=date(2021, 9, 30)) is None
    assert forecast(COUNTER, years(2017, 2021), until=FAR, as_of=date(2022, 3, 31)) is None  # the year is over
    assert forecast(COUNTER, months([3.0] * 36), until=FAR, as_of=date(2021, 12, 31)) is None  # lone months
