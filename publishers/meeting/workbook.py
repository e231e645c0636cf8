"""The meeting material as a workbook: native tables and charts, editable in Excel or LibreOffice."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Sequence
from datetime import date

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from charts.style import OFFICE_FONT
from charts.ticks import ticks_between
from kpis.as_text import shown
from kpis.figures.scorecard import shown_figure
from kpis.languages import say
from kpis.text import format_date, format_value
from telling import meeting
from telling.blocks import Block, Link, Number
from telling.blocks import Cell as Told
from telling.indicator import stretches_of
from telling.meeting import QuarterReport

BLUE, GREY = "0017C1", "626264"
LINE = 16  # points; height of a line of 11 point text
SPARE = 1.1  # lines break between words, so about a tenth of each stays blank
CHART_ROWS, SHEET_ROWS = 18, 40  # rows of a chart with what is below it, and of a sheet of paper
THOUSAND = 1000  # up to here the program's own number format is used: 0.5 stays 0.5
Cell = str | float | int | bool | date | None


def report_book(report: QuarterReport) -> bytes:
    """Write the workbook and return its bytes."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    _summary(first, report)
    for word, fill in SHEETS.items():
        fill(book.create_sheet(report.words(word)), report)
    book[report.words("report_indicators")].page_setup.paperSize = 8  # A3
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
    cell = sheet.cell(row, column, shown(value))
    if isinstance(value, str):
        cell.data_type = "s"  # text is never a formula, whatever it begins with
    cell.font = Font(name=OFFICE_FONT, bold=bold, size=size)
    cell.alignment = Alignment(vertical="top", wrap_text=wrap)
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"


def _head(sheet: Worksheet, report: QuarterReport, title: str) -> int:
    """Write the sheet's title, the date, and the sample warning if it is one; return the next free row."""
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
    """Write a native table and return the next free row; without rows no table is made."""
    for at, word in enumerate(header, start=1):
        _put(sheet, row, at, word, bold=True, wrap=True)
    for n, line in enumerate(rows, start=1):
        for at, (value, width) in enumerate(zip(line, widths, strict=True), start=1):
            _put(sheet, row + n, at, value, wrap=_lines(value, width) > 1)
    for at, width in enumerate(widths, start=1):
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = max(width, sheet.column_dimensions[letter].width or 0)
    for n, line in enumerate([header, *rows]):
        tallest = max(_lines(value, width) for value, width in zip(line, widths, strict=True))
        if tallest > 1:
            sheet.row_dimensions[row + n].height = LINE * tallest
    if rows:
        table = Table(displayName=name, ref=f"A{row}:{get_column_letter(len(header))}{row + len(rows)}")
        table.tableStyleInfo = TableStyleInfo(name="TableStyleMedium2", showRowStripes=True)
        sheet.add_table(table)
    return row + len(rows) + 2


def _lines(value: Cell, width: int) -> int:
    """Return the number of lines of a cell in a column of ``width`` characters; LibreOffice sets row height to one line by default."""
    return max(1, math.ceil(_wide(value) * SPARE / width))


def _wide(value: Cell) -> int:
    """Return the width of a text in characters of half a kanji; 0 for what is no text."""
    return sum(2 if ord(c) > 0x2000 else 1 for c in value) if isinstance(value, str) else 0


def _summary(sheet: Worksheet, report: QuarterReport) -> None:
    words = report.words
    sheet.title = words("report_summary")
    row = _head(sheet, report, report.title)
    for sentence in report.sentences():
        _put(sheet, row, 1, words("bullet", text=sentence), wrap=True)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=8)
        sheet.row_dimensions[row].height = 18 * _lines(sentence, 130)
        row += 1
    statuses, start = meeting.statuses(report), row + 1
    _told(sheet, report, statuses, [22, 12], row=start)
    chart = _bars(sheet, statuses.title, start, len(statuses.rows), column=2)
    chart.style, chart.dataLabels = 10, DataLabelList()
    chart.dataLabels.showVal = True
    chart.dataLabels.showCatName = chart.dataLabels.showSerName = chart.dataLabels.showLegendKey = False
    chart.y_axis.numFmt, chart.y_axis.majorGridlines = "0", None
    chart.height, chart.width = 8.5, 16
    sheet.add_chart(chart, f"D{start}")
    for at in range(3, 9):
        sheet.column_dimensions[get_column_letter(at)].width = 15


def _bars(sheet: Worksheet, title: str, start: int, count: int, *, column: int) -> BarChart:
    """Return a bar chart of one column of a table that begins in row ``start``: one bar per row, the first on top."""
    chart = BarChart()
    chart.type, chart.legend, chart.title = "bar", None, title
    chart.add_data(Reference(sheet, min_col=column, min_row=start, max_row=start + count), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=start + 1, max_row=start + count))
    chart.series[0].graphicalProperties.solidFill = BLUE
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.tickLblSkip = 1  # each bar has its name
    return chart


def _value(cell: Told) -> Cell:
    """Return the workbook cell of a block cell: the number itself, not its text."""
    value = cell.value if isinstance(cell, Number) else cell.words if isinstance(cell, Link) else cell
    return float(value) if isinstance(value, float) else value


def _told(sheet: Worksheet, report: QuarterReport, block: Block, widths: Sequence[int], *, frozen: int = 0, row: int = 0) -> int:
    """Write a block as a native table under the title of its sheet, and return the next free row.

    Args:
        widths: of the columns, in characters.
        frozen: number of frozen columns.
        row: first row of the table on a sheet that already has a title.
    """
    row = row or _head(sheet, report, block.title)
    if not block.rows and block.why_empty:
        _put(sheet, row, 1, block.why_empty)
        return row + 2
    if frozen:
        sheet.freeze_panes = sheet.cell(row + 1, frozen + 1)
    return _rows(sheet, block.key, row, block.columns, block.rows, widths, report.words.language)


def _rows(
    sheet: Worksheet,
    name: str,
    row: int,
    header: Sequence[str],
    rows: Sequence[Sequence[Told]],
    widths: Sequence[int],
    language: str,
) -> int:
    """Write rows as a native table, numbers with their number formats and links as hyperlinks, and return the next free row."""
    free = _table(sheet, name, row, header, [[_value(c) for c in line] for line in rows], widths)
    for n, line in enumerate(rows, start=1):
        for at, cell in enumerate(line, start=1):
            if isinstance(cell, Link):
                sheet.cell(row + n, at).hyperlink = cell.address
            if isinstance(cell, Number) and cell.value is not None:
                sheet.cell(row + n, at).number_format = as_read(cell, language)
    return free


def as_read(number: Number, language: str) -> str:
    """Return the number format with the decimals and marks of a number's text: 約, 速報値, 超; the cell holds the number itself."""
    text, value = number.text, number.value or 0.0
    digits = re.search(r"[\d,]+(?:\.(\d+))?", text)
    places = len(digits[1] or "") if digits else 1
    if digits is None or round(abs(value), places) != float(digits[0].replace(",", "")):
        places = 0 if value == round(value) else 1  # 1.2 million is written out
    before = text[: digits.start()].strip("+−±-") if digits else ""
    after = "".join(
        end
        for key in ("say_more_than", "say_preliminary")
        if (end := say(key, language, number="\0").split("\0")[1]) and end in text
    )
    core = "#,##0" + (f".{'0' * places}" if places else "")
    marks = [f'"{mark}"' if mark else "" for mark in (before.replace('"', ""), after)]
    return ";".join(f"{marks[0]}{sign}{core}{marks[1]}" for sign in (("", "-") if any(marks) else ("",)))


def axis_ends(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the least and the greatest value of an axis, and its step: as in all charts, so that shares end at 100% and not at 120%."""
    ticks = ticks_between(min(0.0, *values), max(0.0, *values) or 1.0)
    return ticks[0], ticks[-1], ticks[1] - ticks[0]


def axis_format(values: Sequence[float]) -> str:
    """Return the number format of an axis: with thousands separators if needed, else with the decimals of its ticks."""
    return "#,##0" if max(map(abs, values), default=0) >= THOUSAND else "General"


def _series(sheet: Worksheet, report: QuarterReport) -> None:
    words, language = report.words, report.words.language
    row = _head(sheet, report, words("report_series"))
    series_drawn = report.drawn()
    if not series_drawn:
        _put(sheet, row, 1, words("no_series"))
        return
    top = 1  # the first row of the sheet of paper
    for number, one in enumerate(series_drawn):
        definition = one.scored.entry.definition
        unit = words.named(definition, "unit")
        by_period = {figure.period_code: figure for figure in one.scored.figures}
        rows = [
            (
                p.label(language), Number(value, shown_figure(one.scored, by_period[p.code], language)),
                Number(planned, "" if planned is None else format_value(planned, definition, language, is_worked_out=True)),
            )
            for p, value, planned in one.points
        ]  # fmt: skip
        tall = max(CHART_ROWS, len(rows) + 3)
        if row - top + tall > SHEET_ROWS and row > top:
            sheet.row_breaks.append(Break(id=row - 1))
            top = row
        start = row + 1
        _put(sheet, row, 1, f"{words.named(definition)} ({unit})", bold=True)
        heads = [words("period"), words("actual"), words("planned")]
        row = _rows(sheet, f"series_{number}", start, heads, rows, [24, 16, 16], language)
        # Figures that no line may connect (year-to-date sums, quarters beside years): columns.
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
        chart.y_axis.title, chart.legend.position = unit, "b"
        values = [v for _, value, planned in one.points for v in (value, planned) if v is not None]
        chart.y_axis.numFmt = axis_format(values)
        chart.y_axis.scaling.min, chart.y_axis.scaling.max, chart.y_axis.majorUnit = axis_ends(values)
        sheet.add_chart(chart, f"E{start}")
        row = max(row, start - 1 + CHART_ROWS)


def _bureaus(sheet: Worksheet, report: QuarterReport) -> None:
    words = report.words
    start = _told(sheet, report, meeting.coverage(report), [34, 18, 10, 10, 14, 14, 10, 16, 50, 10])
    block = meeting.bureaus(report)
    header, lines = block.columns, [[_value(c) for c in line] for line in block.rows]
    longest = [max((_wide(line[n]) for line in lines), default=0) for n in range(1, len(header))]
    if lines:
        sheet.row_breaks.append(Break(id=start - 1))
        sheet.print_title_rows = f"{start}:{start}"
    _told(sheet, report, block, [34, *(min(max(14, wide), 40) for wide in longest)], row=start)
    numeric = next((n for n in range(1, len(header), 2) if any(isinstance(line[n], float) for line in lines)), None)
    if numeric is not None:
        chart = _bars(sheet, f"{header[numeric]} {words('report_bar_note')}", start, len(lines), column=numeric + 1)
        chart.y_axis.scaling.min = 0
        chart.height, chart.width = max(8.0, 0.75 * len(lines)), 20
        sheet.row_breaks.append(Break(id=start + len(lines) + 1))
        sheet.add_chart(chart, f"A{start + len(lines) + 3}")


def _one(
    tell: Callable[[QuarterReport], Block], widths: Sequence[int], frozen: int = 0
) -> Callable[[Worksheet, QuarterReport], object]:
    """Return a function that fills a sheet with one block, whose headings are printed on each page."""

    def fill(sheet: Worksheet, report: QuarterReport) -> None:
        _told(sheet, report, tell(report), widths, frozen=frozen)
        for table in sheet.tables.values():
            heading = re.search(r"\d+", table.ref)
            assert heading is not None
            sheet.print_title_rows = f"{heading[0]}:{heading[0]}"

    return fill


SHEETS: dict[str, Callable[[Worksheet, QuarterReport], object]] = {
    "report_indicators": _one(meeting.indicators, [34, 9, 16, 14, 10, 12, 12, 12, 12, 16, 12, 16, 14, 60, 40, 10, 28], 1),
    "report_series": _series,
    "report_projects": _one(meeting.projects, [10, 44, 14, 14, 24, 30, 8, 8, 8, 12, 8, 60], 2),
    "report_milestones": _one(meeting.milestones, [10, 48, 24, 24, 22, 10, 14, 14, 18, 40, 10]),
    "report_bureaus": _bureaus,
    "report_changes": _one(meeting.changes, [38, 40, 40, 50]),
}
