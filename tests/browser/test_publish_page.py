"""The page of the reform office: what becomes public is seen first, then published, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from publishers.editions import on_disk
from publishers.editions.verify import verify
from tests.browser.screen import leave
from tests.browser.visits import opened

pytestmark = pytest.mark.browser


def test_an_edition_is_published_from_the_page_and_the_next_shows_no_change(
    chromium: Browser, new_small_server: Callable[[], AbstractContextManager[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "editions"
    monkeypatch.setenv("EDITIONS_DIR", str(folder))
    with new_small_server() as address:
        page, wrong = opened(chromium, address, "/publish?lang=en", width=1280)
        main = page.locator("[data-testid=stMain]")
        assert "edition 1, the first to be shown" in main.inner_text() and "This is the first edition" in main.inner_text()
        assert not folder.exists()  # looking keeps nothing
        page.get_by_role("button", name="Publish as edition 1").click()
        page.wait_for_selector("text=Write a note for the edition", timeout=120_000)
        page.get_by_label("Note on this edition").fill("The first edition")
        page.get_by_role("button", name="Publish as edition 1").click()
        page.wait_for_selector("text=Edition 1 is published.", timeout=120_000)
        expect(main).to_contain_text("the next edition is 2, with 0 changes")  # its heading may be drawn a moment after
        assert verify(folder) == [] and on_disk.opened(folder, 1).note == "The first edition"
        assert wrong == []
        leave(page.context)
