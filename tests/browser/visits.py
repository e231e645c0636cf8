"""Pages of the dashboard that stay open, each led from address to address within the app, as back and forward lead a reader.

A load takes two to four times the processor of that: most of it is Streamlit's own code, begun anew. Loads are tested where an address is
what is asked about (``test_address.py``). What chooses, types or signs in opens a page of its own (``opened``).
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.screen import WAIT, at_rest, is_idle, leave, rerun, tab

KEPT = 6  # pages open at once: two languages at two widths, and another server's
# Go to an address as the browser does for back and forward.
GO = "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }"


def opened(browser: Browser, address: str, path: str, *, width: int, charts: bool = True) -> tuple[Page, list[str]]:
    """Load a page, wait until it is drawn, and return it with the list of everything that goes wrong on it."""
    return drawn(tab(browser, width=width, charts=charts), address, path)


def drawn(visitor: BrowserContext, address: str, path: str, *, width: int = 0) -> tuple[Page, list[str]]:
    """Load a page as somebody, in a window of a width where one is named, as ``opened`` does."""
    page = visitor.new_page()
    if width:
        page.set_viewport_size({"width": width, "height": 1200})
    wrong, waiting = faults(page), in_flight(page)
    page.goto(address + path)
    page.wait_for_selector("h1", timeout=WAIT)
    settled(page, waiting)
    at_rest(page)
    return page, wrong


def in_flight(page: Page) -> set[str]:
    """Return a set of the addresses that a page has asked for and not yet got; it is kept up to date."""
    waiting: set[str] = set()
    page.on("request", lambda asked: waiting.add(asked.url))
    page.on("requestfinished", lambda asked: waiting.discard(asked.url))
    page.on("requestfailed", lambda asked: waiting.discard(asked.url))
    return waiting


def settled(page: Page, waiting: set[str]) -> None:
    """Wait until a page asks for nothing more: tables and charts fetch their code when first drawn.

    Files to save do not count: Streamlit asks whether they are there and reads no more of the answer than that.
    """
    quiet = 0
    for _ in range(WAIT // 100):
        quiet = 0 if [url for url in waiting if "/media/" not in url] else quiet + 1
        if quiet == 5:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"still asked for: {sorted(waiting)}")


def faults(page: Page) -> list[str]:
    """Return a list that grows with everything that goes wrong on a page: exceptions, failed requests, errors, other hosts asked."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"exception {error}"))
    page.on("requestfailed", lambda r: wrong.append(f"failed {r.url}") if "_stcore/stream" not in r.url else None)

    def answered(response: object) -> None:
        url, code = response.url, response.status  # type: ignore[attr-defined]
        # Streamlit's client asks for /<page>/_stcore/… first, to find the path it is mounted at; 404 is the answer it expects.
        if code >= 400 and not re.search(r"/\w+/_stcore/(health|host-config)$", url):
            wrong.append(f"{code} {url}")

    def said(message: object) -> None:
        text = message.text  # type: ignore[attr-defined]
        place = (message.location or {}).get("url", "")  # type: ignore[attr-defined]
        if message.type == "error" and not re.search(r"/\w+/_stcore/(health|host-config)$", place):  # type: ignore[attr-defined]
            wrong.append(f"console {text}")

    page.on("response", answered)
    page.on("console", said)
    page.on(
        "request", lambda r: wrong.append(f"other host {r.url}") if urlsplit(r.url).hostname not in ("127.0.0.1", None) else None
    )
    return wrong


class Visits:
    """What one process of the tests keeps open: pages by server, language and width, of a visitor with charts and of one without.

    The one without also loads address after address: what was fetched once is not fetched again.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._kept: dict[tuple[str, str, int, bool], tuple[Page, list[str]]] = {}
        self._looker, self.loader = (tab(browser, charts=charts) for charts in (True, False))
        self._anchors = [visitor.pages[0] for visitor in (self._looker, self.loader)]
        self._reader: Page | None = None

    def plain(self, *, width: int = 1280) -> Page:
        """Return the page of somebody who reads without scripts, in a window of a width: a new process for each address costs more than most files."""
        if self._reader is None:
            self._reader = self._browser.new_context(java_script_enabled=False).new_page()
        self._reader.emulate_media(media="null")
        self._reader.set_viewport_size({"width": width, "height": 900})
        return self._reader

    def tidy(self) -> None:
        """Close what a test left open: a page that goes on drawing takes the processor from every test after it."""
        kept = [*self._anchors, *(page for page, _ in self._kept.values())]
        for context in self._browser.contexts:
            if context in (self._looker, self.loader):
                for page in context.pages:
                    if page not in kept:
                        page.close()
            elif not is_idle(context) and (self._reader is None or context is not self._reader.context):
                leave(context)

    def see(self, address: str, path: str, *, width: int, charts: bool = True) -> tuple[Page, list[str]]:
        """Return a page that shows an address, drawn to the end, and what went wrong on the way.

        ``<html lang>`` is told by the server with the page, so each language has a page of its own.
        """
        key = (address, "".join(parse_qs(urlsplit(path).query).get("lang", [])), width, charts)
        held = self._kept.pop(key, None)  # where it fails, the next test gets a new one
        if held is None:
            held = drawn(self._looker if charts else self.loader, address, path, width=width)
        else:
            page, wrong = held
            wrong.clear()
            page.emulate_media(media="null", color_scheme="null")  # as on paper or in the dark for the test before
            if page.viewport_size != (size := {"width": width, "height": 1200}):  # as narrow as paper for the test before
                page.set_viewport_size(size)
            with rerun(page):
                page.evaluate(GO, path)
        self._kept[key] = held
        while len(self._kept) > KEPT:
            self._kept.pop(next(iter(self._kept)))[0].close()
        return held
