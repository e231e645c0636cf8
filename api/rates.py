"""Rate limits on failed sign-ins, uploads, searches and the open API, by person or address; refusals say when to retry.

Counts are kept in this process (each process counts on its own) and lost when it ends. A static edition is plain files and
is not counted. In local mode there is one user: only uploads are counted.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import parse_qs

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Sent

from api.doors import UPLOAD
from api.layer import Layer, turn_away
from kpis.message import Message
from kpis.networks import plain
from kpis.settings import settings

_CALLBACK, _LOGIN, _STREAM = "/oauth2callback", "/auth/login", "/_stcore/stream"
_SIGNED_IN = b"_streamlit_user="
# A page may send so many messages at once, and further ones so many seconds apart: each begins a run, in threads of its own.
AT_ONCE, APART = 20, 0.05


def whence(scope: Scope) -> str:
    """Return the client address to count by: for IPv6 the network of one subscriber, who controls all its addresses."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ip_address(host)
    except ValueError:
        return host
    address = plain(address)  # where one line takes both, every IPv4 address is of one network of IPv6
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def kind_of(scope: Scope) -> str:
    """Return the rate limit class of a request: ``sign_in``, ``upload``, ``search``, ``api``, ``page``, or blank."""
    path = scope["path"]
    if scope["type"] == "websocket":
        return "page" if path == _STREAM else ""
    if path in (_CALLBACK, _LOGIN):
        return "sign_in"
    if UPLOAD.fullmatch(path):
        return "upload" if scope["method"] == "PUT" else ""
    if path.startswith("/api/v1/"):
        return "search" if any(parse_qs(scope.get("query_string", b"").decode("latin-1")).get("q", [])) else "api"
    return "api" if path.endswith("/calendar.ics") else ""


class Rates(Layer):
    """Count requests, and refuse those above the limit with the seconds to wait."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        self._counts = MovingWindowRateLimiter(MemoryStorage())

    async def take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        kind = kind_of(scope)
        if not kind or (settings().mode == "local" and kind != "upload"):
            await self.app(scope, receive, send)
            return
        rate, who = parse(getattr(settings(), f"rate_{kind}")), whence(scope)
        # A sign-in counts when it fails, everything else on request.
        is_free = self._counts.test(rate, kind, who) if kind == "sign_in" else self._counts.hit(rate, kind, who)
        if not is_free:
            seconds = self._wait(rate, kind, who)
            reason = Message("asked_too_often", seconds=seconds)
            await turn_away(scope, receive, send, 429, reason, headers={"Retry-After": str(seconds)})
        elif scope["path"] == _CALLBACK and scope.get("query_string"):
            await self.app(scope, receive, self._watching(send, rate, who))
        elif kind == "page":
            await self.app(scope, self._at_leisure(receive), send)
        else:
            await self.app(scope, receive, send)

    def _at_leisure(self, receive: Receive) -> Receive:
        """Wrap ``receive`` to slow a page that sends more messages than a person would: searches and choices run on the server."""
        rate, line = parse(settings().rate_word), secrets.token_hex(8)
        free_at = 0.0  # when everything that was said is far enough apart

        async def heard() -> Sent:
            nonlocal free_at
            message = await receive()
            if message["type"] == "websocket.receive":
                now = time.monotonic()
                free_at = max(free_at, now) + APART
                await asyncio.sleep(max(0.0, free_at - now - AT_ONCE * APART))
            if message["type"] == "websocket.receive" and not self._counts.hit(rate, "word", line):
                await asyncio.sleep(self._wait(rate, "word", line))
                self._counts.hit(rate, "word", line)
            return message

        return heard

    def _wait(self, rate: RateLimitItem, kind: str, who: str) -> int:
        return max(1, math.ceil(self._counts.get_window_stats(rate, kind, who).reset_time - time.time()))

    def _watching(self, send: Send, rate: RateLimitItem, who: str) -> Send:
        """Wrap ``send`` to count a sign-in attempt that ends without a sign-in cookie."""

        async def watched(message: Sent) -> None:
            if message["type"] == "http.response.start":
                cookies = [value for name, value in message.get("headers", []) if name.lower() == b"set-cookie"]
                if not any(cookie.startswith(_SIGNED_IN) and not cookie.startswith(_SIGNED_IN + b'""') for cookie in cookies):
                    self._counts.hit(rate, "sign_in", who)
            await send(message)

        return watched
