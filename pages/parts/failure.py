"""The message of a page that fails: in the reader's language, what it means and whom to ask; never internal details."""

from __future__ import annotations

import streamlit as st

from kpis.as_text import escaped
from kpis.languages import shipped
from kpis.message import Message
from kpis.seen import doing
from kpis.settings import settings
from kpis.store.unavailable import said_outside, unavailable
from pages.parts import prose
from pages.parts.raw_html import draw_html
from pages.parts.text import language, t
from pages.parts.titled import section_heading


def show_failure(error: Exception) -> bool:
    """Draw a heading and a message that the page failed, with the reason if it is the machine or the database, the run's number, and ways on.

    Returns:
        True, so that Streamlit does not draw its own message.
    """
    section_heading(shipped(Message("refused_fault"), language()))  # the page's own title may stand above
    if (named := unavailable(error)) is not None:
        prose.error(shipped(said_outside(named), language()), icon=":material/database_off:")
    number = doing.number()
    prose.error(t("page_failed") + (f"\n\n{t('run_number', number=number)}" if number else ""), icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="center"):
        # Runs the page again, whatever is done with it.
        st.button(shipped(Message("refused_again"), language()), key="open_again", type="primary")
        draw_html(
            f'<a href="{escaped(settings().base_path)}/?lang={language()}">{escaped(shipped(Message("refused_first"), language()))}</a>',
            width="content",
        )
    return True
