"""What a page says when it fails: in the reader's language, what that means for them and whom to ask; never what went wrong inside."""

from __future__ import annotations

from kpis.languages import shipped
from kpis.seen import doing
from kpis.store.unavailable import said_outside, unavailable
from pages.parts import prose
from pages.parts.text import language, t


def say_failed(error: Exception) -> bool:
    """Say that the page could not be made, and why where it is the machine or the database; true, so that Streamlit does not say it again."""
    if (named := unavailable(error)) is not None:
        prose.error(shipped(said_outside(named), language()), icon=":material/database_off:")
    number = doing.number()
    prose.error(t("page_failed") + (f"\n\n{t('run_number', number=number)}" if number else ""), icon=":material/error:")
    return True
