"""The meeting material of a quarter, offered as a workbook to edit and as an HTML page to print."""

from __future__ import annotations

import streamlit as st

from kpis.as_text import markdown
from pages.parts import cached, prose
from pages.parts.data_table import texts_table
from pages.parts.entry import enter
from pages.parts.quarter_material import choose_quarter, material, next_steps, quarters_or_stop
from pages.parts.saving import save_button
from pages.parts.text import language, t
from pages.parts.titled import page_heading, section_heading
from publishers.meeting.page import report_page
from publishers.meeting.workbook import report_book

enter()

chosen = choose_quarter(quarters_or_stop("nav_report"))
shown = cached.made("report", code=chosen, make=lambda: material(chosen))
page_heading(markdown(shown.of.title))
prose.caption(t("report_lead"))
with st.container(horizontal=True):
    name = f"report-{chosen}-{language()}"
    # Both are made only on click: they take longer than the page, and few download them.
    save_button(t("report_save_book"), lambda: report_book(shown.of), f"{name}.xlsx", icon=":material/table_view:", type="primary")
    save_button(t("report_save_page"), lambda: report_page(shown.of).encode(), f"{name}.html", icon=":material/print:")
left, right = st.columns([5, 3], gap="medium")
with left:
    prose.markdown("\n".join(f"- {markdown(sentence)}" for sentence in shown.sentences))
with right:
    next_steps()
for heading, table in (("report_changes", shown.changed), ("report_bureaus", shown.reported)):
    if table.shown:
        section_heading(t(heading))
        texts_table(table)
