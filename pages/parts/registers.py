"""Shared parts of pages about registers: cards, counts, dates with precision, cached charts, facts and history of a row."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from urllib.parse import urlencode

import pandas as pd
import pyarrow as pa
import streamlit as st

from charts.plotly.shapes import figure, wide_figure
from charts.svg.printed import printed_shape
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
from pages.parts.figure import Ready, finished, kept_block, numbers_of
from pages.parts.raw_html import draw_html
from pages.parts.taken import block_downloads
from pages.parts.text import fine_print, language, linked, source_link, t, titled_address, viewer_words
from pages.parts.titled import section_heading
from pages.parts.when import as_of
from publishers.site.seen import numbers
from telling import blocks
from telling.blocks import Block, Card, Cell, Link, Number, Telling


def number(value: float | None) -> str:
    """Return a count as text with thousands separators, large ones in 万 or millions; a dash if ``None``."""
    return telling().count(value).text


def day_word(day: date | None, precision: str) -> str:
    """Return a date as text at its known precision: day, month, quarter, fiscal year, or that year and later."""
    return known_day(day, precision, language())


def telling() -> Telling:
    """Return the context of all texts in this run: the viewer's language and the moment (day, knowledge, organisation)."""
    return Telling(viewer_words(), cached.moment())


def cards(make: Callable[[], Sequence[Card]], *, key: str) -> None:
    """Draw headline numbers with explanations, linked to filtered lists of the page ``key``; cached per revision, moment and language."""

    def list_of(card: Card) -> str:
        return "" if card.narrowed is None else address.path(key, **dict(card.narrowed))

    draw_html(cached.made("cards", code=(key, *address.link().items()), make=lambda: numbers(make(), list_of, viewer_words())))


def plain(cell: Cell) -> str | float | None:
    """Return a cell as a value for a grid: text, number, or the address of a link."""
    if isinstance(cell, Number):
        return cell.text
    if isinstance(cell, Link):  # a source's address carries its title; the grid shows other links by a part of their address
        return titled_address(cell.words, cell.address) if cell.address.startswith("http") else cell.address
    return cell


def table_of(block: Block) -> pd.DataFrame:
    """Return the table of a block as a data frame for a grid."""
    return pd.DataFrame([[plain(c) for c in row] for row in block.rows], columns=list(block.columns))


def ready_block(block: Block) -> Ready:
    """Return a block prepared for drawing; it depends only on the block and the viewer's language."""
    shape = block.shape
    made = numbers_of(
        table_of(block), csv=pd.DataFrame(block.flat) if block.flat else None, texts=short_texts(block, viewer_words()),
        is_open=block.is_table_open,
    )  # fmt: skip
    alt = ": ".join(filter(None, (block.title, block.sentence)))
    return Ready(
        numbers=made, sentence=block.sentence, title=block.title, why_empty=block.why_empty, notes=block.notes, chart=block.chart,
        figure=finished(None if shape is None else figure(shape, language())), legend="" if shape is None else legend(shape),
        wide=finished(None if shape is None else wide_figure(shape)),
        paper="" if shape is None else printed_shape(shape, alt=alt, language=language()),
    )  # fmt: skip


def block(make: Callable[[], Block], *, key: str, suffix: str = "") -> None:
    """Draw a block (chart, sentence, table and CSV) with its download, cached per revision, moment and language.

    Args:
        make: makes the block; called only if it is not cached.
        key: unique on the page; also the name of the CSV file.
        suffix: everything else it depends on, as the dimension of a breakdown.
    """

    def made() -> Ready:
        block_made = make()
        return cached.drawn(block_made, lambda: ready_block(block_made))

    kept = kept_block(key, made, suffix=suffix)
    if kept.figure is not None:
        block_downloads(make, key, name=kept.chart, alt=": ".join(filter(None, (kept.title, kept.sentence))))


def bureau_names() -> dict[str, str]:
    """Return code → name, with the year of its end, of all units in catalogue order; the code "" means that no unit is stated."""
    current_telling = telling()
    return {**{code: current_telling.bureau_with_end(code) for code in cached.moment().units}, "": t("reg_no_bureau")}


def published(register: str, *kinds: str) -> Scored | None:
    """Return the judgement, in its own scope, of the first indicator of a theme and of given kinds that has a figure; else ``None``."""
    return blocks.published(cached.moment().whole, register, *kinds)


def facts(key: Hashable, make: Callable[[], list[tuple[str, str]]]) -> None:
    """Draw a table of names and non-blank values, one row each; fields without information in any source share the last row.

    Args:
        key: identifies the subject in the cache.
        make: makes (name, value) pairs; only the latest few tables are cached.
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


def source_of_row(code: str | None) -> None:
    """Draw the source of a row, linked to its address; nothing if there is none."""
    if source := cached.moment().book.sources.get(code or ""):
        fine_print(f"{t('source')}: {source_link(source)}")


def history(kind: RowKind, code: str) -> None:
    """Draw the corrections of a register's row, one table row per changed column; a note if there are none."""
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
            t("col_after"): json.loads(change.after_json).get(name), t("col_reason"): viewer_words().half(change.reason_text),
        }
        for change in changes
        for name, before in json.loads(change.before_json).items()
        if name != "search_text"  # a column until migration 0031, which changes of that time still name
    ]  # fmt: skip
    data_table(pd.DataFrame(rows))


def not_loaded(table: type[tables.SQLModel], how: str) -> None:
    """Draw how an empty register is loaded or, if it was merely not yet loaded at the instant of the view, its first date."""
    first, known_at = cached.moment().first_known(table), cached.moment().known_at
    if known_at is not None and first is not None and first > known_at:
        how = t("register_not_yet", day=format_date(local_day(first), language()))
    prose.info(how, icon=":material/info:")


def when() -> dict[str, str]:
    """Return ``as_of`` and, if an earlier state of knowledge is selected, ``known_at`` as parameters of the open API."""
    known_at = cached.moment().known_at
    return {"as_of": as_of().isoformat(), **({"known_at": known_at.isoformat()} if known_at else {})}


def same_numbers(path: str) -> None:
    """Draw a link to the same numbers in the open API, in modes where it is open."""
    if settings().mode != "office":
        query = urlencode({**when(), "view": cached.moment().view})
        fine_print(f"{t('numbers_api')}{linked(path, f'{address.below(path)}?{query}')}")
