"""What every answer carries, in every mode and whatever its status: nothing is left out, and nothing stands twice."""

from __future__ import annotations

import contextlib
import select
import socket
import time

import pytest

from api.listening import HEAD_SECONDS
from kpis.languages import say
from tests.web.served import Answer, Instance

pytestmark = pytest.mark.server
PATHS = [
    "/", "/bureau?code=DIGITAL", "/overview", "/no-such-page", "/static/js/none.js", "/favicon.png", "/media/none.csv", "/_stcore/health",
    "/_stcore/host-config", "/_stcore/metrics", "/_stcore/none", "/component/x/y", "/api/health", "/api/v1/status?as_of=x", "/api/v1/none",
    "/site", "/site/", "/site/none.html", "/editions/0001/index.html", "/editions/9/", "/embed/paper_sheets.svg", "/feed.atom", "//x", "/a/../b",
    "/auth/logout",
]  # fmt: skip
ALWAYS = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin"}


def held(answer: Answer, path: str, *, https: bool) -> None:
    """Assert what belongs to every answer."""
    for name, value in ALWAYS.items():
        assert answer.one(name) == value
    # Pages of an edition, the same for everybody, are painted sooner where no other process has to begin for them.
    assert answer.one("cross-origin-opener-policy") == ("" if path.startswith(("/site", "/editions")) else "same-origin"), path
    policy = answer.one("content-security-policy")
    assert "default-src 'none'" in policy and "unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")
    assert "http:" not in policy and "https:" not in policy and "*" not in policy
    assert "base-uri" in policy and "form-action" in policy
    assert answer.one("permissions-policy")
    assert (answer.one("strict-transport-security") != "") is https
    assert "server" not in answer.headers
    for cookie in answer.headers.get("set-cookie", []):
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert "samesite=lax" in parts
        assert ("secure" in parts) is https
        assert cookie.startswith("_streamlit_xsrf=") or "httponly" in parts


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "TRACE"])
def test_every_answer_of_every_address_carries_the_headers(local: Instance, public: Instance, method: str) -> None:
    for path in PATHS:
        for instance in (local, public):
            answer = instance.ask(path, method)
            held(answer, path, https=instance is public)
            if method == "HEAD":
                asked = instance.ask(path)
                assert answer.body == b""
                assert (answer.status, answer.one("content-security-policy")) == (
                    asked.status,
                    asked.one("content-security-policy"),
                ), path
                assert answer.one("content-length") in ("", asked.one("content-length"))
            if method in ("POST", "DELETE", "TRACE"):
                assert answer.status in (400, 404, 405), path


def test_only_what_is_published_may_be_read_by_other_pages_and_only_a_card_be_framed(local: Instance, public: Instance) -> None:
    for path in PATHS:
        answer = (
            public.ask(path, Origin="https://other.example")
            if path.startswith(("/api", "/site", "/edi", "/emb", "/feed"))
            else public.ask(path)
        )
        is_open = path.startswith(("/api", "/site", "/editions", "/embed", "/feed"))
        assert answer.one("access-control-allow-origin") == ("*" if is_open else ""), path
        assert answer.one("cross-origin-resource-policy") == ("cross-origin" if is_open else "same-origin"), path
        assert ("frame-ancestors" in answer.one("content-security-policy")) is not path.startswith("/embed/"), path
        closed = local.ask(path)
        assert "access-control-allow-origin" not in closed.headers, path
        assert closed.one("cross-origin-resource-policy") == "same-origin"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/_stcore/metrics", 404), ("/_stcore/metrics/", 404), ("/_stcore/script-health-check", 404), ("/_stcore/agent/openapi.json", 404),
     ("/_stcore/agent/interact", 404), ("/_stcore/agent/mcp", 404), ("/_stcore/bidi-components/x/y.js", 404), ("/bureau/_stcore/metrics", 404),
     ("/component/x/y", 404), ("/app/static/x", 404), ("/_stcore/health", 200), ("/_stcore/host-config", 200)],
)  # fmt: skip
def test_what_streamlit_offers_besides_is_not_there(local: Instance, public: Instance, path: str, status: int) -> None:
    for instance in (local, public):
        assert instance.ask(path).status == status
    assert b"streamlit.app" not in local.ask("/_stcore/host-config").body, "no page elsewhere may steer ours"


@pytest.mark.parametrize(
    "path",
    [
        "//x",
        "//x/y",
        "/a/../b",
        "/..",
        "/%5C%5Cx%5Cy",
        "/%5Cx",
        "/C:/x",
        "/c:x",
        "/%00",
        "/api/v1/indicators/%00/chart.svg",
        "/a/%2e%2e%5Cb",
    ],
)
def test_an_address_of_no_form_is_not_there_and_that_is_said_in_both_languages(
    local: Instance, public: Instance, path: str
) -> None:
    """Streamlit answered them, in two words of English."""
    for instance in (local, public):
        answer = instance.ask(path)
        text = answer.body.decode()
        assert answer.status == 404 and say("nothing_there", "ja") in text and say("nothing_there", "en") in text


HANDSHAKE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [("evil.example", "http://evil.example", 421), ("127.0.0.1:{port}", "http://evil.example", 403), ("127.0.0.1:{port}", "null", 403),
     ("127.0.0.1:{port}", "http://127.0.0.1:1", 403), ("", "http://127.0.0.1:{port}", 400)],
)  # fmt: skip
def test_a_websocket_of_another_host_or_page_is_refused_in_both_languages(
    local: Instance, public: Instance, host: str, origin: str, status: int
) -> None:
    for instance in (local, public):
        named = f"Host: {host}\r\nOrigin: {origin}\r\n".replace("{port}", str(instance.port))
        answer = instance.say(f"GET /_stcore/stream HTTP/1.1\r\n{named}{HANDSHAKE}\r\n".encode())
        assert answer.status == status
        held(answer, "/_stcore/stream", https=instance is public)
        text = answer.body.decode()
        assert "開いてください" in text or "書いてください" in text
        assert "Open" in text or "Write" in text


def test_a_refusal_is_a_page_for_a_browser_and_json_for_a_program(local: Instance) -> None:
    page = local.ask("/bureau", host="evil.example", Accept="text/html,*/*")
    assert (page.status, page.one("content-type")) == (421, "text/html; charset=utf-8")
    assert "evil.example" in page.body.decode() and 'lang="ja"' in page.body.decode() and 'lang="en"' in page.body.decode()
    assert local.ask("/api/v1/status", host="evil.example").one("content-type") == "application/json"
    two = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{local.port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert local.say(two.encode()).status == 400


def test_who_says_nothing_or_says_it_drop_by_drop_does_not_hold_a_line(local: Instance) -> None:
    """Also on a line that has asked once already; the time counts from the first byte, whatever drips in."""
    lines = [socket.create_connection(("127.0.0.1", local.port), timeout=60) for _ in range(40)]
    lines[1].sendall(b"GET /api/health HTTP/1.1\r\nHost: x\r\nX-A:")
    lines[2].sendall(f"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1:{local.port}\r\n\r\nGET /".encode())
    assert b"200 OK" in lines[2].recv(65536)
    began = time.monotonic()
    while time.monotonic() - began < 12 * HEAD_SECONDS:
        with contextlib.suppress(OSError):
            lines[1].sendall(b"x")
        ended, _, _ = select.select(lines[1:2], [], [], 0.5)
        if ended:
            break
    assert ended, "a line on which the first byte was heard is closed, however slowly the rest drips in"
    assert time.monotonic() - began > HEAD_SECONDS / 2, "and not at once"
    for line in lines:
        line.settimeout(HEAD_SECONDS)
        with contextlib.suppress(ConnectionResetError):
            assert b"200 OK" not in line.recv(65536)
        line.close()
    assert local.ask("/api/health").status == 200


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"G@T / HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_what_is_no_request_is_refused_with_the_same_headers(local: Instance, public: Instance, sent: bytes) -> None:
    for instance in (local, public):
        answer = instance.say(sent)
        assert answer.status == 400
        held(answer, "", https=instance is public)
        assert (
            "読めません" in answer.body.decode() and "cannot be read" in answer.body.decode()
        ) or "can be read" in answer.body.decode()
