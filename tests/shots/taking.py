"""A page opened as a reader or a role opens it, looked over for what must never be seen, and pictured from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, Page

from charts.themes import DARK_PAPER, PAPER, rgb
from kpis.languages import codes, language
from tests.browser.screen import WAIT, at_rest, leave, open_list, rerun, tab, too_wide, unfolded
from tests.browser.visits import GO, faults, in_flight, settled
from tests.shots.listed import ROLES, Asked
from tests.shots.unsightly import unsightly

PATIENCE = 40_000  # milliseconds; a picture that cannot be taken is told, and the others are
HIGHEST = 9000  # pixels of one picture
GROUND = "getComputedStyle(document.querySelector('.stApp') || document.body).backgroundColor"
HEIGHT = "(document.querySelector('[data-testid=stMain]') || document.documentElement).scrollHeight"
# Nothing has moved for a dozen frames, and every chart is as wide as its place: charts and tables follow a window with a delay of their own.
STILL = """() => new Promise(done => {
    let before = '', same = 0, left = 600;
    const look = () => {
        const root = document.querySelector('[data-testid=stMain]') || document.documentElement;
        const charts = [...document.querySelectorAll('.js-plotly-plot')].every(
            c => !c.checkVisibility() || !c.querySelector('.main-svg') || c.querySelector('.main-svg').getBoundingClientRect().width <= c.parentElement.clientWidth + 2);
        const now = [...root.querySelectorAll('h1, h2, h3, .main-svg, canvas, table, [data-testid=stAlert]')].map(e => {
            const box = e.getBoundingClientRect(); return [box.x, box.y, box.width, box.height].map(Math.round).join(); }).join(';') + root.scrollHeight;
        same = now === before && charts ? same + 1 : 0;
        before = now;
        same >= 12 || !left-- ? done(true) : requestAnimationFrame(look);
    };
    look();
})"""
# What is read on a page, but for what is meant as code or typed by the reader.
WORDS = """() => {
    const copy = (document.querySelector('[data-testid=stApp]') || document.body).cloneNode(true);
    copy.querySelectorAll('code, pre, script, style, svg, a[href^=http]').forEach(e => e.remove());
    return copy.textContent;
}"""
BROKEN = re.compile(
    r"Traceback \(most recent|\b(?:KeyError|TypeError|ValueError|AttributeError|IndexError)\b|\{\w+(?::[^}]*)?\}|:[a-z]+\W{1,2}badge\[|:material/\w"
)


@cache
def keys() -> frozenset[str]:
    """Return the keys of all texts that cannot be taken for a word."""
    return frozenset(key for code in codes() for key in language(code).words if "_" in key)


class Tab:
    """One visitor of one place in one language: a tab that is led from page to page, as whoever a page asks for."""

    def __init__(self, browser: Browser, address: str, code: str, *, is_app: bool = True) -> None:
        self.browser, self.address, self.code, self.is_app = browser, address, code, is_app
        self.role, self.page, self.wrong = "", None, list[str]()

    def open(self, asked: Asked) -> Page:
        """Show a page, drawn to the end."""
        path = self.path(asked.path)
        if not self.is_app:
            page = self.page or self._new(1280)
            page.goto(f"{self.address}/{path}")
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            return page
        if self.page is None or (self.role and not asked.role):  # nobody signs out of a local instance: who looks is asked anew
            self.close()
            page = self._new(1280)
            waiting = in_flight(page)
            page.goto(self.address + path)
            page.wait_for_selector("h1", timeout=WAIT)
            settled(page, waiting)
            at_rest(page)
        else:
            page = self.page
            page.set_viewport_size({"width": 1280, "height": 1200})
            page.emulate_media(color_scheme="light")
            with rerun(page):
                page.evaluate(GO, path)
        if asked.role != self.role:
            act_as(page, asked.role)
            self.role = asked.role
        return page

    def path(self, path: str) -> str:
        """Return the address of a page in the language of this visitor."""
        if not self.is_app:
            return path if self.code == "ja" else f"{self.code}/{path}"
        return path + ("&" if "?" in path else "?") + f"lang={self.code}"

    def close(self) -> None:
        """Leave, so that the next page is opened by somebody new."""
        if self.page is not None:
            leave(self.page.context)
        self.page, self.role, self.wrong = None, "", []

    def _new(self, width: int) -> Page:
        self.page = tab(self.browser, width=width).new_page()
        self.page.set_default_timeout(PATIENCE)
        self.wrong = faults(self.page)
        return self.page


def act_as(page: Page, role: str) -> None:
    """Choose who looks, in the line of the view of a local instance, and fold the line again."""
    box = unfolded(page).get_by_role("combobox").last
    open_list(box)
    with rerun(page):  # by its place: what the office is called is each government's
        page.get_by_role("option").nth(ROLES.index(role)).click()
    line = page.locator(".st-key-view_line details")
    if line.get_attribute("open") is not None:
        line.locator("summary").click()
        page.wait_for_function("() => !document.querySelector('.st-key-view_line details[open]')")


def shaped(page: Page, width: int) -> None:
    """Give the window a width, and all of the page's height."""
    page.set_viewport_size({"width": width, "height": 1200})
    page.evaluate("document.activeElement?.blur()")  # the ring round a title that was given the focus is not what is looked at
    page.evaluate(STILL)
    page.set_viewport_size({"width": width, "height": max(600, min(int(page.evaluate(HEIGHT)) + 8, HIGHEST))})
    page.evaluate(STILL)


def coloured(page: Page, scheme: str) -> None:
    """Show a page as somebody sees it whose system has a scheme of colours."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.wait_for_function(f"{GROUND} === '{rgb(DARK_PAPER if scheme == 'dark' else PAPER)}'", timeout=20_000)
    page.evaluate(STILL)


def looked_over(page: Page) -> Iterator[str]:
    """Say what must never be seen: an exception, a key in place of a text, a page that scrolls sideways; and what is unsightly."""
    if page.locator("[data-testid=stException]").count():
        yield "exception: " + page.locator("[data-testid=stException]").first.inner_text()[:200]
    text = page.evaluate(WORDS)
    if broken := BROKEN.search(text):
        yield f"broken words: {text[max(0, broken.start() - 60) : broken.end() + 60]!r}"
    if shown := sorted(set(re.findall(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", text)) & keys()):
        yield f"keys in place of texts: {', '.join(shown)}"
    if wide := too_wide(page):
        yield f"scrolls sideways: {wide[:3]}"
    yield from unsightly(page)


def japanese_left(page: Page) -> list[str]:
    """Return the Japanese texts of a page in another language, for whoever looks; names may have no other."""
    told = page.evaluate("() => (document.querySelector('[data-testid=stMain]') || document.body).innerText.split('\\n')")
    return list(dict.fromkeys(line.strip() for line in told if re.search(r"[ぁ-んァ-ヶ一-龥]{2}", line)))


def pictured(page: Page, target: Path) -> None:
    """Write the whole page as a picture."""
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target, animations="disabled")
