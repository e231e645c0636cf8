"""A sparkline for a card: true time scale, plan dashed, target as a tick that stays visible."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import date

from charts.style import ACTUAL, FILL, INK, PAPER, PLAN, SHORTFALL
from charts.themes import svg_own_style
from kpis.as_text import escaped

WIDTH, HEIGHT, BAR = 200, 56, 22
COLOURS = (ACTUAL, PLAN, SHORTFALL, FILL, INK, PAPER)


def card_picture(
    actual: Sequence[Sequence[tuple[date, float]]],
    plan: Sequence[Sequence[tuple[date, float]]],
    *,
    value: float | None = None,
    target: float | None = None,
    full: float = 0.0,
    is_short: bool = False,
    alt: str = "",
) -> str:
    """Return the picture of a card as inline SVG: the series, and below it a bar against the target.

    Args:
        actual: connected stretches of (period end, value), each in order of time.
        plan: (date, value) corners of the trajectory, in connected stretches.
        value: the length of the bar; no bar without one.
        target: position of the tick.
        full: the end of the track, if beyond value and target.
        is_short: draw the bar in the colour of a shortfall (the card states it in words too).
        alt: text alternative; without one the picture is hidden from screen readers.
    """
    body, height = sparkline(actual, plan), HEIGHT
    if value is not None and target is not None:
        body += f'<g transform="translate(0 {HEIGHT + 4})">{bullet(value, target, full=full, is_short=is_short)}</g>'
        height += 4 + BAR
    name = f'role="img" aria-label="{escaped(alt)}"' if alt else 'aria-hidden="true"'
    return f'<svg class="cp" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" {name}>{body}</svg>'


def card_address(picture: str) -> str:
    """Return the picture of a card as an image address, for pages that allow no inline SVG; it includes its dark colours."""
    head, body = picture.split(">", 1)
    svg = f'{head} xmlns="http://www.w3.org/2000/svg">{svg_own_style(COLOURS)}{body}'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def sparkline(actual: Sequence[Sequence[tuple[date, float]]], plan: Sequence[Sequence[tuple[date, float]]]) -> str:
    """Return the SVG shapes of the series (solid, a dot at each published value) over its trajectory (dashed)."""
    planned = [corner for stretch in plan for corner in stretch]
    shown = sorted(point for stretch in actual for point in stretch)
    days = [day.toordinal() for day, _ in (*shown, *planned)]
    values = [value for _, value in (*shown, *planned)]
    first, span = min(days), max(max(days) - min(days), 1)
    low = min(0.0, *values)
    height = max(max(values) - low, 1e-9)

    def at(point: tuple[date, float]) -> str:
        x = 6 + (point[0].toordinal() - first) / span * (WIDTH - 12)
        y = HEIGHT - 6 - (point[1] - low) / height * (HEIGHT - 12)
        return f"{x:.1f},{y:.1f}"

    dots = "".join(f'<circle cx="{x}" cy="{y}" r="3" fill="{ACTUAL}"/>' for x, y in (at(p).split(",") for p in shown))
    dashed = "".join(
        f'<polyline points="{" ".join(map(at, stretch))}" fill="none" stroke="{PLAN}" stroke-width="1.5" stroke-dasharray="4 3"/>'
        for stretch in plan
    )
    lines = "".join(
        f'<polyline points="{" ".join(map(at, stretch))}" fill="none" stroke="{ACTUAL}" stroke-width="2"/>'
        for stretch in actual
        if len(stretch) > 1
    )
    return dashed + lines + dots


def bullet(value: float, target: float, *, full: float, is_short: bool = False) -> str:
    """Return the SVG shapes of a bar from 0 to ``value`` on a track to ``full``, with the target as a protruding tick."""
    scale = (WIDTH - 4) / max(full, value, target, 1e-9)
    end, tick = 2 + value * scale, 2 + target * scale
    return (
        f'<rect x="2" y="4" width="{WIDTH - 4}" height="{BAR - 8}" fill="{FILL}"/>'
        f'<rect x="2" y="7" width="{max(end - 2, 0):.1f}" height="{BAR - 14}" fill="{SHORTFALL if is_short else ACTUAL}"/>'
        f'<rect x="{min(tick, WIDTH - 3) - 1.5:.1f}" y="0" width="3" height="{BAR}" fill="{INK}" stroke="{PAPER}" stroke-width="1"/>'
    )
