"""What the pages of registers share: cards, percentages, days with their precision, and charts kept once made."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from urllib.parse import urlencode

import pandas as pd
import pyarrow as pa
import streamlit as st

from charts.plotly.map import outline_map
from charts.plotly.shapes import figure
from charts.shapes import Tiles
from charts.svg.shapes import legend
from kpis.as_text import markdown
from kpis.declared import said_of
from kpis.figures.scorecard import Scored
from kpis.periods import local_day
from kpis.registers import REGISTERS
from kpis.settings import settings
from kpis.store import tables
from kpis.text import format_date, known_day
from kpis.vocabulary import RowKind
from pages.parts import address, cached, prose
from pages.parts.data_table import data_table, short_texts
from pages.parts.figure import Ready, kept_block, ready
from pages.parts.raw_html import draw_html
from pages.parts.taken import block_taken
from pages.parts.text import fine_print, language, linked, named, t, titled_address
from pages.parts.titled import section_heading
from pages.parts.when import as_of
from publishers.site.seen import numbers
from telling import blocks
from telling.blocks import Block, Card, Cell, Link, Number, Telling
from telling.words import Words


def number(value: float | None) -> str:
    """Write a count with thousands, large ones in 万 or millions, or a dash."""
    return telling().count(value).text


def day_word(day: date | None, precision: str) -> str:
    """Write a day as exactly as it is known: the day, its month, quarter or fiscal year, or that year and later."""
    return known_day(day, precision, language())


def telling() -> Telling:
    """Return in whose words, as of which day and in which organisation a register is told to this viewer."""
    return Telling(Words(language()), cached.moment())


def cards(make: Callable[[], Sequence[Card]], *, key: str) -> None:
    """Show headline numbers, each with what it means; made once per revision, day, language and organisation."""

    def list_of(card: Card) -> str:
        return "" if card.narrowed is None else address.path(key, **dict(card.narrowed))

    draw_html(cached.made("cards", code=(key, *address.link().items()), make=lambda: numbers(make(), list_of, Words(language()))))


def plain(cell: Cell) -> str | float | None:
    """Return a cell of a table as the dashboard sends it: text, whole number, or the address of a link."""
    if isinstance(cell, Number):
        return cell.text
    if isinstance(cell, Link):  # a source is shown by its title, a row of ours by what its address says
        return titled_address(cell.words, cell.address) if cell.address.startswith("http") else cell.address
    return cell


def table_of(block: Block) -> pd.DataFrame:
    """Return the table of a block as the dashboard sends it."""
    return pd.DataFrame([[plain(c) for c in row] for row in block.rows], columns=list(block.columns))


def ready_block(block: Block) -> Ready:
    """Return a block ready to show; everything shown follows from the block and the viewer's language."""
    shape = block.shape
    return ready(
        None if shape is None else figure(shape, language()), sentence=block.sentence, title=block.title, why_empty=block.why_empty,
        table=table_of(block), texts=short_texts(block, Words(language())), csv=pd.DataFrame(block.flat) if block.flat else None,
        is_table_open=block.is_table_open, notes=block.notes, legend="" if shape is None else legend(shape),
        wide=outline_map(shape.tiles) if isinstance(shape, Tiles) and shape.is_outlined else None, chart=block.chart,
    )  # fmt: skip


def block(make: Callable[[], Block], *, key: str, suffix: str = "") -> None:
    """Show what is told of a register: chart, sentence, table and CSV, made once per revision, day, language and organisation.

    Args:
        make: tells it; called only where nothing is kept.
        key: unique on the page; also the name of the CSV file.
        suffix: whatever else it depends on, as what it is broken down by.
    """

    def made() -> Ready:
        block_made = make()
        return cached.drawn(block_made, lambda: ready_block(block_made))

    kept = kept_block(key, made, suffix=suffix)
    if kept.figure is not None:
        block_taken(make, key, name=kept.chart, alt=": ".join(filter(None, (kept.title, kept.sentence))))


def bureau_names() -> dict[str, str]:
    """Return the name of each organisation unit by code, in catalogue order; the blank code says that none is stated."""
    return {**{code: named(row) for code, row in cached.moment().units.items()}, "": t("reg_no_bureau")}


def published(register: str, *kinds: str) -> Scored | None:
    """Return the judgement of the first indicator of a theme and kind that has a figure, of its own scope."""
    return blocks.published(cached.moment().whole, register, *kinds)


def facts(key: Hashable, make: Callable[[], list[tuple[str, str]]]) -> None:
    """Show names and values that are not blank, one below the other; what no source tells is named together in the last row.

    Args:
        key: of what they are told.
        make: tells them; the latest few are kept.
    """
    table = cached.searched("facts", key=(key, cached.moment().view), make=lambda: _facts_table(make()))
    st.table(table, border="horizontal", hide_header=True, hide_index=True)


def _facts_table(rows: list[tuple[str, str]]) -> pa.Table:
    untold = [name for name, value in rows if value in (t("form_unknown"), t("authority_unknown"))]
    pair_list = [(name, value) for name, value in rows if value and not (len(untold) > 1 and name in untold)]
    if len(untold) > 1:
        pair_list.append((t("facts_unknown"), t("list_comma").join(untold)))
    return pa.table(
        {
            t("item"): [markdown(name) for name, _ in pair_list],
            t("value"): [prose.in_cell(markdown(value)) for _, value in pair_list],
        }
    )


def history(kind: RowKind, code: str) -> None:
    """Show what became known otherwise of a row of a register, column by column."""
    section_heading(t("detail_history"))
    changes = cached.moment().changes_of(kind, code)
    if not changes:
        prose.caption(t("detail_no_history"))
        return
    headings = said_of(REGISTERS[kind].fields)

    def heading(name: str) -> str:
        headings_of = headings.get(name, {})
        return headings_of.get(language()) or headings_of.get("ja") or name

    rows = [
        {
            t("known"): format_date(local_day(change.known_at), language()), t("col_changed"): heading(name), t("col_before"): before,
            t("col_after"): json.loads(change.after_json).get(name), t("col_reason"): change.reason_text,
        }
        for change in changes
        for name, before in json.loads(change.before_json).items()
        if name != "search_text"  # a column until migration 0031, which changes of that time still name
    ]  # fmt: skip
    data_table(pd.DataFrame(rows))


def not_loaded(table: type[tables.SQLModel], how: str) -> None:
    """Say how a register is loaded; or, where it is only that nothing of it was known at the instant chosen, when it came."""
    first, known_at = cached.moment().first_known(table), cached.moment().known_at
    if known_at is not None and first is not None and first > known_at:
        how = t("register_not_yet", day=format_date(local_day(first), language()))
    prose.info(how, icon=":material/info:")


def when() -> dict[str, str]:
    """Return the day and the instant chosen as the open API takes them; the instant only where one was chosen."""
    known_at = cached.moment().known_at
    return {"as_of": as_of().isoformat(), **({"known_at": known_at.isoformat()} if known_at else {})}


def same_numbers(path: str) -> None:
    """Point to the same numbers in the open API, where it is open."""
    if settings().mode != "office":
        query = urlencode({**when(), "view": cached.moment().view})
        fine_print(f"{t('numbers_api')}{linked(path, f'{address.below(path)}?{query}')}")
