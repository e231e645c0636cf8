"""Places for the labels of a chart: each where it covers as little as possible of dots and other labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, dist, inf

Box = tuple[float, float, float, float]  # left, top, right and bottom, in the units of the picture, downwards


class Places:
    """The areas of a picture that are taken by dots and labels.

    Args:
        left: where they begin, if anywhere.
        right: where they end, if anywhere.
        words_count: how many times as bad it is to cover a label as to cover a dot.
    """

    def __init__(
        self, top: float, bottom: float, left: float = -1e9, right: float = 1e9, *, words_count: int = 1
    ) -> None:  # fmt: skip
        self._room, self._words_count = (left, top, right, bottom), words_count
        self.taken: list[Box] = []

    def dot(self, x: float, y: float, *, wide: float = 6.0, high: float = 6.0) -> None:
        """Take the area of a mark, so far to each side."""
        self.taken.append((x - wide, y - high, x + wide, y + high))

    def line(self, points: Sequence[tuple[float, float]], *, wide: float = 3.0) -> None:
        """Take the way along a line, in pieces as long as it is wide."""
        for (x, y), (to_x, to_y) in pairwise(points):
            count = ceil(dist((x, y), (to_x, to_y)) / wide) or 1
            for n in range(count):
                self.dot(x + (to_x - x) * (n + 0.5) / count, y + (to_y - y) * (n + 0.5) / count, wide=wide / 2, high=wide / 2)

    def free(self, boxes: Sequence[Box], away: Sequence[float], *, most: float = inf) -> int | None:
        """Take the box that covers least, and return its number, of equal ones the first; ``None`` where even that is too much.

        Args:
            boxes: where the label may stand.
            away: how unwelcome each is by itself, in square units covered.
            most: square units that it may cover.
        """
        return free_in_all([(self, boxes, away)], most=most)

    def covered(self, boxes: Sequence[Box]) -> Callable[[Box], float]:
        """Return how many square units each of these boxes would cover; beyond the picture, a thousand for each unit."""
        first, last = min(box[0] for box in boxes), max(box[2] for box in boxes)
        near = [t for t in self.taken if t[2] > first and t[0] < last]  # no overlap is possible with the others
        left, top, right, bottom = self._room

        def cost(box: Box) -> float:
            over = sum(
                (min(box[2], t[2]) - max(box[0], t[0])) * (min(box[3], t[3]) - max(box[1], t[1]))
                for t in near
                if t[0] < box[2] and t[2] > box[0] and t[1] < box[3] and t[3] > box[1]
            )
            outside = max(0.0, top - box[1]) + max(0.0, box[3] - bottom) + max(0.0, left - box[0]) + max(0.0, box[2] - right)
            return over + 1000 * outside

        return cost

    def take(self, box: Box) -> None:
        """Take the area of a label."""
        self.taken += [box] * self._words_count


def free_in_all(pictures: Sequence[tuple[Places, Sequence[Box], Sequence[float]]], *, most: float = inf) -> int | None:
    """Take the box that covers least in all pictures of one chart together, and return its number, of equal ones the first.

    Args:
        pictures: of each, what is taken, the boxes in which the label may stand, and how unwelcome each is by itself.
        most: square units that it may cover in any of them; ``None`` is returned where even the best covers more.
    """
    best, _, highest = least_covering(pictures)
    if highest > most:
        return None
    for places, boxes, _ in pictures:
        places.take(boxes[best])
    return best


def least_covering(pictures: Sequence[tuple[Places, Sequence[Box], Sequence[float]]]) -> tuple[int, float, float]:
    """Return the number of the box that covers least, of equal ones the first, what it covers in all pictures together, and the most in one."""
    covered = [(places.covered(boxes), boxes, away) for places, boxes, away in pictures]
    by_itself = [sum(away[number] for _, _, away in pictures) for number in range(len(pictures[0][1]))]
    best, least, highest = 0, inf, inf
    for number in sorted(
        range(len(by_itself)), key=by_itself.__getitem__
    ):  # what is more unwelcome than the best covers is not looked at
        if by_itself[number] > least:
            break
        costs = [cost(boxes[number]) + away[number] for cost, boxes, away in covered]
        if (sum(costs), number) < (least, best):
            best, least, highest = number, sum(costs), max(costs)
    return best, least, highest


def at_steps(
    places: Places, points: Sequence[tuple[float, float]], size: tuple[float, float], *, is_below: bool = False, gap: float = 4.0
) -> tuple[tuple[float, float], bool, bool]:  # fmt: skip
    """Take the place of a label at a line of steps, and return its point, whether it begins there (else it ends), and whether it is above.

    At the end of the line where it has room there, else at the nearest earlier step.

    Args:
        points: each is where a step ends, or the end of the line; in units of the picture, downwards.
        size: width and height of the label.
        is_below: prefer a place below the line.
    """
    wide, high = size
    last = points[-1]
    tried = [(last, False, is_above) for is_above in (not is_below, is_below)]
    tried += [(point, True, is_above) for point in reversed(points) for is_above in (True, False)]

    def box(point: tuple[float, float], begins: bool, is_above: bool) -> Box:
        left, top = point[0] + (gap if begins else -wide), point[1] + (-gap - high if is_above else gap)
        return left, top, left + wide, top + high

    best = places.free([box(*place) for place in tried], [2.0 * number for number in range(len(tried))])
    return tried[best or 0]


def distance(box: Box, point: tuple[float, float]) -> float:
    """Return how far a point is from the nearest edge of a box; 0 within it."""
    return dist(point, nearest(box, point))


def nearest(box: Box, point: tuple[float, float]) -> tuple[float, float]:
    """Return the place in a box that is nearest to a point."""
    return min(max(point[0], box[0]), box[2]), min(max(point[1], box[1]), box[3])


def within(box: Box, start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return how much of a straight line lies within a box."""
    first, last = 0.0, 1.0
    for low, high, at, to in ((box[0], box[2], start[0], end[0]), (box[1], box[3], start[1], end[1])):
        if at == to:
            if not low <= at <= high:
                return 0.0
            continue
        ways = sorted(((low - at) / (to - at), (high - at) / (to - at)))
        first, last = max(first, ways[0]), min(last, ways[1])
    return max(0.0, last - first) * dist(start, end)
