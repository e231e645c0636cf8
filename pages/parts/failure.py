"""What a page says when it fails: in the reader's language, what that means for them and whom to ask; never what went wrong inside."""

from __future__ import annotations

import streamlit as st

from pages.parts.text import t


def say_failed(_error: Exception) -> bool:
    """Say that the page could not be made; true, so that Streamlit does not say it again in its own words."""
    st.error(t("page_failed"), icon=":material/error:")
    return True
