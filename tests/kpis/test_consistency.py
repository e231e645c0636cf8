"""The rules between figures, each by the smallest example that breaks it and the nearest one that does not."""

from __future__ import annotations

from datetime import date

import pytest

from kpis.figures.consistency import Contradiction, Known, find_contradictions
from kpis.figures.organisation import Organisation, Succession, Unit
from kpis.figures.records import Definition, Figure
from kpis.figures.rollup import roll_up_bureaus
from kpis.languages import written

WHOLE = Unit("ALL", "全体", "All", "whole")
OLD = Unit("OLD", "旧局", "Old", "governor_bureau", "ALL", date(2010, 4, 1), date(2022, 6, 30), False)
NEW = Unit("NEW", "新局", "New", "governor_bureau", "ALL", date(2022, 7, 1))
ONE = Unit("A", "甲局", "A", "governor_bureau", "ALL")
TWO = Unit("B", "乙局", "B", "governor_bureau", "ALL")
UNITS = Organisation((WHOLE, OLD, NEW, ONE, TWO), (Succession("OLD", "NEW", "rename", date(2022, 7, 1), 1.0),))
TODAY = date(2026, 11, 26)
Row = tuple[str, str, float]


def told(
    kind: str, *rows: tuple[str, Figure], stored: tuple[tuple[str, Figure], ...] = (), unit: str = "%", direction: str = "higher"
) -> list[tuple[str, str, str]]:
    """Return (rule, unit, period) of what is found in rows of (unit, figure) beside stored ones."""
    return [(f.rule, f.key[1], f.key[2]) for f in contradictions(kind, *rows, stored=stored, unit=unit, direction=direction)]


def contradictions(
    kind: str, *rows: tuple[str, Figure], stored: tuple[tuple[str, Figure], ...] = (), unit: str = "%", direction: str = "higher"
) -> list[Contradiction]:
    figures: dict[tuple[str, str], list[Figure]] = {}
    for code, figure in stored:
        figures.setdefault(("x", code), []).append(figure)
    known = Known({"x": Definition("x", kind, direction, "指標", "X", unit, unit)}, {"x": "ALL"}, UNITS, figures)
    reported = {("x", code, figure.period_code): figure for code, figure in rows}
    return find_contradictions(reported, known, today=TODAY)


def to_date(period: str, value: float | None = None, **parts: float) -> Figure:
    return Figure(period, value, is_year_to_date=True, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "period", "found"),
    [
        ("OLD", "FY2022", ["unit_ended_within"]), ("OLD", "FY2022-Q1", []), ("OLD", "FY2022-Q2", ["unit_outside_time"]),
        ("NEW", "FY2022-Q1", ["unit_outside_time"]), ("NEW", "FY2022", []), ("A", "FY2026", ["period_not_ended"]), ("A", "FY2027", ["period_not_begun"]),
    ],
)  # fmt: skip
def test_a_figure_is_of_a_unit_and_a_period_of_its_time(unit: str, period: str, found: list[str]) -> None:
    assert [rule for rule, _, _ in told("ratio", (unit, Figure(period, None, numerator=1, denominator=2)))] == found


@pytest.mark.parametrize(
    ("kind", "rows", "found"),
    [
        ("ceiling", (to_date("FY2025-Q1", 9e6), to_date("FY2025-Q2", 8e6)), ["FY2025-Q2"]),
        ("ceiling", (to_date("FY2025-Q1", 8e6), to_date("FY2025-Q2", 8e6)), []),
        ("ceiling", (to_date("FY2024-Q4", 9e6), to_date("FY2025-Q1", 1e6)), []),
        ("ceiling", (Figure("2025-05", 9e6), Figure("2025-06", 8e6)), []),
        ("ceiling", (to_date("FY2025-Q3", 9e6), Figure("FY2025", 8e6)), ["FY2025"]),
        ("ratio", (to_date("FY2025-Q2", numerator=90, denominator=100), to_date("FY2025-Q3", numerator=80, denominator=120)), ["FY2025-Q3"]),
        ("ratio", (to_date("FY2025-Q2", 90.0), to_date("FY2025-Q3", 80.0)), []),
        ("stock", (Figure("FY2025-Q2", 500.0), Figure("FY2025-Q3", 480.0)), ["FY2025-Q3"]),
    ],
)  # fmt: skip
def test_a_total_that_grows_does_not_fall(kind: str, rows: tuple[Figure, Figure], found: list[str]) -> None:
    both = told(kind, *(("A", row) for row in rows))
    assert both == [("cumulative_falls", "A", period) for period in found]
    late = told(kind, ("A", rows[0]), stored=(("A", rows[1]),))
    assert [rule for rule, _, _ in late] == ["cumulative_falls"] * len(found), "the earlier one is asked where only it is new"


@pytest.mark.parametrize("kind", ["stock", "completion"])
@pytest.mark.parametrize("direction", ["lower", "keep"])
def test_a_stock_that_is_to_fall_or_to_be_kept_falls_without_a_question(kind: str, direction: str) -> None:
    rows = (("A", Figure("FY2025-Q2", 500.0)), ("A", Figure("FY2025-Q3", 480.0)))
    assert told(kind, *rows, direction=direction) == []
    assert told(kind, rows[1], stored=(rows[0],), direction=direction) == []


def test_rounding_may_explain_a_fall() -> None:
    low = Figure("FY2025-Q3", 6980.0)
    assert told("stock", ("A", low), stored=(("A", Figure("FY2025-Q2", 7000.0, is_approximate=True)),)) == []
    assert told("stock", ("A", low), stored=(("A", Figure("FY2025-Q2", 7000.0)),)) != []


@pytest.mark.parametrize(
    ("kind", "one", "other", "differ"),
    [
        ("stock", Figure("FY2025", 500.0), Figure("FY2025-Q4", 480.0), True),
        ("stock", Figure("FY2025", 500.0), Figure("2026-03", 500.0), False),
        ("stock", Figure("FY2025", 500.0), Figure("FY2025-Q3", 480.0), False),
        ("ceiling", Figure("FY2025", 500.0), to_date("2026-03", 510.0), True),
        ("ratio", Figure("FY2025", 50.0), Figure("FY2025-Q4", 48.0), False),
        ("ratio", Figure("FY2025", 50.0), to_date("FY2025-Q4", numerator=48, denominator=100), True),
        ("ratio", Figure("FY2025", 48.0), to_date("FY2025-Q4", numerator=484, denominator=1000), False),  # a whole number is as exact as that
        ("ratio", Figure("FY2025", 48.4), to_date("FY2025-Q4", numerator=48, denominator=100), True),  # so is one with a decimal
    ],
)  # fmt: skip
def test_two_figures_of_the_same_days_say_the_same(kind: str, one: Figure, other: Figure, differ: bool) -> None:
    found = [rule for rule, _, _ in told(kind, ("A", one), stored=(("A", other),))]
    assert ("same_days_differ" in found) is differ


def test_a_sum_joins_no_year_to_date_with_single_periods() -> None:
    alone, since = Figure("FY2025-Q2", None, numerator=50, denominator=100), to_date("FY2025-Q2", numerator=590, denominator=600)
    assert told("ratio", ("A", alone), stored=(("B", since),)) == [("year_to_date_mixed", "A", "FY2025-Q2")]
    first = to_date("FY2025-Q1", numerator=590, denominator=600)
    assert told("ratio", ("A", Figure("FY2025-Q1", None, numerator=50, denominator=100)), stored=(("B", first),)) == [], (
        "the first quarter is both"
    )
    (found,) = contradictions("ratio", ("A", alone), stored=tuple((unit, since) for unit in ("B", "NEW")))
    assert "(NEW、B)" in written(found.expected) and "(NEW, B)" in written(found.expected, "en")
    by_unit = {"A": [alone], "B": [since], "NEW": [Figure("FY2025-Q2", None, numerator=1, denominator=2)]}
    (rolled,) = roll_up_bureaus("ratio", by_unit, [], organisation=UNITS, scope_code="ALL")
    assert rolled.figure is None and not rolled.is_complete
    assert (rolled.year_to_date, rolled.single_period, rolled.reported_count) == (("B",), ("NEW", "A"), 3)


def test_a_predecessors_part_beside_the_successors_whole_is_asked() -> None:
    part, whole = Figure("FY2022", None, numerator=100, denominator=200), Figure("FY2022", None, numerator=800, denominator=900)
    asked = told("ratio", ("NEW", whole), stored=(("OLD", part),))
    assert asked == [("predecessor_and_successor", "NEW", "FY2022")]
    assert told("stock", ("NEW", Figure("FY2022", 9.0)), stored=(("OLD", Figure("FY2022", 5.0)),)) == [], "a stock of the last day"


def test_a_withdrawn_figure_contradicts_nothing() -> None:
    assert told("stock", ("A", Figure("FY2025-Q3", None)), stored=(("A", Figure("FY2025-Q2", 500.0)),)) == []
