"""Titles: of a page in browser tab and bookmarks (subject, then site), and headings within a page."""

from __future__ import annotations

import streamlit as st

from pages.parts import prose
from pages.parts.text import t

BETWEEN = " — "


def title_of(*about: str) -> str:
    """Return the browser title of a page: its subjects, the most specific first (an indicator, its bureau), then the site; blanks omitted."""
    return BETWEEN.join([*filter(None, about), t("site")])


def set_title(*about: str) -> None:
    """Set the browser title of the page; of several calls in one run the last counts, and no other setting changes."""
    st.set_page_config(page_title=title_of(*about))


def page_heading(text: str) -> None:
    """Draw the title of a page (Markdown, level 1)."""
    prose.heading(1, text)


def section_heading(text: str, *, anchor: str | None = None) -> None:
    """Draw the heading of a section (Markdown, level 2)."""
    prose.heading(2, text, anchor=anchor)


def part_heading(text: str, *, anchor: str | None = None) -> None:
    """Draw the heading of a subsection (Markdown, level 3)."""
    prose.heading(3, text, anchor=anchor)
