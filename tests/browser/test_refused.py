"""What is refused is a page too: in the look of the others, light and dark, in the reader's language first, with a way on."""

from __future__ import annotations

import base64
import hashlib

import pytest
from playwright.sync_api import Browser

from api.refusals import STYLE, page
from kpis.settings import ROOT

FRONT = ROOT / "deploy" / "nginx" / "snippets"


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 375, 1280])
@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 20, 26)")])
@pytest.mark.parametrize(("path", "first"), [("/Indicator", "ページがありません"), ("/bureau/x?lang=en", "No such page")])
def test_an_address_that_is_none_of_ours_is_a_page_with_a_way_on(
    chromium: Browser, server: str, path: str, first: str, width: int, scheme: str, ground: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    seen, said = context.new_page(), []
    seen.on("console", lambda message: said.append(message.text))
    assert seen.goto(server + path).status == 404  # type: ignore[union-attr]
    assert seen.locator("h1").inner_text() == first and seen.title().startswith(first)
    assert seen.evaluate("getComputedStyle(document.body).backgroundColor") == ground
    assert not [text for text in said if "Content Security Policy" in text]
    assert seen.evaluate("document.documentElement.scrollWidth") <= width
    link = seen.locator("main a").first
    assert link.bounding_box()["height"] >= 24  # type: ignore[index]
    link.click()
    seen.wait_for_selector("h1:not(main > section > h1)")
    assert seen.url == f"{server}/"
    context.close()


@pytest.mark.unit
def test_what_the_front_says_alone_looks_as_what_the_program_says() -> None:
    shown = (FRONT / "unavailable.html").read_text(encoding="utf-8")
    assert shown.startswith(page("", "", status=503).partition("</h1>")[0])
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in (FRONT / "server.conf").read_text(encoding="utf-8")
