"""Horizontal bars: the name of each on the left, wrapped where it is long, and the text at its end on the right.

On a phone, where name and text would leave nothing for the bars, the name is above its bar (``is_tight``).
The axis of the rows is measured in pixels, so that a row is as tall as its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from charts.plotly.styled import Drawing, styled
from charts.style import GRID, INK
from charts.ticks import in_lines, width_of

ROOM = 130.0  # pixels of a name: on a phone, which gets the same figure, as much remains for the bars
ROWS = (25, 33, 47, 61, 75)  # pixels of a row by number of lines of its name, one to five
BAR = 14  # pixels of a bar
SIDE, APART = 8, 6  # pixels left of the names, and between a name and its bar
ABOVE, BELOW, TITLE = 10, 26, 20  # pixels above and below the rows, and for the axis title
# Of a chart within a frame on a phone of 320, and of the bars in it, of which Plotly would keep 64 and cut names instead.
PHONE, LEAST = 256.0, 40.0
LINE, BELOW_NAME = 15, 26  # pixels of a line of a name above its bar, and of the bar with its gaps
BOLDER = 1.06  # bold words are wider
EDGE = 24  # pixels right of the bars where nothing is written at their end: half of the last label of the axis stands there


def is_tight(names: Sequence[str], ends: Sequence[str]) -> bool:
    """Return whether the names of bars and the texts at their ends leave no room for the bars on a phone."""
    name = max((width_of(line, 12) for name in names for line in in_lines(name, ROOM, 12, most=len(ROWS))), default=0.0)
    return PHONE - SIDE - APART - name - _right(ends) < LEAST


def _right(ends: Sequence[str]) -> float:
    """Return the pixels right of the bars, of the texts at their ends."""
    return max((width_of(end, 12) * BOLDER + 14 for end in ends), default=EDGE) if any(ends) else EDGE


class BarRows:
    """The positions of the rows of horizontal bars.

    Args:
        names: of the rows, first on top.
        is_above: write each name above its bar.

    Attributes:
        middles: the pixel of each row's bar.
    """

    def __init__(self, names: Sequence[str], *, is_above: bool = False) -> None:
        self._is_above = is_above
        self._written = [in_lines(name, PHONE - 2 * SIDE if is_above else ROOM, 12, most=len(ROWS)) for name in names]
        tall = [LINE * len(lines) + BELOW_NAME if is_above else ROWS[len(lines) - 1] for lines in self._written]
        ends = list(accumulate(tall))
        self.middles = [end - (BELOW_NAME if is_above else height) / 2 for end, height in zip(ends, tall, strict=True)]
        self._height = ends[-1] if ends else 0

    def put_on(self, drawing: Drawing, ends: Sequence[str] = (), *, unit: str = "", above: int = ABOVE) -> None:
        """Add the names and end texts of rows to a drawing whose bars are centred at ``middles``, and set its height.

        Args:
            drawing: with bars ``BAR`` wide.
            ends: text at the right of each row.
            unit: of the values, under the axis.
            above: pixels above the first row, as for a legend.
        """
        below = BELOW + (TITLE if unit else 0)
        styled(drawing, height=self._height + above + below)
        drawing.set(margin={"l": SIDE, "r": _right(ends), "t": above, "b": below}, minreducedwidth=LEAST)
        names = ["<br>".join(lines) for lines in self._written]
        drawing.down(
            range=[self._height, 0], tickvals=self.middles, ticktext=names, showgrid=False, showticklabels=not self._is_above,
            zeroline=False, tickfont={"size": 12, "color": INK}, automargin="left", ticklabelstandoff=APART,
        )  # fmt: skip
        drawing.across(showgrid=True, gridcolor=GRID, showline=False, zeroline=True, zerolinecolor="#949497", nticks=5)
        if unit:
            drawing.across(title={"text": unit, "font": {"size": 12}, "standoff": 8})
        if any(ends):
            for at, end in zip(self.middles, ends, strict=True):
                drawing.note(
                    x=1, xref="paper", y=at, text=f"<b>{end}</b>", xanchor="left", xshift=8, font={"size": 12, "color": INK}
                )
        if self._is_above:
            for at, name in zip(self.middles, names, strict=True):
                drawing.note(
                    x=0, xref="paper", y=at, text=name, xanchor="left", yanchor="bottom", yshift=BAR / 2, align="left",
                    font={"size": 12, "color": INK},
                )  # fmt: skip
