"""A real browser, below the path and through nginx: it finds the files of the pages, the websocket and the other pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect, sync_playwright

from kpis.languages import say
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.deploy.conftest import Installation
from tests.deploy.front import PUBLIC

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromiumがありません / no Chromium on this machine: apt-get install chromium-headless-shell"
    ),
]


def test_a_browser_opens_a_page_below_the_path_and_goes_to_another(installation: Installation) -> None:
    public = installation.front.public
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, f"--host-resolver-rules=MAP {PUBLIC} 127.0.0.1"]
        )
        page = browser.new_context(ignore_https_errors=True, bypass_csp=True).new_page()
        page.set_default_timeout(60_000)
        lost: list[str] = []
        page.on("response", lambda answer: lost.append(answer.url) if answer.status >= 400 else None)
        page.goto(f"{public.origin}/app/bureau?lang=en")
        page.get_by_test_id("stPageLink").get_by_role("link", name=say("nav_about", "en")).first.click()
        expect(page.get_by_role("link", name="/app/api/v1/indicators")).to_have_attribute("href", "/app/api/v1/indicators")
        expect(page).to_have_url(f"{public.origin}/app/about?lang=en")
        page.go_back()
        expect(page).to_have_url(f"{public.origin}/app/bureau?lang=en")
        browser.close()
    looking = [url for url in lost if not url.endswith(("/app/bureau/_stcore/health", "/app/bureau/_stcore/host-config"))]
    assert looking == [], "what a browser asks of the page first, to find out below which path it is, is not there"
