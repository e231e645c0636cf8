"""What the second implementation is given and what it answers: periods, figures, targets, and everything the method says of them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Term:
    """The days of a period, both included, and what sort of period it is."""

    first: date
    last: date
    sort: str

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    @property
    def april(self) -> int:
        """Return the year of the April that a sum up to its last day counts from."""
        return self.last.year if self.last.month >= 4 else self.last.year - 1


def term(code: str) -> Term:
    """Read a period's code: ``FY2022``, ``FY2022-Q3``, ``2022-12``, ``CY2030``."""
    if found := re.fullmatch(r"FY(\d+)", code):
        year = int(found[1])
        return Term(date(year, 4, 1), date(year + 1, 3, 31), "fiscal year")
    if found := re.fullmatch(r"FY(\d+)-Q([1-4])", code):
        year, quarter = int(found[1]), int(found[2])
        if quarter == 4:
            return Term(date(year + 1, 1, 1), date(year + 1, 3, 31), "quarter")
        last = 3 + 3 * quarter
        return Term(date(year, last - 2, 1), date(year, last, monthrange(year, last)[1]), "quarter")
    if found := re.fullmatch(r"CY(\d+)", code):
        return Term(date(int(found[1]), 1, 1), date(int(found[1]), 12, 31), "calendar year")
    year, month = (int(part) for part in code.split("-"))
    return Term(date(year, month, 1), date(year, month, monthrange(year, month)[1]), "month")


@dataclass(frozen=True)
class Measure:
    """What is measured, and how it is judged."""

    kind: str
    direction: str = "higher"
    unit: str = "%"
    good: float = 0.95
    poor: float = 0.60
    tolerance: float = 0.0
    stale_after: int = 400
    lag: int = 92
    sibling_has_start: bool = False


@dataclass(frozen=True)
class Mark:
    """One value of one period, as published."""

    code: str
    value: float | None
    about: bool = False
    more_than: bool = False
    to_date: bool = False
    n: float | None = None
    d: float | None = None
    base: float | None = None
    version: int = 1
    known: object = None  # an instant, comparable with the one that is asked
    takes_back: int | None = None  # a withdrawal: the version of the same period that it takes back

    @property
    def term(self) -> Term:
        """Return its period."""
        return term(self.code)


@dataclass(frozen=True)
class Aim:
    """One target."""

    code: str
    value: float
    about: bool = False
    set_on: date | None = None
    order: int = 1
    gone_on: date | None = None  # from this day on it was never a target

    @property
    def term(self) -> Term:
        """Return its period; it is due on the last day."""
        return term(self.code)


@dataclass(frozen=True)
class Start:
    """Where the path begins."""

    day: date
    value: float


@dataclass(frozen=True)
class Found:
    """What the method says."""

    status: str
    figure: str | None = None
    target: str | None = None
    due: str | None = None  # period of the target that fell due last
    result: str | None = None
    gap: float | None = None
    settled: str | None = None  # where that is not known: period of the newest target whose result is
    settled_result: str | None = None
    unreported: tuple[str, ...] = ()
    is_awaiting: bool = False
    is_part: bool = False
    could_be: frozenset[str] = frozenset()
    is_stale: bool = False
    is_current: bool = False
    planned: float | None = None
    ratio: float | None = None
    previous: str | None = None
    year_earlier: str | None = None
