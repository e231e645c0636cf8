"""The first visit to a server just started is like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.runtime.pages_manager import PagesManager

from kpis.settings import ROOT
from tests.shared import copied, shipped
from tests.web.served import serving
from web.app import App


def test_nobody_is_told_that_a_page_does_not_exist_whose_address_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    App(ROOT / "dashboard.py")
    manager = PagesManager(str(ROOT / "dashboard.py"))
    assert manager.uses_pages_directory is False, "pages are those that st.navigation declares"
    asked = manager.get_initial_active_script("")
    assert asked is not None and asked["script_path"].endswith("dashboard.py"), "whatever page is meant, the frame runs first"


@pytest.mark.server
def test_a_home_that_cannot_be_read_is_not_asked_for_anything(tmp_path: Path) -> None:
    """The user of a unit with ``ProtectHome`` has such a home; whoever asked got a fault, under systemd alone."""
    (tmp_path / "home" / ".streamlit" / "secrets.toml").mkdir(parents=True)  # cannot be opened, by root neither
    copied(shipped(), tmp_path / "served.db")
    around = {"HOME": str(tmp_path / "home"), "MIERUKA_REAL": "1", "DATABASE_URL": f"sqlite:///{tmp_path / 'served.db'}"}
    with serving(tmp_path, **around) as instance:
        assert instance.ask("/api/health").status == instance.ask("/").status == 200
