"""A reader with a keyboard alone: keys pressed and counted, where the focus is, and whether it is seen there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from tests.browser.screen import WAIT, at_rest

# What has the focus: what it is called, what it is, where it leads; and whether the focus is seen, by an outline or a ring round it or
# round the field that it is the inside of. A title that is begun at after a link is said by the page itself.
FOCUS = """() => {
    const e = document.activeElement;
    const isRinged = s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1) || s.boxShadow !== 'none';
    let isSeen = false;
    for (let p = e.closest('canvas') ?? e, n = 0; p && p !== document.body && n < 4; p = p.parentElement, n++) isSeen ||= isRinged(getComputedStyle(p));
    const box = e.getBoundingClientRect();
    return {
        tag: e.tagName, name: (e.getAttribute('aria-label') || e.innerText || e.labels?.[0]?.innerText || e.placeholder || '').trim(),
        href: e.getAttribute('href') || '', role: e.getAttribute('role') || '', isSeen,
        isInSight: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        isContent: Boolean(e.closest('main, [data-testid=stMain]')), isSource: Boolean(e.closest('a[href^="http"]')),
    };
}"""


@dataclass
class Keyboard:
    """Whoever has nothing but keys.

    Args:
        page: what is looked at.
        presses: keys pressed so far, but for the letters of words that are typed.
        way: what had the focus at each stop, for the message of a test.
    """

    page: Page
    presses: int = 0
    way: list[str] = field(default_factory=list)

    def press(self, key: str, times: int = 1) -> None:
        """Press a key."""
        for _ in range(times):
            self.page.keyboard.press(key)
            self.presses += 1

    def write(self, words: str) -> None:
        """Type words, which are not counted: they are as long as what is looked for."""
        self.page.keyboard.type(words)

    def focus(self) -> dict[str, Any]:
        """Return what has the focus."""
        return dict(self.page.evaluate(FOCUS))

    def step(self, key: str = "Tab") -> dict[str, Any]:
        """Go on to the next stop, at which the focus must be seen."""
        self.press(key)
        here = self.focus()
        self.way.append(f"{here['tag']} {here['name'][:40]!r}")
        # Not so at the end of the page, nor where the browser's driver puts a chosen file, a field that nobody reaches with a key.
        assert here["tag"] == "BODY" or here["name"] == "file upload" or here["isSeen"], f"the focus is not seen: {self.way[-3:]}"
        return here

    def to(self, name: str = "", *, tag: str = "", href: str = "", is_source: bool = False, most: int = 90) -> dict[str, Any]:
        """Go on from stop to stop until one has this in its name, or in the address that it leads to."""
        for _ in range(most):
            here = self.step()
            is_meant = (
                here["tag"] not in ("BODY", "MAIN")
                and name in here["name"]
                and href in here["href"]
                and (not tag or here["tag"] == tag)
            )
            if is_meant and (here["isSource"] or not is_source):
                if not here["isInSight"]:  # a long way is scrolled over several frames
                    self.page.wait_for_function(f"({FOCUS})().isInSight", timeout=20_000)
                return here
        raise AssertionError(f"no stop is called {name or href!r}: {self.way}")

    def leads(self, key: str = "Enter") -> None:
        """Press a key that leads to another page of the dashboard, and wait until that one is drawn and begun at."""
        before = self.page.locator("[data-testid=stMain] h1").first.inner_text()
        self.press(key)
        self.page.wait_for_function(
            "before => { const now = document.querySelector('[data-testid=stMain] h1'); "
            "return now && now.innerText !== before && document.activeElement === now; }",
            arg=before, timeout=WAIT,
        )  # fmt: skip
        at_rest(self.page)
