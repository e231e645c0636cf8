"""The bureau workbook in both directions: what is given out is read back, exactly, whoever saved it in between."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree
from typer.testing import CliRunner

from kpis.errors import FigureRefused, NotFound
from kpis.figures.records import Definition, Figure, value_of
from kpis.languages import written
from kpis.settings import settings as product_settings
from kpis.store import tables
from kpis.store.store import Store
from loaders.load import load_file
from loaders.workbook.annotate import mark_problems
from loaders.workbook.context import gather
from loaders.workbook.door import is_bureau_workbook, issue_template, read_workbook
from loaders.workbook.layout import KEYS, load_layout
from loaders.workbook.template import LINE, MOST_LINES, lines_in
from manage import app
from tests.libreoffice import needs_libreoffice, resaved
from tests.loaders.filled import BUREAU, PERIOD, F, M, P, S, edited, filled, make_store, template, with_cells

pytestmark = pytest.mark.edition


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return make_store(Path(tmp_path_factory.mktemp("workbook")))


# The template ----------------------------------------------------------------------------------------------------------


def test_an_untouched_template_says_nothing(store: Store) -> None:
    """No row, no problem, no doubt."""
    reading = read_workbook(template(store), store=store)
    assert reading.rows == [] and reading.problems == [] and reading.rows_count == 13 + 28 + 13
    assert reading.mark is not None and (reading.mark.bureau_code, reading.mark.period_code) == (BUREAU, PERIOD)


def test_a_template_keeps_the_rules_of_machine_readable_tables(store: Store) -> None:
    """Headings in the first row, no merged cells, no empty heading, the unit in its own column, one header row."""
    book = openpyxl.load_workbook(io.BytesIO(template(store)))
    for name in (F, P, S, M):
        sheet = book[name]
        headings = [cell.value for cell in sheet[1]]
        assert all(headings) and len(set(headings)) == len(headings)
        assert not sheet.merged_cells.ranges
    assert book[F]["C1"].value.startswith("値の単位") and book[F]["C3"].value == "枚"


@pytest.mark.parametrize(
    ("period", "line"),
    [(PERIOD, "提出期限 2023年2月28日(受付開始 2023年1月1日)"), ("FY2019-Q1", "受付期間は未定です。構造改革室に確認してください")],
)
def test_the_first_sheet_names_the_day_the_report_is_due(store: Store, period: str, line: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(store, period=period)))
    assert line in [row[0].value for row in book.worksheets[0].iter_rows()]


def test_only_inputs_are_unlocked(store: Store) -> None:
    """In every table a cell is unlocked just where its heading carries a mark of input and it is used."""
    book = openpyxl.load_workbook(io.BytesIO(template(store)))
    layout = load_layout()
    for key in KEYS:
        sheet = book[layout.sheets[key]]
        assert sheet.protection.sheet
        for column, cells in zip(layout.columns[key], sheet.iter_cols(min_row=2), strict=True):
            is_open = {not cell.protection.locked for cell in cells}
            assert is_open <= ({True, False} if column.input == "new" or column.kinds else {column.input in ("yes", "reason")})
    assert book["_mieruka"].sheet_state == "veryHidden" and book["_mieruka"].protection.sheet
    asked = {book[F].cell(row, 1).value: book[F].cell(row, 7).protection.locked for row in range(2, 15)}
    assert asked["タッチレス(Web相談・説明会)"] and not asked["コピー用紙調達量"]


def test_a_row_is_as_tall_as_what_is_filled_in_before(store: Store) -> None:
    """LibreOffice and Excel leave a row as it is stored: a code of two lines lay over the one below."""
    layout = load_layout()
    book = openpyxl.load_workbook(io.BytesIO(template(store)))
    seen = 0
    for name in ("observations", "commentaries"):
        sheet = book[layout.sheets[name]]
        for row in sheet.iter_rows(min_row=2):
            needed = max(
                lines_in(cell.value, sheet.column_dimensions[cell.column_letter].width)
                for cell in row
                if isinstance(cell.value, str)
            )
            seen += needed > 1
            assert (sheet.row_dimensions[row[0].row].height or LINE) >= LINE * min(MOST_LINES, needed), row[0].row
    assert seen


def test_every_input_has_a_check_or_a_message_in_japanese(store: Store) -> None:
    """Input columns carry a validation with a prompt; lists are the ranges of the sheet of choices."""
    book = openpyxl.load_workbook(io.BytesIO(template(store)))
    layout = load_layout()
    for key in KEYS:
        sheet = book[layout.sheets[key]]
        rules = {
            str(r).split(":")[0].rstrip("0123456789"): rule
            for rule in sheet.data_validations.dataValidation
            for r in rule.sqref.ranges
        }
        for at, column in enumerate(layout.columns[key], start=1):
            letter = openpyxl.utils.get_column_letter(at)
            if sheet.column_dimensions[letter].hidden or not column.input or column.input == "key":
                continue
            rule = rules[letter]
            assert (
                rule.showInputMessage
                and (column.message_ja[:10] in rule.prompt or (column.name == "value" and layout.rate_message[0] in rule.prompt))
                and len(rule.prompt) <= 255
                and len(rule.promptTitle) <= 32
            )
            if rule.type == "list":
                first, last = rule.formula1.split("!")[1].replace("$", "").split(":")
                words = [row[0].value for row in book["選択肢"][f"{first}:{last}"]]
                expected = [ja for ja, _ in layout.choices.get(column.choices, {}).values()]
                assert words[: len(expected)] == expected


def test_texts_that_look_like_formulas_stay_texts(tmp_path: Path) -> None:
    """A stored note that begins with = or reads #N/A is neither run nor an error in the template."""
    store = make_store(tmp_path)
    store_rows = "facility_code,name_ja,kind,bureau_code,cashless_status,source_code,note_ja\n" + "".join(
        f'X{i},施設{i},hall,{BUREAU},unknown,shintosei-8a0d3d80,"{note}"\n'
        for i, note in enumerate(["=1+1", "#N/A", "+SUM(A1)", "@x"])
    )
    assert not load_file(store, store_rows.encode(), name="notes.csv", kind="facilities.csv").problems
    content = template(store)
    sheet = openpyxl.load_workbook(io.BytesIO(content))[S]
    notes = {sheet.cell(r, 2).value: sheet.cell(r, 19) for r in range(2, 40)}
    assert [notes[f"X{i}"].value for i in range(4)] == ["=1+1", "#N/A", "+SUM(A1)", "@x"]
    assert all(cell.data_type not in ("f", "e") for cell in notes.values())
    assert read_workbook(content, store=store).rows == []


@pytest.mark.parametrize(
    ("period", "months", "quarters", "years"), [("FY2022-Q3", 2 * 3, 7, 0), ("2022-12", 2, 2, 0), ("FY2022", 0, 0, 9)]
)
def test_the_period_decides_which_figures_are_asked(store: Store, period: str, months: int, quarters: int, years: int) -> None:
    """A quarter asks monthly indicators three times; a month asks no quarterly ones; a year asks for the year."""
    kinds = [p for _, p in gather(store, BUREAU, period).figure_keys]
    assert sum("-Q" not in p and not p.startswith("FY") for p in kinds) == months + (2 if period == "2022-12" else 0)
    assert sum("-Q" in p for p in kinds) == (quarters if "-Q" in period else 0)
    assert sum(p == "FY2022" for p in kinds) == years


def test_bureaus_that_cannot_report_are_refused(store: Store) -> None:
    with pytest.raises(NotFound, match="WATERWORKS"):
        gather(store, "NOPE", PERIOD)
    with pytest.raises(FigureRefused, match="no bureau that reports"):
        gather(store, "TMG", PERIOD)
    with pytest.raises(FigureRefused, match="did not exist"):
        gather(store, "CHILDREN", "FY2021-Q1")
    with pytest.raises(FigureRefused, match="calendar year"):
        gather(store, BUREAU, "CY2022")


@pytest.mark.edition
@needs_libreoffice
def test_the_marked_copy_opens_in_libreoffice_and_keeps_its_comments(store: Store, tmp_path: Path) -> None:
    broken = with_cells(filled(template(store)), F, {"H7": "九百", "I8": None})
    problems = read_workbook(broken, store=store).problems
    again = resaved(mark_problems(broken, problems), tmp_path)
    sheet = openpyxl.load_workbook(io.BytesIO(again))[F]
    assert {c.coordinate for row in sheet for c in row if c.comment} == {"H7", "I8"}
    assert "九百" in sheet["H7"].comment.text
    assert read_workbook(again, store=store).problems == problems
    # Marked again after that, each cell has one comment and one fill.
    twice = openpyxl.load_workbook(io.BytesIO(mark_problems(again, problems[:1])))[F]
    assert [c.comment.text.count("【Mieruka】") for row in twice for c in row if c.comment] == [1]
    assert [str(r.sqref) for r in twice.conditional_formatting] == ["H7"]


# Meaning ---------------------------------------------------------------------------------------------------------------


def test_only_what_differs_is_reported_with_its_vintage(store: Store) -> None:
    """A corrected figure carries the vintage it was issued at, what was issued, and its reason; other rows are left out."""
    content = with_cells(template(store), F, {"G3": 1300, "Q3": "誤りの訂正", "R3": "集計の誤り"})
    (row,) = read_workbook(content, store=store).rows
    assert row.key == ("paper_sheets", BUREAU, PERIOD) and row.kind == "observation"
    assert (row.issued_vintage, row.issued["value"], row.fields["value"], row.changed) == (1, 1200.0, 1300.0, ("value",))
    assert (row.reason_class, row.reason_text, row.cell("value")) == ("error", "集計の誤り", "G3")


def test_a_blank_means_no_change_and_a_word_clears(store: Store) -> None:
    """Emptying a cell changes nothing; 消去 removes what was stored; 0 is 0."""
    content = with_cells(template(store), S, {"A2": None, "S2": "消去", "F3": "消去"})
    first, second = read_workbook(content, store=store).rows
    assert (first.fields["name_ja"], first.fields["note_ja"]) == ("恩賜上野動物園", "") and first.changed == ("note_ja",)
    assert second.changed == ("municipality_ja",)


def test_payment_methods_are_one_field_of_several_columns(store: Store) -> None:
    content = with_cells(template(store), S, {"J2": "いいえ", "L2": "はい"})
    (row,) = read_workbook(content, store=store).rows
    assert row.issued["payment_methods"] == "credit_card;e_money;qr_code"
    assert row.fields["payment_methods"] == "credit_card;qr_code;debit" and row.changed == ("payment_methods",)


def test_a_template_issued_before_another_change_still_tells_what_the_bureau_touched(tmp_path: Path) -> None:
    """A row that was changed in the register since is compared with what was issued, not with what is current."""
    store = make_store(tmp_path)
    content = with_cells(template(store), S, {"F2": "台東区上野公園"})
    changed = "facility_code,name_ja,kind,bureau_code,cashless_status,source_code,note_ja,municipality_ja,payment_methods,cashless_since,cashless_since_precision\n"
    changed += f"F001,上野動物園(改称),zoo,{BUREAU},introduced,shintosei-8a0d3d80,changed,台東区,credit_card,2021-06-01,month\n"
    assert load_file(store, changed.encode(), name="f.csv", kind="facilities.csv").accepted == 1
    (row,) = read_workbook(content, store=store).rows
    assert row.issued_vintage == 1 and row.changed == ("municipality_ja",)
    assert row.issued["name_ja"] == "恩賜上野動物園"
    assert str(row.issued["planned_for"]) == "2019-09-30", "a day that is blank now is a day again as issued"


def test_new_codes_of_two_templates_never_meet(store: Store) -> None:
    """Two templates give their new rows different codes; a new row without a code has one that sorting does not change."""
    first, _ = issue_template(store, BUREAU, PERIOD, actor="a")
    second, _ = issue_template(store, BUREAU, PERIOD, actor="b")
    codes = [{c.value for c in openpyxl.load_workbook(io.BytesIO(b))[P]["B"][1:]} for b in (first, second)]
    assert len(codes[0]) == 30 and not codes[0] & codes[1]
    entries = [with_cells(first, P, {f"B{r}": None, f"A{r}": "占用許可", f"L{r}": "未実施"}) for r in (5, 9)]
    keys = {read_workbook(b, store=store).rows[0].key for b in entries}
    assert len(keys) == 1


# Doubts ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "cells", "rule", "cell"),
    [
        (F, {"G3": 700, "Q3": "誤りの訂正", "R3": "数え直し"}, "cumulative_falls", "G3"),
        (F, {"G10": 310, "I10": 300}, "numerator_above_denominator", "G10"),
        (F, {"G7": 98.0}, "rate_disagrees", "G7"),
        (P, {"N2": date(2023, 1, 31)}, "done_in_future", "N2"),
        (P, {"Y2": 501}, "online_above_applications", "Y2"),
    ],
)  # fmt: skip
def test_what_can_be_read_but_is_odd_is_doubted(store: Store, sheet: str, cells: dict[str, Any], rule: str, cell: str) -> None:
    """A doubt is a warning at its cell with a rule and the row's key; nothing is an error."""
    content = with_cells(filled(template(store)), sheet, cells)
    (doubt,) = read_workbook(content, store=store, today=date(2023, 1, 15)).problems
    assert (doubt.grade, doubt.kind, doubt.rule, doubt.sheet, doubt.cell) == ("warning", "doubt", rule, sheet, cell)
    assert doubt.key


def test_a_cell_that_an_indicator_does_not_use_says_in_one_language_which_it_uses(store: Store) -> None:
    content = with_cells(template(store), F, {"J10": 5})
    (problem,) = read_workbook(content, store=store, today=date(2023, 1, 15)).problems
    assert problem.cell == "J10" and problem.found == "5"
    assert (
        written(problem.expected, "en")
        == "a blank: this indicator does not use it (to be filled in: value (at the end of the period), denominator)"
    )
    assert written(problem.expected, "ja").count("(") == 2 and "value" not in written(problem.expected, "ja")


def test_a_rate_within_its_last_digit_is_not_doubted(store: Store) -> None:
    content = with_cells(filled(template(store)), F, {"G7": 98.7, "H7": 987, "I7": 1000})
    assert read_workbook(content, store=store).problems == []


def test_a_jump_is_measured_against_the_bureaus_own_past(tmp_path: Path) -> None:
    """With six past changes a jump is doubted and a usual change is not; with fewer nothing is said."""
    store = make_store(tmp_path)
    values = {
        "2022-01": 800,
        "2022-02": 812,
        "2022-03": 820,
        "2022-04": 835,
        "2022-05": 841,
        "2022-06": 856,
        "2022-07": 866,
        "2022-08": 880,
    }
    past = "indicator_code,bureau_code,period_code,numerator,denominator,source_code\n"
    past += "".join(f"electronic_decision_rate,{BUREAU},{p},{v},1000,shintosei-8a0d3d80\n" for p, v in values.items())
    plain = with_cells(template(store), F, {"H7": 400, "I7": 1000})
    assert read_workbook(plain, store=store).problems == [], "too little past: silent"
    assert not load_file(store, past.encode(), name="earlier.csv", kind="observations.csv").problems
    (doubt,) = read_workbook(with_cells(template(store), F, {"H7": 400, "I7": 1000}), store=store).problems
    assert (doubt.rule, doubt.cell) == ("jump", "H7")
    assert read_workbook(with_cells(template(store), F, {"H7": 985, "I7": 1000}), store=store).problems == []


RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


# The marked copy -------------------------------------------------------------------------------------------------------


def test_marking_touches_nothing_but_the_marks(store: Store) -> None:
    """Every part stays byte for byte, except styles, comments and the lists that name them; of a marked sheet all but the marks."""
    broken = with_cells(filled(template(store)), F, {"H7": "九百"})
    marked = mark_problems(broken, read_workbook(broken, store=store).problems)
    with zipfile.ZipFile(io.BytesIO(broken)) as a, zipfile.ZipFile(io.BytesIO(marked)) as b:
        changed = {n for n in a.namelist() if a.read(n) != b.read(n)}
        added = set(b.namelist()) - set(a.namelist())
        sheet = "xl/worksheets/sheet2.xml"
        assert changed == {sheet, "xl/styles.xml", "[Content_Types].xml"}
        assert added == {"xl/comments_mieruka2.xml", "xl/drawings/vmlDrawing_mieruka2.vml", "xl/worksheets/_rels/sheet2.xml.rels"}
        before, after = etree.fromstring(a.read(sheet)), etree.fromstring(b.read(sheet))
        own = [child for child in after if b'N("Mieruka")=0' in etree.tostring(child) or child.get(RELATION) == "rIdMierukaV"]
        assert [etree.QName(child).localname for child in own] == ["conditionalFormatting", "legacyDrawing"]
        for child in own:
            after.remove(child)
        assert etree.tostring(before, method="c14n") == etree.tostring(after, method="c14n")


def test_charts_and_pictures_survive_marking(store: Store) -> None:
    """A chart that a user drew is still there; a library that writes the file anew would have lost or redrawn it."""

    def draw(book: Any) -> None:
        chart = openpyxl.chart.BarChart()
        chart.add_data(openpyxl.chart.Reference(book[F], min_col=8, min_row=6, max_row=9))
        book[F].add_chart(chart, "A20")
        book[F]["H7"] = "九百"
        book[F]["H8"].comment = openpyxl.comments.Comment("私のメモ", "me")

    broken = edited(filled(template(store)), draw)
    marked = mark_problems(broken, read_workbook(broken, store=store).problems)
    with zipfile.ZipFile(io.BytesIO(broken)) as a, zipfile.ZipFile(io.BytesIO(marked)) as b:
        assert a.read("xl/charts/chart1.xml") == b.read("xl/charts/chart1.xml")
    sheet = openpyxl.load_workbook(io.BytesIO(marked))[F]
    assert len(sheet._charts) == 1 and sheet["H8"].comment.text == "私のメモ" and "九百" in sheet["H7"].comment.text


# The command line ------------------------------------------------------------------------------------------------------


def test_the_command_line_issues_checks_and_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """template, then check: the mark tells that it is a bureau workbook; problems in the same form, and a marked copy."""
    store = make_store(tmp_path)
    monkeypatch.setenv("DATABASE_URL", store.url)
    product_settings.cache_clear()
    run, path = CliRunner(), tmp_path / "t.xlsx"
    made = run.invoke(app, ["template", "--bureau", BUREAU, "--period", PERIOD, "-o", str(path)])
    assert made.exit_code == 0 and is_bureau_workbook(path.read_bytes())
    assert run.invoke(app, ["check", str(path)]).exit_code == 0
    path.write_bytes(with_cells(path.read_bytes(), F, {"H7": "九百"}))
    checked = run.invoke(app, ["check", str(path), "--json", "--marked", str(tmp_path / "m.xlsx")])
    assert checked.exit_code == 1
    problems = json.loads(checked.stdout)["problems"]
    assert {(p["sheet"], p["cell"], p["kind"]) for p in problems} == {(F, "H7", "number"), (F, "I7", "missing")}
    assert openpyxl.load_workbook(tmp_path / "m.xlsx")[F]["H7"].comment is not None
    assert run.invoke(app, ["template", "--bureau", BUREAU, "--period", PERIOD, "-o", str(tmp_path / "t.csv")]).exit_code == 2
    product_settings.cache_clear()


# Around it -------------------------------------------------------------------------------------------------------------


def test_issuing_a_template_is_recorded_and_raises_no_revision(store: Store) -> None:
    before = store.revision()
    _, mark = issue_template(store, BUREAU, PERIOD, actor="somebody")
    events = store.all_of(tables.AuditEvent, subject=mark.template_id)
    assert [(e["actor"], e["action"]) for e in events] == [("somebody", "template_issued")] and store.revision() == before


def test_a_reduction_without_a_published_rate_is_worked_out() -> None:
    definition = Definition("x", "reduction", "higher", "", "", "%", "%")
    assert value_of(definition, Figure("2022-12", None, numerator=5, base_value=200)) == 97.5
    assert value_of(definition, Figure("2022-12", None, numerator=5, base_value=0)) is None
    assert value_of(definition, Figure("2022-12", 97.0, numerator=5, base_value=200)) == 97.0
