"""Chart downloads: each chart of the pages as SVG, PNG or CSV with title, source, date and edition, and the list of charts."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.routes import (
    DAY,
    BadQuery,
    answered,
    conditional,
    edition_of,
    known_of,
    made_or_refused,
    moment_of,
    refuse_others,
    refused,
    unit_of,
    view_of,
)
from kpis.languages import SOURCE, codes
from kpis.message import Message
from kpis.periods import parse_period
from kpis.settings import settings
from publishers.taken import file_of
from telling import pictures
from telling.blocks import Telling
from telling.taken import FORMS, Stand, Taken, of_block, of_indicator
from telling.words import Words


def _asked(request: Request) -> tuple[Telling, Stand]:
    """Parse language and moment of the requested charts."""
    language = request.query_params.get("lang") or SOURCE
    if language not in codes():
        raise BadQuery(f"lang={language}", Message("query_one_of", known=" | ".join(codes())))
    moment, edition = moment_of(request, known_at=known_of(request), view=view_of(request)), edition_of(request)
    stand = Stand(moment.as_of, edition.manifest if edition else None, settings(), is_sample=moment.state.is_sample())
    return Telling(Words(language), moment), stand


def _period(request: Request) -> str:
    period = request.query_params.get("period") or ""
    try:
        return parse_period(period).code if period else ""
    except ValueError as error:
        raise BadQuery(f"period={period}", Message("query_period")) from error


def _of_indicator(request: Request) -> Taken | None:
    refuse_others(request, ("unit", "view", *DAY))
    telling, stand = _asked(request)
    code, unit = request.path_params["code"], unit_of(request, telling.moment.book)
    item = next(
        (s for s in telling.moment.scored if s.entry.definition.code == code and (s.entry.unit_code == unit if unit else s.entry.is_own_scope)), None
    )  # fmt: skip
    return of_indicator(item, telling, stand) if item else None


def _of_name(request: Request) -> Taken | None:
    refuse_others(request, ("view", "period", *DAY))
    telling, stand = _asked(request)
    name = request.path_params["name"]
    if (tell := pictures.blocks(telling, _period(request)).get(name)) is not None:
        return of_block(tell(), telling, stand)
    item = pictures.indicators(telling).get(name)
    return of_indicator(item, telling, stand) if item else None


def _answer(take: Any, missing: str) -> Any:
    async def endpoint(request: Request) -> Response:
        form = request.url.path.rpartition(".")[2]
        content = await made_or_refused(lambda: file_of(taken, form) if (taken := take(request)) else None)
        if isinstance(content, Response):
            return content
        if content is None:
            return refused(404, Message(missing))
        media = FORMS[form]
        return conditional(request, content, f"{media}; charset=utf-8" if form != "png" else media)

    return endpoint


def _list(request: Request) -> dict[str, Any]:
    """Return the list of charts: name, title, summary, and addresses."""
    telling, _ = _asked(request)
    every = [
        (name, telling.words.named(telling.moment.indicators[i.entry.definition.code]), i.sentence(telling.words.language))
        for name, i in pictures.indicators(telling).items()
    ]
    for name, tell in pictures.blocks(telling, _period(request)).items():
        if (block := tell()).shape is not None:
            every.append((name, block.called or block.title, block.sentence))
    base = settings().base_path
    return {
        "as_of": telling.as_of, "view": telling.view,
        "charts": [
            {"name": name, "title": title, "sentence": sentence, **{form: f"{base}/api/v1/charts/{name}.{form}" for form in FORMS}}
            for name, title, sentence in every
        ],
    }  # fmt: skip


CHART_ROUTES = [
    Route("/api/v1/charts", answered(_list, "view", "period", *DAY), methods=["GET"]),
    *(
        Route(path.format(form=form), _answer(take, missing), methods=["GET"])
        for form in FORMS
        for path, take, missing in (
            ("/api/v1/indicators/{{code}}/chart.{form}", _of_indicator, "no_chart_here"),
            ("/api/v1/charts/{{name:path}}.{form}", _of_name, "no_chart_of_name"),
        )
    ),
]
