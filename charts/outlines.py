"""Maps by outlines on a plane: the position of each place in a picture of given width, and of its label."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from charts.shapes import Tile

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class DrawnPlace:
    """A place in the picture: its rings, and the centre of the largest, in picture units from the upper left corner."""

    tile: Tile
    rings: tuple[Points, ...]
    middle: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A place without an outline: a box of the size ``BOX``, by its upper left corner."""

    tile: Tile
    corner: tuple[float, float]


BOX = (96.0, 36.0)
_GAP = 4.0


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
    return [DrawnPlace(tile, rings, _middle(max(rings, key=_size))) for tile, rings in rings_placed], boxes, bottom


def _size(ring: Points) -> float:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in _sides(ring))) / 2


def _middle(ring: Points) -> tuple[float, float]:
    """Return the centroid of a ring."""
    parts = [(x1 * y2 - x2 * y1, x1 + x2, y1 + y2) for (x1, y1), (x2, y2) in _sides(ring)]
    whole = sum(part for part, _, _ in parts) or 1.0
    return sum(part * x for part, x, _ in parts) / (3 * whole), sum(part * y for part, _, y in parts) / (3 * whole)


def _sides(ring: Sequence[tuple[float, float]]) -> Iterable[tuple[tuple[float, float], tuple[float, float]]]:
    return zip(ring, (*ring[1:], ring[0]), strict=True)
