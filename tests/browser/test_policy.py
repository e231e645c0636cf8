"""Every page under the content security policy as the server sends it, which other browser tests have to leave aside."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from kpis.languages import say
from pages.parts.menu import SECTIONS
from tests.browser.screen import WAIT, Screen, leave
from tests.browser.visits import GO, faults

pytestmark = pytest.mark.browser
NOTED = """window.broken = [];
document.addEventListener('securitypolicyviolation', e => window.broken.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`));"""
PAGES = [
    *(name for names in SECTIONS.values() for name in names if name not in ("overview", "themes")),
    "submit",
    "review",
    "report",
    "publish",
]


def test_no_page_does_what_the_policy_forbids(chromium: Browser, small_server: str) -> None:
    page = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce").new_page()
    page.add_init_script(NOTED)
    wrong = faults(page)
    page.goto(f"{small_server}/")
    heading = page.locator("[data-testid=stMain] h1").first
    before = ""
    for name in ["", *PAGES]:
        if name == "submit":
            Screen(page, small_server).pick(say("viewer", "ja"), say("local_office", "ja"))
            expect(page.locator(".st-key-view_line summary")).to_contain_text(say("local_office", "ja"), timeout=WAIT)
        if name:
            page.evaluate(GO, f"/{name}")
            expect(heading).not_to_have_text(before, timeout=WAIT)
        expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning", timeout=WAIT)
        expect(page.locator("[data-testid=stSkeleton]")).to_have_count(0, timeout=WAIT)
        charts = page.locator("[data-testid=stPlotlyChart]")
        for at in range(charts.count()):
            expect(charts.nth(at).locator(".main-svg").first).to_be_attached(timeout=WAIT)
        assert (page.evaluate("window.broken"), wrong) == ([], []), name
        before = heading.inner_text()
    # What somebody planted in a page would do is stopped.
    page.evaluate("""() => { const planted = document.createElement('script'); planted.textContent = 'window.planted = 1';
        document.body.append(planted); const seen = new Image(); seen.src = 'http://beacon.example/x.png'; document.body.append(seen);
        const frame = document.createElement('iframe'); frame.src = 'http://beacon.example/'; document.body.append(frame); }""")
    assert page.evaluate("window.planted") is None
    stopped = page.evaluate("() => new Promise(done => setTimeout(() => done(window.broken)))")
    assert {" ".join(each.split()[:2]) for each in stopped} == {
        "script-src-elem inline", "img-src http://beacon.example/x.png", "frame-src http://beacon.example",
    }  # fmt: skip
    leave(page.context)
