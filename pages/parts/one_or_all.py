"""Pages that show either all items, or the one item named by ``code`` in the address."""

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
    """An item with a code that the address can contain."""

    @property
    def code(self) -> str:
        """Return the code of the item."""
        ...


T = TypeVar("T", bound=Coded)


def one_or_all(
    name: str, reports: Sequence[T], *, one: Callable[[T], None], every: Callable[[], None], back: str, unknown: str
) -> None:
    """Draw the item named by the address with a link back to all, or all items.

    Args:
        reports: all items; if there are none, a notice is drawn.
        back: message key of the link back to all.
        unknown: message key of the notice on an unknown ``code``.
    """
    if not reports:
        page_heading(t(f"nav_{name}"))
        prose.info(t("empty"), icon=":material/info:")
        return
    by_code = {report.code: report for report in reports}
    named_report = by_code.get(code_in_address(by_code.keys(), unknown))
    if named_report is None:
        every()
        return
    back_link(name, t(back))
    one(named_report)


def code_in_address(codes: Container[str], unknown: str) -> str:
    """Return the code in the address, or ""; an unknown one is reported at the head of the page.

    Args:
        codes: existing codes.
        unknown: message key of the notice on an unknown code.
    """
    return address.settle(
        "code", default="", read=lambda raw: raw if raw in codes else None,
        refuse=lambda raw, _: t(unknown, code=markdown(raw[:LONGEST])), widget=False,
    )  # fmt: skip


def back_link(name: str, label: str) -> None:
    """Draw the link from one item back to all, in the same view."""
    st.page_link(page(name), label=label, icon=":material/arrow_back:", query_params=address.link())
