"""Under which names an instance answers, and which pages may ask it: every way to write a host, in each mode."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.hosts import place, refused
from kpis.settings import Settings, settings

pytestmark = pytest.mark.unit
HERE, ELSEWHERE = ("127.0.0.1", 50000), ("203.0.113.7", 50000)


def mode(name: str, public_url: str = "https://kpi.example.jp") -> Settings:
    return settings().model_copy(update={"mode": name, "public_url": public_url, "editions_dir": Path("/nowhere")})


def asked(
    host: str | list[str] | None, origin: str | list[str] | None = None, *, path: str = "/", method: str = "GET",
    client: tuple[str, int] = HERE, kind: str = "http",
) -> dict[str, Any]:  # fmt: skip
    """A request with these Host and Origin headers."""
    headers = [(name, each) for name, given in ((b"host", host), (b"origin", origin)) for each in _several(given)]
    return {"type": kind, "path": path, "method": method, "client": client, "headers": headers}


def _several(given: str | list[str] | None) -> list[bytes]:
    return [each.encode("latin-1") for each in ([given] if isinstance(given, str) else given or [])]


def status(scope: dict[str, Any], chosen: Settings) -> int:
    wrong = refused(scope, chosen)
    return wrong[0] if wrong else 200


OWN = ["127.0.0.1:8501", "localhost", "LOCALHOST:8501", "localhost.:8501", "[::1]:8501", "[0:0:0:0:0:0:0:1]", "127.0.0.1"]
STRANGE = ["", "localhost:0", "localhost:99999", "localhost:", "localhost:8501:1", "localhost/", "u@localhost", "localhost@evil.example",
           "localhost..", "[::1", "::1", "[::1%25lo]", "local host", "localhost#", "localhost?x", "localhost\\.evil.example", ".localhost",
           "*", "localhost,evil.example"]  # fmt: skip
FOREIGN = ["evil.example", "evil.example:8501", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.5", "[fe80::1]", "[::ffff:10.0.0.5]",
           "kpi.example.jp.evil.example", "xkpi.example.jp", "2130706433", "0.0.0.0", "0x7f.1"]  # fmt: skip


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("host", OWN)
def test_a_local_instance_answers_names_of_this_machine(host: str, kind: str) -> None:
    assert status(asked(host, kind=kind), mode("local")) == 200
    origin = f"http://{host}"
    assert status(asked(host, origin, kind=kind), mode("local")) == 200


@pytest.mark.parametrize("name", ["local", "office", "public"])
@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("path", ["/", "/api/health", "/_stcore/stream", "/media/x", "/static/js/x.js", "/site/index.html"])
@pytest.mark.parametrize("host", [*FOREIGN, *STRANGE])
def test_a_host_that_is_not_its_own_is_refused_on_every_address(host: str, path: str, kind: str, name: str) -> None:
    assert status(asked(host, path=path, kind=kind), mode(name)) == (400 if host in STRANGE else 421)


@pytest.mark.parametrize("name", ["local", "office", "public"])
@pytest.mark.parametrize("hosts", [None, ["localhost", "localhost"], ["localhost", "evil.example"]])
def test_no_host_and_several_are_refused(hosts: list[str] | None, name: str) -> None:
    assert status(asked(hosts), mode(name)) == 400


@pytest.mark.parametrize("name", ["office", "public"])
@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("kpi.example.jp", 200),
        ("KPI.Example.JP", 200),
        ("kpi.example.jp.", 200),
        ("kpi.example.jp:443", 200),
        ("kpi.example.jp:8501", 421),
    ],
)
def test_the_host_of_public_url_is_answered_to_everybody(host: str, expected: int, name: str) -> None:
    assert status(asked(host, client=ELSEWHERE), mode(name)) == expected
    assert status(asked(host), mode("local")) == 421, "a local instance has no other name than the machine's"


@pytest.mark.parametrize("name", ["office", "public"])
def test_names_of_this_machine_are_taken_from_this_machine_only(name: str) -> None:
    assert status(asked("127.0.0.1:8501", path="/api/health"), mode(name)) == 200
    assert status(asked("127.0.0.1:8501", path="/api/health", client=ELSEWHERE), mode(name)) == 421
    assert status(asked("[2001:db8::1]:8501", client=ELSEWHERE), mode(name, "https://[2001:DB8:0::1]:8501")) == 200


BAD_ORIGINS = ["null", "http://evil.example", "http://localhost:1", "http://localhost", "https://127.0.0.1:8501.evil.example", "file://",
               "http://localhost:8501@evil.example", "http://user@localhost:8501", "http://localhost:8501/", "localhost:8501",
               "chrome-extension://abc", "http://[::1]:8501", "", "http://kpi.example.jp"]  # fmt: skip


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("origin", BAD_ORIGINS)
def test_a_page_of_another_origin_is_refused_by_a_local_instance(origin: str, kind: str) -> None:
    assert status(asked("localhost:8501", origin, kind=kind), mode("local")) == 403
    assert status(asked("localhost:8501", ["http://localhost:8501", origin], kind=kind), mode("local")) == 403


@pytest.mark.parametrize(
    "origin", [*BAD_ORIGINS, "https://kpi.example.jp:8443", "http://kpi.example.jp:443", "https://kpi.example.jp.evil.example"]
)
def test_a_page_of_another_origin_is_refused_by_an_office_and_by_the_websocket_of_the_public(origin: str) -> None:
    for chosen, path, kind in (("office", "/", "http"), ("office", "/api/health", "http"), ("office", "/_stcore/stream", "websocket"),
                               ("public", "/_stcore/stream", "websocket"), ("public", "/", "http")):  # fmt: skip
        assert status(asked("kpi.example.jp", origin, path=path, kind=kind, client=ELSEWHERE), mode(chosen)) == 403
    put = asked("kpi.example.jp", origin, path="/api/v1/status", method="PUT", client=ELSEWHERE)
    assert status(put, mode("public")) == 403


def test_what_is_published_may_be_read_from_anywhere_and_the_own_page_may_do_all() -> None:
    for path in ("/api/v1/status", "/editions/0001/index.html", "/site/", "/data/status.csv", "/embed/x.svg", "/feed.atom"):
        assert status(asked("kpi.example.jp", "null", path=path, client=ELSEWHERE), mode("public")) == 200
        assert status(asked("kpi.example.jp", "https://other.example", path=path), mode("office")) == 403
    for origin in ("https://kpi.example.jp", "https://KPI.example.jp", "https://kpi.example.jp:443"):
        assert status(asked("kpi.example.jp", origin, kind="websocket", client=ELSEWHERE), mode("office")) == 200


@pytest.mark.parametrize("path", ["http://evil.example/", "*", ""])
def test_an_address_that_is_no_path_is_refused(path: str) -> None:
    assert status(asked("localhost", path=path), mode("local")) == 400


def test_a_place_is_read_as_it_is_compared() -> None:
    found = place("[::0001]:80")
    assert found is not None and (found.name, found.port, found.is_this_machine) == ("::1", 80, True)
