"""Milestones on a timeline: planned, re-planned and actual dates."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from charts.plotly.styled import put, styled
from charts.shapes import Timeline
from charts.style import ACTUAL, GRID, INK, PLAN
from charts.ticks import NARROW, on_axis, ticks_within

ROW_HEIGHT = 44
SYMBOLS = {
    "start": ("line-ns-open", PLAN, 12),
    "planned": ("diamond-open", PLAN, 11),
    "replanned": ("triangle-right-open", PLAN, 12),
    "actual": ("circle", ACTUAL, 11),
}


LABEL_WIDTH = 46  # half-width characters that fit above a row on a phone


def timeline(shape: Timeline, language: str) -> go.Figure:
    """Draw one row per milestone: planned (diamond), re-planned (triangle, each time), done (dot); dashed while not done."""
    rows = [(-place, _short(label), days) for place, (label, days) in enumerate(row for row in shape.rows if row[1])]
    figure = go.Figure()
    shapes: list[dict[str, Any]] = []
    for place, _, days in rows:
        first, last = min(day for _, day, _ in days), max(day for _, day, _ in days)
        if first != last:
            done = any(kind == "actual" for kind, _, _ in days)
            shapes.append({
                "type": "line", "x0": first, "x1": last, "y0": place, "y1": place,
                "line": {"color": ACTUAL if done else PLAN, "width": 2, "dash": "solid" if done else "dash"}, "layer": "below",
            })  # fmt: skip
    for kind, (symbol, colour, size) in SYMBOLS.items():
        own = [(day, place, words) for place, _, days in rows for given, day, words in days if given == kind]
        if own:
            figure.add_scatter(
                x=[day for day, _, _ in own], y=[place for _, place, _ in own], mode="markers", cliponaxis=False, customdata=[words for _, _, words in own],
                marker={"symbol": symbol, "color": colour, "size": size, "line": {"width": 2, "color": colour}},
                hovertemplate="%{customdata}<extra></extra>",
            )  # fmt: skip
    notes: list[dict[str, Any]] = []
    for place, label, _ in rows:
        notes.append({
            "xref": "paper", "x": 0, "y": place, "yshift": 15, "xanchor": "left", "text": label, "showarrow": False,
            "font": {"size": 12, "color": INK}, "align": "left",
        })  # fmt: skip
        shapes.append({
            "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": place - 0.42, "y1": place - 0.42,
            "line": {"color": GRID, "width": 1}, "layer": "below",
        })  # fmt: skip
    put(figure, notes=notes, shapes=shapes)
    styled(figure, height=ROW_HEIGHT * len(rows) + 76)
    figure.add_vline(x=shape.today, line={"color": INK, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=shape.today,
        yref="paper",
        y=1,
        yanchor="bottom",
        xanchor="right",
        text=shape.today_word,
        showarrow=False,
        font={"size": 12},
    )
    figure.update_yaxes(visible=False, range=[-len(rows) + 0.5, 0.75], zeroline=False)
    drawn = [shape.today, *(day for _, _, days in rows for _, day, _ in days)]
    figure.update_xaxes(**on_axis(ticks_within(min(drawn), max(drawn), (), room=NARROW, size=12, language=language)))
    figure.update_layout(margin={"l": 10, "r": 14, "t": 26, "b": 34})
    return figure


def _short(text: str) -> str:
    """Return a label that fits above a row on a phone: the name is cut, never the state in brackets at its end."""
    name, bracket, state = text.rpartition("(")
    name, end = (name, bracket + state) if name and state.endswith(")") else (text, "")
    room = LABEL_WIDTH - sum(map(_wide, end))
    for place, letter in enumerate(name):
        room -= _wide(letter)
        if room < 0:
            return f"{name[:place].rstrip()}…{' ' * name.endswith(' ')}{end}"
    return text


def _wide(letter: str) -> int:
    return 1 if ord(letter) < 0x2000 else 2
