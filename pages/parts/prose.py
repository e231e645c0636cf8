"""Texts of a page drawn with Streamlit, without a line break inside a date, a period, a count or a name with its number.

Where HTML is possible (texts, captions, headings), such units are wrapped in elements, which leave no trace in copied text. Zero-width
characters, which do, are used only where HTML is impossible: in coloured message boxes, in headings with an anchor, and for a unit next
to a Markdown marker (``**``), which an element would disable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import streamlit as st

from kpis.line_breaks import PLACE, joined, on_one_line, with_places, with_wholes
from publishers.site.lines import placed, unbroken

_LEFT = re.compile(r"(`+.+?`+|\]\([^)\s]*\)|</?[A-Za-z][^>]*>)", re.S)  # left unchanged: code, the address of a link, a tag
_PAIR = re.compile("(?<=の)[一-\u9fff]{2}(?=[、。])")  # a word that Chromium takes for two at the end of a line: 判定の方法、
_MARKS = "*_~"
_LEVELS: dict[int, Callable[..., object]] = {1: st.title, 2: st.header, 3: st.subheader}


@lru_cache(maxsize=4096)  # every run draws the same texts; uncached, this was a seventh of the time of a page of definitions
def with_elements(text: str) -> str:
    """Return Markdown with unbreakable units in elements (next to a marker: zero-width characters); text with HTML gets only the latter."""
    made = on_one_line if "<" in text else _with_elements
    return "".join(part if at % 2 else made(part) for at, part in enumerate(_LEFT.split(text)))


def _with_elements(text: str) -> str:
    return placed(with_wholes(text, _kept))


def _kept(whole: re.Match[str]) -> str:
    beside = whole.string[max(0, whole.start() - 1) : whole.start()], whole.string[whole.end() : whole.end() + 1]
    return joined(whole) if any(sign and sign in _MARKS for sign in beside) else unbroken(whole)


@lru_cache(maxsize=4096)
def with_signs(text: str) -> str:
    """Return Markdown with unbreakable units held together by zero-width characters: for boxes and table cells without HTML."""
    return "".join(part if at % 2 else on_one_line(part) for at, part in enumerate(_LEFT.split(text)))


def in_cell(text: str) -> str:
    """Return Markdown for a cell of a small table: as ``with_signs``, with possible line breaks inside long compounds."""
    return with_places(with_signs(text))


def _show(show: Callable[..., object], text: str, **given: Any) -> None:
    made = with_elements(text)
    show(made, unsafe_allow_html="<" in made and "<" not in text, **given)  # only if all HTML in it was added here


def markdown(text: str, **given: Any) -> None:
    """Draw a Markdown text; ``given`` are further arguments of ``st.markdown``."""
    _show(st.markdown, text, **given)


def caption(text: str, **given: Any) -> None:
    """Draw a Markdown text as a caption; ``given`` are further arguments of ``st.caption``."""
    _show(st.caption, text, **given)


def info(text: str, **given: Any) -> None:
    """Draw an information box; ``given`` are further arguments of ``st.info``."""
    st.info(with_signs(text), **given)


def success(text: str, **given: Any) -> None:
    """Draw a success box; ``given`` are further arguments of ``st.success``."""
    st.success(with_signs(text), **given)


def warning(text: str, **given: Any) -> None:
    """Draw a warning box; ``given`` are further arguments of ``st.warning``."""
    st.warning(with_signs(text), **given)


def error(text: str, **given: Any) -> None:
    """Draw an error box; ``given`` are further arguments of ``st.error``."""
    st.error(with_signs(text), **given)


@lru_cache(maxsize=1024)
def _in_heading(text: str) -> str:
    return _PAIR.sub(unbroken, with_elements(with_places(text)).replace(PLACE, "<wbr>"))


def heading(level: int, text: str, *, anchor: str | None = None) -> None:
    """Draw a Markdown heading of level 1 to 3; lines may break between the words of long compounds."""
    made = _in_heading(text)
    if "<" in text or "<" not in made or anchor:
        _LEVELS[level](with_places(with_signs(text)), anchor=anchor)
    else:
        st.markdown(f"{'#' * level} {made}", unsafe_allow_html=True)
