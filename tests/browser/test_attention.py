"""要対応 in a real browser: a director's questions are answered on the overview or one click away, wide and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import broken_rules
from tests.browser.screen import at_rest, leave, too_wide
from tests.browser.visits import opened

pytestmark = pytest.mark.browser
DAY = "/?lang={language}&as_of=2023-03-31"
ROW = {
    "ja": ["行政手続のデジタル化率", "約30%", "計画 47%", "約−17ポイント", "令和4年度第2四半期から3四半期"],
    "en": ["Digitisation rate of procedures", "about 30%", "planned 47%", "about −17 points", "Since FY2022 Q2"],
}  # fmt: skip


@pytest.mark.parametrize(("language", "width"), [("ja", 1280), ("en", 375)])
def test_where_since_when_why_what_whose_and_by_when(chromium: Browser, server: str, language: str, width: int) -> None:
    page, wrong = opened(chromium, server, DAY.format(language=language), width=width)
    row = page.locator("table.att tbody tr").nth(1)
    said = row.inner_text()
    assert [words for words in ROW[language] if words not in said] == []
    label = row.locator(".strip").get_attribute("aria-label") or ""
    assert ("遅れ" if language == "ja" else "Behind") in label and row.locator(".strip i").count() == 8
    looks = row.locator(".strip i").last.evaluate("e => [getComputedStyle(e, '::before').maskImage.slice(0, 9), e.offsetWidth]")
    assert looks == ['url("data', 16]
    assert page.locator("table.att").last.is_visible() is False  # the rest is folded
    page.locator("details.att-more summary").click()
    page.locator("table.att").last.wait_for(state="visible")
    assert too_wide(page) == [] and broken_rules(page) == [] and wrong == []
    shown = page.evaluate("getComputedStyle(document.querySelector('table.att tbody tr')).display")
    assert shown == ("table-row" if width == 1280 else "grid")
    row.get_by_role("link").click()
    page.wait_for_url("**/indicator?**code=procedure_digitisation_rate**")
    page.get_by_role("heading", name=ROW[language][0], level=1).wait_for()  # the overview says the same in its rows
    at_rest(page)
    words = "令和4年度第2四半期から3四半期" if language == "ja" else "Since FY2022 Q2: 3 quarters"
    page.get_by_text(words).wait_for()
    leave(page.context)


def test_a_count_leads_to_the_list_that_it_counts(chromium: Browser, server: str) -> None:
    page, wrong = opened(chromium, server, DAY.format(language="ja"), width=1280)
    page.evaluate("window.isTheSame = true")
    page.get_by_role("link", name="期限経過・結果未公表 5").first.click()
    page.wait_for_url("**/standing?**")
    page.get_by_role("heading", name="期限経過・結果未公表: 5件").wait_for()
    at_rest(page)
    assert "as_of=2023-03-31" in page.url and page.evaluate("window.isTheSame"), "nothing was loaded anew"
    assert page.locator("table.strips tbody tr").count() == 5
    assert too_wide(page) == [] and broken_rules(page) == [] and wrong == []
    page.go_back()
    page.get_by_role("heading", level=1).filter(has_text="いま判定できる").wait_for()
    leave(page.context)
