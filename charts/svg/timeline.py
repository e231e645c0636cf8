"""Milestones on a timeline as SVG: planned, re-planned and actual dates, one row per milestone."""

from __future__ import annotations

from datetime import date

from charts.shapes import Timeline
from charts.style import ACTUAL, GRID, INK, PLAN
from charts.svg.pen import Pen
from charts.svg.series import EM, under_axis
from charts.ticks import in_lines, ticks_within, width_of
from kpis.as_text import escaped

ROW, LINE, LINES, LEFT, RIGHT, TOP, BOTTOM = 42, 15, 3, 12, 20, 28, 30  # LINE: what each further line of a name adds to its row
_LOOK = 'fill="#FFFFFF" stroke="{}" stroke-width="2"'
_MARKS = {  # around the centre of the mark
    "start": f'<path d="M0 -6V6" stroke="{PLAN}" stroke-width="2"/>', "planned": f'<path d="M0 -6L6 0L0 6L-6 0Z" {_LOOK.format(PLAN)}/>',
    "replanned": f'<path d="M-5 -6L6 0L-5 6Z" {_LOOK.format(PLAN)}/>', "actual": f'<circle r="5.5" fill="{ACTUAL}"/>',
}  # fmt: skip


def timeline(shape: Timeline, pen: Pen) -> float:
    """Draw one row per milestone, dashed while it is not done; return the height."""
    days = [day.toordinal() for _, given in shape.rows for _, day, _ in given] + [shape.today.toordinal()]
    first, last = min(days), max(days)

    def x(day: date) -> float:
        return LEFT + (day.toordinal() - first) / max(last - first, 1) * (pen.width - LEFT - RIGHT)

    today = x(shape.today)
    half = width_of(shape.today_word) / 2
    pen.text(min(max(today, half + 4), pen.width - half - 4), 16, shape.today_word, anchor="middle")
    bottom = TOP
    for label, given in shape.rows:
        top, names = (
            bottom,
            in_lines(label, pen.width - 8, most=LINES),
        )  # the state stands at the end of the name: it is not cut off
        bottom += ROW + LINE * (len(names) - 1)
        pen.rows.append(bottom)
        y = bottom - 14
        pen.parts.append(f'<path d="M4 {bottom}H{pen.width - 4}" stroke="{GRID}"/>')
        for place, line in enumerate(names):
            pen.text(4, top + 14 + LINE * place, line)
        ends = sorted(x(day) for _, day, _ in given)
        if ends and ends[0] != ends[-1]:
            is_done = any(kind == "actual" for kind, _, _ in given)
            look = f'stroke="{ACTUAL}"' if is_done else f'stroke="{PLAN}" stroke-dasharray="6 4"'
            pen.parts.append(f'<path d="M{ends[0]:.1f} {y}H{ends[-1]:.1f}" stroke-width="2" {look}/>')
        pen.parts += [
            f'<g transform="translate({x(day):.1f} {y})"><title>{escaped(words)}</title>{_MARKS[kind]}</g>'
            for kind, day, words in given
        ]
    pen.parts.append(f'<path d="M{today:.1f} {TOP - 6}V{bottom}" stroke="{INK}" stroke-dasharray="2 3"/>')
    ticks = ticks_within(
        date.fromordinal(first), date.fromordinal(last), (), room=pen.width - LEFT - RIGHT, size=EM, language=pen.language
    )
    pen.parts += under_axis([(x(tick.day), tick) for tick in ticks if first <= tick.day.toordinal() <= last], bottom, pen.width)
    return bottom + BOTTOM
