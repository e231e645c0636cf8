"""The outermost layer of the app: give each request a number, returned in its response, and log it when it ends."""

from __future__ import annotations

import logging
import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnected

from api.doors import VOICES
from api.layer import Layer
from api.refusals import answer, refuse
from kpis.message import Message as Words
from kpis.seen import counts, doing, journal
from kpis.settings import settings

NUMBER = b"x-request-id"
LONGEST = 200
_STARTS = {"http.response.start", "websocket.http.response.start", "websocket.accept"}
_LEFT = 499  # the client closed the connection; a status for the log only
_KINDS = {
    "api": re.compile(r"/api(?:/.*)?"), "health": re.compile(r"/api/health(?:/.*)?|/_stcore/health"),
    "edition": re.compile(r"/(?:site|editions|data|embed)(?:/.*)?|/feed\.atom|/calendar\.ics|/sitemap\.xml"),
    "upload": re.compile(r"/_stcore/upload_file/.*"), "download": re.compile(r"/media/.*"), "stream": re.compile(r"/_stcore/stream"),
    "sign_in": re.compile(r"/auth/.*|/oauth2callback"), "frame": re.compile(r"/static/.*|/_stcore/.*|/favicon\S*|.*\.(?:js|css|png|svg|woff2?)"),
}  # fmt: skip


def kind_of(path: str) -> str:
    """Return the kind of an address; by default a page."""
    kinds = [kind for kind, pattern in _KINDS.items() if pattern.fullmatch(path)]
    return ("health" if "health" in kinds else kinds[0]) if kinds else "page"


class Seen(Layer):
    """Give each request a number and log it when it ends; log an unhandled exception once and answer it."""

    async def take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        method, path = scope.get("method", "WEBSOCKET")[:20], scope["path"][:LONGEST]
        base = settings().base_path
        within = {**scope, "path": scope["path"].removeprefix(base)}
        kind = kind_of(within["path"][:LONGEST])
        noted = doing.begun(f"{method} {kind}")
        status, began, size = 0, 0.0, 0

        async def numbered(message: Message) -> None:
            nonlocal status, began, size
            if message["type"] in _STARTS:
                status, began = message.get("status", 101), noted.seconds()
                message = {**message, "headers": [*message.get("headers", []), (NUMBER, noted.number.encode())]}
            size += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, numbered)
        except WebSocketDisconnected:
            pass  # the page was left while Streamlit was about to close it
        except Exception as error:  # noqa: BLE001  # any error is logged here, once
            journal.write("request failed", level=logging.ERROR, error=error, what=noted.what, path=path)
            if not status:
                await refuse(within, numbered, 500, Words("request_failed"))
        finally:
            seconds = noted.seconds() if scope["type"] == "http" else began
            counts.REQUESTS.labels(kind, str(status or _LEFT)).observe(seconds)
            own = settings()
            if scope.get("client") and within["path"] != VOICES and (own.log_addresses or own.mode == "office"):
                noted.fields["client"] = scope["client"][0]
            journal.ended("request", noted, slow=began, method=method, path=path, status=status or _LEFT, bytes=size)


async def failed(request: Request, _error: Exception) -> Response:
    """Answer a request that raised an unexpected error."""
    within = {**request.scope, "path": request.scope["path"].removeprefix(settings().base_path)}
    kind, body = answer(within, Words("request_failed"), status=500)
    return Response(body, 500, {"Cache-Control": "no-store", "Content-Type": kind.decode()})
