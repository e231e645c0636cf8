"""Periods as people read them: the fiscal year in which an era began is its first, from April on."""

from __future__ import annotations

import pytest

from kpis.periods import parse_period


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("FY2018", "平成30年度"), ("FY2019", "令和元年度"), ("FY2019-Q1", "令和元年度第1四半期"), ("FY2020", "令和2年度"), ("FY1989", "平成元年度"),
    ],
)  # fmt: skip
def test_a_fiscal_year_is_of_the_era_that_holds_on_the_first_of_may(code: str, label: str) -> None:
    assert parse_period(code).label("ja") == label
