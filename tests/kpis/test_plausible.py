"""What one figure can be: impossible, doubtful, or a question, with and without history."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kpis.figures.plausible import Area, Earlier, check_figure, check_point
from kpis.figures.records import Definition, Figure
from kpis.languages import written

ISLANDS = Area(south=20.0, north=36.0, west=136.0, east=154.0)


def definition(kind: str, unit: str = "", **more: Any) -> Definition:
    unit = unit or ("%" if kind in ("ratio", "reduction") else "件")
    return Definition("x", kind, "higher", "例", "Example", unit, unit, **more)


def found(kind: str, *, unit: str = "", past: list[Figure] | None = None, asked: tuple[str, ...] = (), sure: tuple[str, ...] = (),
          catalogue: dict[str, Any] | None = None, ytd: bool = False, period: str = "2026-09", **numbers: float) -> list[tuple[str, str, str]]:  # fmt: skip
    figure = Figure(period, numbers.pop("value", None), is_year_to_date=ytd, **numbers)
    findings = check_figure(definition(kind, unit, **(catalogue or {})), figure, Earlier(past or []), form_columns=asked, sure=sure)
    assert all(
        f.found and written(f.expected) and written(f.expected, "en") and written(f.remedy) and written(f.remedy, "en")
        for f in findings
    )
    return [(f.severity, f.rule, f.column) for f in findings]


@pytest.mark.parametrize("value", [881.0, 150.0, -5.0, 100.5])
def test_a_ratio_is_from_0_to_100(value: float) -> None:
    assert ("error", "out_of_bounds", "value") in found("ratio", value=value)


@pytest.mark.parametrize(
    ("value", "severity"), [(5_200_000.0, "error"), (100.1, "error"), (-500.0, "warning"), (-20.0, None), (100.0, None)]
)
def test_a_reduction_is_at_most_100_and_a_growth_beyond_double_is_asked(value: float, severity: str | None) -> None:
    assert [s for s, _, _ in found("reduction", value=value)] == ([severity] if severity else [])


def test_the_catalogue_says_otherwise() -> None:
    assert found("ratio", value=120, catalogue={"maximum_value": 200.0}) == []
    assert found("ratio", numerator=12, denominator=10, catalogue={"maximum_value": 200.0}) == []
    assert found("level", value=6, unit="点(5点満点)", catalogue={"minimum_value": 1.0, "maximum_value": 5.0}) == [
        ("error", "out_of_bounds", "value")
    ]
    assert found("reduction", value=-150, catalogue={"minimum_value": -200.0}) == []


@pytest.mark.parametrize(
    ("kind", "numbers", "column"),
    [
        ("stock", {"value": 850.5, "denominator": 900}, "value"), ("completion", {"value": 3.25, "denominator": 9}, "value"),
        ("ceiling", {"value": 0.5}, "value"), ("ratio", {"numerator": 850.5, "denominator": 900}, "numerator"),
        ("ratio", {"numerator": 850, "denominator": 900.1}, "denominator"), ("reduction", {"numerator": 1, "base_value": 2.5}, "base_value"),
        ("level", {"value": 3.5, "sample_size": 10.5}, "sample_size"),
    ],
)  # fmt: skip
def test_counts_are_whole(kind: str, numbers: dict[str, float], column: str) -> None:
    assert found(kind, **numbers) == [("error", "not_whole", column)]


def test_counts_are_not_negative_and_sums_of_floats_are_whole() -> None:
    assert found("ratio", numerator=-1, denominator=9) == [("error", "negative", "numerator")]
    assert found("stock", value=-1) == [("error", "out_of_bounds", "value")]
    assert found("ceiling", value=1_000_000.0000000001) == []
    assert found("ceiling", unit="トン", value=0.5, catalogue={"decimals": 1}) == []


def test_a_part_is_no_more_than_the_whole() -> None:
    assert found("ratio", numerator=11, denominator=10) == [("error", "numerator_above_denominator", "numerator")]
    assert found("stock", value=11, denominator=10) == [("warning", "numerator_above_denominator", "value")]
    assert found("ratio", numerator=1, denominator=0) == [
        ("error", "numerator_above_denominator", "numerator"), ("error", "nothing_in_scope", "denominator"),
    ]  # fmt: skip


def test_a_stock_has_the_denominator_that_is_asked_for_and_no_second_number() -> None:
    assert found("stock", value=310, asked=("denominator",)) == [("warning", "without_denominator", "denominator")]
    assert found("stock", value=310) == []
    assert found("stock", value=310, numerator=5, denominator=400) == [("warning", "numerator_differs", "numerator")]


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("column", ["value", "numerator", "denominator", "base_value", "sample_size"])
def test_what_is_no_number_is_refused(bad: float, column: str) -> None:
    assert found("level", **{column: bad}) == [("error", "not_finite", column)]


@pytest.mark.parametrize("kind", ["ratio", "reduction", "level"])
@pytest.mark.parametrize("value", [0.881, 1.0, 0.005])
def test_a_rate_up_to_1_is_a_question(kind: str, value: float) -> None:
    (question,) = check_figure(definition(kind, "%"), Figure("2026-09", value))
    assert (question.severity, question.readings) == ("question", (value, pytest.approx(value * 100)))
    assert "どちらの意味か" in written(question.expected) and f"{value * 100:g}%" in written(question.expected, "en")


def test_a_rate_is_no_question_where_something_tells() -> None:
    assert found("ratio", value=0.881, sure=("value",)) == []
    assert found("ratio", value=0.881, numerator=881, denominator=100_000) == []
    assert found("ratio", value=0) == [] and found("ratio", value=1.01) == []
    assert found("level", unit="ポイント", value=0.5) == [] and found("level", unit="件", value=1) == []
    assert found("ratio", value=0.5, numerator=5, denominator=1000) == []
    # A denominator alone tells nothing.
    assert [r for _, r, _ in found("ratio", value=0.881, denominator=100_000)] == ["scale"]


@pytest.mark.parametrize(
    ("kind", "numbers"), [("ratio", {"numerator": 915, "denominator": 1000}), ("reduction", {"numerator": 85, "base_value": 1000})]
)
def test_a_share_written_beside_its_numbers_is_a_question(kind: str, numbers: dict[str, float]) -> None:
    """0.915 beside 915 of 1,000 is 91.5% for whoever reads it; any other difference is a doubt."""
    assert found(kind, value=0.915, **numbers) == [("question", "scale", "value")]
    assert found(kind, value=0.915, sure=("value",), **numbers) == [("warning", "rate_disagrees", "value")]
    assert found(kind, value=95, **numbers) == [("warning", "rate_disagrees", "value")]
    assert found(kind, value=91.5, **numbers) == [] and found(kind, value=92, is_approximate=True, **numbers) == []


@pytest.mark.parametrize(
    ("past", "now", "ytd", "odd"),
    [
        (("2026-08", 900.0, False), 9_500.0, False, True),  # one earlier figure is enough
        (("2026-08", 900.0, False), 8_500.0, False, False),
        (("2026-08", 9.0, False), 95.0, False, False),  # small counts move freely
        (("FY2025", 900.0, False), 9_500.0, False, False),  # a month is not compared with a year
        (("2026-08", 900.0, True), 9_500.0, False, False),  # nor a total to date with a month
        (("2025-09", 900.0, True), 9_500.0, True, True),
        (("2026-03", 12_000.0, True), 900.0, True, False),  # April begins anew: another part of another year
        (("2026-10", 900.0, False), 9_500.0, False, False),  # later than it
    ],
)  # fmt: skip
def test_magnitude_is_held_against_any_earlier_figure_of_its_kind(
    past: tuple[str, float, bool], now: float, ytd: bool, odd: bool
) -> None:
    before = Figure(past[0], past[1], is_year_to_date=past[2])
    assert found("level", value=now, past=[before], ytd=ytd) == ([("warning", "magnitude", "value")] if odd else [])


def test_rates_and_parts_have_a_magnitude_too() -> None:
    before = Figure("2026-08", None, numerator=980, denominator=1000)
    assert found("ratio", numerator=9, denominator=1000, past=[before]) == [("warning", "magnitude", "numerator")]
    assert found("ratio", value=5.0, past=[before]) == [("warning", "magnitude", "value")]
    assert found("ratio", value=1.5, past=[Figure("2026-08", 16.0)]) == []
    assert found("ceiling", unit="枚", value=999_999_999_999_999) == [("warning", "magnitude", "value")]
    assert found("ratio", numerator=5, denominator=1e14) == [("warning", "magnitude", "denominator")]
    assert found("level", unit="円", value=1e12) == []


@pytest.mark.parametrize(
    ("latitude", "longitude", "rules"),
    [
        (35.68, 139.69, []), (24.3, 153.98, []), (139.78, 35.68, [("error", "swapped", "latitude")]),
        (139.78, None, [("error", "no_place", "latitude")]), (35.68, 200, [("error", "no_place", "longitude")]),
        (51.5, -0.12, [("warning", "outside_area", "latitude"), ("warning", "outside_area", "longitude")]),
        (35.68, 13.9, [("warning", "outside_area", "longitude")]), (math.nan, 139, [("error", "no_place", "latitude")]),
        (None, None, []),
    ],
)  # fmt: skip
def test_a_place_lies_in_the_catalogues_own_area(
    latitude: float | None, longitude: float | None, rules: list[tuple[str, str, str]]
) -> None:
    assert [(f.severity, f.rule, f.column) for f in check_point(latitude, longitude, ISLANDS)] == rules
    if latitude == 139.78 and longitude is None:
        assert check_point(35.6, 139.7, None) == []
