"""Writes started from a page: success is shown at the head of the page after the rerun, a refusal in place."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from kpis.as_text import markdown
from kpis.errors import MierukaError
from kpis.reporting.reports import Report
from pages.parts import prose
from pages.parts.text import language, t

_MESSAGE, _SHOWN = "step_said", "revisions_shown"


def take(step: Callable[[], object], sentence: str = "") -> None:
    """Run a write and rerun the page; if it is refused, draw the reason in place instead.

    Args:
        step: the write; raises ``MierukaError`` if it is refused.
        sentence: the message that ``show_result`` shows after the rerun.
    """
    try:
        step()
    except MierukaError as refused:
        prose.error(markdown(refused.in_language(language())), icon=":material/block:")
        return
    rerun_with(sentence)


def revision_key(name: str, report: Report) -> str:
    """Return the widget key of a button that acts on a report in the revision shown.

    The key contains the revision: a button pressed while an earlier revision is on the screen no longer exists in the run, so that
    nobody acts on a revision they have not seen. Choices have such keys too. Keys of text inputs do not, so that no text is lost.
    """
    return f"{name}_{report.id}_{report.revision}"


def warn_if_changed(report: Report) -> None:
    """Warn if the report's revision differs from the one this page showed before, which explains why a pressed button had no effect."""
    shown = st.session_state.setdefault(_SHOWN, {})
    before = shown.get(report.id, report.revision)
    shown[report.id] = report.revision
    if before != report.revision:
        prose.warning(t("report_changed_since", before=before, now=report.revision), icon=":material/difference:")


def note_own_revision(report_id: int, revision: int) -> None:
    """Record that the viewer created a revision on this page, so that no warning about it is shown."""
    st.session_state.setdefault(_SHOWN, {})[report_id] = revision


def rerun_with(sentence: str) -> None:
    """Rerun the page and show a message at its head."""
    st.session_state[_MESSAGE] = sentence
    st.rerun()


def show_result() -> None:
    """Draw the message of the last successful write, once."""
    if sentence := st.session_state.pop(_MESSAGE, ""):
        prose.success(sentence, icon=":material/check_circle:")
