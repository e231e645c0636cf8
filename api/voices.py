"""Readers' feedback on a page: accept it from a form, with or without script, and answer with the office's published answers.

The sender stays anonymous, and nothing of the connection is stored. Pages of other hosts are refused as everywhere
(``api.hosts``); there is no sign-in that they could abuse.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from api.doors import VOICES
from api.rates import whence
from api.refusals import answer, header, page
from api.routes import HEADERS, answered, edition_of, refused, state_of, untrusted
from api.waiting import in_time, not_now
from kpis.errors import EditionRefused, FigureRefused, Unavailable
from kpis.languages import SOURCE, codes, pair_shipped
from kpis.message import Message
from kpis.periods import local_day
from kpis.reporting_vocabulary import VoiceSubject
from kpis.settings import settings
from kpis.store import tables
from kpis.store.store import utc_now
from kpis.voices.heard import heard
from kpis.voices.often import OFTEN
from kpis.voices.store import voices
from kpis.voices.words import GRADES, LEAST_VOICES, shown
from publishers.editions import on_disk

MOST_BYTES = 16_000  # a thousand characters, each up to nine bytes in a form, and the other fields
FIELDS = frozenset({"kind", "code", "grade", "words", "lang", "edition", "website"})
TRAP = "website"  # a hidden field: only bots fill it in
FORM = "application/x-www-form-urlencoded"
SAID = "voice-said"  # the part of a page shown after feedback was received


class VoiceRefused(Exception):
    """Feedback was refused; with the HTTP status and the reason."""

    def __init__(self, status: int, reason: Message, **headers: str) -> None:
        super().__init__(reason.key)
        self.status, self.reason, self.headers = status, reason, headers


async def _say(request: Request) -> Response:
    try:
        given = await _fields(request)
        wait = OFTEN.seconds_to_wait(whence(request.scope), utc_now())
        if wait:
            raise VoiceRefused(429, Message("asked_too_often", seconds=wait), **{"Retry-After": str(wait)})
        if not given.get(TRAP):
            await in_time(lambda: _keep(request, given), is_write=True)
    except VoiceRefused as why:
        return _no(request, why.status, why.reason, why.headers)
    except FigureRefused as why:
        return _no(request, 400, why.message, {})
    except EditionRefused as why:
        return untrusted(why)
    except Unavailable as error:
        return not_now(error, HEADERS)
    return _thanks(request)


async def _fields(request: Request) -> dict[str, str]:
    """Read a form within its size limit, before parsing it."""
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() != FORM or (rest.strip() and rest.strip().lower() not in ("charset=utf-8", 'charset="utf-8"')):
        raise VoiceRefused(415, Message("voice_not_a_form"))
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                raise VoiceRefused(413, Message("voice_too_large", most=MOST_BYTES), Connection="close")
    except ClientDisconnect as gone:
        raise VoiceRefused(400, Message("voice_not_a_form")) from gone
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), encoding="utf-8", errors="strict", max_num_fields=len(FIELDS)
        )  # fmt: skip
    except ValueError as error:
        raise VoiceRefused(400, Message("voice_not_a_form")) from error
    given = dict(pairs)
    if len(given) != len(pairs) or not given.keys() <= FIELDS:
        raise VoiceRefused(400, Message("voice_not_a_form"))
    return given


def _keep(request: Request, given: dict[str, str]) -> None:
    kind, code = given.get("kind", ""), given.get("code", "")
    if not (given.get("grade", "").isascii() and given.get("grade", "") in map(str, GRADES)):
        raise VoiceRefused(400, Message("voice_without_grade"))
    edition, state = edition_of(request), state_of(request)
    subjects = {
        VoiceSubject.INDICATOR: lambda: {row.indicator_code for row in state.rows(tables.Indicator)},
        VoiceSubject.PROJECT: lambda: {row.project_code for row in state.rows(tables.Project)},
        VoiceSubject.SITE: lambda: {""},
    }
    if kind not in VoiceSubject.values() or code not in subjects[VoiceSubject(kind)]():
        raise VoiceRefused(400, Message("voice_of_nothing"))
    store = voices()
    if store is None or edition is None:  # feedback is accepted in public mode only
        raise VoiceRefused(404, Message("nothing_there"))
    numbers = {str(shown_edition.number): shown_edition.number for shown_edition in on_disk.shown(settings().editions_dir)}
    language = given.get("lang", SOURCE)
    store.say(
        kind, code, grade=int(given["grade"]), words=given.get("words", ""), language=language if language in codes() else SOURCE,
        edition=numbers.get(given.get("edition", ""), edition.number), said_on=local_day(utc_now()),
    )  # fmt: skip


def _thanks(request: Request) -> Response:
    """Redirect a browser to its page, which then shows its thanks; answer a program directly."""
    if "text/html" not in header(request.scope, b"accept"):
        return JSONResponse({"status": "received"}, 201, headers={"Cache-Control": "no-store"})
    try:
        back = urlsplit(header(request.scope, b"referer"))
    except ValueError:  # a host with half a bracket
        back = urlsplit("")
    if (
        back.netloc
        and back.netloc == header(request.scope, b"host")
        and back.path.startswith("/")
        and not back.path.startswith("//")
    ):
        query = f"?{back.query}" if back.query else ""
        return RedirectResponse(f"{back.path}{query}#{SAID}", 303, headers={"Cache-Control": "no-store"})
    return HTMLResponse(page(*pair_shipped(Message("voice_received"))), 201, headers={"Cache-Control": "no-store"})


def _no(request: Request, status: int, reason: Message, headers: dict[str, str]) -> Response:
    headers_sent = {"Cache-Control": "no-store", **headers}
    if "text/html" in header(request.scope, b"accept"):
        return HTMLResponse(page(*pair_shipped(reason), status=status), status, headers=headers_sent)
    media, body = answer(request.scope, reason, status=status)
    return Response(body, status, headers_sent, media.decode())


def _published(request: Request) -> dict[str, Any]:
    edition = edition_of(request)
    public = heard(voices(), before=edition.manifest["compared_with"] if edition else None)
    return {
        "edition": edition.number if edition else None, "before": public.before, "least_voices": LEAST_VOICES,
        "grades": [
            {"kind": kind, "code": code, "count": tally.count, "mean": tally.mean, "grades": {str(g): n for g, n in tally.grades.items()}}
            for (kind, code), tally in public.tallies.items() if tally.mean is not None
        ],
        "answered": [
            {
                "kind": voice.subject_kind, "code": voice.subject_code, "edition": voice.edition, "grade": voice.grade, "words": shown(voice.words),
                "language": voice.language, "said_on": voice.said_on, "answer_ja": voice.answer_ja, "answer_en": voice.answer_en or None,
                "answered_on": voice.answered_on,
            }
            for listed in public.answered.values() for voice in listed
        ],
    }  # fmt: skip


async def _voices(request: Request) -> Response:
    if not settings().voices_url:
        return refused(404, Message("nothing_there"))
    if request.method == "POST":
        return await _say(request)
    return await _READ(request)  # type: ignore[no-any-return]


_READ = answered(_published)
VOICE_ROUTES = [Route(VOICES, _voices, methods=["GET", "POST"])]
