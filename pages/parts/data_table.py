"""One way to show a table of data: as wide as the page, without a column of numbers of rows, a dash where nothing is known."""

from __future__ import annotations

from typing import Any

import streamlit as st

NOTHING = "―"


def data_table(data: Any, **more: Any) -> None:
    """Show a table of data.

    Args:
        data: what ``st.dataframe`` takes.
        more: of its other arguments, as ``height``, ``column_config`` and ``alt``.
    """
    st.dataframe(data, hide_index=True, width="stretch", placeholder=NOTHING, **more)
