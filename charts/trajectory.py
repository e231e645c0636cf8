"""A series against its planned path."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go

from charts.style import ACTUAL, FILL, FORECAST, INK, PLAN, styled

_YEARS_FROM = 800  # days; a shorter span is labelled by month
_PAPER = "rgba(255,255,255,0.85)"


def trajectory(
    actual: pd.DataFrame,
    plan: pd.DataFrame,
    *,
    unit: str,
    plan_word: str,
    goal_label: str,
    decimals: int,
    goal: tuple[date, float] | None = None,
    expected: pd.DataFrame | None = None,
    year_format: str = "%Y",
    height: int = 300,
) -> go.Figure:
    """Draw what happened (solid, dots at published values) against the plan (dashed) and what is expected (dotted, with a band).

    Args:
        actual: columns ``end_date`` (date), ``value`` (float; blank where the line breaks), ``label`` (text at the point),
            one row per period.
        plan: columns ``end_date`` (date), ``value`` (float), one row per corner of the planned path.
        unit: written over the value axis, or after each of its numbers where it is %.
        plan_word: the word for plan, for the hover text.
        goal_label: written where the target in force is due.
        decimals: of the values.
        goal: the day the target in force is due, and its value.
        expected: columns ``end_date``, ``value``, ``low``, ``high``, one row per forecast day.
        year_format: how a year is written under the axis.
        height: in pixels.
    """
    figure = go.Figure()
    ahead = expected if expected is not None and len(expected) else None
    days = _days(actual, goal, ahead)
    if len(plan):
        figure.add_scatter(
            x=plan["end_date"], y=plan["value"], mode="lines", line={"color": PLAN, "dash": "dash", "width": 2},
            hovertemplate=f"{plan_word} %{{y:,.{decimals}f}} {unit}<br>%{{x|%Y-%m-%d}}<extra></extra>",
        )  # fmt: skip
    if ahead is not None:
        figure.add_scatter(x=ahead["end_date"], y=ahead["high"], mode="lines", line={"width": 0}, hoverinfo="skip")
        figure.add_scatter(
            x=ahead["end_date"], y=ahead["low"], mode="lines", line={"width": 0}, fill="tonexty", fillcolor=FILL,
            opacity=0.6, hoverinfo="skip",
        )  # fmt: skip
        figure.add_scatter(
            x=ahead["end_date"], y=ahead["value"], mode="lines", line={"color": FORECAST, "dash": "dot", "width": 2},
            hovertemplate=f"%{{y:,.{decimals}f}} {unit}<br>%{{x|%Y-%m-%d}}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=actual["end_date"], y=actual["value"], mode="lines+markers", cliponaxis=False,
        line={"color": ACTUAL, "width": 2.5}, marker={"size": 8, "color": ACTUAL},
        hovertemplate=f"%{{customdata}}: %{{y:,.{decimals}f}} {unit}<extra></extra>", customdata=actual["label"],
    )  # fmt: skip
    top = _axes(figure, actual, plan, days, unit=unit, year_format=year_format)
    _labels(figure, actual, goal, days, goal_label=goal_label, decimals=decimals, top=top)
    return styled(figure, height=height)


def _days(actual: pd.DataFrame, goal: tuple[date, float] | None, ahead: pd.DataFrame | None) -> tuple[date, date]:
    """Return the first and last day to show: all figures, the target in force and the forecast, not plans far beyond."""
    shown = list(actual["end_date"])
    if goal is not None:
        shown.append(goal[0])
    if ahead is not None:
        shown.extend(ahead["end_date"])
    return min(shown), max(shown)


def _axes(
    figure: go.Figure, actual: pd.DataFrame, plan: pd.DataFrame, days: tuple[date, date], *, unit: str, year_format: str
) -> float:
    values = [*actual["value"].dropna(), *plan["value"].dropna()]
    bottom = min(0.0, min(values, default=0.0))
    top = (max(values, default=1.0) or 1.0) + 0.16 * ((max(values, default=1.0) or 1.0) - bottom)
    is_percent = unit == "%"
    figure.update_yaxes(
        range=[bottom - (0.06 * (top - bottom) if bottom < 0 else 0), top],
        tickformat=",",
        ticksuffix="%" if is_percent else "",
        nticks=6,
    )
    if not is_percent:
        figure.add_annotation(
            x=0, y=1, xref="paper", yref="paper", text=unit, showarrow=False, xanchor="left", xshift=-44, yanchor="bottom", yshift=6,
            font={"size": 12, "color": PLAN},
        )  # fmt: skip
    span = (days[1] - days[0]).days
    margin = timedelta(days=max(round(span * 0.05), 20))
    figure.update_xaxes(type="date", range=[(days[0] - margin).isoformat(), (days[1] + margin).isoformat()])
    if span > _YEARS_FROM:
        years = days[1].year - days[0].year + 1
        figure.update_xaxes(tickformat=year_format, tick0="2000-01-01", dtick=f"M{12 * -(-years // 6)}", tickangle=0)
    else:
        figure.update_xaxes(tickformat="%Y-%m", nticks=5, tickangle=0)
    return top - bottom


def _labels(
    figure: go.Figure, actual: pd.DataFrame, goal: tuple[date, float] | None, days: tuple[date, date], *, goal_label: str,
    decimals: int, top: float,
) -> None:  # fmt: skip
    """Write the first and last value and the target, the last two always on different sides of their points."""
    ends = actual.dropna(subset=["value"])
    if not len(ends):
        return
    last, first = ends.iloc[-1], ends.iloc[0]
    is_above = goal is None or last["value"] >= goal[1]
    span = max((days[1] - days[0]).days, 1)

    def write(day: date, value: float, text: str, *, above: bool, colour: str, bold: bool) -> None:
        place = (day - days[0]).days / span
        figure.add_annotation(
            x=day, y=value, text=f"<b>{text}</b>" if bold else text, showarrow=False, bgcolor=_PAPER, borderpad=1,
            xanchor="right" if place > 0.85 else "left" if place < 0.12 else "center",
            yanchor="bottom" if above else "top", yshift=7 if above else -7, font={"size": 13 if bold else 12, "color": colour},
        )  # fmt: skip

    if goal is not None and goal_label:
        write(goal[0], goal[1], goal_label, above=not is_above, colour=PLAN, bold=False)
        figure.add_scatter(
            x=[goal[0]], y=[goal[1]], mode="markers", hoverinfo="skip", cliponaxis=False,
            marker={"symbol": "line-ew", "size": 16, "line": {"width": 3, "color": INK}},
        )  # fmt: skip
    write(last["end_date"], last["value"], f"{last['value']:,.{decimals}f}", above=is_above, colour=ACTUAL, bold=True)
    apart = (last["end_date"] - first["end_date"]).days / span > 0.25 or abs(last["value"] - first["value"]) / top > 0.25
    if len(ends) > 1 and apart:
        write(first["end_date"], first["value"], f"{first['value']:,.{decimals}f}", above=True, colour=ACTUAL, bold=False)
