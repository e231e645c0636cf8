"""Instances of each mode served once for the tests of the web doors, and requests sent to them byte by byte."""

from __future__ import annotations

import os
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kpis.settings import ROOT
from tests.begun import Running, begin
from tests.oidc import free_port


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers by name in small letters (each as often as it stood), and the body."""

    status: int
    headers: dict[str, list[str]]
    body: bytes

    def one(self, name: str) -> str:
        """Return a header that must not stand twice; a blank where it does not stand."""
        found = self.headers.get(name, [])
        assert len(found) <= 1, (name, found)
        return "".join(found)


@dataclass
class Instance:
    """A served instance."""

    port: int
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    base: str = ""  # below which path its pages stand
    process: Running | None = None

    @property
    def host(self) -> str:
        """Return what a browser sends as Host."""
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """Return what a browser sends as Origin."""
        return f"http://{self.host}"

    def line(self) -> socket.socket:
        """Return a connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def opening(self) -> dict[str, Any]:
        """Return how a websocket to it is opened."""
        return {"uri": f"ws://{self.host}{self.base}/_stcore/stream"}

    def ask(self, path: str, method: str = "GET", *, body: bytes = b"", host: str = "", **headers: str) -> Answer:
        """Send a request and return the answer."""
        named = {"Host": host or self.host, "Connection": "close"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        if body:
            named.setdefault("Content-Length", str(len(body)))
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in named.items()) + "\r\n"
        return self.say(head.encode("latin-1") + body)

    def say(self, sent: bytes) -> Answer:
        """Send these bytes and return the answer."""
        with self.line() as line:
            line.sendall(sent)
            return read(line)


def read(line: socket.socket) -> Answer:
    """Read an answer until the server closes the line, or what has come when it resets it."""
    got = b""
    try:
        while part := line.recv(65536):
            got += part
    except ConnectionResetError:
        pass
    head, _, body = got.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, list[str]] = {}
    for each in lines:
        name, _, value = each.partition(":")
        headers.setdefault(name.lower(), []).append(value.strip())
    return Answer(int(first.split()[1]) if first else 0, headers, body)


@contextmanager
def serving(
    folder: Path, *words: str, port: int | None = None, files: int = 0, root: Path = ROOT, **environment: str
) -> Iterator[Instance]:
    """Serve an instance by ``manage.py run`` of this program, or of another version at ``root``, while the block runs.

    Args:
        files: so many may be open at once, lines to clients counted.
    """
    port = port or free_port()
    base = environment.get("BASE_PATH", "")
    around = {**os.environ, "PORT": str(port), "EDITIONS_DIR": str(folder / "editions"), **environment}
    with (folder / "server.log").open("w") as log:
        process = begin(["manage.py", "run", *words], env=around, out=log, files=files, root=root)
        try:
            for _ in range(1500):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}{base}/api/health", timeout=1).close()
                    break
                except OSError:
                    assert process.poll() is None, (folder / "server.log").read_text()
                    time.sleep(0.1)
            yield Instance(port, folder, environment, base, process)
        finally:
            process.terminate()
            process.wait(timeout=60)
