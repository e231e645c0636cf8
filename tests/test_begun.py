"""A forked process is what a real one is: the same server and command by each, and nothing is remembered from before the fork."""

from __future__ import annotations

import functools
import gc
import json
import os
import signal
import sys
import threading
import time
import urllib.request
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.begun import CHOSEN, begin, can_fork, forked, processes
from tests.command import WAIT, command
from tests.oidc import free_port
from tests.shared import copied, empty

pytestmark = pytest.mark.server

# Filled as modules are imported, of the program's own files: no environment changes what they hold.
FILLED = {
    "kpis.declared.declared", "kpis.declared.translated", "kpis.declared.text_column", "kpis.declared._with_columns", "charts.svg.strip.sheet",
    "publishers.site.attention.style", "charts.themes.plotly_sheet", "kpis.languages._codes", "kpis.languages._language",
}  # fmt: skip
ROOMS = {"kpis", "telling", "charts", "loaders", "publishers", "api", "pages", "web", "manage"}


def _begun_with(told: Connection) -> None:
    caches = [held for held in gc.get_objects() + _frozen() if isinstance(held, functools._lru_cache_wrapper)]
    filled = {f"{each.__module__}.{each.__qualname__}" for each in caches if each.cache_info().currsize}
    told.send(([thread.name for thread in threading.enumerate()], sorted(name for name in filled if name.split(".")[0] in ROOMS)))


def _frozen() -> list[Any]:
    gc.unfreeze()
    return gc.get_objects()


def test_what_is_forked_has_no_thread_and_remembers_nothing_of_an_environment() -> None:
    ours, theirs = processes.Pipe()
    process = forked(_begun_with, theirs)
    assert ours.poll(WAIT)
    threads, filled = ours.recv()
    process.join()
    assert threads == ["MainThread"]
    assert set(filled) <= FILLED


def test_what_is_forked_does_not_run_what_a_page_left_as_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ModuleType("__main__")
    page.__file__ = str(tmp_path / "page.py")
    Path(page.__file__).write_text("raise RuntimeError")
    monkeypatch.setitem(sys.modules, "__main__", page)
    process = forked(os.getpid)
    process.join(WAIT)
    assert process.exitcode == 0
    assert sys.modules["__main__"] is page


def test_what_an_interpreter_reads_as_it_begins_is_given_to_a_real_one() -> None:
    assert can_fork({**os.environ, "DATABASE_URL": "x", "PYTHONPATH": "x"})
    for name in ("PYTHONHASHSEED", "LC_ALL", "TZ", "STREAMLIT_SERVER_PORT"):
        assert not can_fork({**os.environ, name: "x"}), name


def _served(folder: Path, *, forks: bool, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Serve until told to end; return all that is seen of it from outside."""
    monkeypatch.setattr(CHOSEN, "forks", forks)
    store = copied(empty(), folder / "served.db")
    store.engine.dispose()
    port = free_port()
    env = {**os.environ, "DATABASE_URL": store.url, "PORT": str(port), "MIERUKA_MODE": "local"}
    with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
        process = begin(["manage.py", "run"], env=env, out=out, err=err, files=500)
        try:
            while True:
                assert process.poll() is None, (folder / "err").read_text()
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=60) as answer:
                        health = json.load(answer)
                    break
                except OSError:
                    time.sleep(0.1)
            place = Path("/proc") / str(process.pid)
            limits = [
                line.split()[3:5] for line in (place / "limits").read_text().splitlines() if line.startswith("Max open files")
            ]
            seen: list[object] = [health["status"], (place / "cwd").resolve(), limits]
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(WAIT)
    said = (folder / "out").read_text().splitlines()
    log = [json.loads(line) for line in [*said, *(folder / "err").read_text().splitlines()] if line[:1] == "{"]
    serving = [{name: value for name, value in line.items() if name != "time"} for line in log if line["event"] == "serving"]
    assert [line.pop("process") for line in serving] == [process.pid]  # the server keeps the number of the process that was begun
    assert [line.pop("port") for line in serving] == [port]
    told = [line.replace(str(port), "PORT") for line in said if line[:1] != "{"]
    return [*seen, code, serving, told]


def test_a_forked_server_is_a_real_one_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "forked").mkdir()
    real = _served(tmp_path / "real", forks=False, monkeypatch=monkeypatch)
    assert real[-3] == -signal.SIGTERM
    assert _served(tmp_path / "forked", forks=True, monkeypatch=monkeypatch) == real


@pytest.mark.parametrize("words", [("check", "no such file.csv"), ("run", "--port", "0"), ("run", "--public")])
def test_a_forked_command_says_and_ends_as_a_real_one(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    around = {"DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}", "EDITIONS_DIR": str(tmp_path / "none"), "PORT": str(free_port())}
    said = []
    for forks in (False, True):
        monkeypatch.setattr(CHOSEN, "forks", forks)
        done = command(*words, **around)
        said.append((done.returncode, done.stdout, done.stderr))
    assert said[0] == said[1]
    assert said[0][0] != 0
