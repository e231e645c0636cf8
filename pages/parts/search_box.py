"""The search box of every page, and the drawing of a search result."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st
from markupsafe import escape

from pages.parts import address
from pages.parts.raw_html import draw_html
from pages.parts.text import t
from pages.parts.viewer import is_let_in
from telling.search import Result

_PAGE = "search"
_BOX, _SUBMITTED = "find", "find_asked"
LONGEST = 100


def search_box(shown: str) -> str:
    """Draw the search box, except on the page of results, which has its own; return a newly submitted text once, else "".

    Args:
        shown: URL path of the running page.
    """
    if not is_let_in() or shown == _PAGE:
        return ""
    st.text_input(
        t("search_box"), key=_BOX, max_chars=LONGEST, type="search", icon=":material/search:", placeholder=t("search_box"),
        label_visibility="collapsed", on_change=_sent, width=118,
    )  # fmt: skip
    return str(st.session_state.pop(_SUBMITTED, ""))


def _sent() -> None:
    st.session_state[_SUBMITTED], st.session_state[_BOX] = st.session_state[_BOX].strip(), ""


def shown(answer: Result) -> None:
    """Draw one search result: its kind, its title as a link, and a line of context."""
    place = address.below(f"/{answer.page}?{urlencode(address.link(**answer.query))}") + (
        f"#{answer.anchor}" if answer.anchor else ""
    )
    draw_html(
        f'<p class="result"><span>{escape(t(f"search_kind_{answer.kind}"))}</span> <a href="{escape(place)}" target="_self">'
        f"{escape(answer.title)}</a><br>{escape(answer.context)}</p>"
    )
