"""The common style of all Plotly charts: template, axis rules, serialisation. Free of Streamlit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from charts.style import FONT, GRID, INK
from kpis.as_text import drawn
from kpis.languages import point_and_group

CONFIG: dict[str, Any] = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "locale": "en"}


class Finished(go.Figure):  # type: ignore[misc]  # Plotly has no types
    """An immutable figure, serialised once and not at every run of a page."""

    def __init__(self, figure: go.Figure) -> None:
        super().__init__()
        self._sent: dict[str, Any] = drawn(json.loads(figure.to_json()))

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as plain lists, dictionaries, numbers and strings; the same object each time."""
        return self._sent


def in_language(figure: go.Figure, language: str) -> go.Figure:
    """Set the number format of a language, where it differs from Plotly's own, and return the figure."""
    if point_and_group(language) != ".,":
        figure.update_layout(separators=point_and_group(language))
    return figure


def put(figure: go.Figure, *, notes: Sequence[Mapping[str, Any]] = (), shapes: Sequence[Mapping[str, Any]] = ()) -> None:
    """Add many annotations and shapes to a figure at once: added singly, Plotly validates all earlier ones each time."""
    if notes:
        figure.layout.annotations = (*figure.layout.annotations, *(dict(note) for note in notes))
    if shapes:
        figure.layout.shapes = (*figure.layout.shapes, *(dict(shape) for shape in shapes))


def styled(figure: go.Figure, *, height: int = 340) -> go.Figure:
    """Apply the house style to a figure and return it."""
    figure.update_layout(
        template="none", height=height, font={"family": FONT, "size": 13, "color": INK}, showlegend=False,
        margin={"l": 48, "r": 24, "t": 32, "b": 32}, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        hovermode="closest", dragmode=False,
    )  # fmt: skip
    figure.update_xaxes(showgrid=False, linecolor="#949497", tickfont={"size": 12}, fixedrange=True)
    figure.update_yaxes(
        gridcolor=GRID, zeroline=True, zerolinecolor="#949497", tickfont={"size": 12}, fixedrange=True, automargin=True
    )
    return figure
