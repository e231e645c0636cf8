"""The ASGI app round the dashboard: health, the open API, security headers and the language of the page."""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from publishers.api import ROUTES
from publishers.api_reform import REFORM_ROUTES
from publishers.files import FILE_ROUTES
from publishers.headers import PageHeaders


async def overview(request: Request) -> RedirectResponse:
    """Send ``/overview`` to ``/``, where Streamlit keeps its default page."""
    return RedirectResponse(f"/?{request.url.query}".rstrip("?"))


app = st.App(
    "dashboard.py",
    routes=[*ROUTES, *REFORM_ROUTES, *FILE_ROUTES, Route("/overview", overview)],
    middleware=[Middleware(PageHeaders)],
)
