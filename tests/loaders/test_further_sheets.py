"""A sheet without headings on which a table of the bureau workbook goes on: named, never passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from kpis.languages import both
from kpis.store.store import Store
from loaders.files.further import goes_on
from loaders.workbook.door import read_workbook
from tests.loaders.filled import F, P, S, edited, filled, make_store, rows_of, template

LISTED = [["P-01", "届出", "done", "shintosei-1", 5.0], ["P-02", "申請", "planned", "shintosei-1", 7.0]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, bytes]]:
    store = make_store(Path(tmp_path_factory.mktemp("further")))
    yield store, filled(template(store))


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ([["P-03", "許可", "done", "shintosei-1", 1.0], ["", "", "", "", ""], ["P-104", "登録", "planned", "shintosei-2", ""]], 2),
        ([["P-03", "許可", "other", "shintosei-1", 1.0]], 1), ([["注", "P-03を見ること"]], 0), ([[5.0, "P-03", "x", "y", "z"]], 0),
        ([["done"], [5.0]], 0), ([], 0), ([["", ""]], 0),
    ],
)  # fmt: skip
def test_rows_like_those_of_a_list_are_told_from_others(rows: list[list[Any]], count: int) -> None:
    assert goes_on(LISTED, rows) == count


def _moved(sheet: str, first: int) -> Callable[[Workbook], None]:
    """Move the rows of a sheet from one on to another sheet, as where a table is too long for a page."""

    def change(book: Workbook) -> None:
        rows = rows_of(book[sheet])[first - 1 :]
        book[sheet].delete_rows(first, len(rows))
        onward = book.create_sheet("続き")
        for row in rows:
            onward.append(row)

    return change


@pytest.mark.edition
@pytest.mark.parametrize(("sheet", "first"), [(F, 8), (S, 3)])
def test_a_table_that_goes_on_on_another_sheet_is_named(sound: tuple[Store, bytes], sheet: str, first: int) -> None:
    store, content = sound
    (problem,) = read_workbook(edited(content, _moved(sheet, first)), store=store).errors
    assert (problem.kind, problem.sheet, problem.cell) == ("sheet", "続き", "A1")
    assert f"「{sheet}」" in both(problem.expected) and "under the headings" in both(problem.remedy)


@pytest.mark.edition
def test_notes_sums_and_lists_of_ones_own_beside_the_tables_are_nobodys_business(sound: tuple[Store, bytes]) -> None:
    store, content = sound

    def change(book: Workbook) -> None:
        for title, rows in {
            "メモ": [["担当に確認", "12月中"], ["総務課", 3]], "計算": [[n, n * 2, n * 3] for n in range(20)],
            "名簿": [["総務課", "見本", "123-4567", "2022-12-01", "済", "", "〇"]] * 5,
        }.items():  # fmt: skip
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        assert P in book.sheetnames

    assert read_workbook(edited(content, change), store=store).errors == []
