"""A page that shows all of something, or the one that its address names by ``code``."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Protocol, TypeVar

import streamlit as st

from kpis.as_text import markdown
from pages.parts import address, prose
from pages.parts.choices import LONGEST
from pages.parts.menu import page
from pages.parts.text import t
from pages.parts.titled import page_heading


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
        page_heading(t(f"nav_{name}"))
        prose.info(t("empty"), icon=":material/info:")
        return
    by_code = {report.code: report for report in reports}
    report_asked = by_code.get(asked_code(by_code.keys(), unknown))
    if report_asked is None:
        every()
        return
    back_link(name, t(back))
    one(report_asked)


def asked_code(codes: Container[str], unknown: str) -> str:
    """Return the code that the address names, or a blank; one that is not known is named at the head of the page.

    Args:
        codes: those there are.
        unknown: key of the words for a code that is not known.
    """
    return address.settle(
        "code", default="", read=lambda raw: raw if raw in codes else None,
        refuse=lambda raw, _: t(unknown, code=markdown(raw[:LONGEST])), widget=False,
    )  # fmt: skip


def back_link(name: str, label: str) -> None:
    """Lead from one back to all, in the same view."""
    st.page_link(page(name), label=label, icon=":material/arrow_back:", query_params=address.link())
