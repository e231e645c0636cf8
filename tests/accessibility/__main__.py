"""axe-core on every page of every instance, in each language, width and theme, as a table; fails beyond what Streamlit itself breaks.

``python -m tests.accessibility [shipped|public|static …]``; without a word all of them. It takes an hour on two processors, so a part can
be asked for, and some widths (``WIDTHS=375``). What an empty Streamlit page breaks is measured first, in the same run. What comes out is also kept as JSON, from which
``python -m tests.accessibility.statement`` writes the table of ``docs/accessibility_results.md``.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, sync_playwright

from kpis.settings import ROOT
from kpis.store.store import Store
from publishers.editions import on_disk
from tests.browser.axe import FRAMEWORK, LEVELS
from tests.browser.conftest import CHROMIUM, FLAGS, serving
from tests.browser.screen import at_rest, rerun, tab
from tests.browser.test_accessibility import DETAILS
from tests.browser.test_pages import EVERY_PAGE
from tests.browser.test_projects import SHOWN
from tests.browser.test_static_accessibility import PAGES, Quiet
from tests.browser.visits import GO
from tests.oidc import free_port
from tests.publishers.house import built
from tests.publishers.public_server import public_server
from tests.shared import shipped

LANGUAGES, THEMES = ("ja", "en"), ("light", "dark")
WIDTHS = tuple(int(width) for width in os.environ.get("WIDTHS", "320 375 1280").split())
INSIDE = ("/submit", "/review", "/publish", "/report", "/meeting", "/questions", "/notices")
KEPT = ROOT / "tests" / "accessibility" / "result.json"
Broken = dict[str, list[str]]  # rule → the elements that break it


def looked_at(page: Page, judged: dict[str, set[str]]) -> Broken:
    """Return what a page breaks; which rules were tried at all is added to ``judged``, and which axe could not decide."""
    told: Any = Axe().run(page, options={"runOnly": {"type": "tag", "values": LEVELS}}).response
    for kind in ("passes", "violations", "incomplete"):
        for rule in told[kind]:
            judged.setdefault(kind, set()).add(rule["id"])
            judged.setdefault("criteria", set()).update(f"{tag} {rule['id']}" for tag in rule["tags"] if tag.startswith("wcag"))
    return {rule["id"]: [node["html"] for node in rule["nodes"]] for rule in told["violations"]}


def floor(browser: Browser) -> set[str]:
    """Return the rules that an empty page of Streamlit breaks, and those of its own widgets that are known (``axe.FRAMEWORK``)."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "empty.py").write_text("import streamlit as st\n", encoding="utf-8")
        port = free_port()
        command = [sys.executable, "-m", "streamlit", "run", "empty.py", "--server.port", str(port), "--server.headless", "true"]
        process = subprocess.Popen(command, cwd=name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            page = tab(browser).new_page()
            for _ in range(600):
                try:
                    page.goto(f"http://127.0.0.1:{port}")
                    break
                except Error:  # not up yet
                    page.wait_for_timeout(200)
            page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
            broken = looked_at(page, {})
            page.context.close()
        finally:
            process.terminate()
            process.wait(timeout=60)
    return set(broken)


def is_floor(rule: str, html: str, empty: set[str]) -> bool:
    """Say whether what breaks is the framework's."""
    return rule in empty or any(rule == known and place in html for known, place, _ in FRAMEWORK)


def dashboard(browser: Browser, address: str, paths: list[str], judged: dict[str, set[str]]) -> Iterator[tuple[str, Broken]]:
    """Yield each view of an instance with what it breaks; within one language and width pages are reached as by back and forward."""
    for language in LANGUAGES:
        for width in WIDTHS:
            page = tab(browser, width=width).new_page()
            for number, path in enumerate(paths):
                asked = f"{path}{'&' if '?' in path else '?'}lang={language}"
                if number:
                    with rerun(page):
                        page.evaluate(GO, asked)
                else:
                    page.goto(address + asked)
                    at_rest(page)
                for theme in THEMES:
                    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
                    page.wait_for_function("() => !document.getAnimations().some(a => a.playState === 'running')")
                    yield f"{path} {language} {width} {theme}", looked_at(page, judged)
            page.context.close()


def static(browser: Browser, address: str, judged: dict[str, set[str]]) -> Iterator[tuple[str, Broken]]:
    """Yield each view of the static edition with what it breaks, all that is folded opened."""
    for width in WIDTHS:
        page = browser.new_context(viewport={"width": width, "height": 1200}, locale="ja-JP").new_page()
        for prefix in ("", "en/"):
            for path in [*PAGES, "search.html", "indicators/paper_sheets.html", "definitions.html"]:
                page.goto(f"{address}/{prefix}{path}")
                page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                for theme in THEMES:
                    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
                    yield f"{prefix}{path} {width} {theme}", looked_at(page, judged)
        page.context.close()


@contextmanager
def filed(folder: Path) -> Iterator[str]:
    """Serve the files of a folder."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def keep(views: dict[str, int], empty: set[str], ours: dict[str, list[str]], judged: dict[str, set[str]]) -> None:
    """Keep what was seen; of parts that were not looked at this time, what an earlier run kept stays."""
    before: Any = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {"views": {}, "broken": {}, "judged": {}}
    rest = {what: where for what, where in before["broken"].items() if what.split(":")[0] not in views}
    kinds = {*judged, *before["judged"]}
    kept = {
        "views": {**before["views"], **views}, "floor": sorted(empty), "broken": {**rest, **ours},
        "judged": {kind: sorted({*judged.get(kind, ()), *before["judged"].get(kind, ())}) for kind in kinds},
    }  # fmt: skip
    KEPT.write_text(json.dumps(kept), encoding="utf-8")


def main() -> int:
    """Look at what is asked for and print a line for each instance and each rule that is broken; return whether any is ours."""
    parts = sys.argv[1:] or ["shipped", "public", "static"]
    everywhere = list(dict.fromkeys([*EVERY_PAGE, *SHOWN, *DETAILS]))
    ours: dict[str, list[str]] = {}
    judged: dict[str, set[str]] = {}
    views: dict[str, int] = {}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        empty = floor(browser)
        print(f"what an empty Streamlit page breaks: {', '.join(sorted(empty)) or 'nothing'}", flush=True)
        for rule, place, why in FRAMEWORK:
            print(f"known of its widgets: {rule} at {place}: {why}")

        def count(part: str, seen: Iterator[tuple[str, Broken]], below: set[str]) -> None:
            for view, broken in seen:
                views[part] = views.get(part, 0) + 1
                for rule, elements in broken.items():
                    beyond = [html for html in elements if not is_floor(rule, html, below)]
                    if beyond:
                        ours.setdefault(f"{part}: {rule} {beyond[0][:110]}", []).append(view)
                        print(f"  {part} {view}: {rule} {beyond[0][:160]}", flush=True)
            print(f"{part}: {views.get(part, 0)} views", flush=True)

        if "shipped" in parts:
            (folder / "shipped").mkdir()
            with serving(folder / "shipped") as address:
                paths = [path for path in (*everywhere, *INSIDE) if path != "/register"]
                count("shipped", dashboard(browser, address, paths, judged), empty)
        if {"public", "static"} & set(parts):
            house = built(Store(f"sqlite:///{shipped()}"), folder)
            house.publish("最初の公表")
            house.correct("paper_reduction_rate", "FY2022", value="71.0")
            house.publish("訂正")
            if "public" in parts:
                with public_server(house.folder) as port:
                    paths = [path for path in everywhere if path != "/register" and not path.startswith(INSIDE)]
                    count("public", dashboard(browser, f"http://127.0.0.1:{port}", paths, judged), empty)
            if "static" in parts:
                with filed(on_disk.opened(house.folder, 2).folder / "site") as address:
                    count("static", static(browser, address, judged), set())
        browser.close()
    print("\nviews  instance")
    for part, number in views.items():
        print(f"{number:5}  {part}")
    print(f"\nbroken beyond the floor: {len(ours)}")
    for what, where in ours.items():
        print(f"{len(where):5}  {what}\n       first at {where[0]}")
    keep(views, empty, ours, judged)
    return bool(ours)


if __name__ == "__main__":
    sys.exit(main())
