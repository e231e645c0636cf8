"""The message of a page that fails: in the reader's language, what it means and whom to ask; never internal details."""

from __future__ import annotations

from kpis.languages import shipped
from kpis.seen import doing
from kpis.store.unavailable import said_outside, unavailable
from pages.parts import prose
from pages.parts.text import language, t


def show_failure(error: Exception) -> bool:
    """Draw a message that the page failed, with the reason if it is the machine or the database, and the run's number.

    Returns:
        True, so that Streamlit does not draw its own message.
    """
    if (named := unavailable(error)) is not None:
        prose.error(shipped(said_outside(named), language()), icon=":material/database_off:")
    number = doing.number()
    prose.error(t("page_failed") + (f"\n\n{t('run_number', number=number)}" if number else ""), icon=":material/error:")
    return True
