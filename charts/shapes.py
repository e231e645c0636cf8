"""The data of charts of registers and bureaus, independent of their drawing: Plotly for the pages, SVG for the static edition.

A shape is made once (``telling.procedures`` and its neighbours); ``charts.plotly.shapes.figure`` draws it for the
dashboard, ``charts.svg.shapes.drawing`` for the static edition. Both therefore show the same numbers in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from charts.ticks import Tick, ticks_within


@dataclass(frozen=True, slots=True)
class Shares:
    """Bars of 100 %, split by segment."""

    rows: tuple[tuple[str, Mapping[str, int], str], ...]  # (label, segment → count, text at the end of the bar), first on top
    segments: tuple[tuple[str, str], ...]  # (segment, word), in the order of ``charts.style.LOOKS``
    unit: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Counts by day: (label, count, whether the day has passed), in order of time."""

    bars: tuple[tuple[str, int, bool], ...]
    unit: str
    past_word: str


@dataclass(frozen=True, slots=True)
class Steps:
    """Cumulative values over time: (word, (date, value so far), whether it is the plan); ``language`` is that of the time axis."""

    lines: tuple[tuple[str, tuple[tuple[date, float], ...], bool], ...]
    unit: str
    language: str = "ja"

    def ticks(self, *, room: float, size: float) -> tuple[Tick, ...]:
        """Return the ticks of the time axis that fit into a width at font size ``size``: ends of months."""
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
    """One place of a map: position of its tile, name (short, full), number of completed rows, and outline."""

    column: int
    row: int
    name: str
    place: str
    done: int
    total: int
    # lists of points (longitude, latitude) in degrees; empty where the outline is unknown
    rings: tuple[tuple[tuple[float, float], ...], ...] = ()
    code: str = ""  # of the municipality

    @property
    def numbers(self) -> str:
        """Return the text in the tile; blank if nothing is listed."""
        return f"{self.done}/{self.total}" if self.total else ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """A map of places; ``upright`` writes names in tiles from top to bottom.

    Where outlines are known it is drawn by them, with places without one as boxes below; otherwise all places are tiles.
    """

    tiles: tuple[Tile, ...]
    upright: bool
    fills: tuple[tuple[str, str], ...] = ()  # fill and word of each, for the legend

    @property
    def is_outlined(self) -> bool:
        """Return whether outlines are known."""
        return any(tile.rings for tile in self.tiles)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One unit and its value."""

    name: str
    value: float  # length of the bar
    text: str  # the value as formatted text
    label: str  # the same with numerator and denominator
    planned: float | None = None  # planned value of the period; a tick across the bar
    is_short: bool = False  # the value falls short of the plan
    is_recast: bool = False  # computed from predecessor units


@dataclass(frozen=True, slots=True)
class Ranked:
    """Units ranked by one value, the best first."""

    bars: tuple[Bar, ...]
    unit: str
    big: str  # the word for ``divisor``, by which the axis is divided where values reach a million
    divisor: float
    target: float | None = None  # the common target of all units, and its formatted text
    target_label: str = ""

    def scaled(self) -> tuple[float, str]:
        """Return the divisor of axis values, and the unit of the axis."""
        is_big = max(abs(bar.value) for bar in self.bars) >= 1_000_000
        return (self.divisor, f"{self.big} {self.unit}".strip()) if is_big else (1.0, self.unit)

    def span(self) -> tuple[float, float]:
        """Return the range of the axis: from 0, or the lowest negative value, to the highest value, plan or target."""
        every = [bar.value for bar in self.bars] + [bar.planned for bar in self.bars if bar.planned is not None]
        every += [self.target] if self.target is not None else []
        return min(0.0, *every), max(1e-9, *every)


@dataclass(frozen=True, slots=True)
class Strip:
    """The status at the end of each quarter, one mark each: (short name of the quarter, status, its word), oldest first."""

    cells: tuple[tuple[str, str, str], ...]  # the marks; the last is the present quarter
    alt: str  # the text alternative


@dataclass(frozen=True, slots=True)
class Timeline:
    """Dates of things: (name, (kind, date, description)), first on top.

    Kinds are ``start``, ``planned``, ``replanned`` (each time) and ``actual``; states are as of ``today``.
    """

    rows: tuple[tuple[str, tuple[tuple[str, date, str], ...]], ...]
    today: date
    today_word: str


Shape = Shares | Columns | Steps | Counts | Tiles | Ranked | Timeline
