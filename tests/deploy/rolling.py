"""The dear parts, asked for by ``make deploy-check``: a change of version under way, and processes killed again and again.

``python -m pytest -o addopts="" tests/deploy/rolling.py``; each prints what it counted.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kpis.languages import say
from kpis.reporting import submissions
from kpis.settings import ROOT
from kpis.store import tables
from loaders.workbook.submit import take_template
from tests.deploy.conftest import Installation
from tests.deploy.front import Behind
from tests.deploy.test_front import is_waiting
from tests.loaders.filled import with_cells
from tests.small_government import ANNA, DAI, IN_TIME, PERIOD, figure, say_causes
from tests.test_changes import COPIED, make
from tests.web.visitor import BOUNDARY, becomes

TURNS = int(os.environ.get("DEPLOY_TURNS", "6"))


def newer_version(folder: Path) -> Path:
    """Make a copy of the program with a field more and the migration for it."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "local", "cases", "browser"))
    for path in (*ROOT.glob("*.py"), ROOT / "pyproject.toml"):
        shutil.copy(path, folder / path.name)
    make("field", folder)
    return folder


@contextmanager
def looking_on(office: Behind) -> Iterator[Counter[int]]:
    """Ask for a page and for health through nginx all the while; gives how often each status came."""
    seen: Counter[int] = Counter()
    is_over = threading.Event()

    def look() -> None:
        while not is_over.is_set():
            for path in ("/", "/api/health"):
                with suppress(OSError):
                    seen[office.ask(path).status] += 1
            time.sleep(0.1)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        thread.join()


def approved(installation: Installation, bureau: str, actor: str, numerator: float) -> None:
    """Hand a report in and have it approved through nginx, by whichever process answers."""
    store = installation.store
    made = submissions.upload(
        store,
        submissions.FilledWorkbook(
            rows=[figure(bureau=bureau, numerator=numerator, denominator=20.0)],
            content=f"{bureau} {numerator}".encode(),
            name="q3.xlsx",
        ),
        actor=actor,
        bureau_code=bureau,
        period_code=PERIOD,
    )
    say_causes(store, made.report_id, actor=actor, revision=made.revision, as_of=IN_TIME)
    submissions.submit(store, made.report_id, actor=actor, revision=made.revision, today=IN_TIME)
    tab = installation.visitor("office").tab()
    tab.run("review", f"report={made.report_id}")
    tab.press(say("approve", "ja"))
    tab.close()


def figures(installation: Installation) -> list[tuple[str, float]]:
    """Return what counts of the period: bureau and numerator of every vintage."""
    held = [row for row in installation.store.all_of(tables.Observation) if row["period_code"] == PERIOD]
    return sorted((row["bureau_code"], row["numerator"]) for row in held)


def workbook(installation: Installation, numerator: int) -> bytes:
    """Return the template of GENERAL with its one figure filled in."""
    content = take_template(installation.store, "GENERAL", PERIOD, actor=ANNA)
    return with_cells(content, "指標の実績", {"H2": numerator, "I2": 100})


def test_uploads_whose_process_dies_are_not_there_or_there_once(installation: Installation) -> None:
    """Half of the bytes are here, or the file waits for another writer, as its process is killed; the same file is then sent again."""
    store, told = installation.store, Counter[str]()
    for turn in range(TURNS):
        anna, content = installation.visitor("anna"), workbook(installation, 10 + turn)
        tab = anna.tab()
        tab.run("submit", f"bureau=GENERAL&period={PERIOD}")
        gone, before = installation.place_of(anna), len(store.all_of(tables.Submission))
        if turn % 2:
            assert tab.upload(content).status == 204
            with store.writing(is_figures=False):
                tab.hand_in(content, "f1")
                becomes(lambda: is_waiting(store))
                installation.kill(gone)
            told["killed while it was stored"] += 1
        else:
            head = f"PUT /_stcore/upload_file/{tab.session}/f1 HTTP/1.1\r\nHost: {anna.instance.host}\r\nContent-Length: {len(content) * 2}\r\n"
            head += f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nX-Xsrftoken: {anna.cookies['_streamlit_xsrf']}\r\n"
            head += "Cookie: " + "; ".join(f"{k}={v}" for k, v in anna.cookies.items()) + "\r\n\r\n"
            with anna.instance.line() as line:
                line.sendall(head.encode("latin-1") + content)
                installation.kill(gone)
                assert b" 502 " in line.recv(4096).split(b"\r\n")[0], "nobody could answer, which is not too large"
            told["killed while it came in"] += 1
        assert len(store.all_of(tables.Submission)) == before, "not there"
        again = anna.tab()
        again.run("submit", f"bureau=GENERAL&period={PERIOD}")
        assert installation.place_of(anna) != gone and again.upload(content, file="f2").status == 204
        again.hand_in(content, "f2")
        again.wait()
        again.hand_in(content, "f2")  # a second click, or a page sent again
        again.wait()
        opened = [row for row in store.all_of(tables.Submission) if row["state"] == "draft"]
        assert len(opened) == 1, opened
        told["there once after it was sent again"] += 1
        submissions.withdraw(store, opened[0]["id"], actor=ANNA, revision=opened[0]["revision"])
        again.close()
        installation.begin(gone)
    print(dict(told), "lost 0, doubled 0")


def test_versions_change_one_process_after_the_other_with_a_migration_and_nobody_waits(
    installation: Installation, tmp_path: Path
) -> None:
    newer, (one, two) = newer_version(tmp_path / "newer"), installation.offices()
    before = figures(installation)
    with looking_on(installation.front.office) as seen:
        anna = installation.visitor("anna")
        installation.stop(one)
        installation.begin(one, newer)  # it brings the tables up
        approved(installation, "GENERAL", ANNA, 7.0)
        approved(installation, "DIGITAL", DAI, 8.0)
        tab = anna.tab()
        assert say("step_upload", "ja") in tab.run("submit"), "signed in before, and still"
        tab.close()
        for port in (one, two):  # the old program goes on with the new tables
            assert installation.running[port][1].ask("/api/health").status == 200
        installation.stop(two)
        installation.begin(two, newer)
    tab = installation.visitor("anna").tab()
    assert say("step_upload", "ja") in tab.run("submit"), tab.text[-3000:]
    tab.close()
    assert figures(installation) == sorted([*before, ("DIGITAL", 8.0), ("GENERAL", 7.0)])
    print(f"change of version: {sum(seen.values())} requests meanwhile, {dict(seen)}")
    assert set(seen) == {200}
    old = subprocess.run(
        [sys.executable, "manage.py", "init"],
        cwd=ROOT,
        env={**os.environ, **installation.environments[one]},
        capture_output=True,
        text=True,
    )
    assert old.returncode == 78, "the old program is not begun on the new tables again"
