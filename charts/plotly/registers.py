"""Totals of a register as bars that start at 0; statuses differ by pattern and label as well as by colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

import plotly.graph_objects as go

from charts.placing import Places, at_steps
from charts.plotly.lying import BAR, BOLDER, BarRows
from charts.plotly.styled import Drawing, styled
from charts.shapes import Columns, Counts, Shares, Steps
from charts.style import ACTUAL, FORECAST, INK, LOOKS, PLAN
from charts.ticks import NARROW, on_axis, width_of
from kpis.text import format_date, format_number, with_unit

HEIGHT, ABOVE = 236, 1.2  # height in pixels within the axes of a line of steps; how far its axis goes above the highest value
SPAN = 200.0  # pixels from its first to its last day on a phone: Plotly keeps room at both ends


def stacked_shares(shape: Shares, language: str) -> go.Figure:
    """Draw one bar of 100 % per row, split by segment; the count is written beside each name, since rows differ in size.

    The page writes the legend (``charts.svg.shapes.legend``): on narrow screens Plotly's own would take the space of the rows.
    """
    labels = [label for label, _, _ in shape.rows]
    totals = [sum(counts_of.get(name, 0) for name, _ in shape.segments) for _, counts_of, _ in shape.rows]
    rows = BarRows([f"{label} ({format_number(n, language, ',.0f')})" for label, n in zip(labels, totals, strict=True)])
    drawing = Drawing()
    for (name, word), (fill, pattern, ink) in zip(shape.segments, LOOKS, strict=False):
        own = [counts_of.get(name, 0) for _, counts_of, _ in shape.rows]
        if not any(own):
            continue
        drawing.bar(
            y=rows.middles, x=[n / total * 100 if total else None for n, total in zip(own, totals, strict=True)],
            name=word, orientation="h", width=BAR, customdata=list(zip(labels, own, strict=True)),
            hovertext=[with_unit(format_number(n, language, ",.0f"), shape.unit, language) for n in own],
            marker={"color": fill, "line": {"color": "#767676", "width": 0.8},
                    "pattern": {"shape": pattern, "bgcolor": fill, "fgcolor": ink, "size": 6, "solidity": 0.25}},
            hovertemplate=f"%{{customdata[0]}}<br>{word} %{{hovertext}} (%{{x:.1f}}%)<extra></extra>",
        )  # fmt: skip
    ends = [end for _, _, end in shape.rows]
    rows.put_on(drawing, ends if any(ends) else [])
    drawing.set(barmode="stack")
    drawing.across(range=[0, 100.4], tickvals=[0, 50, 100], ticktext=["0%", "50%", "100%"])
    return drawing.figure()


def columns(shape: Columns, language: str) -> go.Figure:
    """Draw counts as vertical bars with their number on top; past due ones are hatched."""
    drawing = Drawing()
    for past in (False, True):
        part = [(label, count) for label, count, is_past in shape.bars if is_past == past]
        if part:
            drawing.bar(
                x=[label for label, _ in part], y=[n for _, n in part], text=[format_number(n, language) for _, n in part],
                textposition="outside", cliponaxis=False,
                marker={"color": "#FFFFFF" if past else FORECAST, "line": {"color": INK, "width": 1},
                        "pattern": {"shape": "/" if past else "", "fgcolor": "#C16800"}},
                hovertext=[with_unit(format_number(n, language), shape.unit, language) for _, n in part],
                hovertemplate=f"%{{x}}{' ' + shape.past_word if past else ''}: %{{hovertext}}<extra></extra>",
            )  # fmt: skip
    styled(drawing, height=300)
    top = max(count for _, count, _ in shape.bars)
    drawing.down(range=[0, top * 1.18], title={"text": shape.unit, "font": {"size": 12}}, tickformat=",", nticks=5)
    drawing.set(margin={"b": 76, "r": 44})
    drawing.across(type="category", categoryorder="array", categoryarray=[label for label, _, _ in shape.bars])
    return drawing.figure()


def cumulative(shape: Steps, language: str) -> go.Figure:
    """Draw cumulative values as steps from 0; the plan is dashed."""
    drawing, series = Drawing(), shape.lines
    top = max([1.0, *(value for _, points, _ in series for _, value in points)])
    texts = {word: f"{word} {format_number(points[-1][1], language, ',.0f')}" for word, points, _ in series if points}
    places = _ends(series, texts, top * ABOVE)
    for word, points, is_plan in series:
        if not points:
            continue
        days, values = [d for d, _ in points], [v for _, v in points]
        colour = PLAN if is_plan else ACTUAL
        drawing.scatter(
            x=days, y=values, mode="lines+markers" if not is_plan else "lines", cliponaxis=False,
            line={"color": colour, "width": 2.5 if not is_plan else 2, "shape": "hv", "dash": "dash" if is_plan else "solid"},
            marker={"size": 7, "color": colour}, customdata=[format_date(d, language) for d in days],
            hovertext=[with_unit(format_number(v, language, ",.0f"), shape.unit, language) for v in values],
            hovertemplate=f"%{{customdata}}: %{{hovertext}}<extra>{word}</extra>",
        )  # fmt: skip
        at, begins, is_above = places[word]
        drawing.note(
            x=days[at], y=values[at], text=f"<b>{texts[word]}</b>", xanchor="left" if begins else "right", xshift=4 if begins else 0,
            yanchor="bottom" if is_above else "top", yshift=4 if is_above else -4, font={"size": 12, "color": colour},
        )  # fmt: skip
    styled(drawing, height=300)
    drawing.note(  # rotated text is hard to read
        x=0, y=1, xref="paper", yref="paper", text=shape.unit, xanchor="left", xshift=-44, yanchor="bottom",
        yshift=6, font={"size": 12}
    )  # fmt: skip
    drawing.down(range=[0, top * ABOVE], tickformat=",", nticks=5)
    drawing.across(**on_axis(shape.ticks(room=NARROW, size=12)))
    return drawing.figure()


def _ends(
    series: Sequence[tuple[str, Sequence[tuple[date, float]], bool]], texts: Mapping[str, str], top: float
) -> dict[str, tuple[int, bool, bool]]:
    """Return word → at which of its points its label stands on a phone, whether it begins there, and whether above the line."""
    days = [day.toordinal() for _, points, _ in series for day, _ in points]
    first, span = min(days, default=0), max(max(days, default=0) - min(days, default=0), 1)
    drawn = {
        word: [((day.toordinal() - first) / span * SPAN, (1 - value / top) * HEIGHT) for day, value in points]
        for word, points, _ in series if points
    }  # fmt: skip
    places = Places(-16.0, HEIGHT, 0.0, SPAN, words_count=4)
    for points in drawn.values():
        places.line([point for (x, y), (to_x, to_y) in pairwise(points) for point in ((x, y), (to_x, y), (to_x, to_y))])
        for x, y in points:
            places.dot(x, y, wide=4.0, high=4.0)
    stand: dict[str, tuple[int, bool, bool]] = {}
    for word, _, is_plan in series:
        if word in drawn:
            point, begins, is_above = at_steps(places, drawn[word], (width_of(texts[word], 12) * BOLDER, 14.0), is_below=is_plan)
            stand[word] = (drawn[word].index(point), begins, is_above)
    return stand


def counts(shape: Counts, language: str) -> go.Figure:
    """Draw counts as horizontal bars on a common scale, with name and number beside each."""
    labels, numbers = [label for label, _ in shape.bars], [count for _, count in shape.bars]
    rows = BarRows(labels)
    drawing = Drawing()
    drawing.bar(
        y=rows.middles, x=numbers, orientation="h", width=BAR, marker={"color": ACTUAL}, customdata=labels,
        hovertext=[with_unit(format_number(n, language), shape.unit, language) for n in numbers],
        hovertemplate="%{customdata}: %{hovertext}<extra></extra>",
    )  # fmt: skip
    whole = format_number(shape.total, language, ",.0f")
    rows.put_on(drawing, [f"{format_number(count, language)} / {whole}" for count in numbers], unit=shape.unit)
    drawing.across(range=[0, max(shape.total, 1)])
    return drawing.figure()
