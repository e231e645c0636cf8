"""The static edition against axe-core, the rules of WCAG 2.0 to 2.2, levels A and AA; and on a phone nothing scrolls sideways."""

from __future__ import annotations

import functools
import http.server
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from charts.style import ACTUAL, INK, PLAN
from charts.themes import DARK, DARK_PAPER, PAPER, rgb
from kpis.store.store import Store
from publishers.editions import on_disk
from tests.accessibility.walks import citizen
from tests.browser.axe import broken_rules
from tests.browser.keyboard import Keyboard
from tests.browser.questions import Question
from tests.browser.screen import leave, pictured, too_wide
from tests.publishers.house import published_first, reported

pytestmark = pytest.mark.browser
PAGES = [
    "index.html", "overview.html", "near.html", "five-less.html", "definitions.html", "indicators/electronic_decision_rate.html", "projects.html", "projects/CP2.html",
    "bureaus.html", "bureaus-now.html", "bureaus/GENERAL.html", "procedures.html", "facilities.html", "method.html", "revisions.html",
    "data.html", "404.html",
]  # fmt: skip
WIDTHS = (1280, 375)
# Cells so narrow that their words stand below one another, sign by sign, and tables that must be pushed aside to be read.
CROWDED = """() => [...[...document.querySelectorAll('tbody td, tbody th')].filter(e => {
  const box = e.getBoundingClientRect(); return box.width > 2 && box.width < 34 && box.height > 70 }),
  ...[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1)].slice(0, 3).map(e => e.innerText.slice(0, 60))"""

# Parts of tables that are drawn as something else, which Safari then takes for that; each must say what it is.
BLOCKS = """() => [...document.querySelectorAll('table, thead, tbody, tr, td, th')].filter(e => {
  const drawn = getComputedStyle(e).display; return drawn !== 'none' && !drawn.startsWith('table') && !e.getAttribute('role') })
  .slice(0, 3).map(e => e.outerHTML.slice(0, 80))"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def edition(tokyo: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static edition of an instance where bureaus reported and a figure was corrected."""
    house = published_first(tokyo, tmp_path_factory.mktemp("static"))
    reported(house)
    house.correct("paper_reduction_rate", "FY2022", value="71.0")
    house.publish("訂正")
    return on_disk.opened(house.folder, 2).folder / "site"


@pytest.fixture(scope="module")
def address(edition: Path) -> Iterator[str]:
    """The edition on a plain file server."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=edition))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def visitor(browser: Browser, width: int) -> Page:
    return browser.new_context(viewport={"width": width, "height": 1200}, locale="ja-JP").new_page()


def shown(page: Page, address: str, path: str) -> Page:
    page.goto(f"{address}/{path}")  # has all its pictures and styles once it is loaded
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")  # what is folded away is looked at too
    return page


@pytest.fixture(scope="module")
def wrong_in(chromium: Browser, address: str) -> Callable[[str], dict[int, dict[str, object]]]:
    """Return what says, of the pages in a language, what is wrong in each width: they are loaded once for both, and axe is compiled once."""

    @cache
    def seen(prefix: str) -> dict[int, dict[str, object]]:
        wrong: dict[int, dict[str, object]] = {width: {} for width in WIDTHS}
        page = visitor(chromium, WIDTHS[0])
        for path in PAGES:
            shown(page, address, prefix + path)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 1200})
                wrong[width].update(faults(page, prefix + path, width))
            page.set_viewport_size({"width": WIDTHS[0], "height": 1200})
        leave(page.context)
        return wrong

    return seen


def faults(page: Page, path: str, width: int) -> dict[str, object]:
    """Return what is wrong with a page as it is drawn in a width."""
    pictured(page, f"static-{path}-{width}".replace("/", "-").replace(".html", ""))
    told = {
        path: broken_rules(page)[:5],
        f"{path} scrolls": too_wide(page),
        f"{path} draws parts of tables as blocks that do not say what they are": page.evaluate(BLOCKS),
        f"{path} is crowded": page.evaluate(CROWDED) if width == 375 else [],
    }
    return {name: wrong for name, wrong in told.items() if wrong}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("prefix", ["", "en/"])
def test_a_static_page_breaks_no_rule_of_wcag_and_never_scrolls_sideways(
    wrong_in: Callable[[str], dict[int, dict[str, object]]], prefix: str, width: int
) -> None:
    assert wrong_in(prefix)[width] == {}


@pytest.mark.parametrize("subject", ["indicators", "bureaus", "projects"])
def test_every_page_of_a_subject_fits_the_smallest_phone(chromium: Browser, address: str, edition: Path, subject: str) -> None:
    """Also those with the longest words, and what is folded away; in Japanese and in English."""
    page = chromium.new_context(viewport={"width": 320, "height": 900}, java_script_enabled=False).new_page()
    wrong = {}
    for path in sorted(edition.glob(f"{subject}/*.html")) + sorted(edition.glob(f"en/{subject}/*.html")):
        shown(page, address, name := path.relative_to(edition).as_posix())
        if broad := too_wide(page):
            wrong[name] = broad
    leave(page.context)
    assert wrong == {}


def test_axe_would_notice_a_picture_without_a_name_and_text_too_pale(chromium: Browser, address: str) -> None:
    page = shown(visitor(chromium, 1280), address, "procedures.html")
    page.evaluate("document.querySelector('svg.chart').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('h1').style.color = '#ccc'")
    found = " ".join(broken_rules(page))
    leave(page.context)
    assert "svg-img-alt" in found and "color-contrast" in found


def test_every_number_of_a_page_is_there_without_a_script(chromium: Browser, address: str) -> None:
    texts = {}
    for scripts in (True, False):
        page = chromium.new_context(viewport={"width": 1280, "height": 1200}, java_script_enabled=scripts).new_page()
        page.goto(f"{address}/procedures.html")
        texts[scripts] = page.inner_text("main")
        leave(page.context)
    assert "46.4%" in texts[False] and "30,000" in texts[False]
    assert texts[False].split() == texts[True].split()


def test_a_static_page_holds_in_dark_and_is_printed_light(chromium: Browser, address: str) -> None:
    wrong: dict[str, object] = {}
    page = visitor(chromium, 1280)
    page.emulate_media(color_scheme="dark")
    ground, words = (
        "getComputedStyle(document.body).backgroundColor",
        "[...document.querySelectorAll('svg.chart text')].map(e => getComputedStyle(e).fill)",
    )
    for path in ("index.html", "indicators/electronic_decision_rate.html", "facilities.html", "en/bureaus.html"):
        shown(page, address, path)
        assert page.evaluate(ground) == rgb(DARK_PAPER)
        assert set(page.evaluate(words)) <= {rgb(DARK[c]) for c in (INK, PLAN, ACTUAL)}, path  # axe does not look into pictures
        if broken := broken_rules(page):
            wrong[path] = broken[:5]
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate(ground) == rgb(PAPER)
    leave(page.context)
    assert wrong == {}


def test_by_keyboard_a_value_with_its_source_and_whether_a_procedure_is_online_are_twelve_keys_away(
    chromium: Browser, address: str
) -> None:
    """Every key counts but for the letters of the words looked for; nothing is clicked, and no address loaded but the front page's."""
    page = visitor(chromium, 1280)
    for words in ("", "狩猟免許"):
        page.goto(f"{address}/index.html")
        keys = Keyboard(page)
        keys.to("本文へ")
        keys.press("Enter")
        if words:
            keys.to(tag="INPUT")
            keys.write(words)
        else:
            keys.to(href="indicators/")
        with page.expect_navigation():
            keys.press("Enter")
        if words:
            expect(page.locator("#results")).to_contain_text("オンラインでできます")
        else:
            assert "91%" in page.inner_text("main .hd-value")
            keys.to("本文へ")
            keys.press("Enter")
            keys.to(is_source=True)
        assert keys.presses <= 12, keys.way
    leave(page.context)


def test_the_key_of_a_slash_leads_to_the_search_box_of_every_page_and_is_written_within_it(chromium: Browser, address: str) -> None:
    page = visitor(chromium, 375)
    for name in ("index.html", "overview.html", "search.html", "indicators/paper_sheets.html"):
        page.goto(f"{address}/{name}")
        page.keyboard.press("/")
        box = page.locator("input[type=search]:focus")
        expect(box).to_have_value("")
        page.keyboard.press("/")
        expect(box).to_have_value("/")
    leave(page.context)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_whether_a_procedure_is_online_is_learnt_by_listening(chromium: Browser, address: str, language: str) -> None:
    page = visitor(chromium, 1280)
    walk = citizen(page, address, language)
    leave(page.context)
    assert walk.wrong == []


def test_a_table_drawn_as_blocks_is_a_table_to_a_screen_reader(chromium: Browser, address: str) -> None:
    page = shown(visitor(chromium, 375), address, "overview.html")
    drawn = page.evaluate("[...document.querySelectorAll('table, tr, td')].map(e => getComputedStyle(e).display)")
    told = tree(page)
    leave(page.context)
    assert "block" in drawn and "table-row" not in drawn
    assert told["table"] >= 4 and told["row"] > 20 and told["columnheader"] > 20 and told["cell"] > 100
    assert not {role for role in told if role.startswith("LayoutTable")}


def tree(page: Page) -> Counter[str]:
    """Count the roles in the accessibility tree, which the browser hands to a screen reader."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return Counter(node["role"]["value"] for node in nodes if not node["ignored"])


def test_five_questions_of_a_citizen_are_answered_in_two_clicks_on_a_phone(chromium: Browser, address: str) -> None:
    """Each begins at the front page; ``docs/questions_answered.md`` shows the way."""
    page = visitor(chromium, 375)

    def asked(name: str) -> Question:
        page.goto(f"{address}/index.html")
        return Question(page, name)

    mine = asked("citizen-1-my-procedure")
    page.get_by_role("searchbox").first.fill("狩猟免許")
    mine.click(page.locator("form.ask button"))
    mine.answered(page.locator("#results li").first, "狩猟免許の更新手続", "オンラインでできます")
    near = asked("citizen-2-near-me")
    near.click(page.locator(".places").get_by_role("link", name="新宿区"))
    near.answered(page.locator(":target"), "新宿区")
    bad = asked("citizen-3-what-is-not-going-well")
    bad.answered(page.locator("section").filter(has=page.get_by_role("heading", name="うまく")).first, "理由はまだ書かれていません")
    whence = asked("citizen-4-whence-this-number")
    whence.click(page.get_by_role("link", name="数値と出典"))
    whence.answered(page.locator("main p.small").filter(has_text="出典").first, "シン・トセイ")
    data = asked("citizen-5-take-the-data")
    data.click(page.get_by_role("link", name="オープンデータ").first)
    data.answered(page.locator("main table").first, "CSV")
    leave(page.context)


def test_the_menu_of_a_phone_shows_the_page_one_is_on(chromium: Browser, address: str) -> None:
    page = visitor(chromium, 375)
    page.goto(f"{address}/method.html")
    current = page.locator("nav a[aria-current]").first
    expect(current).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0, "only the menu is moved"
    page.context.close()
