"""The content of a chart, shared by dashboard and static edition: sentence, table, flat rows and shape.

A ``Block`` is made from counted figures and the words of one language. The dashboard draws its shape with Plotly
(``pages/parts``), the static edition with SVG (``publishers/site/block_views.py``): both show the same numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from charts.shapes import Shape
from kpis.declared import ALWAYS
from kpis.figures.scorecard import Scored, SourceNote
from kpis.government import government
from kpis.moment import Moment
from kpis.store import tables
from kpis.text import format_count, format_percent, known_day
from telling.words import Words


@dataclass(frozen=True, slots=True)
class Number:
    """A number formatted for people, with its machine-readable value."""

    value: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link: text and address."""

    words: str
    address: str


BLANK = ("", "―")  # text of an empty cell
Cell = str | int | float | Number | Link | None
Flat = Mapping[str, str | int | float | date | None]  # a flat row of a block: column → one plain value


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One chart with its texts and data."""

    key: str  # unique on a page, in lower case
    title: str = ""  # its heading; blank where the page writes one
    sentence: str = ""  # summary of the chart; also the picture's alternative text
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]  # the numbers, formatted for people
    flat: tuple[Flat, ...] = ()  # the same numbers machine-readable, one datum per value
    shape: Shape | None = None  # the shape to draw; ``None`` where there is nothing, then ``why_empty`` gives the reason
    why_empty: str = ""
    notes: tuple[str, ...] = ()  # explanation of the marks
    is_table_open: bool = False  # the table is shown in place of a chart
    file: str = ""  # the open data table that holds ``flat``
    chart: str = ""  # the file name of its download (``telling.taken``); blank where there is none
    called: str = ""  # its title in the download, where the page writes the heading
    sources: tuple[SourceNote, ...] = ()  # sources of the figures, the most frequent first


@dataclass(frozen=True, slots=True)
class BlockColumn:
    """One column of a block laid out as a table."""

    heading: str
    is_number: bool


def columns_of(block: Block) -> tuple[BlockColumn, ...]:
    """Return the columns of a block as a table; the first names the row, so it is never numeric."""
    return tuple(BlockColumn(head, at > 0 and _is_number(row[at] for row in block.rows)) for at, head in enumerate(block.columns))


def _is_number(values: Iterable[Cell]) -> bool:
    """Return whether a column is numeric: at least one number, otherwise only blanks."""
    is_one = False
    for value in values:
        if isinstance(value, (int, float, Number)):
            is_one = True
        elif value is not None and value not in BLANK:
            return False
    return is_one


@dataclass(frozen=True, slots=True)
class Card:
    """One headline number with what it means."""

    title: str
    value: Cell
    note: str
    narrowed: tuple[tuple[str, str], ...] | None = (
        None  # filter of the page's list for the counted rows; ``None``: there is no list
    )


@dataclass(frozen=True, slots=True)
class Telling:
    """The context of a text: language, and moment (``as_of``, ``known_at`` and organisation)."""

    words: Words
    moment: Moment

    @property
    def as_of(self) -> date:
        """Return the day."""
        return self.moment.as_of

    @property
    def view(self) -> str:
        """Return the organisation: ``then`` (当時の組織) or ``now`` (現在の組織)."""
        return self.moment.view

    @property
    def bureaus(self) -> Mapping[str, tables.Bureau]:
        """Return the rows of organisation units by code, in catalogue order."""
        return self.moment.units

    def home(self, code: str) -> str:
        """Return the bureau that a bureau's rows are shown under."""
        return self.moment.home(code)

    def address(self, source: str) -> str:
        """Return the address of a source by its code; blank where there is none."""
        note = self.moment.book.sources.get(source)
        return note.url if note else ""

    def source(self, code: str) -> Cell:
        """Return a source by its code as a link with its title; blank where there is none."""
        note = self.moment.book.sources.get(code)
        return Link(self.words.marked(note.title), note.url) if note else ""

    def sources(self, codes: Iterable[str | None]) -> tuple[SourceNote, ...]:
        """Return the sources of figures by their codes, most frequent first."""
        sources = self.moment.book.sources
        return tuple(sources[code] for code, _ in Counter(filter(None, codes)).most_common() if code in sources)

    def is_secondary(self, source: str) -> bool:
        """Return whether a source is not the government's own."""
        note = self.moment.book.sources.get(source)
        return note is not None and note.grade == "secondary"

    def bureau(self, code: str) -> str:
        """Return the name of an organisation unit; for a blank code, the word for "not stated"."""
        if not code:
            return self.words("reg_no_bureau")
        return self.words.named(self.bureaus[code]) if code in self.bureaus else code

    def bureau_with_end(self, code: str) -> str:
        """Return the name of an organisation unit of a register, with its last day if it has ended."""
        return self.words.unit(self.bureaus[code]) if code in self.bureaus else self.bureau(code)

    def day(self, day: date | None, precision: str) -> str:
        """Format a date with its known precision."""
        return known_day(day, precision, self.words.language)

    def count(self, value: float | None) -> Number:
        """Format a count with thousands separators, large ones in 万 or millions; a dash where there is none."""
        return Number(value, "―" if value is None else format_count(value, self.words.language))

    def percent(self, value: float | None) -> Number:
        """Format a percentage; a dash where there is none."""
        return Number(value, "―" if value is None else format_percent(value, self.words.language))


def taken_from(block: Block, telling: Telling, page: str, codes: Iterable[str | None], *, heading: str = "") -> Block:
    """Return the block of a register with the data of its download: name, title, and sources of the register.

    Args:
        page: of the register; its name precedes the title.
        codes: of the sources of its rows.
        heading: where the page writes one.
    """
    w = telling.words
    called = w("taken_called", of=w(f"nav_{page}"), what=heading or block.title)
    return replace(block, chart=f"registers/{block.key}", called=called, sources=telling.sources(codes))


def in_both(key: str) -> dict[str, str]:
    """Return the texts of a key as the columns ``name_ja`` and ``name_en``."""
    return {f"name_{language}": Words(language)(key) for language in ALWAYS}


def published(scored: Iterable[Scored], register: str, *kinds: str) -> Scored | None:
    """Return the first judgement with a figure of the given kinds in the register's theme, for the indicator's own scope."""
    theme = government().theme_of(register)
    every = list(scored)
    return next(
        (
            s for kind in kinds for s in every
            if s.entry.theme == theme and s.entry.definition.kind == kind and s.entry.is_own_scope and s.judgement.figure
        ),
        None,
    )  # fmt: skip


def ended_line(telling: Telling, reason: str, ended_on: date | None, precision: str, successor: str = "") -> str:
    """Return since when a register row has ended, its reason and successor; blank if it has not ended.

    Args:
        reason: why it ended; blank if it has not.
        ended_on: the end date, with the given ``precision``.
        successor: its name, or blank.
    """
    w = telling.words
    if not reason:
        return ""
    why, day = w(f"ended_reason_{reason}"), telling.day(ended_on, precision)
    text = w("ended_since", day=day, reason=why) if day else why
    return text + (w("ended_successor", name=successor) if successor else "")
