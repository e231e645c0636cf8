"""Pages against axe-core that no other test opens; those of test_pages.py and test_projects.py are looked at there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from charts.style import INK
from charts.themes import DARK, DARK_PAPER, PAPER, rgb
from tests.accessibility.walks import director
from tests.browser.axe import broken_rules
from tests.browser.screen import leave, rerun, tab, unfolded
from tests.browser.test_pages import EVERY_PAGE, FIGURES
from tests.browser.test_projects import SHOWN
from tests.browser.visits import Visits, opened

pytestmark = pytest.mark.browser
DETAILS = ["/projects?code=CP2", "/bureau?code=WATERWORKS", "/procedures?code=P001"]
ELSEWHERE = {*FIGURES, *SHOWN, "/overview", "/indicator", "/register"}  # no register of the shipped data is told by its record


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", [*DETAILS, *(path for path in EVERY_PAGE if path not in ELSEWHERE)])
def test_a_page_breaks_no_rule_of_wcag(visits: Visits, server: str, path: str, language: str, width: int) -> None:
    page, _ = visits.see(server, path + ("&" if "?" in path else "?") + f"lang={language}", width=width)
    assert broken_rules(page) == []


@pytest.mark.parametrize("path", ["/submit", "/review", "/publish"])
def test_the_pages_of_the_office_break_no_rule_of_wcag(chromium: Browser, server: str, path: str) -> None:
    """As the reform office, which a local instance offers in the line of the view."""
    page, _ = opened(chromium, server, path, width=1280)
    unfolded(page).get_by_role("combobox", name="利用者").click()
    with rerun(page):
        page.get_by_role("option").filter(has_text="構造改革室").first.click()
    expect(page.locator("[data-testid=stMain]").get_by_text("この画面を使う権限がありません")).to_have_count(0)
    broken = broken_rules(page)
    leave(page.context)
    assert broken == []


def test_what_is_off_track_since_when_and_why_is_learnt_by_listening(chromium: Browser, server: str) -> None:
    page = tab(chromium, charts=False).new_page()
    walk = director(page, server)
    leave(page.context)
    assert walk.wrong == []


@pytest.mark.parametrize("path", ["/overview", "/facilities"])
def test_a_page_holds_in_dark_when_the_system_asks_for_it_and_is_printed_light(visits: Visits, server: str, path: str) -> None:
    """One page of tables and cards, one of every kind of chart; the charts are those drawn for light."""
    page, _ = visits.see(server, f"{path}?lang=ja", width=1280)
    ground, text = (
        "getComputedStyle(document.querySelector('.stApp')).backgroundColor",
        "getComputedStyle(document.querySelector('.js-plotly-plot .xtick text')).fill",
    )
    assert page.evaluate(text) == rgb(INK)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{ground} === '{rgb(DARK_PAPER)}'")
    assert page.evaluate(text) == rgb(DARK[INK])
    broken = broken_rules(page)
    page.emulate_media(color_scheme="dark", media="print")
    title = page.evaluate("getComputedStyle(document.querySelector('h1')).color")
    printed, paper = page.evaluate(text), page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="light", media="screen")
    assert broken == [] and (title, printed, paper) == (rgb(INK), rgb(INK), rgb(PAPER))


# Of each part into which one types or from which one chooses: the contrast of its edge with the ground around it.
EDGES = """() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const ground = e => { for (let p = e.parentElement; p; p = p.parentElement) { const c = rgb(getComputedStyle(p).backgroundColor); if (c[3] !== 0) return c; } return [255, 255, 255]; };
  const parts = [...document.querySelectorAll('[data-testid=stTextInputRootElement], [data-testid=stDateInputField], [data-testid=stSelectbox] [role=group]')];
  return parts.filter(e => e.checkVisibility()).map(e => { const [a, b] = [light(rgb(getComputedStyle(e).borderTopColor)), light(ground(e))].sort((x, y) => y - x); return (a + .05) / (b + .05); });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_typed_into_or_chosen_from_has_an_edge_that_can_be_seen(visits: Visits, server: str, scheme: str) -> None:
    """At least 3:1 (WCAG 1.4.11, which axe-core does not look at)."""
    page, _ = visits.see(server, "/procedures?lang=ja", width=1280)
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        f"getComputedStyle(document.querySelector('.stApp')).backgroundColor === '{rgb(DARK_PAPER if scheme == 'dark' else PAPER)}'"
    )
    edges = page.evaluate(EDGES)
    assert len(edges) >= 3 and min(edges) >= 3.0, edges
