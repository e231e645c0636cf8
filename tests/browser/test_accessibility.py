"""Every page against axe-core: the rules of WCAG 2.0 to 2.2, levels A and AA."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.test_pages import FIGURES, opened

pytestmark = pytest.mark.browser
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What the framework draws itself and leaves no setting for: (rule, what the element's HTML says, why).
FRAMEWORK = [
    ("list", "stSidebarNavItems", "the menu of st.navigation nests its sections as headers within one list"),
    ("listitem", '<li class="st-emotion-cache', "the items of that menu"),
    ("target-size", 'role="spinbutton"', "the month and day fields of st.date_input lie close together"),
]


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("path", list(FIGURES))
def test_a_page_breaks_no_rule_of_wcag(chromium: Browser, server: str, path: str, width: int) -> None:
    page, _ = opened(chromium, server, path, width=width)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}}).response
    assert found["passes"], "axe ran no rule"
    broken = [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
        if not any(rule["id"] == known and place in node["html"] for known, place, _ in FRAMEWORK)
    ]
    page.context.close()
    assert broken == []
