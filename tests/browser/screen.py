"""A view in a browser: what it shows, waiting until it shows it, and a picture of it."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, StorageState, TimeoutError  # noqa: A004 (it is theirs)

from kpis.line_breaks import JOINED
from kpis.settings import ROOT

WAIT = 120_000
POLL = 50  # milliseconds: to look at every frame, as is usual, takes a tenth to a fifth of a processor from what is waited for
# The run is over, nothing of an earlier run is left or fades, nothing still waits for its code, and every chart has drawn its axes.
AT_REST = """() => document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') === 'notRunning'
    && document.querySelector('[data-testid=stMain] h1') && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')
    && !document.getAnimations().some(a => a instanceof CSSTransition && a.playState === 'running')
    && [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(c => c.querySelector('.js-plotly-plot .main-svg'))"""
# Note from now on whether a run has begun: Streamlit tells whoever embeds it the page of each run, once it shows that it runs. What it shows
# meanwhile is no sign: a short run on a busy machine is over before it is drawn as running.
WATCH = """() => {
    window.hasRunBegun = false;
    const heard = told => {
        if (told.data?.type !== 'SET_CURRENT_PAGE_NAME') return;
        window.hasRunBegun = true;
        removeEventListener('message', heard);
    };
    addEventListener('message', heard);
}"""
# Whether the run is over, and all that tells one view from another: heading, choices, days, words searched for, page number.
SEEN = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    if (!app || app.getAttribute('data-test-script-state') !== 'notRunning') return null;
    const heading = [...document.querySelectorAll('[data-testid=stMain] h1')].map(e => e.innerText);
    if (!heading.length || document.querySelector('[data-testid=stSkeleton]')) return null;
    const line = document.querySelector('.st-key-view_line details');
    if (line && !line.open) line.querySelector('summary').click();  // what it holds is drawn once it was opened
    if (!document.querySelector('.st-key-view_line [data-testid=stDateInput] [role=spinbutton]')) return null;
    const text = query => [...document.querySelectorAll(query)].map(e => e.innerText.trim());
    return {
        heading,
        lists: [...document.querySelectorAll('[data-testid=stSelectbox] input')].map(e => e.getAttribute('aria-label') + ': ' + e.value),
        parts: text('[role=radio][aria-checked=true]'),
        days: [...document.querySelectorAll('[data-testid=stDateInput]')].map(
            e => [...e.querySelectorAll('[role=spinbutton]')].map(s => s.getAttribute('aria-valuenow')).join('-')),
        words: [...document.querySelectorAll('[data-testid=stTextInput]:not(.st-key-frame *) input')].map(e => e.value),
        said: text('[data-testid=stMain] [data-testid=stAlert]'),
    };
}"""
# What reaches beyond the right edge of the window, other than within a part that has a scroll bar of its own or cuts what it holds.
BEYOND = """() => {
    const root = document.querySelector('[data-testid=stMain]') || document.body, edge = root.getBoundingClientRect().left + root.clientWidth + 1;
    const beyond = e => { const r = e.getBoundingClientRect(); return r.width > 1 && r.height > 1 && r.right > edge; };
    const held = e => {
        for (let p = e.parentElement; p && p !== root; p = p.parentElement) {
            if (getComputedStyle(p).overflowX !== 'visible' && !beyond(p)) return true;
        }
        return false;
    };
    const name = e => `${e.tagName.toLowerCase()} ${e.dataset.testid || e.className.toString().slice(0, 40)}: ${(e.innerText || '').slice(0, 60)}`;
    return [...root.querySelectorAll('*')].filter(e => beyond(e) && e.checkVisibility({visibilityProperty: true}) && !held(e)).map(name);
}"""


ANCHOR = "http://127.0.0.1/"
# Those whom nobody is just now, by browser and by whether charts are drawn for them: Chromium compiles Streamlit's code for each anew, which
# is half of the work of a first page, and keeps it as long as a page of the site is open (``--process-per-site``).
_idle: dict[tuple[Browser, bool], list[BrowserContext]] = {}
_taken: dict[BrowserContext, Callable[[], None]] = {}


def tab(browser: Browser, *, width: int = 1280, charts: bool = True, state: StorageState | None = None) -> BrowserContext:
    """Return a visitor who has never been here; ``leave`` makes one of it for the next.

    Args:
        browser: where.
        width: of the window, in pixels.
        charts: draw them; without, the code that draws them is replaced by one that draws nothing, a quarter of the work of a page.
        state: the cookies of an earlier visit, as somebody has who comes back.
    """
    idle = _idle.setdefault((browser, charts), [])
    context = idle.pop() if idle else _visitor(browser)
    anchor, origins = context.pages[0], set[str]()

    def been(url: str) -> None:
        if url.startswith("http"):
            origins.add("{0.scheme}://{0.netloc}".format(urlsplit(url)))

    def opens(page: Page) -> None:
        page.on(
            "framenavigated", lambda frame: been(frame.url)
        )  # first: what follows waits for the browser, and the page may go on meanwhile
        if width != 1280:
            page.set_viewport_size({"width": width, "height": 1200})
        if not charts:
            without_charts(page)

    def forget() -> None:
        context.remove_listener("page", opens)
        for page in context.pages[1:]:
            been(page.url)
            page.close()
        context.clear_cookies()
        session = context.new_cdp_session(anchor)
        for origin in origins:
            session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        session.detach()
        idle.append(context)

    context.on("page", opens)
    if state is not None:
        context.add_cookies(
            [{"name": c["name"], "value": c["value"], "domain": c["domain"], "path": c["path"]} for c in state["cookies"]]
        )
    _taken[context] = forget
    return context


def leave(context: BrowserContext) -> None:
    """Close every page of a visitor, with cookies and whatever else was kept there; nothing is left but the code of the pages."""
    _taken.pop(context, context.close)()


def is_idle(context: BrowserContext) -> bool:
    """Say whether a visitor waits to be somebody."""
    return any(context in idle for idle in _idle.values())


def _visitor(browser: Browser) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": 1280, "height": 1200},
        locale="ja-JP",
        reduced_motion="reduce",
        accept_downloads=True,
        bypass_csp=True,  # Playwright waits by evaluating texts, which our pages forbid; test_policy.py visits them as they are
    )
    context.set_default_timeout(WAIT)
    anchor = context.new_page()
    anchor.route("**", lambda route: route.fulfill(body="<!doctype html>"))
    anchor.goto(ANCHOR)
    return context


def without_charts(page: Page) -> None:
    """Replace the code that draws charts on a page; unlike ``route``, this leaves the browser's cache and every other request alone."""
    nothing = base64.b64encode(b"export default () => null;").decode()
    session = page.context.new_cdp_session(page)
    answer = {"responseCode": 200, "responseHeaders": [{"name": "Content-Type", "value": "text/javascript"}], "body": nothing}
    session.on(
        "Fetch.requestPaused", lambda asked: session.send("Fetch.fulfillRequest", {"requestId": asked["requestId"], **answer})
    )
    session.send("Fetch.enable", {"patterns": [{"urlPattern": "*/PlotlyChart*.js"}]})


def too_wide(page: Page) -> list[str]:
    """Return the parts of a page that reach beyond its right edge. Streamlit scrolls inside a box: the document itself is never too wide."""
    return list(page.evaluate(BEYOND))


def at_rest(page: Page) -> None:
    """Wait until a page is drawn; after a choice, that its run has begun has to be waited for first."""
    page.wait_for_function(AT_REST, timeout=WAIT, polling=POLL)


@contextmanager
def rerun(page: Page) -> Iterator[None]:
    """Wait, after what is done meanwhile, until the run that it asks for has begun and the page is drawn again."""
    page.evaluate(WATCH)
    yield
    page.wait_for_function("window.hasRunBegun", timeout=WAIT, polling=POLL)
    at_rest(page)


def pictured(page: Page, name: str) -> None:
    """Keep a picture of the whole page under ``tests/browser/shots`` where the environment asks for it: ``SHOTS=1 make test``."""
    if not os.environ.get("SHOTS"):
        return
    folder = ROOT / "tests" / "browser" / "shots"
    folder.mkdir(exist_ok=True)
    size = page.viewport_size or {"width": 1280, "height": 900}
    height = page.evaluate("(document.querySelector('[data-testid=stMain]') || document.documentElement).scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": min(int(height) + 20, 6000)})
    page.wait_for_timeout(400)  # charts follow the size of the window
    page.screenshot(path=folder / f"{name}.png")
    page.set_viewport_size(size)


@dataclass
class Screen:
    """One tab."""

    page: Page
    base: str

    def open(self, path: str) -> dict[str, Any]:
        """Load an address as somebody does who was sent it; return what it shows."""
        self.page.goto(self.base + path)
        return self.seen()

    def seen(self) -> dict[str, Any]:
        """Return what is shown once nothing changes any more."""
        before: Any = None
        for _ in range(WAIT // 200):
            now = self.page.evaluate(SEEN)
            if now is not None and now == before:
                return dict(now)
            before = now
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{self.page.url} does not come to rest: {before}")

    def becomes(self, expected: dict[str, Any]) -> None:
        """Wait until exactly this is shown; where it never is, say what is shown instead."""
        try:
            self.page.wait_for_function(
                f"expected => JSON.stringify(({SEEN})()) === expected", arg=_plain(expected), timeout=WAIT, polling=POLL
            )
        except TimeoutError:
            assert self.seen() == expected, f"{self.page.url} does not become what was shown"

    def takes(self, label: str, option: str) -> dict[str, Any]:
        """Wait until a list shows a choice and the run that it began is over, and return what is shown once nothing changes."""
        self.page.wait_for_function(
            f"expected => {{ const now = ({SEEN})(); return now !== null && now.lists.includes(expected); }}",
            arg=f"{label}: {option}", timeout=WAIT, polling=POLL,
        )  # fmt: skip
        return self.seen()

    def asks_other_than(self, name: str, before: str) -> None:
        """Wait until the address says something else of a part."""
        self.page.wait_for_function(
            "([name, before]) => (new URLSearchParams(location.search).get(name) || '') !== before",
            arg=[name, before],
            timeout=WAIT,
        )

    def asks(self, **parameters: str) -> None:
        """Wait until the address says this; a blank means that it says nothing of it."""
        self.page.wait_for_function(
            """asked => { const now = new URLSearchParams(location.search);
                return Object.entries(asked).every(([name, text]) => (now.get(name) || '') === text); }""",
            arg=parameters, timeout=WAIT,
        )  # fmt: skip

    def at(self, path: str) -> None:
        """Wait until the address is of this page."""
        self.page.wait_for_function("path => location.pathname === path", arg=path, timeout=WAIT)

    def has(self, address: str) -> None:
        """Wait until the address is exactly this, without its host: a view may stand there a moment before the server has written it."""
        try:
            self.page.wait_for_function("expected => location.pathname + location.search === expected", arg=address, timeout=WAIT)
        except TimeoutError:
            assert self.path == address

    def leads_to(self, path: str, link: Locator) -> None:
        """Follow a link to another page, and wait until that one is shown: its own heading, drawn to the end."""
        before = self.page.locator("[data-testid=stMain] h1").first.inner_text()
        link.click()
        self.at(path)
        self.page.wait_for_function(
            "before => { const now = document.querySelector('[data-testid=stMain] h1'); return now && now.innerText !== before; }",
            arg=before, timeout=WAIT,
        )  # fmt: skip
        at_rest(self.page)

    @property
    def asked(self) -> dict[str, str]:
        """Return what the address says."""
        return {name: texts[-1] for name, texts in parse_qs(urlsplit(self.page.url).query).items()}

    @property
    def path(self) -> str:
        """Return the address without its host."""
        return self.page.url.removeprefix(self.base)

    def menu(self, address: str) -> Locator:
        """Return the link of the menu that leads to a page; the list in which it is folded is opened."""
        meant = f"a[href^='{address.removeprefix('/')}?']"
        there, floating = self.page.locator(f".st-key-menu {meant}"), self.page.locator(f"[data-testid=stPopoverBody] {meant}")
        for folded in [] if there.count() else self.page.locator(".st-key-menu [data-testid=stPopoverButton]").all():
            folded.click()
            self.page.locator("[data-testid=stPopoverBody] a").first.wait_for(timeout=WAIT)
            if floating.count():
                return floating.first
            self.page.keyboard.press("Escape")
        return there.first

    def opened(self, label: str) -> Locator:
        """Open a list by its label; where it is folded away, the line of the view is opened first."""
        box = self.page.get_by_role("combobox", name=label, exact=True)
        if not box.count():
            unfolded(self.page)
        open_list(box)
        return box

    def pick(self, label: str, option: str) -> None:
        """Choose from a list by its words; again where a run of the page that ended meanwhile took back what was typed."""
        turns = 4
        for turn in range(turns):
            box = self.opened(label)
            box.press("ControlOrMeta+a")
            self.page.keyboard.insert_text(option) if len(option) < 40 else box.press("Delete")
            try:
                self.page.get_by_role("option", name=option, exact=True).first.click(timeout=WAIT / turns)
                break
            except TimeoutError:
                if turn == turns - 1:
                    raise
                box.press("Escape")

    def options(self, label: str) -> list[str]:
        """Return the words of a list."""
        box = self.opened(label)
        self.page.get_by_role("option").first.wait_for(timeout=WAIT)
        found = self.page.get_by_role("option").all_inner_texts()
        box.press("Escape")
        return found

    def chosen(self, label: str) -> str:
        """Return what a list shows."""
        return self.page.get_by_role("combobox", name=label, exact=True).input_value(timeout=WAIT)

    def type_day(self, label: str, day: date) -> None:
        """Type a day into a date field, and leave the last letter in it: nothing is confirmed."""
        field = self.page.get_by_role("group", name=label, exact=True)
        field.get_by_role("spinbutton").first.click(timeout=WAIT)
        self.page.keyboard.type(f"{day:%Y%m%d}")

    def leave_field(self) -> None:
        """Click beside a field: Streamlit takes a typed day when its field is left, and Enter does not leave it."""
        self.page.locator("[data-testid=stMain] h1").first.click(timeout=WAIT)


def _plain(seen: dict[str, Any]) -> str:
    return json.dumps(seen, ensure_ascii=False, separators=(",", ":"))


def as_shown(text: str) -> re.Pattern[str]:
    """Return what matches a text on a page, where characters that hold its words together may stand within."""
    return re.compile(f"{JOINED}?".join(map(re.escape, text)))


def open_list(box: Locator) -> None:
    """Open a list as somebody does who has scrolled to it: a list closes when the page scrolls, so the scrolling comes first."""
    box.scroll_into_view_if_needed(timeout=WAIT)
    box.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))")
    box.click(timeout=WAIT)


def unfolded(page: Page) -> Locator:
    """Return the line of the view, opened: day, organisation, knowledge, and who looks."""
    line = page.locator(".st-key-view_line")
    if line.locator("details").get_attribute("open", timeout=WAIT) is None:
        line.locator("summary").click(timeout=WAIT)
    line.get_by_role("combobox").first.wait_for(timeout=WAIT)
    page.wait_for_function(
        "() => !document.querySelector('.st-key-view_line details').getAnimations({subtree: true}).length", timeout=WAIT
    )
    return line
