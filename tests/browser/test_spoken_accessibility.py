"""What is judged of what a screen reader says, on small pages that do it wrong; and titles that are begun at wear a ring for keys alone.

The three main tasks are walked in ``test_static_accessibility.py``, ``test_accessibility.py`` and ``test_reporting_local.py``, and written into
``docs/screen_reader.md`` by ``make spoken``.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from publishers.site.foreign import marked
from tests.accessibility.spoken import spoken, wrong
from tests.browser.screen import at_rest, leave, rerun, tab

pytestmark = pytest.mark.browser
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"
SOUND = """<html lang="en"><title>t</title><main><h1>Title</h1><p>91% (31 Dec 2025)</p><h2>Part</h2><a href="/x">More</a><a href="/x">More</a>
<table><tr><th scope="col">Name</th><td>A</td><td><button>Open it</button></td></tr><tr><td>B</td><td><button>Open it</button></td></tr></table>
<p lang="ja">狩猟免許</p></main></html>"""


def test_each_way_to_be_lost_by_listening_is_noticed(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(SOUND)
    assert wrong(page) == [], "in rows of their own two buttons may be called alike"
    for before, after, told in (
        ("<h2>", "<h3>", "heading 3 'Part' after 1"),
        ("<h1>Title</h1>", "", "0 headings of level 1"),
        ("<h2>Part</h2>", "<h2>Part</h2><button></button>", "button without a name"),
        ("<h2>Part</h2>", '<h2>Part</h2><img src="x.png">', "image without a name"),
        (
            '<a href="/x">More</a><a href="/x">',
            '<a href="/x">More</a><a href="/y">',
            "twice alike, and leading elsewhere: link 'More'",
        ),
        (' lang="ja"', "", "Japanese that does not say so: 狩猟免許"),
    ):
        page.set_content(SOUND.replace(before, after))
        assert any(each.startswith(told) for each in wrong(page)), told
    page.close()


def test_a_row_and_a_paragraph_are_said_in_one_breath(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(
        SOUND.replace("91%", "<b>91</b>%").replace("Open it</button></td></tr></table>", "Open it</button></td></tr></table>")
    )
    said = [(line.role, line.name) for line in spoken(page)]
    page.close()
    assert ("row", "Name | A | Open it") in said and ("heading", "Title") in said
    assert any(kind == "paragraph" and "31 Dec 2025" in words for kind, words in said)


def test_japanese_on_a_page_in_english_says_so_and_a_page_in_japanese_is_left_alone() -> None:
    html = '<html lang="en"><p>Source: <a href="x">進捗状況(2022年7~9月)</a> ・ see 総務局 here</p><svg><text x="1">総量</text><text>miraicompass 予約</text></svg><b lang="ja">手続</b></html>'
    assert marked(html, "en") == (
        '<html lang="en"><p>Source: <a href="x" lang="ja">進捗状況(2022年7~9月)</a> ・ see <span lang="ja">総務局</span> here</p>'
        '<svg><text x="1" lang="ja">総量</text><text>miraicompass <tspan lang="ja">予約</tspan></text></svg><b lang="ja">手続</b></html>'
    )
    assert marked(html, "ja") == html


def test_a_title_that_is_begun_at_wears_a_ring_for_keys_alone(chromium: Browser, small_server: str) -> None:
    ring = "() => { const s = getComputedStyle(document.activeElement); return [document.activeElement.tagName, s.outlineStyle, s.outlineWidth]; }"
    page = tab(chromium, charts=False).new_page()
    page.goto(f"{small_server}/?lang=ja")
    at_rest(page)
    link = page.locator(".st-key-menu").get_by_role("link", name="プロジェクト")
    for by_keys in (False, True):
        with rerun(page):
            if by_keys:
                link.focus()
                page.keyboard.press("Enter")
            else:
                link.click()
        page.wait_for_function("() => document.activeElement.tagName === 'H1'")
        tag, style, width = page.evaluate(ring)
        assert tag == "H1" and ((style, width) == ("solid", "2px")) == by_keys, (style, width)
        if not by_keys:
            with rerun(page):
                page.locator(".st-key-menu").get_by_role("link", name="局別").click()
    leave(page.context)


def test_a_link_to_the_page_that_is_shown_begins_at_its_title_too(chromium: Browser, server: str) -> None:
    """From one indicator to its pair: whoever read to the link would else be left in the middle of the other, without a word of it."""
    page = tab(chromium, width=375, charts=False).new_page()
    page.goto(f"{server}/indicator?lang=ja&code=paper_reduction_rate")
    at_rest(page)
    link = page.get_by_test_id("stMain").locator("a[href*=incl_covid]")
    link.scroll_into_view_if_needed()
    assert page.evaluate(SCROLLED) > 0
    with rerun(page):
        link.click()
    page.wait_for_function(
        "() => document.activeElement.tagName === 'H1' && document.activeElement.innerText.includes('特需を含む')"
    )
    assert page.evaluate(SCROLLED) == 0
    leave(page.context)
