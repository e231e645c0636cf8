"""The meeting of the office in a real browser: a decision taken live becomes an action, the minutes are closed and opened again, the pack is taken along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kpis.periods import local_day
from kpis.reporting import people
from kpis.store import tables
from kpis.store.store import Store, utc_now
from publishers.fonts import has_japanese
from tests.browser.conftest import serving
from tests.browser.screen import at_rest, leave, pictured, rerun, tab, too_wide
from tests.browser.test_journey import CALENDAR, text_of
from tests.browser.test_reporting_local import WORDS, act_as
from tests.small_government import settle

pytestmark = pytest.mark.browser


@pytest.fixture
def local(tmp_path: Path) -> Iterator[tuple[str, Store]]:
    url = f"sqlite:///{tmp_path / 'served.db'}"
    store = settle(Store(url), tmp_path / "data", calendar=CALENDAR)
    people.local_people(store)
    places = {"CATALOGUE_DIR": str(tmp_path / "data" / "catalogue"), "OFFICIAL_DIR": str(tmp_path / "data" / "official")}
    with serving(tmp_path, DATABASE_URL=url, **places) as address:
        yield address, store


def saved(page: Page, label: str) -> bytes:
    with page.expect_download() as coming:
        page.get_by_role("button", name=label, exact=True).click()
    return coming.value.path().read_bytes()


def test_a_decision_is_taken_live_and_the_minutes_are_rebuilt(chromium: Browser, local: tuple[str, Store]) -> None:
    address, store = local
    context = tab(chromium)
    page = context.new_page()
    page.goto(f"{address}/meeting?lang=ja&period=FY2022-Q2&as_of=2023-06-30")
    at_rest(page)
    assert WORDS["ja"]["choose"] in text_of(page), "nobody is chosen yet"
    act_as(page, WORDS["ja"]["office"])
    assert "今回の決定はまだありません。" in text_of(page) and too_wide(page) == []
    page.get_by_label("決めた内容").fill("端末を更新する")
    with rerun(page):
        page.get_by_role("button", name="決定を書き留める").click()
    assert "決めた内容と期限を入力してください。" in text_of(page) and store.count(tables.Decision) == 0
    page.get_by_role("group", name="いつまでに", exact=True).get_by_role("spinbutton").first.click()
    page.keyboard.type(f"{local_day(utc_now()) + timedelta(days=30):%Y%m%d}")
    page.locator("[data-testid=stMain] h1").first.click()  # Streamlit takes a typed day when its field is left
    with rerun(page):
        page.get_by_role("button", name="決定を書き留める").click()
    expect(page.get_by_text("決定を書き留めました: 端末を更新する")).to_be_visible(timeout=60_000)
    assert store.count(tables.Decision) == 1
    with rerun(page):
        page.get_by_role("button", name="議事を記録する").click()
    expect(page.get_by_text("議事を記録しました。")).to_be_visible(timeout=60_000)
    (held,) = store.all_of(tables.Meeting)
    page.goto(f"{page.url}&minutes={held['id']}")
    at_rest(page)
    if WORDS["ja"]["choose"] in text_of(page):  # a page loaded anew does not know who looks
        act_as(page, WORDS["ja"]["office"])
    shown = text_of(page)
    assert "会議で分かっていた内容" in shown and "端末を更新する" in shown
    assert page.get_by_role("button", name="決定を書き留める").count() == 0, "what is closed is not changed"
    pictured(page, "meeting-minutes-ja-1280")
    assert saved(page, "会議資料一式(PowerPoint)").startswith(b"PK")
    if has_japanese():
        assert saved(page, "会議資料一式(PDF)").startswith(b"%PDF")
    leave(context)
