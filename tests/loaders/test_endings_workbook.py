"""What was never true or no longer exists, as a bureau says it in its workbook."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from kpis.languages import written
from kpis.reporting.comparison import compare
from kpis.store.store import Store
from loaders.workbook.door import read_workbook
from loaders.workbook.layout import load_layout
from tests.loaders.filled import F, S, edited, make_store, template, with_cells

pytestmark = pytest.mark.edition

REASON = {"Q3": "誤りの訂正", "R3": "指標の取り違え"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return make_store(tmp_path_factory.mktemp("endings"))


def letter(sheet: str, column: str) -> str:
    return get_column_letter([c.name for c in load_layout().columns[sheet]].index(column) + 1)


def ends(row: int, **given: Any) -> dict[str, Any]:
    return {f"{letter('facilities', name)}{row}": value for name, value in given.items()}


@pytest.mark.parametrize("word", ["取下げ", "取り下げ", "withdraw", " 取下げ　"])
def test_a_figure_is_withdrawn_by_one_word_in_its_row(store: Store, word: str) -> None:
    (row,) = (read := read_workbook(with_cells(template(store), F, {"G3": word, **REASON}), store=store)).rows
    assert not read.problems
    assert row.key[0] == "paper_sheets" and set(row.fields.values()) <= {None, "", False, True}
    held = {(row.kind, row.key): current(row.issued)}
    assert [c.row.key for c in compare([row], held).withdrawn] == [row.key]


def current(values: Any) -> Any:
    from kpis.reporting.comparison import Current

    return Current(values, 1, values)


def test_clearing_all_of_a_figure_is_the_same_and_needs_its_reason(store: Store) -> None:
    read = read_workbook(with_cells(template(store), F, {"G3": "消去", **REASON}), store=store)
    assert not read.problems and read.rows[0].fields["value"] is None
    without = read_workbook(with_cells(template(store), F, {"G3": "取下げ"}), store=store)
    (row,) = without.rows
    change = compare([row], {(row.kind, row.key): current(row.issued)})
    assert len(change.withdrawn) == 1 == len(change.unexplained), "the reason is asked for before it is submitted"


def test_there_is_nothing_to_withdraw_where_nothing_is_stored(store: Store) -> None:
    (problem,) = read_workbook(with_cells(template(store), F, {"H8": "取下げ"}), store=store).errors
    assert problem.cell == "H8" and "取り下げる数値がありません" in written(problem.remedy)


def test_a_facility_closes_in_the_workbook_and_impossible_ends_are_refused_at_their_cells(store: Store) -> None:
    said = ends(2, ended_on=datetime(2022, 12, 28), ended_reason="閉鎖・閉館")
    (row,) = (read := read_workbook(with_cells(template(store), S, said), store=store)).rows
    assert not read.problems
    assert (row.fields["ended_on"], row.fields["ended_on_precision"], row.fields["ended_reason"]) == (
        date(2022, 12, 28),
        "day",
        "closed",
    )
    for wrong, column in (
        (ends(2, ended_on=datetime(2022, 12, 28)), "ended_reason"),
        (ends(2, ended_reason="閉鎖・閉館"), "ended_on"),
        (ends(2, ended_on=datetime(2001, 1, 1), ended_reason="閉鎖・閉館"), "ended_on"),
        (ends(2, ended_on=datetime(2022, 12, 28), ended_reason="統合"), "successor_code"),
        (ends(2, ended_on=datetime(2022, 12, 28), ended_reason="統合", successor_code="NOWHERE"), "successor_code"),
        (ends(2, ended_on=datetime(2022, 12, 28), ended_reason="統合", successor_code="F001"), "successor_code"),
    ):
        (problem,) = read_workbook(with_cells(template(store), S, wrong), store=store).errors
        assert problem.cell == f"{letter('facilities', column)}2", (wrong, problem)


def test_rows_deleted_from_a_register_are_asked_about_and_change_nothing(store: Store) -> None:
    def delete(book: openpyxl.Workbook) -> None:
        book[S].delete_rows(2, 2)

    read = read_workbook(edited(template(store), delete), store=store)
    assert read.rows == [] and not read.errors
    (asked,) = read.warnings
    assert (
        asked.found_in("ja").startswith("2行: F001 恩賜上野動物園、")
        and asked.found_in("en").startswith("2 rows: F001 恩賜上野動物園, ")
        and asked.rule == "rows_gone"
    )


def test_the_template_tells_of_both_in_its_instructions(store: Store, tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(template(store))
    told = "".join(str(c.value) for row in openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0].iter_rows() for c in row)
    assert "取下げ" in told and "終了した日" in told
