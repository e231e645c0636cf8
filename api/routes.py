"""The read-only open API: health, indicators, observations, and statuses with all inputs needed to recompute them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from math import isfinite
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.packed import Packed, compressed, takes_gzip
from api.waiting import HEALTH, HEALTH_SECONDS, in_time, not_now, reason_of
from kpis import state
from kpis.as_text import clean
from kpis.errors import EditionRefused, Unavailable
from kpis.figures.records import Figure, current_vintages
from kpis.figures.scorecard import VIEWS, Book, Entry, tally
from kpis.government import settle
from kpis.languages import both_shipped
from kpis.message import Message
from kpis.moment import Moment
from kpis.periods import FIRST_YEAR, LAST_YEAR, last_instant, local_day, parse_day, parse_instant
from kpis.settings import settings, software_version
from kpis.state import State
from kpis.store import tables
from kpis.store.store import utc_now
from publishers.editions import on_disk
from publishers.editions.on_disk import Edition
from telling.for_machines import figure_json, revision_json, status_json

HEADERS = {"Cache-Control": "no-cache"}
T = TypeVar("T")
# One format of dates and instants: 20220331 would mean its midnight, 2022-03-31 means its end.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)

DAY = ("as_of", "known_at")  # parameters of judgements: day, and state of knowledge
LONGEST, SHOWN = 100, 80  # characters of a parameter; characters repeated of an unreadable one


class BadQuery(ValueError):
    """A query parameter cannot be read.

    Args:
        possible: the expected form; in the program's own words, since the government may not be known yet.
    """

    def __init__(self, value: str, possible: Message) -> None:
        value = value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
        super().__init__(f"{value}: {both_shipped(possible)}")


def edition_of(request: Request) -> Edition | None:
    """Return the edition of a request, and set its government: always one in public mode, else only if requested.

    Raises:
        BadQuery: the edition does not exist or is not public.
    """
    for name, text in request.query_params.items():
        if len(text) > LONGEST or any(sign < " " or sign == "\x7f" for sign in text):
            raise BadQuery(f"{name}={text}", Message("query_short", most=LONGEST))
    number, folder = request.query_params.get("edition"), settings().editions_dir
    if number is None and settings().mode != "public":
        settle(None)
        return None
    edition = on_disk.chosen(folder, number) if on_disk.pointer(folder) else None
    if edition is None or (number is not None and str(edition.number) != number):
        there = ", ".join(str(e.number) for e in on_disk.shown(folder)) or "-"
        raise BadQuery(f"edition={number}", Message("query_edition", there=there))
    settle(edition.government)
    return edition


def state_of(request: Request) -> State:
    """Return the present state of the figures of a request."""
    edition = edition_of(request)
    return state.state_of(edition.url if edition else settings().database_url)


def moment_of(request: Request, *, known_at: datetime | None, view: str = "then") -> Moment:
    """Return the moment of a request's day (``as_of``): by default that of its edition, else today."""
    as_of = day_of(request, "as_of") or today_of(request)
    return Moment(state=state_of(request), as_of=as_of, known_at=known_at, view=view)


def today_of(request: Request) -> date:
    """Return the default day of judgement: that of the edition, else today."""
    edition = edition_of(request)
    return edition.as_of if edition else local_day(utc_now())


def day_of(request: Request, name: str) -> date | None:
    """Parse a date parameter."""
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        return parse_day(text)
    except ValueError as error:
        raise BadQuery(f"{name}={text}", Message("query_day")) from error


def instant_of(request: Request) -> datetime | None:
    """Parse ``known_at``; without a zone it is UTC, and a bare date means the last second of that day at the office."""
    text = request.query_params.get("known_at")
    if not text:
        return None
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError(text[:SHOWN])
        instant = last_instant(parse_day(text)) if len(text) == 10 else parse_instant(text)
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:  # at the limits of the calendar there is no previous or next day
            raise ValueError(text[:SHOWN])
        return instant
    except (ValueError, OverflowError) as error:
        raise BadQuery(f"known_at={text}", Message("query_instant")) from error


def known_of(request: Request) -> datetime | None:
    """Parse the instant of the state of knowledge (``known_at``).

    Raises:
        BadQuery: it cannot be parsed; or it precedes the requested edition, which holds registers and milestones as of its
            publication only.
    """
    known_at, edition = instant_of(request), edition_of(request)
    if known_at is not None and edition is not None and known_at < edition.published_at:
        there = ", ".join(str(e.number) for e in on_disk.shown(settings().editions_dir))
        raise BadQuery(f"known_at={local_day(known_at)}", Message("query_known_before", there=there))
    return known_at


def view_of(request: Request) -> str:
    """Parse the organisation: ``then`` (当時の組織) or ``now`` (現在の組織)."""
    view = request.query_params.get("view") or "then"
    if view not in VIEWS:
        raise BadQuery(f"view={view}", Message("query_view"))
    return view


def unit_of(request: Request, book: Book, name: str = "unit") -> str:
    """Parse the code of an organisation unit of any time; blank if absent."""
    return code_of(request, name, {unit.code for unit in book.organisation.units}, Message("query_unit"))


async def _live(request: Request) -> Response:
    """Answer that this process is alive, whatever the state of its database."""
    return JSONResponse({"status": "ok", "version": software_version()}, headers=HEADERS)


async def _health(request: Request) -> Response:
    """Answer whether figures can be read, within two seconds."""

    def looked_at() -> dict[str, Any]:
        edition = edition_of(request)
        answer: dict[str, Any] = {"revision": state_of(request).revision}
        return {**answer, "edition": edition.number} if edition else answer

    answer = {"status": "ok", "version": software_version()}
    try:
        return JSONResponse({**answer, **await in_time(looked_at, seconds=HEALTH_SECONDS, limiter=HEALTH)}, headers=HEADERS)
    except BadQuery as error:
        return refused(400, error)
    except Unavailable as error:
        return JSONResponse({**answer, "status": "unavailable", "error": reason_of(error)}, status_code=503, headers=HEADERS)
    except EditionRefused as error:
        return untrusted(error)


def _indicators(request: Request) -> list[dict[str, Any]]:
    return [vars(row) for row in state_of(request).rows(tables.Indicator)]


def _observations(request: Request) -> list[dict[str, Any]]:
    known_at, as_of = instant_of(request), day_of(request, "as_of")
    first, last = day_of(request, "from"), day_of(request, "to")
    book = state_of(request).book()
    wanted = code_of(request, "indicator", {e.definition.code for e in book.entries}, Message("query_indicator"))
    unit = unit_of(request, book)
    vintages = request.query_params.get("vintages") or "current"
    if vintages not in ("current", "all"):
        raise BadQuery(f"vintages={vintages}", Message("query_vintages"))

    def kept(entry: Entry) -> Iterable[Figure]:
        if vintages == "current":
            return current_vintages(entry.figures, known_at=known_at)
        figures_then = (f for f in entry.figures if known_at is None or f.known_at is None or f.known_at <= known_at)
        return sorted(figures_then, key=lambda f: (f.period.end, f.period.start, f.vintage))

    return [
        {
            "indicator": entry.definition.code,
            "unit": entry.unit_code,
            **figure_json(figure, book),
            **revision_json(entry.definition, figure, by_vintage),
        }
        for entry in book.entries
        for by_vintage in [{(f.period_code, f.vintage): f for f in entry.figures}]
        if (not wanted or entry.definition.code == wanted) and (not unit or entry.unit_code == unit)
        for figure in kept(entry)
        if (as_of is None or figure.period.end <= as_of)
        and (first is None or figure.period.end >= first)
        and (last is None or figure.period.end <= last)
    ]


def _readings(request: Request) -> list[dict[str, Any]]:
    state = state_of(request)
    sources = state.book().sources
    return [
        {
            "indicator": r.indicator_code, "unit": r.bureau_code, "period": r.period_code, "value": r.value,
            "text_ja": r.text_ja or None, "is_target": r.is_target, "is_approximate": r.is_approximate, "agrees": r.agrees,
            "note_ja": r.note_ja or None, "note_en": r.note_en or None,
            "source_url": s.url if (s := sources.get(r.source_code)) else None,
        }
        for r in state.rows(tables.Reading)
    ]  # fmt: skip


def _sources(request: Request) -> list[dict[str, Any]]:
    names = ("source_code", "url", "title", "published_on", "published_by", "published_basis", "grade")
    return [{name: getattr(row, name) for name in names} for row in state_of(request).rows(tables.Source)]


def _status(request: Request) -> dict[str, Any]:
    moment = moment_of(request, known_at=instant_of(request), view=view_of(request))
    edition, unit = edition_of(request), unit_of(request, moment.book)
    scored = [s for s in moment.scored if not unit or s.entry.unit_code == unit]
    answer = {
        "as_of": moment.as_of.isoformat(),
        "revision": moment.state.revision,
        "view": moment.view,
        "counts": tally(s for s in scored if s.entry.is_own_scope).to_json(),
        "indicators": [status_json(s, moment.book, as_of=moment.as_of) for s in scored],
    }
    return {**answer, "edition": edition.number} if edition else answer


def refused(status: int, why: Message | Exception, *, subject: object = "") -> Response:
    """Return a refusal with its reason and, where it is not obvious, its subject (a file, an edition)."""
    reason = both_shipped(why) if isinstance(why, Message) else str(why)
    return JSONResponse({"error": clean(f"{subject}: {reason}" if subject else reason)}, status_code=status, headers=HEADERS)


async def made_or_refused(make: Callable[[], T]) -> T | Response:
    """Return the result if made in time, or a refusal: 400 for a bad query, 503 for overload or an untrusted edition."""
    try:
        return await in_time(make)
    except BadQuery as error:
        return refused(400, error)
    except Unavailable as error:
        return not_now(error, HEADERS)
    except EditionRefused as error:
        return untrusted(error)


def answered(produce: Any, *names: str) -> Any:
    """Make an endpoint of a function that returns plain data; a bad query answers 400.

    Args:
        names: of its parameters besides ``edition`` and ``lang``; any other is refused.
    """

    def made(request: Request) -> bytes:
        refuse_others(request, names)
        return json.dumps(_plain(produce(request)), ensure_ascii=False, allow_nan=False).encode()

    async def endpoint(request: Request) -> Response:
        body = await made_or_refused(lambda: made(request))
        return body if isinstance(body, Response) else await run_in_threadpool(conditional, request, body, "application/json")

    return endpoint


def refuse_others(request: Request, names: Iterable[str]) -> None:
    """Refuse unknown parameters, since a misspelt one would silently be ignored, and repeated ones.

    Raises:
        BadQuery: with the list of known parameters.
    """
    known, given = (*names, "edition", "lang"), [name for name, _ in request.query_params.multi_items()]
    if others := sorted({*given} - {*known}):
        raise BadQuery(", ".join(others), Message("query_unknown", known=" | ".join(known)))
    if twice := sorted(name for name in {*given} if given.count(name) > 1):
        raise BadQuery(", ".join(twice), Message("query_once"))


def code_of(request: Request, name: str, known: Collection[str], possible: Message) -> str:
    """Parse a code parameter; blank if absent.

    Raises:
        BadQuery: there is no such code.
    """
    code = request.query_params.get(name) or ""
    if code and code not in known:
        raise BadQuery(f"{name}={code}", possible)
    return code


def untrusted(why: EditionRefused) -> Response:
    """Answer that the edition differs from what was published, and is not shown."""
    return JSONResponse({"status": "refused", "error": str(why)}, status_code=503, headers={**HEADERS, "Cache-Control": "no-store"})


_PLAIN = re.compile(r"text/|image/svg|application/(?:[a-z.]+\+)?(?:json|xml|javascript)")  # what compression makes smaller
_LEAST_PACKED = 500  # bytes
_packed = Packed()


def conditional(request: Request, body: bytes, media_type: str, *, etag: str = "", **headers: str) -> Response:
    """Answer with an ETag, or 304 without a body if the client already has these bytes; compressed, where a client takes it.

    A part of a file (``Range``) is one of its plain bytes, and so is never compressed.

    Args:
        etag: the checksum of a file that never changes; what is compressed of it is kept.
    """
    tag = f'"{etag or hashlib.sha256(body).hexdigest()[:32]}"'
    sent = {**HEADERS, "ETag": tag, "Vary": "Accept-Encoding", **{name.replace("_", "-"): value for name, value in headers.items()}}
    tags = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag in tags or "*" in tags:
        return Response(status_code=304, headers=sent)
    takes = takes_gzip(request.headers.get("accept-encoding", "")) and "range" not in request.headers
    if takes and len(body) >= _LEAST_PACKED and _PLAIN.match(media_type):
        body, sent["Content-Encoding"] = _packed.of(etag, body) if etag else compressed(body), "gzip"
    return Response(body, media_type=media_type, headers=sent)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and not isfinite(value):
        return None  # not representable in JSON; no input produces it any more
    return value.isoformat() if isinstance(value, (date, datetime)) else value


ROUTES = [
    Route("/api/health", _health, methods=["GET"]),
    Route("/api/health/live", _live, methods=["GET"]),
    Route("/api/v1/indicators", answered(_indicators), methods=["GET"]),
    Route("/api/v1/observations", answered(_observations, "indicator", "unit", "from", "to", *DAY, "vintages"), methods=["GET"]),
    Route("/api/v1/status", answered(_status, "unit", "view", *DAY), methods=["GET"]),
    Route("/api/v1/readings", answered(_readings), methods=["GET"]),
    Route("/api/v1/sources", answered(_sources), methods=["GET"]),
]
