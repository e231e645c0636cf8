"""Units ranked by one value: bars from 0, the planned value as a tick on each, the target as a line across all."""

from __future__ import annotations

import plotly.graph_objects as go

from charts.plotly.lying import BAR, BarRows, is_tight
from charts.plotly.styled import Drawing
from charts.shapes import Ranked
from charts.style import ACTUAL, FILL, INK, PAPER, PLAN, SHORTFALL


def is_narrow(shape: Ranked) -> bool:
    """Return whether a phone needs another drawing, as for amounts of a million with all their digits."""
    return is_tight([bar.name for bar in shape.bars], [bar.text for bar in shape.bars])


def ranked(shape: Ranked, *, is_above: bool = False) -> go.Figure:
    """Draw one bar per unit; red if it falls short of its plan, light with a border if recast. ``is_above``: names above the bars."""
    divisor, unit = shape.scaled()
    bars = shape.bars
    rows = BarRows([bar.name for bar in bars], is_above=is_above)
    colours = [SHORTFALL if bar.is_short else ACTUAL for bar in bars]
    drawing = Drawing()
    drawing.bar(
        x=[bar.value / divisor for bar in bars], y=rows.middles, orientation="h", width=BAR,
        customdata=[f"{bar.name}: {bar.label}" for bar in bars],
        marker={"color": [FILL if bar.is_recast else colour for bar, colour in zip(bars, colours, strict=True)],
                "line": {"color": colours, "width": 1}},
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    if any(bar.planned is not None for bar in bars):
        for width, colour in ((5, PAPER), (2, INK)):  # a tick with a halo, visible on and beside the bar
            drawing.scatter(
                x=[None if bar.planned is None else bar.planned / divisor for bar in bars], y=rows.middles, mode="markers", hoverinfo="skip",
                marker={"symbol": "line-ns", "size": 20, "line": {"width": width, "color": colour}}, cliponaxis=False,
            )  # fmt: skip
    rows.put_on(drawing, [bar.text for bar in bars], unit=unit, above=26 if shape.target is not None else 10)
    low, high = (edge / divisor for edge in shape.span())
    if shape.target is not None:
        at = shape.target / divisor
        drawing.upright(at, color=PAPER, width=4)
        drawing.upright(at, color=INK, width=1.5, dash="dash")
        drawing.note(
            x=at, yref="paper", y=1, yanchor="bottom", xanchor="right" if at > (low + high) / 2 else "left", text=shape.target_label,
            font={"size": 12, "color": PLAN},
        )  # fmt: skip
    drawing.across(range=[low, high * 1.02], tickformat=",")
    return drawing.figure()
