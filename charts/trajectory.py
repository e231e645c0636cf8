"""A series against its planned path."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from charts.style import ACTUAL, FILL, FORECAST, PLAN, styled


def trajectory(
    actual: pd.DataFrame,
    plan: pd.DataFrame,
    *,
    unit: str,
    plan_word: str,
    goal_label: str,
    decimals: int,
    expected: pd.DataFrame | None = None,
    height: int = 340,
) -> go.Figure:
    """Draw what happened (solid, dots at published values) against the plan (dashed).

    Args:
        actual: columns ``end_date`` (date), ``value`` (float; blank where the line breaks), ``label`` (text at the point),
            one row per period.
        plan: columns ``end_date`` (date), ``value`` (float), one row per corner of the planned path.
        unit: written on the value axis.
        plan_word: the word for plan, for the hover text.
        goal_label: written at the end of the plan.
        decimals: of the values.
        expected: columns ``end_date``, ``value``, ``low``, ``high``, one row per forecast day; dotted, with a band.
    """
    figure = go.Figure()
    if len(plan):
        figure.add_scatter(
            x=plan["end_date"], y=plan["value"], mode="lines", line={"color": PLAN, "dash": "dash", "width": 2},
            hovertemplate=f"{plan_word} %{{y:,.{decimals}f}} {unit}<br>%{{x|%Y-%m-%d}}<extra></extra>",
        )  # fmt: skip
        figure.add_annotation(
            x=plan["end_date"].iloc[-1], y=plan["value"].iloc[-1], text=goal_label, showarrow=False,
            xanchor="right", yanchor="bottom", font={"size": 12, "color": PLAN},
        )  # fmt: skip
    figure.add_scatter(
        x=actual["end_date"], y=actual["value"], mode="lines+markers", cliponaxis=False,
        line={"color": ACTUAL, "width": 2.5}, marker={"size": 8, "color": ACTUAL},
        hovertemplate=f"%{{customdata}}: %{{y:,.{decimals}f}} {unit}<extra></extra>", customdata=actual["label"],
    )  # fmt: skip
    if expected is not None and len(expected):
        figure.add_scatter(x=expected["end_date"], y=expected["high"], mode="lines", line={"width": 0}, hoverinfo="skip")
        figure.add_scatter(
            x=expected["end_date"], y=expected["low"], mode="lines", line={"width": 0}, fill="tonexty", fillcolor=FILL,
            opacity=0.6, hoverinfo="skip",
        )  # fmt: skip
        figure.add_scatter(
            x=expected["end_date"], y=expected["value"], mode="lines", line={"color": FORECAST, "dash": "dot", "width": 2},
            hovertemplate=f"%{{y:,.{decimals}f}} {unit}<br>%{{x|%Y-%m-%d}}<extra></extra>",
        )  # fmt: skip
    ends = actual.dropna(subset=["value"])
    for position in {0, len(ends) - 1} if len(ends) else ():
        row = ends.iloc[position]
        last = position == len(ends) - 1
        figure.add_annotation(
            x=row["end_date"], y=row["value"], text=f"<b>{row['value']:,.{decimals}f}</b>", showarrow=False,
            yshift=14 if not last else -16, font={"size": 13, "color": ACTUAL},
        )  # fmt: skip
    values = [*ends["value"], *plan["value"].dropna()]
    top = max(values, default=1.0)
    bottom = min(0.0, min(values, default=0.0))
    figure.update_yaxes(range=[bottom, top * 1.14 or 1], tickformat=",", title={"text": unit, "font": {"size": 12}})
    days: list[date] = [*ends["end_date"], *plan["end_date"]]
    if days:
        figure.update_xaxes(type="date", tickformat="%Y-%m", nticks=6)
    return styled(figure, height=height)
