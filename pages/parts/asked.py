"""Choices that stand in the address, so that a view can be shared: codes, never words in one language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st

FIRST_DAY = date(2016, 4, 1)  # no figure is older


def asked_day(name: str, *, last: date) -> date | None:
    """Return the day that the address names; ``None`` where it names none between ``FIRST_DAY`` and the last."""
    try:
        day = date.fromisoformat(st.query_params.get(name, ""))
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= last else None


def follow(name: str, value: str) -> None:
    """Let the address say what was chosen meanwhile, where it names this at all; a blank takes it out."""
    if name in st.query_params and st.query_params[name] != value:
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def choose(
    name: str, options: Sequence[str], label: str, word: Callable[[str], str], *, default: str = "", resets: str = ""
) -> str:
    """Show a list whose choice is kept in the address under ``name``.

    Args:
        name: of the query parameter.
        options: codes; the default is added in front where it is not among them.
        label: above the list.
        word: code → word in the viewer's language.
        default: chosen where the address says nothing, and then left out of it.
        resets: another parameter that a change takes out, as ``page``.
    """
    known = list(options) if default in options else [default, *options]
    asked = st.query_params.get(name, default)
    start = known.index(asked) if asked in known else known.index(default)
    chosen = st.selectbox(label, known, index=start, format_func=word, key=f"{name}_{asked}")
    return _keep(name, chosen, asked if asked in known else default, default, resets)


def choose_part(name: str, options: Sequence[str], label: str, word: Callable[[str], str]) -> str:
    """Show a few choices side by side, the first being the default, kept in the address under ``name``."""
    asked = st.query_params.get(name, options[0])
    start = asked if asked in options else options[0]
    chosen = st.segmented_control(label, options, default=start, format_func=word, key=f"{name}_{asked}", required=True)
    return _keep(name, chosen or start, start, options[0], "")


def write_words(name: str, label: str, example: str, *, resets: str = "") -> str:
    """Show a search box whose words are kept in the address under ``name``; the example stands in it while it is empty."""
    asked = st.query_params.get(name, "")
    words = st.text_input(
        label, value=asked, max_chars=100, key=f"{name}_{asked}", type="search", icon=":material/search:", placeholder=example
    )
    return _keep(name, (words or "").strip(), asked, "", resets)


def turn_pages(name: str, pages: int) -> int:
    """Show page numbers and return the page chosen, counted from 1; it is kept in the address under ``name``."""
    asked = min(written_page(name), pages)
    chosen = int(st.pagination(pages, default=asked, key=f"{name}_{asked}_{pages}"))
    return int(_keep(name, str(chosen), str(asked), "1", ""))


def written_page(name: str) -> int:
    """Return the page that the address names, counted from 1; 1 where it names none."""
    written = st.query_params.get(name, "1")
    return max(int(written), 1) if written.isdecimal() else 1


def _keep(name: str, chosen: str, asked: str, default: str, resets: str) -> str:
    if chosen != asked:
        if chosen == default:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = chosen
        if resets:
            st.query_params.pop(resets, None)
    return chosen
