"""The words of the pages in the viewer's language."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import streamlit as st

from kpis import text
from kpis.languages import SOURCE, codes, say

_settled: ContextVar[str] = ContextVar("language", default=SOURCE)  # a page may fail before its language is known


def settle_language(chosen: str) -> None:
    """Settle the language of this run; Japanese where there is no such language."""
    _settled.set(chosen if chosen in codes() else SOURCE)


def language() -> str:
    """Return the language, as settled when the run began."""
    return _settled.get()


def t(key: str, **values: object) -> str:
    """Return the words for a key in the viewer's language, with values filled in."""
    return say(key, language(), **values)


def digits(value: float, form: str = ",") -> str:
    """Write a number in digits, in the viewer's language; ``form`` as ``text.format_number`` takes it."""
    return text.format_number(value, language(), form)


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


def named(row: Mapping[str, Any] | object, field: str = "name") -> str:
    """Return a text of a row in the viewer's language, else in Japanese."""
    return text.named(row, field, language())
