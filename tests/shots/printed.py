"""What comes out of a printer: pages on A4, and the sheets of a quarter."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page

from kpis.state import State
from publishers.meeting.page import report_page
from telling.meeting import quarter_report
from tests.shared import copied, shipped

PERIOD = "FY2022-Q3"
FULL_ENOUGH = 0.5  # of the height of a sheet that others follow
FOOT = 50  # pixels at the same: 17 mm, where every sheet says of what it is one
MARGIN = 38  # pixels of a sheet at 75 a inch, a little less than the 15 mm that pages leave


def sheets(pdf: Path, target: Path) -> int:
    """Write each sheet of a PDF as a picture, and return how many there are; none where this machine has no ``pdftoppm``."""
    if shutil.which("pdftoppm") is None:
        return 0
    subprocess.run(["pdftoppm", "-r", "75", "-png", pdf, target], check=True)
    return len(list(target.parent.glob(f"{target.name}-*.png")))


def wasted(folder: Path, name: str) -> Iterator[str]:
    """Say which printed sheets are nearly empty, the last only if it is quite empty, and which reach into the margin, where paper is cut."""
    files = sorted(folder.glob(f"{name}-[0-9]*.png"))
    for number, file in enumerate(files, start=1):
        with Image.open(file) as sheet:
            width, height = sheet.size
            above_foot = sheet.convert("L").crop((0, 0, width, height - FOOT))
            inked = ImageOps.invert(above_foot).point(lambda shade: 255 if shade > 60 else 0).getbbox()
        if inked is None or (number < len(files) and inked[3] < height * FULL_ENOUGH):
            yield f"sheet {number} of {len(files)} is nearly empty"
        if inked and (inked[2] > width - MARGIN or inked[0] < MARGIN):
            yield f"sheet {number} of {len(files)} reaches into the margin"


def page(shown: Page, folder: Path, name: str) -> int:
    """Print a page as it stands, upright on A4; return how many sheets it takes."""
    folder.mkdir(parents=True, exist_ok=True)
    shown.set_viewport_size({"width": 1280, "height": 1200})
    shown.evaluate(
        "document.querySelectorAll('details[open]').forEach(d => d.open = false)"
    )  # what is folded is printed where a reader opens it
    pdf = folder / f"{name}.pdf"
    shown.pdf(path=pdf, format="A4", print_background=True)
    for old in folder.glob(f"{name}-[0-9]*.png"):
        old.unlink()
    count = sheets(pdf, folder / name)
    pdf.unlink()
    return count


def meeting(browser: Browser, folder: Path, place: Path) -> int:
    """Print the material of a quarter in both languages; return how many sheets it takes."""
    taken = 0
    store = copied(shipped(), place / "meeting.db")
    for code in ("ja", "en"):
        path = place / f"meeting-{code}.html"
        path.write_text(report_page(quarter_report(State(store), PERIOD, language=code)), encoding="utf-8")
        context = browser.new_context(java_script_enabled=False)
        shown = context.new_page()
        shown.goto(path.as_uri())
        taken += page(shown, folder, f"quarter-{code}")
        context.close()
    return taken
