"""What it takes a quarter, in words: who does what is written reaches the target, and stays within a cap."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpis.figures.measures import judge
from kpis.figures.needed import Needed, needed
from kpis.figures.records import Definition, Figure, Goal
from telling.needed import amount, each_quarter
from telling.words import Words

EN = Words("en")


def told(definition: Definition, figure: Figure, goal: Goal) -> Needed:
    """Return what it takes from a figure to a target, on the figure's last day."""
    day = figure.period.end
    found = needed(
        definition, judge(definition, [figure], [goal], baseline=None, as_of=day), [figure], [goal], baseline=None, as_of=day
    )
    assert found is not None
    return found


def rate(unit: str = "%", direction: str = "higher", kind: str = "ratio") -> Definition:
    return Definition("case", kind, direction, "例", "Case", unit, unit, decimals=0)


@pytest.mark.parametrize(
    ("value", "target", "said", "ja"),
    [
        (61, 70, "2 points (rounded up)", "2ポイント(切上げ)"),  # 9 points in five quarters are 1.8 each
        (63, 70, "2 points (rounded up)", "2ポイント(切上げ)"),  # 1.4: five times 1 would end at 68
        (60, 70, "2 points", "2ポイント"),
        (50.5, 70, "3.9 points", "3.9ポイント"),
        (50.4, 70, "4.0 points", "4.0ポイント"),  # 3.92, a tenth's tenth more
        (68, 70, "less than 1 point", "1ポイント未満"),  # 0.4
        (67, 70, "1 point (rounded up)", "1ポイント(切上げ)"),  # 0.6
    ],
)
def test_five_quarters_of_what_is_written_suffice(value: float, target: float, said: str, ja: str) -> None:
    found = told(rate(), Figure("FY2022-Q4", value), Goal("FY2024-Q1", target))
    assert (found.months_left, each_quarter(rate(), found, EN), each_quarter(rate(), found, Words("ja"))) == (15, said, ja)


def test_what_is_about_is_rounded_up_too() -> None:
    definition = rate("件", kind="stock")
    found = told(definition, Figure("FY2022-Q4", 24_500, is_approximate=True), Goal("FY2024-Q1", 30_000))
    assert each_quarter(definition, found, Words("ja")) == "約1,100件"
    found = told(definition, Figure("FY2022-Q4", 22_000, is_approximate=True), Goal("FY2024-Q1", 30_000, is_approximate=True))
    assert each_quarter(definition, found, Words("ja")) == "約2,000件(切上げ)"  # 1,600, known to a thousand


def test_what_may_be_used_of_a_cap_is_rounded_down() -> None:
    definition = rate("枚", "lower", "ceiling")
    used = Figure("FY2022-Q1", 70, is_year_to_date=True)
    found = told(definition, used, Goal("FY2022", 78))  # 2.67 in each of three quarters
    assert each_quarter(definition, found, Words("ja")) == "2枚(切捨て)"
    assert each_quarter(definition, told(definition, used, Goal("FY2022", 72)), Words("ja")) == "1枚未満"


@pytest.mark.edition
@given(
    value=st.decimals(0, 100, places=1), target=st.decimals(0, 100, places=1), quarter=st.integers(1, 4), year=st.integers(2022, 2026),
    lower=st.booleans(),
)  # fmt: skip
def test_whoever_does_what_is_written_arrives(value: float, target: float, quarter: int, year: int, lower: bool) -> None:
    value, target = float(value), float(target)
    assume(value > target if lower else value < target)
    definition, goal = rate(direction="lower" if lower else "higher"), Goal(f"FY{year}-Q{quarter}", target)
    assume(goal.period.end > date(2022, 6, 30))
    found = told(definition, Figure("FY2022-Q1", value), goal)
    text = each_quarter(definition, found, EN)
    written = float(re.findall(r"[\d.]+", text)[0])
    assert written * found.months_left / 3 >= abs(found.remaining) - 1e-6, text
    assert written <= abs(found.per_quarter or 0) + 1, "no more than a step above it"


def test_what_came_is_about_where_rounding_puts_it_far_off() -> None:
    """Six divisions in a year are one and a half a quarter: written as 2 they would be eight."""
    definition, figure, goal = rate("部門", kind="stock"), Figure("2022-03", 8), Goal("FY2022", 25)
    assert [amount(definition, came, figure, goal, Words("ja")) for came in (1.5, 2.0, 9.5, 0.3)] == [
        "約2部門",
        "2部門",
        "10部門",
        "1部門未満",
    ]
    assert amount(definition, 1.4, figure, goal, EN).startswith("about 1")
