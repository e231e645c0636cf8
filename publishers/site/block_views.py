"""Blocks prepared for the static edition: pictures at two widths, cells with machine-readable values, address of the CSV."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from charts.svg.shapes import BOTH, drawing
from publishers.site.labels import filled, link, picked
from publishers.site.views import number
from telling.blocks import Block, BlockColumn, Cell, Link, Number, Telling, columns_of
from telling.words import Words

WIDER, NARROWER = BOTH
ROWS = 100  # rows of a table on a page; its CSV holds all


def cell(value: Cell | Markup, words: Words) -> Markup | str:
    """Return a cell as HTML: numbers with their machine-readable value, links as anchors, markup unchanged."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, Number):
        return number(value.value, value.text) if value.value is not None else value.text
    if isinstance(value, Link):
        return link(value.address, value.words)
    if isinstance(value, (int, float)):
        return number(value, words.number(value, ",.0f" if value == round(value) else ","))
    return "" if value is None else value


@dataclass(frozen=True)
class BlockView:
    """One block in one language."""

    block: Block
    words: Words
    heading: str = ""  # shown above it; the block's own title where blank
    telling: Telling | None = None  # the organisation (then or now) it is shown in, where its chart can be downloaded
    leads: str = ""  # link targets of a map, as in ``charts.svg.shapes.drawing``

    @property
    def title(self) -> str:
        """Return its heading."""
        return self.heading or self.block.title

    @cached_property
    def chart(self) -> Markup:
        """Return the drawing at both widths; blank if there is nothing to draw."""
        if self.block.shape is None:
            return Markup("")
        return Markup(self.wide + self._drawn(*NARROWER))

    @cached_property
    def wide(self) -> str:
        """Return the wide drawing; blank if there is nothing to draw."""
        return self._drawn(*WIDER)

    def _drawn(self, size: tuple[int, int], name: str) -> str:
        block = self.block
        if block.shape is None:
            return ""
        alt = f"{self.title}: {block.sentence}"
        return drawing(block.shape, alt=alt, key=block.key, language=self.words.language, leads=self.leads, size=size, name=name)

    @property
    def is_drawn(self) -> bool:
        """Return whether there is a chart."""
        return self.block.shape is not None

    @cached_property
    def columns(self) -> tuple[BlockColumn, ...]:
        """Return the columns of the table that have a value in any row."""
        return tuple(picked(columns_of(self.block), self._filled))

    @cached_property
    def rows(self) -> list[list[Markup | str]]:
        """Return the cells of the table as HTML."""
        return [picked(row, self._filled) for row in self._cells]

    @cached_property
    def _cells(self) -> list[list[Markup | str]]:
        return [[cell(value, self.words) for value in row] for row in self.block.rows[:ROWS]]

    @cached_property
    def _filled(self) -> list[int]:
        return filled(self._cells)

    @property
    def cut(self) -> str:
        """Return the remark that the table shows only its first rows; blank where it shows all."""
        total = len(self.block.rows)
        return self.words("ed_table_first", total=self.words.number(total), shown=self.words.number(ROWS)) if total > ROWS else ""

    @property
    def file(self) -> str:
        """Return the path of the CSV with the same numbers, below the root of the site."""
        return f"data/{self.block.file}.csv" if self.block.file else ""


def pairs(cells: Iterable[tuple[str, Cell]], words: Words) -> list[tuple[str, Markup | str]]:
    """Return pairs of name and value, with values as HTML."""
    return [(name, cell(value, words)) for name, value in cells]
