"""Which addresses and methods there are at all: what Streamlit offers besides and no page of ours uses is not there."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from api.refusals import refuse
from kpis.message import Message

# Of Streamlit's own addresses: is it up, how it is embedded, the page itself, and files on their way in (uploads say who may).
_OPEN = re.compile(r"/_stcore/(?:health|host-config|stream|upload_file/[^/]+/[^/]+)")
# Numbers of the process, runs made for programs, parts written by others, files beside the pages.
_STREAMLITS = re.compile(r"(?:/.*)?/(?:_stcore|component|app/static)(?:/.*)?")
UPLOAD = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/(?P<file>[^/]+)")
READS = ("GET", "HEAD", "OPTIONS")


class Doors:
    """Refuse what is no address of this app, and every way to write but an upload."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        path = scope.get("path", "")
        if scope["type"] in ("http", "websocket") and _STREAMLITS.fullmatch(path) and not _OPEN.fullmatch(path):
            if scope["type"] == "websocket":
                await receive()
            await refuse(scope, send, 404, Message("nothing_there"))
        elif (
            scope["type"] == "http"
            and scope["method"] not in READS
            and not (UPLOAD.fullmatch(path) and scope["method"] in ("PUT", "DELETE"))
        ):
            await refuse(scope, send, 405, Message("method_not_there"), headers={"Allow": ", ".join(READS)})
        else:
            await self.app(scope, receive, send)
