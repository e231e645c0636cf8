"""Whoever does not take an answer does not hold its line; whoever takes it slowly keeps it."""

from __future__ import annotations

import asyncio
import logging
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnected
from websockets.sync.client import connect

from api import listening
from api.listening import Listening
from api.seen import Seen
from tests.loops import run_apart

pytestmark = pytest.mark.server

PIECE = b"x" * 65536
ASK = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@dataclass
class Sender:
    """An app that sends without end, or so many pieces, and knows what became of each answer."""

    pieces: int | None = None
    reads_first: bool = False
    under_way: int = 0
    over: list[str] = field(default_factory=list)
    port: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (message := await receive())["type"] == "websocket.receive":
                await send({"type": "websocket.send", "text": message["text"]})
        if scope["type"] != "http":
            return
        self.under_way += 1
        left = asyncio.ensure_future(self._left(receive))
        if self.reads_first:
            await left
        await send({"type": "http.response.start", "status": 200, "headers": []})
        sent = 0
        while not left.done() and sent != self.pieces:
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
            sent += 1
            await asyncio.sleep(0)
        if not left.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        self.over.append("left" if left.done() else "sent")
        left.cancel()

    @staticmethod
    async def _left(receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    def line(self) -> socket.socket:
        """Return a line on which something was asked, and little can wait to be read."""
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(60)
        line.connect(("127.0.0.1", self.port))
        line.sendall(ASK)
        return line


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def sender(request: pytest.FixtureRequest) -> Iterator[Sender]:
    """Serve the app on a line where the system takes as much of an answer as it likes, or as little as a test asks for."""
    app = Sender()
    server = uvicorn.Server(uvicorn.Config(app, http=Listening, log_config=None, lifespan="off", timeout_keep_alive=600))
    with socket.create_server(("127.0.0.1", 0)) as opened:
        if little := getattr(request, "param", 0):
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, little)
        app.port = opened.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
        thread.start()
        until(lambda: server.started)
        yield app
        server.should_exit = server.force_exit = True
        thread.join()


def cut(line: socket.socket) -> bool:
    """Read to the end; say whether the line was cut."""
    try:
        while line.recv(65536):
            pass
    except ConnectionResetError:
        return True
    finally:
        line.close()
    return False


@pytest.mark.parametrize("said", [b"Content-Length: 1000000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"])
@pytest.mark.parametrize("reads_first", [True, False])
def test_a_body_that_comes_drop_by_drop_does_not_hold_a_line(
    monkeypatch: pytest.MonkeyPatch, sender: Sender, said: bytes, reads_first: bool
) -> None:
    """Whether the app waits for the body or has answered already: for a line held so, nobody else's can be opened."""
    monkeypatch.setattr(listening, "READ_SECONDS", 0.3)
    sender.reads_first, sender.pieces = reads_first, 1
    line = socket.create_connection(("127.0.0.1", sender.port), timeout=60)
    line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n" + said)

    def is_cut() -> bool:
        try:
            line.sendall(b"1\r\na\r\n" if b"chunked" in said else b"a")
        except ConnectionError:
            return True
        return False

    until(is_cut)
    line.close()
    until(lambda: len(sender.over) == 1)


def test_a_body_that_comes_slowly_arrives_whole(monkeypatch: pytest.MonkeyPatch, sender: Sender) -> None:
    monkeypatch.setattr(listening, "READ_SECONDS", 1.0)
    sender.pieces = 1
    line = socket.create_connection(("127.0.0.1", sender.port), timeout=60)
    line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 655360\r\n\r\n")
    for _ in range(40):
        line.sendall(b"x" * 16384)
        time.sleep(0.03)
    line.sendall(ASK)
    assert not cut(line), "the line goes on to the next request"


def test_an_answer_that_nobody_takes_is_cut_off(monkeypatch: pytest.MonkeyPatch, sender: Sender) -> None:
    monkeypatch.setattr(listening, "READ_SECONDS", 0.2)
    line = sender.line()
    until(lambda: sender.over == ["left"])
    assert cut(line)


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_request_that_goes_wrong_under_way_ends_its_line_and_is_no_fault(
    caplog: pytest.LogCaptureFixture, sender: Sender, is_answered: bool
) -> None:
    sender.reads_first = not is_answered
    for wrong in (b"zz\r\n", b"-1\r\n", b"0\r\nno header\r\n\r\n"):
        sender.over.clear()
        with socket.create_connection(("127.0.0.1", sender.port), timeout=60) as line:
            line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            if is_answered:
                assert line.recv(9).startswith(b"HTTP/1.1")
            line.sendall(wrong)
            got = b""
            while piece := line.recv(1 << 20):
                got = (got + piece)[:20]
            assert is_answered or got.startswith(b"HTTP/1.1 400 ")
        until(lambda: sender.over == ["left"])
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("sender", [4096], indirect=True)
def test_what_waits_when_the_app_is_done_is_cut_off_too(monkeypatch: pytest.MonkeyPatch, sender: Sender) -> None:
    """Nobody else looks after it: the line is told to close when all has been taken."""
    monkeypatch.setattr(listening, "READ_SECONDS", 0.2)
    sender.pieces = 1
    line, closed = sender.line(), select.poll()
    closed.register(line, select.POLLHUP | select.POLLERR)
    until(lambda: sender.over == ["sent"])
    assert closed.poll(60_000) and cut(line)


def test_an_answer_that_is_taken_slowly_arrives_whole(monkeypatch: pytest.MonkeyPatch, sender: Sender) -> None:
    """Though the system takes a megabyte at once and then nothing for a while."""
    monkeypatch.setattr(listening, "READ_SECONDS", 0.2)
    sender.pieces = 50
    line, got = sender.line(), 0
    began = time.monotonic()
    while part := line.recv(65536):
        got += len(part)
        time.sleep(0.002)
    assert time.monotonic() - began > 0.5 and got > 50 * len(PIECE) and sender.over == ["sent"]
    line.close()


def test_a_websocket_on_which_nothing_is_said_stays_open(monkeypatch: pytest.MonkeyPatch, sender: Sender) -> None:
    monkeypatch.setattr(listening, "READ_SECONDS", 0.2)
    with connect(f"ws://127.0.0.1:{sender.port}/_stcore/stream") as page:
        with pytest.raises(TimeoutError):  # and no end of the line: longer than a body that does not come may take
            page.recv(1.0)
        page.send("choice")
        assert page.recv(60) == "choice"


def test_a_page_that_is_left_while_it_is_closed_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    async def closes(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise WebSocketDisconnected("Cannot call send once a close message has been sent.")

    async def nothing(*_given: object) -> dict[str, str]:
        return {"type": "websocket.disconnect"}

    run_apart(Seen(closes)({"type": "websocket", "path": "/_stcore/stream", "headers": []}, nothing, nothing))  # type: ignore[arg-type]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


OPENING = (
    b"GET /_stcore/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
)
OPENINGS = {
    "more headers than the library reads": (OPENING + b"X: a\r\n" * 130, 400),
    "a body": (OPENING + b"Content-Length: 10\r\n", 400),
    "a body in pieces": (OPENING + b"Transfer-Encoding: chunked\r\n", 400),
    "another method": (OPENING.replace(b"GET", b"POST"), 400),
    "no key": (OPENING.replace(b"Key", b"No"), 400),
    "a sign-in of many cookies": (OPENING + b"Cookie: a=" + b"b" * 30_000 + b"\r\n", 101),
    "as a browser does": (OPENING, 101),
}


@pytest.mark.parametrize("name", OPENINGS)
def test_a_websocket_is_opened_or_refused_and_no_line_is_left_without_an_answer(sender: Sender, name: str) -> None:
    sent, status = OPENINGS[name]
    with socket.create_connection(("127.0.0.1", sender.port), timeout=10) as line:
        line.sendall(sent + b"\r\n")
        answer = line.recv(65536)
        assert answer.startswith(b"HTTP/1.1 %d " % status)
        if status == 400:
            while piece := line.recv(65536):
                answer += piece
            assert "要求" in answer.decode() and b"content-security-policy" in answer, "as every other refusal"
