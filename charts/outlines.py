"""Maps by outlines on a plane: the position of each place in a picture of given width, and of its label."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from charts.shapes import Tile

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class DrawnPlace:
    """A place in the picture: its rings, where its numbers stand in the largest, and how wide they may be; in picture units."""

    tile: Tile
    rings: tuple[Points, ...]
    middle: tuple[float, float]
    room: float


@dataclass(frozen=True, slots=True)
class Box:
    """A place without an outline: a box of the size ``BOX``, by its upper left corner."""

    tile: Tile
    corner: tuple[float, float]


BOX = (96.0, 36.0)
_GAP = 4.0
_LABEL = (26.0, 11.0)  # width and height of the numbers of a place
_LINES = 24  # heights at which room for them is looked for


def areas(tiles: Sequence[Tile], width: float) -> tuple[list[DrawnPlace], list[Box], float]:
    """Return the places with a known outline, boxes below for the others, and the height of the picture.

    North is up, and a kilometre has the same length in both directions.

    Args:
        tiles: places, with rings in degrees.
    """
    outlined = [tile for tile in tiles if tile.rings]
    points = [point for tile in outlined for ring in tile.rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrower = math.cos(math.radians((south + north) / 2))  # a degree of longitude is shorter than one of latitude
    scale = width / ((east - west) * narrower)

    def place(ring: Points) -> Points:
        return tuple(((x - west) * narrower * scale, (north - y) * scale) for x, y in ring)

    rings_placed = [(tile, tuple(place(ring) for ring in tile.rings)) for tile in outlined]
    height = (north - south) * scale
    across = max(int(width // (BOX[0] + _GAP)), 1)
    boxes = [
        Box(tile, (number % across * (BOX[0] + _GAP), height + 12 + number // across * (BOX[1] + _GAP)))
        for number, tile in enumerate(tile for tile in tiles if not tile.rings)
    ]
    bottom = boxes[-1].corner[1] + BOX[1] if boxes else height
    return [DrawnPlace(tile, rings, *_label(max(rings, key=_size))) for tile, rings in rings_placed], boxes, bottom


def _size(ring: Points) -> float:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in _sides(ring))) / 2


def _label(ring: Points) -> tuple[tuple[float, float], float]:
    """Return where numbers have room within a ring, as near to its centroid as may be, and the width of that room."""
    x, y = _middle(ring)
    top, bottom = min(b for _, b in ring), max(b for _, b in ring)
    wide, tall = _LABEL
    best = ((x, y), 0.0)
    for at in (y, *(top + (bottom - top) * n / _LINES for n in range(1, _LINES))):
        free = _both(_both(_inside(ring, at - tall / 2), _inside(ring, at)), _inside(ring, at + tall / 2))
        for left, right in free:
            room = right - left
            there = min(max(x, left + wide / 2), right - wide / 2) if room > wide else (left + right) / 2
            if (min(room, wide), -math.dist((x, y), (there, at))) > (min(best[1], wide), -math.dist((x, y), best[0])):
                best = ((there, at), room)
    return best


def _inside(ring: Points, height: float) -> list[tuple[float, float]]:
    """Return the parts of a horizontal line that lie within a ring."""
    crossed = sorted(
        x1 + (height - y1) / (y2 - y1) * (x2 - x1) for (x1, y1), (x2, y2) in _sides(ring) if (y1 > height) != (y2 > height)
    )
    return list(zip(crossed[::2], crossed[1::2], strict=True))


def _both(first: Iterable[tuple[float, float]], second: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return what lies in both of two sets of parts of a line."""
    return [(max(a, c), min(b, d)) for a, b in first for c, d in second if max(a, c) < min(b, d)]


def _middle(ring: Points) -> tuple[float, float]:
    """Return the centroid of a ring."""
    parts = [(x1 * y2 - x2 * y1, x1 + x2, y1 + y2) for (x1, y1), (x2, y2) in _sides(ring)]
    whole = sum(part for part, _, _ in parts) or 1.0
    return sum(part * x for part, x, _ in parts) / (3 * whole), sum(part * y for part, _, y in parts) / (3 * whole)


def _sides(ring: Sequence[tuple[float, float]]) -> Iterable[tuple[tuple[float, float], tuple[float, float]]]:
    return zip(ring, (*ring[1:], ring[0]), strict=True)
