"""A real server on a real database, and a real Chromium."""

from __future__ import annotations

import os
import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.begun import begin
from tests.browser.visits import Visits
from tests.oidc import free_port
from tests.shared import empty, shipped
from tests.small_government import PERIOD, write_small_government

# Pages of one visitor share a process and the code that it has compiled (``tests.browser.screen.tab``).
# The shell draws what the whole browser draws, and takes a fifth less of the processors.
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None
)
expect.set_options(timeout=120_000)  # a state is waited for, however busy the machine
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--process-per-site", "--js-flags=--no-flush-bytecode",
]  # fmt: skip


@contextmanager
def serving(folder: Path, *, port: int | None = None, **environment: str) -> Iterator[str]:
    """Serve the dashboard on shipped figures from a database in ``folder``, or as the environment says; yield its address.

    A government of its own is loaded as the server begins, into tables that are there: to make them takes most of a start.
    """
    if "DATABASE_URL" not in environment and not (folder / "served.db").exists():
        shutil.copy(empty() if "CATALOGUE_DIR" in environment else shipped(), folder / "served.db")
    port = port or free_port()
    environment = {
        **os.environ, "DATABASE_URL": f"sqlite:///{folder / 'served.db'}", "PORT": str(port), "MIERUKA_MODE": "local", **environment,
    }  # fmt: skip
    with (folder / "server.log").open("w") as log:
        process = begin(["manage.py", "run"], env=environment, out=log)
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(3000):  # as long as it lives: a busy machine starts one in minutes
                if process.poll() is not None:
                    break
                try:
                    urllib.request.urlopen(f"{address}/api/health", timeout=1)
                    break
                except OSError:
                    time.sleep(0.2)
            else:
                raise AssertionError((folder / "server.log").read_text())
            assert process.poll() is None, (folder / "server.log").read_text()
            yield address
        finally:
            process.terminate()
            process.wait(timeout=120)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="session")
def small_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small government, whose pages are drawn in a moment; its reports, of several periods, are due for as long as this is run."""
    folder = tmp_path_factory.mktemp("small")
    opened = [
        {"period_code": period, "opens_on": "2023-01-01", "due_on": "2099-01-31", "locks_on": "2099-03-31"}
        for period in ("FY2022-Q1", "FY2022-Q2", PERIOD)
    ]
    catalogue, official = write_small_government(folder / "data", calendar=opened)
    figures = official / "observations.csv"  # of two quarters, between which pages let one choose
    heading, *rows = figures.read_text(encoding="utf-8").splitlines()
    figures.write_text("\n".join([heading, *rows, *(row.replace("FY2022-Q2", "FY2022-Q1") for row in rows), ""]), encoding="utf-8")
    with serving(folder, CATALOGUE_DIR=str(catalogue), OFFICIAL_DIR=str(official)) as address:
        yield address


@pytest.fixture
def new_server(tmp_path: Path) -> Callable[[], object]:
    return lambda: serving(tmp_path)


@pytest.fixture
def new_small_server(tmp_path: Path) -> Callable[[], object]:
    """Like ``new_server``, on a government whose pages are drawn in a moment."""
    places = write_small_government(tmp_path)
    return lambda: serving(tmp_path, CATALOGUE_DIR=str(places[0]), OFFICIAL_DIR=str(places[1]))


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromiumがありません / no Chromium on this machine: apt-get install chromium-headless-shell fonts-noto-cjk")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def visits(chromium: Browser) -> Visits:
    """Pages that stay open from test to test, for tests that only look."""
    return Visits(chromium)


@pytest.fixture(autouse=True)
def every_page_closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close what a test leaves open."""
    visits = request.getfixturevalue("visits") if "chromium" in request.fixturenames else None
    yield
    if visits is not None:
        visits.tidy()
