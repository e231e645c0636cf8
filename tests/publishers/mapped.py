"""The map by outlines, drawn anew from the file of outlines and what is counted of each place."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence

from kpis.settings import ROOT
from tests.publishers.shown import Drawn

WIDE = 1100
Point = tuple[float, float]


def outlines() -> dict[str, list[list[Point]]]:
    """Return the rings of each municipality by its code, in degrees."""
    held: dict[str, list[list[Point]]] = {}
    with (ROOT / "data" / "catalogue" / "outlines.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            x_y = [tuple(float(n) for n in point.split(",")) for point in row["ring"].split()]
            held.setdefault(row["municipality_code"], []).append([(x, y) for x, y in x_y])
    return held


def wrong_outlines(chart: Drawn, counts: Mapping[str, tuple[str, int, int]]) -> list[str]:
    """Return what is wrong in a map by outlines.

    Args:
        chart: the map.
        counts: by code of the municipality, in the order of the catalogue: its name, how many are done, of how many.
    """
    held = {code: rings for code, rings in outlines().items() if code in counts}
    every = [point for rings in held.values() for ring in rings for point in ring]
    (west, south), (east, north) = ((pick(x for x, _ in every), pick(y for _, y in every)) for pick in (min, max))
    shorter = math.cos((south + north) / 2 * math.pi / 180)

    def on_picture(point: Point) -> Point:
        return (point[0] - west) / (east - west) * WIDE, (north - point[1]) / (east - west) / shorter * WIDE

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
    shown = [code for code in counts if code in held]
    middles = [_middle([on_picture(p) for p in max(held[code], key=_twice)]) for code in shown]
    wrong += [f"numbers {axis}" for n, axis in enumerate(("x", "y")) if not _near(numbers[axis], [m[n] for m in middles])]
    said = [
        (f"{name}: {done} / {total}", f"<b>{done}/{total}</b>" if total else "")
        for name, done, total in (counts[code] for code in shown)
    ]
    return wrong + ([] if list(zip(numbers["customdata"], numbers["text"], strict=True)) == said else ["numbers of the outlines"])


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
