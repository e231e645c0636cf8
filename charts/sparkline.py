"""A small picture of a series for a card: true time scale, plan dashed, target as a tick that stays visible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from charts.style import ACTUAL, FILL, INK, PLAN

WIDTH, HEIGHT, BAR = 220, 56, 14


def sparkline(actual: Sequence[tuple[date, float]], plan: Sequence[tuple[date, float]]) -> str:
    """Return an SVG of the series (solid, a dot at each published value) over its planned path (dashed).

    Args:
        actual: (period end, value), in order of time.
        plan: (day, value) corners of the planned path.
    """
    days = [day.toordinal() for day, _ in (*actual, *plan)]
    values = [value for _, value in (*actual, *plan)]
    first, span = min(days), max(max(days) - min(days), 1)
    low = min(0.0, *values)
    height = max(max(values) - low, 1e-9)

    def at(point: tuple[date, float]) -> str:
        x = 6 + (point[0].toordinal() - first) / span * (WIDTH - 12)
        y = HEIGHT - 7 - (point[1] - low) / height * (HEIGHT - 14)
        return f"{x:.1f},{y:.1f}"

    dots = "".join(f'<circle cx="{x}" cy="{y}" r="3" fill="{ACTUAL}"/>' for x, y in (at(p).split(",") for p in actual))
    dashed = f'<polyline points="{" ".join(map(at, plan))}" fill="none" stroke="{PLAN}" stroke-width="1.5" stroke-dasharray="4 3"/>'
    line = f'<polyline points="{" ".join(map(at, actual))}" fill="none" stroke="{ACTUAL}" stroke-width="2"/>'
    return _svg(HEIGHT, (dashed if plan else "") + line + dots)


def bullet(value: float, target: float, *, full: float) -> str:
    """Return an SVG bar from 0 to ``value`` on a track to ``full``, with the target as a tick on both sides of it."""
    scale = (WIDTH - 4) / max(full, value, target, 1e-9)
    end, tick = 2 + value * scale, 2 + target * scale
    return _svg(
        BAR + 8,
        f'<rect x="2" y="4" width="{WIDTH - 4}" height="{BAR}" fill="{FILL}"/>'
        f'<rect x="2" y="7" width="{max(end - 2, 0):.1f}" height="{BAR - 6}" fill="{ACTUAL}"/>'
        f'<rect x="{min(tick, WIDTH - 3) - 1.5:.1f}" y="0" width="3" height="{BAR + 8}" fill="{INK}" stroke="#fff" stroke-width="1"/>',
    )


def _svg(height: int, body: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">{body}</svg>'
