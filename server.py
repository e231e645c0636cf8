"""The ASGI app round the dashboard: health, the open API, security headers and the language of the page."""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from publishers.api import ROUTES
from publishers.headers import PageHeaders

app = st.App("dashboard.py", routes=ROUTES, middleware=[Middleware(PageHeaders)])
