"""Every page in a real browser: both languages, wide and narrow, figures as text, nothing broken, no other host, no rule of WCAG broken."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Browser, expect

from kpis.settings import ROOT
from tests.browser.axe import broken_rules
from tests.browser.screen import leave, pictured, too_wide
from tests.browser.visits import Visits, opened

pytestmark = pytest.mark.browser
FIGURES = {
    "/": ["72.0%", "99.8%", "99.1%", "78 / 78", "91%"],
    "/five_less": ["72.0%", "55.1", "50.8", "99.8%", "99.1%", "78 / 78"],
    "/indicator?code=procedure_digitisation_rate&as_of=2026-11-30": [  # a day on which its figure is not stale
        "91%",
        "100%",
        "88%",
    ],
    "/indicator?code=paper_sheets": [],
    "/indicator?code=touchless_services": [],
    "/procedures": ["46.4%", "91%", "3 / 10", "9 / 32", "30,000"],
    "/facilities": ["78 / 78", "9 / 58", "29 / 30"],
    "/about": ["0.95", "WCAG 2.2"],
}
WORDS = {
    "ja": {"/": ["定性", "達成", "前回の目標は未達"], "/five_less": ["定性", "切り替え", "約7,000 / 約14,600"], "/indicator?code=paper_sheets": ["5,695万枚"],
           "/indicator?code=touchless_services": ["定性", "Webの活用を拡大"]},
    "en": {"/": ["Qualitative", "Reached", "Last target missed"], "/five_less": ["Qualitative", "switched", "about 7,000 / about 14,600"],
           "/indicator?code=paper_sheets": ["56.95 million sheets"],
           "/indicator?code=touchless_services": ["Qualitative", "Web use widened"]},
}  # fmt: skip


GRIDS = {"/procedures": ("procedures",)}


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", list(FIGURES))
def test_a_page_shows_its_figures_and_nothing_breaks(visits: Visits, server: str, path: str, language: str, width: int) -> None:
    page, wrong = visits.see(server, path + ("&" if "?" in path else "?") + f"lang={language}", width=width)
    main = page.locator("[data-testid=stMain]")
    for figure in [*FIGURES[path], *WORDS[language].get(path, [])]:
        # Tables are drawn by code fetched when first needed, so a figure may come late; one that never comes is named.
        expect(main, figure).to_contain_text(figure, timeout=120_000, use_inner_text=True)
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.evaluate("document.documentElement.lang") == language
    assert too_wide(page) == []
    assert wrong == []
    for name in GRIDS.get(path, ()):  # a grid cannot be read on a phone
        expect(page.locator(f".st-key-as_grid_{name}")).to_be_visible(visible=width == 1280)
        expect(page.locator(f".st-key-as_blocks_{name}")).to_be_visible(visible=width == 375)
    pictured(page, f"{re.sub(r'[^a-z_]+', '-', path).strip('-') or 'overview'}-{language}-{width}")
    assert broken_rules(page) == []


def test_a_block_that_reaches_beyond_the_window_is_noticed(visits: Visits, server: str) -> None:
    page, _ = visits.see(server, "/about?lang=ja", width=375)
    assert too_wide(page) == []
    page.evaluate("document.querySelector('[data-testid=stMain] h1').style.width = '900px'")
    (wide,) = [part for part in too_wide(page) if part.startswith("h1 ")]
    page.evaluate("document.querySelector('[data-testid=stMain] h1').style.width = ''")
    assert wide and too_wide(page) == []


def test_the_language_chosen_on_one_page_stays_on_the_next(chromium: Browser, server: str) -> None:
    page, wrong = opened(chromium, server, "/", width=1280, charts=False)
    page.get_by_text("English", exact=True).click()
    page.wait_for_selector("text=The five lesses")
    page.wait_for_function("document.documentElement.lang === 'en'", timeout=120_000)  # and is read in its voice
    page.get_by_role("link", name="Five lesses").click()
    page.wait_for_selector("h1:has-text('The five lesses')", timeout=120_000)
    assert wrong == []
    leave(page.context)


def test_an_unknown_indicator_is_named_and_the_list_is_offered(chromium: Browser, server: str) -> None:
    page, _ = opened(chromium, server, "/indicator?code=nowhere&lang=en", width=1280, charts=False)
    assert "There is no indicator" in page.inner_text("[data-testid=stMain]")
    leave(page.context)


EVERY_PAGE = sorted(f"/{file.stem}" for file in (ROOT / "pages").glob("*.py"))


def test_every_page_begins_with_the_guard() -> None:
    """Before anything else of a page is run; what the guard then does is seen below, on new servers."""
    for path in EVERY_PAGE:
        steps = ast.parse((ROOT / f"pages{path}.py").read_text(encoding="utf-8")).body
        first = next(s for s in steps if not isinstance(s, ast.Import | ast.ImportFrom) and not is_text(s))
        assert ast.unparse(first).startswith("enter("), path


def is_text(step: ast.stmt) -> bool:
    return isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)


@pytest.mark.parametrize("path", ["/overview", "/submit"])
def test_the_very_first_request_of_a_new_server_never_shows_a_bare_page(
    chromium: Browser, new_small_server: Callable[[], AbstractContextManager[str]], path: str
) -> None:
    """The menu and the language choice of the frame are there: the guard ran, whatever address came first."""
    with new_small_server() as address:
        page, wrong = opened(chromium, address, path, width=1280)
        side = page.locator(".st-key-bar")
        expect(side.get_by_text("概況", exact=True)).to_have_count(1, timeout=120_000)
        expect(side.get_by_text("English", exact=True)).to_have_count(1, timeout=120_000)
        assert not wrong
        leave(page.context)
