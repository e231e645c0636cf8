"""Bringing sources in from a real HTTP server on loopback, faults included."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from kpis.errors import SourceUnreachable
from kpis.settings import ROOT
from kpis.store import tables
from kpis.store.store import Store
from loaders.pull import Pulled, pull_all
from tests.loaders.test_load import csv_of, row
from tests.shared import copied, shipped

pytestmark = pytest.mark.edition

CONTENT = csv_of(row())


class Answers(BaseHTTPRequestHandler):
    """One fault per address."""

    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        Answers.asked.append((self.path, self.headers.get("If-None-Match")))
        if self.path == "/fine.csv":
            if self.headers.get("If-None-Match") == '"1"':
                self.send_response(304)
                self.end_headers()
                return
            self.answer(CONTENT, etag='"1"')
        elif self.path == "/rows.json":
            self.answer(json.dumps([{k: v or None for k, v in row(period_code="2022-05").items()}]).encode())
        elif self.path == "/bad.csv":
            self.answer(csv_of(row(value="三割")))
        elif self.path == "/broken":
            self.send_error(500)
        elif self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://localhost:1/secret")
            self.end_headers()
        elif self.path == "/round":
            self.send_response(302)
            self.send_header("Location", "/round")
            self.end_headers()
        elif self.path == "/large":
            self.answer(b"x" * 300_000)
        elif self.path == "/short":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"indicator_code")
        elif self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(40):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)

    def answer(self, content: bytes, *, etag: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        if etag:
            self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def ready(tmp_path: Path) -> Store:
    return copied(shipped(), tmp_path / "ready.db")


def pulled(store: Store, tmp_path: Path, *locations: str, hosts: str = '"127.0.0.1"') -> list[Pulled]:
    listed = f"[limits]\nhosts = [{hosts}]\ntimeout_seconds = 1\nmax_bytes = 200000\n"
    for place in locations:
        listed += f'[[source]]\nname = "{place[-9:]}"\nlocation = "{place}"\nkind = "observations.csv"\n'
    (tmp_path / "sources.toml").write_text(listed)
    return pull_all(store, tmp_path / "sources.toml", state_dir=tmp_path / "state")


def test_a_source_is_loaded_once_and_asked_for_with_its_validator_after(ready: Store, tmp_path: Path, address: str) -> None:
    assert [r.outcome for r in pulled(ready, tmp_path, f"{address}/fine.csv")] == ["loaded"]
    (again,) = pulled(ready, tmp_path, f"{address}/fine.csv")
    assert (again.outcome, again.detail) == ("unchanged", "304")
    assert Answers.asked[-1] == ("/fine.csv", '"1"')
    assert len(ready.all_of(tables.Observation, indicator_code="fax_reduction_rate", period_code="2022-04")) == 1


def test_a_json_array_comes_through_the_same_door(ready: Store, tmp_path: Path, address: str) -> None:
    assert [r.outcome for r in pulled(ready, tmp_path, f"{address}/rows.json")] == ["loaded"]
    assert len(ready.all_of(tables.Observation, indicator_code="fax_reduction_rate", period_code="2022-05")) == 1


@pytest.mark.parametrize(
    ("path", "said"),
    [("/bad.csv", "三割"), ("/broken", "HTTP 500"), ("/away", "localhost"), ("/round", "redirects"), ("/large", "200,000 bytes"),
     ("/short", "/short"), ("/slow", "1 s")],
)  # fmt: skip
def test_a_fault_is_named_nothing_is_stored_and_the_next_source_still_comes(
    ready: Store, tmp_path: Path, address: str, path: str, said: str
) -> None:
    failed, fine = pulled(ready, tmp_path, address + path, f"{address}/fine.csv")
    assert failed.outcome == "failed" and said in failed.detail
    assert fine.outcome == "loaded"


def test_a_host_that_is_not_listed_is_never_asked(ready: Store, tmp_path: Path, address: str) -> None:
    before = len(Answers.asked)
    (result,) = pulled(ready, tmp_path, f"{address}/fine.csv", hosts='"example.org"')
    assert result.outcome == "failed" and "127.0.0.1" in result.detail and len(Answers.asked) == before


def test_two_runs_at_once_do_not_meet_and_one_that_was_killed_leaves_no_lock(ready: Store, tmp_path: Path, address: str) -> None:
    """The first run is a command of its own that waits for an answer, and is killed with SIGKILL while it waits."""
    asked, answers = threading.Event(), threading.Event()

    class Waits(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.set()
            answers.wait(60)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Waits)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    listed = tmp_path / "waits.toml"
    listed.write_text(
        '[limits]\nhosts = ["127.0.0.1"]\ntimeout_seconds = 60\n[[source]]\nname = "a"\n'
        f'location = "http://127.0.0.1:{server.server_port}/x.csv"\nkind = "observations.csv"\n'
    )
    code = (
        "import sys\nfrom pathlib import Path\nfrom kpis.store.store import Store\nfrom loaders.pull import pull_all\n"
        "pull_all(Store(sys.argv[1]), Path(sys.argv[2]), state_dir=Path(sys.argv[3]))\n"
    )
    first = subprocess.Popen([sys.executable, "-c", code, ready.url, str(listed), str(tmp_path / "state")], cwd=ROOT)
    try:
        assert asked.wait(60)
        with pytest.raises(SourceUnreachable):
            pulled(ready, tmp_path, f"{address}/fine.csv")
    finally:
        first.kill()
        first.wait()
        answers.set()
        server.shutdown()
    assert [r.outcome for r in pulled(ready, tmp_path, f"{address}/fine.csv")] == ["loaded"]
