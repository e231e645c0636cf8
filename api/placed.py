"""The addresses that the server answers itself, as they are put together for the settings; the pages have all others."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from api.calendar import CALENDAR_ROUTES
from api.charts import CHART_ROUTES
from api.files import FILE_ROUTES
from api.phrases import PHRASE_ROUTES
from api.ready import READY_ROUTES
from api.reform import REFORM_ROUTES
from api.registers import REGISTER_ROUTES
from api.routes import ROUTES
from api.search import SEARCH_ROUTES
from api.voices import VOICE_ROUTES
from kpis.settings import settings


async def overview(request: Request) -> RedirectResponse:
    """Redirect ``/overview`` to ``/``, where Streamlit serves its default page; keep the query string."""
    return RedirectResponse(f"{settings().base_path}/?{request.url.query}".rstrip("?"))


def open_routes() -> list[Route]:
    """Return the routes that need no sign-in: in office mode only the health checks (files of editions are routed separately)."""
    return [
        route
        for route in (*ROUTES, *READY_ROUTES, *REFORM_ROUTES, *REGISTER_ROUTES, *SEARCH_ROUTES, *VOICE_ROUTES, *CHART_ROUTES)
        if settings().mode != "office" or route.path.startswith("/api/health")
    ]


def placed(routes: list[Route]) -> list[Route]:
    """Return the same routes with ``BASE_PATH``, the path of the pages, in front."""
    base = settings().base_path
    return [Route(base + route.path, route.endpoint, methods=list(route.methods or ())) for route in routes]


own_routes = placed([*open_routes(), *CALENDAR_ROUTES, *FILE_ROUTES, *PHRASE_ROUTES, Route("/overview", overview)])
