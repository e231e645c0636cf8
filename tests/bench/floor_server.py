"""The ASGI app round the floor page, with the same middleware as the product."""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from api.headers import PageHeaders

app = st.App("tests/bench/floor.py", middleware=[Middleware(PageHeaders)])
