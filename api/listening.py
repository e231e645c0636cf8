"""How the server listens: whoever opens a line and then says nothing, or says it drop by drop, does not hold it."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from api import numbers
from api.policy import headers_of
from kpis.languages import both_shipped
from kpis.message import Message
from kpis.seen import journal
from kpis.settings import settings, software_version

HEAD_SECONDS = 10.0  # from the first to the last line of the head of a request; a browser needs a fraction of one
HEAD_BYTES = 64 * 1024  # a sign-in is kept in cookies of some kilobytes
WEBSOCKET_BYTES = 2 * 1024 * 1024  # what a page says at once: which page, and what was typed and chosen there
_STRANGER: dict[str, Any] = {"type": "http", "path": "/", "method": "GET", "headers": []}  # of whom no request could be read


class Listening(H11Protocol):
    """A line to a client: closed where the head of a request does not come in time, refused in both languages where it is no request."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._wait()  # a part of a head has come; what drips in later does not give it more time
        elif self.conn.their_state is not h11.IDLE:
            self._wait_no_more()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._wait_no_more()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        self._wait_no_more()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        said = both_shipped(Message("request_malformed")).encode()
        kind = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(said)).encode()),
            (b"connection", b"close"),
        ]
        for event in (
            h11.Response(status_code=400, headers=[*kind, *headers_of(_STRANGER, settings())], reason=b"Bad Request"),
            h11.Data(data=said),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _wait(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if not self.transport.is_closing():
            self.transport.close()


def _ended(number: int, _frame: object) -> None:
    """End as a signal says, once the log has said what it counted: whoever is ended by a signal says nothing more by itself."""
    journal.end()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def serve(app: ASGIApp | str) -> None:
    """Serve the app, or the one that a name such as ``server:app`` leads to, where the settings say, until told to end."""
    chosen = settings()
    chosen.keep_files_own()
    journal.begin(serves=True)
    numbers_at = numbers.begin(chosen)
    journal.write(
        "serving", metrics_port=numbers_at, mode=chosen.mode, address=chosen.address, port=chosen.port, version=software_version()
    )
    signal.signal(signal.SIGTERM, _ended)  # what uvicorn does itself comes first
    uvicorn.run(
        app, host=chosen.address, port=chosen.port, log_config=None, log_level="warning", access_log=False, server_header=False, http=Listening,
        h11_max_incomplete_event_size=HEAD_BYTES, ws_max_size=WEBSOCKET_BYTES, proxy_headers=bool(chosen.trusted_proxies),
        forwarded_allow_ips=list(chosen.trusted_proxies), timeout_keep_alive=15,
    )  # fmt: skip
