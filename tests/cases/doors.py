"""The doors through which a list comes in, each walked as a person does: check, load and pull; and what is stored afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from kpis.store.store import Store
from loaders.load import check_content, load_file
from loaders.pull import pull_all
from loaders.report import LoadReport
from tests.shared import copied, settled

FILES = Path(__file__).resolve().parent / "files"
DOORS = ("check", "load", "pull")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the files of a folder on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def copy_of(store: Store, folder: Path) -> Store:
    """Return a copy of a store in a folder of its own, to be changed."""
    return copied(settled(store), folder / "copy.db")


def through(door: str, store: Store, path: Path, folder: Path) -> LoadReport:
    """Bring a file in through one door and return its report."""
    if door == "check":
        return check_content(path.read_bytes(), path.name, store=store)
    if door == "load":
        return load_file(store, path)
    with served(path.parent) as address:
        listed = '[limits]\nhosts = ["127.0.0.1"]\n[[source]]\nname = "case"\n' + f'location = "{address}/{path.name}"\n'
        (folder / "sources.toml").write_text(listed)
        (pulled,) = pull_all(store, folder / "sources.toml", state_dir=folder / "state")
    assert (pulled.outcome == "failed") == any(p.grade == "error" for r in pulled.reports for p in r.problems), pulled
    return pulled.reports[0]
