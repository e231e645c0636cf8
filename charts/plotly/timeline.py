"""Milestones on a timeline: planned, re-planned and actual dates."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.plotly.styled import put, styled
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
    """Draw one row per milestone: planned (diamond), re-planned (triangle, each time), done (dot); dashed while not done.

    Args:
        shape: its data; ``today`` is drawn as a line.
    """
    given = [(number, kind, day, words) for number, (_, days) in enumerate(shape.rows) for kind, day, words in days]
    marks = pd.DataFrame(given, columns=["milestone", "kind", "day", "text"])
    today, today_word = shape.today, shape.today_word
    figure = go.Figure()
    codes = list(dict.fromkeys(marks["milestone"]))
    names = {code: in_lines(shape.rows[code][0], PHONE, 12, most=LINES) for code in codes}
    bottoms = list(accumulate(ROW + LINE * (len(lines) - 1) for lines in names.values()))  # the axis of the rows is in pixels
    place = {code: bottom - BELOW_MARK for code, bottom in zip(codes, bottoms, strict=True)}
    shapes: list[dict[str, Any]] = []
    for code, own in marks.groupby("milestone", sort=False):
        first, last = own["day"].min(), own["day"].max()
        if first != last:
            done = bool((own["kind"] == "actual").any())
            shapes.append({
                "type": "line", "x0": first, "x1": last, "y0": place[code], "y1": place[code],
                "line": {"color": ACTUAL if done else PLAN, "width": 2, "dash": "solid" if done else "dash"}, "layer": "below",
            })  # fmt: skip
    for kind, (symbol, colour, size) in SYMBOLS.items():
        own = marks[marks["kind"] == kind]
        if len(own):
            figure.add_scatter(
                x=own["day"], y=[place[c] for c in own["milestone"]], mode="markers", cliponaxis=False, customdata=own["text"],
                marker={"symbol": symbol, "color": colour, "size": size, "line": {"width": 2, "color": colour}},
                hovertemplate="%{customdata}<extra></extra>",
            )  # fmt: skip
    notes: list[dict[str, Any]] = []
    for code, bottom in zip(codes, bottoms, strict=True):
        notes.append({
            "xref": "paper", "x": 0, "y": place[code], "yshift": ABOVE_MARK, "xanchor": "left", "yanchor": "bottom", "text": "<br>".join(names[code]),
            "showarrow": False, "font": {"size": 12, "color": INK}, "align": "left",
        })  # fmt: skip
        shapes.append({
            "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": bottom, "y1": bottom, "line": {"color": GRID, "width": 1}, "layer": "below",
        })  # fmt: skip
    put(figure, notes=notes, shapes=shapes)
    height = bottoms[-1] if bottoms else 0
    styled(figure, height=height + 76)
    figure.add_vline(x=today, line={"color": INK, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=today, yref="paper", y=1, yanchor="bottom", xanchor="right", text=today_word, showarrow=False, font={"size": 12}
    )
    figure.update_yaxes(visible=False, range=[height + 4, -12], zeroline=False)
    days = [*marks["day"], today]
    figure.update_xaxes(**on_axis(ticks_within(min(days), max(days), (), room=NARROW, size=12, language=language)))
    figure.update_layout(margin={"l": 10, "r": 14, "t": 26, "b": 34})
    return figure
