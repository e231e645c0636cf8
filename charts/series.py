"""The data of a series chart, independent of its drawing: Plotly for the pages, SVG for the static edition and print.

A ``Series`` is made once (``telling.indicator``) and drawn by ``charts.plotly.trajectory`` and ``charts.svg.series``. Both
therefore show the same lines, the same targets in the same places and the same axis labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from charts.ticks import Tick, ticks_within


@dataclass(frozen=True, slots=True)
class Point:
    """One drawn value: date, place on the value axis (``None`` breaks the line), value as formatted text, and its tooltip."""

    day: date
    value: float | None
    text: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Comparable figures in order of time; ``word`` names the line where there are several."""

    word: str
    points: tuple[Point, ...]

    def stretches(self) -> list[list[Point]]:
        """Return the connected stretches between breaks."""
        return stretches(self.points)


CIRCLED = (0x2460, 0x3251, 0x32B1)  # ①, ㉑, ㊱: starts of the ranges of circled numbers
APART = 0.1  # signs closer than this share of the width are stacked: 20 pixels on a phone of 320


@dataclass(frozen=True, slots=True)
class Aim:
    """A target at its due date; ``label`` is drawn beside the valid one, and shown in the tooltip of others."""

    point: Point
    is_written: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """One forecast value with its interval; ``text`` is drawn at the last of them."""

    day: date
    value: float
    low: float
    high: float
    label: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Annotation:
    """An event on a date: a raised target, a replaced indicator, a reorganisation, a reported cause."""

    day: date  # its place on the time axis
    sign: str  # a circled number, the same in the chart, in the list under it and beside the text it is linked to
    words: str
    value: float | None = None  # of the figure it concerns; ``None``: it concerns everything from that day on


def circled(number: int) -> str:
    """Return a number from 1 to 50 as one circled character."""
    first, place = ((0, number - 1), (1, number - 21), (2, number - 36))[(number > 20) + (number > 35)]
    return chr(CIRCLED[first] + place)


@dataclass(frozen=True, slots=True)
class Series:
    """A series against its trajectory."""

    lines: tuple[Line, ...]  # one per kind of period (and year-to-date or not); the judged one last, so that it lies on top
    plan: tuple[Point, ...]  # corners of the trajectory within the days drawn; a blank value breaks it
    aims: tuple[Aim, ...]  # targets due within the days drawn, in order of time
    expected: tuple[Expected, ...]  # the forecast; its first row is the last figure itself where nothing lies between
    unit: str  # of the values as drawn, including 万 or million
    kinds: tuple[str, ...]  # of the periods, for the axis labels
    language: str
    plan_word: str = ""  # label of the trajectory where it is written on it
    former: tuple[Point, ...] = ()  # superseded targets, at their due dates
    annotations: tuple[Annotation, ...] = ()  # events within the days drawn, in order of time, one per day

    @property
    def shown(self) -> list[Point]:
        """Return every figure in order of time."""
        return sorted((p for line in self.lines for p in line.points if p.value is not None), key=lambda p: p.day)

    @property
    def is_course(self) -> bool:
        """Return whether there is a course to draw: more than one figure, or a plan; a single figure is described in words."""
        return len(self.shown) > 1 or bool(self.plan)

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and last day drawn."""
        days = [p.day for p in (*self.shown, *(a.point for a in self.aims), *self.plan)] + [e.day for e in self.expected]
        return min(days), max(days)

    @property
    def values(self) -> list[float]:
        """Return every value that the value axis must include."""
        points = (*self.shown, *(a.point for a in self.aims), *self.plan, *self.former)
        return [p.value for p in points if p.value is not None] + [v for e in self.expected for v in (e.low, e.high)]

    def levels(self) -> list[int]:
        """Return the row of each annotation's sign, so that signs do not overlap: 0 is the lowest."""
        first, last = self.days
        span, ends, rows = max((last - first).days, 1), list[float](), list[int]()
        for annotation in self.annotations:
            place = (annotation.day - first).days / span
            row = next((n for n, end in enumerate(ends) if place - end >= APART), len(ends))
            ends[row:] = [place, *ends[row + 1 :]]
            rows.append(row)
        return rows

    def plan_at(self) -> tuple[Point, bool] | None:
        """Return the place of the plan's label, and whether it is above the line; ``None`` where the plan coincides with the figures.

        The label is placed where the path is farthest from nearby figures, within the middle of the picture, on the other side.
        """
        first, last = self.days
        span, reach = max((last - first).days, 1), (max(self.values) - min(0.0, *self.values)) or 1.0
        actual = [(p.day, p.value) for p in self.shown if p.value is not None]
        best: tuple[float, Point, bool] | None = None
        for line in stretches(self.plan):
            path = [(p.day, p.value) for p in line if p.value is not None]
            for share in (0.3, 0.4, 0.5, 0.6, 0.7):
                day = date.fromordinal(first.toordinal() + round(share * span))
                planned, real = _read(path, day), _read(actual, day)
                if planned is None:
                    continue
                if real is None:  # before the first and after the last figure there is only the path
                    real = actual[0][1] if day < actual[0][0] else actual[-1][1]
                away = abs(planned - real) / reach
                if best is None or away > best[0]:
                    best = away, Point(day, planned), planned >= real
        return best[1:] if best is not None and best[0] >= 0.09 else None

    def ticks_within(self, room: float, *, size: float = 12.0) -> tuple[Tick, ...]:
        """Return the ticks of the time axis that fit into a width in pixels, at font size ``size``."""
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


def _read(path: Sequence[tuple[date, float]], day: date) -> float | None:
    """Return the value of a line on a day; ``None`` before its first and after its last point."""
    for (left, low), (right, high) in pairwise(path):
        if left <= day <= right:
            return low + (high - low) * (day - left).days / max((right - left).days, 1)
    return None


def within(corners: list[Point], first: date, last: date) -> tuple[Point, ...]:
    """Return a polyline clipped to two days, interpolated where it crosses them."""
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
