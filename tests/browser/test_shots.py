"""A picture that shows what must never be seen is told (``make shots``)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.shots.taking import looked_over


@pytest.mark.browser
def test_what_must_never_be_seen_is_noticed(chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 375, "height": 600})
    told = {}
    for words in (
        "<p>計画を上回る",
        "<p>owed_late_title",
        "<p>Traceback (most recent call last)",
        "<p>あと{left}日",
        "<p style='width:900px'>x",
        "<code>owed_late_title",
    ):
        page.set_content(f"<main>{words}</main>")
        told[words] = [fault.split(":")[0] for fault in looked_over(page)]
    page.close()
    assert list(told.values()) == [[], ["keys in place of texts"], ["broken words"], ["broken words"], ["scrolls sideways"], []]
