"""Write the template for a bureau: one for each bureau and period, prefilled, with only the inputs unlocked."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date, datetime
from functools import partial
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from charts.style import OFFICE_FONT
from kpis.as_text import clean
from kpis.kinds import is_percent
from kpis.languages import SOURCE, pair, say, side, written
from kpis.message import Message
from kpis.reporting.comparison import TemplateMark
from kpis.text import format_date
from loaders.workbook.context import Record, ReportContext
from loaders.workbook.identity import write_mark
from loaders.workbook.layout import COMMENTARIES, Column, InSheet, Layout
from loaders.workbook.prefilled import cell_value, places_of, rows_of, subject_words

_LINE = Side(style="thin", color="8C8C8C")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="00118F")
_INPUT_HEAD = PatternFill("solid", fgColor="FFF2B3")
_INPUT = PatternFill("solid", fgColor="FFFDF0")
_LOCKED = PatternFill("solid", fgColor="F2F2F2")
_UNUSED = PatternFill("lightUp", fgColor="8C8C8C")
_DAY = 'yyyy"年"m"月"d"日"'
LINE, MOST_LINES = 15.0, 4  # line height in points, and maximum lines shown of a long text
_TOP = Alignment(vertical="top", wrap_text=True)
_TOP_PLAIN = Alignment(vertical="top")
_FIRST_DAY, _LAST_DAY = 32874, 73050  # 1990-01-01 to 2099-12-31 as serial numbers of the 1900 system


def write_sheets(
    context: ReportContext,
    layout: Layout,
    mark: TemplateMark,
    vintages: Sequence[tuple[str, ...]],
    *,
    whose: tuple[str, str] | None = None,
) -> bytes:
    """Write the whole workbook and return its bytes.

    Args:
        vintages: (sheet, key …, vintage) of each prefilled row.
        whose: of a partial template, its section.
    """
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = layout.sheets["instructions"]
    _instruct(first, context, layout, mark, whose)
    lists = {name: tuple(ja for ja, _ in table.values()) for name, table in layout.choices.items()}
    lists["facility_kind"] = tuple(
        dict.fromkeys([*lists["facility_kind"], *(layout.label("facility_kind", k) for k in context.facility_kinds)])
    )
    lists["projects"] = tuple(context.projects)
    lists["subjects"] = tuple(subject_words(context))
    places = places_of(layout, lists)
    for sheet in layout.order:
        rows = rows_of(context, layout, sheet, mark)
        fill(book.create_sheet(layout.sheets[sheet]), sheet, rows, layout=layout, places=places, head=_head_of(context))
    _write_choices(book.create_sheet(layout.sheets["choices"]), context, layout, lists)
    write_mark(book.create_sheet(layout.sheets["mark"]), mark, vintages)
    return saved(book, mark, title=f"{_head_of(context)} {first.title}")


def saved(book: Workbook, mark: TemplateMark, *, title: str) -> bytes:
    """Return the bytes of a finished workbook."""
    book.active = 0
    book.properties.title, book.properties.creator = title, "Mieruka"
    book.properties.created = book.properties.modified = datetime.fromisoformat(mark.issued_at).replace(tzinfo=None)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head_of(context: ReportContext) -> str:
    return f"{context.bureau['name_ja']} {context.period.label()}"


def _write_choices(sheet: Worksheet, context: ReportContext, layout: Layout, lists: Mapping[str, tuple[str, ...]]) -> None:
    headings = {c.choices: c.heading_ja for columns in layout.columns.values() for c in columns if c.choices}
    of_subjects = {word: (code, context.subjects[code]["name_en"]) for word, code in subject_words(context).items()}
    rows = []
    for name, words in lists.items():
        english = {ja: (code, en) for code, (ja, en) in layout.choices.get(name, {}).items()}
        for word in words:
            texts = of_subjects if name == "subjects" else english
            code, en = texts.get(word, (word, context.projects[word]["name_ja"] if name == "projects" else ""))
            rows.append((headings.get(name, name), word, code, en))
    list_choices(sheet, rows, head=_head_of(context))


def list_choices(sheet: Worksheet, rows: Iterable[tuple[str, ...]], *, head: str) -> None:
    """Write the sheet of choices: (list, word, code, English) of each."""
    sheet.append(["\n".join(pair(Message(key))) for key in ("choice_list", "choice_word", "choice_code", "choice_english")])
    for line in rows:
        sheet.append([_safe(part) for part in line])
    for cell in sheet[1]:
        _head(cell, is_input=False)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            _dress(cell, _LOCKED)
    for letter, width in zip("ABCD", (24, 32, 26, 44), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    protect(sheet, head)


def _lines(value: object, column: Column, cells: Record) -> int:
    """Return the number of lines to show in a cell; of a new row only the code has text."""
    is_long = (
        isinstance(value, str)
        and len(value) * 2 > column.width
        and "is_new" not in cells
        and ("kind" not in cells or column.applies_to(cells["kind"]))
    )
    return min(MOST_LINES, lines_in(str(value), column.width)) if is_long else 1


def lines_in(text: str, width: float) -> int:
    """Return the number of lines of a text in a column whose width is counted in digits."""
    return sum(max(1, ceil(sum(2 if ord(letter) > 0x2000 else 1.1 for letter in line) / (width - 1))) for line in text.split("\n"))


def _instruct(sheet: Worksheet, context: ReportContext, layout: Layout, mark: TemplateMark, whose: tuple[str, str] | None) -> None:
    filling_in, sheets, about = (Message(key) for key in ("how_to_fill_in", "the_sheets", "about_workbook"))
    name_en = context.bureau["name_en"] or context.bureau["bureau_code"]
    rows: list[tuple[Any, ...]] = [
        (f"{layout.title[0]} {context.period.label()}", f"{layout.title[1]}, {context.period.label('en')}"),
        (context.bureau["name_ja"], name_en),
        *([pair(Message("part_of_report", whose=InSheet(*whose)))] if whose else []),
        *_days(context),
        (),
        pair(filling_in),
        *((f"{n}. {line['ja']}", f"{n}. {line['en']}") for n, line in enumerate(layout.instructions, start=1)),
        (),
        pair(sheets),
        *((f"「{layout.sheets[s]}」 {_count(context, s)}", f"{layout.sheets_en[s]}") for s in layout.order),
        (),
        pair(about),
        pair(Message("template_number", number=mark.template_id, version=layout.version)),
        pair(Message("template_issued_at", instant=mark.issued_at[:16].replace("T", " "))),
    ]  # fmt: skip
    instruct(sheet, rows, [written(heading) for heading in (filling_in, sheets, about)], head=_head_of(context))


def instruct(sheet: Worksheet, rows: Sequence[tuple[Any, ...]], headings: Sequence[str], *, head: str) -> None:
    """Write the first sheet: (Japanese, English) of each line, title first; ``headings`` are the Japanese lines set as headings."""
    for row in rows:
        sheet.append([_safe(part) for part in row])
    for row_cells in sheet.iter_rows():
        for cell in row_cells:
            cell.font, cell.alignment = (
                Font(name=OFFICE_FONT, size=11),
                Alignment(vertical="top", wrap_text=True, indent=int(cell.column > 1)),
            )
            if isinstance(cell.value, str):
                cell.data_type = "s"
    for cell in (*sheet[1], *sheet[2]):
        cell.font = Font(name=OFFICE_FONT, size=16 if cell.row == 1 else 13, bold=True, color="00118F")
    for number, row in enumerate(rows, start=1):
        if row and row[0] in headings:
            for cell in sheet[number]:
                cell.font, cell.border = Font(name=OFFICE_FONT, size=12, bold=True), Border(bottom=_LINE)
        longest = max((len(str(row[0])) / 44, len(str(row[1])) / 74)) if row else 0
        sheet.row_dimensions[number].height = 24 if number < 3 else 19 * max(1, int(longest) + 1)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 76, 66
    sheet.sheet_view.showGridLines = False
    protect(sheet, head)
    sheet.page_setup.fitToHeight = 1


def _days(context: ReportContext) -> list[tuple[str, str]]:
    """Return the line with the reporting window, as in the calendar when the template was issued."""
    window = context.window
    if window is None or window.opens_on is None or window.due_on is None:
        return [pair(Message("days_not_set"))]
    lines = [pair(Message("days_of_report", due=partial(_day, window.due_on), opens=partial(_day, window.opens_on)))]
    if window.leave_until is not None:
        lines.append(pair(Message("days_by_exception", until=partial(_day, window.leave_until))))
    return lines


def _day(day: date, language: str) -> str:
    return format_date(day, language) if side(language) == SOURCE else f"{day}"


def _count(context: ReportContext, sheet: str) -> str:
    if sheet == COMMENTARIES:
        return say("rows_count", count=len(context.commentaries))
    count = len(context.figure_keys) if sheet == "observations" else len(context.prefilled(sheet))
    return say("rows_count", count=count)


def fill(
    sheet: Worksheet, name: str, rows: Sequence[tuple[Record, Record | None]], *, layout: Layout, places: Mapping[str, str], head: str,
) -> None:  # fmt: skip
    """Write a sheet of rows: labels, stored values, and only the inputs unlocked, each with its validation and drop-down.

    Args:
        name: our name of the sheet.
        rows: (labels and keys, stored row or ``None``) of each.
        places: list → range of its choices.
        head: header of printed pages.
    """
    columns = layout.columns[name]
    for at, column in enumerate(columns, start=1):
        _head(sheet.cell(1, at, layout.heading(column)), is_input=column.input in ("yes", "reason", "new"))
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    sheet.row_dimensions[1].height = 80
    open_cells: dict[int, list[int]] = {}
    tall: dict[int, int] = {}  # rows of more than one line
    dressed: dict[tuple[bool, bool, bool, str], Any] = {}
    for number, (cells, record) in enumerate(rows, start=2):
        for at, column in enumerate(columns, start=1):
            used = "kind" not in cells or column.applies_to(cells["kind"])
            is_open = used and (column.input in ("yes", "reason") or (column.input == "new" and "is_new" in cells))
            if is_open:
                open_cells.setdefault(at, []).append(number)
            value = cell_value(layout, column, cells, record)
            cell = sheet.cell(number, at, _safe(value) if used else None)
            tall[number] = max(tall.get(number, 1), _lines(value, column, cells))
            look = (is_open, used, isinstance(value, str), _format(column, value, cells))
            if look in dressed:  # styles are computed once and shared: a register has 100,000 cells
                cell._style = copy(dressed[look])
                if isinstance(cell.value, str):
                    cell.data_type = "s"
                continue
            _dress(cell, _INPUT if is_open else _LOCKED if used else _UNUSED, is_open=is_open)
            cell.number_format = look[3]
            dressed[look] = cell._style
    for number, count in tall.items():
        if count > 1:  # programs use the height that is stored
            sheet.row_dimensions[number].height = LINE * count
    for at, column in enumerate(columns, start=1):
        if column.kinds and at not in open_cells:
            sheet.column_dimensions[get_column_letter(at)].hidden = True  # no indicator of this instance uses it
        if at in open_cells:
            rates = {number for number, (cells, _) in enumerate(rows, start=2) if column.name == "value" and _is_percent(cells)}
            for is_rate in (False, True):
                if numbers := [number for number in open_cells[at] if (number in rates) == is_rate]:
                    _validate(sheet, column, get_column_letter(at), numbers, layout=layout, places=places, is_rate=is_rate)
    last = max(2, len(rows) + 1)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    sheet.freeze_panes = "C2"
    sheet.print_title_rows, sheet.print_title_cols = "1:1", "A:B"
    protect(sheet, head)
    sheet.page_setup.paperSize = 8  # A3
    sheet.page_setup.fitToWidth = 2 if sum(c.width for c in columns) > 320 else 1


def _format(column: Column, value: Any, cells: Record) -> str:
    decimals = cells.get("decimals", 0)
    if column.value == "date" or isinstance(value, date):
        return _DAY
    if column.name in ("value", "previous_value") and _is_percent(cells):
        return '#,##0.0##"%"'  # the number with its unit: 0.881 is shown as 0.881%, and is not 88.1%
    if column.name in ("value", "previous_value"):
        return "#,##0.0##" if decimals or (isinstance(value, float) and value != round(value)) else "#,##0"
    if column.value == "count":
        return "#,##0"
    return "0.0#####" if column.value == "number" else "General"


def _is_percent(cells: Record) -> bool:
    return "kind" in cells and is_percent(cells["kind"], cells["unit_ja"])


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)[:32767]
    return int(value) if isinstance(value, bool) else value


def _head(cell: Any, *, is_input: bool) -> None:
    cell.font = Font(name=OFFICE_FONT, size=10, bold=True, color="1A1A1A" if is_input else "FFFFFF")
    cell.fill = _INPUT_HEAD if is_input else _HEAD
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.border = _BOX


_BODY = Font(name=OFFICE_FONT, size=10)
_OPEN, _SHUT = Protection(locked=False), Protection(locked=True)


def _dress(cell: Any, fill: PatternFill, *, is_open: bool = False) -> None:
    cell.font, cell.fill, cell.border = _BODY, fill, _BOX
    cell.alignment = _TOP if isinstance(cell.value, str) else _TOP_PLAIN
    cell.protection = _OPEN if is_open else _SHUT
    if isinstance(cell.value, str):
        cell.data_type = "s"  # a stored text that begins with = or reads #N/A stays text, never a formula or an error


def _ranges(letter: str, numbers: Iterable[int]) -> list[str]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return [f"{letter}{a}:{letter}{b}" if a != b else f"{letter}{a}" for a, b in runs]


def _validate(
    sheet: Worksheet, column: Column, letter: str, numbers: Sequence[int], *, layout: Layout, places: Mapping[str, str], is_rate: bool = False,
) -> None:  # fmt: skip
    """Add validation, drop-down and input message to a column's input cells; for rates, that 88.1 % is entered as 88.1."""
    message_ja, message_en = layout.rate_message if is_rate else (column.message_ja, column.message_en)
    first = f"{letter}{numbers[0]}"
    marks = f'{first}="{max(layout.clear_words)}"'
    if sheet.title == layout.sheets.get("observations"):
        marks += f',{first}="{layout.withdraw_words[0]}"'
    rule = DataValidation(allow_blank=True, showErrorMessage=True, showInputMessage=True, errorTitle=say("check_the_entry"))
    rule.promptTitle, rule.prompt = column.heading_ja[:32], f"{message_ja}\n{message_en}"[:255]
    rule.error = message_ja[:225] or None
    if column.value in ("choice", "open_choice", "flag", "member") or column.choices:
        if column.choices not in places:
            return
        rule.type, rule.formula1 = "list", places[column.choices]
        if column.value == "open_choice":
            rule.errorStyle = "warning"
    elif is_rate:
        # Numbers of 1 or less are queried: most were entered as a share, or with a percent sign removed by the cell.
        rule.type, rule.errorStyle = "custom", "warning"
        rule.formula1 = f"OR({marks},AND(ISNUMBER({first}),OR({first}=0,ABS({first})>1)))"
    elif column.value in ("number", "count"):
        floor = f",{first}>=0" if column.value == "count" else ""
        rule.type, rule.formula1 = "custom", f"OR({marks},AND(ISNUMBER({first}){floor}))"
    elif column.value == "date":
        rule.type, rule.errorStyle = "custom", "warning"
        rule.formula1 = f"OR({marks},AND(ISNUMBER({first}),{first}>={_FIRST_DAY},{first}<={_LAST_DAY}))"
    for place in _ranges(letter, numbers):
        rule.add(place)
    sheet.add_data_validation(rule)


def protect(sheet: Worksheet, head: str) -> None:
    """Lock a sheet against accidental edits, and set up printing."""
    protection = sheet.protection
    protection.sheet = True  # openpyxl: False below = allowed although the sheet is protected
    protection.formatColumns = protection.formatRows = protection.autoFilter = protection.sort = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddHeader.left.text = head.replace("&", "&&")
    sheet.oddHeader.right.text = "&A"
    sheet.oddFooter.center.text = "&P / &N"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
