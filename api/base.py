"""Serve the pages below a path (``BASE_PATH``): remove it before anything is judged by its address, restore it for Streamlit.

The layers in between see addresses as at the root of a host. Responses to the browser (redirects, cookies, links) contain the path,
since Streamlit and our own routes are configured with it.
"""

from __future__ import annotations

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.layer import turn_away
from kpis.message import Message


class Below:
    """Answer only requests below the path; the inner app sees addresses relative to the root."""

    def __init__(self, base: str, app: ASGIApp, *, outside: ASGIApp) -> None:
        self.base, self.app, self.outside = base, app, outside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on without the path, or to the app for addresses outside."""
        path = scope.get("path", "")
        if not self.base or scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif path.startswith(self.base + "/"):
            raw = scope.get("raw_path") or path.encode()
            within = {**scope, "path": path.removeprefix(self.base), "raw_path": raw.removeprefix(self.base.encode())}
            await self.app(within, receive, send)
        else:
            await self.outside(scope, receive, send)


class Outside:
    """Redirect the path itself to the first page below it; nothing else exists outside."""

    def __init__(self, base: str) -> None:
        self.base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"] == self.base:
            query = scope.get("query_string", b"").decode("latin-1")
            await RedirectResponse(f"{self.base}/?{query}".rstrip("?"))(scope, receive, send)
            return
        await turn_away(scope, receive, send, 404, Message("nothing_there"))


class PutBack:
    """Restore for the inner app the path that ``Below`` removed."""

    def __init__(self, base: str, app: ASGIApp) -> None:
        self.base, self.app = base, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on with the path."""
        if self.base and scope["type"] in ("http", "websocket"):
            path, raw = scope["path"], scope.get("raw_path") or scope["path"].encode()
            scope = {**scope, "path": self.base + path, "raw_path": self.base.encode() + raw}
        await self.app(scope, receive, send)
