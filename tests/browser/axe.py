"""What axe-core finds on a page: the rules of WCAG 2.0 to 2.2, levels A and AA."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What the framework draws itself and leaves no setting for: (rule, what the element's HTML says, why).
FRAMEWORK = [("target-size", 'role="spinbutton"', "the month and day fields of st.date_input lie close together")]


def broken_rules(page: Page) -> list[str]:
    """Return each element of a page that breaks a rule, but for what the framework draws itself."""
    axe = Axe()
    if page.evaluate("typeof axe === 'undefined'"):  # a page that stays open has it already, and compiled
        page.evaluate(axe.axe_script)
    found = page.evaluate("o => axe.run(o)", {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]})
    assert found["passes"], "axe ran no rule"
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
        if not any(rule["id"] == known and place in node["html"] for known, place, _ in FRAMEWORK)
    ]
