"""The base of the middleware layers: pass on everything that is not a request, and refuse requests in one form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from api.refusals import refuse
from kpis.message import Message


class Layer(ABC):
    """A middleware layer. Lifespan events of the server are not requests, and are passed on unchanged."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request or the opening of a websocket; pass on anything else."""
        take = self.take if scope["type"] in ("http", "websocket") else self.app
        await take(scope, receive, send)

    @abstractmethod
    async def take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or answer it."""


async def turn_away(
    scope: Scope,
    receive: Receive,
    send: Send,
    status: int,
    reason: Message,
    *,
    headers: Mapping[str, str] | None = None,
    first: str = "",
) -> None:
    """Refuse a request, or a websocket before it is accepted, after receiving its connect message as servers expect."""
    if scope["type"] == "websocket":
        await receive()
    await refuse(scope, send, status, reason, headers=headers, first=first)
