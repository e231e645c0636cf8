"""Search in the open API."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from api.registers import number_of
from api.routes import DAY, BadQuery, answered, known_of, moment_of
from kpis.languages import SOURCE, codes
from kpis.message import Message
from telling.blocks import Telling
from telling.search import KINDS, answers
from telling.words import Words

USUAL, MOST = 20, 100


def _search(request: Request) -> dict[str, Any]:
    moment = moment_of(request, known_at=known_of(request))
    kind, language = request.query_params.get("kind", ""), request.query_params.get("lang") or SOURCE
    if kind and kind not in KINDS:
        raise BadQuery(f"kind={kind}", Message("query_one_of", known=" | ".join(KINDS)))
    if language not in codes():
        raise BadQuery(f"lang={language}", Message("query_one_of", known=" | ".join(codes())))
    query, limit = request.query_params.get("q", "").strip(), number_of(request, "limit", USUAL, MOST)
    listed = answers(Telling(Words(language), moment), query, kinds=[kind] if kind else (), limit=limit)
    return {
        "as_of": moment.as_of, "q": query, "total": len(listed),
        "results": [
            {
                "kind": result.kind, "code": result.code, "title": result.title, "context": result.context, "page": f"/{result.page}",
                "parameters": result.query, "anchor": result.anchor, "score": result.score,
                **({"can_be_done_online": result.online, "steps_on_paper": list(result.paper)} if result.online is not None else {}),
            }
            for result in listed
        ],
    }  # fmt: skip


SEARCH_ROUTES = [Route("/api/v1/search", answered(_search, "q", "kind", "limit", *DAY), methods=["GET"])]
