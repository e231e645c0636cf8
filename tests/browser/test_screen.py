"""Those who look at pages one after the other in the tests know nothing of each other, though they share what was compiled for them."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.screen import leave, tab

pytestmark = pytest.mark.browser
KEEP = """() => {
    document.cookie = 'kept=1; path=/'; localStorage.kept = '1'; sessionStorage.kept = '1';
    return Promise.all([
        new Promise(done => { const asked = indexedDB.open('kept'); asked.onsuccess = () => { asked.result.close(); done(); }; }),
        caches.open('kept'),
    ]).then(() => null);
}"""
KEPT = """async () => [document.cookie, localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length]"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "index.html").write_text("<!doctype html><title>t</title>", encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def at(page: Page, address: str) -> Page:
    page.goto(address)
    return page


def test_whoever_comes_next_finds_nothing_of_whoever_left(chromium: Browser, address: str) -> None:
    first = tab(chromium, width=375)
    page = at(first.new_page(), address)
    page.evaluate(KEEP)
    assert page.evaluate(KEPT) == ["kept=1", 1, 1, 1, 1] and page.evaluate("innerWidth") == 375
    state = first.storage_state()
    meanwhile = tab(chromium)
    assert meanwhile is not first and at(meanwhile.new_page(), address).evaluate(KEPT) == ["", 0, 0, 0, 0]
    leave(meanwhile)
    leave(first)
    assert page.is_closed()

    second = tab(chromium)
    assert second is first, "or nothing is shared and this test shows nothing"
    page = at(second.new_page(), address)
    assert page.evaluate(KEPT) == ["", 0, 0, 0, 0] and page.evaluate("innerWidth") == 1280
    leave(second)

    back = tab(chromium, state=state)
    assert at(back.new_page(), address).evaluate(KEPT)[0] == "kept=1", "somebody who comes back has their cookies"
    leave(back)


def test_whoever_sees_no_charts_is_another_than_whoever_does(chromium: Browser) -> None:
    """The code that draws them may stay in memory with what was put in its place."""
    without, drawn = tab(chromium, charts=False), tab(chromium)
    leave(without)
    leave(drawn)
    assert tab(chromium, charts=False) is not drawn
