"""Bringing sources in from a real HTTP server on loopback, faults included."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from kpis.errors import SourceUnreachable
from kpis.outgoing import is_meant
from kpis.settings import ROOT
from kpis.store import tables
from kpis.store.store import Store
from loaders.files import apart as apart_module
from loaders.pull import Pulled, pull_all
from tests.loaders.test_load import csv_of, row
from tests.shared import copied, shipped

pytestmark = pytest.mark.edition

CONTENT = csv_of(row())
LEADS = {
    "/to-port": "http://127.0.0.1:1/secret", "/to-no-port": "http://127.0.0.1:x/", "/to-half": "http://[::1", "/to-control": "/\x7f", "/to-file": "file:///etc/passwd",
    "/to-long": "/" + "a" * 70_000, "/to-number": "http://2130706433/", "/to-mapped": "http://[::ffff:127.0.0.1]/", "/to-user": "http://127.0.0.1@169.254.169.254/",
}  # fmt: skip
AMBIGUOUS = {
    "/twice.json": ('"value": 1, "value": 2', "the name ‘value’ twice"), "/list.json": ('"value": [1]', "‘value’ that is an array"),
    "/object.json": ('"value": {"a": 1}', "‘value’ that is an array or an object"), "/nan.json": ('"value": NaN', "NaN, which is no number"),
}  # fmt: skip


class Answers(BaseHTTPRequestHandler):
    """One fault per address."""

    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        Answers.asked.append((self.path, self.headers.get("If-None-Match")))
        self.path = self.path.partition("?")[0]
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
        elif self.path == "/cut.csv":  # the line ends within the last row, and nothing says that more was to come
            self.send_response(200)
            self.end_headers()
            self.wfile.write(CONTENT.rstrip()[:-1])
        elif self.path == "/lost.json":
            given = {k: v for k, v in row(period_code="2022-07").items() if v} | {"value": "NUMBER"}
            self.answer(json.dumps([given]).replace('"NUMBER"', "1e-400").encode())
        elif self.path == "/slow":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.drip(b"x")
        elif self.path == "/slow-head":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            self.drip(b"X-More: x\r\n")
        elif self.path == "/slow-hints":
            self.drip(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        elif self.path in LEADS:
            self.send_response(302)
            self.send_header("Location", LEADS[self.path])
            self.end_headers()
        elif self.path == "/deep.json":
            self.answer(b"[" * 100_000)
        elif self.path in AMBIGUOUS:
            self.answer(f"[{{{AMBIGUOUS[self.path][0]}}}]".encode())
        elif self.path == "/flag.json":
            given = row(period_code="2022-06") | {"is_approximate": True}
            self.answer(json.dumps([{k: None if v == "" else v for k, v in given.items()}]).encode())
        elif self.path == "/half.json":
            self.answer(b'[{"indicator_code": "\\ud800"}]')

    def drip(self, piece: bytes) -> None:
        with contextlib.suppress(OSError):  # the other side has gone
            for _ in range(60):
                self.wfile.write(piece)
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


def test_another_database_is_not_told_that_what_it_never_had_is_unchanged(ready: Store, tmp_path: Path, address: str) -> None:
    other = copied(shipped(), tmp_path / "other.db")
    assert [r.outcome for r in pulled(ready, tmp_path, f"{address}/fine.csv")] == ["loaded"]
    assert [r.outcome for r in pulled(other, tmp_path, f"{address}/fine.csv")] == ["loaded"]
    assert Answers.asked[-1] == ("/fine.csv", None)
    assert len(other.all_of(tables.Observation, indicator_code="fax_reduction_rate", period_code="2022-04")) == 1
    assert [r.detail for r in pulled(ready, tmp_path, f"{address}/fine.csv")] == ["304"]


@pytest.mark.parametrize("path", AMBIGUOUS)
def test_json_that_can_be_read_in_two_ways_is_refused(ready: Store, tmp_path: Path, address: str, path: str) -> None:
    before = ready.count(tables.Observation)
    (result,) = pulled(ready, tmp_path, f"{address}{path}")
    assert result.outcome == "failed" and AMBIGUOUS[path][1] in result.detail and ready.count(tables.Observation) == before


def test_true_of_json_is_a_flag_and_no_number(ready: Store, tmp_path: Path, address: str) -> None:
    assert [r.outcome for r in pulled(ready, tmp_path, f"{address}/flag.json")] == ["loaded"]
    (stored,) = ready.all_of(tables.Observation, indicator_code="fax_reduction_rate", period_code="2022-06")
    assert stored["is_approximate"] is True


def test_a_json_array_comes_through_the_same_door(ready: Store, tmp_path: Path, address: str) -> None:
    assert [r.outcome for r in pulled(ready, tmp_path, f"{address}/rows.json")] == ["loaded"]
    assert len(ready.all_of(tables.Observation, indicator_code="fax_reduction_rate", period_code="2022-05")) == 1


@pytest.mark.parametrize(
    ("path", "said"),
    [("/bad.csv", "三割"), ("/broken", "HTTP 500"), ("/away", "localhost"), ("/round", "redirects"), ("/large", "200,000 bytes"),
     ("/short", "/short"), ("/slow", "1 s"), ("/slow-head", "1 s"), ("/slow-hints", "1 s"), ("/to-port", "127.0.0.1:1)"), ("/to-no-port", "Invalid port"),
     ("/to-half", "Invalid port"), ("/to-control", "Invalid"), ("/to-file", "file"), ("/to-long", "too long"), ("/to-number", "2130706433"),
     ("/to-mapped", "::ffff"), ("/to-user", "169.254.169.254"), ("/deep.json", "JSON"), ("/half.json", "JSON"),
     ("/cut.csv", "Content-Length"), ("/lost.json", "1e-400")],
)  # fmt: skip
def test_a_fault_is_named_nothing_is_stored_and_the_next_source_still_comes(
    ready: Store, tmp_path: Path, address: str, path: str, said: str
) -> None:
    began = time.monotonic()
    failed, fine = pulled(ready, tmp_path, address + path, f"{address}/fine.csv")
    assert time.monotonic() - began < 5
    assert failed.outcome == "failed" and said in failed.detail
    assert fine.outcome == "loaded"


@pytest.mark.parametrize("path", ["/broken", "/slow", "/to-port", "/to-half", "/deep.json", ":x/"])
def test_a_password_or_token_of_an_address_is_not_told(ready: Store, tmp_path: Path, address: str, path: str) -> None:
    place = address.replace("http://", "http://office:HIDDEN@") + f"{path}?key=HIDDEN#HIDDEN"
    (result,) = pulled(ready, tmp_path, place)
    assert result.outcome == "failed" and "HIDDEN" not in result.detail and "127.0.0.1" in result.detail


def test_a_host_that_is_not_listed_is_never_asked(ready: Store, tmp_path: Path, address: str) -> None:
    before = len(Answers.asked)
    (result,) = pulled(ready, tmp_path, f"{address}/fine.csv", hosts='"example.org"')
    assert result.outcome == "failed" and "127.0.0.1" in result.detail and len(Answers.asked) == before


def test_a_name_that_leads_to_this_machine_is_not_asked_but_its_own_address_is(
    ready: Store, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's name server answers with this machine's address; nothing else resolves names here."""
    monkeypatch.setattr("socket.getaddrinfo", partial(_rebound, socket.getaddrinfo))
    before, port = len(Answers.asked), address.rpartition(":")[2]
    rebound, near = pulled(
        ready, tmp_path, f"http://figures.example.jp:{port}/fine.csv", f"http://localhost:{port}/fine.csv", hosts='"figures.example.jp", "localhost"'
    )  # fmt: skip
    assert rebound.outcome == "failed" and "127.0.0.1" in rebound.detail
    assert near.outcome == "loaded" and len(Answers.asked) == before + 1


def test_a_name_that_leads_to_any_other_address_of_this_machine_is_not_asked(
    ready: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of its own network card, say, where a service listens that takes whoever comes from there for this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("この機械には網のアドレスがありません / this machine has no address on a network")
        own = line.getsockname()[0]
    asked: list[str] = []

    class Inside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((own, 0), Inside) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr("socket.getaddrinfo", partial(_rebound, socket.getaddrinfo, to=own))
        (result,) = pulled(ready, tmp_path, f"http://figures.example.jp:{server.server_port}/x.csv", hosts='"figures.example.jp"')
        server.shutdown()
    assert result.outcome == "failed" and own in result.detail and asked == []


def _rebound(really: Any, host: str, *given: Any, to: str = "127.0.0.1", **more: Any) -> Any:
    return really(to if host == "figures.example.jp" else host, *given, **more)


@pytest.mark.parametrize(
    ("host", "address", "is_asked"),
    [("a.jp", "10.0.0.5", True), ("a.jp", "2001:db8::1", True), ("a.jp", "127.0.0.2", False), ("a.jp", "::1", False), ("a.jp", "169.254.169.254", False),
     ("a.jp", "::ffff:169.254.169.254", False), ("a.jp", "fe80::1%eth0", False), ("a.jp", "0.0.0.0", False), ("::1", "::1", True), ("[::1]", "::1", True),
     ("localhost", "127.0.0.1", True), ("localhost.a.jp", "127.0.0.1", False), ("169.254.1.1", "169.254.1.1", True), ("a.jp", "64:ff9b::7f00:1", False), ("a.jp", "64:ff9b::a9fe:a9fe", False), ("a.jp", "2002:7f00:1::", False),
     ("a.jp", "::127.0.0.1", False), ("a.jp", "fd00:ec2::254", False), ("a.jp", "100.100.100.200", False), ("a.jp", "64:ff9b::cb00:7105", True)],
)  # fmt: skip
def test_an_address_inside_is_meant_only_where_it_is_written(host: str, address: str, is_asked: bool) -> None:
    assert is_meant(host, address) is is_asked


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


@pytest.mark.parametrize("left", ["", '{"x":', "[]", '{"a": [1]}', '{"a": {"etag": 1}}', "[" * 100_000])
def test_what_is_left_of_the_last_run_ends_no_later_one(ready: Store, tmp_path: Path, address: str, left: str) -> None:
    """A full disk cut the file of validators: every later run ended in a traceback."""
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "state" / "pull.json").write_text(left)
    assert [r.outcome for r in pulled(ready, tmp_path, f"{address}/rows.json")] == ["loaded"]
    assert f"{address}/rows.json" in json.loads((tmp_path / "state" / "pull.json").read_text())


def test_json_is_read_apart_within_limits(ready: Store, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart_module, "USUAL", replace(apart_module.USUAL, answer_bytes=10))
    (result,) = pulled(ready, tmp_path, f"{address}/rows.json")
    assert result.outcome == "failed" and "JSON" in result.detail
