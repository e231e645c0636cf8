"""The common style of all Plotly charts: template, axis rules, serialisation. Free of Streamlit."""

from __future__ import annotations

import json
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


class Drawing:
    """A chart being described: traces, notes, shapes and layout as plain dictionaries, in Plotly's names.

    Plotly checks a figure at every change of it, which takes most of the time of a chart; here it checks once, at the end (``figure``).
    """

    def __init__(self) -> None:
        self.traces: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.shapes: list[dict[str, Any]] = []
        self.layout: dict[str, Any] = {}

    def scatter(self, **trace: Any) -> None:
        """Add a trace of points or lines."""
        self.traces.append({"type": "scatter", **trace})

    def bar(self, **trace: Any) -> None:
        """Add a trace of bars."""
        self.traces.append({"type": "bar", **trace})

    def note(self, **note: Any) -> None:
        """Add a text without an arrow, unless it asks for one."""
        self.notes.append({"showarrow": False, **note})

    def line(self, **shape: Any) -> None:
        """Add a straight line between two points."""
        self.shapes.append({"type": "line", **shape})

    def upright(self, at: Any, **line: Any) -> None:
        """Add a line across the whole height of the plot at a place of the horizontal axis."""
        self.line(x0=at, x1=at, xref="x", y0=0, y1=1, yref="y domain", line=line)

    def box(self, **shape: Any) -> None:
        """Add a rectangle between two corners."""
        self.shapes.append({"type": "rect", **shape})

    def set(self, **layout: Any) -> None:
        """Set what a layout names; of margins only the sides that are given."""
        self.layout["margin"] = {**self.layout.get("margin", {}), **layout.pop("margin", {})}
        self.layout |= layout

    def across(self, **axis: Any) -> None:
        """Set properties of the horizontal axis."""
        self.layout["xaxis"] = {**self.layout.get("xaxis", {}), **axis}

    def down(self, **axis: Any) -> None:
        """Set properties of the vertical axis."""
        self.layout["yaxis"] = {**self.layout.get("yaxis", {}), **axis}

    def figure(self) -> go.Figure:
        """Return the chart as a figure, checked by Plotly."""
        return go.Figure(self.traces, {**self.layout, "annotations": self.notes, "shapes": self.shapes})


def in_language(figure: go.Figure, language: str) -> go.Figure:
    """Set the number format of a language, where it differs from Plotly's own, and return the figure."""
    if point_and_group(language) != ".,":
        figure.update_layout(separators=point_and_group(language))
    return figure


def styled(drawing: Drawing, *, height: int = 340) -> None:
    """Apply the house style to a drawing."""
    drawing.set(
        template="none", height=height, font={"family": FONT, "size": 13, "color": INK}, showlegend=False,
        margin={"l": 48, "r": 24, "t": 32, "b": 32}, paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)",
        hovermode="closest", dragmode=False,
    )  # fmt: skip
    drawing.across(showgrid=False, linecolor="#949497", tickfont={"size": 12}, fixedrange=True)
    drawing.down(gridcolor=GRID, zeroline=True, zerolinecolor="#949497", tickfont={"size": 12}, fixedrange=True, automargin=True)
