"""The floor: a page of as many elements of each kind as a real page has, with constant data. What Streamlit itself costs.

Served by ``tests.bench.floor_server``; the address ``/<page>`` draws the elements counted from that page of the product.
Its texts, tables and charts are smaller than any real one, made ready once, and handed over in the form that costs least:
what stands above the floor is all that the product does more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from tests.bench.constant import CHART, ICON, PICTURE, TABLE, settle

DRAW: dict[str, Callable[[int], object]] = {
    "markdown": lambda i: st.markdown(f"text {i}"),
    "heading": lambda i: st.subheader(f"text {i}"),
    "alert": lambda i: st.info(f"text {i}"),
    "imgs": lambda _: st.image(PICTURE, width="stretch"),
    "page_link": lambda i: st.page_link(pages[0], label=f"link {i}"),
    "plotly_chart": lambda i: st.plotly_chart(CHART, theme=None, key=f"c{i}"),
    "dataframe": lambda _: st.dataframe(TABLE),
    "download_button": lambda i: st.download_button("csv", b"a,b", f"{i}.csv", key=f"d{i}", on_click="ignore"),
    "table": lambda _: st.table(TABLE),
    "selectbox": lambda i: st.selectbox("pick", ["a", "b"], key=f"s{i}"),
    "text_input": lambda i: st.text_input("find", key=f"i{i}"),
    "text_area": lambda i: st.text_area("say", key=f"w{i}"),
    "button": lambda i: st.button("do", key=f"b{i}"),
    "file_uploader": lambda i: st.file_uploader("file", type="xlsx", key=f"f{i}"),
    "link_button": lambda i: st.link_button("link", f"/api/{i}"),
    "pagination": lambda i: st.pagination(3, key=f"p{i}"),
    "button_group": lambda i: st.segmented_control("choose", ["a", "b"], key=f"g{i}"),
    "date_input": lambda i: st.date_input("day", key=f"t{i}"),
    "html": lambda i: st.html(f"<p>text {i}</p>"),
    "code": lambda i: st.code(f"text {i}"),
    "block_popover": lambda i: st.popover(f"text {i}"),
    "block_flex_container": lambda _: st.container(border=True),
    "block_grid_container": lambda _: st.grid(2),
    "block_form": lambda _: st.container(border=True),
    "block_column": lambda _: st.container(border=True),
    "block_expandable": lambda i: st.expander(f"text {i}"),
}


def page(counts: dict[str, int]) -> None:
    """Draw the elements, refusing to leave a kind out."""
    for kind, count in counts.items():
        for i in range(count):
            DRAW[kind](i)


settle()
every: dict[str, dict[str, int]] = json.loads(Path(os.environ["FLOOR_COUNTS"]).read_text(encoding="utf-8"))
st.set_page_config(page_title="floor", page_icon=ICON, layout="wide")
pages = [
    st.Page(lambda counts=counts: page(counts), title=name or "overview", url_path=name, default=not name)
    for name, counts in every.items()
]
menu = max(counts.pop("menu", 0) for counts in every.values())  # as many pages in the menu as the product has
pages += [st.Page(lambda: None, title=f"page {i}", url_path=f"page{i}") for i in range(menu - len(pages))]
st.navigation({"pages": pages}).run()
