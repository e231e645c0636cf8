"""Parts of a bureau's workbook through real files: handed out, filled in, merged; and workbooks whose hidden sheet was lost."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from kpis.errors import FigureRefused, NotAllowed, NotFound
from kpis.government import settled
from kpis.reporting import people, reports
from kpis.store.store import Store
from loaders.load import load_file
from loaders.workbook.context import gather
from loaders.workbook.door import is_bureau_workbook, read_workbook
from loaders.workbook.submit import Received, receive, take_template
from tests.books import saved
from tests.libreoffice import needs_libreoffice, resaved
from tests.small_government import ANNA, AYA, CLERK, DAI, IN_TIME, OFFICE, PERIOD, settle, write_sections

pytestmark = pytest.mark.edition

F, P, S, M = "指標の実績", "手続", "施設", "マイルストーン"
DOCUMENTS, COUNTERS = "DOCUMENTS", "COUNTERS"
RATE, PAPER, SEALS = "electronic_decision_rate", "paper_sheets", "seal_abolished_procedures"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = settle(Store(f"sqlite:///{tmp_path / 'parts.db'}"), tmp_path / "data")
    with settled(write_sections(tmp_path / "data" / "catalogue")):
        people.add_person(made, actor=people.COMMAND_LINE, email=CLERK, role="section", section_code=DOCUMENTS)
        yield made


def heads(sheet: Worksheet) -> dict[str, int]:
    return {str(c.value).split("\n")[0]: c.column for c in sheet[1] if c.value}


def codes(content: bytes, sheet: str, heading: str) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    at = heads(book[sheet])[heading]
    return [str(row[at - 1].value) for row in book[sheet].iter_rows(min_row=2) if row[at - 1].value]


def filled(content: bytes, cells: dict[tuple[str, str, str], object]) -> bytes:
    """Return a workbook with cells filled in, by sheet, code of the row and heading."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for (sheet, code, heading), value in cells.items():
        at = heads(book[sheet])
        key = (
            at["指標コード"]
            if sheet == F
            else next(column for name, column in at.items() if name.endswith("コード") and name != "局コード")
        )
        row = next(r for r in range(2, book[sheet].max_row + 1) if book[sheet].cell(r, key).value == code)
        book[sheet].cell(row, at[heading]).value = value  # type: ignore[assignment]
    return saved(book)


def given(store: Store, content: bytes, *, actor: str = ANNA, part: str | None = None) -> Received:
    done = receive(store, content, actor=actor, name="part.xlsx", today=IN_TIME, part=part)
    assert done.reading.errors == [], done.reading.errors
    return done


WHOLE: dict[tuple[str, str, str], object] = {
    (F, RATE, "分子(実績の数)"): 800, (F, RATE, "分母(対象の数)"): 1000, (F, PAPER, "値"): 5000, (F, SEALS, "値"): 130,
    (F, SEALS, "分母(対象の数)"): 300, (P, "P1", "備考"): "様式を改めた", (P, "P2", "備考"): "確認した", (S, "F1", "備考"): "券売機を更新",
    (M, "M1", "段階"): "公表",
}  # fmt: skip


def told(store: Store, number: int = 1) -> dict[tuple[str, ...], dict[str, object]]:
    """Return what a report says, row by row, by the columns that were filled in."""
    opened = reports.opened(store, number, viewer=ANNA, as_of=IN_TIME)
    return {(each.row.kind, *each.row.key): {c: each.row.fields[c] for c in each.row.changed} for each in opened.rows}


def test_a_section_gets_its_rows_alone_and_its_part_leaves_the_others_as_they_were(store: Store) -> None:
    documents = take_template(store, "GENERAL", PERIOD, actor=CLERK)
    counters = take_template(store, "GENERAL", PERIOD, actor=ANNA, section=COUNTERS)
    assert (codes(documents, F, "指標コード"), codes(counters, F, "指標コード")) == ([RATE, PAPER], [SEALS])
    assert "M1" in codes(documents, M, "マイルストーンコード") and "M1" not in codes(counters, M, "マイルストーンコード")
    assert {"P1", "P2"} <= {*codes(counters, P, "手続コード")} and not {"P1", "P2"} & {*codes(documents, P, "手続コード")}
    assert "文書課" in str([[c.value for c in row] for row in openpyxl.load_workbook(io.BytesIO(documents)).worksheets[0]["A1:A8"]])
    own = {k: v for k, v in WHOLE.items() if k[1] in (RATE, PAPER, "M1")}
    first = given(store, filled(documents, own), actor=CLERK)
    given(store, filled(counters, {k: v for k, v in WHOLE.items() if k not in own}))
    opened = reports.opened(store, 1, viewer=ANNA, as_of=IN_TIME)
    assert [(u.uploaded_by, u.part) for u in opened.uploads] == [(CLERK, DOCUMENTS), (ANNA, COUNTERS)]
    assert first.uploaded is not None and len(told(store)) == 7 and opened.clashes == []
    assert opened.report.completeness is not None and opened.report.completeness.filled == 3


def test_the_workbook_of_another_bureau_is_called_so_and_nothing_is_said_of_it(store: Store) -> None:
    theirs = take_template(store, "DIGITAL", PERIOD, actor=DAI)
    with pytest.raises(NotAllowed) as refused:
        receive(store, theirs, actor=ANNA, name="x.xlsx", today=IN_TIME, bureau_code="GENERAL", period_code=PERIOD)
    assert refused.value.message.key == "template_of_other_bureau" and "デジタル" not in f"{refused.value}"
    with pytest.raises(NotAllowed) as refused:
        receive(store, theirs, actor=ANNA, name="x.xlsx", today=IN_TIME)
    assert refused.value.message.key == "role_not_permitted", "for no bureau in particular"


def test_a_section_reports_its_own_rows_and_nobody_elses(store: Store) -> None:
    whole = take_template(store, "GENERAL", PERIOD, actor=ANNA)
    with pytest.raises(NotAllowed, match="P1"):
        receive(store, filled(whole, {(P, "P1", "備考"): "x"}), actor=CLERK, name="x.xlsx", today=IN_TIME)
    with pytest.raises(NotAllowed):
        take_template(store, "GENERAL", PERIOD, actor=CLERK, section=COUNTERS)
    with pytest.raises(NotAllowed):
        take_template(store, "GENERAL", PERIOD, actor=DAI, section=COUNTERS)
    with pytest.raises(NotFound, match="NOWHERE"):
        take_template(store, "GENERAL", PERIOD, actor=ANNA, section="NOWHERE")
    with pytest.raises(FigureRefused):
        take_template(store, "GENERAL", PERIOD, actor=ANNA, rows=[("procedures", "D1")])
    done = given(store, filled(whole, {(F, RATE, "分子(実績の数)"): 1, (F, RATE, "分母(対象の数)"): 2}), actor=CLERK).uploaded
    assert done is not None and reports.opened(store, 1, viewer=CLERK, as_of=IN_TIME).uploads[0].part == DOCUMENTS


@pytest.mark.parametrize("seed", [1, 2])
def test_random_parts_of_a_filled_workbook_in_any_order_make_the_whole(store: Store, seed: int) -> None:
    """Each part is a workbook of its own with chosen rows; two hold the same row, one of them with another number."""
    chance = random.Random(seed)
    asked = list(gather(store, "GENERAL", PERIOD).rows)
    chance.shuffle(asked)
    parts = [set(asked[number::3]) for number in range(3)]
    figure = ("observations", PAPER, PERIOD)
    for rows in chance.sample([part for part in parts if figure not in part], 1):
        rows.add(figure)
    taken = [take_template(store, "GENERAL", PERIOD, actor=ANNA, rows=sorted(rows)) for rows in parts]
    books, other = [], False
    for content, rows in zip(taken, parts, strict=True):
        own = {cell: value for cell, value in WHOLE.items() if any(cell[1] in key for key in rows)}
        if figure in rows and other:
            own[F, PAPER, "値"] = 5001
        other = other or figure in rows
        books.append(filled(content, own))
    chance.shuffle(books)
    for number, content in enumerate(books):
        given(store, content, actor=[ANNA, AYA][number % 2])
    opened = reports.opened(store, 1, viewer=ANNA, as_of=IN_TIME)
    assert [(c.row.key[0], sorted(v for v, _ in c.options)) for c in opened.clashes] == [(PAPER, [5000.0, 5001.0])]  # type: ignore[type-var]
    merged = told(store)
    given(
        store,
        filled(
            take_template(store, "DIGITAL", PERIOD, actor=DAI), {(F, RATE, "分子(実績の数)"): 1, (F, RATE, "分母(対象の数)"): 2}
        ),
        actor=DAI,
    )
    whole = read_workbook(filled(take_template(store, "GENERAL", PERIOD, actor=ANNA), WHOLE), store=store, today=IN_TIME)
    expected = {(row.kind, *row.key): {c: row.fields[c] for c in row.changed} for row in whole.rows}
    paper = ("observation", PAPER, "GENERAL", PERIOD)
    assert {key: row for key, row in merged.items() if key != paper} == {key: row for key, row in expected.items() if key != paper}
    assert merged.keys() == expected.keys()


def test_two_sections_fill_copies_of_one_workbook_and_the_coordinator_brings_both(store: Store) -> None:
    """Whose copy it is she says when she brings it: then a cell that both filled is a question, and not overwritten by the later."""
    whole = take_template(store, "GENERAL", PERIOD, actor=ANNA)
    given(store, filled(whole, {(F, PAPER, "値"): 5000, (P, "P1", "備考"): "甲"}), part=DOCUMENTS)
    done = given(store, filled(whole, {(F, PAPER, "値"): 5100, (P, "P2", "備考"): "乙"}), part=COUNTERS).uploaded
    assert done is not None and done.clashes == 1
    (clash,) = reports.opened(store, 1, viewer=ANNA, as_of=IN_TIME).clashes
    assert [(v, c[0].hand.part) for v, c in clash.options] == [(5000.0, DOCUMENTS), (5100.0, COUNTERS)]


def test_a_cell_that_says_so_takes_its_row_out_of_the_report(store: Store) -> None:
    whole = take_template(store, "GENERAL", PERIOD, actor=ANNA)
    given(store, filled(whole, {(F, PAPER, "値"): 5000}))
    given(store, filled(whole, {(F, PAPER, "値"): "消去"}))
    opened = reports.opened(store, 1, viewer=ANNA, as_of=IN_TIME)
    assert opened.comparison.rows == () and opened.clashes == []
    assert opened.report.completeness is not None and PAPER in {code for code, _ in opened.report.completeness.open}


# The hidden sheet is lost ----------------------------------------------------------------------------------------------


def without_mark(content: bytes, *, instructions: bool = True, new_rows: bool = True) -> bytes:
    """Return the workbook as a gateway leaves it that keeps what can be seen, cell by cell; less of it where asked."""
    old, book = openpyxl.load_workbook(io.BytesIO(content)), Workbook()
    book.remove(book.worksheets[0])
    for sheet in old.worksheets:
        if sheet.sheet_state != "visible" or (sheet.title == "記入要領" and not instructions):
            continue
        made = book.create_sheet(sheet.title)
        for row in sheet.iter_rows(values_only=True):
            if new_rows or not any(isinstance(cell, str) and cell.startswith("GENERAL-") for cell in row):
                made.append(row)
    return saved(book)


CELLS: dict[tuple[str, str, str], object] = {(F, PAPER, "値"): 5000, (P, "P1", "備考"): "様式を改めた"}


@pytest.mark.parametrize("left", ["everything that can be seen", "no instructions", "codes of rows alone"])
def test_a_workbook_whose_hidden_sheet_was_lost_is_recognised_by_its_codes(store: Store, left: str) -> None:
    content = filled(take_template(store, "GENERAL", PERIOD, actor=ANNA), CELLS)
    take_template(store, "GENERAL", "FY2022-Q4", actor=ANNA)
    take_template(store, "DIGITAL", PERIOD, actor=DAI)
    lost = without_mark(content, instructions=left == "everything that can be seen", new_rows=left != "codes of rows alone")
    assert is_bureau_workbook(lost) and "_mieruka" not in openpyxl.load_workbook(io.BytesIO(lost)).sheetnames
    whole, read = (read_workbook(each, store=store, today=IN_TIME) for each in (content, lost))
    assert whole.mark is not None and read.mark is not None and whole.mark.template_id == read.mark.template_id
    assert [(r.key, r.changed, r.issued_vintage) for r in read.rows] == [(r.key, r.changed, r.issued_vintage) for r in whole.rows]
    assert [p.rule for p in read.warnings if p.kind == "mark"] == ["mark_lost"], "it is said, and confirmed"


def test_what_changed_after_it_was_issued_is_asked_about_though_the_sheet_is_lost(store: Store) -> None:
    content = filled(take_template(store, "GENERAL", PERIOD, actor=ANNA), CELLS)
    later = b"indicator_code,bureau_code,period_code,value,source_code\npaper_sheets,GENERAL,FY2022-Q3,4000,PLAN\n"
    assert not load_file(store, later, name="later.csv", kind="observations.csv").problems
    given(store, without_mark(content, instructions=False))
    (conflict,) = reports.opened(store, 1, viewer=ANNA, as_of=IN_TIME).comparison.unresolved
    assert (conflict.old, conflict.new) == (4000.0, 5000.0)


def test_a_part_stays_a_part_and_who_may_not_is_refused_though_the_sheet_is_lost(store: Store) -> None:
    content = filled(take_template(store, "GENERAL", PERIOD, actor=ANNA, section=DOCUMENTS), {(F, PAPER, "値"): 5000})
    assert read_workbook(without_mark(content), store=store, today=IN_TIME).part == DOCUMENTS
    for who in (DAI, OFFICE):
        with pytest.raises(NotAllowed):
            receive(store, without_mark(content), actor=who, name="x.xlsx", today=IN_TIME)


@needs_libreoffice
def test_the_same_after_libreoffice_saved_what_a_gateway_left(store: Store, tmp_path: Path) -> None:
    lost = resaved(without_mark(filled(take_template(store, "GENERAL", PERIOD, actor=ANNA), CELLS)), tmp_path)
    read = given(store, lost).reading
    assert sorted((r.key[0], *r.changed) for r in read.rows) == [("P1", "note_ja"), (PAPER, "value", "is_year_to_date")]
