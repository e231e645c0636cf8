"""One cell of the bureau workbook becomes a typed value, or is refused with what was expected and what to do."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from kpis.review import Value
from loaders.cells import Unreadable, cleaned, read_date, read_number
from loaders.layout import Column, Layout
from loaders.report import Kind

Words = tuple[str, str]
_HIDDEN = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad"))
_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
_EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
LARGEST = 1e15
_FIX: Words = ("このセルを直してください", "Correct this cell")


class Refused(Exception):
    """A cell cannot be read for certain: the kind of problem, what was expected and the remedy."""

    def __init__(self, kind: Kind, expected: Words, remedy: Words = _FIX) -> None:
        super().__init__(expected[1])
        self.kind, self.expected, self.remedy = kind, expected, remedy


def is_blank(raw: Any) -> bool:
    """Say whether a cell holds nothing, or nothing that can be seen."""
    return raw == "" or (isinstance(raw, str) and not cleaned(raw))


def as_code(raw: Any) -> str:
    """Return a code as written, without blanks, invisible marks and full-width forms."""
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return "".join(cleaned(str(raw)).split()) if not isinstance(raw, (date, datetime)) else f"{raw:%Y-%m}"


def as_text(raw: Any) -> str:
    """Return a text as typed, without invisible marks, its ends trimmed and its line breaks plain.

    Raises:
        Refused: the cell holds a date, which Excel makes of texts such as 3-1.
    """
    if isinstance(raw, (date, datetime, timedelta)):
        raise Refused(
            "text", ("文章(日付になっています)", "a text (this cell holds a date)"),
            ("先頭に ' を付けて入れ直してください", "Enter it again with ' in front"),
        )  # fmt: skip
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, (int, float)):
        return str(int(raw)) if float(raw).is_integer() and abs(raw) < LARGEST else f"{raw:.15g}"
    return str(raw).translate(_HIDDEN).replace("\r\n", "\n").replace("\r", "\n").strip()


def as_number(raw: Any, column: Column, *, unit: str = "") -> tuple[float, bool]:
    """Return (number, whether it was written as rounded), to the 15 digits that Excel keeps.

    Raises:
        Refused: the cell holds no number, a number with another unit, or one out of range.
    """
    at_least = ("0以上の数値", "a number of 0 or more") if column.value == "count" else ("数値", "a number")
    digits = ("数字だけを入れてください(例 1234)", "Enter digits only, as 1234")
    approximate = False
    if isinstance(raw, (bool, date, datetime, timedelta)):
        raise Refused("number", at_least, digits)
    if isinstance(raw, str):
        try:
            number = read_number(raw)
        except Unreadable as error:
            raise Refused("number", at_least, digits) from error
        if number.unit and unit and number.unit not in (unit, "ポイント" if unit == "%" else unit):
            raise Refused("number", (f"単位が「{unit}」の数値", f"a number in {unit}"), digits)
        raw, approximate = number.value, number.is_approximate
    value = float(f"{float(raw):.15g}")
    if abs(value) >= LARGEST or (column.value == "count" and value < 0):
        raise Refused("number", at_least, digits)
    return value, approximate


def as_day(raw: Any, *, is_1904: bool) -> tuple[date, str]:
    """Return (day, precision) of a date cell, a serial or a text.

    Raises:
        Refused: it is no day between 1990 and 2099.
    """
    expected = ("1990年から2099年までの日付(例 2022/12/31)", "a date from 1990 to 2099, as 2022/12/31")
    found, precision = date.min, "day"
    if isinstance(raw, datetime):
        found = raw.date()
    elif isinstance(raw, date):
        found = raw
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool) and float(raw).is_integer() and 0 < raw < 80_000:
        found = _EPOCHS[is_1904] + timedelta(days=int(raw))
    elif isinstance(raw, str):
        with suppress(Unreadable):
            found, precision = read_date(raw)
    if not _FIRST_DAY <= found <= _LAST_DAY:
        raise Refused("date", expected)
    return found, precision


def as_choice(raw: Any, column: Column, layout: Layout) -> Value:
    """Return the code of a choice, or a truth for a flag.

    Raises:
        Refused: the word is not on the list.
    """
    if column.value in ("flag", "member") and isinstance(raw, (bool, int, float)) and raw in (0, 1):
        return bool(raw)
    word = cleaned(raw) if isinstance(raw, str) else ""
    code = layout.codes(column.choices).get(word.casefold())
    if code is None and column.value == "open_choice" and _CODE.match(word):
        code = word
    if code is None:
        words = [ja for ja, _ in layout.choices[column.choices].values()]
        listed = "、".join(words[:8]) + ("…" if len(words) > 8 else "")
        raise Refused(
            "choice", (f"一覧の言葉({listed})", f"one of: {listed}"), ("一覧から選び直してください", "Choose again from the list")
        )
    return code == "yes" if column.value in ("flag", "member") else code


def checked_code(raw: Any) -> str:
    """Return a new code.

    Raises:
        Refused: it holds other than letters, digits, dots, hyphens and underscores.
    """
    code = as_code(raw)
    if not _CODE.match(code):
        raise Refused("text", ("半角の英数字と - _ . のコード(64文字まで)", "a code of letters, digits, - _ . (at most 64)"))
    return code
