"""What the chart of a series holds, apart from how it is drawn: Plotly for the pages, SVG for the static edition and print.

A ``Series`` is made once (``telling.indicator``); ``charts.plotly.trajectory`` and ``charts.svg.series`` draw it. So both show the
same lines, the same target at the same place and the same names under the axis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from charts.ticks import Tick, ticks_within


@dataclass(frozen=True, slots=True)
class Point:
    """One drawn value: its day, its place on the value axis (``None`` breaks the line), the value as written, and all it says."""

    day: date
    value: float | None
    text: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Figures that are compared as like with like, in order of time; ``word`` says which, where there are several lines."""

    word: str
    points: tuple[Point, ...]

    def stretches(self) -> list[list[Point]]:
        """Return what is joined: the stretches between breaks."""
        return stretches(self.points)


@dataclass(frozen=True, slots=True)
class Aim:
    """A target where it is due; ``label`` is written there for the one that counts, else said when pointed at."""

    point: Point
    is_written: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """One expected value with its interval."""

    day: date
    value: float
    low: float
    high: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """A series against its planned path.

    Args:
        lines: one per kind of period (and year-to-date or not); the one that is judged last, so that it lies on top.
        plan: corners of the planned path within the days drawn; a blank value breaks it.
        aims: targets due within the days drawn, in order of time.
        expected: the expected path; its first row is the last figure itself where nothing lies between.
        unit: of the values as drawn, with its 万 or million.
        kinds: of the periods, for the names under the axis.
        language: of those names.
    """

    lines: tuple[Line, ...]
    plan: tuple[Point, ...]
    aims: tuple[Aim, ...]
    expected: tuple[Expected, ...]
    unit: str
    kinds: tuple[str, ...]
    language: str

    @property
    def shown(self) -> list[Point]:
        """Return every figure in order of time."""
        return sorted((p for line in self.lines for p in line.points if p.value is not None), key=lambda p: p.day)

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and last day drawn."""
        days = [p.day for p in (*self.shown, *(a.point for a in self.aims), *self.plan)] + [e.day for e in self.expected]
        return min(days), max(days)

    @property
    def values(self) -> list[float]:
        """Return every value that must find a place on the value axis."""
        points = (*self.shown, *(a.point for a in self.aims), *self.plan)
        return [p.value for p in points if p.value is not None] + [v for e in self.expected for v in (e.low, e.high)]

    def ticks_within(self, room: float, *, size: float = 12.0) -> tuple[Tick, ...]:
        """Return the ticks of the time axis that fit into a width of so many pixels, written in ``size``."""
        first, last = self.days
        return ticks_within(first, last, self.kinds, room=room, size=size, language=self.language)


def stretches(points: tuple[Point, ...]) -> list[list[Point]]:
    """Return the stretches of points between breaks."""
    lines: list[list[Point]] = [[]]
    for point in points:
        if point.value is None:
            lines.append([])
        else:
            lines[-1].append(point)
    return [line for line in lines if line]


def within(corners: list[Point], first: date, last: date) -> tuple[Point, ...]:
    """Return a path of straight lines cut off at two days, read off where it crosses them."""
    return tuple(_cut(corners, first, last))


def _cut(corners: list[Point], first: date, last: date) -> Iterator[Point]:
    for place, corner in enumerate(corners):
        if first <= corner.day <= last:
            yield corner
        following = corners[place + 1] if place + 1 < len(corners) else None
        if following is None or corner.value is None or following.value is None:
            continue
        for edge in (first, last):
            if corner.day < edge < following.day:
                share = (edge - corner.day).days / (following.day - corner.day).days
                yield Point(edge, corner.value + (following.value - corner.value) * share)
