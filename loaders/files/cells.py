"""Parse a written value into a typed one, or refuse it: Japanese numbers, dates and periods as people write them.

What cannot be parsed unambiguously raises ``Unreadable``; nothing is ever guessed.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from kpis.periods import month_end, parse_period
from loaders.files.formats import PartialDay

_INVISIBLE = dict.fromkeys(
    map(ord, "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
)
_REVERSING = "\u202e"  # shows the digits after it in reverse order: 123 as 321
_SCALES = {"億": 10**8, "万": 10**4, "千": 10**3}
_APPROXIMATE = ("約", "およそ", "概ね", "おおむね")
IN_UNIT = ("value", "effect_value")  # columns in the unit of the row's indicator itself; its counts are in none
RATE_UNITS, MONEY_UNITS = ("%", "ポイント"), ("円", "億円")
_IN_SCALE = re.compile(r"[\d十百千万億兆]")  # of a unit that begins so: 千枚, 百万円
UNITS = "枚|件|施設|手続|プロセス|人|部門|台|回|館|校|本|社|か所|箇所|者|点|町村|サービス|チーム|円|億円|%|ポイント"
# The pattern checks only the set of characters: one for the parts would try every split, 2ⁿ for n digits. They
# are split once, by _PART.
_NUMBER = re.compile(rf"^(?P<sign>[-+▲△−]?)(?P<body>[\d,.億万千]+)(?P<unit>(?:{UNITS})?)$")
_PART = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?([億万千]?)")
_DIGITS_APART = re.compile(r"\d +\d")
_NUMBERS_APART = re.compile(r"\d +[\d.,]|[.,] +\d")  # a day may be 令和4. 12. 31
_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
_ERA_FIRST = {2018: date(2019, 5, 1), 1988: date(1989, 1, 8), 1925: date(1926, 12, 25)}
_ERA_LAST = {2018: date.max, 1988: date(2019, 4, 30), 1925: date(1989, 1, 7)}
_DAY = re.compile(
    r"^(?:(?P<era>令和|平成|昭和|[RHS])(?P<ey>元|\d{1,2})|(?P<y>\d{4}))[年./-](?P<m>\d{1,2})"
    r"(?:月?(?:[./-])?(?P<end>末日?)|(?:月|[./-])(?P<d>\d{1,2})日?|月)?$"
)
_TENTH = re.compile(r"^\d{4}\.1$")  # 2022.10 is stored as 2022.1 by a spreadsheet: January or October
_QUARTER = re.compile(r"^(?:(?P<era>令和|平成|[RH])(?P<ey>元|\d{1,2})|(?P<y>\d{4}))年?度第(?P<q>[1-4一二三四])四半期$")
_YEAR = re.compile(r"^(?:(?P<era>令和|平成|[RH])(?P<ey>元|\d{1,2})|(?P<y>\d{4}))年?度$")


_SEEN = re.compile(rf"[^\s{''.join(map(chr, _INVISIBLE))}]")
_PIECE = 500
LONGEST = 100  # maximum characters of a number, date or period


class Unreadable(ValueError):
    """The text cannot be parsed unambiguously."""


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number as written: its value, whether it is marked as rounded, its unit, and whether a word scales it (5億)."""

    value: float
    is_approximate: bool
    unit: str
    is_scaled: bool = False


def cleaned(text: str) -> str:
    """Return the text with full-width forms normalised, invisible characters removed and ends trimmed.

    Of a text longer than any name only the beginning is kept, with "…": it is none of what is compared.
    """
    if len(text) > _PIECE:
        return f"{cleaned(text[:_PIECE])}…"
    if text.isascii():
        return text.strip()
    plain = unicodedata.normalize("NFKC", text)
    return (plain if plain.isprintable() else plain.translate(_INVISIBLE)).strip()  # invisible characters are not printable


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    """Return whether a character is a mark and no digit of its own, though its plain form is or holds one (① ² ½ ⑴ ⒈ ㏠), or turns digits round.

    Full-width, small and mathematical forms are plain digits.
    """
    form = unicodedata.decomposition(character).partition(">")[0]
    if character == _REVERSING:
        return True
    if form in ("<circle", "<super", "<sub", "<fraction"):
        return True
    return form in ("<compat", "<square") and any(map(str.isdigit, unicodedata.normalize("NFKC", character)))


def has_marks(text: str) -> bool:
    """Return whether a text has circled, raised or lowered digits and the like: 88.1① is 88.1 with a footnote, not 88.11."""
    return not text.isascii() and any(map(_is_mark, text))


def is_unseen(text: str) -> bool:
    """Return whether a text has no visible character."""
    return _SEEN.search(text) is None


def _in_one_word(text: str, *, apart: re.Pattern[str] = _DIGITS_APART) -> str:
    """Return a cleaned text without spaces; refuse what may be no single value.

    That is a text longer than any value, digits apart (12 15 may be two numbers), and footnote marks.
    """
    if len(text) > LONGEST:
        raise Unreadable(text[:LONGEST])
    if has_marks(text):
        raise Unreadable(text)
    plain = cleaned(text)
    if " " in plain and apart.search(plain):
        raise Unreadable(text)
    return plain.replace(" ", "")


def read_number(text: str) -> WrittenNumber:
    """Parse ``1,234``, ``約4,098万枚``, ``1.1億件``, ``▲12.3`` (negative), ``99.4%``.

    Raises:
        Unreadable: anything else, such as ``1,23``, ``12-15``, ``三割`` or two decimal points.
    """
    plain = _in_one_word(text, apart=_NUMBERS_APART)
    approximate = False
    for word in _APPROXIMATE:
        if plain.startswith(word):
            plain, approximate = plain[len(word) :], True
            break
    match = _NUMBER.match(plain)
    if match is None:
        raise Unreadable(text)
    parts = _PART.findall(match["body"])
    if "".join(a + b + c for a, b, c in parts) != match["body"]:
        raise Unreadable(text)
    scales = [_SCALES.get(scale, 1) for _, _, scale in parts]
    # 1億2千万 is ambiguous for a parser; scales must fall and only the last part may be unscaled.
    if any(later >= earlier for earlier, later in pairwise(scales)):
        raise Unreadable(text)
    if len(parts) > 1 and any(fraction for _, fraction, _ in parts[:-1]):
        raise Unreadable(text)
    if len(parts) > 1 and not parts[-1][2]:
        # 2万5 and 1億2000 may be 2万5千 and 1億2000万: the rest is written with all its digits, or in groups as 1億2,000.
        rest = parts[-1][0]
        if "," not in rest and len(rest) < len(str(scales[-2])) - 1:
            raise Unreadable(text)
    digits = (Decimal(whole.replace(",", "") + fraction) for whole, fraction, _ in parts)
    value = float(sum(number * scale for number, scale in zip(digits, scales, strict=True)))
    signed = -value if match["sign"] and match["sign"] in "-▲△−" else value
    return WrittenNumber(signed + 0.0, approximate, match["unit"], is_scaled=scales[0] > 1)  # -0 is 0


def fits_unit(written: str, unit: str, *, is_of_unit: bool, is_scaled: bool = False) -> bool:
    """Return whether a number written with a unit is acceptable where another unit is expected.

    Args:
        written: blank if there is none.
        unit: of the indicator; blank if there is none.
        is_of_unit: the column is in that unit; the counts of a rate are not, and are in no unit of money or of rates.
        is_scaled: a word scales the number: 5億 is no number of millions (百万円).
    """
    if is_of_unit and is_scaled and _IN_SCALE.match(unit):
        return False
    if is_of_unit and unit:
        return not written or written == unit or (unit == "%" and written == "ポイント")
    return written not in (*RATE_UNITS, *MONEY_UNITS)


def _year(match: re.Match[str]) -> int:
    if match["y"]:
        return int(match["y"])
    year = 1 if match["ey"] == "元" else int(match["ey"])
    if not year:
        raise Unreadable(match[0])  # no era has a year 0
    return _ERAS[match["era"]] + year


def read_date(text: str) -> tuple[date, str]:
    """Parse ``2022-12-31``, ``2022/12/31``, ``令和4年12月31日``, ``令和4年12月末``, ``R4.12.31``; and months, as ``R4.12``.

    Returns:
        The date and its precision, ``day`` or ``month`` (then the last day of the month).

    Raises:
        Unreadable: anything else, ``2022.1`` (January, or October as stored by a spreadsheet), or a date outside the calendar
            or the era.
    """
    plain = _in_one_word(text)
    match = _DAY.match(plain)
    if match is None or _TENTH.match(plain):
        raise Unreadable(text)
    try:
        year, month = _year(match), int(match["m"])
        day = date(year, month, int(match["d"])) if match["d"] else month_end(year, month)
    except (ValueError, IndexError) as error:
        raise Unreadable(text) from error
    if match["era"]:
        zero = _ERAS[match["era"]]
        if not _ERA_FIRST[zero] <= day <= _ERA_LAST[zero]:
            raise Unreadable(text)
    return day, "day" if match["d"] or match["end"] else "month"


def read_period(raw: object) -> str:
    """Parse a period as people write it into its code: ``2022年度第3四半期`` → ``FY2022-Q3``.

    A cell that Excel turned into a date (2022-12 becomes 1 December 2022) is the month whose first or last day it holds, unless it
    shows no year.

    Raises:
        Unreadable: it is not a month, quarter or fiscal year.
    """
    if isinstance(raw, date):
        if (isinstance(raw, PartialDay) and raw.meaning.kind == "day") or raw.day not in (1, month_end(raw.year, raw.month).day):
            raise Unreadable(str(raw))
        return _known_period(f"{raw.year:04d}-{raw.month:02d}")
    plain = _in_one_word(str(raw))
    with suppress(ValueError):
        return parse_period(plain).code
    if match := _QUARTER.match(plain):
        quarter = {"一": "1", "二": "2", "三": "3", "四": "4"}.get(match["q"], match["q"])
        return _known_period(f"FY{_year(match):04d}-Q{quarter}")
    if match := _YEAR.match(plain):
        return _known_period(f"FY{_year(match):04d}")
    day, precision = read_date(plain)
    if precision == "day" and day != month_end(day.year, day.month):
        raise Unreadable(plain)
    return _known_period(f"{day.year:04d}-{day.month:02d}")


def _known_period(code: str) -> str:
    try:
        return parse_period(code).code
    except ValueError as error:
        raise Unreadable(code) from error
