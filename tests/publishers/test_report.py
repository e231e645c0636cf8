"""The meeting material: native charts and tables, the same numbers as the engine, one page that needs nothing else."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from typer.testing import CliRunner

import manage
from kpis.errors import PeriodUnreadable
from kpis.figures.records import value_of
from kpis.figures.rollup import RollUp
from kpis.figures.scorecard import score_all
from kpis.languages import say
from kpis.settings import settings
from kpis.state import State
from kpis.store.store import Store
from publishers.fonts import has_japanese
from publishers.meeting import workbook
from publishers.meeting.page import report_page
from publishers.meeting.workbook import as_read, axis_ends, axis_format, report_book
from telling.blocks import Number, Telling
from telling.indicator import series
from telling.meeting import QuarterReport, coverage, indicators, quarter_report
from tests.small_government import PERIOD, settle

pytestmark = pytest.mark.edition


@pytest.fixture(scope="module")
def report(tokyo: Store) -> QuarterReport:
    return quarter_report(State(tokyo), "FY2022-Q4")


@pytest.fixture(scope="module")
def book(report: QuarterReport) -> Workbook:
    return load_workbook(io.BytesIO(report_book(report)))


def test_the_workbook_holds_native_tables_and_charts(book: Workbook) -> None:
    assert book.sheetnames == ["要約", "指標", "推移", "プロジェクト", "マイルストーン", "局別", "前四半期からの変化"]
    assert [len(sheet.tables) for sheet in book][:5] == [1, 1, len(book["推移"].tables), 1, 1]
    assert len(book["要約"]._charts) == 1 and len(book["推移"]._charts) == len(book["推移"].tables) >= 8


def test_every_number_of_the_table_is_the_engines(book: Workbook, tokyo: Store) -> None:
    scored = {s.entry.definition.code: s for s in score_all(tokyo.book(), as_of=date(2023, 3, 31)) if s.entry.is_own_scope}
    sheet = book["指標"]
    table = next(iter(sheet.tables.values()))
    rows = [[cell.value for cell in row] for row in sheet[table.ref]]
    header, lines = rows[0], rows[1:]
    at = {name: header.index(name) for name in ("実績", "目標", "計画", "計画との差", "コード")}
    assert len(lines) == len(scored) == 159
    for line in lines:
        judged = scored[line[at["コード"]]].judgement
        value = value_of(scored[line[at["コード"]]].entry.definition, judged.figure) if judged.figure else None
        if value is not None:
            assert line[at["実績"]] == pytest.approx(value)
        for name, before in (("前回の期", judged.previous), ("前年同期の期", judged.year_earlier)):
            assert (line[header.index(name)] or "") == (before.period.label("ja") if before else "")
        for name, expected in (
            ("計画", judged.planned_value),
            ("計画との差", judged.variance),
            ("目標", judged.goal.value if judged.goal else None),
        ):
            assert (line[at[name]] is None) == (expected is None)
            if expected is not None:
                assert line[at[name]] == pytest.approx(expected)


def test_a_chart_draws_from_the_cells_beside_it(book: Workbook) -> None:
    """Who changes a number in the sheet changes the chart."""
    sheet = book["推移"]
    for chart in sheet._charts:
        reference = chart.series[0].val.numRef.f
        first, last = re.search(r"\$B\$(\d+):\$B\$(\d+)", reference).groups()  # type: ignore[union-attr]
        values = [sheet[f"B{n}"].value for n in range(int(first), int(last) + 1)]
        assert len(values) >= 2 and all(isinstance(v, (int, float)) for v in values)


def test_the_headings_of_a_long_table_are_printed_on_each_page(book: Workbook) -> None:
    for name in ("指標", "プロジェクト", "マイルストーン"):
        (table,) = book[name].tables.values()
        row = re.findall(r"\d+", table.ref)[0]
        assert book[name].print_title_rows == f"${row}:${row}", name


@pytest.mark.parametrize(("rows", "each"), [(40, 2), (24, 1)])
def test_a_series_that_does_not_fit_begins_the_next_sheet_of_paper(
    report: QuarterReport, monkeypatch: pytest.MonkeyPatch, rows: int, each: int
) -> None:
    """Two charts stood on each, however long the table beside one: six rows of it were alone on the next."""
    monkeypatch.setattr(workbook, "SHEET_ROWS", rows)
    sheet = load_workbook(io.BytesIO(report_book(report)))["推移"]
    ends = [0, *(end.id for end in sheet.row_breaks.brk), sheet.max_row + 1]
    tables = [tuple(map(int, re.findall(r"\d+", table.ref))) for table in sheet.tables.values()]
    on = Counter(max(end for end in ends if end < first - 1) for first, _ in tables)
    assert max(on.values()) == each and not any(first - 1 <= end < last for first, last in tables for end in ends)


def test_no_text_of_the_workbook_is_a_formula(book: Workbook) -> None:
    assert not [c.coordinate for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_a_row_is_as_high_as_the_lines_of_its_texts(book: Workbook) -> None:
    """Excel makes a row as high as what stands in it; LibreOffice prints one text over the next."""
    sheet = book["指標"]
    wrapped = low = 0
    for cell in (c for row in sheet.iter_rows(min_row=5) for c in row if isinstance(c.value, str)):
        wide = sum(2 if ord(c) > 0x2000 else 1 for c in cell.value)
        if wide > sheet.column_dimensions[cell.column_letter].width:
            wrapped += 1
            lines = -(-wide // int(sheet.column_dimensions[cell.column_letter].width))
            low += not cell.alignment.wrap_text or (sheet.row_dimensions[cell.row].height or 0) < 15 * lines
    assert wrapped > 50 and low == 0


def test_the_quarters_milestones_and_only_those(report: QuarterReport) -> None:
    assert report.milestones
    for m in report.milestones:
        days = [g.day for g in (m.due, m.actual) if g is not None]
        assert m.reported_period == "FY2022-Q4" or any(date(2023, 1, 1) <= d <= date(2023, 3, 31) for d in days), m.code


def test_the_conclusions_name_what_fell_short(report: QuarterReport, tokyo: Store) -> None:
    said = report.sentences()
    assert any(s.startswith("電子決定率: 未達。目標 100.0% に対し 99.8%、0.2ポイント届かず") for s in said)
    assert any("局別の報告はありません" in s for s in said), "no chart and no table without saying why"
    english = quarter_report(State(tokyo), "FY2022-Q4", language="en").sentences()
    assert len(english) == len(said) and not any(re.search(r"[ぁ-んァ-ヶ]", s) for s in english)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_needs_nothing_else(tokyo: Store, language: str) -> None:
    report = quarter_report(State(tokyo), "FY2022-Q4", language=language)
    page = report_page(report)
    assert f'<html lang="{language}">' in page and "@media print" in page
    assert "<script" not in page and not re.search(r'(src|href)="http', page) and "@import" not in page
    assert page.count("<svg") >= 16 and page.count("<svg") == page.count('role="img"')
    assert page.count('class="chart seen"') == page.count('class="chart printed" viewBox="0 0 440 ') == page.count("<svg") / 2, (
        "on paper as wide as its place"
    )
    drawn = [series(each.scored, Telling(report.words, report.moment)) for each in report.drawn()]
    numbered = sum(bool(shape.annotations) for shape in drawn if shape is not None)
    assert page.count('<ul class="an"') == numbered > 0, "what a circled number means stands below its chart"
    assert "99.8" in page and "72.0%" in page


def test_only_a_quarter_is_accepted(tokyo: Store) -> None:
    for wrong in ("FY2022", "2022-12", "soon"):
        with pytest.raises(PeriodUnreadable):
            quarter_report(State(tokyo), wrong)


def test_the_command_writes_workbook_page_slides_and_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reports that are overdue, as on the page of the meeting; without a Japanese font all but the PDF."""
    store = settle(Store(f"sqlite:///{tmp_path / 'own.db'}"), tmp_path / "data")
    with monkeypatch.context() as patch:
        for setting, value in (("DATABASE_URL", store.url), ("CATALOGUE_DIR", str(tmp_path / "data" / "catalogue"))):
            patch.setenv(setting, value)
        settings.cache_clear()
        for name, has_font in (("with", has_japanese()), ("without", False)):
            patch.setattr("publishers.commands.has_japanese", lambda has_font=has_font: has_font)
            words = ["report", "--period", PERIOD, "-o", str(tmp_path / f"{name}.xlsx"), "--language", "en"]
            done = CliRunner().invoke(manage.app, words)
            assert done.exit_code == 0, done.output
            made = {path.suffix: path.read_bytes()[:4] for path in tmp_path.glob(f"{name}.*")}
            assert {suffix for suffix in made if suffix != ".pdf"} == {".xlsx", ".html", ".pptx"} and made[".pptx"].startswith(
                b"PK"
            )
            assert (made.get(".pdf") == b"%PDF") == has_font
    settings.cache_clear()
    with zipfile.ZipFile(tmp_path / "with.pptx") as slides:
        told = " ".join(slides.read(n).decode() for n in slides.namelist() if n.endswith(".xml"))
    assert say("att_report_overdue", "en") in told and "Digital Services" in told


@pytest.mark.parametrize(
    ("value", "text", "language", "shown"),
    [
        (99.96, "99.96%", "ja", "#,##0.00"),  # with one decimal it would read 100.0, the target
        (31.81818, "31.8%", "ja", "#,##0.0"),
        (72.0, "72.0%", "ja", "#,##0.0"),
        (56_950_000.0, "約5,695万枚(R4年度)", "ja", '"約"#,##0;"約"-#,##0'),
        (-3_050_000.0, "about −3 million sheets", "en", '"about "#,##0;"about "-#,##0'),
        (3_000.0, "3,000件超(R4 Q3)", "ja", '#,##0"超";-#,##0"超"'),
        (3_000.0, "more than 3,000 cases", "en", '"more than "#,##0;"more than "-#,##0'),
        (12.5, "速報値12.5%", "ja", '"速報値"#,##0.0;"速報値"-#,##0.0'),
        (12.5, "12.5% (preliminary) (FY2022)", "en", '#,##0.0" (preliminary)";-#,##0.0" (preliminary)"'),
        (7_000.0, "約7,000 / 約14,600", "ja", '"約"#,##0;"約"-#,##0'),
        (-0.2, "−0.2ポイント", "ja", "#,##0.0"),
    ],
)
def test_a_cell_of_the_workbook_is_read_as_its_text(value: float, text: str, language: str, shown: str) -> None:
    assert as_read(Number(value, text), language) == shown


def test_what_is_about_is_marked_in_the_workbook_too(book: Workbook, report: QuarterReport) -> None:
    """A figure known to ten thousands must not stand there as if it were known to the sheet."""
    sheet, marked = book["指標"], 0
    for line, told in zip(sheet.iter_rows(min_row=5), indicators(report).rows, strict=True):
        for cell, one in zip(line, told, strict=True):
            if isinstance(one, Number) and one.value is not None:
                assert ("約" in cell.number_format) == ("約" in one.text), (cell.coordinate, one.text)
                marked += "約" in one.text
    assert marked > 20
    points = [c for row in book["推移"].iter_rows(min_col=2, max_col=2) for c in row if isinstance(c.value, (int, float))]
    assert sum("約" in c.number_format for c in points) > 10


def test_marks_of_an_axis_are_never_rounded_onto_each_other() -> None:
    assert [axis_format(values) for values in ([0.2, 0.7], [99.8, 72], [56_950_000], [])] == [
        "General",
        "General",
        "#,##0",
        "General",
    ]


def test_the_axis_of_a_native_chart_ends_at_the_whole_where_it_is_of_shares(book: Workbook) -> None:
    """A program that chooses for itself goes on to 120%."""
    assert [axis_ends(v) for v in ([99.8, 72.0], [0.0], [-38.0, 100.0])] == [(0, 100, 20), (0, 1, 0.2), (-50, 100, 50)]
    ends = {chart.y_axis.scaling.max for chart in book["推移"]._charts if chart.y_axis.title.tx.rich.p[0].r[0].t == "%"}
    assert ends and max(ends) <= 100, ends


def test_what_cannot_be_added_misses_nobody_who_reported(tmp_path: Path) -> None:
    """All bureaus reported in words: the sum is not made, and none of them is one that is not in it."""
    store = settle(Store(f"sqlite:///{tmp_path / 'own.db'}"), tmp_path / "data")
    report = quarter_report(State(store), PERIOD)
    item = report.scored[0]
    held = RollUp(period_code=PERIOD, figure=None, official=None, added=(), unaddable=("GENERAL",), missing=("DIGITAL",))
    vars(report)["coverage"] = [(item, held)]
    (row,) = coverage(report).rows
    assert (row[2], row[3], row[7], row[8]) == (1, 2, "合計しない", "デジタルサービス局")
