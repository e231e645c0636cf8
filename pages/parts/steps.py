"""A step taken from a page: what came of it is said at the head of the page that is shown next, a refusal where it was asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpis.as_text import markdown
from kpis.errors import MierukaError
from pages.parts import prose
from pages.parts.text import language

_SAID = "step_said"


def take(step: Callable[[], object], said: str = "") -> None:
    """Take a step and run the page again; a refusal is said here and now.

    Args:
        step: raises ``MierukaError`` where it is refused.
        said: what ``say_what_came`` says of it.
    """
    try:
        step()
    except MierukaError as refused:
        prose.error(markdown(refused.in_language(language())), icon=":material/block:")
        return
    say_next(said)


def say_next(said: str) -> None:
    """Run the page again, which then says this."""
    st.session_state[_SAID] = said
    st.rerun()


def say_what_came() -> None:
    """Say what came of the step taken last, once."""
    if said := st.session_state.pop(_SAID, ""):
        prose.success(said, icon=":material/check_circle:")
