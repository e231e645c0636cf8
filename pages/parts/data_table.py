"""Tables: of data (an HTML table, or a grid if it is long), and of texts (always an HTML table, in which no cell is cut off)."""

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
from pages.parts import cached, prose
from pages.parts.raw_html import draw_html
from pages.parts.text import language, t, viewer_words
from publishers.site.headed import defined, meanings
from publishers.site.labels import is_nothing
from publishers.site.seen import listed_in_parts, listing
from telling.blocks import Block, Cell, Link, Number
from telling.words import Words

EMPTY_CELL = "―"
READ_IN_FULL = 40  # maximum rows of an HTML table; a longer table is a grid, which can be sorted and searched
FOLDED_IN_FULL, SHOWN_AT_ONCE = 200, 20  # maximum rows of an HTML table with collapsed rows, and those shown of it
AT_ONCE, AT_MOST = 6, 100  # rows of a grid drawn as blocks for phones and print: shown, and including the collapsed ones


def data_table(data: Any, *, first: int = 0, empty: str = "", **more: Any) -> None:
    """Draw a table of data: up to ``READ_IN_FULL`` rows as an HTML table (on a phone one block per row), more rows as a grid.

    Args:
        data: rows as dictionaries, a data frame or an Arrow table.
        first: if not 0, show this many rows of an HTML table, collapse the rest, and raise its limit to ``FOLDED_IN_FULL`` rows.
        empty: text to draw instead where there are no rows.
        more: further arguments of ``st.dataframe``; any other than ``height`` and ``alt`` makes it a grid.
    """
    if empty and not len(data):
        prose.caption(empty)
    else:
        show_table(table_of(data, first=first, **more))


def table_of(data: Any, *, first: int = 0, **more: Any) -> Texts | ShownGrid:
    """Return a table of data ready to draw (``show_table``), with the arguments of ``data_table``; where the data are kept, keep this."""
    rows = [] if set(more) - {"height", "alt"} else rows_of(data)
    if 0 < len(rows) <= (FOLDED_IN_FULL if first else READ_IN_FULL):
        title = str(more.get("alt", ""))
        return cached.drawn(("rows", rows, title, first), lambda: texts_of_rows(rows, title=title, first=first), sort="tables")
    return grid(data, **more)


def show_table(made: Texts | ShownGrid) -> None:
    """Draw a prepared table of data."""
    if isinstance(made, Texts):
        texts_table(made)
    else:
        show_grid(made)


@dataclass(frozen=True, slots=True)
class ShownGrid:
    """A grid ready to draw: its data without empty columns, and the arguments of ``st.dataframe``."""

    data: Any
    settings: Mapping[str, Any]


def grid(data: Any, **settings: Any) -> ShownGrid:
    """Prepare a grid; for the ten grids of a page this takes 2 ms of 30, so cache it. ``settings`` are arguments of ``st.dataframe``."""
    columns_shown = without_empty_columns(data)
    return ShownGrid(
        columns_shown, {**settings, "column_config": {**_tooltips(columns_shown), **settings.get("column_config", {})}}
    )


def show_grid(made: ShownGrid, **more: Any) -> None:
    """Draw a prepared grid; ``more`` are further arguments of ``st.dataframe``."""
    st.dataframe(made.data, hide_index=True, width="stretch", placeholder=EMPTY_CELL, **made.settings, **more)


def without_empty_columns(data: Any, *, blank_words: Collection[str] = ()) -> Any:
    """Return a data frame or an Arrow table without its empty columns; the first column stays, and other data are unchanged.

    Args:
        data: the table; each column is read up to its first value.
        blank_words: texts that count as no value, as "unknown".
    """
    if not isinstance(data, (pd.DataFrame, pa.Table)) or not len(data):
        return data
    names = [str(name) for name in (data.column_names if isinstance(data, pa.Table) else data.columns)]

    def has_value(name: str) -> bool:
        values = (value.as_py() for value in data[name]) if isinstance(data, pa.Table) else iter(data[name])
        return any(not (pd.isna(value) is True or value in blank_words or is_nothing(value)) for value in values)

    kept = [name for at, name in enumerate(names) if not at or has_value(name)]
    return data.select(kept) if isinstance(data, pa.Table) else data[kept]


def _tooltips(data: Any) -> dict[str, Any]:
    """Return column name → setting with a tooltip, for the columns whose heading has an explanation."""
    meanings_of = meanings(viewer_words())
    names = data.column_names if isinstance(data, pa.Table) else getattr(data, "columns", ())
    return {name: _tooltip(meanings_of[name]) for name in map(str, names) if name in meanings_of}


@lru_cache(maxsize=512)
def _tooltip(meaning: str) -> Any:
    """Return the setting of a column with a tooltip; cached, since it is never changed."""
    return st.column_config.Column(help=meaning)


def arrow_of(frame: pd.DataFrame) -> pa.Table:
    """Return a data frame as an Arrow table, the form that Streamlit sends: made once, it is not converted at each run."""
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()


def rows_of(data: Any) -> list[dict[str, Any]]:
    """Return a data frame, an Arrow table or an iterable of rows as a list of dictionaries (column name → value)."""
    if isinstance(data, pd.DataFrame):
        return [{str(name): value for name, value in row.items()} for row in data.to_dict("records")]
    return data.to_pylist() if isinstance(data, pa.Table) else [dict(row) for row in data]


def _cells(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    """Return the values of a row as cells of an HTML table: dates in the viewer's language, missing values as a dash."""

    def cell_of(value: Any) -> Cell:
        if value is None or value == "" or (isinstance(value, float) and isnan(value)):
            return EMPTY_CELL
        if isinstance(value, date):
            return format_date(value, language())
        if isinstance(value, int) and not isinstance(value, bool):
            return Number(value, str(value))  # no thousands separators: it may be a report's number
        return value if isinstance(value, (float, str, Link)) else str(value)

    return tuple(map(cell_of, row.values()))


def lines(texts: Iterable[str]) -> Markup:
    """Return texts as one cell of an HTML table, each on its own line."""
    return Markup("<br>").join(texts)


def blocks_of(table: pa.Table) -> Texts | None:
    """Return the first rows of a grid's table as blocks for phones and print, where a grid is unusable; ``None`` if it is empty."""
    if not table.num_rows:
        return None
    rows = [{name: _titled(value) for name, value in row.items()} for row in table.slice(0, AT_MOST).to_pylist()]
    block = Block(key="blocks", title="", columns=tuple(rows[0]), rows=tuple(map(_cells, rows)))
    return replace(texts_of(block, viewer_words(), first=AT_ONCE), beyond=max(0, table.num_rows - AT_MOST))


def _titled(value: Any) -> Any:
    """Return an address with a title in it (``titled_address``) as a link of that title; other values unchanged."""
    address, is_titled, title = value.partition(":~:title=") if isinstance(value, str) else ("", "", "")
    return Link(unquote(title), address.removesuffix("#")) if is_titled else value


def grid_or_blocks(made: ShownGrid, blocks: Texts | None, *, key: str) -> None:
    """Draw a table both as a grid and as blocks; ``api/assets/page.css`` shows the blocks on phones and in print, else the grid."""
    with st.container(key=f"as_grid_{key}"):
        show_grid(made)
    if blocks is not None:
        with st.container(key=f"as_blocks_{key}"):
            texts_table(blocks)
            if blocks.beyond:
                prose.caption(t("blocks_rest", first=AT_MOST, total=AT_MOST + blocks.beyond))


def link_columns() -> dict[str, Any]:
    """Return the setting of a grid's source column, whose addresses contain titles (``titled_address``): it shows them as links."""
    return {t("source"): st.column_config.LinkColumn(display_text=r":~:title=(.+)$", alignment="left")}


@dataclass(frozen=True, slots=True)
class Texts:
    """An HTML table ready to draw: the rows shown, the collapsed rows, their number, and that of rows it does not contain at all."""

    shown: str
    folded: str = ""
    more: int = 0
    beyond: int = 0


def short_texts(block: Block, words: Words) -> Texts | None:
    """Return a block of at most ``FOLDED_IN_FULL`` rows as an HTML table, later rows collapsed; ``None`` if empty or longer."""
    if not 0 < len(block.rows) <= FOLDED_IN_FULL:
        return None
    rows = tuple(tuple(c.words if isinstance(c, Link) and "//" not in c.address else c for c in row) for row in block.rows)
    first = SHOWN_AT_ONCE if len(rows) > READ_IN_FULL else 0
    return texts_of(replace(block, rows=rows), words, first=first)  # links within the static edition do not exist here


def texts_of(block: Block, words: Words, *, first: int = 0) -> Texts:
    """Return a block as an HTML table; with ``first``, that many rows are shown and the rest collapsed unless it is a single row."""
    total = len(block.rows)
    if not first or total <= first + 1:
        return Texts(defined(listing(block, words), words)) if total else Texts("")
    shown, folded = listed_in_parts(block, words, first=first)
    return Texts(defined(shown, words), folded, total - first)


def texts_of_rows(rows: Sequence[Mapping[str, Any]], *, title: str = "", first: int = 0) -> Texts:
    """Return rows of data (column name → value; at least one row) as an HTML table; ``first`` as in ``texts_of``."""
    listed = ({name: _titled(value) for name, value in row.items()} for row in rows)
    block = Block(key="rows", title=title, columns=tuple(rows[0]), rows=tuple(map(_cells, listed)))
    return texts_of(block, viewer_words(), first=first)


def texts_table(made: Texts) -> None:
    """Draw an HTML table, its collapsed rows in an expander."""
    draw_html(made.shown)
    if made.folded:
        draw_html(f'<p class="on-paper">{escape(t("folded_on_paper", count=made.more + made.beyond))}</p>')  # print has no expander
        with st.expander(t("pack_more", count=made.more)):
            draw_html(made.folded)
