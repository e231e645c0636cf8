"""An empty Streamlit page with one chart: the measure that the public edition is set against.

``ONE_CHART=line`` draws Streamlit's own line chart instead, which costs the server less than a Plotly figure.
"""

from __future__ import annotations

import os

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

if os.environ.get("ONE_CHART") == "line":
    st.line_chart(pd.DataFrame({"y": [1, 3, 2]}))
else:
    st.plotly_chart(go.Figure(go.Scatter(x=[1, 2, 3], y=[1, 3, 2])), theme=None)
