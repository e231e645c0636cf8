"""The published drawing of a series: plain SVG, readable without a script, at two widths (wide screen and phone)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from charts.labelled import Picture, PlacedLabel, labelled
from charts.placing import Places, nearest
from charts.series import Line, Point, Series, stretches
from charts.style import ACTUAL, FILL, FORECAST, FORMER, GRID, INK, PLAN
from charts.ticks import Tick, ticks_between, width_of
from kpis.as_text import escaped
from kpis.text import axis_number

WIDE, NARROW = (720, 320), (340, 250)
LEFT, RIGHT, TOP, BOTTOM = 58, 20, 30, 30
INSET = 8  # distance of the first and last day from the ends of the axis
ROW = 18
SIGNS, ABOVE_PLOT = 20, 17  # height of a row of circled numbers above the plot; from its top to their middle, clear of a dot there
EM = 13  # font size, in picture units
HALO = ' paint-order="stroke" stroke="#FFFFFF" stroke-width="3" stroke-linejoin="round"'
OPEN = ("circle", "square", "diamond", "triangle")


def drawing(shape: Series, *, alt: str, size: tuple[int, int] = WIDE, name: str = "") -> str:
    """Draw actual values (solid, a dot at each published one), trajectory (dashed) and forecast (dotted).

    Args:
        size: width and height of the picture in its own units; the font size is 13 of them.
        name: CSS class of the picture, as ``wide``.
    """
    return _Drawing(shape, size).written(alt=alt, name=name)


class _Drawing:
    """One picture: its scales, and the areas already occupied by labels."""

    def __init__(self, shape: Series, size: tuple[int, int]) -> None:
        self.shape, (self.width, height) = shape, size
        self.rows = _legend_rows(shape.lines, self.width)
        self.levels = shape.levels()
        over = ROW * len(self.rows) + SIGNS * (max(self.levels, default=-1) + 1)
        self.top, self.height = TOP + over, height + over
        values = shape.values
        low, high = min(0.0, *values), max(values)
        self.marks = ticks_between(low, high)
        self.low, self.high = min(low, self.marks[0]), max(self.marks[-1], high) or 1.0
        first, last = shape.days
        self.first, self.span, self.is_one_day = first.toordinal(), max((last - first).days, 1), first == last
        self.places = Places(self.top - TOP + 2.0, self.height - BOTTOM - 2.0, 2.0, self.width - 2.0, words_count=6)

    def x(self, day: date) -> float:
        """Return the x coordinate of a day; the middle if it is the only one."""
        left, reach = LEFT + INSET, self.width - LEFT - RIGHT - 2 * INSET
        return left + reach * (0.5 if self.is_one_day else (day.toordinal() - self.first) / self.span)

    def y(self, value: float) -> float:
        """Return the y coordinate of a value."""
        return self.height - BOTTOM - (value - self.low) / (self.high - self.low or 1) * (self.height - self.top - BOTTOM)

    def at(self, points: Iterable[Point]) -> str:
        """Return the points that have a value as coordinates of a polyline."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self._placed(points))

    def _placed(self, points: Iterable[Point]) -> list[tuple[float, float]]:
        return [(self.x(p.day), self.y(p.value)) for p in points if p.value is not None]

    def written(self, *, alt: str, name: str) -> str:
        """Return the picture."""
        body = "".join(
            [*self._axes(), *self._legend(), *self._happened(), *self._ahead(), *self._paths(), *self._dots(), *self._words()]
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {name}" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-label="{escaped(alt)}" font-size="{EM}">{body}</svg>'
        )

    def _axes(self) -> list[str]:
        parts = [f'<text x="4" y="16" fill="{INK}">{escaped(self.shape.unit)}</text>']
        for mark in self.marks:
            text = axis_number(mark, language=self.shape.language)
            self.places.taken.append((LEFT - 6 - width_of(text, EM), self.y(mark) - 8, LEFT - 4, self.y(mark) + 5))
            line = "#949497" if mark == 0 else GRID
            parts.append(
                f'<path d="M{LEFT} {self.y(mark):.1f}H{self.width - RIGHT}" stroke="{line}"/>'
                f'<text x="{LEFT - 6}" y="{self.y(mark) + 4:.1f}" text-anchor="end">{text}</text>'
            )
        ticks = self.shape.ticks_within(self.width - LEFT - RIGHT, size=EM)
        return [*parts, *under_axis([(self.x(t.day), t) for t in ticks], self.height - BOTTOM, self.width)]

    def _legend(self) -> list[str]:
        parts = []
        for place, row in enumerate(self.rows):
            for left, number, line in row:
                y = 16 + ROW * (place + 1)  # below the unit
                parts.append(self._dot(left + 6, y - 4, number, ""))
                parts.append(f'<text x="{left + 16:.1f}" y="{y}">{escaped(line.word)}</text>')
                self.places.taken.append((left, y - EM, left + 16 + width_of(line.word, EM), y + 3))  # reserved: no label over it
        return parts

    def _happened(self) -> list[str]:
        """Draw annotations: the number above the plot, and a line down to its figure or else to the axis."""
        parts = []
        for number, (annotation, level) in enumerate(zip(self.shape.annotations, self.levels, strict=True), 1):
            x, y = self.x(annotation.day), self.top - ABOVE_PLOT - SIGNS * level
            for _ in range(4):  # as bad to cover as a text
                self.places.dot(x, y, wide=9, high=9)
            down = self.height - BOTTOM if annotation.value is None else self.y(annotation.value) - 6
            parts.append(
                f'<path d="M{x:.1f} {y + 8:.1f}V{down:.1f}" stroke="{PLAN}" stroke-dasharray="1 3"/>'
                f'<g class="annotation"><title>{escaped(annotation.words)}</title>'
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="#FFFFFF" stroke="{PLAN}"/>'
                f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="11">{number}</text></g>'
            )
        return parts

    def _ahead(self) -> list[str]:
        expected = self.shape.expected
        if not expected:
            return []
        upper = [f"{self.x(e.day):.1f},{self.y(e.high):.1f}" for e in expected]
        lower = [f"{self.x(e.day):.1f},{self.y(e.low):.1f}" for e in reversed(expected)]
        if len(expected) == 1:  # a single day has no extent
            e = expected[0]
            band = f'<path d="M{self.x(e.day):.1f} {self.y(e.low):.1f}V{self.y(e.high):.1f}" stroke="{FILL}" stroke-width="8"/>'
        else:
            band = f'<polygon points="{" ".join((*upper, *lower))}" fill="{FILL}"/>'
        line = self.at(Point(e.day, e.value) for e in expected)
        labels = [
            f'<circle cx="{self.x(e.day):.1f}" cy="{self.y(e.value):.1f}" r="2" fill="{FORECAST}" class="expected">'
            f"<title>{escaped(e.label)}</title></circle>"
            for e in expected
            if e.label
        ]
        return [
            band,
            f'<polyline points="{line}" fill="none" stroke="{FORECAST}" stroke-width="2" stroke-dasharray="2 4"/>',
            *labels,
        ]

    def _paths(self) -> list[str]:
        parts = [
            f'<polyline points="{self.at(line)}" fill="none" stroke="{PLAN}" stroke-width="2" stroke-dasharray="7 4" class="plan"/>'
            for line in stretches(self.shape.plan)
            if len(line) > 1
        ]
        for way in stretches(self.shape.plan):
            self.places.line(self._placed(way))
        for number, line in enumerate(self.shape.lines):
            for s in line.stretches():
                self.places.line(self._placed(s))
            wide = 2.5 if number == len(self.shape.lines) - 1 else 1.5
            parts += [
                f'<polyline points="{self.at(s)}" fill="none" stroke="{ACTUAL}" stroke-width="{wide}" class="actual"/>'
                for s in line.stretches()
                if len(s) > 1
            ]
        return parts

    def _dots(self) -> list[str]:
        placed = [(p, n) for n, line in enumerate(self.shape.lines) for p in line.points if p.value is not None]
        parts = []
        for point, number in sorted(placed, key=lambda h: h[0].day):  # in order of time, which is the order for keyboard users
            assert point.value is not None
            x, y = self.x(point.day), self.y(point.value)
            self.places.dot(x, y)
            self.places.dot(x, y)  # worse to cover than a line
            parts.append(self._dot(x, y, number, point.label))
        for was in self.shape.former:
            assert was.value is not None
            x, y = self.x(was.day), self.y(was.value)
            parts.append(f'<path d="M{x - 6:.1f} {y:.1f}H{x + 6:.1f}" stroke="{FORMER}" stroke-width="2" class="former"/>')
        for aim in self.shape.aims:
            assert aim.point.value is not None
            x, y = self.x(aim.point.day), self.y(aim.point.value)
            parts.append(
                f'<path d="M{x - 8:.1f} {y:.1f}H{x + 8:.1f}" stroke="{INK}" stroke-width="3" class="target">'
                f"<title>{escaped(aim.point.label)}</title></path>"
            )
        return parts

    def _dot(self, x: float, y: float, number: int, label: str) -> str:
        """Draw a dot: filled for the judged line, open and of a different shape for each other line."""
        title = f"<title>{escaped(label)}</title>" if label else ""
        if number == len(self.shape.lines) - 1:
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{ACTUAL}">{title}</circle>'
        look = f'fill="#FFFFFF" stroke="{ACTUAL}" stroke-width="1.5"'
        corners = {"square": "-4,-4 4,-4 4,4 -4,4", "diamond": "0,-5 5,0 0,5 -5,0", "triangle": "0,-5 5,4 -5,4"}
        over = corners.get(OPEN[number % len(OPEN)])
        body = f'<polygon points="{over}" transform="translate({x:.1f} {y:.1f})" {look}/>' if over else ""
        # A circle always carries the value: it is the target of pointer and keyboard.
        bare = 'fill="none" stroke="none" pointer-events="all"' if over else look
        return body + (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" {bare}>{title}</circle>' if label or not over else "")

    def _words(self) -> list[str]:
        picture = Picture(self._at, self.places)
        return [self._label(label) for label in labelled(self.shape, [picture], sizes=(EM, EM), with_first=False)]

    def _at(self, day: date, value: float) -> tuple[float, float]:
        return self.x(day), self.y(value)

    def _label(self, label: PlacedLabel) -> str:
        assert label.point.value is not None
        leader, weight = "", ' font-weight="700"' if label.is_bold else ""
        if label.step:
            (x, y), (to_x, to_y) = (at := self._at(label.point.day, label.point.value)), nearest(label.box, at)
            leader = f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="{label.colour}" stroke-width=".75" class="leader"/>'
        left, _, right, bottom = label.box
        # Written from its point, since letters may be narrower or wider than counted here.
        x, end = {"left": (left + 1, ""), "center": ((left + right) / 2, "middle"), "right": (right - 1, "end")}[label.anchor]
        anchor = f' text-anchor="{end}"' if end else ""
        look = f'style="fill:{label.colour}"{weight}{anchor}{HALO}'
        return leader + f'<text x="{x:.1f}" y="{bottom - 4:.1f}" {look}>{escaped(label.text)}</text>'


def _legend_rows(lines: Sequence[Line], width: float) -> list[list[tuple[float, int, Line]]]:
    """Return the positions of line labels, in as many rows as needed; empty for a single line."""
    rows: list[list[tuple[float, int, Line]]] = []
    left = width
    for number, line in enumerate(lines) if len(lines) > 1 else ():
        wide = 30 + width_of(line.word, EM)
        if left + wide > width - 4:
            rows.append([])
            left = 4.0
        rows[-1].append((left, number, line))
        left += wide
    return rows


def under_axis(ticks: Sequence[tuple[float, Tick]], axis: float, width: float) -> list[str]:
    """Write tick labels under a time axis, each centred in its place but within the picture."""
    parts = []
    for x, tick in ticks:
        half = width_of(tick.label, EM) / 2
        middle = min(max(x, half + 2), width - half - 2)
        parts.append(
            f'<path d="M{x:.1f} {axis:.1f}v4" stroke="#949497"/>'
            f'<text x="{middle:.1f}" y="{axis + 19:.1f}" text-anchor="middle" class="tick">{escaped(tick.label)}</text>'
        )
    return parts
