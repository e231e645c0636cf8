"""Lines end where words do: in the tables and headings of the pages on which it went wrong, on a phone and at a desk."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from charts.plotly.map import PHONE
from publishers.site.attention import style
from publishers.site.seen import listing
from telling.blocks import Block
from telling.words import Words
from tests.browser.visits import Visits
from tests.shots.unsightly import unsightly

pytestmark = pytest.mark.browser
# What an eye stops at first: a word broken in itself, parted from its number, or cut off.
BROKEN = re.compile("broken within a word|a number and its unit are parted|upright text|words are cut")
CELLS = """() => [...document.querySelectorAll('.tb td')].filter(c => c.checkVisibility()).map(c => {
    const range = document.createRange(); range.selectNodeContents(c);
    return [c.innerText.trim(), new Set([...range.getClientRects()].map(r => Math.round(r.top))).size];
})"""


# How large the first letter of each value of a card is.
SIZES = """() => Object.fromEntries(['.cd-value', '.bf-value'].map(name => [name, [...document.querySelectorAll(`${name}:not(.cd-words) > b`)].map(
    b => getComputedStyle(document.createTreeWalker(b, NodeFilter.SHOW_TEXT).nextNode().parentElement).fontSize)]))"""


def test_what_holds_a_value_on_one_line_leaves_it_as_large_as_the_others(visits: Visits, server: str) -> None:
    """78 / 78, about 110 million copies: each is held together by an element within what is written large."""
    page, _ = visits.see(server, "/five_less?lang=ja", width=1280)
    assert page.locator(".cd-value b .nw, .bf-value b .nw").count() >= 4
    sizes = page.evaluate(SIZES)
    assert set(sizes[".cd-value"]) == {"30px"} and set(sizes[".bf-value"]) == {"24px"}


@pytest.mark.parametrize("width", [1280, 375, 320])
@pytest.mark.parametrize(
    "path", ["/projects?lang=ja", "/?lang=ja", "/projects?code=CP2&lang=ja", "/indicator?code=paper_reduction_rate&lang=en"]
)
def test_no_word_is_broken_and_no_number_parted_from_its_word(visits: Visits, server: str, path: str, width: int) -> None:
    page, _ = visits.see(server, path, width=width)
    assert [line for line in unsightly(page) if BROKEN.match(line)] == []


def test_a_day_and_a_period_of_a_table_stand_on_one_line(chromium: Browser) -> None:
    """Also where the cells beside them would take all of the width."""
    long = "担当する職員の異動で引継ぎに時間がかかり、機器の更新が予定より遅れた。" * 3
    rows = [("水道局", "令和4年度第4四半期", "28 Jan 2023 → 28 Jun 2023", "FY2022 Q4", long, long)]
    block = Block(key="rows", title="x", columns=tuple("abcdef"), rows=tuple(rows))
    page = chromium.new_page(viewport={"width": 800, "height": 600})
    page.set_content(f'<!doctype html><html lang="ja"><style>{style()}</style><div id="root">{listing(block, Words("ja"))}</div>')
    lines = {text: lines for text, lines in page.evaluate(CELLS) if text != long}
    assert lines == {"水道局": 1, "令和4年度第4四半期": 1, "28 Jan 2023 → 28 Jun 2023": 2, "FY2022 Q4": 1}
    page.close()


def test_a_word_at_the_end_of_a_line_of_a_title_is_not_broken(visits: Visits, server: str) -> None:
    """The phrases that Chromium finds are 判定の方 and 法、."""
    page, _ = visits.see(server, "/about?lang=ja", width=320)
    tops = page.evaluate("""() => { const title = document.querySelector('h1'), walk = document.createTreeWalker(title, NodeFilter.SHOW_TEXT), letter = document.createRange(), tops = {};
        while (walk.nextNode()) [...walk.currentNode.data].forEach((sign, n) => { letter.setStart(walk.currentNode, n); letter.setEnd(walk.currentNode, n + 1); tops[sign] = letter.getBoundingClientRect().top; });
        return tops; }""")
    assert abs(tops["方"] - tops["法"]) < 2


def test_what_the_headings_of_projects_mean_is_said_below_the_first_table_only(visits: Visits, server: str) -> None:
    page, _ = visits.see(server, "/projects?lang=ja", width=1280)
    assert page.locator(".tb-projects").count() > 5
    assert page.locator("details.mn").count() == 1
    assert page.locator(".tb-projects th[title]").count() > page.locator(".tb-projects").count()  # and at each heading


def test_a_badge_is_no_wider_than_the_page_and_labels_of_projects_take_one_line(visits: Visits, server: str) -> None:
    page, _ = visits.see(server, "/projects?code=CP2&lang=en", width=320)
    ends = page.evaluate("""[...document.querySelectorAll('[data-testid=stMain] .stMarkdownBadge')].map(badge => {
        const words = document.createRange(); words.selectNodeContents(badge); return words.getBoundingClientRect().right; })""")
    assert (
        ends and max(ends) <= page.evaluate("document.querySelector('[data-testid=stMain] h1').getBoundingClientRect().right") + 1
    )
    page, _ = visits.see(server, "/projects?lang=en", width=320)
    tall = """[...document.querySelectorAll('.tb-projects td')].filter(c => c.checkVisibility() && /Last 8 quarters|Milestones done|No result found/.test(c.dataset.label))
        .map(c => { const label = getComputedStyle(c, '::before'); return parseFloat(label.height) / parseFloat(label.lineHeight); })"""
    lines = page.evaluate(tall)
    assert lines and max(lines) < 1.5


def test_on_the_smallest_phone_a_label_ends_before_its_value_and_the_map_has_the_room_its_numbers_were_measured_for(
    visits: Visits, server: str
) -> None:
    page, _ = visits.see(server, "/procedures?lang=ja", width=320)
    kept_whole = page.evaluate("""[...document.querySelectorAll('.tb td.nw')].filter(c => c.checkVisibility())
        .map(c => getComputedStyle(c, '::before').whiteSpace)""")
    assert kept_whole and {*kept_whole} == {"normal"}, "オンライン化の日 stood on its day"
    room = page.evaluate("""Math.min(...[...document.querySelectorAll('.tb td[data-label]')].filter(c => c.checkVisibility())
        .map(c => { const s = getComputedStyle(c, '::before'); return parseFloat(s.width) / parseFloat(s.fontSize); }).filter(n => n))""")
    assert room >= len("スマートフォン"), "スマートフォン対応 and デジタル化済み were broken within their last word"
    page, _ = visits.see(server, "/facilities?lang=ja", width=320)
    wide = page.evaluate("Math.max(...[...document.querySelectorAll('.js-plotly-plot')].map(e => e.getBoundingClientRect().width))")
    assert wide >= PHONE
