"""Shapes drawn for the static edition: plain SVG at two widths, readable without a script; colours as on the dashboard."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from math import ceil

from charts.placing import Places, at_steps
from charts.shapes import Columns, Counts, Ranked, Shape, Shares, Steps, Tiles, Timeline
from charts.style import ACTUAL, FILL, FORECAST, GRID, INK, LOOKS, PAPER, PLAN, SHORTFALL
from charts.svg.pen import BAR, BOLDER, EDGE, NAMES, Pen, clipped
from charts.svg.places import outlined, tiled
from charts.svg.series import EM, NARROW, WIDE, under_axis
from charts.svg.timeline import timeline
from charts.themes import svg_own_style
from charts.ticks import ticks_between, width_of
from kpis.as_text import escaped
from kpis.text import axis_number, format_date, with_unit

LATE = "#C16800"
BOTH = ((WIDE, "wide"), (NARROW, "narrow"))


def drawing(
    shape: Shape, *, alt: str, key: str, language: str, leads: str = "", size: tuple[int, int] = WIDE, name: str = "wide"
) -> str:
    """Draw a shape at one width.

    Args:
        key: unique on the page, for the patterns.
        leads: prefix of link targets of places, completed by the place's code; no links if left out.
        size: width and height, with its name one of ``BOTH``.
    """
    pen = Pen(size[0], f"{key}-{name}", language, leads=leads)
    return _written(pen, 0.0, _drawn(shape, pen, size), alt=alt, name=name)


def pieces(shape: Shape, *, key: str, language: str, size: tuple[int, int], name: str, most: float) -> list[str]:
    """Draw a shape as ``drawing`` does, cut between its bars into pieces of about one height where it is higher than ``most``."""
    pen = Pen(size[0], f"{key}-{name}", language)
    height = _drawn(shape, pen, size)
    count = ceil(height / most) if len(pen.rows) > 1 else 1
    cuts = [min(pen.rows, key=lambda row: abs(row - height * n / count)) for n in range(1, count)]
    return [_written(pen, top, end, alt="", name=name) for top, end in pairwise([0.0, *cuts, height])]


def _drawn(shape: Shape, pen: Pen, size: tuple[int, int]) -> float:
    """Draw a shape, and return its height."""
    if isinstance(shape, Shares):
        height = _shares(shape, pen)
    elif isinstance(shape, Columns):
        height = _columns(shape, pen)
    elif isinstance(shape, Counts):
        height = _counts(shape, pen)
    elif isinstance(shape, Ranked):
        height = _ranked(shape, pen)
    elif isinstance(shape, Steps):
        height = _steps(shape, pen, size[1])
    elif isinstance(shape, Timeline):
        height = timeline(shape, pen)
    else:
        height = outlined(shape, pen) if shape.is_outlined else tiled(shape, pen)
        height = _legend(pen, shape.fills, height + 8) - 8 if shape.fills else height
    return height


def _written(pen: Pen, top: float, end: float, *, alt: str, name: str) -> str:
    # An image has no interactive content; a map with links is a group.
    role = "group" if any("<a " in part for part in pen.parts) else "img"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart still {name}" viewBox="0 {top:.0f} {pen.width:.0f} {end - top:.0f}" role="{role}" '
        f'aria-label="{escaped(alt)}" font-size="{EM}">{pen.defined()}{"".join(pen.parts)}</svg>'
    )


def legend(shape: Shape) -> str:
    """Return the legend of fills as a wrapping line of HTML; blank if all bars have one fill."""
    if not isinstance(shape, Shares | Tiles):
        return ""
    looks = (
        [(word, look) for _, word, look in _used(shape)] if isinstance(shape, Shares) else [(w, (f, "", f)) for f, w in shape.fills]
    )
    entries = []
    for word, look in looks:
        pen = Pen(16, "look", "")
        pen.box(0.5, 0.5, 15, 13, pen.pattern(look))
        style = svg_own_style((look[0], look[2], EDGE))
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="16" height="14">{style}{pen.defined()}{"".join(pen.parts)}</svg>'
        entries.append(
            f'<span><img src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}" alt="">{escaped(word)}</span>'
        )
    return f'<p class="lg">{"".join(entries)}</p>' if entries else ""


def _used(shape: Shares) -> list[tuple[str, str, tuple[str, str, str]]]:
    """Return each segment used by any row, with its word and look."""
    return [
        (s, word, look) for (s, word), look in zip(shape.segments, LOOKS, strict=False) if any(c.get(s) for _, c, _ in shape.rows)
    ]


def _legend(pen: Pen, words: Sequence[tuple[str, str]], top: float) -> float:
    """Write the legend of fills, in as many lines as needed; return the top of the free space below."""
    x, y = 4.0, top
    for fill, word in words:
        if x > 4 and x + 24 + width_of(word) > pen.width - 4:
            x, y = 4.0, y + 22
        pen.box(x, y, 16, 14, fill)
        pen.text(x + 22, y + 12, word)
        x += 22 + width_of(word) + 18
    return y + 30


def _shares(shape: Shares, pen: Pen) -> float:
    used = _used(shape)
    y = _legend(pen, [(pen.pattern(look), word) for _, word, look in used], 4)
    ends = max((width_of(end) for _, _, end in shape.rows), default=0) * BOLDER
    left = right = 0.0
    for label, shares, end in shape.rows:
        total = sum(shares.get(s, 0) for s, _, _ in used)
        left, right, bar, after = pen.row(y, f"{label} ({pen.number(total)})", end, ends)
        x = left
        for segment, word, look in used:
            count = shares.get(segment, 0)
            if not count:
                continue
            wide = count / total * (right - left)
            sentence = (
                f"{label}: {word} {with_unit(pen.number(count), shape.unit, pen.language)} ({pen.number(count / total, '.1%')})"
            )
            pen.box(x, bar, wide, BAR, pen.pattern(look), title=sentence)
            x += wide
        y = after
    for share in (0, 50, 100):
        anchor = {0: "start", 50: "middle", 100: "end"}[share]
        pen.text(left + share / 100 * (right - left), y + 12, f"{share}%", anchor=anchor, fill=PLAN)
    return y + 20


def _columns(shape: Columns, pen: Pen) -> float:
    hatched = pen.pattern(("#FFFFFF", "/", LATE))
    top = max((count for _, count, _ in shape.bars), default=1)
    y = 4.0
    for label, count, is_past in shape.bars:
        heading = f"{label}{' ' + shape.past_word if is_past else ''}"
        pen.text(4, y + 12, clipped(heading, pen.width - 12))
        number = pen.number(count)
        room = pen.width - 16 - width_of(number)
        pen.box(
            4,
            y + 18,
            count / top * room,
            16,
            hatched if is_past else FORECAST,
            edge=INK,
            title=f"{heading}: {with_unit(number, shape.unit, pen.language)}",
        )
        pen.text(4 + count / top * room + 6, y + 31, number, bold=True)
        y += 46
    return y + 2


def _counts(shape: Counts, pen: Pen) -> float:
    y = 4.0
    counts_text = [f"{pen.number(count)} / {pen.number(shape.total)}" for _, count in shape.bars]
    ends = max(map(width_of, counts_text), default=0) * BOLDER
    for (label, count), end in zip(shape.bars, counts_text, strict=True):
        left, right, bar, y = pen.row(y, label, end, ends)
        pen.box(left, bar, right - left, BAR, "#FFFFFF", edge="#B4B4B8")
        if count:
            wide = count / max(shape.total, 1) * (right - left)
            pen.box(left, bar, wide, BAR, ACTUAL, edge=ACTUAL, title=f"{label}: {with_unit(end, shape.unit, pen.language)}")
    return y + 2


def _ranked(shape: Ranked, pen: Pen) -> float:
    is_narrow = pen.width < NAMES * 3
    labels = [bar.text if is_narrow else bar.label for bar in shape.bars]
    ends = max(map(width_of, labels)) * BOLDER
    low, high = shape.span()
    y = top = 4.0 if shape.target is None else 22.0
    left = right = 0.0

    def x(value: float) -> float:
        return left + (value - low) / (high - low) * (right - left)

    for bar, end in zip(shape.bars, labels, strict=True):
        left, right, at, y = pen.row(y, bar.name, end, ends)
        colour = SHORTFALL if bar.is_short else ACTUAL
        first, last = sorted((x(0.0), x(bar.value)))
        pen.box(first, at, last - first, BAR, FILL if bar.is_recast else colour, edge=colour, title=f"{bar.name}: {bar.label}")
        if bar.planned is not None:
            tick = f'<path d="M{x(bar.planned):.1f} {at - 3:.1f}v{BAR + 6}" stroke="{{}}" stroke-width="{{}}"/>'
            pen.parts += [tick.format(PAPER, 5), tick.format(INK, 2)]
    pen.parts.append(f'<path d="M{x(0.0):.1f} {top:.1f}V{y:.1f}" stroke="#949497"/>')
    if shape.target is not None:
        at = x(shape.target)
        line = f'<path d="M{at:.1f} {top - 2:.1f}V{y:.1f}" stroke='
        pen.parts += [f'{line}"{PAPER}" stroke-width="4"/>', f'{line}"{INK}" stroke-width="1.5" stroke-dasharray="6 4"/>']
        pen.text(at, top - 8, shape.target_label, anchor="end" if at > pen.width / 2 else "start", fill=PLAN)
    return y + 4


def _steps(shape: Steps, pen: Pen, height: int) -> float:
    lines = [line for line in shape.lines if line[1]]
    days = [day.toordinal() for _, points, _ in lines for day, _ in points]
    top = max(value for _, points, _ in lines for _, value in points)
    first, last = min(days), max(days)
    span = max(last - first, 1)
    marks = ticks_between(0.0, max(top * 1.15, 1.0))
    left, right, above, below = 52, 20, 30, 30

    def x(day: date) -> float:
        return left + (day.toordinal() - first) / span * (pen.width - left - right)

    def y(value: float) -> float:
        return height - below - value / marks[-1] * (height - above - below)

    pen.text(4, 16, shape.unit)
    for mark in marks:
        colour = "#949497" if mark == 0 else GRID
        pen.parts.append(f'<path d="M{left} {y(mark):.1f}H{pen.width - right}" stroke="{colour}"/>')
        pen.text(left - 6, y(mark) + 4, axis_number(mark, language=pen.language), anchor="end")
    ticks = [(x(t.day), t) for t in shape.ticks(room=pen.width - left - right, size=EM)]
    pen.parts += under_axis(ticks, height - below, pen.width)
    places = Places(2.0, y(0), float(left), float(pen.width), words_count=4)
    ends = {word: [(x(d), y(v)) for d, v in points] + [(float(pen.width - right), y(points[-1][1]))] for word, points, _ in lines}
    for drawn in ends.values():
        places.line([point for (across, down), to in pairwise(drawn) for point in ((across, down), (to[0], down), to)])
        for across, down in drawn[:-1]:
            places.dot(across, down, wide=4.0, high=4.0)
    for word, points, is_plan in lines:
        colour = PLAN if is_plan else ACTUAL
        path = f"M{x(points[0][0]):.1f} {y(points[0][1]):.1f}" + "".join(f"H{x(d):.1f}V{y(v):.1f}" for d, v in points[1:])
        path += f"H{pen.width - right}"
        dash = ' stroke-dasharray="7 4"' if is_plan else ""
        pen.parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{2 if is_plan else 2.5}"{dash}/>')
        if not is_plan:
            pen.parts += [
                f'<circle cx="{x(d):.1f}" cy="{y(v):.1f}" r="4" fill="{colour}"><title>{format_date(d, pen.language)}: '
                f"{escaped(with_unit(pen.number(v, ',.0f'), shape.unit, pen.language))}"
                "</title></circle>"
                for d, v in points
            ]
        text = f"{word} {pen.number(points[-1][1], ',.0f')}"
        (at, down), begins, is_above = at_steps(places, ends[word], (width_of(text, EM) * BOLDER, 14.0), is_below=is_plan, gap=5.0)
        pen.text(
            at + 5 * begins, down - 8 if is_above else down + 17, text, anchor="start" if begins else "end", bold=True, fill=colour
        )
    return height
