"""The page of a register defined by its record alone: totals and list, or the one row named by the address."""

from __future__ import annotations

from functools import partial

import streamlit as st

from kpis.as_text import markdown
from kpis.figures.listed import APART, RowStanding, kept
from kpis.registers import Register
from kpis.vocabulary import RowKind
from pages.parts import address, cached, prose
from pages.parts.choices import filter_by, search_input
from pages.parts.data_table import ShownGrid, grid, show_grid
from pages.parts.one_or_all import back_link, code_in_address
from pages.parts.registers import block, cards, facts, history, not_loaded, same_numbers, source_of_row, table_of, telling
from pages.parts.text import heading_name, named, t
from pages.parts.titled import page_heading, section_heading, set_title
from telling import listed as told_listed
from telling.blocks import Telling
from telling.commentary import without_action


def register_page(register: Register) -> None:
    """Draw a register, or its row named by the address; an unknown code is reported."""
    current_telling, rows = telling(), cached.moment().listed(register)
    if not rows:
        page_heading(markdown(told_listed.empty(current_telling, register)))
        _lacking(register)
        not_loaded(register.table, t("listed_empty_how", file=register.file))
        return
    by_code = {row.code: row for row in rows}
    if code := code_in_address(by_code, "listed_unknown"):
        _one(current_telling, register, by_code[code])
    else:
        _all(current_telling, register, rows)
        same_numbers(f"/api/v1/registers/{register.sheet}")


def _one(current_telling: Telling, register: Register, row: RowStanding) -> None:
    """Draw one row: status, all public fields, source, and history."""
    set_title(named(row.row, register.called_by) or row.code, current_telling.bureau(row.bureau) if row.bureau else "")
    page_heading(heading_name(named(row.row, register.called_by) or row.code))
    st.badge(markdown(told_listed.status_word(current_telling, register, row.status)), color="blue")
    back_link(register.sheet, t("back_to_list"))
    facts((register.kind, row.code), lambda: told_listed.facts(current_telling, register, row.row))
    source_of_row(row.source_code)
    history(register.kind, row.code)


def _lacking(register: Register) -> None:
    """Draw, for the register of actions, the indicators that need an action and have none."""
    if register.kind == RowKind.ACTION:
        block(lambda: without_action(telling()), key="without_action")


def _all(current_telling: Telling, register: Register, rows: list[RowStanding]) -> None:
    """Draw the totals, the comparison of bureaus, and the list with search and filters."""
    page_heading(markdown(told_listed.title(current_telling, register, rows)))
    prose.caption(markdown(told_listed.lead(current_telling, rows)))
    if sample := sum(row.is_sample for row in rows):
        prose.warning(t("sample_marked", n=sample), icon=":material/science:")
    cards(lambda: told_listed.cards(current_telling, register, rows), key=register.sheet)
    with st.container(border=True):
        section_heading(t("reg_by_bureau"))
        block(lambda: told_listed.compared(current_telling, register, rows), key=f"{register.sheet}_by_bureau")
    _lacking(register)
    section_heading(t("listed_heading"))
    statuses = [s for s in (*register.words_of(register.status), *APART) if any(row.status == s for row in rows)]
    bureaus = [code for code in cached.moment().units if any(row.bureau == code for row in rows)]
    query = search_input("q", t("listed_search"), t("listed_example"))
    status = filter_by("status", statuses, t("reg_by_status"), partial(told_listed.status_word, current_telling, register))
    bureau = filter_by("bureau", bureaus, t("reg_by_bureau"), current_telling.bureau)
    filtered = kept(rows, query=query, status=status, bureau=bureau)
    if not filtered:
        prose.info(t("listed_none"), icon=":material/search_off:")
        return
    link = address.page_of(register.sheet)

    def make() -> ShownGrid:
        columns = {t("open_row"): st.column_config.LinkColumn(display_text=r"code=(.+)$", width="small")}
        return grid(
            table_of(told_listed.listed(current_telling, register, filtered, link)), alt=t("listed_heading"), column_config=columns
        )

    show_grid(cached.searched("listed", key=(register.sheet, query, status, bureau, link("")), make=make))
