"""The script that marks the ends of phrases for browsers that do not find them (``publishers.site.phrases``), for pages of the dashboard."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.files import BRIEFLY
from api.routes import conditional
from publishers.site.phrases import phrases_marked


async def _phrases(request: Request) -> Response:
    return conditional(request, phrases_marked(), "text/javascript", Cache_Control=BRIEFLY)


PHRASE_ROUTES = [Route("/phrases.js", _phrases, methods=["GET"])]
