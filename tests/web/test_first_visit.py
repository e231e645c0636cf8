"""The first visit to a server just started is like any other."""

from __future__ import annotations

import pytest
from streamlit.runtime.pages_manager import PagesManager

from kpis.settings import ROOT
from web.app import App


def test_nobody_is_told_that_a_page_does_not_exist_whose_address_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    App(ROOT / "dashboard.py")
    manager = PagesManager(str(ROOT / "dashboard.py"))
    assert manager.uses_pages_directory is False, "pages are those that st.navigation declares"
    asked = manager.get_initial_active_script("")
    assert asked is not None and asked["script_path"].endswith("dashboard.py"), "whatever page is meant, the frame runs first"
