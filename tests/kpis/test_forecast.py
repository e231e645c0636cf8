"""The forecast: worked by hand, honest about its error, silent with too few figures."""

from __future__ import annotations

from datetime import date

import pytest

from kpis.figures import Definition, Figure
from kpis.forecast import forecast

COUNTER = Definition("x", "ceiling", "lower", "枚数", "Sheets", "枚", "sheets")
RATE = Definition("x", "ratio", "higher", "率", "Rate", "%", "%", 1)


def year(fiscal: int, *, half: float, total: float) -> list[Figure]:
    return [Figure(f"FY{fiscal}-Q2", half, is_year_to_date=True), Figure(f"FY{fiscal}", total)]


def test_a_counter_follows_the_shape_of_earlier_years() -> None:
    figures = [*year(2019, half=40, total=100), *year(2020, half=50, total=100), Figure("FY2021-Q2", 45, is_year_to_date=True)]
    found = forecast(COUNTER, figures, until=date(2022, 3, 31))
    assert found is not None
    # Earlier years had reached 40 % and 50 % by September: 45 / 0.45 = 100. FY2020 by the shape of FY2019: 50 / 0.4 = 125, 25 off.
    assert found.points[-1] == (date(2022, 3, 31), pytest.approx(100))
    assert found.past_error == pytest.approx(25)


def test_a_steady_rise_goes_on_damped_and_stays_within_a_hundred_percent() -> None:
    figures = [Figure(f"2021-{m:02d}", 40 + 8.0 * i) for i, m in enumerate((1, 3, 5, 7, 9, 11))]
    found = forecast(RATE, figures, until=date(2025, 12, 31))
    assert found is not None
    values = [v for _, v in found.points]
    assert values == sorted(values) and 80 < values[-1] <= 100
    assert found.band()[-1][1] < values[-1] < found.band()[-1][2] or found.past_error == 0


def test_with_too_few_figures_there_is_no_forecast() -> None:
    assert forecast(RATE, [Figure("2021-01", 1), Figure("2021-02", 2)], until=date(2022, 1, 1)) is None
    assert forecast(COUNTER, [Figure("FY2021-Q2", 45, is_year_to_date=True)], until=date(2022, 3, 31)) is None
    assert forecast(COUNTER, year(2020, half=50, total=100), until=date(2022, 3, 31)) is None
