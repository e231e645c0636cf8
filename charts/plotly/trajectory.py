"""A series against its trajectory, drawn with Plotly for the dashboard."""

from __future__ import annotations

from datetime import date, timedelta

import plotly.graph_objects as go

from charts.labelled import NEAR, Picture, labelled
from charts.placing import Places
from charts.plotly.styled import Drawing, styled
from charts.series import Line, Point, Series, stretches
from charts.style import ACTUAL, FILL, FORECAST, FORMER, INK, PLAN
from charts.ticks import NARROW, on_axis, ticks_between, width_of
from kpis.text import axis_number, with_unit

_PAPER = "rgba(255,255,255,0.85)"
HEIGHT = 300  # pixels
LINE, EDGE = 20, 8  # pixels of a line of the legend, of which each entry takes one on a phone; and below it
ABOVE, BELOW = 32, 32  # pixels of the margins (``styled``)
BESIDE = (44.0, 24.0)  # pixels left and right of the axis into which a label may reach
# Pixels of the time axis in the windows that are looked at: a phone, a chart of two side by side, one across the page. Plotly has one drawing for all.
WIDTHS = (float(NARROW), 500.0, 1100.0)
SIGNS = 0.1  # share of the value axis for a row of circled numbers
# The judged line is solid with filled dots; others are thinner with open dots.
OPEN = ("circle", "square", "diamond", "triangle-up")


def trajectory(shape: Series) -> go.Figure:
    """Draw actual values (solid, dots at published ones), trajectory (dashed) and forecast (dotted, with a band)."""
    drawing = Drawing()
    if shape.plan:
        _path(drawing, list(shape.plan), colour=PLAN, dash="dash")
    if shape.expected:
        days = [e.day for e in shape.expected]
        bare = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        drawing.scatter(x=days, y=[e.high for e in shape.expected], **bare)
        drawing.scatter(x=days, y=[e.low for e in shape.expected], fill="tonexty", fillcolor=FILL, opacity=0.6, **bare)
        _path(drawing, [Point(e.day, e.value, "", e.label) for e in shape.expected], colour=FORECAST, dash="dot")
    for place, line in enumerate(shape.lines):
        _line(drawing, line, is_judged=place == len(shape.lines) - 1, symbol=OPEN[place % len(OPEN)])
    if shape.aims:
        drawing.scatter(
            x=[a.point.day for a in shape.aims], y=[a.point.value for a in shape.aims], mode="markers", cliponaxis=False,
            marker={"symbol": "line-ew", "size": 16, "line": {"width": 3, "color": INK}}, showlegend=False,
            customdata=[a.point.label for a in shape.aims], hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    legend = LINE * len(shape.lines) + EDGE if len(shape.lines) > 1 else 0  # added so that the plot keeps its height
    styled(drawing, height=HEIGHT + legend)
    _axes(drawing, shape)
    _happened(drawing, shape)
    _labels(drawing, shape)
    if legend:
        drawing.set(
            # Below the labels of the axis: above the plot, the unit is in that line on a phone. Where its lines had no room, Plotly would move it up onto these.
            showlegend=True, margin={"b": BELOW + legend},
            legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -BELOW / (HEIGHT - ABOVE - BELOW), "yanchor": "top", "font": {"size": 12}},
        )  # fmt: skip
    return drawing.figure()


def _path(drawing: Drawing, points: list[Point], *, colour: str, dash: str) -> None:
    drawing.scatter(
        x=[p.day for p in points], y=[p.value for p in points], mode="lines", line={"color": colour, "dash": dash, "width": 2},
        customdata=[p.label for p in points], hovertemplate="%{customdata}<extra></extra>", showlegend=False,
    )  # fmt: skip


def _line(drawing: Drawing, line: Line, *, is_judged: bool, symbol: str) -> None:
    look = {"symbol": "circle", "color": ACTUAL} if is_judged else {"symbol": symbol, "color": "#FFFFFF"}
    drawing.scatter(
        x=[p.day for p in line.points], y=[p.value for p in line.points], mode="lines+markers", cliponaxis=False, name=line.word,
        line={"color": ACTUAL, "width": 2.5 if is_judged else 1.5}, connectgaps=False,
        marker={**look, "size": 8, "line": {"color": ACTUAL, "width": 0 if is_judged else 1.5}},
        customdata=[p.label for p in line.points], hovertemplate="%{customdata}<extra></extra>", showlegend=bool(line.word),
    )  # fmt: skip


def _axes(drawing: Drawing, shape: Series) -> None:
    values = shape.values
    bottom, most = min(0.0, *values), max(values) or 1.0
    top = most + (0.16 + SIGNS * (max(shape.levels(), default=-1) + 1)) * (most - bottom)
    is_percent = shape.unit == "%"
    ticks = ticks_between(bottom, most)  # Plotly would number the room for labels too: 150% above a share
    numbers = [axis_number(tick, language=shape.language) for tick in ticks]
    drawing.down(
        range=[bottom - (0.06 * (top - bottom) if bottom < 0 else 0), top], tickmode="array", tickvals=ticks,
        ticktext=[with_unit(number, "%", shape.language) for number in numbers] if is_percent else numbers,
    )  # fmt: skip
    if not is_percent:
        drawing.note(
            x=0, y=1, xref="paper", yref="paper", text=shape.unit, xanchor="left", xshift=-44, yanchor="bottom", yshift=6,
            font={"size": 12, "color": PLAN},
        )  # fmt: skip
    first, last = shape.days
    margin = timedelta(days=max(round((last - first).days * 0.05), 20))
    drawing.across(range=[(first - margin).isoformat(), (last + margin).isoformat()])
    drawing.across(**on_axis(shape.ticks_within(NARROW)))


def _happened(drawing: Drawing, shape: Series) -> None:
    """Draw annotations: the number above the plot, and a line down to its figure or else to the axis; and former targets."""
    low, top = drawing.layout["yaxis"]["range"]
    first, last = shape.days
    wide = timedelta(days=max(round((last - first).days * 0.012), 3))
    row = SIGNS * ((max(shape.values) or 1.0) - min(0.0, *shape.values))
    for annotation, level in zip(shape.annotations, shape.levels(), strict=True):
        y = top - row * (0.5 + max(shape.levels()) - level)
        down = max(low, 0.0) if annotation.value is None else annotation.value
        drawing.line(
            x0=annotation.day, x1=annotation.day, y0=down, y1=y - row * 0.4, layer="below",
            line={"color": PLAN, "width": 1, "dash": "dot"},
        )  # fmt: skip
        drawing.note(x=annotation.day, y=y, text=annotation.sign, font={"size": 17, "color": PLAN}, hovertext=annotation.words)
    for p in shape.former:
        drawing.line(x0=p.day - wide, x1=p.day + wide, y0=p.value, y1=p.value, line={"color": FORMER, "width": 2})


class _Window:
    """The picture in a window of one width: the pixels of days and values, and which are taken."""

    def __init__(self, drawing: Drawing, shape: Series, width: float) -> None:
        self.width = width
        across, down = drawing.layout["xaxis"], drawing.layout["yaxis"]
        self.begin, self.end = (date.fromisoformat(day) for day in across["range"])
        self.low, self.top = down["range"]
        self.height = float(HEIGHT - ABOVE - BELOW)
        self.places = Places(-ABOVE + 2.0, self.height, -BESIDE[0], width + BESIDE[1], words_count=4)
        for way in (*stretches(shape.plan), *(part for line in shape.lines for part in line.stretches())):
            self.places.line([self.at(point.day, point.value or 0.0) for point in way])
        for point in shape.shown:
            for _ in range(2):  # worse to cover than a line
                self.places.dot(*self.at(point.day, point.value or 0.0), wide=7, high=7)
        for aim in shape.aims:
            self.places.dot(*self.at(aim.point.day, aim.point.value or 0.0), wide=8, high=2)
        for value, text in zip(down["tickvals"], down["ticktext"], strict=True):
            y = (self.top - value) / ((self.top - self.low) or 1) * self.height
            self.places.taken += [(-6.0 - width_of(text, 12), y - 7, -2.0, y + 7)] * 3
        for note in drawing.notes:
            for _ in range(4 if note.get("hovertext") else 0):  # a circled number, as bad to cover as a text
                self.places.dot(*self.at(note["x"], note["y"]), wide=9, high=9)

    def at(self, day: date, value: float) -> tuple[float, float]:
        """Return the pixels of a point, from the left end of the axis and down from the top of the plot."""
        across = (day - self.begin).days / ((self.end - self.begin).days or 1)
        return across * self.width, (self.top - value) / ((self.top - self.low) or 1) * self.height


def _labels(drawing: Drawing, shape: Series) -> None:
    """Write the labels, each where it covers least in all windows together."""
    windows = [_Window(drawing, shape, width) for width in WIDTHS]
    pictures = [Picture(window.at, window.places) for window in windows]
    for label in labelled(shape, pictures, sizes=(12, 13), with_first=True):
        away = NEAR + label.step
        place = {"xshift": label.shift, "yshift": -label.side * away} if not label.step else {
            "showarrow": True, "arrowhead": 0, "arrowwidth": 0.75, "arrowcolor": label.colour, "ax": label.shift, "ay": label.side * away,
        }  # fmt: skip
        drawing.note(
            x=label.point.day, y=label.point.value, text=f"<b>{label.text}</b>" if label.is_bold else label.text, bgcolor=_PAPER, borderpad=1,
            xanchor=label.anchor, yanchor=("bottom", "middle", "top")[label.side + 1],
            font={"size": 13 if label.is_bold else 12, "color": label.colour},
            **place,
        )  # fmt: skip
