"""One way each to show a table of data (a grid, as wide as the page) and one of texts, which are read in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.parts.text import t
from publishers.site.seen import listing
from telling.blocks import Block
from telling.words import Words

EMPTY_CELL = "―"


def data_table(data: Any, **more: Any) -> None:
    """Show a table of data.

    Args:
        data: what ``st.dataframe`` takes.
        more: of its other arguments, as ``height``, ``column_config`` and ``alt``.
    """
    st.dataframe(data, hide_index=True, width="stretch", placeholder=EMPTY_CELL, **more)


@dataclass(frozen=True, slots=True)
class Texts:
    """A table of texts as it is sent: the rows that are shown at once, those that are folded away, and how many these are."""

    shown: str
    folded: str = ""
    more: int = 0


def texts_of(block: Block, words: Words, *, first: int = 0) -> Texts:
    """Make a table of texts; with ``first``, so many rows at once and the rest folded away, unless that is a single one."""
    total = len(block.rows)
    if not first or total <= first + 1:
        return Texts(listing(block, words)) if total else Texts("")
    return Texts(listing(block, words, last=first), listing(block, words, first=first), total - first)


def texts_table(made: Texts) -> None:
    """Show a table of texts."""
    st.html(made.shown)
    if made.folded:
        with st.expander(t("pack_more", count=made.more)):
            st.html(made.folded)
