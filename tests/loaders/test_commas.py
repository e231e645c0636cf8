"""A row of a text file with a comma too many is refused: 88,100 without quotation marks was 88, with a numerator of 100."""

from __future__ import annotations

import pytest

from kpis.languages import both
from loaders.prepared import Prepared

NAMES = "indicator_code,bureau_code,period_code,source_code,value,numerator,denominator"
KEY = "paper_sheets,WATERWORKS,FY2022-Q1,s"


def of(text: str) -> Prepared:
    return Prepared("commas.csv", text.encode(), "observations.csv")


@pytest.mark.parametrize("row", ["88,100,,", "88,100,,,", "1,234,567,", ",1,234,"])
def test_a_comma_within_a_number_is_named_with_its_row_and_remedy(row: str) -> None:
    prepared = of(f"{NAMES}\n{KEY},90,,\n{KEY.replace('Q1', 'Q2')},{row}\n")
    (problem,) = prepared.errors
    assert (problem.kind, problem.row) == ("header", 3) and len(prepared.numbered) == 1
    assert all(word in both(problem.remedy) for word in ("引用符", "quotation marks"))
    assert "7" in both(problem.expected)


@pytest.mark.parametrize("more", ["", ",", ",,,"])
def test_columns_without_headings_that_are_blank_in_all_rows_are_none(more: str) -> None:
    """As spreadsheets write a sheet in which a cell beside the table was once used; blank rows may have any number of commas."""
    prepared = of(f'{NAMES}{more}\n{KEY},88100,,{more}\n,,,,,,,,,,,,\n{KEY.replace("Q1", "Q2")},"88,100",,{more}\n')
    assert prepared.errors == [] and [row.value for row in prepared.rows] == [88_100, 88_100]  # type: ignore[attr-defined]
