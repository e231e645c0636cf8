"""Sessions of the pages: who opened each, over which websocket, and when its data are released.

Streamlit keeps the session of a closed page for two minutes, so that a broken connection can resume, and frees it when the next
one is stored. Here a closed page releases its uploads and downloads at once, and a broken connection after half a minute.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from google.protobuf.message import DecodeError
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.session_manager import SessionClient
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from api.layer import turn_away
from api.rates import whence
from api.refusals import refuse
from kpis.errors import Unavailable
from kpis.message import Message as Words
from kpis.reporting.access import Viewer
from kpis.reporting.sign_in import sign_in_id, signed_in
from kpis.seen import counts, doing, journal
from kpis.settings import settings
from kpis.store.store import Store
from kpis.store.unavailable import said_outside

LINGER_SECONDS = 30.0
_LEFT = (1000, 1001, 1005)  # close codes of a page that is left; a broken connection has none


@dataclass
class Socket:
    """A websocket: its session, and the code it was closed with."""

    session_id: str = ""
    close_code: int | None = None


LINE: ContextVar[Socket | None] = ContextVar("line", default=None)


# Messages that our pages send. Streamlit would also report its git repository, clear caches and write files for developers.
_SAID = ("rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "backend_operation_request")
_OPERATIONS = ("deferred_file", "dataframe_chunk")


def is_said_by_pages(sent: bytes) -> bool:
    """Return whether our pages send this websocket message: of a kind that they use, readable, and for files no more than may be uploaded."""
    message = BackMsg()
    try:
        message.ParseFromString(sent)
    except DecodeError:
        return False
    kind, chosen = message.WhichOneof("type"), settings()
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in _OPERATIONS
    if kind == "file_urls_request":  # each name is answered with two addresses
        return chosen.mode != "public" and len(message.file_urls_request.file_names) <= chosen.uploads_per_session
    return kind in _SAID


class Lines:
    """Relay websocket messages of pages, record for the session how the socket closes; report when the database does not answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._open: Counter[str] = Counter()  # by address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "websocket":
            try:
                await self.app(scope, receive, send)
            except Unavailable as error:  # for a gate, before any response
                await refuse(scope, send, 503, said_outside(error), headers={"Retry-After": "30"})
            return
        line = Socket()
        LINE.set(line)

        async def noted() -> Message:
            while True:
                message = await receive()
                if message["type"] == "websocket.disconnect":
                    line.close_code = message.get("code")
                if message["type"] != "websocket.receive" or is_said_by_pages(message.get("bytes") or b""):
                    return message

        who, chosen = whence(scope), settings()
        is_full = self._open.total() >= chosen.pages_at_once
        if is_full or self._open[who] >= chosen.pages_per_address:
            await turn_away(scope, receive, send, 503 if is_full else 429, Words("too_many_pages"), headers={"Retry-After": "60"})
            return
        self._open[who] += 1
        counts.SESSIONS.inc()
        try:
            await self.app(scope, noted, send)
        finally:
            self._open[who] -= 1
            self._open += Counter()  # whoever has left is forgotten
            counts.SESSIONS.dec()


class Sessions(WebsocketSessionManager):
    """Every session with the identity claims of its viewer, and a callback when one ends.

    Attributes:
        claims: session → claims of the identity provider when the page was opened; empty where nobody was signed in.
        on_end: called with each session that has ended.
    """

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.claims: dict[str, dict[str, Any]] = {}
        self.on_end: Callable[[str], None] = lambda _session_id: None
        self._endings: dict[str, asyncio.TimerHandle] = {}

    def connect_session(
        self, client: SessionClient, script_data: Any, user_info: Any, existing_session_id: str | None = None,
        session_id_override: str | None = None,
    ) -> str:  # fmt: skip
        claims = dict(user_info)  # a copy: Streamlit empties its own at sign-out
        session_id = super().connect_session(client, script_data, user_info, existing_session_id, session_id_override)
        self._stay(session_id)
        self.claims[session_id] = claims
        if (line := LINE.get()) is not None:
            line.session_id = session_id
        return session_id

    def disconnect_session(self, session_id: str) -> None:
        super().disconnect_session(session_id)
        if session_id in self.claims and not self.is_active_session(session_id):
            line = LINE.get()
            was_left = line is not None and line.session_id == session_id and line.close_code in _LEFT
            self._stay(session_id)
            self._endings[session_id] = asyncio.get_running_loop().call_later(
                0 if was_left else LINGER_SECONDS, self._end, session_id
            )

    def close_session(self, session_id: str) -> None:
        super().close_session(session_id)
        self._stay(session_id)
        self.claims.pop(session_id, None)
        self.on_end(session_id)

    def _stay(self, session_id: str) -> None:
        if (ending := self._endings.pop(session_id, None)) is not None:
            ending.cancel()

    def _end(self, session_id: str) -> None:
        if not self.is_active_session(session_id):
            self.close_session(session_id)


@lru_cache(maxsize=1)
def store() -> Store:
    """Return the working database, which holds people and roles."""
    return Store(settings().database_url)


def claims_of(scope: Scope) -> dict[str, Any]:
    """Return the identity claims of a request's sign-in cookies; empty without cookies signed by us, at this address.

    Browsers send the cookies of one host to all its ports, and instances may have been given one secret.
    """
    cookies = HTTPConnection(scope).cookies

    def one(name: str) -> bytes | None:
        signed = cookies.get(name)
        return decode_signed_value(get_cookie_secret(), name, signed.encode("latin-1", "ignore")) if signed else None

    try:
        claims = json.loads(get_cookie_with_chunks(one, USER_COOKIE_NAME) or b"{}")
    except ValueError:
        return {}
    own = urlsplit(settings().public_url)
    return claims if isinstance(claims, dict) and claims.get("origin") == f"{own.scheme}://{own.netloc}" else {}


def viewer(claims: Mapping[str, Any]) -> Viewer:
    """Return the viewer with these claims, with present roles."""
    who = signed_in(store(), claims) if claims else Viewer()
    doing.by(journal.person_id(who.email))
    return who


def is_same_sign_in(claims: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Return whether both claims are of one sign-in."""
    return bool(claims and others) and sign_in_id(claims) == sign_in_id(others)
