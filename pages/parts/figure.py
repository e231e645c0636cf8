"""One way to show a chart: its sentence, the chart, and the same numbers in a table with their CSV, one click away."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from charts.style import CONFIG
from pages.parts.text import t


def figure_block(
    figure: go.Figure | None,
    *,
    key: str,
    sentence: str,
    table: pd.DataFrame,
    csv: pd.DataFrame | None = None,
    title: str = "",
    why_empty: str = "",
    is_table_open: bool = False,
    notes: tuple[str, ...] = (),
) -> None:
    """Show a chart with its sentence (also its ``alt``), table and CSV.

    Args:
        figure: ``None`` where there is nothing to draw; ``why_empty`` is said instead of an empty chart.
        key: unique on the page; also the name of the CSV file.
        sentence: one sentence that says what the chart shows.
        table: the same numbers as people read them, headed in the viewer's language.
        is_table_open: the table itself is what is shown; nothing is folded away.
        csv: the same numbers machine-readable (one datum per cell, unit in its own column); the table where left out.
        notes: captions under the chart, as what the marks mean.
    """
    if title:
        st.markdown(f"**{title}**")
    if sentence:
        st.markdown(sentence)
    if figure is None and why_empty:
        st.info(why_empty, icon=":material/info:")
    elif figure is not None:
        st.plotly_chart(figure, theme=None, config=CONFIG, alt=f"{title}: {sentence}" if title else sentence, key=f"chart_{key}")
        for note in notes:
            st.caption(note)
    if len(table):
        with st.container() if is_table_open else st.expander(t("table"), icon=":material/table:"):
            links = {c: st.column_config.LinkColumn() for c in table.columns if c == t("source")}
            st.dataframe(table, hide_index=True, width="stretch", column_config=links)
            content = (table if csv is None else csv).to_csv(index=False).encode("utf-8-sig")
            st.download_button(
                t("csv"), content, f"{key}.csv", "text/csv", icon=":material/download:", key=f"csv_{key}", on_click="ignore"
            )
