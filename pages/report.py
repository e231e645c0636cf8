"""The meeting material of a quarter: as a workbook to edit, and as a page to print."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from kpis.as_text import markdown
from kpis.periods import parse_period
from pages.parts import address, cached
from pages.parts.asked import choose
from pages.parts.data_table import Texts, texts_of, texts_table
from pages.parts.entry import enter, stop
from pages.parts.menu import page
from pages.parts.text import language, t
from pages.parts.titled import page_heading, section_heading
from publishers.meeting.page import report_page
from publishers.meeting.workbook import report_book
from publishers.site.labels import picked
from telling.meeting import QuarterReport, changes, coverage, last_reported, quarter_report, quarters

AT_ONCE = 8  # rows of a table; the rest is folded away
# Columns of what bureaus reported: the whole is told on other pages, a value bears its unit, and the page says that all is a sample.
REPORTED = (0, 1, 2, 3, 4, 7, 8)
NEXT = ("review", "meeting", "publish")  # what the office does with the material, in this order

enter()


@dataclass(frozen=True, slots=True)
class Material:
    """The material of a quarter as its page shows it; ``changed`` and ``reported`` are tables, blank where there is nothing of them."""

    of: QuarterReport
    sentences: tuple[str, ...]
    sheet: bytes
    changed: Texts
    reported: Texts


def material(code: str) -> Material:
    """Gather the material of a quarter, and lay out its page to print and its tables."""
    made = quarter_report(cached.moment().state, code, language=language(), known_at=cached.moment().known_at)
    told = coverage(made)
    told = replace(
        told, columns=tuple(picked(told.columns, REPORTED)), rows=tuple(tuple(picked(row, REPORTED)) for row in told.rows)
    )
    return Material(
        of=made, sentences=tuple(made.sentences()), sheet=report_page(made).encode(),
        changed=texts_of(changes(made), made.words, first=AT_ONCE), reported=texts_of(told, made.words, first=AT_ONCE),
    )  # fmt: skip


def next_steps() -> None:
    """Lead to what is done with the material next: to the pages that this viewer may use."""
    leads = [each for each in NEXT if page(each).visibility == "visible"]
    if leads:
        with st.container(border=True):
            section_heading(t("report_next"))
            for each in leads:
                st.page_link(
                    page(each), label=t(f"report_next_{each}"), icon=":material/arrow_forward:", query_params=address.link()
                )


listed = quarters(cached.moment())
if not listed:
    page_heading(t("nav_report"))
    st.info(t("report_none"), icon=":material/info:")
    stop()
chosen = choose(
    "period",
    listed,
    t("report_choose"),
    lambda code: parse_period(code).label(language()),
    default=last_reported(cached.moment()),
    is_whole=True,
)
shown = cached.made("report", code=chosen, make=lambda: material(chosen))
page_heading(markdown(shown.of.title))
st.caption(t("report_lead"))
with st.container(horizontal=True):
    st.download_button(  # the workbook is laid out when it is asked for: that takes longer than the page, and few take it with them
        t("report_save_book"), lambda: report_book(shown.of), f"report-{chosen}-{language()}.xlsx", icon=":material/table_view:", type="primary", on_click="ignore",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )  # fmt: skip
    st.download_button(
        t("report_save_page"),
        shown.sheet,
        f"report-{chosen}-{language()}.html",
        "text/html",
        icon=":material/print:",
        on_click="ignore",
    )
left, right = st.columns([5, 3], gap="medium")
with left:
    st.markdown("\n".join(f"- {markdown(sentence)}" for sentence in shown.sentences))
with right:
    next_steps()
for heading, table in (("report_changes", shown.changed), ("report_bureaus", shown.reported)):
    if table.shown:
        section_heading(t(heading))
        texts_table(table)
