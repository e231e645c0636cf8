"""The wheel: built from the tree, installed elsewhere, it serves the dashboard from an empty folder."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpis.settings import ROOT, software_version
from telling.method import sections
from telling.words import Words
from tests.bench.viewer import Viewer

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of commands of a fresh environment with the wheel; other packages are those of this one: nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(folder / "dist"), str(ROOT)]
    subprocess.run([*pip, *build], check=True, timeout=120)
    (wheel,) = (folder / "dist").glob("mieruka-*.whl")
    venv.create(folder / "env", with_pip=False)
    commands = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    python = commands / Path(sys.executable).name
    packages = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True, text=True
    ).stdout.strip()
    (Path(packages) / "other.pth").write_text(sysconfig.get_path("purelib"))
    subprocess.run(
        [*pip, "--python", str(python), "install", "--no-compile", "--no-deps", "--no-index", str(wheel)], check=True, timeout=120
    )
    return commands


def environment() -> dict[str, str]:
    """Return the environment of this process without what would lead an installed program back to the repository."""
    own = (
        "PYTHONPATH",
        "DATABASE_URL",
        "EDITIONS_DIR",
        "CATALOGUE_DIR",
        "OFFICIAL_DIR",
        "LAYOUTS_DIR",
        "MIERUKA_MODE",
        "PUBLIC_URL",
    )
    return {name: value for name, value in os.environ.items() if name not in own}


@pytest.fixture(scope="module")
def served(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """Give the port of ``mieruka run`` and the folder, empty before, that it was called from."""
    folder = tmp_path_factory.mktemp("empty")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder.parent / "wheel.log").open("w+") as log:
        command = [installed / "mieruka", "run", "--port", str(port)]
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=log, stderr=log)
        try:
            while process.poll() is None:  # the test's own limit of time ends what never answers
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.2)
            log.seek(0)
            assert process.poll() is None, log.read()
            yield port, folder
        finally:
            process.terminate()
            process.wait(timeout=120)


def test_the_installed_dashboard_answers_and_keeps_its_figures_in_the_folder_it_was_called_from(served: tuple[int, Path]) -> None:
    port, folder = served
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=60) as answer:
        assert json.load(answer)["version"] == software_version()
    viewer = Viewer(port)
    overview = b"\n".join(viewer.answers("", "lang=en&as_of=2022-12-31")).decode("utf-8", "ignore")
    method = b"\n".join(viewer.answers("about", "lang=en")).decode("utf-8", "ignore")
    viewer.close()
    assert "#F5F7FD" in method, "the theme of .streamlit/config.toml"
    assert "Paper" in overview and "Traceback" not in overview
    assert sections(Words("en"))[0].text.strip().split("\n")[0][:60] in method
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*.db")} == {"data/local/mieruka.db"}


def test_the_installed_command_publishes_and_writes_workbooks(served: tuple[int, Path], installed: Path) -> None:
    """Templates, style sheets, migrations and texts are in the wheel: an edition needs all of them."""
    _, folder = served

    def run(*words: str) -> None:
        done = subprocess.run(
            [installed / "mieruka", *words], cwd=folder, env=environment(), capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run("publish", "--note", "from a wheel")
    manifest = json.loads((folder / "data" / "local" / "editions" / "0001" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["software_version"] == software_version() and len(manifest["files"]) > 100
    run("template", "--bureau", "POLICY", "--period", "FY2022-Q3", "-o", "template.xlsx")
    run("report", "--period", "FY2022-Q3", "-o", "meeting.xlsx", "--language", "en")
    assert (folder / "meeting.html").is_file() and (folder / "template.xlsx").is_file()
