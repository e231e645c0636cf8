"""A database server that stands still: a relay to a real one that can stop passing anything on, or one of a test's own whose processes are stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url


@dataclass
class Relay:
    """What stands between a process and its database.

    Args:
        url: the database's address through the relay.
        loses: whoever sends these bytes gets no answer: they are passed on, and the line is closed.
    """

    url: str
    loses: bytes = b""
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
                is_lost = bool(relay.loses) and relay.loses in piece
                if is_lost:
                    source.shutdown(socket.SHUT_RDWR)  # first: the answer may be here before this thread is
                to.sendall(piece)
                if is_lost:
                    time.sleep(0.5)  # the server is done with it meanwhile
                    return
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


@dataclass
class Cluster:
    """A PostgreSQL of a test's own, every process of which can be stopped.

    Args:
        url: of an empty database in it.
        postmaster: the process that the others belong to.
    """

    url: str
    postmaster: int

    def freeze(self) -> None:
        """Stop every process where it is, as a machine does that ran out of something: nothing is closed, and nothing answers."""
        os.kill(self.postmaster, signal.SIGSTOP)  # first: else it would begin others
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let every process go on."""
        self._send(signal.SIGCONT)
        os.kill(self.postmaster, signal.SIGCONT)

    def _send(self, number: int) -> None:
        for pid in Path(f"/proc/{self.postmaster}/task/{self.postmaster}/children").read_text().split():
            with suppress(ProcessLookupError):  # a process of the database that ended since it was listed
                os.kill(int(pid), number)


def postgresql_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs where a cluster can be made: on Linux, by root, who can be ``postgres``."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name.partition(".")[0])
    )
    return found[-1].parent if found and sys.platform == "linux" and os.geteuid() == 0 else None


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """Give a PostgreSQL of one's own while the block runs."""
    programs = postgresql_programs()
    assert programs is not None
    with tempfile.TemporaryDirectory(
        prefix="cluster-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
    ) as name:  # the user postgres must reach it
        shutil.chown(name, "postgres")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]

        def run(words: str) -> None:
            subprocess.run(["su", "postgres", "-c", words], check=True, capture_output=True, cwd="/", timeout=120)

        data = f"{name}/data"
        run(f"{programs}/initdb -D {data} --no-sync --encoding=UTF8 --locale=C.UTF-8 --auth=trust")
        run(
            f"{programs}/pg_ctl -D {data} -w -l {name}/log -o '-p {port} -k {name} -c listen_addresses=127.0.0.1 -c fsync=off' start"
        )
        cluster = Cluster(
            f"postgresql://postgres@127.0.0.1:{port}/postgres", int(Path(data, "postmaster.pid").read_text().split()[0])
        )
        try:
            yield cluster
        finally:
            cluster.go_on()
            run(f"{programs}/pg_ctl -D {data} -w -m immediate stop")
