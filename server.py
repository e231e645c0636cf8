"""The ASGI app around the dashboard: checks on every request, then health, the open API, editions, and the pages."""

from __future__ import annotations

import logging

from kpis.memory import NEEDED_TO_SERVE, enough

with enough(NEEDED_TO_SERVE):
    from starlette.requests import Request
    from starlette.responses import RedirectResponse
    from starlette.routing import Route

    from api.base import Below, Outside
    from api.calendar import CALENDAR_ROUTES
    from api.charts import CHART_ROUTES
    from api.doors import Doors
    from api.files import FILE_ROUTES
    from api.headers import PageHeaders
    from api.hosts import Hosts
    from api.listening import serve
    from api.phrases import PHRASE_ROUTES
    from api.rates import Rates
    from api.ready import READY_ROUTES
    from api.reform import REFORM_ROUTES
    from api.registers import REGISTER_ROUTES
    from api.routes import ROUTES
    from api.search import SEARCH_ROUTES
    from api.seen import Seen, failed
    from api.voices import VOICE_ROUTES
    from api.warm import warmed
    from kpis.errors import MierukaError
    from kpis.seen import journal
    from kpis.settings import ROOT, settings
    from kpis.terminal import end, outlive_readers, refuse_missing
    from pages.parts.failure import show_failure
    from publishers.notices.rounds import by_server
    from web.app import App
    from web.lines import through_the_log
    from web.places import Nowhere


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


try:  # under another ASGI server too
    refuse_missing()
except MierukaError as refused:
    end(refused)
own_routes = placed([*open_routes(), *CALENDAR_ROUTES, *FILE_ROUTES, *PHRASE_ROUTES, Route("/overview", overview)])
dashboard = App(
    ROOT / "dashboard.py",
    routes=[*own_routes, Nowhere(settings().base_path, own_routes)],
    secrets={"auth": settings().sign_in} if settings().sign_in else None,
    lifespan=warmed,
    on_script_error=show_failure,
    exception_handlers={Exception: failed},
)
# Middleware, outermost first; it wraps the whole app, so that error and refusal responses carry the common headers too.
app = Seen(
    Below(
        settings().base_path,
        PageHeaders(Hosts(Doors(Rates(dashboard.gated())))),
        outside=PageHeaders(Hosts(Outside(settings().base_path))),
    )
)
through_the_log()
if not logging.getLogger().handlers:  # the app may run under another ASGI server; its log is set up all the same
    journal.begin(serves=True)

if __name__ == "__main__":
    outlive_readers()
    with by_server():
        serve(app)
