"""Totals of a register as bars that start at 0; statuses differ by pattern and label as well as by colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go

from charts.placing import Places, at_steps
from charts.plotly.lying import BAR, BarRows
from charts.plotly.styled import styled
from charts.style import ACTUAL, FORECAST, INK, LOOKS, PLAN
from charts.ticks import NARROW, Tick, on_axis, width_of
from kpis.text import format_date, format_number, with_unit

HEIGHT, ABOVE = 236, 1.2  # height in pixels within the axes of a line of steps; how far its axis goes above the highest value


def stacked_shares(frame: pd.DataFrame, segments: Sequence[tuple[str, str]], *, unit: str, language: str = "ja") -> go.Figure:
    """Draw one bar of 100 % per row, split by segment; the count is written beside each name, since rows differ in size.

    The page writes the legend (``charts.svg.shapes.legend``): on narrow screens Plotly's own would take the space of the rows.

    Args:
        frame: column ``label``, one column of counts per segment, optionally ``end`` (text at the end of the bar); one row
            per bar, first on top.
        segments: (column, word), in the order of ``LOOKS``.
    """
    total = frame[[name for name, _ in segments]].sum(axis=1)
    rows = BarRows(
        [f"{label} ({format_number(count, language, ',.0f')})" for label, count in zip(frame["label"], total, strict=True)]
    )
    figure = go.Figure()
    for (name, word), (fill, pattern, ink) in zip(segments, LOOKS, strict=False):
        if not frame[name].sum():
            continue
        shares = frame[name] / total.where(total > 0) * 100
        figure.add_bar(
            y=rows.middles, x=shares, name=word, orientation="h", width=BAR, customdata=list(zip(frame["label"], frame[name], strict=True)),
            hovertext=[with_unit(format_number(n, language, ",.0f"), unit, language) for n in frame[name]],
            marker={"color": fill, "line": {"color": "#767676", "width": 0.8},
                    "pattern": {"shape": pattern, "bgcolor": fill, "fgcolor": ink, "size": 6, "solidity": 0.25}},
            hovertemplate=f"%{{customdata[0]}}<br>{word} %{{hovertext}} (%{{x:.1f}}%)<extra></extra>",
        )  # fmt: skip
    rows.put_on(figure, list(frame["end"]) if "end" in frame else [])
    figure.update_layout(barmode="stack")
    figure.update_xaxes(range=[0, 100.4], tickvals=[0, 50, 100], ticktext=["0%", "50%", "100%"])
    return figure


def columns(frame: pd.DataFrame, *, unit: str, past_word: str = "", language: str = "ja") -> go.Figure:
    """Draw counts as vertical bars with their number on top; past due ones are hatched.

    Args:
        frame: columns ``label`` (str), ``count``, ``is_past`` (bool), one row per bar, in order of time.
        past_word: the word for a hatched bar.
    """
    figure = go.Figure()
    for past in (False, True):
        part = frame[frame["is_past"] == past]
        if len(part):
            figure.add_bar(
                x=part["label"], y=part["count"], text=[format_number(n, language) for n in part["count"]], textposition="outside", cliponaxis=False,
                marker={"color": "#FFFFFF" if past else FORECAST, "line": {"color": INK, "width": 1},
                        "pattern": {"shape": "/" if past else "", "fgcolor": "#C16800"}},
                hovertext=[with_unit(format_number(n, language), unit, language) for n in part["count"]],
                hovertemplate=f"%{{x}}{' ' + past_word if past else ''}: %{{hovertext}}<extra></extra>",
            )  # fmt: skip
    styled(figure, height=300)
    top = float(frame["count"].max())
    figure.update_yaxes(range=[0, top * 1.18], title={"text": unit, "font": {"size": 12}}, tickformat=",", nticks=5)
    figure.update_layout(margin={"b": 76, "r": 44})
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=list(frame["label"]))
    return figure


def cumulative(
    series: Sequence[tuple[str, Sequence[tuple[date, float]], bool]], *, unit: str, ticks: Sequence[Tick], language: str = "ja"
) -> go.Figure:  # fmt: skip
    """Draw cumulative values as steps from 0.

    Args:
        series: (word at the end of the line, (date, value so far), whether it is the plan: then dashed).
    """
    figure = go.Figure()
    top = max([1.0, *(value for _, points, _ in series for _, value in points)])
    texts = {word: f"{word} {format_number(points[-1][1], language, ',.0f')}" for word, points, _ in series if points}
    places = _ends(series, texts, top * ABOVE)
    for word, points, is_plan in series:
        if not points:
            continue
        days, values = [d for d, _ in points], [v for _, v in points]
        colour = PLAN if is_plan else ACTUAL
        figure.add_scatter(
            x=days, y=values, mode="lines+markers" if not is_plan else "lines", cliponaxis=False,
            line={"color": colour, "width": 2.5 if not is_plan else 2, "shape": "hv", "dash": "dash" if is_plan else "solid"},
            marker={"size": 7, "color": colour}, customdata=[format_date(d, language) for d in days],
            hovertext=[with_unit(format_number(v, language, ",.0f"), unit, language) for v in values],
            hovertemplate=f"%{{customdata}}: %{{hovertext}}<extra>{word}</extra>",
        )  # fmt: skip
        at, begins, is_above = places[word]
        figure.add_annotation(
            x=days[at], y=values[at], text=f"<b>{texts[word]}</b>", showarrow=False, xanchor="left" if begins else "right", xshift=4 if begins else 0,
            yanchor="bottom" if is_above else "top", yshift=4 if is_above else -4, font={"size": 12, "color": colour},
        )  # fmt: skip
    styled(figure, height=300)
    figure.add_annotation(  # rotated text is hard to read
        x=0, y=1, xref="paper", yref="paper", text=unit, showarrow=False, xanchor="left", xshift=-44, yanchor="bottom", yshift=6, font={"size": 12}
    )  # fmt: skip
    figure.update_yaxes(range=[0, top * ABOVE], tickformat=",", nticks=5)
    figure.update_xaxes(**on_axis(ticks))
    return figure


def _ends(
    series: Sequence[tuple[str, Sequence[tuple[date, float]], bool]], texts: Mapping[str, str], top: float
) -> dict[str, tuple[int, bool, bool]]:
    """Return word → at which of its points its label stands on a phone, whether it begins there, and whether above the line."""
    days = [day.toordinal() for _, points, _ in series for day, _ in points]
    first, span = min(days, default=0), max(max(days, default=0) - min(days, default=0), 1)
    drawn = {
        word: [((day.toordinal() - first) / span * NARROW, (1 - value / top) * HEIGHT) for day, value in points]
        for word, points, _ in series if points
    }  # fmt: skip
    places = Places(-16.0, HEIGHT, 0.0, NARROW, words_count=4)
    for points in drawn.values():
        places.line([point for (x, y), (to_x, to_y) in pairwise(points) for point in ((x, y), (to_x, y), (to_x, to_y))])
        for x, y in points:
            places.dot(x, y, wide=4.0, high=4.0)
    stand: dict[str, tuple[int, bool, bool]] = {}
    for word, _, is_plan in series:
        if word in drawn:
            point, begins, is_above = at_steps(places, drawn[word], (width_of(texts[word], 12), 14.0), is_below=is_plan)
            stand[word] = (drawn[word].index(point), begins, is_above)
    return stand


def counts(frame: pd.DataFrame, *, unit: str, total: float, language: str = "ja") -> go.Figure:
    """Draw counts as horizontal bars on a common scale to ``total``, with name and number beside each.

    Args:
        frame: columns ``label``, ``count``; one row per bar, first on top.
        total: the common base of the counts.
    """
    rows = BarRows(list(frame["label"]))
    figure = go.Figure(
        go.Bar(
            y=rows.middles, x=frame["count"], orientation="h", width=BAR, marker={"color": ACTUAL}, customdata=frame["label"],
            hovertext=[with_unit(format_number(n, language), unit, language) for n in frame["count"]],
            hovertemplate="%{customdata}: %{hovertext}<extra></extra>",
        )
    )  # fmt: skip
    whole = format_number(total, language, ",.0f")
    rows.put_on(figure, [f"{format_number(count, language)} / {whole}" for count in frame["count"]], unit=unit)
    figure.update_xaxes(range=[0, max(total, 1)])
    return figure
