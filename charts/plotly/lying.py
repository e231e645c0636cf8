"""Horizontal bars: the name of each on the left, wrapped where it is long, and the text at its end on the right.

The axis of the rows is measured in pixels, so that a row is as tall as its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import plotly.graph_objects as go

from charts.plotly.styled import put, styled
from charts.style import GRID, INK
from charts.ticks import in_lines, width_of

ROOM = 130.0  # pixels of a name: on a phone, which gets the same figure, as much remains for the bars
ROWS = (25, 33, 47, 61)  # pixels of a row by number of lines of its name, one to four
BAR = 14  # pixels of a bar
ABOVE, BELOW, TITLE = 10, 26, 20  # pixels above and below the rows, and for the axis title
EDGE = 24  # pixels right of the bars where nothing is written at their end: half of the last label of the axis stands there


class BarRows:
    """The positions of the rows of horizontal bars.

    Args:
        names: of the rows, first on top.

    Attributes:
        middles: the pixel of each row's bar.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._written = [in_lines(name, ROOM, 12, most=len(ROWS)) for name in names]
        tall = [ROWS[len(lines) - 1] for lines in self._written]
        ends = list(accumulate(tall))
        self.middles = [end - height / 2 for end, height in zip(ends, tall, strict=True)]
        self._height = ends[-1] if ends else 0

    def put_on(self, figure: go.Figure, ends: Sequence[str] = (), *, unit: str = "", above: int = ABOVE) -> go.Figure:
        """Add the names and end texts of rows to a figure whose bars are centred at ``middles``, and set its height.

        Args:
            figure: with bars ``BAR`` wide.
            ends: text at the right of each row.
            unit: of the values, under the axis.
            above: pixels above the first row, as for a legend.
        """
        below = BELOW + (TITLE if unit else 0)
        styled(figure, height=self._height + above + below)
        right = max((width_of(end, 12) for end in ends), default=0.0)
        figure.update_layout(margin={"l": 8, "r": right + 14 if right else EDGE, "t": above, "b": below})
        figure.update_yaxes(
            range=[self._height, 0], tickvals=self.middles, ticktext=["<br>".join(lines) for lines in self._written], showgrid=False,
            zeroline=False, tickfont={"size": 12, "color": INK}, automargin="left", ticklabelstandoff=6,
        )  # fmt: skip
        figure.update_xaxes(showgrid=True, gridcolor=GRID, showline=False, zeroline=True, zerolinecolor="#949497", nticks=5)
        if unit:
            figure.update_xaxes(title={"text": unit, "font": {"size": 12}, "standoff": 8})
        if right:
            put(figure, notes=[
                {"x": 1, "xref": "paper", "y": at, "text": f"<b>{end}</b>", "showarrow": False, "xanchor": "left", "xshift": 8, "font": {"size": 12, "color": INK}}
                for at, end in zip(self.middles, ends, strict=True)
            ])  # fmt: skip
        return figure
