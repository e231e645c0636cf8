"""The kinds of indicator, one record each: what is reported of it, how a value is made of its parts, and how far it can go.

Whatever depends on the kind of an indicator asks its record; a new kind is a word and a record here. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kpis.vocabulary import Vocabulary


class IndicatorKind(Vocabulary):
    """What an indicator measures."""

    RATIO = "ratio"
    CEILING = "ceiling"
    REDUCTION = "reduction"
    STOCK = "stock"
    COMPLETION = "completion"
    LEVEL = "level"
    QUALITATIVE = "qualitative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of indicator.

    Args:
        needed: the columns that a report of it must have; none: its value, or both parts of its rate.
        whole: the column that the numerator is measured against, where the value is a rate made of the two.
        rate: (numerator, whole) → value.
        is_percent: its rate is in percent.
        least: the least value possible, where the catalogue says none.
        most: the greatest value possible, where the catalogue says none.
        is_additive: the figures of units add up to that of their whole (a rate from the sums of its parts).
        is_count: its value is a count.
        is_on_a_day: counted on a day, the last of its period, not over the period.
        is_cap: its target is what may be used up by the end of a period, from nothing at its start.
        is_level: a value as it is measured, neither counted nor made of parts.
        is_text: told in words; never judged.
        tells_later: where no figure of a target's day is known, the first one after it says what came of the target.
    """

    needed: tuple[str, ...] = ("value",)
    whole: str = ""
    rate: Callable[[float, float], float] | None = None
    is_percent: bool = False
    least: float | None = None
    most: float | None = None
    is_additive: bool = True
    is_count: bool = False
    is_on_a_day: bool = False
    is_cap: bool = False
    is_level: bool = False
    is_text: bool = False
    tells_later: bool = False

    @property
    def against(self) -> str:
        """Return the column beside the numerator: that of its rate, else what a count is counted of."""
        return self.whole or "denominator"


def share(numerator: float, denominator: float) -> float:
    """Return n / d in percent."""
    return numerator / denominator * 100


def fall(value: float, base: float) -> float:
    """Return by how much a value lies below its base, in percent of the base."""
    return (1 - value / base) * 100


_ON_A_DAY = Kind(is_count=True, is_on_a_day=True, least=0.0, tells_later=True)
KINDS: dict[str, Kind] = {
    IndicatorKind.RATIO: Kind(needed=(), whole="denominator", rate=share, is_percent=True, least=0.0, most=100.0, tells_later=True),
    IndicatorKind.CEILING: Kind(is_count=True, is_cap=True, least=0.0),
    IndicatorKind.REDUCTION: Kind(needed=(), whole="base_value", rate=fall, is_percent=True, most=100.0),
    IndicatorKind.STOCK: _ON_A_DAY,
    IndicatorKind.COMPLETION: _ON_A_DAY,
    IndicatorKind.LEVEL: Kind(is_level=True, is_additive=False),
    IndicatorKind.QUALITATIVE: Kind(needed=("text_ja",), is_text=True, is_additive=False),
}


def is_percent(kind: str, unit_ja: str) -> bool:
    """Say whether a value is written in percent: the kind of its indicator has it so, or the indicator's unit."""
    return KINDS[kind].is_percent or unit_ja in ("%", "％")
