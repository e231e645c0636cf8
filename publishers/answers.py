"""Export bureaus' answers to a question: one CSV or workbook of all, and the files that turn a column into an indicator.

Nothing here is public: only pages of the reform office call it; editions, open data and the API do not.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import ValidationError

from kpis.as_text import cell, clean
from kpis.declared import in_languages
from kpis.errors import FigureRefused
from kpis.faults import placed
from kpis.kinds import is_percent
from kpis.languages import pair
from kpis.message import Message
from kpis.periods import parse_period
from kpis.registers import LISTS
from kpis.reporting.answers import AnswerRow
from kpis.reporting.asking import AskedColumn
from kpis.reporting.questions import Question
from kpis.reporting_vocabulary import AnswerType, ReplyState
from kpis.store import tables
from kpis.vocabulary import RowKind
from telling.questions import Told

WIDEST = 60


def answers_csv(headings: Sequence[str], rows: Sequence[Sequence[Told]]) -> bytes:
    """Return a table of answers as CSV: UTF-8 with BOM, user text protected from formula evaluation, dates as ISO 8601."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in (headings, *rows):
        writer.writerow([cell(value) if isinstance(value, str) else "" if value is None else value for value in row])
    return out.getvalue().encode("utf-8-sig")


def answers_book(headings: Sequence[str], rows: Sequence[Sequence[Told]], *, title: str) -> bytes:
    """Return a table of answers as a workbook: numbers as numbers, dates as dates, every text as text."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "answers"
    widths = [12] * len(headings)
    for number, row in enumerate((headings, *rows), start=1):
        for at, value in enumerate(row, start=1):
            written_cell = sheet.cell(number, at, clean(value)[:32767] if isinstance(value, str) else value)
            if isinstance(value, str):
                written_cell.data_type = "s"  # never a formula, whatever it begins with
                widths[at - 1] = min(WIDEST, max(widths[at - 1], 2 * max(map(len, value.split("\n")))))
            elif isinstance(value, date):
                written_cell.number_format = "yyyy-mm-dd"
            written_cell.font = Font(bold=number == 1)
            written_cell.alignment = Alignment(vertical="top", wrap_text=True)
    for at, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    book.properties.title = title
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """The kind of indicator to make from a column of a question: ``kind`` is ``stock`` (bureaus are summed) or ``level``."""

    indicator_code: str
    column: str
    kind: str
    direction: str
    theme: str
    source_code: str
    period_code: str
    scope_code: str


def indicator_files(question: Question, rows: Sequence[AnswerRow], wish: Wish, *, listed: Path | None = None) -> bytes:
    """Return a ZIP that makes an indicator of a question's column: list of indicators with its row, figures, loading instructions.

    Args:
        rows: its answers; only accepted ones count.
        wish: kind of the new indicator.
        listed: the catalogue's ``indicators.csv``, to which the row is added; without it the list has that row alone.

    Raises:
        FigureRefused: the indicator or its figures do not allow this kind.
    """
    column = next(asked_column for asked_column in question.columns if asked_column.name == wish.column)
    indicator = _indicator(question, column, wish)
    figures = [
        {"indicator_code": wish.indicator_code, "bureau_code": bureau, "period_code": wish.period_code, "value": f"{value:.15g}",
         "source_code": wish.source_code}
        for bureau, value in _values(rows, column, wish).items()
    ]  # fmt: skip
    file = f"{question.question_code}-{LISTS[RowKind.OBSERVATION].file}"
    origin = pair(Message("indicator_from_readme", code=question.question_code, indicator=wish.indicator_code, file=file))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(LISTS[RowKind.INDICATOR].file, _with_row(indicator, listed, wish.indicator_code))
        archive.writestr(file, _table(list(figures[0]), figures))
        archive.writestr("README.txt", "\n\n".join(origin) + "\n")
    return out.getvalue()


def _indicator(question: Question, column: AskedColumn, wish: Wish) -> dict[str, str]:
    period = parse_period(wish.period_code)
    unit_ja, unit_en = (column.unit, column.unit) if column.unit else pair(Message("indicator_unit_count"))
    one = len(question.columns) == 1 or question.title_ja == column.heading_ja
    name_ja = question.title_ja if one else f"{question.title_ja}: {column.heading_ja}"
    name_en = (
        (question.title_en or question.title_ja)
        if one
        else f"{question.title_en or question.title_ja}: {column.heading_en or column.heading_ja}"
    )
    row = {
        "indicator_code": wish.indicator_code, "theme": wish.theme, "kind": wish.kind, "direction": wish.direction,
        "unit_ja": unit_ja, "unit_en": unit_en, "decimals": "0" if column.type == AnswerType.COUNT else "1", "name_ja": name_ja, "name_en": name_en,
        "definition_ja": question.lead_ja or name_ja, "definition_en": question.lead_en or question.lead_ja or name_en,
        "frequency": period.kind if period.kind in ("month", "quarter") else "year", "scope_code": wish.scope_code,
        "is_headline": "0", "is_reported_by_bureaus": "1", "threshold_on_track": "0.95", "threshold_behind": "0.6", "tolerance": "0",
        "stale_after_days": "400", "publication_lag_days": "92", "source_code": wish.source_code,
    }  # fmt: skip
    try:
        in_languages(tables.IndicatorFields).model_validate(row)
    except ValidationError as wrong:
        raise FigureRefused("indicator_from_refused", fault=placed(wrong.errors()[0])) from wrong
    return row


def _values(rows: Sequence[AnswerRow], column: AskedColumn, wish: Wish) -> dict[str, float]:
    """Return the figure of each bureau: the sum of its rows for a stock, else its single row."""
    values_of: dict[str, list[float]] = {}
    for row in rows:
        value = row.values.get(column.name)
        if row.state == ReplyState.ACCEPTED and isinstance(value, (int, float)):
            values_of.setdefault(row.bureau_code, []).append(value)
    if not values_of:
        raise FigureRefused("indicator_from_none_left")
    if wish.kind != "level" and is_percent(wish.kind, column.unit):
        raise FigureRefused("indicator_from_percent")
    several = [bureau for bureau, values in values_of.items() if len(values) > 1]
    if wish.kind == "level" and several:
        raise FigureRefused("indicator_from_two_rows", bureaus=", ".join(several))
    return {bureau: sum(values) for bureau, values in values_of.items()}


def _with_row(row: Mapping[str, str], listed: Path | None, code: str) -> str:
    """Return the list of indicators with one row added, the others unchanged."""
    if listed is None or not listed.is_file():
        return _table(list(row), [row])
    with listed.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        records, names = list(reader), list(reader.fieldnames or row)
    if any(record.get("indicator_code") == code for record in records):
        raise FigureRefused("indicator_from_known", code=code)
    return _table([*names, *(name for name in row if name not in names)], [*records, row])


def _table(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
