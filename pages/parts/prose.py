"""Texts of a page as Streamlit shows them, in which no line ends within a day, a period, a count or a name with its number.

What takes HTML (texts, small print, headings) is kept together by elements, of which nothing goes along when it is copied. Signs without
width, which do, are left to what takes none: messages in a coloured box, headings with an anchor of their own, and a whole beside a mark of
markdown (``**``), which an element would take the force from.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import streamlit as st

from kpis.line_breaks import PLACE, joined, on_one_line, with_places, with_wholes
from publishers.site.lines import placed, unbroken

_LEFT = re.compile(r"(`+.+?`+|\]\([^)\s]*\))", re.S)  # code, and the address of a link
_MARKS = "*_~"
_LEVELS: dict[int, Callable[..., object]] = {1: st.title, 2: st.header, 3: st.subheader}


@lru_cache(maxsize=4096)  # the texts of the pages, which every run says again; it took a seventh of a page of definitions
def with_elements(text: str) -> str:
    """Return markdown whose wholes are held together by elements, by signs beside a mark; what holds HTML already has signs alone."""
    made = on_one_line if "<" in text else _with_elements
    return "".join(part if at % 2 else made(part) for at, part in enumerate(_LEFT.split(text)))


def _with_elements(text: str) -> str:
    return placed(with_wholes(text, _kept))


def _kept(whole: re.Match[str]) -> str:
    beside = whole.string[max(0, whole.start() - 1) : whole.start()], whole.string[whole.end() : whole.end() + 1]
    return joined(whole) if any(sign and sign in _MARKS for sign in beside) else unbroken(whole)


@lru_cache(maxsize=4096)
def with_signs(text: str) -> str:
    """Return markdown whose wholes are held together by signs: for boxes, and cells of a table that take no HTML."""
    return "".join(part if at % 2 else on_one_line(part) for at, part in enumerate(_LEFT.split(text)))


def in_cell(text: str) -> str:
    """Return markdown for a cell of a small table: held together by signs, with places in its long compounds."""
    return with_places(with_signs(text))


def _show(show: Callable[..., object], text: str, **given: Any) -> None:
    made = with_elements(text)
    show(made, unsafe_allow_html="<" in made and "<" not in text, **given)  # where all HTML in it is ours


def markdown(text: str, **given: Any) -> None:
    """Show a text."""
    _show(st.markdown, text, **given)


def caption(text: str, **given: Any) -> None:
    """Show small print."""
    _show(st.caption, text, **given)


def info(text: str, **given: Any) -> None:
    """Say something in a box."""
    st.info(with_signs(text), **given)


def success(text: str, **given: Any) -> None:
    """Say in a box that something was done."""
    st.success(with_signs(text), **given)


def warning(text: str, **given: Any) -> None:
    """Say in a box what to look out for."""
    st.warning(with_signs(text), **given)


def error(text: str, **given: Any) -> None:
    """Say in a box what does not go."""
    st.error(with_signs(text), **given)


@lru_cache(maxsize=1024)
def _in_heading(text: str) -> str:
    return with_elements(with_places(text)).replace(PLACE, "<wbr>")


def heading(level: int, text: str, *, anchor: str | None = None) -> None:
    """Show a heading, in whose long compounds a line may end where their words meet."""
    made = _in_heading(text)
    if "<" in text or "<" not in made or anchor:
        _LEVELS[level](with_places(with_signs(text)), anchor=anchor)
    else:
        st.markdown(f"{'#' * level} {made}", unsafe_allow_html=True)
