"""The constant data of the floor page, made once per process as the product's own are, and settled for the collector as they are.

Streamlit collects garbage after every run. A process that leaves its loaded libraries to be walked each time pays some
70 ms a run for it; the product does not, so a floor that did would flatter the product.
"""

from __future__ import annotations

import base64
import gc
from functools import lru_cache

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


@lru_cache(maxsize=1)
def settle() -> None:
    """Take what is loaded by the first run out of the collector's walk, as the product does."""
    gc.collect()
    gc.freeze()
