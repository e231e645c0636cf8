"""The meeting material as a workbook: native tables and charts that a colleague can edit in Excel or LibreOffice."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from kpis.figures.projects import Milestone
from kpis.figures.records import value_of
from kpis.figures.scorecard import Scored, tally
from kpis.figures.sentences import standing_word
from kpis.periods import parse_period
from kpis.text import format_date, status_word
from publishers.meeting.material import QuarterReport
from telling.indicator import stretches_of
from telling.overview import LESSES, stands
from telling.shifts import reasons, stood

FONT = "游ゴシック"
BLUE, GREY = "0017C1", "626264"
Cell = str | float | int | bool | date | None


def report_book(report: QuarterReport) -> bytes:
    """Write the workbook and return its bytes."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    _summary(first, report)
    for word, fill in (
        ("report_indicators", _indicators), ("report_series", _series), ("report_projects", _projects),
        ("report_milestones", _milestones), ("report_bureaus", _bureaus), ("report_changes", _changes),
    ):  # fmt: skip
        fill(book.create_sheet(report.words(word)), report)
    for sheet in book.worksheets:
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.page_setup.paperSize or 9
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(sheet is first)
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.oddFooter.center.text = f"{report.title}  &P / &N"
    book.properties.title = report.title
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _put(sheet: Worksheet, row: int, column: int, value: Cell, *, bold: bool = False, size: int = 11, wrap: bool = False) -> None:
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"  # a text is never a formula, whatever it begins with
    cell.font = Font(name=FONT, bold=bold, size=size)
    cell.alignment = Alignment(vertical="top", wrap_text=wrap)
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"


def _head(sheet: Worksheet, report: QuarterReport, title: str) -> int:
    """Write the sheet's title, the day, and that all is a sample where it is; return the next free row."""
    _put(sheet, 1, 1, title, bold=True, size=16)
    sheet.row_dimensions[1].height = 28
    _put(sheet, 2, 1, report.words("report_as_of", day=format_date(report.as_of, report.words.language)))
    if report.is_sample:
        _put(sheet, 3, 1, report.words("sample_banner"), bold=True)
        sheet.cell(3, 1).fill = PatternFill("solid", fgColor="FFF2B3")
        return 5
    return 4


def _table(
    sheet: Worksheet, name: str, row: int, header: Sequence[str], rows: Sequence[Sequence[Cell]], widths: Sequence[int]
) -> int:
    """Write a native table and return the next free row; with no row a table is not made."""
    for at, word in enumerate(header, start=1):
        _put(sheet, row, at, word, bold=True, wrap=True)
    for n, line in enumerate(rows, start=1):
        for at, value in enumerate(line, start=1):
            _put(sheet, row + n, at, value, wrap=isinstance(value, str) and len(value) > 20)
            if isinstance(value, float):
                sheet.cell(row + n, at).number_format = "#,##0" if value == round(value) else "#,##0.0"
    for at, width in enumerate(widths, start=1):
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = max(width, sheet.column_dimensions[letter].width or 0)
    if rows:
        table = Table(displayName=name, ref=f"A{row}:{get_column_letter(len(header))}{row + len(rows)}")
        table.tableStyleInfo = TableStyleInfo(name="TableStyleMedium2", showRowStripes=True)
        sheet.add_table(table)
    return row + len(rows) + 2


def _summary(sheet: Worksheet, report: QuarterReport) -> None:
    words, language = report.words, report.words.language
    sheet.title = words("report_summary")
    row = _head(sheet, report, report.title)
    for sentence in report.sentences():
        _put(sheet, row, 1, f"・{sentence}" if language == "ja" else f"• {sentence}", wrap=True)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=8)
        wide = sum(2 if ord(c) > 0x2000 else 1 for c in sentence)
        sheet.row_dimensions[row].height = 18 * (wide // 130 + 1)
        row += 1
    held = [(text, count) for _, _, text, count in stands(tally(report.scored), words)]
    start = row + 1
    row = _table(sheet, "statuses", start, [words("statuses_one"), words("report_count")], held, [22, 12])
    chart = BarChart()
    chart.type, chart.style, chart.legend = "bar", 10, None
    chart.title = words("report_status_chart")
    chart.add_data(Reference(sheet, min_col=2, min_row=start, max_row=start + len(held)), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=start + 1, max_row=start + len(held)))
    chart.series[0].graphicalProperties.solidFill = BLUE
    chart.dataLabels = DataLabelList()
    chart.dataLabels.showVal = True
    chart.dataLabels.showCatName = chart.dataLabels.showSerName = chart.dataLabels.showLegendKey = False
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.numFmt, chart.y_axis.majorGridlines = "0", None
    chart.height, chart.width = 8.5, 16
    sheet.add_chart(chart, f"D{start}")
    for at in range(3, 9):
        sheet.column_dimensions[get_column_letter(at)].width = 15


def _number(item: Scored, which: str) -> float | None:
    figure = getattr(item.judgement, which)
    return None if figure is None else value_of(item.entry.definition, figure)


def _indicators(sheet: Worksheet, report: QuarterReport) -> None:
    words, language = report.words, report.words.language
    row = _head(sheet, report, words("report_indicators"))
    header = [
        words("indicators_one"), words("project"), words("period"), words("actual"), words("unit"), words("target"), words("planned"),
        words("compare_variance"), words("previous"), words("year_earlier"), words("statuses_one"), words("report_sentence"),
        words("source"), "is_sample", words("project_code"),
    ]  # fmt: skip
    rows: list[Sequence[Cell]] = []
    for item in report.scored:
        judged, definition = item.judgement, item.entry.definition
        figure = judged.figure
        actual = _number(item, "figure")
        source = report.moment.book.sources.get(figure.source_code) if figure else None
        rows.append(
            [
                words.named(definition), item.entry.project_code, figure.period.label(language) if figure else "",
                report.shown(item, figure) if figure and actual is None else actual, words.named(definition, "unit"),
                judged.goal.value if judged.goal else None, judged.planned_value, judged.variance, _number(item, "previous"),
                _number(item, "year_earlier"), standing_word(judged, language),
                judged.sentence_en if language == "en" else judged.sentence_ja, source.url if source else "",
                bool(figure and figure.is_sample), definition.code,
            ]
        )  # fmt: skip
    _table(sheet, "indicators", row, header, rows, [34, 9, 16, 14, 10, 12, 12, 12, 12, 12, 14, 60, 40, 10, 28])
    sheet.freeze_panes = sheet.cell(row + 1, 2)
    sheet.page_setup.paperSize = 8  # A3


def _series(sheet: Worksheet, report: QuarterReport) -> None:
    words, language = report.words, report.words.language
    row = _head(sheet, report, words("report_series"))
    drawn = report.drawn()
    if not drawn:
        _put(sheet, row, 1, words("no_series"))
        return
    for number, one in enumerate(drawn):
        definition = one.scored.entry.definition
        unit = words.named(definition, "unit")
        rows = [(p.label(language), value, planned) for p, value, planned in one.points]
        start = row + 1
        _put(sheet, row, 1, f"{words.named(definition)} ({unit})", bold=True)
        row = _table(
            sheet, f"series_{number}", start, [words("period"), words("actual"), words("planned")], rows, [24, 16, 16]
        )  # fmt: skip
        # Figures that no one line may join (sums since April, quarters beside years): columns.
        is_counter = len(stretches_of(one.scored)) > 1
        chart = BarChart() if is_counter else LineChart()
        chart.title, chart.height, chart.width = words.named(definition), 7.5, 18
        chart.add_data(Reference(sheet, min_col=2, max_col=3, min_row=start, max_row=start + len(rows)), titles_from_data=True)
        chart.set_categories(Reference(sheet, min_col=1, min_row=start + 1, max_row=start + len(rows)))
        for series, colour in zip(chart.series, (BLUE, GREY), strict=True):
            if is_counter:
                series.graphicalProperties.solidFill = colour
                continue
            series.graphicalProperties.line.solidFill, series.graphicalProperties.line.width = colour, 28_000
            series.smooth = False
        if not is_counter:
            actual, plan = chart.series
            actual.marker.symbol, actual.marker.size = "circle", 7
            actual.marker.graphicalProperties.solidFill = BLUE
            plan.graphicalProperties.line.dashStyle, plan.marker.symbol = "dash", "none"
        chart.x_axis.delete = chart.y_axis.delete = False
        chart.y_axis.title, chart.y_axis.numFmt, chart.legend.position = unit, "#,##0", "b"
        if min(v for _, v, _ in one.points) >= 0:
            chart.y_axis.scaling.min = 0
        sheet.add_chart(chart, f"E{start - 1}")
        row = max(row, start + 17)
        if number % 2:
            sheet.row_breaks.append(Break(id=row - 2))


def _projects(sheet: Worksheet, report: QuarterReport) -> None:
    words, language = report.words, report.words.language
    row = _head(sheet, report, words("report_projects"))
    header = [
        words("project_code"), words("project_name"), words("computed_status"), words("confidence"), words("confidence_reason"),
        words("report_judged"), words("state_done"), words("state_late"), words("state_missed"), words("state_not_seen"), words("state_coming"),
        words("project_goal"),
    ]  # fmt: skip
    rows: list[Sequence[Cell]] = []
    for project in report.core:
        said = project.confidence
        counts = ", ".join(f"{text} {count}" for _, _, text, count in stands(project.tally, words))
        rows.append(
            [
                project.code, words.named(project.row), status_word(project.status, language),
                words("confidence_" + said["confidence"]) if said else words("confidence_none"), said["reason"] if said else "",
                counts, *(project.count_of(s) for s in ("done", "late", "missed", "not_seen", "coming")), words.named(project.row, "goal"),
            ]
        )  # fmt: skip
    _table(sheet, "projects", row, header, rows, [10, 44, 14, 14, 24, 30, 8, 8, 8, 12, 8, 60])
    sheet.freeze_panes = sheet.cell(row + 1, 3)


def _milestones(sheet: Worksheet, report: QuarterReport) -> None:
    words, language = report.words, report.words.language
    row = _head(sheet, report, words("report_milestones"))
    header = [
        words("project_code"), words("milestones"), words("planned_day"), words("replanned_day"), words("actual_day"), words("slip_days"),
        words("milestone_state"), words("reported_in"), "is_sample",
    ]  # fmt: skip

    def line(m: Milestone) -> list[Cell]:
        return [
            m.project_code, words.named(m), " → ".join(g.label(language) for g in m.planned),
            " → ".join(g.label(language) for g in m.replanned), m.actual.label(language) if m.actual else "", m.slip_days, words("state_" + m.state),
            m.reported_period, m.is_sample,
        ]  # fmt: skip

    if not report.milestones:
        _put(sheet, row, 1, words("report_no_milestones"))
        return
    _table(sheet, "milestones", row, header, [line(m) for m in report.milestones], [10, 48, 24, 24, 22, 10, 14, 14, 10])


def _bureaus(sheet: Worksheet, report: QuarterReport) -> None:
    words, language = report.words, report.words.language
    row = _head(sheet, report, words("report_bureaus"))
    if not report.coverage:
        _put(sheet, row, 1, words("report_no_bureaus"))
        row += 2
    else:
        names = {u.code: words.named(u) for u in report.moment.organisation.units}
        rows: list[Sequence[Cell]] = []
        for item, rolled in report.coverage:
            total = value_of(item.entry.definition, rolled.figure) if rolled.figure else None
            rows.append(
                [
                    words.named(item.entry.definition), parse_period(rolled.period_code).label(language), rolled.reported_count,
                    rolled.owing_count, total, rolled.official.value if rolled.official else None,
                    words.named(item.entry.definition, "unit"),
                    words("report_complete") if rolled.is_complete else words("report_partial"),
                    words("list_comma").join(names.get(c, c) for c in rolled.left_out),
                    bool(rolled.figure and rolled.figure.is_sample),
                ]
            )  # fmt: skip
        header = [
            words("indicators_one"), words("period"), words("report_reported"), words("report_owing"), words("report_sum"),
            words("report_official"), words("unit"), words("report_judgeable"), words("report_missing"), "is_sample",
        ]  # fmt: skip
        row = _table(sheet, "coverage", row, header, rows, [34, 18, 10, 10, 14, 14, 10, 16, 50, 10])
    themes = {
        i.entry.theme: i for i in reversed(report.scored) if i.entry.is_headline and i.entry.is_reported_by_bureaus and i.entry.theme in LESSES
    }  # fmt: skip
    columns = [theme for theme in LESSES if theme in themes]
    start = row
    lines: list[list[Cell]] = []
    for bureau in report.bureaus:
        held = {s.entry.definition.code: s for s in bureau.scored}
        line: list[Cell] = [words.named(bureau.unit)]
        for theme in columns:
            own = held.get(themes[theme].entry.definition.code)
            number = None if own is None else _number(own, "figure")
            text = words("no_report") if own is None else report.shown(own, own.judgement.figure)
            line += [number if number is not None else text, "" if own is None else standing_word(own.judgement, language)]
        lines.append(line)
    header = [words("bureau")]
    for theme in columns:
        header += [words(theme), f"{words(theme)} {words('statuses_one')}"]
    _table(sheet, "bureaus", start, header, lines, [34, *[14] * (2 * len(columns))])
    numeric = next((n for n in range(1, len(header), 2) if any(isinstance(line[n], float) for line in lines)), None)
    if numeric is not None:
        chart = BarChart()
        chart.type, chart.legend = "bar", None
        chart.title = f"{header[numeric]} {words('report_bar_note')}"
        chart.add_data(Reference(sheet, min_col=numeric + 1, min_row=start, max_row=start + len(lines)), titles_from_data=True)
        chart.set_categories(Reference(sheet, min_col=1, min_row=start + 1, max_row=start + len(lines)))
        chart.series[0].graphicalProperties.solidFill = BLUE
        chart.x_axis.delete = chart.y_axis.delete = False
        chart.x_axis.scaling.orientation, chart.y_axis.scaling.min = "maxMin", 0
        chart.height, chart.width = max(8.0, 0.55 * len(lines)), 20
        sheet.add_chart(chart, f"A{start + len(lines) + 3}")


def _changes(sheet: Worksheet, report: QuarterReport) -> None:
    words, language = report.words, report.words.language
    row = _head(sheet, report, words("report_changes"))

    rows = [
        [
            words.named(s.after.entry.definition), stood(s.before, words), stood(s.after, words),
            words("list_comma").join(reasons(s, words)),
        ]
        for s in report.shifts
    ]  # fmt: skip
    if not rows:
        _put(sheet, row, 1, words("since_none", day=format_date(report.period.start, language)))
        return
    header = [words("since_indicator"), words("since_before"), words("since_after"), words("since_reason")]
    _table(sheet, "changes", row, header, rows, [38, 40, 40, 50])
