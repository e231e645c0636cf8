"""Lines of Japanese end between phrases also in a browser that does not find them by itself, as Safari and Firefox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from kpis.line_breaks import JOINED, PLACE
from tests.browser.screen import POLL, WAIT
from tests.browser.visits import GO, faults

pytestmark = pytest.mark.browser
# Chromium finds phrases: what is tested is what the others are given, under the policy as it is sent.
AS_OTHERS = """const known = CSS.supports.bind(CSS); CSS.supports = (...asked) => !asked.includes('auto-phrase') && known(...asked);
window.broken = []; document.addEventListener('securitypolicyviolation', e => window.broken.push(`${e.violatedDirective} ${e.blockedURI}`));"""
MARKED = f"[...document.querySelectorAll('h1')].some(e => e.textContent.includes('{PLACE}'))"
COPIED = """selector => { getSelection().selectAllChildren(document.querySelector(selector));
    const event = new ClipboardEvent('copy', {clipboardData: new DataTransfer(), bubbles: true, cancelable: true});
    document.querySelector(selector).dispatchEvent(event);
    return ['text/plain', 'text/html'].map(kind => event.clipboardData.getData(kind)); }"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 375, "height": 900}, locale="ja-JP", reduced_motion="reduce")
    yield context.new_page()
    context.close()


def phrases(page: Page, selector: str) -> list[str]:
    """Return the phrases of the text of an element as they are marked."""
    return str(page.locator(selector).first.text_content()).replace(JOINED, "").split(PLACE)


def becomes(page: Page, state: str) -> None:
    """Wait for a state of a page, whose policy forbids Playwright's own way to wait for one."""
    for _ in range(WAIT // POLL):
        if page.evaluate(state):
            return
        page.wait_for_timeout(POLL)
    raise AssertionError(f"never: {state}")


def test_the_pages_of_an_edition_are_marked_where_phrases_end(page: Page, published_port: int) -> None:
    page.add_init_script(AS_OTHERS)
    wrong = faults(page)
    page.goto(f"http://127.0.0.1:{published_port}/site/index.html")
    becomes(page, MARKED)
    assert "インターネットで" in phrases(page, "h1"), "no line ends within a word"
    assert page.evaluate("getComputedStyle(document.querySelector('.cd-period, footer')).wordBreak") == "keep-all"
    page.goto(f"http://127.0.0.1:{published_port}/site/en/index.html")
    becomes(page, "Boolean(customElements.get('budoux-ja'))")
    assert phrases(page, "h1") == [page.locator("h1").inner_text()], "English ends its lines at spaces"
    assert (page.evaluate("window.broken"), wrong) == ([], [])


def test_what_the_dashboard_draws_later_is_marked_too_and_is_copied_without_marks(page: Page, published_port: int) -> None:
    page.add_init_script(AS_OTHERS)
    wrong = faults(page)
    page.goto(f"http://127.0.0.1:{published_port}/")
    page.wait_for_selector("h1", timeout=WAIT)
    becomes(page, MARKED)
    first = page.locator("h1").first.inner_text()
    page.evaluate(GO, "/procedures")
    expect(page.locator("h1").first).not_to_have_text(first, timeout=WAIT)
    becomes(page, MARKED)
    heading = phrases(page, "h1")
    plain, html = page.evaluate(COPIED, "h1")
    assert PLACE not in plain + html and "".join(heading) in plain.replace(JOINED, ""), (heading, plain)
    page.get_by_role("radio", name="English", exact=True).click()
    becomes(page, "!document.documentElement.classList.contains('phrases')")
    expect(page.locator("h1").first).to_contain_text("procedures", timeout=WAIT)
    assert (page.evaluate("window.broken"), wrong) == ([], [])


def test_a_browser_that_finds_phrases_loads_nothing_for_it(page: Page, published_port: int) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/site/index.html", "/"):
        page.goto(f"http://127.0.0.1:{published_port}{path}")
        page.wait_for_selector("h1", timeout=WAIT)
    assert not [url for url in asked if "phrases" in url] and len(phrases(page, "h1")) == 1
