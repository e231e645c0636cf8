"""The ASGI app round the dashboard: health, the open API, security headers and the language of the page."""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from api.files import FILE_ROUTES
from api.headers import PageHeaders
from api.reform import REFORM_ROUTES
from api.registers import REGISTER_ROUTES
from api.routes import ROUTES
from kpis.settings import ROOT, settings


async def overview(request: Request) -> RedirectResponse:
    """Send ``/overview`` to ``/``, where Streamlit keeps its default page."""
    return RedirectResponse(f"/?{request.url.query}".rstrip("?"))


def open_routes() -> list[Route]:
    """Return the routes that need no sign-in: in office mode the health check only (what is published comes besides)."""
    return [
        route
        for route in (*ROUTES, *REFORM_ROUTES, *REGISTER_ROUTES)
        if settings().mode != "office" or route.path.startswith("/api/health")
    ]


app = st.App(
    ROOT / "dashboard.py",
    routes=[*open_routes(), *FILE_ROUTES, Route("/overview", overview)],
    middleware=[Middleware(PageHeaders)],
    secrets={"auth": settings().sign_in} if settings().sign_in else None,
)
