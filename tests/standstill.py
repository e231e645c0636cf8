"""A database server that stands still: a relay to a real one that can stop passing anything on, while every connection stays open."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import make_url


@dataclass
class Relay:
    """What stands between a process and its database.

    Args:
        url: the database's address through the relay.
    """

    url: str
    goes_on: threading.Event = field(default_factory=threading.Event)

    def stand_still(self) -> None:
        """Pass nothing on from now on; what is open stays open, and new connections are taken and get no answer."""
        self.goes_on.clear()

    def go_on(self) -> None:
        """Pass on what waited, and everything after it."""
        self.goes_on.set()


@contextmanager
def relayed(url: str) -> Iterator[Relay]:
    """Give a relay to the PostgreSQL at an address."""
    there = make_url(url)
    listener = socket.create_server(("127.0.0.1", 0))
    own = there.set(host="127.0.0.1", port=listener.getsockname()[1], query={})
    relay = Relay(own.render_as_string(hide_password=False))
    relay.go_on()
    target = there.query.get("host", there.host or "127.0.0.1")
    open_ones: list[socket.socket] = []

    def reach() -> socket.socket:
        if str(target).startswith("/"):
            reached = socket.socket(socket.AF_UNIX)
            reached.connect(f"{target}/.s.PGSQL.{there.query.get('port', there.port or 5432)}")
            return reached
        return socket.create_connection((str(target), there.port or 5432))

    def pass_on(source: socket.socket, to: socket.socket) -> None:
        try:
            while piece := source.recv(65536):
                relay.goes_on.wait()
                to.sendall(piece)
        except OSError:
            pass
        finally:
            for each in (source, to):
                each.close()

    def serve() -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = reach()
            open_ones.extend((near, far))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=pass_on, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield relay
    finally:
        relay.go_on()
        listener.close()
        for each in open_ones:
            each.close()
