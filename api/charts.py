"""Charts to take away: that of an indicator as SVG, PNG or CSV, with title, source, day and edition on it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.routes import BadQuery, conditional, edition_of, known_of, made_or_refused, moment_of, refused, view_of
from kpis.languages import SOURCE, codes
from kpis.message import Message
from kpis.settings import settings
from publishers.taken import file_of
from telling.blocks import Telling
from telling.taken import FORMS, Stand, Taken, of_indicator
from telling.words import Words


def _taken(request: Request) -> Taken | None:
    language = request.query_params.get("lang") or SOURCE
    if language not in codes():
        raise BadQuery(f"lang={language}", ", ".join(codes()))
    code, unit = request.path_params["code"], request.query_params.get("unit")
    moment, edition = moment_of(request, known_at=known_of(request), view=view_of(request)), edition_of(request)
    item = next(
        (s for s in moment.whole if s.entry.definition.code == code and (s.entry.unit_code == unit if unit else s.entry.is_own_scope)), None
    )  # fmt: skip
    stand = Stand(moment.as_of, edition.manifest if edition else None, settings(), is_sample=moment.state.is_sample())
    return of_indicator(item, Telling(Words(language), moment), stand) if item else None


async def _chart(request: Request) -> Response:
    form = request.url.path.rpartition(".")[2]
    content = await made_or_refused(lambda: file_of(taken, form) if (taken := _taken(request)) else None)
    if isinstance(content, Response):
        return content
    if content is None:
        return refused(404, Message("no_chart_here"))
    media = FORMS[form]
    return conditional(request, content, f"{media}; charset=utf-8" if form != "png" else media)


CHART_ROUTES = [Route(f"/api/v1/indicators/{{code}}/chart.{form}", _chart, methods=["GET"]) for form in FORMS]
