"""The allow-list of addresses, methods and cookies: routes of Streamlit that none of our pages uses are not served."""

from __future__ import annotations

import re

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.layer import Layer, turn_away
from kpis.message import Message
from kpis.settings import settings

# Streamlit's own addresses: health, embedding, the page itself, downloads and uploads (which check the viewer).
_OPEN = re.compile(r"/_stcore/(?:health|host-config|stream|upload_file/[^/]+/[^/]+)")
# Metrics, runs for programs, third-party components, files beside the pages.
_STREAMLITS = re.compile(r"(?:/.*)?/(?:_stcore|component|app/static)(?:/.*)?")
# Paths of no address of ours, which Streamlit would refuse in English: two strokes at the start, NUL, a drive, or a way upwards.
_OF_NOTHING = re.compile(r"[/\\]{2}.*|.*\0.*|/[A-Za-z]:.*|/\\.*|(?:.*[/\\])?\.\.(?:[/\\].*)?", re.DOTALL)
UPLOAD = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/(?P<file>[^/]+)")
VOICES = "/api/v1/voices"  # readers' feedback on clarity, without an account
READS = ("GET", "HEAD", "OPTIONS")
_FOR_PROGRAMS = re.compile(r"/(?:api|data|embed|editions)(?:/|$)")
# Preflight request of a browser for a cross-origin If-None-Match.
_ASKED_FIRST = {
    "Allow": ", ".join(READS), "Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Allow-Headers": "If-None-Match",
}  # fmt: skip


class Doors(Layer):
    """Refuse unknown addresses, and every writing method except uploads and readers' feedback."""

    async def take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        scope = _without_quoted_cookies(scope)
        path = scope.get("path", "")
        if scope["type"] == "http" and scope["method"] == "OPTIONS" and _FOR_PROGRAMS.match(path):
            await Response(status_code=204, headers=_ASKED_FIRST)(scope, receive, send)
        elif _OF_NOTHING.fullmatch(path) or (_STREAMLITS.fullmatch(path) and not _OPEN.fullmatch(path)):
            await turn_away(scope, receive, send, 404, Message("nothing_there"))
        elif (
            scope["type"] == "http"
            and scope["method"] not in READS
            and not (path == VOICES and scope["method"] == "POST" and settings().mode == "public" and settings().voices_url)
            and not (UPLOAD.fullmatch(path) and scope["method"] in ("PUT", "DELETE"))
        ):
            await turn_away(scope, receive, send, 405, Message("method_not_there"), headers={"Allow": ", ".join(READS)})
        else:
            await self.app(scope, receive, send)


def _without_quoted_cookies(scope: Scope) -> Scope:
    """Leave out cookies with a backslash, which none of ours has: Python before 3.11.10 reads 60 kB of them for seconds, for everybody."""
    if not any(name == b"cookie" and b"\\" in value for name, value in scope["headers"]):
        return scope
    kept = [(name, _unquoted(value) if name == b"cookie" else value) for name, value in scope["headers"]]
    return {**scope, "headers": kept}


def _unquoted(cookies: bytes) -> bytes:
    return b";".join(cookie for cookie in cookies.split(b";") if b"\\" not in cookie)
