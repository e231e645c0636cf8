"""Every page against axe-core: the rules of WCAG 2.0 to 2.2, levels A and AA."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_pages import EVERY_PAGE, FIGURES, opened

pytestmark = pytest.mark.browser
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What the framework draws itself and leaves no setting for: (rule, what the element's HTML says, why).
FRAMEWORK = [
    ("list", "stSidebarNavItems", "the menu of st.navigation nests its sections as headers within one list"),
    ("listitem", '<li class="st-emotion-cache', "the items of that menu"),
    ("target-size", 'role="spinbutton"', "the month and day fields of st.date_input lie close together"),
]


DETAILS = [*FIGURES, "/projects?code=CP2", "/bureau?code=WATERWORKS", "/procedures?code=P001"]
EVERYWHERE = [*DETAILS, *(path for path in EVERY_PAGE if path not in FIGURES and path not in ("/overview", "/indicator"))]


def broken_rules(page: Page) -> list[str]:
    """Return each element of a page that breaks a rule, but for what the framework draws itself."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}).response
    assert found["passes"], "axe ran no rule"
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
        if not any(rule["id"] == known and place in node["html"] for known, place, _ in FRAMEWORK)
    ]


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("path", EVERYWHERE)
def test_a_page_breaks_no_rule_of_wcag(chromium: Browser, server: str, path: str, width: int) -> None:
    page, _ = opened(chromium, server, path, width=width)
    broken = broken_rules(page)
    page.context.close()
    assert broken == []


@pytest.mark.parametrize("path", ["/submit", "/review", "/publish"])
def test_the_pages_of_the_office_break_no_rule_of_wcag(chromium: Browser, server: str, path: str) -> None:
    """As the reform office, which a local instance offers in its side bar."""
    page, _ = opened(chromium, server, path, width=1280)
    page.locator("[data-testid=stSidebar]").get_by_role("combobox", name="利用者").click()
    page.get_by_role("option").filter(has_text="構造改革室").first.click()
    expect(page.locator("[data-testid=stMain]").get_by_text("この画面を使う権限がありません")).to_have_count(0)
    # While a run goes on, what is left of the run before is drawn faded.
    page.wait_for_timeout(1500)
    settled = "!document.querySelector('[data-testid=stStatusWidget], [data-stale=true]')"
    page.wait_for_function(settled, timeout=120_000)
    page.wait_for_load_state("networkidle")
    broken = broken_rules(page)
    page.context.close()
    assert broken == []
