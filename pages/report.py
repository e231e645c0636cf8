"""The meeting material of a quarter: as a workbook to edit, and as a page to print."""

from __future__ import annotations

import streamlit as st

from kpis.as_text import markdown
from kpis.periods import parse_period
from pages.parts import cached
from pages.parts.asked import choose
from pages.parts.entry import enter, stop
from pages.parts.text import language, t
from pages.parts.titled import page_heading
from publishers.meeting.page import report_page
from publishers.meeting.workbook import report_book
from telling.meeting import QuarterReport, last_reported, quarter_report, quarters

enter()


def material(code: str) -> tuple[QuarterReport, list[str], bytes]:
    """Return the material of a quarter, its sentences and the page to print."""
    made = quarter_report(cached.moment().state, code, language=language(), known_at=cached.moment().known_at)
    return made, made.sentences(), report_page(made).encode()


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
shown, sentences, sheet = cached.made("report", code=chosen, make=lambda: material(chosen))
page_heading(markdown(shown.title))
st.caption(t("report_lead"))
with st.container(horizontal=True):
    st.download_button(  # the workbook is laid out when it is asked for: that takes longer than the page, and few take it with them
        t("report_save_book"), lambda: report_book(shown), f"report-{chosen}-{language()}.xlsx", icon=":material/table_view:", type="primary", on_click="ignore",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )  # fmt: skip
    st.download_button(
        t("report_save_page"), sheet, f"report-{chosen}-{language()}.html", "text/html", icon=":material/print:", on_click="ignore"
    )
st.markdown("\n".join(f"- {markdown(sentence)}" for sentence in sentences))
