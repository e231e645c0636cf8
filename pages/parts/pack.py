"""Downloads for a meeting: the pack as PDF and slides, the workbook, and the page to print; each is made on click."""

from __future__ import annotations

import streamlit as st

from pages.parts import prose
from pages.parts.saving import save_button
from pages.parts.text import language, t
from publishers.fonts import has_japanese
from publishers.meeting.page import report_page
from publishers.meeting.pdf import pack_pdf
from publishers.meeting.slides import pack_slides
from publishers.meeting.workbook import report_book
from telling.agenda import Agenda


def downloads(agenda: Agenda) -> None:
    """Draw the download buttons; without a font for Japanese, a notice on what to install replaces the PDF."""
    name = f"meeting-{agenda.report.period.code}-{language()}"
    with st.container(horizontal=True):
        if has_japanese():
            pdf_icon = ":material/picture_as_pdf:"
            save_button(t("pack_save_pdf"), lambda: pack_pdf(agenda), f"{name}.pdf", icon=pdf_icon, type="primary")
        save_button(t("pack_save_slides"), lambda: pack_slides(agenda), f"{name}.pptx", icon=":material/co_present:")
        save_button(t("report_save_book"), lambda: report_book(agenda.report), f"{name}.xlsx", icon=":material/table_view:")
        save_button(t("report_save_page"), lambda: report_page(agenda.report).encode(), f"{name}.html", icon=":material/print:")
    if not has_japanese():
        prose.warning(t("pack_without_font_here"), icon=":material/font_download_off:")
