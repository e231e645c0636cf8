"""Units against indicators: each cell says its status by symbol, word and colour."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from charts.style import INK, put, styled

ROW_HEIGHT = 68
# Fills are light, so that the dark text on them keeps its contrast; the symbol and word carry the meaning.
LOOK = {
    "reached": ("✓", "#C2E5D1"), "on_track": ("↗", "#D9E6FF"), "slightly_behind": ("△", "#FFEEE2"), "behind": ("▼", "#FFDADA"),
    "moving_away": ("↓", "#FFDADA"), "missed": ("×", "#FFDADA"), "reached_then_lost": ("↩", "#FFDADA"),
    "unreported": ("?", "#FFEEE2"), "not_due": ("…", "#F2F2F2"), "not_applicable": ("○", "#F2F2F2"), "qualitative": ("¶", "#F2F2F2"), "no_data": ("–", "#FFFFFF"),
}  # fmt: skip


def heatmap(cells: pd.DataFrame, *, columns: list[str]) -> go.Figure:
    """Draw a grid of statuses.

    Args:
        cells: columns ``row`` (code, in order from the top), ``label`` (of the row), ``column``, ``status``, ``word`` (short), ``value`` (text, may be
            blank), ``period`` (short; periods differ from cell to cell) and ``hover``, one row per cell.
        columns: the column labels in order.
    """
    labels = dict(zip(cells["row"], cells["label"], strict=True))
    rows = list(labels)
    statuses = list(LOOK)
    place = {(r.row, r.column): r for r in cells.itertuples()}
    z, text, hover = [], [], []
    for row in rows:
        held = [place[row, column] for column in columns]
        z.append([statuses.index(cell.status) for cell in held])
        text.append(["<br>".join(p for p in (f"{LOOK[c.status][0]} {c.value}", c.word, c.period) if p) for c in held])
        hover.append([cell.hover for cell in held])
    last = len(statuses) - 1
    scale = [[edge / len(statuses), LOOK[s][1]] for n, s in enumerate(statuses) for edge in (n, n + 1)]
    figure = go.Figure(
        go.Heatmap(
            z=z, x=columns, y=[n + 0.14 for n in range(len(rows))], text=text, texttemplate="%{text}", customdata=hover, zmin=-0.5, zmax=last + 0.5,
            hovertemplate="%{customdata}<extra></extra>", colorscale=scale, showscale=False, xgap=2, ygap=19,
            textfont={"size": 12, "color": INK},
        )
    )  # fmt: skip
    styled(figure, height=ROW_HEIGHT * len(rows) + 60)
    # Above its cells: beside them a phone leaves no room for the grid.
    font = {"size": 12, "color": INK}
    put(figure, notes=[
        {"xref": "paper", "x": 0, "y": number - 0.36, "xanchor": "left", "text": label, "showarrow": False, "font": font}
        for number, label in enumerate(labels.values())
    ])  # fmt: skip
    figure.update_xaxes(side="top", type="category", showline=False, ticks="", tickangle=0)
    figure.update_yaxes(range=[len(rows) - 0.4, -0.5], visible=False)
    figure.update_layout(margin={"l": 4, "r": 4, "t": 34, "b": 8})
    return figure
