"""The front page of the static edition against an empty Streamlit page with one chart: first paint, readable to the end, weight.

Both are served by a process of their own and opened in a browser that keeps nothing; their turns alternate, so that a busy machine slows
both, and what counts is the ratio. Times are the page's own clock, from the click on. *Readable to the end* is, of the edition, that all it
loads is there and its pictures are decoded; of the Streamlit page, that the line of its chart is drawn. Weight counts the HTML without the
pictures of its cards and charts, and every style sheet, script and picture that it loads; as it is, and as a web server sends it (gzip).
``FRONT_TURNS`` asks for more turns.
"""

from __future__ import annotations

import gzip
import os
import re
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from kpis.settings import Settings
from kpis.store.store import Store, utc_now
from publishers.editions import on_disk, publication
from tests.bench.measured import Measured, tell
from tests.bench.page_time import filled
from tests.bench.viewer import served
from tests.browser.conftest import CHROMIUM, FLAGS

TURNS = int(os.environ.get("FRONT_TURNS", "9"))
PAINT, READABLE, WEIGHT = 0.10, 0.15, 60.0
FRONT = ("index.html", "en/index.html")
PICTURES = re.compile(r'<svg class="cp".*?</svg>|<svg[^>]*class="chart.*?</svg>', re.S)
LOADED = re.compile(r'<(?:link rel="(?:stylesheet|icon)" href|script src|img src)="(?!data:)([^"]+)"')
# Asked at every frame, whatever the page: when it is what it is to be for the first time.
READY = {
    "static": "document.readyState === 'complete' && document.fonts.status === 'loaded' && [...document.images].every(i => i.complete && i.naturalWidth)",
    "chart": "document.querySelector('.js-plotly-plot .trace')",
}
WATCH = "const look = () => {{ if ({ready}) window.readable = performance.now(); else requestAnimationFrame(look); }}; requestAnimationFrame(look);"


@contextmanager
def public(folder: Path) -> Iterator[int]:
    """Serve the public edition in its own process; gives its port."""
    with served("server:app", MIERUKA_MODE="public", EDITIONS_DIR=str(folder), RATE_PAGE="1000000 per minute") as port:
        yield port


def opened(browser: Browser, address: str, kind: str) -> tuple[float, float]:
    """Return first contentful paint and when a page is readable to the end, in milliseconds, in a context with nothing kept."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    page = context.new_page()
    page.add_init_script(WATCH.format(ready=READY[kind]))
    page.goto(address, wait_until="commit")
    page.wait_for_function("window.readable && performance.getEntriesByName('first-contentful-paint').length", timeout=60_000)
    first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    readable = page.evaluate("window.readable")
    context.close()
    return float(first), max(float(first), float(readable))


def paints(folder: Path) -> None:
    """Tell the medians of both as ratios."""
    if CHROMIUM is None:
        print("no Chromium on this machine: first paint is not measured")
        return
    seen: dict[str, list[tuple[float, float]]] = {"static": [], "chart": []}
    with public(folder) as port, served("tests.bench.one_chart_server:app") as floor, sync_playwright() as playwright:
        addresses = {"static": f"http://127.0.0.1:{port}/site/index.html", "chart": f"http://127.0.0.1:{floor}/"}
        for turn in range(TURNS + 1):
            for kind, address in addresses.items():
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                times = opened(browser, address, kind)
                browser.close()
                if turn:
                    seen[kind].append(times)
    for place, (what, goal) in enumerate((("first contentful paint", PAINT), ("readable to the end", READABLE))):
        static, chart = (statistics.median(times[place] for times in seen[kind]) for kind in ("static", "chart"))
        said = f"{static:.0f} ms, empty Streamlit page with one chart {chart:.0f} ms, medians of {TURNS}"
        tell([Measured(f"front page of the edition, {what} / Streamlit", static / chart, goal, said=said)])


def weight(site: Path) -> None:
    """Tell what the front page weighs before its charts, and what its pictures add."""
    for front in FRONT:
        page = site / front
        html = page.read_text(encoding="utf-8")
        plain = PICTURES.sub("", html)
        parts = {"HTML": plain.encode()}
        for address in dict.fromkeys(LOADED.findall(html)):
            file = page.parent / address
            parts[file.suffix.removeprefix(".")] = parts.get(file.suffix.removeprefix("."), b"") + file.read_bytes()
        raw = sum(map(len, parts.values()))
        sent = sum(len(p if kind == "png" else gzip.compress(p)) for kind, p in parts.items())
        each = ", ".join(f"{kind} {len(p) / 1000:.1f}" for kind, p in parts.items())
        pictures = len(html.encode()) - len(plain.encode())
        both = len(gzip.compress(html.encode())) - len(gzip.compress(plain.encode()))
        said = f"kB: {each}; sent as gzip {sent / 1000:.1f}; pictures of the cards {pictures / 1000:.1f} more, {both / 1000:.1f} as gzip"
        tell([Measured(f"weight of {front} before charts", raw / 1000, WEIGHT, "kB", said)])


def main() -> None:
    """Tell every measure."""
    for name in ("DATABASE_URL", "MIERUKA_MODE"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "editions"
        store = Store(filled(Path(scratch) / "bench.db"))
        publication.publish(store, note="bench", now=utc_now(), chosen=Settings(EDITIONS_DIR=folder))  # type: ignore[call-arg]
        store.engine.dispose()
        weight(on_disk.opened(folder, 1).folder / "site")
        paints(folder)


if __name__ == "__main__":
    main()
