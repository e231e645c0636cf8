"""A second implementation of rule 2026-3, written from ``docs/method.md`` alone; it shares no code with the engine.

Numbers in the comments are those of the method page.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

SAME = 1e-9
YEARS = ("fiscal year", "calendar year")
LADDER = ("moving_away", "behind", "slightly_behind", "on_track")
UNJUDGED = ("unreported", "no_data", "qualitative", "not_applicable", "not_due")


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


def usable(measure: Measure, marks: Sequence[Mark], as_of: date, known_at: object = None) -> list[Mark]:
    """Return the figures with a value that count, in order of time, the longer period last on a day (1)."""
    newest: dict[str, Mark] = {}
    for mark in marks:
        if known_at is not None and mark.known is not None and mark.known > known_at:  # type: ignore[operator]
            continue
        if mark.code not in newest or mark.version > newest[mark.code].version:
            newest[mark.code] = mark
    found = []
    for mark in newest.values():
        value = mark.value
        if value is None and mark.n is not None:
            if measure.kind == "ratio" and mark.d:
                value = 100 * mark.n / mark.d
            elif measure.kind == "reduction" and mark.base:
                value = 100 * (1 - mark.n / mark.base)
        if value is not None and mark.term.last <= as_of:
            found.append(replace(mark, value=value))
    if measure.kind == "ceiling":
        found = [m for m in found if _counts_for_a_year(m)] or found
    return sorted(found, key=lambda m: (m.term.last, m.term.days))


def _counts_for_a_year(mark: Mark) -> bool:
    return mark.to_date or mark.term.sort in YEARS


def standing(aims: Sequence[Aim], as_of: date) -> list[Aim]:
    """Return the targets that count on a day, by due day, the shortest first (2)."""
    last: dict[str, Aim] = {}
    for aim in aims:
        if aim.set_on is not None and aim.set_on > as_of:
            continue
        if aim.code not in last or aim.order >= last[aim.code].order:
            last[aim.code] = aim
    return sorted(last.values(), key=lambda a: (a.term.last, a.term.days))


def in_force(aims: Sequence[Aim], day: date) -> Aim:
    """Return the target that a figure of a day is held against (3)."""
    around = [a for a in aims if a.term.first <= day <= a.term.last]
    if around:
        return min(around, key=lambda a: a.term.days)
    ahead = [a for a in aims if a.term.last > day]
    if ahead:
        return ahead[0]
    final = aims[-1].term.last
    return next(a for a in aims if a.term.last == final)


class Case:
    """One indicator of one unit, judged as of one day."""

    def __init__(
        self,
        measure: Measure,
        marks: Sequence[Mark],
        aims: Sequence[Aim],
        start: Start | None,
        as_of: date,
        known_at: object = None,
    ) -> None:
        self.m, self.as_of, self.published = measure, as_of, start
        self.marks = usable(measure, marks, as_of, known_at)
        self.aims = standing(aims, as_of)
        self.figure = self.marks[-1] if self.marks else None

    # What has fallen due (6–8) --------------------------------------------------------------------------------------

    def _open(self) -> list[Aim]:
        """Return the targets that fell due after the figure, by the day asked."""
        return [a for a in self.aims if a.term.last <= self.as_of and (not self.figure or a.term.last > self.figure.term.last)]

    def _since(self, aim: Aim) -> int:
        return (self.as_of - aim.term.last).days

    def unreported(self) -> list[Aim]:
        """Return the targets whose result is overdue (6)."""
        return [a for a in self._open() if self._since(a) > self.m.lag]

    def awaiting(self) -> bool:
        """Say whether a result is awaited (7)."""
        return any(self._since(a) <= self.m.lag for a in self._open())

    def last_due(self) -> tuple[str | None, str | None, float | None]:
        """Return the target that fell due last, what came of it and by how much (8)."""
        past = [a for a in self.aims if a.term.last <= self.as_of]
        if not past:
            return None, None, None
        aim = next(a for a in past if a.term.last == past[-1].term.last)
        day = aim.term.last
        speaking = [m for m in self.marks if self.m.kind != "ceiling" or _counts_for_a_year(m)]
        mark = next((m for m in reversed(speaking) if m.term.last == day), None)
        if mark is None and self.m.kind not in ("ceiling", "reduction"):
            later = [m for m in speaking if m.term.last > day]
            mark = next((m for m in reversed(later) if m.term.last == later[0].term.last), None)
        if mark is None:
            return aim.code, "awaiting" if self._since(aim) <= self.m.lag else "unknown", None
        assert mark.value is not None
        gap = mark.value - aim.value
        fits = abs(gap) <= self.m.tolerance + SAME if self.m.direction == "keep" else self.meets(mark.value, aim.value)
        return aim.code, "met" if fits else "unknown" if mark.more_than else "missed", gap

    # The path (4, 5, 9) ---------------------------------------------------------------------------------------------

    def start(self, aim: Aim) -> Start | None:
        """Return the baseline (4)."""
        if self.published is not None or self.m.sibling_has_start or not self.marks or self.figure is None:
            return self.published
        day = self.marks[0].term.last
        if day >= self.figure.term.last or day >= aim.term.last:
            return None
        first = [m for m in self.marks if m.term.last == day][-1]
        assert first.value is not None
        return Start(day, first.value)

    def planned(self, start: Start | None, aim: Aim, day: date) -> float | None:
        """Return the value of the path on a day (5)."""
        if start is None or day < start.day:
            return None
        corners = {start.day: start.value}
        for other in reversed(self.aims):  # the shortest of a day comes last
            if other.term.last > start.day:
                corners[other.term.last] = other.value
        if aim.term.last > start.day:
            corners[aim.term.last] = aim.value
        if len(corners) == 1:
            return None
        days = sorted(corners)
        for left, right in pairwise(days):
            if left <= day <= right:
                return corners[left] + (corners[right] - corners[left]) * (day - left).days / (right - left).days
        return corners[days[-1]]

    def meets(self, value: float, wanted: float) -> bool:
        """Say whether a value meets a target."""
        return value <= wanted + SAME if self.m.direction == "lower" else value >= wanted - SAME

    def part(self, mark: Mark, aim: Aim) -> bool:
        """Say whether a figure is of a part of the target's period (10)."""
        within = mark.term.last < aim.term.last and mark.term.first >= aim.term.first
        return within and (mark.to_date or self.m.kind in ("ratio", "reduction", "ceiling", "level"))

    # The status (11, 12) --------------------------------------------------------------------------------------------

    def stand(self, mark: Mark, aim: Aim, *, kept: bool) -> tuple[str, float | None, float | None]:
        """Return status, planned value and ratio of a figure against the target in force."""
        if self.m.kind == "ceiling":
            return self._ceiling(mark, aim)
        assert mark.value is not None
        value, wanted = mark.value, aim.value
        start = self.start(aim)
        planned = self.planned(start, aim, mark.term.last)
        progress = ratio = None
        if start is not None and abs(wanted - start.value) > SAME:
            progress = (value - start.value) / (wanted - start.value)
            if planned is not None:
                expected = (planned - start.value) / (wanted - start.value)
                ratio = progress / expected if expected > SAME else None
        status = self._word(mark, aim, start, progress if start and abs(value - start.value) > SAME else None, ratio, kept=kept)
        return status, planned, ratio

    def _word(self, mark: Mark, aim: Aim, start: Start | None, progress: float | None, ratio: float | None, *, kept: bool) -> str:
        assert mark.value is not None
        day, due, off = mark.term.last, aim.term.last, mark.value - aim.value
        if kept:
            fine = abs(off) <= self.m.tolerance + SAME or (self.m.direction != "keep" and self.meets(mark.value, aim.value))
            if day >= due:
                return "reached" if fine else "missed"
            if fine:
                return "on_track"
            return "slightly_behind" if abs(off) <= 2 * self.m.tolerance + SAME else "behind"
        if self.meets(mark.value, aim.value):
            return "on_track" if self.part(mark, aim) else "reached"
        if day >= due and mark.more_than and self.m.direction == "higher":
            return "not_applicable"
        before = [m for m in self.marks if m.term.last < day and (start is None or m.term.last > start.day)]
        was_there = any(self.meets(m.value, aim.value) and not self.part(m, aim) for m in before if m.value is not None)
        if day >= due:
            return "reached_then_lost" if day > due and was_there else "missed"
        if was_there:
            return "reached_then_lost"
        if progress is not None and progress < 0:
            return "moving_away"
        return self._by_ratio(ratio)

    def _by_ratio(self, ratio: float | None) -> str:
        if ratio is None:
            return "not_due"
        return "on_track" if ratio >= self.m.good - SAME else "slightly_behind" if ratio >= self.m.poor - SAME else "behind"

    def _ceiling(self, mark: Mark, aim: Aim) -> tuple[str, float | None, float | None]:
        assert mark.value is not None
        day, span, cap = mark.term.last, aim.term, aim.value
        if not span.first <= day <= span.last:
            return ("not_due" if span.first > day else "not_applicable"), None, None
        if not _counts_for_a_year(mark):
            return "not_applicable", None, None
        whole = mark.term.sort in YEARS or day >= span.last
        budget = cap if whole else cap * ((day - span.first).days + 1) / span.days
        is_floor = self.m.direction == "higher"
        ratio = None if not budget else mark.value / budget if is_floor else 2 - mark.value / budget
        if whole:
            return ("reached" if self.meets(mark.value, cap) else "missed"), budget, ratio
        is_used_up = not is_floor and mark.value > cap + SAME
        return ("behind" if is_used_up else self._by_ratio(ratio)), budget, ratio

    # Doubt (13) -----------------------------------------------------------------------------------------------------

    def doubt(self, status: str, mark: Mark, aim: Aim, *, kept: bool) -> frozenset[str]:
        """Return what else the status could be."""
        if status in UNJUDGED:
            return frozenset()
        assert mark.value is not None
        values = _ends(mark.value, self.m.unit) if mark.about else [mark.value]
        wanted = _ends(aim.value, self.m.unit) if aim.about else [aim.value]
        found = set()
        for value in values:
            for other in wanted:
                moved = replace(aim, value=other)
                found.add(self.stand(replace(mark, value=value), moved, kept=kept)[0])
        if mark.more_than and self.m.direction == "higher" and status in LADDER[:-1]:
            found.add(LADDER[LADDER.index(status) + 1])
        if mark.more_than and self.m.direction == "lower":
            if status in LADDER[1:]:
                found.add(LADDER[LADDER.index(status) - 1])
            elif status == "reached":
                found.add("missed" if mark.term.last >= aim.term.last else "on_track")
        return frozenset(found - {status})

    # All of it ------------------------------------------------------------------------------------------------------

    def answer(self) -> Found:
        """Return everything that the method says."""
        figure, mine = self.figure, self.m
        known = Found(
            status="no_data",
            figure=figure.code if figure else None,
            is_stale=figure is not None and (self.as_of - figure.term.last).days > mine.stale_after,
            previous=self._like(lambda m: True),
            year_earlier=self._like(self._is_year_earlier),
        )
        if mine.kind == "qualitative":
            return replace(known, status="qualitative")
        if not self.aims or mine.direction == "none":
            return replace(known, status="not_applicable" if figure else "no_data")
        overdue = self.unreported()
        due, result, gap = self.last_due()
        aim = overdue[0] if overdue else in_force(self.aims, figure.term.last if figure else self.as_of)
        known = replace(
            known, target=aim.code, due=due, result=result, gap=gap, unreported=tuple(a.code for a in overdue),
            is_awaiting=not overdue and self.awaiting(), is_part=figure is not None and self.part(figure, aim),
        )  # fmt: skip
        if overdue or figure is None:
            return replace(known, status="unreported" if overdue else "no_data")
        kept = mine.kind != "ceiling" and (
            mine.direction == "keep" or (self.published is not None and abs(self.published.value - aim.value) <= SAME)
        )
        status, planned, ratio = self.stand(figure, aim, kept=kept)
        return replace(
            known,
            status=status,
            planned=planned,
            ratio=ratio,
            could_be=self.doubt(status, figure, aim, kept=kept),
            is_current=not known.is_stale and status not in UNJUDGED,
        )

    def _is_year_earlier(self, mark: Mark) -> bool:
        assert self.figure is not None
        then, now = mark.term.last, self.figure.term.last
        return (then.year, then.month) == (now.year - 1, now.month)

    def _like(self, fits) -> str | None:  # type: ignore[no-untyped-def]
        """Return the last earlier figure of the same sort of period, as much to date as the judged one (15)."""
        mine = self.figure
        if mine is None:
            return None
        same = [m for m in self.marks[:-1] if m.term.sort == mine.term.sort and m.to_date == mine.to_date and fits(m)]
        return same[-1].code if same else None


def _ends(value: float, unit: str) -> list[float]:
    """Return a rounded value's least and greatest (13)."""
    half = rounding(value, unit) / 2
    return [value - half, value + half]


def rounding(value: float, unit: str) -> float:
    """Return the unit of the last digit that a value published as "about" gives (13)."""
    exact = Decimal(repr(float(value)))
    if exact != exact.to_integral_value():
        exponent = exact.normalize().as_tuple().exponent
        assert isinstance(exponent, int)
        return float(Decimal(1).scaleb(exponent))
    if unit == "%" or value == 0:
        return 1.0
    digits = str(abs(int(exact)))
    return float(10 ** (len(digits) - len(digits.rstrip("0"))))


def judge(
    measure: Measure,
    marks: Sequence[Mark],
    aims: Sequence[Aim],
    start: Start | None,
    as_of: date,
    known_at: object = None,
) -> Found:
    """Judge one indicator of one unit as of a day."""
    return Case(measure, marks, aims, start, as_of, known_at).answer()
