"""Milestones on a timeline: planned, re-planned and actual dates."""

from __future__ import annotations

from itertools import accumulate

import plotly.graph_objects as go

from charts.plotly.styled import Drawing, styled
from charts.shapes import Timeline
from charts.style import ACTUAL, GRID, INK, PLAN
from charts.ticks import NARROW, in_lines, on_axis, ticks_within

ROW, LINE = 44, 15  # pixels of a row, and of each further line of its name
BELOW_MARK, ABOVE_MARK = 18, 6  # pixels from a mark to the rule below its row, and to the name above it
PHONE, LINES = 270.0, 4  # pixels of a name on a phone, which gets the same figure as a desktop; its lines at most
SYMBOLS = {
    "start": ("line-ns-open", PLAN, 12),
    "planned": ("diamond-open", PLAN, 11),
    "replanned": ("triangle-right-open", PLAN, 12),
    "actual": ("circle", ACTUAL, 11),
}


def timeline(shape: Timeline, language: str) -> go.Figure:
    """Draw one row per milestone: planned (diamond), re-planned (triangle, each time), done (dot); dashed while not done."""
    given = [(in_lines(name, PHONE, 12, most=LINES), days) for name, days in shape.rows if days]
    bottoms = list(accumulate(ROW + LINE * (len(lines) - 1) for lines, _ in given))  # the axis of the rows is in pixels
    rows = [(bottom - BELOW_MARK, days) for bottom, (_, days) in zip(bottoms, given, strict=True)]
    drawing, today = Drawing(), shape.today
    for place, days in rows:
        first, last = min(day for _, day, _ in days), max(day for _, day, _ in days)
        if first != last:
            done = any(kind == "actual" for kind, _, _ in days)
            drawing.line(
                x0=first, x1=last, y0=place, y1=place, layer="below",
                line={"color": ACTUAL if done else PLAN, "width": 2, "dash": "solid" if done else "dash"},
            )  # fmt: skip
    for kind, (symbol, colour, size) in SYMBOLS.items():
        own = [(day, place, words) for place, days in rows for given, day, words in days if given == kind]
        if own:
            drawing.scatter(
                x=[day for day, _, _ in own], y=[place for _, place, _ in own], mode="markers", cliponaxis=False,
                customdata=[words for _, _, words in own],
                marker={"symbol": symbol, "color": colour, "size": size, "line": {"width": 2, "color": colour}},
                hovertemplate="%{customdata}<extra></extra>",
            )  # fmt: skip
    for bottom, (lines, _) in zip(bottoms, given, strict=True):
        drawing.note(
            xref="paper", x=0, y=bottom - BELOW_MARK, yshift=ABOVE_MARK, xanchor="left", yanchor="bottom", text="<br>".join(lines),
            font={"size": 12, "color": INK}, align="left",
        )  # fmt: skip
        drawing.line(xref="paper", x0=0, x1=1, y0=bottom, y1=bottom, line={"color": GRID, "width": 1}, layer="below")
    height = bottoms[-1] if bottoms else 0
    styled(drawing, height=height + 76)
    drawing.upright(today, color=INK, width=1, dash="dot")
    drawing.note(x=today, yref="paper", y=1, yanchor="bottom", xanchor="right", text=shape.today_word, font={"size": 12})
    drawing.down(visible=False, range=[height + 4, -12], zeroline=False)
    drawn = [today, *(day for _, days in rows for _, day, _ in days)]
    drawing.across(**on_axis(ticks_within(min(drawn), max(drawn), (), room=NARROW, size=12, language=language)))
    drawing.set(margin={"l": 10, "r": 14, "t": 26, "b": 34})
    return drawing.figure()
