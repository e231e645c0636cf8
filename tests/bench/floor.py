"""The floor: a page of as many elements of each kind as a real page has, with constant data. What Streamlit itself costs.

Served by ``tests.bench.floor_server``; the address ``/<page>`` draws the elements counted from that page of the product.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from kpis.settings import ROOT

ICON = str(ROOT / "data" / "text" / "icon.png")
FRAME = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
CHART = go.Figure([go.Scatter(x=[1, 2, 3], y=[1, 2, 3]) for _ in range(3)])
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'
DRAW = {
    "markdown": lambda i: st.markdown(f"text {i}"),
    "heading": lambda i: st.subheader(f"text {i}"),
    "alert": lambda i: st.info(f"text {i}"),
    "imgs": lambda _: st.image(PICTURE, width="stretch"),
    "page_link": lambda i: st.page_link(f"https://example.org/{i}", label="link"),
    "plotly_chart": lambda i: st.plotly_chart(CHART, theme=None, key=f"c{i}"),
    "dataframe": lambda _: st.dataframe(FRAME),
    "download_button": lambda i: st.download_button("csv", b"a,b", f"{i}.csv", key=f"d{i}", on_click="ignore"),
    "table": lambda _: st.table(FRAME),
    "selectbox": lambda i: st.selectbox("pick", ["a", "b"], key=f"s{i}"),
    "block_flex_container": lambda _: st.container(border=True),
    "block_grid_container": lambda _: st.grid(2),
    "block_column": lambda _: st.container(border=True),
    "block_expandable": lambda i: st.expander(f"text {i}"),
}


def page(counts: dict[str, int]) -> None:
    """Draw the elements."""
    with st.sidebar:
        st.subheader("site")
        st.segmented_control("language", ["a", "b"])
        st.date_input("day")
    for kind, count in counts.items():
        for i in range(count if kind in DRAW else 0):
            DRAW[kind](i)


every: dict[str, dict[str, int]] = json.loads(Path(os.environ["FLOOR_COUNTS"]).read_text(encoding="utf-8"))
st.set_page_config(page_title="floor", page_icon=ICON, layout="wide")
pages = [
    st.Page(lambda counts=counts: page(counts), title=name or "overview", url_path=name, default=not name)
    for name, counts in every.items()
]
st.navigation({"pages": pages}).run()
