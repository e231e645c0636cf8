"""A start whose lists are refused says what is served in spite of it: what was loaded before, or nothing."""

from __future__ import annotations

import os
import shutil
import signal
import time
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from kpis.settings import ROOT
from kpis.state import state_of
from kpis.store.store import Store
from kpis.store.unavailable import EXIT_CODES
from tests.begun import begin
from tests.command import WAIT, command
from tests.oidc import free_port
from tests.shared import copied, empty

pytestmark = pytest.mark.server
CITY = ROOT / "tests" / "city"


@pytest.mark.parametrize("is_loaded", [True, False], ids=["loaded before", "never loaded"])
def test_what_is_served_where_the_lists_are_refused_is_said(tmp_path: Path, *, is_loaded: bool) -> None:
    store: Store = copied(empty(), tmp_path / "served.db")
    shutil.copytree(CITY, tmp_path / "city")
    catalogue, official = tmp_path / "city" / "catalogue", tmp_path / "city" / "official"
    store.engine.dispose()
    chosen = {"DATABASE_URL": store.url, "CATALOGUE_DIR": str(catalogue), "OFFICIAL_DIR": str(official)}
    if is_loaded:
        assert command("load", **chosen).returncode == 0
    with (official / "observations.csv").open("a", encoding="utf-8") as file:
        file.write(",x,1000,,,,canopy_rate,CITY,FY2024-Q1,2025-04-20,REPORT,,\n")
    env = {**os.environ, **chosen, "PORT": str(free_port()), "MIERUKA_MODE": "local"}
    with (tmp_path / "out").open("w") as out, (tmp_path / "err").open("w") as err:
        process = begin(["manage.py", "run"], env=env, out=out, err=err)
        until = time.monotonic() + WAIT
        while "http://" not in (tmp_path / "out").read_text() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        address = (tmp_path / "out").read_text().strip()
        with urllib.request.urlopen(f"{address}/api/health/live", timeout=WAIT) as answer:  # where it says that it is, it answers
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        process.wait(WAIT)
    said = " ".join((tmp_path / "err").read_text().split())
    before, nothing = "Serving the figures loaded before." in said, "Nothing has been loaded yet, so every page is empty." in said
    assert (before, nothing) == (is_loaded, not is_loaded), said


@pytest.mark.parametrize("words", [["-m", "uvicorn", "server:app"], ["server.py"]], ids=["another server", "our own"])
def test_a_server_whose_database_is_gone_ends_and_makes_none(tmp_path: Path, words: list[str]) -> None:
    """It made an empty one, which was in the way of the backup that is put back."""
    gone, port = tmp_path / "gone.db", str(free_port())
    env = {**os.environ, "DATABASE_URL": f"sqlite:///{gone}", "PORT": port, "MIERUKA_MODE": "local"}
    with (tmp_path / "err").open("w") as err:
        process = begin([*words, *(["--port", port, "--app-dir", str(ROOT)] if "-m" in words else [])], env=env, err=err)
        assert process.wait(WAIT) == EXIT_CODES["database_missing"]
    told = (tmp_path / "err").read_text()
    assert "移したか失ったのなら mieruka restore" in told and "put it back with mieruka restore" in " ".join(told.split())
    assert "Traceback" not in told and not gone.exists()


def test_a_database_that_goes_while_it_is_served_is_made_by_nobody(tmp_path: Path) -> None:
    """A page opens the store anew: only what is to get tables is made a file."""
    gone = tmp_path / "gone.db"
    with pytest.raises(OperationalError):
        state_of(f"sqlite:///{gone}")
    assert not gone.exists()
    Store(f"sqlite:///{gone}").migrate()
    assert gone.is_file()
