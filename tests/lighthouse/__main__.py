"""Lighthouse on the static edition, as a phone sees it: what is below 100 is told with its audits, and fails.

Run with the path of Lighthouse and, where only some are wanted, the pages.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from kpis.store.store import utc_now
from publishers.editions import on_disk
from tests.browser.conftest import CHROMIUM
from tests.browser.test_static_accessibility import PAGES
from tests.publishers.house import House
from tests.shared import copied, shipped

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
KINDS = [*PAGES, "search.html", "standing.html"]
EASY = ["ja-Hira/index.html", "ja-Hira/five-less.html"]
TEXTS = (".html", ".css", ".js")


class Squeezing(http.server.SimpleHTTPRequestHandler):
    """Serves files compressed, as the web server that ``deploy/`` describes does; says nothing."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the file."""
        file = Path(self.translate_path(self.path))
        if file.suffix not in TEXTS or not file.is_file():
            return super().do_GET()
        body = gzip.compress(file.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)) + "; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def look(lighthouse: str, address: str, out: Path) -> dict[str, Any]:
    """Return what Lighthouse reports of a page."""
    command = [
        lighthouse, address, "--quiet", "--chrome-flags=--headless --no-sandbox --disable-gpu", f"--only-categories={','.join(CATEGORIES)}",
        "--output=json", f"--output-path={out}",
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=180, env={**os.environ, "CHROME_PATH": str(CHROMIUM)})
    report: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return report


def main(lighthouse: str, *pages: str) -> int:
    """Print four grades a page; return 1 where one is below 100."""
    if CHROMIUM is None:
        print("Chromiumがありません / no Chromium on this machine")
        return 1
    below = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        house = House(copied(shipped(), folder / "working.db"), folder / "editions", utc_now())
        house.publish("最初")
        site = on_disk.opened(house.folder, 1).folder / "site"
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Squeezing, directory=str(site)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for page in pages or [*KINDS, *(f"en/{p}" for p in KINDS), *EASY]:
            report = look(lighthouse, f"http://127.0.0.1:{server.server_port}/{page}", folder / "report.json")
            grades = {c: round(100 * (report["categories"][c]["score"] or 0)) for c in CATEGORIES}
            wrong = [name for c in CATEGORIES if grades[c] < 100 for name in _weighing(report, c)]
            below += min(grades.values()) < 100
            print(f"{page:48} {' '.join(f'{grades[c]:3}' for c in CATEGORIES)}  {' '.join(wrong)}", flush=True)
        server.shutdown()
    return int(below > 0)


def _weighing(report: dict[str, Any], category: str) -> list[str]:
    """Return the audits that took something from a category."""
    audits = report["audits"]
    return [
        ref["id"] for ref in report["categories"][category]["auditRefs"]
        if ref["weight"] and (audits[ref["id"]]["score"] or 0) < 1
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
