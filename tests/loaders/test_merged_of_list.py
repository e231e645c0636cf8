"""Merged cells of a list: the value that is seen for each of them is stored in the first alone, so it is named."""

from __future__ import annotations

import pytest
from openpyxl.workbook import Workbook

from kpis.languages import both
from loaders.files.opened import open_table
from loaders.files.problems import Problem
from loaders.prepared import Prepared
from tests.books import saved

NAMES = ("indicator_code", "bureau_code", "period_code", "value", "source_code", "is_approximate", "note_ja")
ROWS = [("paper_sheets", "WATERWORKS", f"FY2022-Q{q}", q * 100, "s", 1 if q == 1 else None, None) for q in (1, 2, 3)]


def a_list(*merged: str) -> bytes:
    book = Workbook()
    (sheet,) = book.worksheets
    for row in [NAMES, *ROWS]:
        sheet.append(list(row))
    for place in merged:
        sheet.merge_cells(place)
    return saved(book)


def of(content: bytes) -> list[tuple[str, str]]:
    problems: list[Problem] = open_table(content, max_bytes=1_000_000)[1]
    return [(p.kind, p.cell) for p in problems]


@pytest.mark.parametrize("place", ["F2:F4", "F2:G2", "F2:F3"])
def test_a_value_that_is_seen_for_several_rows_is_named_with_its_place_and_remedy(place: str) -> None:
    """概数 over three rows was that of the first: the others were stored as exact."""
    _, (problem,) = open_table(a_list(place), max_bytes=1_000_000)
    assert (problem.kind, problem.cell) == ("merged", "F2") and place in both(problem.found)
    assert both(problem.remedy).count(" / ") == 1
    assert not [row for row in Prepared("m.xlsx", a_list(place), "observations.csv").errors if row.kind != "merged"]
    assert Prepared("m.xlsx", a_list(place), "observations.csv").errors


def test_merged_headings_and_merged_blanks_say_nothing() -> None:
    assert of(a_list("H1:J1")) == of(a_list("G2:G4")) == of(a_list("K9:M12")) == of(a_list()) == []
