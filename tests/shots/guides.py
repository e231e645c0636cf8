"""The pictures of the guides and of the README, taken anew: ``make pictures``. ``SCENES=review`` takes those whose name holds a word."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, sync_playwright

from kpis.languages import unfilled
from kpis.settings import ROOT
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.shots import acts, film
from tests.shots.listed import LANGUAGES, Asked
from tests.shots.places import Places
from tests.shots.scenes import FILM, SCENES, Scene
from tests.shots.taking import Tab, looked_over, shaped

PICTURES = ROOT / "docs" / "guides" / "pictures"
MARGIN = 14  # pixels round what is shown
COLOURS = (128, 96, 64, 48, 32)
MOST = 80_000  # bytes of one picture
# Where on the page something says this first.
WHERE = """pattern => {
    const text = new RegExp(pattern);
    const root = document.querySelector('[data-testid=stMain]') || document.body;
    const says = [...root.querySelectorAll('h1, h2, h3, h4, p, label, summary, button')].find(
        e => e.checkVisibility() && text.test(e.innerText.replace(/[\u200b\u2060]/g, '').replace(/\u00a0/g, ' ').trim()));
    if (!says) return null;
    const box = (says.closest('[data-testid=stAlert], [data-testid=stExpander]') || says).getBoundingClientRect();
    return box.top;
}"""


def top_of(page: Page, key: str, code: str) -> float:
    """Return where something begins with the text of a key, whatever stands in its blanks."""
    text = re.sub(r"\*\*", "", unfilled(key, code))
    pattern = "^" + ".{0,80}?".join(re.escape(part) for part in re.split(r"\{[^}]*\}", text))
    where = page.evaluate(WHERE, pattern)
    assert where is not None, f"nothing on {page.url} says {text!r} ({key})"
    return float(where)


def cropped(page: Page, scene: Scene, code: str, target: Path) -> None:
    """Write the part of a page that a scene shows."""
    top = max(0.0, top_of(page, scene.since, code) - MARGIN) if scene.since else 0.0
    below = top_of(page, scene.until, code) - MARGIN if scene.until else float(page.viewport_size["height"])  # type: ignore[index]
    side = 24 if scene.width > 1000 else 0
    clip = {"x": side, "y": top, "width": scene.width - 2 * side, "height": min(below - top, scene.tall)}
    page.screenshot(path=target, clip=clip, animations="disabled")  # type: ignore[arg-type]


def trimmed(picture: Image.Image) -> Image.Image:
    """Return a picture without what is empty below."""
    empty = Image.new("RGB", picture.size, picture.getpixel((1, picture.height - 1)))  # type: ignore[arg-type]
    box = ImageChops.difference(picture, empty).getbbox()
    return picture.crop((0, 0, picture.width, min(picture.height, box[3] + MARGIN))) if box else picture


def squeezed(target: Path) -> int:
    """Write a picture with as few colours as its size asks for; return its bytes."""
    with Image.open(target) as whole:
        plain = trimmed(whole.convert("RGB"))
    for colours in COLOURS:
        plain.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(target, optimize=True)
        if target.stat().st_size <= MOST:
            break
    return target.stat().st_size


def take(browser: Browser, place: str, address: str, scenes: list[Scene], places: Places) -> list[str]:
    """Take the scenes of one place in every language; return what is wrong with them."""
    wrong = []
    database = places.folder / place / f"{place}.db"
    for code in LANGUAGES:
        tab = Tab(browser, address, code, is_app=place != "static")
        for scene in scenes:
            target = PICTURES / f"{scene.name}.{code}.png"
            if scene.act == "workbook":
                if not acts.workbook(target, database, places.folder):
                    wrong.append(f"{target.name}: no soffice or pdftoppm, left as it was")
                    continue
            else:
                if scene.act:
                    tab.close()  # what is done on a page is not seen on the next
                page = tab.open(Asked(scene.name, scene.path, scene.role))
                if scene.act:
                    acts.ACTS[scene.act](page, code, database, places.folder)
                shaped(page, scene.width)
                wrong += [f"{target.name}: {fault}" for fault in looked_over(page)]
                cropped(page, scene, code, target)
                if scene.act:
                    tab.close()
            print(f"{target.name} {squeezed(target):,} bytes", flush=True)
        tab.close()
    return wrong


def main() -> int:
    """Take them; return 1 where something is wrong on one."""
    if CHROMIUM is None:
        print("Chromiumがありません / no Chromium on this machine")
        return 1
    words = os.environ.get("SCENES", "").replace(",", " ").split()
    chosen = [scene for scene in SCENES if not words or any(scene.name.startswith(word) for word in words)]
    PICTURES.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        places, browser = Places(Path(folder)), playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for place in dict.fromkeys(scene.place for scene in chosen):
            with places.served(place) as address:
                wrong += take(browser, place, address, [s for s in chosen if s.place == place], places)
        if not words or "film" in words:
            for code in LANGUAGES:
                film.made(browser, places, code, target := PICTURES / FILM.format(code=code))
                print(f"{target.name} {target.stat().st_size:,} bytes")
        browser.close()
    for fault in wrong:
        print(fault)
    print(f"{sum(f.stat().st_size for f in PICTURES.iterdir()):,} bytes in {PICTURES}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
