"""A question that a reader has, answered on a phone in two clicks at most."""

from __future__ import annotations

import io
import os

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from kpis.settings import ROOT

PHONE = 375
MOST = 2


class Question:
    """One question: the links that are clicked, what is then read, and where asked for a picture of it for the docs (``SHOTS=1``)."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name, self.clicks = page, name, 0

    def click(self, what: Locator) -> None:
        """Click something that can be seen."""
        self.clicks += 1
        assert self.clicks <= MOST, f"{self.name}: more than {MOST} clicks"
        what.click()

    def answered(self, answer: Locator, *words: str) -> None:
        """Wait until a part of the page is seen that says this; it must not reach beyond the window."""
        for each in words:
            expect(answer).to_contain_text(each)
        answer.scroll_into_view_if_needed()
        box = answer.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= PHONE + 1, (self.name, box)
        if os.environ.get("SHOTS"):
            self._picture(answer)

    def _picture(self, answer: Locator) -> None:
        """Keep what the phone shows, with the answer near its top, in few colours: at most 60 kB."""
        answer.evaluate("e => e.scrollIntoView({block: 'start'})")
        self.page.evaluate("(document.querySelector('[data-testid=stMain]') || document.scrollingElement).scrollBy(0, -60)")
        picture = Image.open(io.BytesIO(self.page.screenshot(clip={"x": 0, "y": 0, "width": PHONE, "height": 620})))
        folder = ROOT / "docs" / "questions"
        folder.mkdir(exist_ok=True)
        picture.convert("RGB").quantize(64).save(folder / f"{self.name}.png", optimize=True)
        assert (folder / f"{self.name}.png").stat().st_size <= 60_000
