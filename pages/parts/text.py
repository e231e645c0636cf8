"""The words of the pages in the viewer's language."""

from __future__ import annotations

from contextvars import ContextVar

import streamlit as st

from kpis.languages import SOURCE, codes, say

_settled: ContextVar[str] = ContextVar("language")


def settle_language(chosen: str) -> None:
    """Settle the language of this run; Japanese where there is no such language."""
    _settled.set(chosen if chosen in codes() else SOURCE)


def language() -> str:
    """Return the language, as settled when the run began."""
    return _settled.get()


def t(key: str, **values: object) -> str:
    """Return the words for a key in the viewer's language, with values filled in."""
    return say(key, language(), **values)


def fine_print(markdown: str) -> None:
    """Show small text that holds links or badges: a caption fades them below the contrast of 4.5 that WCAG asks for."""
    st.markdown(f":small[{markdown}]")


def in_brackets(text: str) -> str:
    """Put a remark in brackets, as the viewer's language writes them."""
    return t("in_brackets", text=text)


def linked(title: str, url: str | None) -> str:
    """Return a title as a link in markdown, or as it is where there is no address."""
    plain = title.replace("[", "［").replace("]", "］")
    return f"[{plain}]({url})" if url else plain


def named(row: dict[str, str] | object, field: str = "name") -> str:
    """Return ``<field>_en`` for an English viewer where there is one, else ``<field>_ja``."""
    names = (f"{field}_en", f"{field}_ja") if language() == "en" else (f"{field}_ja",)
    for name in names:
        if value := row.get(name) if isinstance(row, dict) else getattr(row, name):
            return value
    return ""
