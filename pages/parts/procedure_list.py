"""The list of procedures with search, filters and paging, all done on the server."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from kpis.figures.registers import ENDED, STATUSES, channels
from kpis.settings import settings
from kpis.store.queries import PAGE_SIZE, Counted, Filter, ProcedureOnDay
from pages.parts import address, cached, prose
from pages.parts.choices import choose_page, filter_by, search_input
from pages.parts.data_table import ShownGrid, Texts, arrow_of, grid, show_grid, texts_of, texts_table, without_empty_columns
from pages.parts.registers import bureau_names, day_word, telling, when
from pages.parts.saving import save_button
from pages.parts.text import digits, named, t, viewer_words
from pages.parts.titled import section_heading
from pages.parts.when import as_of
from publishers.opendata.registers_csv import written
from telling.blocks import Block, Link
from telling.file_names import file_name
from telling.procedures import value_word

CHANNELS_OFFERED = 60
AT_ONCE = 10  # procedures shown on a phone; the rest of a page is collapsed


def procedure_list(register: Counted) -> None:
    """Draw the filters, one page of matching procedures, and the download of all matches as CSV."""
    section_heading(t("list_heading"))
    bureaus, current_telling = bureau_names(), telling()
    present = cached.made("present", make=lambda: _present(register))
    offered = {
        "bureau": [code or "-" for code in bureaus if code in present["bureau"]],
        "status": [s for s in (*STATUSES, ENDED) if s in present["status"]],
        **{name: sorted(present[name]) for name in ("process_type", "applicant", "authority")},
        "channel": cached.made("channels", make=lambda: _offered(register)),
        "priority": ["yes", "no"], "due": ["planned", "overdue"], "smartphone": ["yes", "no", "unknown"],
    }  # fmt: skip

    def word(name: str, value: str) -> str:
        if name in ("status", "due", "smartphone"):
            return t({"status": f"digital_{value}", "due": f"due_{value}"}.get(name, f"answer_{value}"))
        return value_word(current_telling, name, "" if value == "-" else value)

    wanted = {"q": search_input("q", t("reg_by_q"), t("search_example"), resets=("page",))}
    with st.grid(4, min_column_width=150):
        for name, options in offered.items():
            wanted[name] = filter_by(name, options, t(f"reg_by_{name}"), partial(word, name), resets=("page",))
    wanted_filter = Filter(**wanted)
    total, rows = cached.moment().search(wanted_filter, page=1)
    if not total:
        prose.info(t("list_none"), icon=":material/search_off:")
        return
    page = choose_page("page", t("page_number"), (total - 1) // PAGE_SIZE + 1)
    if page != 1:
        total, rows = cached.moment().search(wanted_filter, page=page)
    first = (page - 1) * PAGE_SIZE + 1
    prose.caption(
        t("list_found", total=digits(total), first=digits(first), last=digits(first + len(rows) - 1)) + " ・ " + t("list_share")
    )
    shown = cached.searched(
        "procedures shown", key=(wanted_filter, page, address.path("procedures")), make=lambda: _shown(rows, bureaus)
    )  # fmt: skip
    with st.container(key="as_grid_procedures"):
        show_grid(shown)
    with st.container(key="as_blocks_procedures"):  # for phones and print, where a grid of up to thirteen columns is unreadable
        texts_table(
            cached.searched(
                "procedures in blocks",
                key=(wanted_filter, page, address.path("procedures")),
                make=lambda: _in_blocks(rows, bureaus, total),
            )
        )
    if settings().mode == "office":  # the open API is closed in this mode
        name = file_name("procedures", *asdict(wanted_filter).values(), as_of().isoformat(), ending=".csv")
        save_button(t("list_csv"), partial(written, cached.moment(), wanted_filter), name, key="csv_procedures")
    else:
        query = urlencode({name: value for name, value in {**asdict(wanted_filter), **when()}.items() if value})
        st.link_button(t("list_csv"), address.below(f"/api/v1/procedures.csv?{query}"), icon=":material/download:")


def _shown(rows: list[ProcedureOnDay], bureaus: dict[str, str]) -> ShownGrid:
    link = f"{address.path('procedures')}&code="
    frame = pd.DataFrame(
        [
            {
                t("open_row"): link + row.procedure_code, t("col_name"): named(row),
                t("col_bureau"): bureaus.get(row.bureau_code or "", ""), t("col_status"): t(f"digital_{row.status}"),
                t("col_type"): t(f"process_{row.process_type}"), t("col_applicant"): t(f"party_{row.applicant}"),
                t("col_channel"): row.online_channel, t("col_cases"): row.applications_count,
                t("col_online_cases"): row.online_count, t("col_online_day"): day_word(row.digitised_date, row.digitised_precision),
                t("col_due"): day_word(row.planned_for, row.planned_for_precision),
                t("col_phone"): t(f"answer_{row.smartphone_ready}"), t("col_law"): row.law_name,
            }
            for row in rows
        ]
    )  # fmt: skip
    columns = without_empty_columns(frame, blank_words=(t("process_unknown"), t("party_unknown"), t("answer_unknown")))
    number = st.column_config.NumberColumn(format="localized")
    return grid(
        arrow_of(columns), height=420, alt=t("list_heading"),
        column_config={
            t("open_row"): st.column_config.LinkColumn(display_text=r"code=(.+)$", width="small"),
            t("col_name"): st.column_config.TextColumn(width=340), t("col_channel"): st.column_config.TextColumn(width=170),
            t("col_status"): st.column_config.TextColumn(width=150), t("col_phone"): st.column_config.TextColumn(width=90),
            t("col_cases"): number, t("col_online_cases"): number,
        },
    )  # fmt: skip


def _in_blocks(rows: list[ProcedureOnDay], bureaus: dict[str, str], total: int) -> Texts:
    """Return the same rows with what citizens ask of each: whether it can be done online, since when, and at which bureau."""
    link = f"{address.path('procedures')}&code="
    columns = (t("col_name"), t("col_status"), t("col_bureau"), t("col_online_day"), t("col_due"))
    blocks = tuple(
        (
            Link(named(row), link + row.procedure_code), t(f"digital_{row.status}"), bureaus.get(row.bureau_code or "", ""),
            day_word(row.digitised_date, row.digitised_precision), day_word(row.planned_for, row.planned_for_precision),
        )
        for row in rows
    )  # fmt: skip
    listed = Block(key="procedures", title=t("list_heading"), columns=columns, rows=blocks)
    return replace(texts_of(listed, viewer_words(), first=AT_ONCE), beyond=total - len(rows))


def _present(register: Counted) -> dict[str, set[str]]:
    names = ("bureau", "process_type", "applicant", "authority", "status")
    return {name: {getattr(g, name) for g in register.groups} for name in names}


def _offered(register: Counted) -> list[str]:
    return [name for name in channels(register.channels) if name][:CHANNELS_OFFERED]
