"""Projects, bureaus and changes in a real browser: ja and en, wide and narrow; the confidence form; the two organisations."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Browser, expect

from kpis.periods import local_day
from kpis.store.store import utc_now
from tests.browser.axe import broken_rules
from tests.browser.screen import Screen, leave, pictured, too_wide, unfolded
from tests.browser.visits import Visits, opened
from tests.shared import JUDGED_UNTIL

pytestmark = pytest.mark.browser
SHOWN = {
    "/projects": {"ja": ["コア・プロジェクト7件(シン・トセイ、シン・トセイ2)", "都政スピードアップ・制度改革", "31件としています"], "en": ["7 core projects (Shin-Tosei, Shin-Tosei 2)", "counts 31", "could not be established"]},
    "/projects?code=CP1": {"ja": ["61部門", "30部門 → 35部門", "目標年(度) 2025"], "en": ["61 divisions", "30 divisions → 35 divisions", "target year 2025"]},
    "/projects?code=CP6": {"ja": ["内部管理事務抜本見直し", "都政スピードアッププロジェクト"], "en": ["Internal Administration Overhaul", "Speed-up Project"]},
    "/projects?code=LP02": {"ja": ["参加町村数", "完了"], "en": ["done", "Bureau of General Affairs"]},
    "/bureau": {"ja": ["局別の数値がまだない指標", "水道局"], "en": ["No figures by bureau yet", "Bureau of Waterworks"]},
    "/bureau?code=WELFARE_HEALTH": {"ja": ["2023年6月30日まで", "割合は不明"], "en": ["until 30 Jun 2023", "share not known"]},
    "/changes?since=2022-10-01": {"ja": ["新しくなった指標", "前年同期・計画との比較"], "en": ["have newer figures", "the year before and the plan"]},
}  # fmt: skip


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", list(SHOWN))
def test_a_page_answers_its_question_and_nothing_breaks(visits: Visits, server: str, path: str, language: str, width: int) -> None:
    page, wrong = visits.see(server, path + ("&" if "?" in path else "?") + f"lang={language}", width=width)
    text = page.inner_text("[data-testid=stMain]")
    for words in SHOWN[path][language]:
        # Tables draw on a canvas; what stands in them is tested against the API in tests/pages.
        assert words in text or words in page.content(), words
    assert page.locator("[data-testid=stException]").count() == 0
    assert too_wide(page) == []
    assert wrong == []
    for chart in page.locator("[data-testid=stPlotlyChart]").all():
        assert chart.locator("svg.main-svg .trace, svg.main-svg .hm").count() > 0, "a chart is empty"
    pictured(page, f"{re.sub(r'[^A-Za-z0-9_]+', '-', path).strip('-')}-{language}-{width}")
    assert broken_rules(page) == []


def test_from_the_overview_a_milestone_is_two_clicks_away(chromium: Browser, server: str) -> None:
    page, wrong = opened(chromium, server, "/?lang=ja", width=1280, charts=False)
    page.get_by_role("link", name="プロジェクト", exact=True).click()
    page.locator(".tb-projects a").first.click()
    page.wait_for_selector("h1:has-text('CP1')", timeout=120_000)
    page.wait_for_selector("text=マイルストーン18件", timeout=120_000)
    assert wrong == []
    leave(page.context)


def test_a_confidence_that_contradicts_the_status_reaches_the_overview(
    chromium: Browser, new_server: Callable[[], AbstractContextManager[str]]
) -> None:
    if local_day(utc_now()) > JUDGED_UNTIL:
        pytest.skip(f"the shipped figures are stale after {JUDGED_UNTIL}: no judgement to contradict")
    with new_server() as address:
        page, wrong = opened(chromium, address, "/projects?code=CP3&lang=ja", width=1280)
        page.get_by_text("見立てを記入する(構造改革室)").click()
        page.locator("[data-testid=stForm]").get_by_text("低", exact=True).click()
        page.get_by_label("理由").fill("第4期の受付に間に合わない見込み")
        page.get_by_label("記入者").fill("構造改革室 佐藤")
        page.get_by_role("button", name="保存する").click()
        page.wait_for_selector("text=食い違っています", timeout=120_000)
        assert wrong == []
        leave(page.context)
        page, _ = opened(chromium, address, "/?lang=ja", width=1280)
        text = page.inner_text("[data-testid=stMain]")
        assert "確信度「低」と計算による判定「順調」が食い違っています" in text and "第4期の受付に間に合わない見込み" in text
        leave(page.context)


def test_the_organisation_of_today_can_be_chosen_and_the_page_says_so(chromium: Browser, server: str) -> None:
    page, wrong = opened(chromium, server, "/bureau?lang=ja", width=1280)
    unfolded(page).get_by_role("radio", name="現在の組織").click()
    page.wait_for_function("document.querySelector('[data-testid=stMain]').innerText.includes('現在の組織')", timeout=120_000)
    assert wrong == []
    leave(page.context)


def test_the_day_and_organisation_of_an_address_hold_on_the_next_page_and_the_address_follows_a_choice(
    chromium: Browser, server: str
) -> None:
    page, wrong = opened(chromium, server, "/bureau?lang=en&as_of=2023-06-30&view=now", width=1280)
    side, main = unfolded(page), page.locator("[data-testid=stMain]")
    expect(main).to_contain_text("As of 30 Jun 2023 ・ organisation of today", timeout=120_000)
    side.get_by_text("At the time", exact=True).click()
    expect(main).to_contain_text("As of 30 Jun 2023; organisation at the time", timeout=120_000)
    Screen(page, server).asks(view="then", as_of="2023-06-30")
    Screen(page, server).menu("/projects").click()
    page.wait_for_selector("h1:has-text('core projects')", timeout=120_000)
    expect(main).to_contain_text("As of 30 Jun 2023", timeout=120_000)
    assert wrong == []
    leave(page.context)
