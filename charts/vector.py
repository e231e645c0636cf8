"""The published drawing of a series: plain SVG, readable without a script, at two widths (wide screen and phone)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import floor, log10

from charts.style import ACTUAL, FILL, FORECAST, GRID, INK, PLAN

WIDE, NARROW = (720, 320), (340, 250)
LEFT, RIGHT, TOP, BOTTOM = 58, 20, 30, 30
EM = 13  # of the text, in units of the picture


@dataclass(frozen=True, slots=True)
class Point:
    """One drawn value: its day, its place on the value axis (``None`` breaks the line), and what it says."""

    day: date
    value: float | None
    label: str = ""


def drawing(
    actual: Sequence[Point], plan: Sequence[Point], *, unit: str, alt: str, goal_label: str = "",
    expected: Sequence[tuple[date, float, float, float]] = (), size: tuple[int, int] = WIDE, name: str = "",
) -> str:  # fmt: skip
    """Draw what happened (solid, a dot at each published value) against the plan (dashed) and the expected path (dotted).

    Args:
        actual: in order of time.
        plan: corners of the planned path.
        unit: written above the value axis.
        alt: one sentence that says what the picture shows.
        goal_label: written at the end of the plan.
        expected: (day, value, low, high).
        size: width and height of the picture in its own units; text is 13 of them.
        name: a class of the picture, as ``wide``.
    """
    width, height = size
    values = [p.value for p in (*actual, *plan) if p.value is not None] + [v for e in expected for v in e[1:]]
    days = [p.day.toordinal() for p in (*actual, *plan)] + [e[0].toordinal() for e in expected]
    low, high = min(0.0, *values), max(values)
    ticks = ticks_between(low, high)
    low, high = min(low, ticks[0]), max(ticks[-1], high) or 1.0
    first, last = min(days), max(days)
    span = max(last - first, 1)

    def x(day: date) -> float:
        return LEFT + (day.toordinal() - first) / span * (width - LEFT - RIGHT)

    def y(value: float) -> float:
        return height - BOTTOM - (value - low) / (high - low or 1) * (height - TOP - BOTTOM)

    parts = [f'<text x="4" y="16" fill="{INK}">{escape(unit)}</text>']
    for tick in ticks:
        parts.append(
            f'<path d="M{LEFT} {y(tick):.1f}H{width - RIGHT}" stroke="{"#949497" if tick == 0 else GRID}"/>'
            f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:,g}</text>'
        )
    for year in years_between(first, last, most=6 if width > 500 else 3):
        parts.append(f'<text x="{x(year):.1f}" y="{height - 8}" text-anchor="middle">{year:%Y-%m}</text>')
    if expected:
        upper = [f"{x(d):.1f},{y(h):.1f}" for d, _, _, h in expected]
        lower = [f"{x(d):.1f},{y(lo):.1f}" for d, _, lo, _ in reversed(expected)]
        parts.append(f'<polygon points="{" ".join((*upper, *lower))}" fill="{FILL}"/>')
        path = " ".join(f"{x(d):.1f},{y(v):.1f}" for d, v, _, _ in expected)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{FORECAST}" stroke-width="2" stroke-dasharray="2 4"/>')
    for line in _lines(plan):
        path = " ".join(f"{x(p.day):.1f},{y(p.value):.1f}" for p in line)  # type: ignore[arg-type]
        parts.append(f'<polyline points="{path}" fill="none" stroke="{PLAN}" stroke-width="2" stroke-dasharray="7 4"/>')
    for line in _lines(actual):
        path = " ".join(f"{x(p.day):.1f},{y(p.value):.1f}" for p in line)  # type: ignore[arg-type]
        parts.append(f'<polyline points="{path}" fill="none" stroke="{ACTUAL}" stroke-width="2.5"/>')
    shown = [p for p in actual if p.value is not None]
    parts += [
        f'<circle cx="{x(p.day):.1f}" cy="{y(p.value):.1f}" r="4.5" fill="{ACTUAL}"><title>{escape(p.label)}</title></circle>'  # type: ignore[arg-type]
        for p in shown
    ]
    taken = [(x(p.day) - 6, y(p.value) - 6, x(p.day) + 6, y(p.value) + 6) for p in shown]  # type: ignore[arg-type]
    room = (LEFT, 2.0, float(width), height - BOTTOM - 2.0)
    if shown:
        end = shown[-1]
        words = end.label.rsplit(": ", 1)[-1]
        place, anchor = (x(end.day), "middle") if x(end.day) < width - RIGHT - 60 else (x(end.day) - 8, "end")
        left = place - width_of(words) * (1.0 if anchor == "end" else 0.5)
        base = _free(left, width_of(words), [y(end.value) + d for d in (22, -12, 40, -30, 58, -48)], taken, room)  # type: ignore[arg-type, operator]
        parts.append(
            f'<text x="{place:.1f}" y="{base:.1f}" text-anchor="{anchor}" font-weight="700" style="fill:{ACTUAL}">{escape(words)}</text>'
        )
    if goal_label and plan and plan[-1].value is not None:
        wide = width_of(goal_label)
        base = _free(width - RIGHT - wide, wide, [y(plan[-1].value) + d for d in (-8, 20, -26, 38, -44, 56)], taken, room)
        parts.append(f'<text x="{width - RIGHT}" y="{base:.1f}" text-anchor="end" fill="{PLAN}">{escape(goal_label)}</text>')
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {name}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(alt, quote=True)}" font-size="13">{body}</svg>'
    )


_Box = tuple[float, float, float, float]


def _free(left: float, wide: float, lines: Sequence[float], taken: list[_Box], room: _Box) -> float:
    """Return the first base line on which a text covers no value and no other text, and keep its place; else the first one."""
    for line in lines:
        box = (left, line - EM, left + wide, line + 3)
        within = box[1] >= room[1] and box[3] <= room[3]
        if within and not any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken):
            taken.append(box)
            return line
    line = min(max(lines[0], room[1] + EM), room[3] - 3)
    taken.append((left, line - EM, left + wide, line + 3))
    return line


def width_of(text: str) -> float:
    """Return about how wide a text is: a full-width character takes one em, another a little over half."""
    return sum(EM if unicodedata.east_asian_width(c) in "WFA" else 7.2 for c in text)


def _lines(points: Sequence[Point]) -> list[list[Point]]:
    """Return the stretches between breaks."""
    lines: list[list[Point]] = [[]]
    for point in points:
        if point.value is None:
            lines.append([])
        else:
            lines[-1].append(point)
    return [line for line in lines if len(line) > 1]


def ticks_between(low: float, high: float) -> list[float]:
    """Return four to six round values from below ``low`` to above ``high``."""
    reach = high - low or 1.0
    size = 10 ** floor(log10(reach / 4))
    step = next(size * n for n in (1, 2, 2.5, 5, 10) if reach / (size * n) <= 5)
    start = floor(low / step)
    ticks = [start * step]
    while ticks[-1] < high - step * 1e-9:
        ticks.append((start + len(ticks)) * step)
    return [round(t, 10) for t in ticks]


def years_between(first: int, last: int, *, most: int) -> list[date]:
    """Return 1 April of evenly spaced fiscal years within the span; the two ends where it is shorter than a year."""
    begins = [
        d
        for y in range(date.fromordinal(first).year, date.fromordinal(last).year + 1)
        if first <= (d := date(y, 4, 1)).toordinal() <= last
    ]
    every = -(-len(begins) // most) if begins else 1
    return begins[::every] if len(begins) > 1 else sorted({date.fromordinal(first), date.fromordinal(last)})
