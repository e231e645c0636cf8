"""The dashboard by keyboard alone: no click, no focus set by a script, no address loaded but the first.

Each key is counted but for the letters of the words that are looked for. At each stop the focus is seen (``Keyboard.step``). A report from
upload to approval is walked in ``test_reporting_local.py``, the static edition in ``test_static_accessibility.py``.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.keyboard import Keyboard
from tests.browser.screen import WAIT, at_rest, leave, tab

pytestmark = pytest.mark.browser
MOST = 12
DAY = "2026-11-30"  # on which some figures are on track


def begun(browser: Browser, server: str) -> Keyboard:
    page = tab(browser, charts=False).new_page()
    page.goto(f"{server}/?lang=ja&as_of={DAY}")
    at_rest(page)
    return Keyboard(page)


def test_from_the_overview_to_a_value_and_its_source_and_to_whether_a_procedure_is_online(chromium: Browser, server: str) -> None:
    """By the counts and by the search box; the second task by the search box."""
    keys = begun(chromium, server)
    keys.to("本文へ")
    keys.press("Enter")
    keys.to("順調")  # the count of what is on track
    keys.leads()
    keys.to(href="/indicator?")
    keys.leads()
    assert "91%" in keys.page.inner_text("[data-testid=stMain]")
    keys.to(is_source=True)
    assert keys.presses <= MOST, keys.way

    keys = Keyboard(keys.page)
    keys.press("/")
    keys.write("電子決定率")
    keys.leads()
    keys.to("電子決定率", href="/indicator?")
    keys.leads()
    assert "99.8%" in keys.page.inner_text("[data-testid=stMain]")
    keys.to(is_source=True)
    assert keys.presses <= MOST, keys.way

    keys = Keyboard(keys.page)
    keys.press("/")
    keys.write("狩猟免許")
    keys.leads()
    keys.to("狩猟免許の更新手続", href="/procedures?")
    keys.leads()
    assert "デジタル化済み" in keys.page.inner_text("[data-testid=stMain]")
    assert keys.presses <= MOST, keys.way

    # What opens over the page is entered at once, and left by Escape to where one came from.
    keys.page.keyboard.press("/")
    keys.step("Shift+Tab")
    opener = keys.focus()["name"]
    keys.press("Enter")
    keys.page.wait_for_function("document.activeElement.closest('[data-testid=stPopoverBody]')", timeout=WAIT)
    keys.press("Escape")
    keys.page.wait_for_function("!document.querySelector('[data-testid=stPopoverBody]')", timeout=WAIT)
    assert keys.focus()["name"] == opener
    leave(keys.page.context)
