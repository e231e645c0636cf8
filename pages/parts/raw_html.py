"""Drawing of HTML made by this program."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st
from streamlit.elements.lib.layout_utils import Width

from pages.parts.text import language
from publishers.site.foreign import marked
from publishers.site.lines import lined


class _Ready(str):
    """HTML marked by ``_repr_html_``: Streamlit searches plain strings for common indentation, a twentieth of a page's time."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


def draw_html(body: str, *, width: Width = "stretch") -> None:
    """Draw HTML, with line breaks only between words, and with the language of what is Japanese on a page of another.

    Args:
        body: the HTML; the caller has escaped all text from outside.
        width: as ``st.html`` takes it.
    """
    st.html(_Ready((_long if len(body) > _SHORT else _short)(body, language())), width=width)


def draw_for_paper(images: str) -> None:
    """Draw a chart's images for print, made by ``charts.svg.printed``; they are hidden on screens and contain no text to break."""
    st.html(_Ready(images))


# Setting the line breaks of a page's tables takes 3 to 11 ms of its 60 to 100, of its short texts up to 1 of 20; the results are the
# same in the next run of any viewer, hence the caches.
_SHORT = 2_000


def _made(body: str, code: str) -> str:
    return marked(str(lined(body)), code)


_long, _short = lru_cache(maxsize=64)(_made), lru_cache(maxsize=1024)(_made)
