"""What a page is called in the tab and the bookmark of the browser: what it is about, then the site."""

from __future__ import annotations

import streamlit as st

from pages.parts import prose
from pages.parts.text import t

BETWEEN = " — "


def title_of(*about: str) -> str:
    """Return the title of a page: what it is about, the nearest first (an indicator, its bureau); blanks are left out."""
    return BETWEEN.join([*filter(None, about), t("site")])


def titled(*about: str) -> None:
    """Call the page shown by what it is about; of several titles in one run the last counts, and nothing else is changed."""
    st.set_page_config(page_title=title_of(*about))


def page_heading(text: str) -> None:
    """Show what a page says first (markdown)."""
    prose.heading(1, text)


def section_heading(text: str, *, anchor: str | None = None) -> None:
    """Show what a part of a page is about (markdown)."""
    prose.heading(2, text, anchor=anchor)


def part_heading(text: str, *, anchor: str | None = None) -> None:
    """Show what a part of a section is about (markdown)."""
    prose.heading(3, text, anchor=anchor)
