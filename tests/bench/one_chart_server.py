"""The ASGI app round the page with one chart."""

from __future__ import annotations

import streamlit as st

app = st.App("tests/bench/one_chart.py")
