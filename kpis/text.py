"""Formatting of words, numbers and dates for people, in one place; status words with icon and colour."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from kpis.declared import ALWAYS
from kpis.languages import SOURCE, codes, day_in_words, filled, number_in_digits, say, unfilled
from kpis.periods import fiscal_year_code, local_day, local_time, month_code, parse_period, quarter_code

# Material icon and badge colour of each status; its word is ``status_<status>`` of the catalogues.
MYRIAD = 10_000  # a language with a word for it formats each part of a large number: 1億2,345万
LARGE = 1_000_000  # numbers from here on are written with 万 or million
ROUND = 100_000  # and from here on those that are a whole multiple of 万: 約32万 beside 約5,695万
SCALED = 3  # decimals that a number of millions has at most: beyond, all its digits are shorter
ROUND_TO = 6  # maximum number of trailing zeros taken as the precision of a large number
RATIO = 3  # decimals of progress and ratios
PUBLISHED = 4  # a value with more decimals than these was computed, not published
SAME = Decimal("1e-9")  # tolerance for equal values


class Measured(Protocol):
    """The properties needed to format a value: unit and number of decimals."""

    @property
    def unit_ja(self) -> str: ...
    @property
    def unit_en(self) -> str: ...
    @property
    def decimals(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Named:
    """A text of a row, for a message whose language is not known yet; called with a language code."""

    row: Mapping[str, object] | object
    field: str = "name"

    def __call__(self, language: str) -> str:
        """Return the text in a language, falling back to Japanese."""
        return named(self.row, self.field, language)


def named(row: Mapping[str, Any] | object, field: str = "name", language: str = SOURCE) -> str:
    """Return a text of a row or record in a language, falling back to Japanese.

    Args:
        row: with a column per language as ``name_ja``; a record keeps languages other than Japanese and English in ``further``.
        field: the text, as ``name`` or ``unit``.
    """
    return text_of(row, field, language) or text_of(row, field, SOURCE)


def text_of(row: Mapping[str, Any] | object, field: str, language: str) -> str:
    """Return a text of a row in exactly this language, or blank, for machines that request each language."""
    column = f"{field}_{language}"
    if isinstance(row, Mapping):
        return str(row.get(column) or "")
    if language == SOURCE:
        return str(getattr(row, column) or "")
    return str(getattr(row, column, "") or getattr(row, "further", {}).get(column) or "")


def texts_of(row: Mapping[str, Any] | object, field: str) -> dict[str, str]:
    """Return a text of a row for machines: the columns ``name_ja`` and ``name_en``, without fallback."""
    return {f"{field}_{language}": text_of(row, field, language) for language in ALWAYS}


class Scale(NamedTuple):
    """A power of ten with a word in a language: its pattern."""

    size: int
    written: str


@lru_cache
def _unit_forms(language: str) -> dict[str, str]:
    """Return the forms of units that vary with number, from ``unit_forms`` of the catalogue: ``sheets = sheet|sheets``."""
    lines = (line.partition("=") for line in unfilled("unit_forms", language).splitlines())
    return {many.strip(): forms.strip() for many, _, forms in lines if forms.strip()}


def _unit_of(number: str, unit: str, language: str) -> str:
    """Return a unit in the form for a formatted number, whatever its sign."""
    forms = _unit_forms(language).get(unit)
    return filled(f"{{count:{forms}}}", {"count": number.lstrip("+−±")}, language) if forms else unit


@lru_cache
def _scales(language: str) -> tuple[Scale, ...]:
    """Return the words for large numbers, largest first, from ``large_numbers`` of the catalogue: ``1000000 = {number} million``."""
    lines = (line.split("=") for line in unfilled("large_numbers", language).splitlines())
    return tuple(Scale(int(size), written.strip()) for size, written, *_ in lines)  # catalogues of before have a short form too


def with_unit(number: str, unit: str, language: str = "ja") -> str:
    """Add a unit to a number as the language does: 100%, 500万枚, 500 sheets, 1 sheet; Latin letters follow a space in each (5 Mbps)."""
    if unit in ("%", "％"):
        return say("number_with_sign", language, number=number, unit=unit)
    if not unit or unit[0] < "\u2e80":
        return f"{number} {_unit_of(number, unit, language)}".strip()
    return say("number_with_unit", language, number=number, unit=unit)


def format_value(
    value: float, definition: Measured, language: str = "ja", *, apart_from: Iterable[float] = (), is_worked_out: bool = False
) -> str:
    """Format a value with its unit: with the published digits, never rounded to zero or onto another value.

    Args:
        apart_from: values shown beside it, as its targets: it is never rounded onto or across one of them.
        is_worked_out: the value is computed from others, as a rate of two counts: use the indicator's decimals.
    """
    number = _exact(value)
    places = _places(number, definition, is_worked_out=is_worked_out)
    shown = _rounded(number, _fine_enough(number, places, _landmarks(definition), beside=tuple(map(_exact, apart_from))))
    return with_unit(_written(shown, language), named(definition, "unit", language), language)


def format_count(value: float, language: str = "ja") -> str:
    """Format a number that belongs to no indicator, as a count of a register."""
    number = _exact(value)
    decimals = _decimals(number)
    places = decimals if decimals <= PUBLISHED else 1
    return _written(_rounded(number, _fine_enough(number, places, (Decimal(0),))), language)


def format_number(value: float, language: str = "ja", form: str = ",") -> str:
    """Format a number in digits alone, of any size, in a Python format (``,`` or ``+,.1f``), as for a cell of a table."""
    return number_in_digits(value, form, language).replace("-", "−")


def format_percent(value: float, language: str = "ja", decimals: int = 1) -> str:
    """Format a share in percent; never rounded to 0 or 100."""
    number = _exact(value)
    shown = _rounded(number, _fine_enough(number, decimals, (Decimal(0), Decimal(100))))
    return with_unit(_written(shown, language), "%", language)


def format_ratio(value: float, language: str = "ja", *, decimals: int = RATIO) -> str:
    """Format progress or a ratio, which has no unit: 0.953; never rounded to 0 or 1."""
    number = _exact(value)
    return _written(_rounded(number, _fine_enough(number, decimals, (Decimal(0), Decimal(1)))), language)


def format_part(value: float, definition: Measured, language: str, *, serves: Callable[[float], bool]) -> str:
    """Format a part of a sum that readers work out again: with as many digits as their result takes to be the one shown.

    Args:
        serves: whether the sum comes out with the part so rounded.
    """
    number = _exact(value)
    places = _places(number, definition)
    while places < _decimals(number) and not serves(float(_rounded(number, places))):
        places += 1
    shown = _rounded(number, _fine_enough(number, places, _landmarks(definition)))
    return with_unit(_written(shown, language), named(definition, "unit", language), language)


@dataclass(frozen=True, slots=True)
class Apart:
    """Two values formatted so that a reader can distinguish them, and their difference with no more digits than they have."""

    value: str
    other: str
    gap: str
    side: int  # 1 where the first is larger, −1 where it is smaller, 0 where they are equal

    @property
    def signed_gap(self) -> str:
        """Return the difference with its sign: +, − or ±."""
        return ("−", "±", "+")[self.side + 1] + self.gap


def told_apart(
    value: float, other: float, definition: Measured, language: str = "ja", *, apart_from: Iterable[float] = (),
    is_approximate: bool = False, is_other_approximate: bool = False, is_worked_out: bool = False, is_planned: bool = False,
) -> Apart:  # fmt: skip
    """Format two values and their difference.

    Args:
        value: a figure.
        other: the value compared with: a target, or a value of the planned path.
        apart_from: other values shown beside them.
        is_approximate: the figure is approximate: limit the digits of the difference to its accuracy, unless that makes it nothing.
        is_other_approximate: the same for the other value.
        is_worked_out: the figure is computed from others, as a rate of two counts.
        is_planned: ``other`` is interpolated on a path: it gets the digits of the figure.
    """
    first, second = _exact(value), _exact(other)
    marks, others = _landmarks(definition), tuple(map(_exact, apart_from))
    here = _fine_enough(first, _places(first, definition, is_worked_out=is_worked_out), marks, beside=(*others, second))
    there = _like(second, here, definition) if is_planned else _places(second, definition)
    there = _fine_enough(second, there, (*marks, *others), beside=(first,))
    side = 0 if abs(first - second) <= SAME else (1 if first > second else -1)
    a, b = _rounded(first, here), _rounded(second, there)
    while side and side * (a - b) <= 0:
        there += 1
        b = _rounded(second, there)
    is_share = definition.unit_ja == "%"
    gap = abs(a - b) if side else Decimal(0)
    rough = [_exact_to(n, is_share) for n, about in ((first, is_approximate), (second, is_other_approximate)) if about]
    places = max(here, there)
    if rough and gap:
        exact = abs(first - second)
        gap = exact if _rounded(exact, places) else gap
        places = min(places, max(min(rough), -gap.adjusted()))  # the first digit is always kept
    size = _written(_rounded(gap, places), language, beside=max(abs(a), abs(b)))
    unit = named(definition, "unit", language)
    return Apart(
        with_unit(_written(a, language), unit, language), with_unit(_written(b if side else a, language), unit, language),
        say("points", language, count=size) if is_share else with_unit(size, unit, language), side,
    )  # fmt: skip


def axis_scale(largest: float, language: str = "ja") -> tuple[float, str]:
    """Return the divisor of the numbers of an axis, and the word before its unit: (1e8, "億"), (1.0, "") for small ones."""
    scale = next((scale for scale in _scales(language) if abs(largest) >= max(scale.size, LARGE)), None)
    if scale is None:
        return 1.0, ""
    return float(scale.size), say("number_with_unit", language, number=_word(scale, language), unit="")


def axis_number(value: float, language: str = "ja") -> str:
    """Format a number on an axis: grouped digits, never with an exponent."""
    shown = _exact(round(value, 10)).normalize()
    return _grouped(shown, language).replace("-", "−") if shown else "0"


def _exact(value: float) -> Decimal:
    """Return a float as the decimal number meant: 15 digits, so that 0.1 + 0.2 is 0.3."""
    return Decimal(f"{float(value):.15g}")


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -int(exponent))


def _places(number: Decimal, definition: Measured, *, is_worked_out: bool = False) -> int:
    """Return the last exact decimal place of a value, the same in every language; negative for large round numbers (8,000万 to a million)."""
    decimals = _decimals(number)
    beyond = decimals - max(0, -number.adjusted() - 1)  # digits after the leading zeros of a small number
    if is_worked_out or beyond > PUBLISHED:
        return max(definition.decimals, 1 if decimals else 0)
    if abs(number) < LARGE or decimals:
        return max(definition.decimals, decimals)
    return -min(ROUND_TO, int(number.normalize().as_tuple().exponent))


def _like(number: Decimal, places: int, definition: Measured) -> int:
    """Return the last decimal place of a planned value beside a figure: that of the figure, but at least two significant digits."""
    if places >= 0:
        return places
    return max(places, 1 - number.adjusted()) if abs(number) >= LARGE else definition.decimals


def _exact_to(number: Decimal, is_share: bool) -> int:
    """Return the last exact decimal place of an approximate value, as ``kpis.figures.measures.rounding_step``: at least two digits."""
    decimals = _decimals(number)
    if decimals or is_share or not number:
        return decimals
    return -max(min(int(number.normalize().as_tuple().exponent), number.adjusted() - 1), 0)


def _landmarks(definition: Measured) -> tuple[Decimal, ...]:
    return (Decimal(0), Decimal(100)) if definition.unit_ja == "%" else (Decimal(0),)


def _fine_enough(number: Decimal, places: int, others: Iterable[Decimal], *, beside: Iterable[Decimal] = ()) -> int:
    """Return enough decimals that a number is not rounded onto or across any of the others (unless equal).

    Args:
        beside: values it is compared with: rounding moves it at most a quarter of the way to them, so that the formatted
            difference is that of the formatted values.
    """
    for other in others:
        if abs(number - other) <= SAME:
            continue
        while (number > other) != (_rounded(number, places) > other) or _rounded(number, places) == other:
            places += 1
    for other in beside:
        distance = abs(number - other)
        while distance > SAME and abs(_rounded(number, places) - number) * 4 > distance:
            places += 1
    return places


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def large_unit(language: str = "ja") -> tuple[str, float]:
    """Return the first power of ten that has a word, and the word: ("万", 1e4)."""
    scale = _scales(language)[-1]
    return _word(scale, language), float(scale.size)


@lru_cache(maxsize=1)
def signs_of_scales() -> str:
    """Return the characters that stand for a power of ten in any language: those of 10,000 and more in Japanese."""
    words = (_word(scale, code) for code in codes() for scale in _scales(code))
    return "".join(dict.fromkeys(word for word in words if len(word) == 1 and not word.isascii()))


def _word(scale: Scale, language: str) -> str:
    """Return the word for a power of ten, in the plural."""
    return filled(scale.written, {"number": "", "count": 100}, language).strip()


def _in_parts(language: str) -> bool:
    return _scales(language)[-1].size == MYRIAD


def _grouped(number: Decimal, language: str) -> str:
    """Return the digits of a number with the separators of the language: 1,234.5."""
    return number_in_digits(number, ",f", language)


def _written(number: Decimal, language: str, *, beside: Decimal = Decimal(0)) -> str:
    """Format the digits of a rounded number: 1兆2,345億6,789万, 1.5 billion, −0.04; 3,047,055 where "million" would need more decimals.

    A whole multiple of 万 is formatted so from ``ROUND`` on, and as soon as possible where it is shown beside another such number.
    """
    sign, size = ("−" if number < 0 else ""), abs(number)
    is_round = _in_parts(language) and not size % MYRIAD and size >= (MYRIAD if beside >= LARGE else ROUND)
    if size < LARGE and not is_round:
        return sign + _grouped(size, language)
    size = size.normalize()
    if not _in_parts(language):
        scale = next((scale for scale in _scales(language) if size >= scale.size), Scale(1, "{number}"))
        scaled = (size / scale.size).normalize()
        if _decimals(scaled) > SCALED:
            return sign + _grouped(size, language)
        digits = _grouped(scaled, language)
        return sign + filled(scale.written, {"number": digits, "count": digits}, language)
    parts = []
    for scale in _scales(language):
        whole, size = divmod(size, scale.size)
        parts.append(scale.written.format(number=_grouped(whole, language)) if whole else "")
    return sign + "".join(parts) + (_grouped(size.normalize(), language) if size else "")


@lru_cache(maxsize=8192)
def format_date(day: date, language: str = "ja") -> str:
    """Format a day: 2022年9月30日, or 30 Sep 2022."""
    return day_in_words(day, "day", language)


def format_instant(at: datetime, language: str = "ja") -> str:
    """Format an instant (UTC) as day and time of the office, to the minute: 2026年11月29日 16:49, or 29 Nov 2026 16:49."""
    return f"{format_date(local_day(at), language)} {local_time(at):%H:%M}"


def known_day(day: date | None, precision: str, language: str = "ja") -> str:
    """Format a day at its precision: the day, its month, its quarter or fiscal year, or that year and later.

    Args:
        precision: ``day``, ``month``, ``quarter``, ``year``, ``or_later`` (a fiscal year or after it) or ``unknown``: the day is
            then the last it can have been.
    """
    if day is None:
        return ""
    codes = {"month": month_code, "quarter": quarter_code, "year": fiscal_year_code, "or_later": fiscal_year_code}
    if precision == "unknown":
        return say("day_no_later", language, day=format_date(day, language))
    if precision not in codes:
        return format_date(day, language)
    label = parse_period(codes[precision](day)).label(language)
    return say("period_or_later", language, period=label) if precision == "or_later" else label


def status_word(status: str, language: str = "ja") -> str:
    """Return the word for a status."""
    return say(f"status_{status}", language)
