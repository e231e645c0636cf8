"""Five questions of a director, each answered on a phone in two clicks at most; those of a citizen: ``test_static_accessibility.py``.

Each begins at the overview. ``docs/questions_answered.md`` shows the way.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browser.questions import PHONE, Question
from tests.browser.screen import at_rest, leave, rerun, tab
from tests.browser.visits import GO

pytestmark = pytest.mark.browser
BEGINNING = "/?lang=ja&as_of=2026-11-30"  # a day on which some figures are on track


def on_track(page: Page, asked: Question) -> None:
    asked.answered(page.get_by_role("heading", level=1), "達成・順調")


def where_off(page: Page, asked: Question) -> None:
    row = page.locator("table.att tbody tr").first
    asked.answered(row, "電子決定率100%", "期")  # what, and for how many quarters


def why_and_what_is_done(page: Page, asked: Question) -> None:
    """Nothing was written in the published figures, and the row says so: a missing answer is a finding."""
    link = page.locator("table.att tbody tr:not(:has(a[href*='/projects']))").first.locator("a")
    with rerun(page):
        asked.click(link)
    asked.answered(main(page).get_by_role("heading", level=1), "")
    assert "目標" in main(page).inner_text()


def which_bureau(page: Page, asked: Question) -> None:
    with rerun(page):
        asked.click(page.locator(".st-key-menu").get_by_role("link", name="局別", exact=True))
    asked.answered(page.locator("table.mx tbody").first, "数値・登録のある局")


def how_is_the_project(page: Page, asked: Question) -> None:
    with rerun(page):
        asked.click(page.locator("table.tb-projects a").first)
    asked.answered(main(page).get_by_role("heading", level=1), "プロジェクト")
    assert "マイルストーン" in main(page).inner_text()


def main(page: Page) -> Locator:
    return page.locator("[data-testid=stMain]")


ASKED: dict[str, Callable[[Page, Question], None]] = {
    "director-1-on-track": on_track, "director-2-where-off": where_off, "director-3-why": why_and_what_is_done,
    "director-4-which-bureau": which_bureau, "director-5-project": how_is_the_project,
}  # fmt: skip


def test_five_questions_of_a_director_are_answered_in_two_clicks_on_a_phone(chromium: Browser, server: str) -> None:
    page = tab(chromium, width=PHONE, charts=False).new_page()
    page.goto(f"{server}{BEGINNING}")
    at_rest(page)
    for number, (name, answer) in enumerate(ASKED.items()):
        if number:
            with rerun(page):
                page.evaluate(GO, BEGINNING)
        answer(page, Question(page, name))
    leave(page.context)
