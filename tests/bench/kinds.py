"""The kinds of elements that a page may draw, and how the floor (``tests.bench.floor``) draws each: with the same words, and nothing dearer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from tests.bench.constant import CHART, PICTURE, TABLE

FIRST: list[Any] = []  # the page that links lead to, as the floor declares it in each run
DRAW: dict[str, Callable[[int, Mapping[str, Any]], object]] = {
    "markdown": lambda i, it: st.markdown(it.get("body") or f"text {i}"),
    "heading": lambda i, it: st.subheader(it.get("body") or f"text {i}"),
    "alert": lambda i, it: st.info(it.get("body") or f"text {i}", icon=it.get("icon")),
    "imgs": lambda _i, _it: st.image(PICTURE, width="stretch"),
    "page_link": lambda i, it: st.page_link(
        FIRST[0], label=it.get("label") or f"link {i}", icon=it.get("icon"), query_params=it.get("query")
    ),
    "plotly_chart": lambda i, it: st.plotly_chart(it.get("chart", CHART), theme=None, key=f"c{i}"),
    "dataframe": lambda _i, it: st.dataframe(it.get("table", TABLE), column_config=it.get("config")),
    "download_button": lambda i, it: st.download_button(
        it.get("label") or "csv", b"a,b", f"{i}.csv", key=f"d{i}", on_click="ignore", icon=it.get("icon")
    ),
    "table": lambda _i, it: st.table(it.get("table", TABLE)),
    "selectbox": lambda i, it: st.selectbox(
        it.get("label") or "pick", it.get("options") or ["a", "b"], key=f"s{i}", help=it.get("help")
    ),
    "multiselect": lambda i, it: st.multiselect(
        it.get("label") or "pick",
        it.get("options") or ["a", "b"],
        key=f"m{i}",
        help=it.get("help"),
        placeholder=it.get("placeholder"),
    ),
    "radio": lambda i, it: st.radio(it.get("label") or "pick", it.get("options") or ["a", "b"], key=f"r{i}", help=it.get("help")),
    "checkbox": lambda i, it: st.checkbox(it.get("label") or "tick", key=f"x{i}", help=it.get("help")),
    "text_input": lambda i, it: st.text_input(
        it.get("label") or "find", key=f"i{i}", help=it.get("help"), placeholder=it.get("placeholder"), icon=it.get("icon")
    ),
    "text_area": lambda i, it: st.text_area(
        it.get("label") or "say", key=f"w{i}", help=it.get("help"), placeholder=it.get("placeholder")
    ),
    "button": lambda i, it: st.button(it.get("label") or "do", key=f"b{i}", help=it.get("help"), icon=it.get("icon")),
    "file_uploader": lambda i, it: st.file_uploader(it.get("label") or "file", type="xlsx", key=f"f{i}", help=it.get("help")),
    "link_button": lambda i, it: st.link_button(it.get("label") or "link", f"/api/{i}", icon=it.get("icon")),
    "pagination": lambda i, _it: st.pagination(3, key=f"p{i}"),
    "button_group": lambda i, it: st.segmented_control(
        it.get("label") or "choose", it.get("options") or ["a", "b"], key=f"g{i}", help=it.get("help")
    ),
    "date_input": lambda i, it: st.date_input(it.get("label") or "day", key=f"t{i}", help=it.get("help")),
    "html": lambda i, it: st.html(it.get("body") or f"<p>text {i}</p>"),
    "code": lambda i, it: st.code(it.get("code_text") or f"text {i}"),
    "block_popover": lambda i, it: st.popover(it.get("label") or f"text {i}", icon=it.get("icon")),
    "block_flex_container": lambda _i, _it: st.container(border=True),
    "block_grid_container": lambda _i, _it: st.grid(2),
    "block_form": lambda _i, _it: st.container(border=True),
    "block_column": lambda _i, _it: st.container(border=True),
    "block_expandable": lambda i, it: st.expander(it.get("label") or f"text {i}", icon=it.get("icon")),
}
