"""The meaning of number formats: percent, thousands, fraction, unit, hidden digits.

A cell holds 0.985 and shows 98.5%, or holds 520 and shows 520万. Reading the stored number alone would be silently wrong, so a
number displayed differently from its stored value is read as ``Formatted``, a number that carries the meaning of its format.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal, Self

Kind = Literal["percent", "scaled", "unit", "fraction", "date", "month", "day", "year", "duration", "hidden", "sign", "padded"]


@dataclass(frozen=True, slots=True)
class FormatMeaning:
    """The effect of a format on one number.

    Args:
        kind: ``percent`` and ``scaled`` show it multiplied by ``factor`` (0 = another factor, stated in words); ``unit`` with a unit;
            ``year`` shows only the year of a date, ``month`` its year and month, ``day`` no year, ``hidden`` no digit, ``sign`` another sign, ``padded`` leading zeros to ``width``.
        code: the format itself.
        unit: the words beside the digits.
    """

    kind: Kind
    code: str
    factor: float = 1.0
    unit: str = ""
    width: int = 0


class _Noted:
    """A number or text with one thing said of it, in the slot that its class names, also when it comes from the reading process."""

    __slots__: tuple[str, ...] = ()

    def __new__(cls, value: Any, note: Any) -> Self:
        made = super().__new__(cls, value)  # type: ignore[call-arg]  # of the type beside it
        setattr(made, cls.__slots__[0], note)
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[Any, Any]]:
        plain = float if isinstance(self, float) else str
        return type(self), (plain(self), getattr(self, self.__slots__[0]))


class Formatted(_Noted, float):
    """A number whose cell displays it differently from its stored value."""

    __slots__ = ("meaning",)
    meaning: FormatMeaning

    @property
    def shown(self) -> float:
        """Return the number as displayed."""
        return float(f"{float(self) * self.meaning.factor:.15g}")


class Styled(_Noted, str):
    """A text that shows another value than its characters: some or all crossed out (``is_struck``), raised or lowered.

    85 crossed out before 88 is no 8588, and 85.3 with a raised 1 is 85.3 with a footnote.
    """

    __slots__ = ("is_struck",)
    is_struck: bool


class PartialDay(date):
    """A date whose cell shows only a part of it: its year and month, or no year, which is then a guess of the program that stored it."""

    __slots__ = ("meaning",)
    meaning: FormatMeaning

    def __new__(cls, day: date, meaning: FormatMeaning) -> PartialDay:
        made = super().__new__(cls, day.year, day.month, day.day)
        made.meaning = meaning
        return made

    def __reduce__(self) -> tuple[type[PartialDay], tuple[date, FormatMeaning]]:
        return PartialDay, (date(self.year, self.month, self.day), self.meaning)


def shows_otherwise(value: object) -> bool:
    """Return whether a cell shows another value than it stores, or only a part of it: 0.5 as 50%, 1200 as nothing, a day as its month."""
    return isinstance(value, PartialDay) or (isinstance(value, Formatted) and value.meaning.kind not in ("unit", "padded"))


# Built-in format numbers, which a workbook need not define (ECMA-376, 18.8.30, with those of Japanese and Thai Excel).
_DATE, _TIME = "yyyy/mm/dd", "h:mm:ss"
BUILT_IN: dict[int, str] = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "¥#,##0", 6: "¥#,##0", 7: "¥#,##0.00", 8: "¥#,##0.00", 9: "0%",
    10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 41: "#,##0",
    42: "¥#,##0", 43: "#,##0.00", 44: "¥#,##0.00", 46: "[h]:mm:ss", 48: "##0.0E+0", 49: "@", 59: "0", 60: "0.00", 61: "#,##0",
    62: "#,##0.00", 67: "0%", 68: "0.00%", 69: "# ?/?", 70: "# ??/??",
    **dict.fromkeys((14, 15, 22, *range(27, 32), 36, 50, 51, 54, 57, 58, 71, 72, *range(77, 82)), _DATE),
    16: "d-mmm", 17: "mmm-yy", 73: "d-mmm", 74: "mmm-yy", **dict.fromkeys((34, 52, 55), "yyyy/m"), **dict.fromkeys((35, 53, 56), "m/d"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 47, 75, 76), _TIME),
}  # fmt: skip
_TOKEN = re.compile(r'"([^"]*)"?|[\\!](.)|_.|\*.|\[([^\]]*)\]|(General)|(.)', re.I | re.S)
_CONDITION = re.compile(r"^(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d*)?(?:E[+-]?\d+)?)$", re.I | re.A)
_YEN, FOREIGN_MONEY = ("¥", "￥", "円", "JPY"), ("$", "＄", "€", "£", "₩", "USD", "EUR")
_SCALE_WORD = re.compile(
    r"[十百千万億兆京割‰‱]|キロ|メガ|ギガ|テラ|ミリ|ビリオン|ダース|グロス|(?<![A-Za-z])(?:k|m|mm|mn|mln|mio|bn|bln|b|t|tn|tsd|mrd|mld|lakhs?|crores?|"
    r"doz|dozens?|gross|mille|milliers?|milliards?|thousands?|millions?|billions?|trillions?|permille|bps?|ppm|ppb)(?![A-Za-z0-9])", re.I
)  # fmt: skip
# What says that the number is about, at least or at most: a figure has columns of its own for that.
_BOUND = re.compile(
    r"約|およそ|概ね|おおむね|ほぼ|以上|以下|以内|未満|程度|前後|[弱強超余]$|^超|[<>≦≧≤≥~〜±≒≈]|"
    r"(?<![A-Za-z])(?:about|approx|ca|at least|at most|over|under|up to|more than|less than)(?![A-Za-z])", re.I
)  # fmt: skip
_DATE_LETTERS = re.compile(r"[ymdhsgb]|e(?![+-])|aaa|am/pm|a/p", re.I)
_OF_NO_DATE = re.compile(r"d{3,}|am/pm|a/p", re.I)  # names of weekdays, and halves of a day
_MINUS = re.compile(r"[-−▲△▼▽–—(]|マイナス|減|不足|赤字|(?<![A-Za-z])(?:minus|decrease)", re.I)
_OF_UNIT = re.compile(r"(?<=[A-Za-z])[²³₂]|[㎟㎠㎡㎢㎣㎤㎥㎦]")  # m² and CO₂: raised and lowered digits that are no footnote


@dataclass(frozen=True, slots=True)
class _Section:
    """One section of a format: its literal text, placeholders and condition."""

    words: str
    marks: str
    condition: tuple[str, float] | None
    is_general: bool
    is_coloured: bool
    is_elapsed: bool
    is_split: bool


@lru_cache(maxsize=4096)
def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[_Section] = []
    words, marks, condition, general, coloured, elapsed = "", "", None, False, False, False
    order = ""  # of words and digits

    def close() -> None:
        is_split = re.search("dw+d", order) is not None
        sections.append(_Section(words, marks, condition, general, coloured, elapsed, is_split))

    for quoted, escaped, bracket, general_word, bare in _TOKEN.findall(code):
        order += "w" if quoted or escaped or not bare.isascii() else "d" if bare in ("0", "#", "?") else ""
        if quoted or escaped:
            words += quoted or escaped
        elif general_word:
            general = True
        elif bracket:
            if match := _CONDITION.match(bracket.strip()):
                condition = (match[1], float(match[2]))
            elif bracket.startswith("$"):
                words += bracket[1:].split("-")[0]
            elif re.fullmatch(r"(h+|m+|s+)", bracket, re.I):
                elapsed = True
            elif not re.match(r"(DBNum|NatNum)", bracket, re.I):
                coloured = True
        elif bare == ";":
            close()
            words, marks, condition, general, coloured, elapsed, order = "", "", None, False, False, False, ""
        elif bare:
            if bare.isascii() and bare != "$":
                marks += bare
            else:
                words += bare
    close()
    return tuple(sections)


def _section_for(code: str, value: float) -> tuple[_Section | None, bool]:
    """Return the format section that applies to a number, and whether it is for negative numbers only."""
    sections = _sections(code)
    conditional = [s for s in sections[:3] if s.condition is not None]
    if conditional:
        for section in sections[:3]:
            if section.condition is None or _holds(section.condition, value):
                return section, value < 0 and section.condition is not None
        return None, False
    if len(sections) == 1 or value > 0:
        return sections[0], False
    if value < 0:
        return sections[1], True
    return (sections[2] if len(sections) > 2 else sections[0]), False


def _holds(condition: tuple[str, float], value: float) -> bool:
    sign, bound = condition
    return {
        "<": value < bound,
        "<=": value <= bound,
        ">": value > bound,
        ">=": value >= bound,
        "=": value == bound,
        "<>": value != bound,
    }[sign]


def is_plain(code: str) -> bool:
    """Return whether a format displays every number as stored."""
    return not any(said_of(code, value) for value in (1.0, -1.0, 0.0, 0.5, 1e15)) and all(
        s.condition is None for s in _sections(code)
    )


def _by_words(section: _Section, words: str, code: str) -> FormatMeaning | None:
    """Return the meaning of words that scale or bound a number, or split its digits: 0"."0000 shows 31,000,000 as 3100.0000."""
    plain = unicodedata.normalize("NFKC", words)
    if section.is_split or _BOUND.search(plain) or re.search(r"[<>~]", section.marks):
        return FormatMeaning("scaled", code, 0.0)
    return FormatMeaning("scaled", code, 0.0, words) if _SCALE_WORD.search(plain) or _has_digits(words) else None


def _has_digits(words: str) -> bool:
    """Return whether words beside a number have digits, fractions or footnote marks: 12 in 0"½" is seen as twelve and a half."""
    return re.search(r"\d", unicodedata.normalize("NFKC", _OF_UNIT.sub("", words))) is not None


def _part_shown(marks: str) -> Kind:
    """Return which part of a date its format shows."""
    plain = _OF_NO_DATE.sub("", marks)
    if re.search(r"[yegbr]", plain, re.I) is None:  # r: the year of an era
        return "day"
    if re.search(r"d", plain, re.I):
        return "date"
    return "month" if re.search(r"m", plain, re.I) else "year"


def said_of(code: str, value: float) -> FormatMeaning | None:
    """Return the meaning of a format for a number; ``None`` if it is displayed as stored."""
    section, is_negative = _section_for(code, value)
    if section is None:
        return FormatMeaning("hidden", code) if value else None
    words = section.words.strip()
    if section.is_elapsed:
        return FormatMeaning("duration", code)
    marks = re.sub(r"E[+-]\d*", "", section.marks, flags=re.I) if re.search(r"[0#?]", section.marks) else section.marks
    if not section.is_general and _DATE_LETTERS.search(marks.replace("@", "")):
        return FormatMeaning(_part_shown(marks), code)
    if not section.is_general and not re.search(r"[0#?@]", marks):
        is_all = code.strip() in ("", "@")
        return FormatMeaning("hidden", code) if value and not is_all else None
    percents = marks.count("%")
    if percents:
        return FormatMeaning("percent", code, 100.0**percents)
    if "/" in marks and not section.is_general:
        return FormatMeaning("fraction", code)
    digits = re.sub(r"[^0#?,.]", "", marks)
    whole, _, rest = digits.partition(".")
    commas = len(whole) - len(whole.rstrip(",")) + len(rest) - len(rest.rstrip(","))
    if commas:
        return FormatMeaning("scaled", code, 1000.0**-commas, words)
    if scaled := _by_words(section, words, code):
        return scaled
    shows_minus = bool(_MINUS.search(unicodedata.normalize("NFKC", words)) or _MINUS.search(marks))
    if value > 0 and shows_minus:
        return FormatMeaning("sign", code)
    if value < 0 and is_negative and not shows_minus and not section.is_coloured:
        return FormatMeaning("sign", code)
    if money := next((sign for sign in (*_YEN, *FOREIGN_MONEY) if sign in words or sign in marks), ""):
        return FormatMeaning("unit", code, 1.0, "円" if money in _YEN else money)
    if words:
        return FormatMeaning("unit", code, 1.0, words)
    if re.fullmatch(r"0{2,}", marks):
        return FormatMeaning("padded", code, width=len(marks))
    return None
