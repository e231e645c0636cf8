"""The floor: a page of as many elements of each kind as a real page has, with constant data. What Streamlit itself costs.

Served by ``tests.bench.floor_server``; the address ``/<page>`` draws the elements of that page of the product, in one of two ways:

- counted alone: its texts, tables and charts are smaller than any real one, made ready once, and handed over in the form that costs least.
  What stands above it is all that the product does more, and what Streamlit takes to hash, serialise, pack and send what a real page says;
- as said: the same elements with the texts, choices, tables and charts of that page (``tests.bench.held``), as ready as a page could
  have them. It is the bare Streamlit page that says the same, and what stands above it is the product's own. It has none of a page's
  keys of boxes, callbacks, forms, layouts or files behind buttons, so it is no dearer than such a page really is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from tests.bench.constant import ICON, asked_for, settle
from tests.bench.kinds import DRAW, FIRST


def page(elements: Sequence[Mapping[str, Any]]) -> None:
    """Draw the elements, each of a known kind: ``page_time`` names the others, and leaves them out."""
    for i, element in enumerate(elements):
        DRAW[element["kind"]](i, element)


asked = asked_for()
st.set_page_config(page_title="floor", page_icon=ICON, layout="wide")
pages = [
    st.Page(lambda elements=elements: page(elements), title=name or "overview", url_path=name, default=not name)
    for name, elements in asked.pages.items()
]
pages += [st.Page(lambda: None, title=f"page {i}", url_path=f"page{i}") for i in range(asked.menu - len(pages))]
FIRST[:] = pages[:1]
shown = st.navigation({"pages": pages})
shown.run()
settle(shown.title)
