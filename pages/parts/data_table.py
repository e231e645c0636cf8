"""One way each to show a table of data (in full, or a grid where it is long) and one of texts, which are read in full."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from math import isnan
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pyarrow as pa
import streamlit as st
from markupsafe import Markup, escape

from kpis.text import format_date
from pages.parts import prose
from pages.parts.raw_html import draw_html
from pages.parts.text import language, t
from publishers.site.headed import defined, meanings
from publishers.site.labels import is_nothing
from publishers.site.seen import listed_in_parts, listing
from telling.blocks import Block, Cell, Link, Number
from telling.words import Words

EMPTY_CELL = "―"
THREE_LINES = 68  # pixels of a row of a grid
READ_IN_FULL = 40  # rows; of more, a grid can be sorted and searched
FOLDED_IN_FULL, SHOWN_AT_ONCE = 200, 20  # rows, where only the first are shown at once, and how many these are
AT_ONCE, AT_MOST = 6, 100  # rows of a grid that a phone and paper show as blocks, and with those that are folded away


def data_table(data: Any, *, first: int = 0, **more: Any) -> None:
    """Show a table of data: up to ``READ_IN_FULL`` rows as texts that are read and printed in full, on a phone a block a row; more as a grid.

    Args:
        data: rows as dictionaries, a data frame or an Arrow table.
        first: of a table that is read in full, show so many rows at once and fold the rest away; up to ``FOLDED_IN_FULL`` rows are.
        more: other arguments of ``st.dataframe``; with one but ``height`` and ``alt`` it is a grid in any case.
    """
    rows = [] if set(more) - {"height", "alt"} else rows_of(data)
    if 0 < len(rows) <= (FOLDED_IN_FULL if first else READ_IN_FULL):
        texts_table(texts_of_rows(rows, title=str(more.get("alt", "")), first=first))
    else:
        show_grid(grid(data, **more))


@dataclass(frozen=True, slots=True)
class ShownGrid:
    """A grid as every run shows it: its data without columns that say nothing, and its settings."""

    data: Any
    settings: Mapping[str, Any]


def grid(data: Any, **settings: Any) -> ShownGrid:
    """Make a grid ready, which for the ten of a page of charts is 2 ms of 30 at each run; ``settings`` are arguments of ``st.dataframe``."""
    columns_shown = said_columns(data)
    return ShownGrid(columns_shown, {**settings, "column_config": {**_helped(columns_shown), **settings.get("column_config", {})}})


def show_grid(made: ShownGrid, **more: Any) -> None:
    """Show a grid that was made ready."""
    st.dataframe(made.data, hide_index=True, width="stretch", placeholder=EMPTY_CELL, **made.settings, **more)


def said_columns(data: Any, *, unsaid: Collection[str] = ()) -> Any:
    """Return a data frame or an Arrow table without the columns in which no row says anything; ``unsaid`` are words that say nothing.

    Each column is gone through until a row of it says something.
    """
    if not isinstance(data, (pd.DataFrame, pa.Table)) or not len(data):
        return data
    names = [str(name) for name in (data.column_names if isinstance(data, pa.Table) else data.columns)]

    def says(name: str) -> bool:
        values = (value.as_py() for value in data[name]) if isinstance(data, pa.Table) else iter(data[name])
        return any(not (pd.isna(value) is True or value in unsaid or is_nothing(value)) for value in values)

    kept = [name for at, name in enumerate(names) if not at or says(name)]
    return data.select(kept) if isinstance(data, pa.Table) else data[kept]


def _helped(data: Any) -> dict[str, Any]:
    """Return the settings of a grid whose headings say what they mean."""
    meanings_of = meanings(Words(language()))
    names = data.column_names if isinstance(data, pa.Table) else getattr(data, "columns", ())
    return {name: _help(meanings_of[name]) for name in map(str, names) if name in meanings_of}


@lru_cache(maxsize=512)
def _help(meaning: str) -> Any:
    """Return the setting of a column whose heading means something, made once: nobody changes it."""
    return st.column_config.Column(help=meaning)


def rows_of(data: Any) -> list[dict[str, Any]]:
    """Return a table of any kind as rows."""
    if isinstance(data, pd.DataFrame):
        return [{str(name): value for name, value in row.items()} for row in data.to_dict("records")]
    return data.to_pylist() if isinstance(data, pa.Table) else [dict(row) for row in data]


def _cells(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    """Return the values of a row as they are read: days in the reader's language, what is not there as a dash."""

    def cell_of(value: Any) -> Cell:
        if value is None or value == "" or (isinstance(value, float) and isnan(value)):
            return EMPTY_CELL
        if isinstance(value, date):
            return format_date(value, language())
        if isinstance(value, int) and not isinstance(value, bool):
            return Number(value, str(value))  # a number of a report is no count
        return value if isinstance(value, (float, str, Link)) else str(value)

    return tuple(map(cell_of, row.values()))


def lines(texts: Iterable[str]) -> Markup:
    """Return texts as one cell of a table that is read in full, each on a line of its own."""
    return Markup("<br>").join(texts)


def blocks_of(table: pa.Table) -> Texts | None:
    """Make of a table for a grid what a phone and paper show in its place, which cannot show a grid: its first rows, each as a block."""
    if not table.num_rows:
        return None
    rows = [{name: _titled(value) for name, value in row.items()} for row in table.slice(0, AT_MOST).to_pylist()]
    block = Block(key="blocks", title="", columns=tuple(rows[0]), rows=tuple(map(_cells, rows)))
    return replace(texts_of(block, Words(language()), first=AT_ONCE), total=table.num_rows)


def _titled(value: Any) -> Any:
    """Return the address of a source as a link by the title that it carries (``titled_address``)."""
    address, is_titled, title = value.partition(":~:title=") if isinstance(value, str) else ("", "", "")
    return Link(unquote(title), address.removesuffix("#")) if is_titled else value


def grid_or_blocks(made: ShownGrid, blocks: Texts | None, *, key: str) -> None:
    """Show a table as a grid where there is room, and as blocks on a phone and on paper (``api/assets/page.css``)."""
    with st.container(key=f"as_grid_{key}"):
        show_grid(made)
    if blocks is not None:
        with st.container(key=f"as_blocks_{key}"):
            texts_table(blocks)
            if blocks.total > AT_MOST:
                prose.caption(t("blocks_rest", first=AT_MOST, total=blocks.total))


def link_columns() -> dict[str, Any]:
    """Return the settings of a grid whose column of sources holds addresses with their titles: the title is shown, the address linked."""
    return {t("source"): st.column_config.LinkColumn(display_text=r":~:title=(.+)$", alignment="left")}


def columns_of_widths(names: Sequence[str], widths: Sequence[int]) -> dict[str, Any]:
    """Return the settings of a grid with columns of these widths, in pixels, and rows of three lines; sources are links by their titles."""
    meanings_of, links = meanings(Words(language())), link_columns()
    made = {
        name: st.column_config.Column(width=width, help=meanings_of.get(name)) for name, width in zip(names, widths, strict=False)
    }
    if t("source") in names:
        links[t("source")]["width"] = made[t("source")]["width"] if t("source") in made else None
        made |= links
    return {**({"row_height": THREE_LINES} if widths else {}), **({"column_config": made} if made else {})}


@dataclass(frozen=True, slots=True)
class Texts:
    """A table of texts as it is sent: the rows that are shown at once, those that are folded away, how many these are, and of how many in all."""

    shown: str
    folded: str = ""
    more: int = 0
    total: int = 0


def short_texts(block: Block, words: Words) -> Texts | None:
    """Make a table of a block that is short enough to be read in full, its later rows folded away; nothing of a longer one."""
    if not 0 < len(block.rows) <= FOLDED_IN_FULL:
        return None
    rows = tuple(tuple(c.words if isinstance(c, Link) and "//" not in c.address else c for c in row) for row in block.rows)
    first = SHOWN_AT_ONCE if len(rows) > READ_IN_FULL else 0
    return texts_of(replace(block, rows=rows), words, first=first)  # a place of the static edition is none here


def texts_of(block: Block, words: Words, *, first: int = 0) -> Texts:
    """Make a table of texts; with ``first``, so many rows at once and the rest folded away, unless that is a single one."""
    total = len(block.rows)
    if not first or total <= first + 1:
        return Texts(defined(listing(block, words), words)) if total else Texts("")
    shown, folded = listed_in_parts(block, words, first=first)
    return Texts(defined(shown, words), folded, total - first)


def texts_of_rows(rows: Sequence[Mapping[str, Any]], *, title: str = "", first: int = 0) -> Texts:
    """Make a table of texts of rows of data; there is at least one."""
    block = Block(key="rows", title=title, columns=tuple(rows[0]), rows=tuple(map(_cells, rows)))
    return texts_of(block, Words(language()), first=first)


def texts_table(made: Texts) -> None:
    """Show a table of texts."""
    draw_html(made.shown)
    if made.folded:
        rest = max(made.more, made.total - AT_ONCE)
        draw_html(f'<p class="on-paper">{escape(t("folded_on_paper", count=rest))}</p>')  # paper unfolds nothing
        with st.expander(t("pack_more", count=made.more)):
            draw_html(made.folded)
