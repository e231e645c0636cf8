"""The kinds of indicator, one record each: reported columns, formula, and range of values.

Code that depends on the kind of an indicator reads its record; a new kind is one word and one record here. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kpis.vocabulary import Vocabulary


class IndicatorKind(Vocabulary):
    """The kinds of measurement an indicator can be."""

    RATIO = "ratio"
    CEILING = "ceiling"
    REDUCTION = "reduction"
    STOCK = "stock"
    COMPLETION = "completion"
    LEVEL = "level"
    QUALITATIVE = "qualitative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of indicator."""

    needed: tuple[str, ...] = ("value",)  # required columns of a report; empty: its value, or both parts of its rate
    divisor: str = ""  # the column that the numerator is divided by, where the value is a rate of two columns
    rate: Callable[[float, float], float] | None = None  # (numerator, divisor) → value
    is_percent: bool = False  # its rate is in percent
    least: float | None = None  # the least possible value, by default
    most: float | None = None  # the greatest possible value, by default
    is_additive: bool = True  # the figures of units add up to that of their whole (a rate from the sums of its parts)
    is_count: bool = False  # its value is a count
    is_on_a_day: bool = False  # counted on the last day of its period, not over the period
    is_cap: bool = False  # its target is a budget to be used up by the end of a period, from nothing at its start
    is_level: bool = False  # a measured value, neither counted nor computed from parts
    is_text: bool = False  # a text status; never judged
    tells_later: bool = False  # without a figure of a target's day, the first one after it decides the target

    @property
    def against(self) -> str:
        """Return the column compared with the numerator: the divisor of its rate, else the total of a count."""
        return self.divisor or "denominator"


def share(numerator: float, denominator: float) -> float:
    """Return n / d in percent."""
    return numerator / denominator * 100


def fall(value: float, base: float) -> float:
    """Return the reduction of a value from its base, in percent of the base."""
    return (1 - value / base) * 100


_ON_A_DAY = Kind(is_count=True, is_on_a_day=True, least=0.0, tells_later=True)
KINDS: dict[str, Kind] = {
    IndicatorKind.RATIO: Kind(
        needed=(), divisor="denominator", rate=share, is_percent=True, least=0.0, most=100.0, tells_later=True
    ),
    IndicatorKind.CEILING: Kind(is_count=True, is_cap=True, least=0.0),
    IndicatorKind.REDUCTION: Kind(needed=(), divisor="base_value", rate=fall, is_percent=True, most=100.0),
    IndicatorKind.STOCK: _ON_A_DAY,
    IndicatorKind.COMPLETION: _ON_A_DAY,
    IndicatorKind.LEVEL: Kind(is_level=True, is_additive=False),
    IndicatorKind.QUALITATIVE: Kind(needed=("text_ja",), is_text=True, is_additive=False),
}


def is_percent(kind: str, unit_ja: str) -> bool:
    """Return whether a value is in percent, by the kind or the unit of its indicator."""
    return KINDS[kind].is_percent or unit_ja in ("%", "％")
