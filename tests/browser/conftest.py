"""A real server on a real database, and a real Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from kpis.settings import ROOT
from tests.oidc import free_port

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextmanager
def serving(folder: Path, *, port: int | None = None, **environment: str) -> Iterator[str]:
    """Serve the dashboard on shipped figures from a database in ``folder``, or as the environment says; yield its address."""
    port = port or free_port()
    environment = {
        **os.environ, "DATABASE_URL": f"sqlite:///{folder / 'served.db'}", "PORT": str(port), "MIERUKA_MODE": "local", **environment,
    }  # fmt: skip
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "manage.py", "run"], cwd=ROOT, env=environment, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(300):
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
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def new_server(tmp_path: Path) -> Callable[[], object]:
    return lambda: serving(tmp_path)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromiumがありません / no Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def every_page_closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close what a test leaves open: a page that goes on drawing takes the processor from every test after it."""
    yield
    if "chromium" in request.fixturenames:
        for context in request.getfixturevalue("chromium").contexts:
            context.close()
