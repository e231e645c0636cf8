"""The constant data of the floor page, made once per process as the product's own are, and settled for the collector as they are.

Streamlit collects garbage after every run. A process that leaves its loaded libraries to be walked each time pays some
70 ms a run for it; the product does not, so a floor that did would flatter the product.
"""

from __future__ import annotations

import base64
import gc
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pandas as pd
import plotly.graph_objects as go
import pyarrow as pa

from charts.plotly.styled import Finished
from kpis.settings import ROOT

ICON = "data:image/png;base64," + base64.b64encode((ROOT / "data" / "text" / "icon.png").read_bytes()).decode()
TABLE = pa.Table.from_pandas(pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]}), preserve_index=False)
CHART = Finished(go.Figure([go.Scatter(x=[1, 2, 3], y=[1, 2, 3]) for _ in range(3)]))
PICTURE = (
    "data:image/svg+xml;base64,"
    + base64.b64encode(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>').decode()
)


@cache
def settle(page: str) -> None:
    """Take what is loaded by the first run of a page out of the collector's walk, once it is drawn, as the product does."""
    gc.collect()
    gc.freeze()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the floor is asked to draw: the elements of each page by its name, and as many pages in the menu as the product has."""

    pages: Mapping[str, Sequence[Mapping[str, Any]]]
    menu: int


@lru_cache(maxsize=1)
def asked_for() -> Asked:
    """Read ``FLOOR_COUNTS`` once: page → kind → how many, or page → elements with what they hold; ``menu`` is told with the first page."""
    told: dict[str, dict[str, int] | list[dict[str, Any]]] = json.loads(
        Path(os.environ["FLOOR_COUNTS"]).read_text(encoding="utf-8")
    )
    pages, menu = {}, 0
    for name, elements in told.items():
        if isinstance(elements, dict):
            menu = max(menu, elements.pop("menu", 0))
            pages[name] = [{"kind": kind} for kind, count in elements.items() for _ in range(count)]
        else:
            pages[name] = [_ready(element) for element in elements]
    return Asked(pages, menu)


class _Html(str):
    """Says that it is HTML, as the product's does: Streamlit takes any other text line by line for a common indentation."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


def _ready(element: dict[str, Any]) -> dict[str, Any]:
    """Return an element with what it holds made ready to be handed over in the form that costs least."""
    if "query_string" in element:
        element["query"] = dict(parse_qsl(element["query_string"]))
    if "arrow" in element:
        element["table"] = pa.ipc.open_stream(base64.b64decode(element["arrow"])).read_all()
    if "columns" in element:
        element["config"] = json.loads(element["columns"])
    if "spec" in element:
        element["chart"] = Finished(go.Figure(json.loads(element["spec"])))
    if element["kind"] == "html":
        element["body"] = _Html(element["body"])
    return element
