"""A report corrected on the page, and the workbook filled with it: one set of rules, and nothing that was written is lost."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from kpis.errors import ChangedMeanwhile, FigureRefused, NotAllowed, NotFound, StepRefused
from kpis.reporting import reports, submissions
from kpis.store import tables
from kpis.store.store import Store
from loaders.workbook.door import read_workbook
from loaders.workbook.present import correct_cells, grid, marked_copy, sheets_of, take_present
from loaders.workbook.submit import Received, take_template
from tests.loaders.test_parts import PAPER, RATE, SEALS, WHOLE, F, P, filled, given, told
from tests.small_government import ANNA, AYA, DAI, IN_TIME, OFFICE, PERIOD, say_causes, settle

pytestmark = pytest.mark.edition

COUNT, ALL, VALUE = "numerator", "denominator", "value"
RATE_ROW, PAPER_ROW, SEALS_ROW = (("observations", code, PERIOD) for code in (RATE, PAPER, SEALS))
P1 = ("procedures", "P1")


def begun(store: Store) -> Store:
    given(store, filled(take_template(store, "GENERAL", PERIOD, actor=ANNA), WHOLE))
    return store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return begun(settle(Store(f"sqlite:///{tmp_path / 'present.db'}"), tmp_path / "data"))


def typed(store: Store, edits: dict[tuple[str, ...], dict[str, object]], *, actor: str = ANNA, revision: int = 1) -> Received:
    return correct_cells(store, 1, actor=actor, revision=revision, edits=edits, today=IN_TIME)


def test_a_cell_is_corrected_in_place_and_the_workbook_and_the_next_upload_carry_it(reporting: Store) -> None:
    store = begun(reporting)
    assert sheets_of(store, 1, actor=ANNA)["observations"] == 4
    held = grid(store, 1, actor=ANNA, sheet="observations")
    assert held.rows[RATE_ROW][COUNT] == 800 and VALUE in held.rows[PAPER_ROW] and COUNT not in held.rows[PAPER_ROW]
    done = typed(store, {RATE_ROW: {COUNT: 900}, P1: {"note_ja": "様式を統合"}}, actor=AYA)
    assert done.reading.errors == [] and done.uploaded is not None and (done.uploaded.revision, done.uploaded.clashes) == (2, 0)
    rows = told(store)
    assert rows["observation", RATE, "GENERAL", PERIOD][COUNT] == 900 and rows["procedure", "P1"]["note_ja"] == "様式を統合"
    opened = reports.opened(store, 1, viewer=ANNA, as_of=IN_TIME)
    assert [(u.uploaded_by, u.file_sha256 is None) for u in opened.uploads] == [(ANNA, False), (AYA, True)]
    line = next(e for e in opened.events if e.action == "cell_corrected" and RATE in e.detail)
    assert line.actor == AYA and line.detail.endswith("numerator: 800.0 → 900.0") and line.cell.startswith(f"{F}!")
    with store.reading() as session:
        assert session.get(tables.SubmissionContributor, (1, AYA)) is not None  # four eyes: she decides nothing of it
    # The workbook says what the report says; what Anna leaves as it came is not hers, what she changes is.
    mine = take_present(store, 1, actor=ANNA)
    sheet = openpyxl.load_workbook(io.BytesIO(mine))[F]
    assert 900 in {cell.value for row in sheet.iter_rows() for cell in row}
    typed(store, {RATE_ROW: {COUNT: 910}}, actor=AYA, revision=2)
    again = given(store, filled(mine, {(F, PAPER, "値"): 5100, (P, "P2", "備考"): "確かめた"}))
    assert again.uploaded is not None and again.uploaded.clashes == 0
    rows = told(store)
    assert rows["observation", RATE, "GENERAL", PERIOD][COUNT] == 910
    assert rows["observation", PAPER, "GENERAL", PERIOD][VALUE] == 5100 and rows["procedure", "P2"]["note_ja"] == "確かめた"
    # Nothing changed: nobody writes anything, whoever brings it.
    before = told(store)
    same = given(store, take_present(store, 1, actor=AYA), actor=AYA)
    assert same.uploaded is not None and (told(store), same.uploaded.clashes) == (before, 0)


def test_what_is_wrong_is_named_as_in_the_workbook_and_nothing_is_kept(store: Store) -> None:
    wrong = {(F, RATE, "分子(実績の数)"): 5000, (F, SEALS, "値"): -1, (P, "P1", "うちオンライン件数(年)"): 5}
    cells: dict[tuple[str, ...], dict[str, object]] = {RATE_ROW: {COUNT: 5000}, SEALS_ROW: {VALUE: -1}, P1: {"online_count": 5}}
    by_file = read_workbook(
        filled(take_template(store, "GENERAL", PERIOD, actor=ANNA), {**WHOLE, **wrong}), store=store, today=IN_TIME
    )
    before = told(store)
    done = typed(store, cells)
    assert done.uploaded is None and told(store) == before
    said = [(p.kind, p.rule, p.grade, p.found, p.sheet, p.cell) for p in done.reading.problems]
    assert said and sorted(said) == sorted((p.kind, p.rule, p.grade, p.found, p.sheet, p.cell) for p in by_file.problems)
    with pytest.raises(FigureRefused):
        typed(store, {RATE_ROW: {COUNT: 800}})


def test_an_emptied_cell_takes_out_what_it_said_and_a_stored_value_comes_back(store: Store) -> None:
    typed(store, {PAPER_ROW: {VALUE: None}, P1: {"note_ja": ""}})
    rows = told(store)
    assert VALUE not in rows.get(("observation", PAPER, "GENERAL", PERIOD), {}) and "note_ja" not in rows.get(
        ("procedure", "P1"), {}
    )
    opened = reports.opened(store, 1, viewer=ANNA, as_of=IN_TIME)
    assert opened.report.completeness is not None and (PAPER, PERIOD) in opened.report.completeness.open
    typed(store, {PAPER_ROW: {VALUE: 7}}, revision=2)
    assert told(store)["observation", PAPER, "GENERAL", PERIOD][VALUE] == 7


def test_only_who_reports_the_rows_corrects_them_and_only_what_was_seen(store: Store) -> None:
    for who in (OFFICE, DAI):
        with pytest.raises((NotAllowed, NotFound)):
            typed(store, {RATE_ROW: {COUNT: 1}}, actor=who)
    typed(store, {RATE_ROW: {COUNT: 801}})
    with pytest.raises(ChangedMeanwhile):
        typed(store, {RATE_ROW: {COUNT: 802}})
    answer_all(store)
    with pytest.raises(StepRefused):
        typed(store, {RATE_ROW: {COUNT: 802}}, revision=2)
    with pytest.raises(StepRefused):
        take_present(store, 1, actor=ANNA)
    cell = ("observation", (RATE, "GENERAL", PERIOD), COUNT)
    submissions.give_back(store, 1, actor=OFFICE, revision=2, reason="確認", comments={cell: "801件でよいか <確認>"})
    with pytest.raises(NotAllowed):
        submissions.give_back(store, 1, actor=ANNA, revision=2, reason="確認")
    book = take_present(store, 1, actor=ANNA)
    sheet = openpyxl.load_workbook(io.BytesIO(book))[F]
    notes = {c.coordinate: (c.value, c.comment.text) for row in sheet.iter_rows() for c in row if c.comment}
    assert len(notes) == 1 and next(iter(notes.values()))[0] == 801 and "801件でよいか <確認>" in next(iter(notes.values()))[1]
    back = given(store, filled(book, {(F, RATE, "分子(実績の数)"): 803}))
    assert back.uploaded is not None and (back.uploaded.state, told(store)["observation", RATE, "GENERAL", PERIOD][COUNT]) == (
        "returned",
        803,
    )


def test_every_file_comes_back_with_its_marked_copy(store: Store) -> None:
    first = reports.original(store, 1, viewer=ANNA, revision=1)[1]
    typed(store, {RATE_ROW: {COUNT: 801}})
    given(store, filled(take_present(store, 1, actor=AYA), {(P, "P2", "備考"): "別"}), actor=AYA)
    assert reports.original(store, 1, viewer=ANNA, revision=1)[1] == first != reports.original(store, 1, viewer=ANNA)[1]
    with pytest.raises(NotFound):
        reports.original(store, 1, viewer=ANNA, revision=2)  # corrected on the page: there is no file
    with pytest.raises(NotFound):
        reports.original(store, 1, viewer=DAI, revision=1)
    with zipfile.ZipFile(io.BytesIO(marked_copy(store, 1, viewer=ANNA, revision=1, today=IN_TIME))) as archive:
        assert archive.testzip() is None


def answer_all(store: Store) -> None:
    opened = reports.opened(store, 1, viewer=ANNA, as_of=IN_TIME)
    submissions.confirm(store, 1, actor=ANNA, revision=2, reasons={w.id: "確認" for w in opened.warnings if not w.confirmed_by})
    say_causes(store, 1, actor=ANNA, revision=2, as_of=IN_TIME)
    submissions.submit(store, 1, actor=ANNA, revision=2, today=IN_TIME)
