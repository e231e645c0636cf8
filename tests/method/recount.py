"""A second implementation of rule 2026-4, written from ``docs/method.md`` alone; it shares no code with the engine.

Numbers in the comments are those of the method page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from tests.method.given import Aim, Found, Mark, Measure, Start

SAME = 1e-9
YEARS = ("fiscal year", "calendar year")
WORSE = ("reached", "on_track", "slightly_behind", "behind", "moving_away")
UNJUDGED = ("unreported", "no_data", "qualitative", "not_applicable", "not_due")


def counting(marks: Sequence[Mark], known_at: object = None) -> list[Mark]:
    """Return per period the last vintage that is neither a withdrawal nor withdrawn (1, 17)."""
    heard = [m for m in marks if known_at is None or m.known is None or m.known <= known_at]  # type: ignore[operator]
    gone = {(m.code, m.takes_back) for m in heard if m.takes_back is not None}
    newest: dict[str, Mark] = {}
    for mark in heard:
        if mark.takes_back is not None or (mark.code, mark.version) in gone:
            continue
        if mark.code not in newest or mark.version > newest[mark.code].version:
            newest[mark.code] = mark
    return list(newest.values())


def usable(measure: Measure, marks: Sequence[Mark], as_of: date, known_at: object = None) -> list[Mark]:
    """Return the figures with a value that count, in order of time, the longer period last on a day (1)."""
    found = []
    for mark in counting(marks, known_at):
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
        if (aim.set_on is not None and aim.set_on > as_of) or (aim.gone_on is not None and aim.gone_on <= as_of):
            continue
        if aim.code not in last or aim.order >= last[aim.code].order:
            last[aim.code] = aim
    return sorted(last.values(), key=lambda a: (a.term.last, a.term.days))


def own(mark: Mark, aim: Aim) -> bool:
    """Say whether a figure is of a target's own period; one since April is of its fiscal year (3, 8, 12)."""
    if mark.to_date:
        return aim.term.sort == "fiscal year" and aim.term.first <= mark.term.last <= aim.term.last
    return mark.code == aim.code


def in_force(aims: Sequence[Aim], day: date, mark: Mark | None = None) -> Aim:
    """Return the target that a figure of a day is held against (3)."""
    around = [a for a in aims if a.term.first <= day <= a.term.last]
    if around:
        return min(around, key=lambda a: (mark is None or not own(mark, a), a.term.days))
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
        texts = [m for m in counting(marks, known_at) if m.term.last <= as_of]
        self.last_text = max(texts, key=lambda m: (m.term.last, m.term.days)).code if texts else None

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
        days = self.days_due()
        return self.came_of(days[0]) if days else (None, None, None)

    def days_due(self) -> list[date]:
        """Return the days on which targets fell due, the newest first."""
        return sorted({a.term.last for a in self.aims if a.term.last <= self.as_of}, reverse=True)

    def settled(self) -> tuple[str | None, str | None]:
        """Return the newest target known to be met or missed, where it is not known of the last one (8)."""
        told = [self.came_of(day)[:2] for day in self.days_due()]
        if not told or told[0][1] in ("met", "missed"):
            return None, None
        return next((t for t in told if t[1] in ("met", "missed")), (None, None))

    def came_of(self, day: date) -> tuple[str | None, str | None, float | None]:
        """Return the target of a day, what came of it and by how much (8)."""
        together = [a for a in self.aims if a.term.last == day]
        told = [a for a in together if any(own(m, a) and m.term.last == a.term.last for m in self.marks)]
        aim = told[-1] if told else together[0]
        mark = self.telling(aim)
        if mark is None:
            return aim.code, "awaiting" if self._since(aim) <= self.m.lag else "unknown", None
        assert mark.value is not None
        fits = self.fits(mark.value, aim.value, kept=self.kept(aim))
        return aim.code, "unknown" if self.open(mark, fits, aim.value) else "met" if fits else "missed", mark.value - aim.value

    def telling(self, aim: Aim) -> Mark | None:
        """Return the figure that tells what came of a target (8)."""
        day = aim.term.last
        on_day = [m for m in self.marks if m.term.last == day and (self.m.kind != "ceiling" or own(m, aim))]
        if on_day:
            return max(on_day, key=lambda m: (own(m, aim), not m.to_date, m.term.days))
        if self.m.kind not in ("ratio", "stock", "completion"):
            return None
        later = [m for m in self.marks if m.term.last > day and not m.to_date]
        return max(later, key=lambda m: (-m.term.last.toordinal(), m.term.days)) if later else None

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
        for other in reversed(self.aims):  # the shortest of a day comes last, and counts
            if other.term.last > start.day:
                corners[other.term.last] = other.value
        if aim.term.last > start.day and any(other.code == aim.code for other in self.aims):
            corners[aim.term.last] = aim.value  # of several of a day the one in force; may be moved, see 13
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

    def kept(self, aim: Aim) -> bool:
        """Say whether a target asks to keep what there is (11.7)."""
        is_start = self.published is not None and abs(self.published.value - aim.value) <= SAME
        return self.m.kind != "ceiling" and (self.m.direction == "keep" or is_start)

    def fits(self, value: float, wanted: float, *, kept: bool) -> bool:
        """Say whether a value meets a target, within the tolerance where it is to be kept."""
        if kept and abs(value - wanted) <= self.m.tolerance + SAME:
            return True
        return self.m.direction != "keep" and self.meets(value, wanted)

    def open(self, mark: Mark, fits: bool, wanted: float) -> bool:
        """Say whether "more than" leaves it open if the target is met (8, 11.6)."""
        if self.m.direction == "keep" and mark.more_than and mark.value is not None and mark.value < wanted:
            return True
        return mark.more_than and (not fits if self.m.direction == "higher" else fits)

    def of_a_period(self, mark: Mark) -> bool:
        """Say whether a figure is of a period, or else of a day (10)."""
        return mark.to_date or self.m.kind in ("ratio", "reduction", "ceiling", "level")

    def part(self, mark: Mark, aim: Aim) -> bool:
        """Say whether a figure is of a part of the target's period (10)."""
        return self.of_a_period(mark) and aim.term.first <= mark.term.first and mark.term.last < aim.term.last

    def settles(self, mark: Mark, aim: Aim) -> bool:
        """Say whether a figure can have reached a target at all (10)."""
        return mark.term.last >= aim.term.last or not self.of_a_period(mark)

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
        status = self._word(mark, aim, start, planned, ratio, kept=kept)
        return status, planned, ratio

    def _word(self, mark: Mark, aim: Aim, start: Start | None, planned: float | None, ratio: float | None, *, kept: bool) -> str:
        assert mark.value is not None
        day, due = mark.term.last, aim.term.last
        fits = self.fits(mark.value, aim.value, kept=kept)
        holds_plan = planned is not None and self.m.direction != "keep" and self.meets(mark.value, planned)
        if (day >= due or self.m.direction == "keep") and self.open(mark, fits, aim.value):
            return "not_applicable"
        if kept:
            if day >= due:
                return "reached" if fits else "missed"
            if fits or holds_plan:
                return "on_track"
            return "slightly_behind" if abs(mark.value - aim.value) <= 2 * self.m.tolerance + SAME else "behind"
        if fits:
            return "reached" if self.settles(mark, aim) else "on_track"
        before = [m for m in self.marks if m.term.last < day and (start is None or m.term.last > start.day)]
        was_there = any(self.meets(m.value, aim.value) and self.settles(m, aim) for m in before if m.value is not None)
        if day >= due:
            return "reached_then_lost" if day > due and was_there else "missed"
        if was_there:
            return "reached_then_lost"
        if start is None or planned is None or day <= start.day:
            return "not_due"
        if holds_plan:
            return "on_track"
        if planned is not None and start is not None:
            away = abs(mark.value - start.value) > SAME and not self.meets(mark.value, start.value)
            if away or self.meets(start.value, aim.value):
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
        if not own(mark, aim):
            return "not_applicable", None, None
        budget = cap if day >= span.last else cap * ((day - span.first).days + 1) / span.days
        is_floor = self.m.direction == "higher"
        ratio = None if not budget else mark.value / budget if is_floor else 2 - mark.value / budget
        if day >= span.last:
            fits = self.meets(mark.value, cap)
            return ("not_applicable" if self.open(mark, fits, cap) else "reached" if fits else "missed"), budget, ratio
        is_used_up = not is_floor and mark.value > cap + SAME
        return ("behind" if is_used_up else self._by_ratio(ratio)), budget, ratio

    # Doubt (13) -----------------------------------------------------------------------------------------------------

    def doubt(self, status: str, mark: Mark, aim: Aim, *, kept: bool) -> frozenset[str]:
        """Return what else the status could be."""
        if status in UNJUDGED:
            return frozenset()
        assert mark.value is not None
        if mark.more_than:
            at = WORSE.index(status) if status in WORSE else None
            if at is None or self.m.direction == "keep":
                return frozenset()
            if self.m.direction == "lower":
                return frozenset(WORSE[at + 1 : at + 2])
            return frozenset(WORSE[at - 1 : at]) - {"reached"}
        values = _ends(mark.value, self.m.unit) if mark.about else [mark.value]
        wanted = _ends(aim.value, self.m.unit) if aim.about and not kept else [aim.value]
        ends = [(value, other) for value in values for other in wanted]
        found = {self.stand(replace(mark, value=v), replace(aim, value=w), kept=kept)[0] for v, w in ends}
        return frozenset(found - {status})

    # All of it ------------------------------------------------------------------------------------------------------

    def answer(self) -> Found:
        """Return everything that the method says."""
        figure, mine = self.figure, self.m
        previous, year_earlier = self.compared()
        known = Found(
            status="no_data",
            figure=figure.code if figure else None,
            is_stale=figure is not None and (self.as_of - figure.term.last).days > mine.stale_after,
            previous=previous,
            year_earlier=year_earlier,
        )
        if mine.kind == "qualitative":
            return Found("qualitative", figure=self.last_text)
        if not self.aims or mine.direction == "none":
            return replace(known, status="not_applicable" if figure else "no_data")
        overdue = self.unreported()
        due, result, gap = self.last_due()
        settled, settled_result = self.settled()
        aim = overdue[0] if overdue else in_force(self.aims, figure.term.last if figure else self.as_of, figure)
        known = replace(
            known, target=aim.code, due=due, result=result, gap=gap, settled=settled,
            settled_result=settled_result, unreported=tuple(a.code for a in overdue),
            is_awaiting=not overdue and self.awaiting(), is_part=not overdue and figure is not None and self.part(figure, aim),
        )  # fmt: skip
        if overdue or figure is None:
            return replace(known, status="unreported" if overdue else "no_data")
        if aim.term.last < figure.term.last:
            aim = next(a for a in self.aims if a.code == due)  # of several that fell due last the one of 8
            known = replace(known, target=aim.code)
        if aim.term.last < figure.term.last and self.telling(aim) is None:  # 11.5
            if self._since(aim) > mine.lag:
                return replace(known, status="unreported", unreported=(aim.code,))
            return replace(known, status="not_applicable", is_awaiting=True)
        kept = self.kept(aim)
        status, planned, ratio = self.stand(figure, aim, kept=kept)
        is_uncapped = mine.kind == "ceiling" and aim.term.last < figure.term.last
        return replace(
            known,
            target=None if is_uncapped else aim.code,
            status=status,
            planned=planned,
            ratio=ratio,
            could_be=self.doubt(status, figure, aim, kept=kept),
            is_current=not known.is_stale and status not in UNJUDGED,
        )

    def compared(self) -> tuple[str | None, str | None]:
        """Return the figures that the judged one is compared with: the one before, and that of a year before (15)."""
        mine = self.figure
        if mine is None:
            return None, None
        alike = [m for m in self.marks[:-1] if m.term.sort == mine.term.sort and m.to_date == mine.to_date]
        before = [m for m in alike if not mine.to_date or m.term.april == mine.term.april]
        month = (mine.term.last.year - 1, mine.term.last.month)
        year = [m for m in alike if (m.term.last.year, m.term.last.month) == month]
        return before[-1].code if before else None, year[-1].code if year else None


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
        return 0.1 if exponent < -4 else float(Decimal(1).scaleb(exponent))
    if unit == "%" or value == 0:
        return 1.0
    digits = str(abs(int(exact)))
    last, second = len(digits) - len(digits.rstrip("0")), len(digits) - 2
    return float(10 ** max(min(last, second), 0))


def judge(
    measure: Measure, marks: Sequence[Mark], aims: Sequence[Aim], start: Start | None, as_of: date, known_at: object = None
) -> Found:
    """Judge one indicator of one unit as of a day."""
    return Case(measure, marks, aims, start, as_of, known_at).answer()
