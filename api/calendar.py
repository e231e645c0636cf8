"""The subscribable calendar: publications for everybody and, by a secret address, the due days of one's own bureaus."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.files import serving
from api.routes import made_or_refused, refused
from kpis.government import settle
from kpis.languages import SOURCE, codes
from kpis.message import Message
from kpis.moment import Moment
from kpis.periods import local_day
from kpis.settings import settings
from kpis.state import state_of
from kpis.store.store import utc_now
from publishers.notices.calendar import of_person, of_publications

KEY = "key"
published = serving("calendar.ics")


def _made(request: Request) -> bytes | None:
    """Return the requested calendar; ``None`` for an unknown key, or in an office without a key."""
    chosen, secret, now = settings(), request.query_params.get(KEY, ""), utc_now()
    settle(None)
    moment = Moment(state=state_of(chosen.database_url), as_of=local_day(now))
    if secret:
        return of_person(moment.state.store, moment, secret, chosen, now=now)
    if chosen.mode == "office":  # which shows nothing to unknown viewers; the publications are on the public instance
        return None
    language = request.query_params.get("lang", SOURCE)
    language = language if language in codes() else SOURCE
    return of_publications(moment, language, chosen, now=now)


async def _calendar(request: Request) -> Response:
    if settings().mode == "public":
        return await published(request)
    made = await made_or_refused(lambda: _made(request))
    if isinstance(made, Response):
        return made
    if made is None:
        return refused(404, Message("nothing_there"))
    return Response(made, headers={"Cache-Control": "private, no-store"}, media_type="text/calendar; charset=utf-8")


CALENDAR_ROUTES = [Route("/calendar.ics", _calendar, methods=["GET"])]
