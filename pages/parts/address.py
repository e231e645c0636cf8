"""A page that shows all of something, or the one that its address names by ``code``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import streamlit as st

from pages.parts.entry import page
from pages.parts.text import language, t


class Coded(Protocol):
    """What an address can name."""

    @property
    def code(self) -> str:
        """Return the code in the address."""
        ...


T = TypeVar("T", bound=Coded)


def one_or_all(
    name: str, reports: Sequence[T], *, one: Callable[[T], None], every: Callable[[], None], back: str, unknown: str
) -> None:
    """Show the report that the address names, with the way back, or all of them; a code that is not known is named.

    Args:
        name: of the page.
        reports: everything there is; where there is nothing, that is said.
        one: shows one report.
        every: shows all.
        back: key of the words for the way back to all.
        unknown: key of the words for a ``code`` that is not known.
    """
    if not reports:
        st.title(t(f"nav_{name}"))
        st.info(t("empty"), icon=":material/info:")
        return
    asked = st.query_params.get("code", "")
    found = next((report for report in reports if report.code == asked), None)
    if found is not None:
        st.page_link(page(name), label=t(back), icon=":material/arrow_back:", query_params={"lang": language()})
        one(found)
        return
    if asked:
        st.warning(t(unknown, code=asked), icon=":material/search_off:")
    every()
