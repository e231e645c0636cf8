"""Units ranked by one value: bars from 0, each with its own parts written beside it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from charts.style import ACTUAL, FILL, INK, PLAN, put, styled

ROW_HEIGHT = 58


def ranked(
    bars: pd.DataFrame, *, unit: str, target: float | None = None, target_label: str = "", big: str = "", divisor: float = 1.0
) -> go.Figure:
    """Draw one bar per unit, the longest first; its name and value stand above it.

    Args:
        bars: columns ``name``, ``value`` and ``label`` (the value as written, with its numerator and denominator), one row
            per unit in the order wanted; ``is_recast`` bars are light with a border.
        unit: of the values, on the axis.
        target: drawn as a dashed line.
        target_label: written at that line.
        big: the word for ``divisor``, by which the axis is divided where values reach a million.
    """
    if bars["value"].abs().max() >= 1_000_000:
        bars = bars.assign(value=bars["value"] / divisor)
        unit, target = f"{big} {unit}".strip(), None if target is None else target / divisor
    places = [-n for n in range(len(bars))]
    figure = go.Figure(
        go.Bar(
            x=bars["value"], y=places, orientation="h", width=0.26,
            marker={"color": [FILL if r else ACTUAL for r in bars["is_recast"]], "line": {"color": ACTUAL, "width": 1}},
            customdata=bars["label"], hovertemplate="%{customdata}<extra></extra>",
        )
    )  # fmt: skip
    styled(figure, height=ROW_HEIGHT * len(bars) + 70)
    put(figure, notes=[
        {"xref": "paper", "x": 0, "y": place, "yshift": 24, "xanchor": "left", "align": "left", "showarrow": False,
         "font": {"size": 12, "color": INK}, "text": f"{bar.name}<br><b>{bar.label}</b>"}
        for place, bar in zip(places, bars.itertuples(), strict=True)
    ])  # fmt: skip
    low, high = min(0.0, bars["value"].min()), max(bars["value"].max(), target or 0.0, 1e-9)
    if target is not None:
        figure.add_vline(x=target, line={"color": PLAN, "width": 2, "dash": "dash"})
        figure.add_annotation(x=target, yref="paper", y=1, yanchor="bottom", xanchor="right", text=target_label, showarrow=False,
                              font={"size": 12, "color": PLAN})  # fmt: skip
    figure.update_yaxes(visible=False, range=[-len(bars) + 0.5, 0.9], zeroline=False)
    figure.update_xaxes(range=[low, high * 1.05], tickformat=",", title={"text": unit, "font": {"size": 12}}, nticks=6)
    figure.update_layout(margin={"l": 10, "r": 14, "t": 28, "b": 44})
    return figure
