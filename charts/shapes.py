"""What a chart of a register or of bureaus holds, apart from how it is drawn: Plotly for the pages, SVG for the static edition.

A shape is made once (``telling.procedures`` and its neighbours); ``charts.plotly.shapes.figure`` draws it for the
dashboard, ``charts.svg.shapes.picture`` for the static edition. So both show the same numbers in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from charts.ticks import Tick, ticks_within


@dataclass(frozen=True, slots=True)
class Shares:
    """Bars of 100 %, split by segment.

    Args:
        rows: (label, segment → count, text at the end of the bar), first on top.
        segments: (segment, word), in the order of ``charts.plotly.registers.LOOKS``.
        unit: of the counts.
    """

    rows: tuple[tuple[str, Mapping[str, int], str], ...]
    segments: tuple[tuple[str, str], ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Counts by day: (label, count, whether the day has passed), in order of time."""

    bars: tuple[tuple[str, int, bool], ...]
    unit: str
    past_word: str


@dataclass(frozen=True, slots=True)
class Steps:
    """What has been reached so far: (word, (day, so far), whether it is the plan); ``language`` is that of the time axis."""

    lines: tuple[tuple[str, tuple[tuple[date, float], ...], bool], ...]
    unit: str
    language: str = "ja"

    def ticks(self, *, room: float, size: float) -> tuple[Tick, ...]:
        """Return the ticks of the time axis that fit into a width, written in ``size``: ends of months."""
        days = [day for _, points, _ in self.lines for day, _ in points]
        return ticks_within(min(days), max(days), (), room=room, size=size, language=self.language)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts on a common scale to ``total``: (label, count), first on top."""

    bars: tuple[tuple[str, int], ...]
    unit: str
    total: int


@dataclass(frozen=True, slots=True)
class Tile:
    """One place of a map of tiles: where it stands, its name (short, whole), and how many of its rows are done."""

    column: int
    row: int
    name: str
    place: str
    done: int
    total: int

    @property
    def numbers(self) -> str:
        """Return what is written in the tile; nothing where nothing is listed."""
        return f"{self.done}/{self.total}" if self.total else ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """A map of tiles; ``upright`` writes names from top to bottom."""

    tiles: tuple[Tile, ...]
    upright: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    """Units by one value: (name, value, its label with numerator and denominator, whether it was recast), the best first.

    Args:
        big: the word for ``divisor``, by which the axis is divided where values reach a million.
    """

    bars: tuple[tuple[str, float, str, bool], ...]
    unit: str
    big: str
    divisor: float


@dataclass(frozen=True, slots=True)
class Strip:
    """How something stood at the end of each quarter, a mark each: (short name of the quarter, status, its word), oldest first.

    Args:
        cells: the marks; the last is the present quarter.
        said: the same in words, for those who cannot see it.
    """

    cells: tuple[tuple[str, str, str], ...]
    said: str


Shape = Shares | Columns | Steps | Counts | Tiles | Ranked
