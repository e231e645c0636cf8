"""The meeting material of a quarter: as a workbook to edit, and as a page to print."""

from __future__ import annotations

import streamlit as st

from kpis.as_text import markdown
from kpis.periods import parse_period, quarter_code
from pages.parts import cached
from pages.parts.asked import choose
from pages.parts.entry import as_of, enter, stop
from pages.parts.text import language, t
from publishers.meeting.page import report_page
from publishers.meeting.workbook import report_book
from telling.meeting import QuarterReport, quarter_report

enter()


def material(code: str) -> tuple[QuarterReport, list[str], bytes]:
    """Return the material of a quarter, its sentences and the page to print."""
    made = quarter_report(cached.moment().state, code, language=language(), known_at=cached.moment().known_at)
    return made, made.sentences(), report_page(made).encode()


figures = {quarter_code(s.judgement.figure.period.end) for s in cached.moment().whole if s.judgement.figure}
quarters = sorted({quarter_code(f.period.end) for s in cached.moment().whole for f in s.figures} | figures, reverse=True)
quarters = [code for code in quarters if parse_period(code).end <= as_of()]
if not quarters:
    st.title(t("nav_report"))
    st.info(t("report_none"), icon=":material/info:")
    stop()
chosen = choose(
    "period", quarters, t("report_choose"), lambda code: parse_period(code).label(language()), default=quarters[0], is_whole=True
)
shown, sentences, sheet = cached.made("report", code=chosen, make=lambda: material(chosen))
st.title(markdown(shown.title))
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
