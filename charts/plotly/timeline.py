"""Milestones on a timeline: planned, re-planned and actual dates."""

from __future__ import annotations

from typing import Any

import pandas as pd
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
    """Draw one row per milestone: planned (diamond), re-planned (triangle, each time), done (dot); dashed while not done.

    Args:
        shape: its data; ``today`` is drawn as a line.
    """
    given = [
        (number, _short(label), kind, day, words) for number, (label, days) in enumerate(shape.rows) for kind, day, words in days
    ]
    marks = pd.DataFrame(given, columns=["milestone", "label", "kind", "day", "text"])
    today, today_word = shape.today, shape.today_word
    figure = go.Figure()
    codes = list(dict.fromkeys(marks["milestone"]))
    place = {code: -n for n, code in enumerate(codes)}
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
    for code, label in dict(zip(marks["milestone"], marks["label"], strict=True)).items():
        notes.append({
            "xref": "paper", "x": 0, "y": place[code], "yshift": 15, "xanchor": "left", "text": label, "showarrow": False,
            "font": {"size": 12, "color": INK}, "align": "left",
        })  # fmt: skip
        shapes.append({
            "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": place[code] - 0.42, "y1": place[code] - 0.42,
            "line": {"color": GRID, "width": 1}, "layer": "below",
        })  # fmt: skip
    put(figure, notes=notes, shapes=shapes)
    styled(figure, height=ROW_HEIGHT * len(codes) + 76)
    figure.add_vline(x=today, line={"color": INK, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=today, yref="paper", y=1, yanchor="bottom", xanchor="right", text=today_word, showarrow=False, font={"size": 12}
    )
    figure.update_yaxes(visible=False, range=[-len(codes) + 0.5, 0.75], zeroline=False)
    days = [*marks["day"], today]
    figure.update_xaxes(**on_axis(ticks_within(min(days), max(days), (), room=NARROW, size=12, language=language)))
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
