"""What axe-core says of a page as it stands, and what an empty page of Streamlit breaks in the same browser."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Error, Page

from tests.browser.axe import FRAMEWORK, LEVELS
from tests.browser.screen import leave, tab
from tests.oidc import free_port

# axe is put into a page once; of what passes only that it was tried comes back, which is a hundredth of what axe would tell.
JUDGE = """async levels => {
    const told = await axe.run(document, {runOnly: {type: 'tag', values: levels}, resultTypes: ['violations']});
    const ids = kind => told[kind].map(rule => rule.id);
    return {
        broken: Object.fromEntries(told.violations.map(rule => [rule.id, rule.nodes.map(node => node.html.slice(0, 300))])),
        passed: ids('passes'), undecided: ids('incomplete'),
    };
}"""
CRITERIA = "levels => Object.fromEntries(axe.getRules(levels).map(rule => [rule.ruleId, rule.tags.filter(tag => /^wcag\\d{3,}$/.test(tag))]))"


@dataclass
class Judged:
    """What axe found: rule → the elements that break it; the rules that found something to judge, and those that could not decide."""

    broken: dict[str, list[str]] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)


def judged(page: Page) -> Judged:
    """Return what axe says of a page as it stands."""
    put_in(page)
    told: Any = page.evaluate(JUDGE, LEVELS)
    assert told["passed"], "axe ran no rule"
    return Judged(**told)


def put_in(page: Page) -> None:
    """Put axe into a page that has not got it."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)


def criteria(page: Page) -> dict[str, list[str]]:
    """Return the success criteria that each rule belongs to, as axe's tags (``wcag143``)."""
    put_in(page)
    return dict(page.evaluate(CRITERIA, LEVELS))


def bare(html: str) -> str:
    """Return an element without what differs from page to page: its classes made by code, its numbers."""
    return re.sub(r"\s+", " ", re.sub(r'\b(class|style|id)="[^"]*"|\d+', "", html)).strip()


def floor(browser: Browser) -> dict[str, list[str]]:
    """Return what an empty page of Streamlit breaks: rule → its elements."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "empty.py").write_text("import streamlit as st\n", encoding="utf-8")
        port = free_port()
        command = [sys.executable, "-m", "streamlit", "run", "empty.py", "--server.port", str(port), "--server.headless", "true"]
        process = subprocess.Popen(command, cwd=name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            page = tab(browser).new_page()
            for _ in range(600):
                try:
                    page.goto(f"http://127.0.0.1:{port}")
                    break
                except Error:  # not up yet
                    page.wait_for_timeout(200)
            page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
            broken = judged(page).broken
            leave(page.context)
        finally:
            process.terminate()
            process.wait(timeout=60)
    return {rule: [bare(html) for html in elements] for rule, elements in broken.items()}


def beyond(broken: dict[str, list[str]], below: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what is broken beyond what the framework breaks by itself: the same rule at the same element, or what ``FRAMEWORK`` names."""
    ours = {
        rule: [
            html for html in elements
            if bare(html) not in below.get(rule, ()) and not any(rule == known and place in html for known, place, _ in FRAMEWORK)
        ]
        for rule, elements in broken.items()
    }  # fmt: skip
    return {rule: elements for rule, elements in ours.items() if elements}
