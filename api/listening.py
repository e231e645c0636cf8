"""Connection limits of the server: a client that sends nothing, or sends or reads too slowly, cannot hold a connection."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import struct
import sys
from typing import Any, cast

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from websockets import http11
from websockets.server import ServerProtocol

from api import numbers
from api.policy import headers_of
from kpis.languages import both_shipped
from kpis.memory import BESIDE_PAGES, allow_files
from kpis.message import Message
from kpis.seen import journal
from kpis.settings import settings, software_version
from kpis.store.unavailable import UNEXPECTED
from kpis.terminal import out

try:
    import fcntl
    import termios
except ImportError:  # Windows does not report bytes in kernel buffers
    termios = None  # type: ignore[assignment]

HEAD_SECONDS = 10.0  # seconds from first to last line of request headers; a browser needs a fraction of one
HEAD_BYTES = 64 * 1024  # a sign-in is stored in cookies of several kilobytes
READ_SECONDS, READ_BYTES = (
    60.0,
    16 * 1024,
)  # bytes to be read, or sent as a body, within so many seconds, or it is closed: 270 bytes/s
WEBSOCKET_BYTES = 2 * 1024 * 1024  # size of a page's message: which page, and what was typed and chosen there
http11.MAX_LINE_LENGTH = HEAD_BYTES  # of the request that opens a websocket, which carries the same cookies
_STRANGER: dict[str, Any] = {"type": "http", "path": "/", "method": "GET", "headers": []}  # for lines without readable request


class Sending:
    """A transport that measures how fast a response is read and closes the connection when too slow, even while closing."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.transport, self._loop = transport, loop
        self._written = self._taken = 0
        self._look: asyncio.TimerHandle | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)

    def write(self, data: bytes) -> None:
        """Send bytes, and check later how many of them are still unsent."""
        self._written += len(data)
        self.transport.write(data)
        if self._look is None and self.transport.get_write_buffer_size():
            self._look_later()

    def stop(self) -> None:
        """Stop checking: the connection is closed, or has switched protocols."""
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _look_later(self) -> None:
        self._taken = self._written - self._left()
        self._look = self._loop.call_later(READ_SECONDS, self._judge)

    def _judge(self) -> None:
        self._look = None
        left = self._left()
        if left and self._written - left - self._taken < READ_BYTES:
            opened = self.transport.get_extra_info("socket")
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # kernel buffers are empty too
            self.transport.abort()
        elif left:
            self._look_later()

    def _left(self) -> int:
        """Return how many written bytes have not reached the client: of a fast response, megabytes wait in kernel buffers."""
        waiting = bytearray(4)
        if termios is not None:
            with contextlib.suppress(OSError, ValueError):  # closed meanwhile
                fcntl.ioctl(self.transport.get_extra_info("socket"), termios.TIOCOUTQ, waiting)
        return self.transport.get_write_buffer_size() + int.from_bytes(waiting, sys.byteorder)


class Listening(H11Protocol):
    """A connection that is closed when request headers arrive too late, a body hardly arrives, or a response is not read.

    Malformed requests are refused in both languages.
    """

    _waiting: asyncio.TimerHandle | None = None
    _answering: Sending | None = None
    _body: asyncio.TimerHandle | None = None
    _arrived = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._answering = Sending(transport, self.loop)
        self.transport = cast("asyncio.Transport", self._answering)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        if self._body is not None:
            self._body.cancel()
        if self._answering is not None:
            self._answering.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._arrived += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:  # a websocket has no body
            return
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._wait()  # part of the headers has arrived; further parts do not extend the time limit
        elif self.conn.their_state is not h11.IDLE:
            self._wait_no_more()
            self._watch_body()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._wait_no_more()
        if not _opens_websocket(event):
            self.send_400_response("")
            return
        if self._answering is not None:  # from here on the websocket pings its client
            self._answering.stop()
            self.transport = self._answering.transport
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        self._wait_no_more()
        super().on_response_complete()

    def _watch_body(self) -> None:
        if self._body is None and self.conn.their_state is h11.SEND_BODY:
            self._body = self.loop.call_later(READ_SECONDS, self._judge_body, self._arrived)

    def _judge_body(self, before: int) -> None:
        """Close the connection if hardly any of a body has arrived, unless it is our app that does not take it."""
        self._body = None
        if self.conn.their_state is h11.SEND_BODY and self._arrived - before < READ_BYTES and not self.flow.read_paused:
            self.transport.abort()
        else:
            self._watch_body()

    def send_400_response(self, msg: str) -> None:
        if self.cycle is not None and not self.cycle.response_complete:  # its app is told that the client has gone
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self.flow.resume_writing()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):  # in the middle of an answer there is no room for another
            self.transport.close()
            return
        body = both_shipped(Message("request_malformed")).encode()
        kind = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        for event in (
            h11.Response(status_code=400, headers=[*kind, *headers_of(_STRANGER, settings())], reason=b"Bad Request"),
            h11.Data(data=body),
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


def _opens_websocket(event: h11.Request) -> bool:
    """Return whether the websocket library accepts a request; uvicorn leaves some that it does not open for good, unanswered."""
    trial = ServerProtocol()
    lines = [b" ".join((event.method, event.target, b"HTTP/1.1")), *(b": ".join(header) for header in event.headers)]
    trial.receive_data(b"\r\n".join([*lines, b"", b""]))
    requests = trial.events_received()
    return bool(requests) and isinstance(requests[0], http11.Request) and trial.accept(requests[0]).status_code == 101


def _ended(number: int, _frame: object) -> None:
    """End the process by a signal after flushing the log's counters, since a process killed by a signal logs nothing more."""
    journal.end()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


_NO_FAULTS = (
    "ASGI callable returned without completing handshake.",  # a websocket was refused with an answer, which has its own line
    "Invalid UTF-8 sequence received from client.",  # which was closed; our pages send no text
)


def _is_fault(record: logging.LogRecord) -> bool:
    """Say whether a line of the server tells of more than what a client did wrong."""
    return record.getMessage() not in _NO_FAULTS


class _Server(uvicorn.Server):
    """A server that says on standard output where it is, once it answers there."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host = f"[{self.config.host}]" if ":" in self.config.host else self.config.host
            out.print(f"http://{host}:{self.config.port}{settings().base_path}")


def serve(app: ASGIApp | str) -> None:
    """Serve the app, or the one named as ``server:app``, at the address in the settings until told to stop."""
    chosen = settings()
    chosen.keep_files_own()
    allow_files(chosen.pages_at_once + BESIDE_PAGES)
    journal.begin(serves=True)
    numbers_at = numbers.begin(chosen)
    journal.write(
        "serving", metrics_port=numbers_at, mode=chosen.mode, address=chosen.address, port=chosen.port, version=software_version()
    )
    logging.getLogger("uvicorn.error").addFilter(_is_fault)
    signal.signal(signal.SIGTERM, _ended)  # uvicorn's own handling comes first
    config = uvicorn.Config(
        app, host=chosen.address, port=chosen.port, log_config=None, log_level="warning", access_log=False, server_header=False, http=Listening,
        h11_max_incomplete_event_size=HEAD_BYTES, ws_max_size=WEBSOCKET_BYTES, proxy_headers=bool(chosen.trusted_proxies),
        forwarded_allow_ips=list(chosen.trusted_proxies), timeout_keep_alive=15,
    )  # fmt: skip
    server = _Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(UNEXPECTED)
