"""The labels of a series chart and their places: the same for both drawings (``charts.plotly.trajectory``, ``charts.svg.series``).

Labelled are the target in force, the last and the first value, the last forecast and the plan, in this order. Each label is where it covers least
of figures, lines and other labels: above or below its point or beside it; where there is no room, further away, tied to the point by a line.
A drawing that is shown in windows of several widths has one place for each label, found for all of these widths together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import dist, inf

from charts.placing import Box, Places, distance, free_in_all, least_covering, nearest, within
from charts.series import Point, Series
from charts.style import ACTUAL, FORECAST, PLAN
from charts.ticks import width_of

BOLDER = 1.06  # bold words are wider
NEAR = 7.0  # between a point and its label, in the units of the picture
OVER = 10.0  # how far a label that ends or begins at its point may reach beyond it
FURTHER = (0.0, 18.0, 36.0, 54.0, 72.0, 90.0, 108.0, 126.0)  # added where a label has no room at its point
ASIDE = (
    ("right", 20.0), ("right", -24.0), ("right", -60.0), ("right", -110.0), ("right", -160.0), ("center", -60.0),
    ("center", 60.0), ("left", -30.0), ("left", 24.0), ("left", 60.0), ("left", 110.0),
)  # fmt: skip  # and to the side, tied as well
AWAY = 0.7  # square units for each unit further away
MEETING = 40.0  # between a value and a target whose labels keep to different sides
STAY, CHANGE = 400.0, 12.0  # square units covered that are no reason to change the side: then, and otherwise
TIED = 60.0  # and then where the label is tied to its point, which tells whose it is
CROSSED = 3.0  # square units for each unit of its line that another label is written on
COVERED = 200.0  # square units, a dot's, that the label of the plan or of the first value may cover; else it is left out
ANOTHERS = 150.0  # square units that a label may cover before it is nearer to a figure that is not its own
OWN = 13.0  # within this distance a figure is at the same place


Tried = tuple[int, str, float, float]  # side, anchor, shift and step of a place, as in ``PlacedLabel``


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """A label at its place."""

    point: Point
    text: str
    colour: str
    is_bold: bool
    side: int  # −1: above its point, 1: below it, 0: beside it
    anchor: str  # the part of the label at the point's horizontal position: ``left``, ``center`` or ``right``
    shift: float  # how much further to the right
    step: float  # how much further than ``NEAR``; tied to its point by a line unless 0
    box: Box  # in the first picture


@dataclass(frozen=True, slots=True)
class Picture:
    """A series as it is drawn at one width."""

    at: Callable[[date, float], tuple[float, float]]  # the coordinates of a value on a day
    places: Places  # the areas that are taken; those of the labels are added


def labelled(shape: Series, pictures: Sequence[Picture], *, sizes: tuple[float, float], with_first: bool) -> list[PlacedLabel]:
    """Return the labels of a series.

    Args:
        pictures: the drawing at each width that it is shown in, the narrowest first.
        sizes: of the letters, and of bold ones.
        with_first: whether the first value is labelled.
    """
    return list(_Labels(shape, pictures, sizes).every(with_first=with_first))


class _Labels:
    def __init__(self, shape: Series, pictures: Sequence[Picture], sizes: tuple[float, float]) -> None:
        self.shape, self.pictures, self.sizes = shape, pictures, sizes
        marked = [*shape.shown, *(aim.point for aim in shape.aims)]
        self.figures = [[picture.at(p.day, p.value) for p in marked if p.value is not None] for picture in pictures]
        self.written: list[list[Box]] = [[] for _ in pictures]  # in each, the labels that have their place

    def every(self, *, with_first: bool) -> Iterator[PlacedLabel]:
        shape = self.shape
        first, last = shape.shown[0], shape.shown[-1]
        assert first.value is not None and last.value is not None
        aim = next((a.point for a in shape.aims if a.is_written and a.point.value is not None), None)
        is_above = aim is None or aim.value is None or last.value >= aim.value
        begin, end = shape.days
        span, reach = max((end - begin).days, 1), (max(shape.values) - min(0.0, *shape.values)) or 1.0
        at = self.pictures[0].at
        meet = aim is not None and dist(at(aim.day, aim.value or 0.0), at(last.day, last.value)) < MEETING
        stay = STAY if meet else CHANGE
        if aim is not None:
            yield from self._at(aim, aim.text, PLAN, above=not is_above, stay=stay)
        yield from self._at(last, last.text, ACTUAL, above=is_above, stay=stay, is_bold=True)
        apart = (last.day - first.day).days / span > 0.35 or abs(last.value - first.value) / reach > 0.25
        if with_first and len(shape.shown) > 1 and apart:
            yield from self._at(first, first.text, ACTUAL, above=True, most=COVERED)
        for expected in shape.expected:
            if expected.text:
                is_higher = aim is not None and expected.value > (aim.value or 0.0)
                yield from self._at(Point(expected.day, expected.value), expected.text, FORECAST, above=is_higher)
        if shape.plan_word and (place := shape.plan_at()) is not None:
            yield from self._at(place[0], shape.plan_word, PLAN, above=place[1], most=COVERED)

    def _at(
        self, point: Point, text: str, colour: str, *, above: bool, stay: float = CHANGE, most: float = inf, is_bold: bool = False
    ) -> Iterator[PlacedLabel]:  # fmt: skip
        assert point.value is not None
        begin, end = self.shape.days
        share, size = (point.day - begin).days / max((end - begin).days, 1), self.sizes[is_bold]
        usual = "right" if share > 0.75 else "left" if share < 0.25 else "center"
        ends = [
            (usual, 0.0),
            *((other, 0.0) for other in ("center", "right", "left") if other != usual),
            ("right", OVER),
            ("left", -OVER),
        ]
        wide, high = width_of(text, size) * (BOLDER if is_bold else 1.0) + 2, size * 1.3 + 2
        first, crossed = -1 if above else 1, CROSSED if most == inf else 4 * CROSSED  # what may be left out crosses none
        tried = [(side, anchor, shift, step) for step in FURTHER for side in (first, -first) for anchor, shift in ends]
        tried += [(side, anchor, shift, step) for step in FURTHER[1:] for side in (first, -first) for anchor, shift in ASIDE]
        tried += [(0, "right", -NEAR, 0.0), (0, "left", NEAR, 0.0)]

        def box(at: tuple[float, float], side: int, anchor: str, shift: float, step: float) -> Box:
            x, y = at
            left = x - wide * {"left": 0.0, "center": 0.5, "right": 1.0}[anchor] + shift
            top = y - high / 2 if not side else y + NEAR + step if side > 0 else y - NEAR - step - high
            return left, top, left + wide, top + high

        def tried_in(
            picture: Picture, figures: list[tuple[float, float]], written: list[Box], tried: Sequence[Tried]
        ) -> tuple[Places, list[Box], list[float]]:
            at = picture.at(point.day, point.value or 0.0)
            others = [figure for figure in figures if dist(figure, at) > OWN]

            def is_anothers(place: Box) -> bool:
                """Return whether it would be read as the value of another figure."""
                near = distance(place, at)
                return any(distance(place, figure) <= near for figure in others)

            def away(place: Box, side: int, anchor: str, shift: float, step: float) -> float:
                return (
                    (min(stay, TIED) if step else stay) * (side != first)
                    + 2.0 * (anchor != usual)
                    + 0.2 * abs(shift)
                    + AWAY * step
                    + ANOTHERS * (not step and is_anothers(place))
                    + (crossed * sum(within(other, at, nearest(place, at)) for other in written) if step else 0.0)
                )

            boxes = [box(at, *place) for place in tried]
            return picture.places, boxes, [away(b, *place) for b, place in zip(boxes, tried, strict=True)]

        def looked_at(tried: Sequence[Tried]) -> list[tuple[Places, list[Box], list[float]]]:
            each = zip(self.pictures, self.figures, self.written, strict=True)
            return [tried_in(picture, figures, written, tried) for picture, figures, written in each]

        # Most labels have room at their points: no other place is then less unwelcome.
        near = [place for place in tried if not place[3]]
        pictures = looked_at(near)
        if least_covering(pictures)[1] < len(pictures) * AWAY * FURTHER[1]:
            tried = near
        else:
            pictures = looked_at(tried)
        best = free_in_all(pictures, most=most)
        if best is not None:
            for picture, (places, boxes, _), written in zip(self.pictures, pictures, self.written, strict=True):
                written.append(boxes[best])
                if tried[best][3]:
                    at = picture.at(point.day, point.value)
                    places.line([at, nearest(boxes[best], at)])
            yield PlacedLabel(point, text, colour, is_bold, *tried[best], pictures[0][1][best])
