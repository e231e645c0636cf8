"""Draw shapes with Plotly for the dashboard."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from charts.plotly.map import PHONE, outline_map, tile_map
from charts.plotly.ranked import is_narrow, ranked
from charts.plotly.registers import columns, counts, cumulative, stacked_shares
from charts.plotly.timeline import timeline
from charts.shapes import Columns, Counts, Ranked, Shape, Shares, Steps, Tiles, Timeline
from charts.ticks import NARROW


def figure(shape: Shape, language: str = "ja") -> go.Figure:
    """Draw a shape for the dashboard, with numbers in the format of a language."""
    if isinstance(shape, Shares):
        frame = pd.DataFrame([{"label": label, **shares, "end": end} for label, shares, end in shape.rows])
        if not any(end for _, _, end in shape.rows):
            frame = frame.drop(columns="end")
        return stacked_shares(frame, list(shape.segments), unit=shape.unit, language=language)
    if isinstance(shape, Columns):
        frame = pd.DataFrame(list(shape.bars), columns=["label", "count", "is_past"])
        return columns(frame, unit=shape.unit, past_word=shape.past_word, language=language)
    if isinstance(shape, Steps):
        return cumulative(list(shape.lines), unit=shape.unit, ticks=shape.ticks(room=NARROW, size=12), language=language)
    if isinstance(shape, Counts):
        return counts(
            pd.DataFrame(list(shape.bars), columns=["label", "count"]), unit=shape.unit, total=shape.total, language=language
        )
    if isinstance(shape, Ranked):
        return ranked(shape, is_above=is_narrow(shape))
    if isinstance(shape, Timeline):
        return timeline(shape, language)
    if shape.is_outlined:
        return outline_map(shape.tiles, PHONE)  # where there is more room, the page shows the wide one
    rows = [
        {"column": t.column, "row": t.row, "name": t.name, "numbers": t.numbers, "done": t.done,
         "hover": f"{t.place}: {t.done} / {t.total}"}
        for t in shape.tiles
    ]  # fmt: skip
    return tile_map(pd.DataFrame(rows), upright=shape.upright)


def wide_figure(shape: Shape) -> go.Figure | None:
    """Draw a shape for windows wider than a phone's; ``None`` where ``figure`` serves both."""
    if isinstance(shape, Ranked):
        return ranked(shape) if is_narrow(shape) else None
    return outline_map(shape.tiles) if isinstance(shape, Tiles) and shape.is_outlined else None
