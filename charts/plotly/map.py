"""A map of tiles: each place one square where it roughly lies, drawn from a data file; no map server is asked."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from charts.style import FILL, INK, put, styled

NONE, SOME, MANY = "#FFFFFF", FILL, "#9DB7F9"
TILE_HEIGHT = 94


def tile_map(frame: pd.DataFrame, *, upright: bool, many: int = 3) -> go.Figure:
    """Draw each place as a tile with its name and numbers; darker where more is done, so that numbers decide, not colour.

    Args:
        frame: columns ``column``, ``row``, ``name``, ``numbers`` (text in the tile; blank where nothing is listed),
            ``done`` (count that colours), ``hover``; one row per place.
        upright: write names from top to bottom, one character a line (Japanese); else turned by a quarter.
        many: from so many on the tile is darkest.
    """
    figure = go.Figure()
    notes: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    for tile in frame.itertuples():
        fill = MANY if tile.done >= many else SOME if tile.done else NONE
        edge = INK if tile.numbers else "#B0B0B8"
        shapes.append({
            "type": "rect", "x0": round(tile.column - 0.47, 2), "x1": round(tile.column + 0.47, 2), "y0": round(tile.row - 0.47, 2),
            "y1": round(tile.row + 0.47, 2), "fillcolor": fill, "line": {"color": edge},
        })  # fmt: skip
        name = "<br>".join(tile.name) if upright else tile.name if len(tile.name) <= 10 else tile.name[:9] + "…"
        notes.append({
            "x": tile.column, "y": round(tile.row - 0.44, 2), "text": name, "textangle": None if upright else -90,
            "font": {"color": None if tile.numbers else "#626264"},
        })  # fmt: skip
        if tile.numbers:
            notes.append({
                "x": tile.column, "y": round(tile.row + 0.46, 2), "text": f"<b>{tile.numbers}</b>", "yanchor": "bottom", "font": {"color": INK},
            })  # fmt: skip
    put(figure, notes=notes, shapes=shapes)
    figure.add_scatter(
        x=frame["column"], y=frame["row"], mode="markers", marker={"size": 22, "opacity": 0},
        customdata=frame["hover"], hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    rows = int(frame["row"].max() - frame["row"].min()) + 1
    styled(figure, height=TILE_HEIGHT * rows + 20)
    # What all tiles share is said once: the map is sent at every look.
    figure.layout.template.layout.update(
        shapedefaults={"line_width": 1, "layer": "below"},
        annotationdefaults={"showarrow": False, "yanchor": "top", "font": {"size": 12, "color": INK}},
    )
    figure.update_layout(margin={"l": 2, "r": 2, "t": 6, "b": 6})
    figure.update_xaxes(visible=False, range=[frame["column"].min() - 0.55, frame["column"].max() + 0.55])
    figure.update_yaxes(visible=False, range=[frame["row"].max() + 0.55, frame["row"].min() - 0.55], automargin=False)
    return figure
