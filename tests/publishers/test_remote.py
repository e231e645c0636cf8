"""An edition proved over the web by a public key alone: a real server of files, and what somebody changed there is named."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kpis.message import Message
from kpis.settings import Settings
from kpis.store.store import Store, utc_now
from publishers.editions import keys, publication, remote
from publishers.editions.verify import EditionFault
from publishers.site.export import export
from tests.command import command
from tests.small_government import settle

pytestmark = pytest.mark.edition


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, str]]:
    """The address of an exported edition, the second after the third was withdrawn, its folder, and the public key."""
    folder = tmp_path_factory.mktemp("remote")
    store = settle(Store(f"sqlite:///{folder / 'working.db'}"), folder / "data")
    chosen = Settings(EDITIONS_DIR=folder / "editions", SIGNING_KEY_FILE=folder / "signing.key")  # type: ignore[call-arg]
    for note in ("一", "二", "三"):
        publication.publish(store, note=note, now=utc_now(), chosen=chosen)
    publication.rollback(store, 2, reason="三は誤り", now=utc_now(), chosen=chosen)
    export(folder / "site", chosen=chosen)
    key = json.loads((folder / "editions" / "keys.json").read_text("utf-8"))["keys"][0]["public_key"]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder / "site")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", folder / "site", key
    server.shutdown()
    server.server_close()


def test_what_is_unchanged_is_proved_and_the_command_says_so(exported: tuple[str, Path, str]) -> None:
    address, _, key = exported
    proved = remote.verify_address(address, key=key)
    assert (proved.editions, proved.shown, proved.faults, proved.withdrawn) == ((1, 2), 2, (), (3,))
    said = command("verify", address, "--key", key, "--edition", "1")
    assert said.returncode == 0 and "unchanged: 0001, 0002\n" in said.stdout and "not looked at: 0003\n" in said.stdout


def test_the_folder_of_an_export_is_refused_and_where_it_is_proved_is_named(exported: tuple[str, Path, str]) -> None:
    """Unchanged, each of its files was named as a forgery, and its keys as those of somebody else."""
    _, folder, key = exported
    for place in (folder, folder / "editions"):
        done = command("verify", str(place), "--key", key)
        assert done.returncode == 2 and "verify https://HOST/ --key KEY" in done.stderr and "何も確かめていません" in done.stderr
    assert command("verify", str(folder.parent / "editions"), "--key", key).returncode == 0


def test_what_somebody_changed_there_is_named(exported: tuple[str, Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    address, folder, key = exported

    def named(name: str, content: bytes, *, own: str = key) -> set[tuple[str, str]]:
        path = folder / "editions" / name
        before = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(content)
        try:
            return {(f.file, f.message.key) for f in remote.verify_address(address, key=own).faults}
        finally:
            path.write_bytes(before)

    assert named("0002/index.html", b"forged") == {("site/index.html", "edition_file_changed")}
    assert named("0002/manifest.sig", b"AAAA") == {("manifest.sig", "edition_signature_wrong")}
    changed = (folder / "editions" / "0001" / "manifest.json").read_bytes().replace("一".encode(), "壱".encode())
    assert named("0001/manifest.json", changed) == {
        ("manifest.sig", "edition_signature_wrong"),
        ("manifest.json", "edition_not_as_kept"),
    }
    assert named("0002/manifest.json", b"[1]") == {
        ("manifest.sig", "edition_signature_wrong"),
        ("manifest.json", "edition_part_unreadable"),
    }
    assert named("current.json", b'{"edition": 1, "withdrawn": {}}') == {("current.json", "pointer_not_signed")}
    assert named("current.json", b"") == {("current.json", "pointer_unreadable")}
    assert named("current.json", b'{"edition": 1000000000000, "withdrawn": {}}') == {("current.json", "pointer_unreadable")}
    assert named("keys.json", b'{"keys": []}') == {("keys.json", "keys_not_signed")}
    monkeypatch.setattr(remote, "SMALL", 10)
    assert named("current.json", b"{}") == {("keys.json", "answer_too_large")}


def test_the_name_of_a_file_forges_no_line_of_what_is_told() -> None:
    fault = EditionFault(1, "site/a\n0001, 0002: unchanged\x1b[2K\u2028b", Message("edition_file_changed"))
    assert fault.file == "site/a 0001, 0002: unchanged[2K b"


def test_a_place_without_editions_or_an_answer_is_named_without_a_traceback(exported: tuple[str, Path, str]) -> None:
    address, _, key = exported
    said = command("verify", f"{address}nowhere/", "--key", key)
    assert said.returncode == 1 and "404" in said.stderr and "Traceback" not in said.stderr
    for unreached, why in (("http://127.0.0.1:9/", "refused"), (address.replace("http:", "https:"), "SSL")):
        said = command("verify", unreached, "--key", key)
        assert said.returncode == 1 and "keys.json" in said.stderr and "Traceback" not in said.stderr
        assert why in said.stderr, "a closed port and a certificate are mended in different places"


def test_a_place_that_says_its_headers_drop_by_drop_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "SECONDS", 1.0)

    class Drips(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with contextlib.suppress(OSError):  # the other side has gone
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                for _ in range(60):
                    self.wfile.write(b"X-More: x\r\n")
                    time.sleep(0.1)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Drips)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    began = time.monotonic()
    proved = remote.verify_address(f"http://127.0.0.1:{server.server_port}/")
    assert [fault.message.key for fault in proved.faults] == ["answer_too_slow"] and time.monotonic() - began < 4
    server.shutdown()
    server.server_close()


def test_an_address_that_is_made_to_end_or_fill_its_reader_is_named_and_the_reader_goes_on() -> None:
    """Signed by a key of its own: many manifests of 20 MB that are few bytes on the line, and files that are listed without a checksum."""
    private = Ed25519PrivateKey.generate()
    public, most = keys.public_of(private), 12
    key = keys.Key(
        key_id=keys.name_of(public), public_key=public, first_edition=most + 1, first_pointer=0, introduced_at="", follows=""
    )
    pointer = {"edition": most, "sequence": 1, "edition_sha256": "", "withdrawn": {}}
    answers = {
        "/editions/keys.json": keys.keys_document([replace(key, signature=keys.sign(private, key.statement))]),
        "/editions/current.json": json.dumps({**pointer, "signature": keys.sign(private, keys.canonical(pointer))}).encode(),
    }

    class Large(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = answers.get(self.path)
            if content is None:
                content = json.dumps(
                    {"edition": int(self.path.split("/")[2]), "files": {"site/a": "no checksum", "site/b": 5}}
                ).encode()
            packer = zlib.compressobj(1)
            content = (
                packer.compress(content + b" " * (remote.SMALL - 1_000) * self.path.endswith("manifest.json")) + packer.flush()
            )
            self.send_response(200)
            self.send_header("Content-Encoding", "deflate")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Large)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tracemalloc.start()
    proved = remote.verify_address(f"http://127.0.0.1:{server.server_port}/")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    server.shutdown()
    server.server_close()
    assert len(proved.editions) == most and ("site/a", "edition_file_changed") in {(f.file, f.message.key) for f in proved.faults}
    assert peak < 6 * remote.SMALL, peak
