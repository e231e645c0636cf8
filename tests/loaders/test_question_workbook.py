"""The workbook of a question: what it gives out it reads back, every problem is said at once and at its cell, and each workbook has its page."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from kpis.errors import NotFound
from kpis.languages import both, written
from kpis.reporting import answers, questions
from kpis.store.store import Store
from loaders.workbook.annotate import mark_problems
from loaders.workbook.door import is_bureau_workbook, read_workbook
from loaders.workbook.questions import issue, read, receive
from loaders.workbook.submit import take_template
from tests.kpis.test_questions import ROW, asked
from tests.loaders.filled import edited
from tests.small_government import ANNA, AYA, OFFICE, PERIOD, settle

pytestmark = pytest.mark.store

A = "回答"


@pytest.fixture(scope="module")
def put(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, bytes]:
    """A question that is open, and GENERAL's workbook."""
    folder = tmp_path_factory.mktemp("questions")
    store = settle(Store(f"sqlite:///{folder / 'questions.db'}"), folder / "data")
    code = asked(store)
    return store, issue(store, code, "GENERAL", actor=ANNA)


def with_cells(content: bytes, **cells: Any) -> bytes:
    def change(book: Workbook) -> None:
        for address, value in cells.items():
            book[A][address].value = value

    return edited(content, change)


def test_the_workbook_is_protected_has_its_lists_and_a_hidden_mark(put: tuple[Store, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(put[1]))
    sheet = book[A]
    assert [str(c.value).split("\n")[0] for c in sheet[1]] == [
        "番号",
        "施設名",
        "台数 (台)",
        "状況",
        "更新日",
        "廃止できる",
        "費用 (円)",
    ]
    assert ["【必須】" in str(c.value) for c in sheet[1]] == [False, True, True, False, False, False, False]
    assert sheet.protection.sheet and sheet["A2"].protection.locked and not sheet["B2"].protection.locked and sheet.max_row == 4
    assert sorted(str(v.sqref) for v in sheet.data_validations.dataValidation if v.type == "list") == ["D2:D4", "F2:F4"]
    assert book["_mieruka"].sheet_state == "veryHidden" and book["_mieruka"]["A1"].value == "mieruka-question"
    assert "2023年2月15日" in str(book["記入要領"]["A3"].value) and is_bureau_workbook(put[1])


@pytest.mark.edition
def test_what_is_filled_in_comes_back_typed_and_prefilled_and_the_same_file_changes_nothing(
    put: tuple[Store, bytes], tmp_path: Path
) -> None:
    store, content = put
    filled = with_cells(
        content,
        B2="本庁",
        C2="３台",
        D2="Done",
        E2="令和4年5月1日",
        F2="いいえ",
        G2="1,200.5円",
        B4="支所",
        C4=0,
        D4="消去",
        E4=date(2022, 6, 30),
    )
    second = {"c1": "支所", "c2": 0.0, "c3": None, "c4": date(2022, 6, 30), "c5": None, "c6": None}
    reading, revision = receive(store, filled, "Q001", "GENERAL", actor=ANNA, name="回答.xlsx", replaces=0)
    assert (reading.problems, reading.rows, revision) == ([], [ROW, second], 1)
    assert receive(store, filled, "Q001", "GENERAL", actor=AYA, name="回答.xlsx", replaces=1)[1] == 1
    assert [row.values for row in answers.rows_of(store, "Q001", viewer=ANNA)] == [ROW, second]
    again = issue(store, "Q001", "GENERAL", actor=AYA)
    asked_now = questions.question(store, "Q001", viewer=AYA)
    assert read(store, again, asked_now, "GENERAL").rows == [ROW, second], "what was answered is filled in"

    def turned(book: Workbook) -> None:  # columns moved, rows with blanks between
        book[A].move_range("B1:B4", cols=10)
        book[A].title = "別の名前"

    assert read(store, edited(again, turned), asked_now, "GENERAL").rows == [ROW, second]


@pytest.mark.edition
def test_every_problem_is_said_at_once_at_its_cell_and_nothing_is_kept(put: tuple[Store, bytes]) -> None:
    store, content = put
    bad = with_cells(
        content, B2="x", C2=1.5, D2="?", E2="R4.5", F2="maybe", G2="約100", C3=2, B4="y", C4="3件", B5="z", C5=1, B6="w", C6=1
    )
    before = store.state()
    reading, revision = receive(store, bad, "Q001", "GENERAL", actor=ANNA, name="b.xlsx", replaces=1)
    assert revision == 0 and store.state() == before
    assert {(p.cell, p.kind) for p in reading.problems} == {
        ("C2", "number"), ("D2", "choice"), ("E2", "date"), ("F2", "choice"), ("G2", "number"), ("B3", "missing"), ("C4", "number"), ("", "rule"),
    }  # fmt: skip
    for problem in reading.problems:
        assert problem.sheet == A and all(
            written(part, lang) for part in (problem.expected, problem.remedy) for lang in ("ja", "en")
        )
    marked = openpyxl.load_workbook(io.BytesIO(mark_problems(bad, reading.problems)))[A]
    assert {c.coordinate for row in marked.iter_rows() for c in row if c.comment} >= {"B3", "C2", "D2", "E2", "F2", "G2", "C4"}


@pytest.mark.edition
def test_each_workbook_is_taken_on_its_own_page_by_whose_it_is(put: tuple[Store, bytes]) -> None:
    store, content = put
    one = questions.question(store, "Q001", viewer=OFFICE)
    report = take_template(store, "GENERAL", PERIOD, actor=ANNA)
    forged = edited(content, lambda book: setattr(book["_mieruka"]["B4"], "value", "DIGITAL"))
    for wrong, bureau, expected in (
        (report, "GENERAL", "Q001"), (content, "DIGITAL", "デジタルサービス局"), (forged, "DIGITAL", "印"), (b"no workbook", "GENERAL", "xlsx"),
    ):  # fmt: skip
        (problem,) = read(store, wrong, one, bureau).problems
        assert expected in written(problem.expected), problem
    other = questions.question(store, asked(store), viewer=OFFICE)
    assert [both(p.found)[-4:] for p in read(store, content, other, "GENERAL").problems] == ["Q001"], "of another question"
    (problem,) = read_workbook(content, store=store).problems
    assert "照会" in both(problem.found) and "照会" in written(problem.remedy)
    with pytest.raises(NotFound):
        issue(store, "Q001", "TMG", actor=OFFICE)
