"""The map by outlines, drawn anew from the file of outlines and what is counted of each place."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence

from kpis.settings import ROOT
from tests.publishers.shown import Drawn

WIDE, PHONE = 1100, 250
ROOM = 3 * 0.555 * 11  # the width of "1/2" in the letters of the map
Point = tuple[float, float]


def outlines() -> dict[str, list[list[Point]]]:
    """Return the rings of each municipality by its code, in degrees."""
    held: dict[str, list[list[Point]]] = {}
    with (ROOT / "data" / "catalogue" / "outlines.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            x_y = [tuple(float(n) for n in point.split(",")) for point in row["ring"].split()]
            held.setdefault(row["municipality_code"], []).append([(x, y) for x, y in x_y])
    return held


def wrong_outlines(chart: Drawn, counts: Mapping[str, tuple[str, int, int]], wide: int) -> list[str]:
    """Return what is wrong in a map by outlines.

    Args:
        chart: the map.
        counts: by code of the municipality, in the order of the catalogue: its name, how many are done, of how many.
        wide: its width; where it is not ``WIDE``, numbers without room in their place are left out.
    """
    held = {code: rings for code, rings in outlines().items() if code in counts}
    every = [point for rings in held.values() for ring in rings for point in ring]
    (west, south), (east, north) = ((pick(x for x, _ in every), pick(y for _, y in every)) for pick in (min, max))
    shorter = math.cos((south + north) / 2 * math.pi / 180)

    def on_picture(point: Point) -> Point:
        return (point[0] - west) / (east - west) * wide, (north - point[1]) / (east - west) / shorter * wide

    lines = []
    for level in (0, 1, 3):
        for is_listed in (False, True):
            inside = [
                code for code in counts if code in held
                and (counts[code][2] > 0) == is_listed and max(n for n in (0, 1, 3) if n <= counts[code][1]) == level
            ]  # fmt: skip
            if inside:
                lines.append(
                    [p for code in inside for ring in held[code] for p in (*map(on_picture, ring), on_picture(ring[0]), None)]
                )
    *drawn, numbers = chart.traces
    wrong = [] if len(drawn) == len(lines) else [f"{len(drawn)} outlines for {len(lines)}"]
    for trace, line in zip(drawn, lines, strict=False):
        for place, axis in enumerate(("x", "y")):
            expected = [None if p is None else p[place] for p in line]
            wrong += [] if _near(trace[axis], expected) else [f"outlines {axis}"]
    shown = [*(code for code in counts if code in held), *(code for code in counts if code not in held)]
    said = [f"{name}: {done} / {total}" for name, done, total in (counts[code] for code in shown)]
    wrong += [] if list(numbers["customdata"]) == said else ["names of the outlines"]
    for code, x, y, text in zip(shown, numbers["x"], numbers["y"], numbers["text"], strict=True):
        _, done, total = counts[code]
        if code not in held:
            wrong += [] if text == "" else [f"{code} has its numbers in its box, and {text}"]
            continue
        ring = [on_picture(p) for p in max(held[code], key=_twice)]
        free = min((_free(ring, x, at) for at in (y - 5.5, y, y + 5.5)), default=0.0)
        expected = f"<b>{done}/{total}</b>" if total and (wide == WIDE or text) else ""
        wrong += [] if text == expected and _free(ring, x, y) else [f"numbers {text!r} of {code} at {x} {y}"]
        wrong += [] if not text or wide == WIDE or free > ROOM / 2 - 1 else [f"no room for {text} of {code}"]
        centre = _middle(ring)
        if total and not text and min(_free(ring, centre[0], centre[1] + at) for at in (-5.5, 0, 5.5)) > ROOM / 2 + 1:
            wrong.append(f"{code} has room and no numbers")
    return wrong


def _free(ring: Sequence[Point], x: float, y: float) -> float:
    """Return how far from a point its outline is to the left and right, whichever is nearer; 0 for a point outside."""
    sides = zip(ring, [*ring[1:], ring[0]], strict=True)
    crossed = [a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) for a, b in sides if (a[1] > y) != (b[1] > y)]
    left = [c for c in crossed if c <= x]
    return min(abs(c - x) for c in crossed) if len(left) % 2 else 0.0


def _near(drawn: Sequence[float | None], expected: Sequence[float | None]) -> bool:
    pairs = list(zip(drawn, expected, strict=True)) if len(drawn) == len(expected) else [(None, 0.0)]
    return all((a is None) == (b is None) and (a is None or b is None or abs(a - b) < 0.06) for a, b in pairs)


def _twice(ring: Sequence[Point]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)))


def _middle(ring: Sequence[Point]) -> Point:
    sides = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    areas = [a[0] * b[1] - b[0] * a[1] for a, b in sides]
    x, y = (sum(w * (a[n] + b[n]) for w, (a, b) in zip(areas, sides, strict=True)) / (3 * sum(areas)) for n in (0, 1))
    return x, y
