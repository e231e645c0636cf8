"""A step taken from a page: what came of it is said at the head of the page that is shown next, a refusal where it was asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpis.as_text import markdown
from kpis.errors import MierukaError
from kpis.reporting.reports import Report
from pages.parts import prose
from pages.parts.text import language, t

_SAID, _SHOWN = "step_said", "revisions_shown"


def take(step: Callable[[], object], sentence: str = "") -> None:
    """Take a step and run the page again; a refusal is said here and now.

    Args:
        step: raises ``MierukaError`` where it is refused.
        sentence: what ``say_what_came`` says of it.
    """
    try:
        step()
    except MierukaError as refused:
        prose.error(markdown(refused.in_language(language())), icon=":material/block:")
        return
    say_next(sentence)


def upon(name: str, report: Report) -> str:
    """Return the key of a button that acts upon a report as it is shown.

    It names the revision: pressed where an earlier one is still on the screen, the button is not there any more, and nothing is done that
    nobody looked at. A choice has such a key too. What is typed has a key that the next revision keeps, so that no word is lost.
    """
    return f"{name}_{report.id}_{report.revision}"


def say_what_changed(report: Report) -> None:
    """Say that a report is another than the one this page showed before, so that whoever pressed a button knows why nothing came of it."""
    shown = st.session_state.setdefault(_SHOWN, {})
    before = shown.get(report.id, report.revision)
    shown[report.id] = report.revision
    if before != report.revision:
        prose.warning(t("report_changed_since", before=before, now=report.revision), icon=":material/difference:")


def made_here(report_id: int, revision: int) -> None:
    """Note that the viewer made a revision on this page, of which nothing needs to be said."""
    st.session_state.setdefault(_SHOWN, {})[report_id] = revision


def say_next(sentence: str) -> None:
    """Run the page again, which then says this."""
    st.session_state[_SAID] = sentence
    st.rerun()


def say_what_came() -> None:
    """Say what came of the step taken last, once."""
    if sentence := st.session_state.pop(_SAID, ""):
        prose.success(sentence, icon=":material/check_circle:")
