"""Parse one cell of the bureau workbook into a typed value, or refuse it with the expected value and the remedy."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Any

from kpis.as_text import LONGEST_NAME, LONGEST_TEXT, typed
from kpis.errors import FigureRefused
from kpis.message import Message
from kpis.periods import month_end
from kpis.reporting.comparison import Value
from kpis.store.fields import LARGEST
from loaders.files.cells import (
    MONEY_UNITS,
    RATE_UNITS,
    UNITS,
    Unreadable,
    cleaned,
    fits_unit,
    has_marks,
    is_unseen,
    read_date,
    read_number,
)
from loaders.files.formats import FOREIGN_MONEY, Formatted, PartialDay, shows_otherwise
from loaders.files.problems import CHECK_DIGITS, FEWER_DIGITS, Kind
from loaders.workbook.layout import Column, InSheet, Layout

_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
_EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
_FIX = Message("remedy_correct_this_cell")


class CellRefused(Exception):
    """A cell cannot be parsed unambiguously: problem code, expected value and remedy."""

    def __init__(self, kind: Kind, expected: Message, remedy: Message = _FIX) -> None:
        super().__init__(expected.key)
        self.kind, self.expected, self.remedy = kind, expected, remedy


def is_blank(raw: Any) -> bool:
    """Return whether a cell holds nothing visible."""
    return raw == "" or (isinstance(raw, str) and is_unseen(raw))


def as_code(raw: Any) -> str:
    """Return a code without spaces, invisible characters and full-width forms."""
    if isinstance(raw, Formatted) and raw.meaning.kind == "padded" and raw.is_integer() and raw >= 0:
        return f"{int(raw):0{raw.meaning.width}d}"  # a code is the displayed text: 007
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, (date, datetime)):
        return f"{raw:%Y-%m}"
    text = str(raw)
    return "".join((text if has_marks(text) else cleaned(text)).split())  # F00① is not F001


def as_text(raw: Any, most: int) -> str:
    """Return a text without invisible characters, trimmed, with normalised line breaks.

    Raises:
        CellRefused: the cell holds a date, which Excel makes of texts such as 3-1, a number displayed differently from its value, or
            more than so many characters.
    """
    if isinstance(raw, Formatted):
        raise CellRefused(
            "text", Message("text_not_number", format=raw.meaning.code),
            Message("remedy_enter_seen_with_quote"),
        )  # fmt: skip
    if isinstance(raw, (date, datetime, timedelta)):
        raise CellRefused(
            "text", Message("text_not_date"),
            Message("remedy_enter_with_quote"),
        )  # fmt: skip
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, (int, float)):
        return str(int(raw)) if float(raw).is_integer() and abs(raw) < LARGEST else f"{raw:.15g}"
    try:
        return typed(str(raw), most)
    except FigureRefused as refused:
        raise CellRefused("text", Message("at_most_characters", most=most)) from refused


@dataclass(frozen=True, slots=True)
class NumberRead:
    """A parsed number: whether written as rounded, whether with its unit, and its displayed form where that differs."""

    value: float
    is_approximate: bool = False
    is_sure: bool = False
    shown: float | None = None


def as_number(raw: Any, column: Column, *, unit: str = "", is_of_unit: bool = True) -> NumberRead:
    """Return a number, to the 15 digits that Excel keeps.

    Args:
        column: a count is not negative.
        unit: of the indicator, or of the column's content; blank if there is none.
        is_of_unit: the column is in that unit; the counts of a rate are not, and are in no unit of money or of rates.

    Raises:
        CellRefused: the cell holds no number, one with another unit, one displayed differently, or one out of range.
    """
    at_least = Message("number_not_negative") if column.value == "count" else Message("a_number")
    digits = Message("remedy_digits_only")
    approximate = is_sure = False
    shown = None
    if isinstance(raw, (bool, date, datetime, timedelta)):
        raise CellRefused("number", at_least, digits)
    if isinstance(raw, str):
        try:
            number = read_number(raw)
        except Unreadable as error:
            raise CellRefused("number", at_least, digits) from error
        if not fits_unit(number.unit, unit, is_of_unit=is_of_unit, is_scaled=number.is_scaled):
            expected = Message("number_in_unit", unit=unit) if unit and is_of_unit else Message("without_unit", number=at_least)
            raise CellRefused("number", expected, digits)
        raw, approximate, is_sure = number.value, number.is_approximate, bool(number.unit)
    elif isinstance(raw, Formatted):
        shown = _as_shown(raw, unit, is_of_unit=is_of_unit)
    value = float(f"{float(raw):.15g}") + 0.0 if isfinite(raw) else raw  # -0 is 0
    if not isfinite(value) or (column.value == "count" and value < 0):
        raise CellRefused("number", at_least, digits)
    if abs(value) >= LARGEST:
        raise CellRefused("number", FEWER_DIGITS, CHECK_DIGITS)
    return NumberRead(value, approximate, is_sure, shown)


def _as_shown(raw: Formatted, unit: str, *, is_of_unit: bool) -> float | None:
    """Return the displayed value if the bureau must be asked about it; ``None`` if the format agrees with the unit.

    Raises:
        CellRefused: the format shows the number in another scale or unit, or not at all.
    """
    format_meaning, own = raw.meaning, unit.replace("％", "%") if is_of_unit else ""
    words = cleaned(format_meaning.unit)
    if format_meaning.kind == "padded":
        return None
    # 12,346百万円 is held as 12346 in #,##0"百万円", but as 12345678000 in #,##0,,"百万円".
    is_as_held = format_meaning.kind == "unit" or (format_meaning.kind == "scaled" and format_meaning.factor == 0)
    if is_as_held and own and words == own:
        return None
    if format_meaning.kind == "unit":
        is_money = words in (*MONEY_UNITS, *FOREIGN_MONEY)
        if not (is_money or words in _UNIT_WORDS) or (not own and not is_money and words not in RATE_UNITS):
            return None  # a note beside the number, or a counter suffix where the unit is unknown
    if format_meaning.kind == "percent" and own in RATE_UNITS:
        return raw.shown
    raise not_as_shown(raw)


def not_as_shown(raw: Formatted) -> CellRefused:
    """Return the refusal of a number that its format shows otherwise than it is stored."""
    now = Message("plain_format_now", format=raw.meaning.code, number=f"{float(raw):,.15g}")
    return CellRefused("number", now, Message("remedy_general_as_seen"))


_UNIT_WORDS = frozenset(UNITS.split("|"))


def as_day(raw: Any, *, is_1904: bool) -> tuple[date, str]:
    """Return (date, precision) of a date cell, a serial number or a text; a cell that shows a month is that month.

    Raises:
        CellRefused: it is not a date between 1990 and 2099, or its cell shows no year.
    """
    expected = Message("date_within")
    day, precision = date.min, "day"
    if isinstance(raw, Formatted) and raw.meaning.kind not in ("padded", "unit"):
        raise CellRefused("date", expected)
    if isinstance(raw, PartialDay):
        if raw.meaning.kind == "day":
            expected = Message("date_with_year", format=raw.meaning.code)
            raise CellRefused("date", expected, Message("remedy_enter_day"))
        day, precision = month_end(raw.year, raw.month), "month"
    elif isinstance(raw, datetime):
        day = raw.date()
    elif isinstance(raw, date):
        day = raw
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool) and float(raw).is_integer() and 0 < raw < 80_000:
        day = _EPOCHS[is_1904] + timedelta(days=int(raw))
    elif isinstance(raw, str):
        with suppress(Unreadable):
            day, precision = read_date(raw)
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise CellRefused("date", expected, Message("remedy_enter_day"))
    return day, precision


def as_choice(raw: Any, column: Column, layout: Layout) -> Value:
    """Return the code of a choice, or a boolean for a flag.

    Raises:
        CellRefused: the word is not on the list.
    """
    if column.value in ("flag", "member") and isinstance(raw, (bool, int, float)) and raw in (0, 1):
        return bool(raw)
    word = cleaned(raw) if isinstance(raw, str) else ""
    code = layout.codes(column.choices).get(word.casefold())
    if code is None and column.value == "open_choice" and _CODE.match(word) and not has_marks(raw):
        code = word
    if code is None:
        choices = tuple(InSheet(word, english) for word, english in layout.choices[column.choices].values())
        raise CellRefused("choice", Message("one_of", choices=choices), Message("remedy_choose_again"))
    return code == "yes" if column.value in ("flag", "member") else code


def as_plain(raw: Any, column: Column, layout: Layout, *, is_1904: bool) -> tuple[Value, str]:
    """Return the value of a non-numeric cell and, for a date, its precision if not a day.

    Raises:
        CellRefused: it cannot be parsed unambiguously.
    """
    if column.value == "date":
        day, precision = as_day(raw, is_1904=is_1904)
        return day, precision if precision != "day" else ""
    if column.value in ("choice", "open_choice", "flag", "member"):
        return as_choice(raw, column, layout), ""
    return (
        as_code(raw) if column.value == "code" else as_text(raw, LONGEST_NAME if column.field.startswith("name") else LONGEST_TEXT)
    ), ""


def checked_code(raw: Any) -> str:
    """Return a new code.

    Raises:
        CellRefused: it has characters other than letters, digits, dots, hyphens and underscores, or is a date or a number shown
            otherwise, which spreadsheets make of codes such as 3-1.
    """
    if isinstance(raw, (date, timedelta)) or shows_otherwise(raw):
        raise CellRefused("text", Message("code_of_letters"), Message("remedy_enter_with_quote"))
    code = as_code(raw)
    if not _CODE.match(code):
        raise CellRefused("text", Message("code_of_letters"))
    return code


def empty_of(column: Column) -> Value:
    """Return the value of a blank cell in a column."""
    if column.value == "flag":
        return False
    if column.choices == "precision":
        return "unknown"
    return "" if column.value in ("text", "member") else None
