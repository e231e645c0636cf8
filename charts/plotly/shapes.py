"""Draw shapes with Plotly for the dashboard."""

from __future__ import annotations

import plotly.graph_objects as go

from charts.plotly.map import PHONE, outline_map, tile_map
from charts.plotly.ranked import is_narrow, ranked
from charts.plotly.registers import columns, counts, cumulative, stacked_shares
from charts.plotly.timeline import timeline
from charts.shapes import Columns, Counts, Ranked, Shape, Shares, Steps, Tiles, Timeline


def figure(shape: Shape, language: str = "ja") -> go.Figure:
    """Draw a shape for the dashboard, with numbers in the format of a language."""
    if isinstance(shape, Shares):
        return stacked_shares(shape, language)
    if isinstance(shape, Columns):
        return columns(shape, language)
    if isinstance(shape, Steps):
        return cumulative(shape, language)
    if isinstance(shape, Counts):
        return counts(shape, language)
    if isinstance(shape, Ranked):
        return ranked(shape, is_above=is_narrow(shape))
    if isinstance(shape, Timeline):
        return timeline(shape, language)
    # Where there is more room, the page shows the wide one.
    return outline_map(shape.tiles, PHONE) if shape.is_outlined else tile_map(shape)


def wide_figure(shape: Shape) -> go.Figure | None:
    """Draw a shape for windows wider than a phone's; ``None`` where ``figure`` serves both."""
    if isinstance(shape, Ranked):
        return ranked(shape) if is_narrow(shape) else None
    return outline_map(shape.tiles) if isinstance(shape, Tiles) and shape.is_outlined else None
