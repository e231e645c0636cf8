"""A short moving picture: a bureau reports, the office approves and publishes. Of a made-up city, which says so in its name."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import openpyxl
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from kpis.languages import SHIPPED, read_catalogue, say
from tests.books import saved
from tests.browser.screen import at_rest, rerun
from tests.shots.acts import SHEET, columns, sent
from tests.shots.listed import MANAGER, OFFICE, Asked
from tests.shots.places import Places
from tests.shots.scenes import CITY_PERIOD
from tests.shots.taking import STILL, Tab

BUREAU, REPORT = "WATER", 1
SEEN = {"width": 1100, "height": 720}
SMALLER = (880, 576)
STAYS = 2200  # milliseconds of one frame
TOLD = {
    "due": ("局: 期限を見て、様式をダウンロードする", "Bureau: see what is due, download the template"),
    "upload": ("局: 記入した様式をアップロードする", "Bureau: upload the filled workbook"),
    "changes": ("局: 何が変わるかを確かめる", "Bureau: check what will change"),
    "submit": ("局: 提出する", "Bureau: submit"),
    "queue": ("改革の担当: 審査待ちの報告を開く", "Office: open the report that waits"),
    "approve": ("改革の担当: 確かめて、承認する", "Office: check it, approve it"),
    "preview": ("公表の担当: 何が公表されるかを見る", "Publisher: see what becomes public"),
    "publish": ("公表の担当: 説明を書いて、公表する", "Publisher: say what is new, publish"),
    "public": ("だれでも: 公表された数値と訂正の記録を読む", "Everybody: figures and what was corrected"),
}
# A line below the window that says who does what, and a ring round what is pressed next.
CAPTION = """([text, step]) => {
    document.querySelectorAll('.told, .ring').forEach(e => e.remove());
    const line = document.createElement('div');
    line.className = 'told';
    line.textContent = `${step}  ${text}`;
    line.style = 'position:fixed;left:0;right:0;bottom:0;z-index:99999999;background:#1A1A1C;color:#fff;font:600 22px sans-serif;padding:12px 24px';
    document.body.append(line);
}"""
RING = "e => { e.style.outline = '4px solid #C74700'; e.style.outlineOffset = '4px'; }"
NO_RING = "e => { e.style.outline = ''; }"


class Film:
    """Frames, one a step."""

    def __init__(self, code: str) -> None:
        self.code, self.frames = code, list[Image.Image]()

    def frame(self, page: Page, step: str, ring: Locator | None = None) -> None:
        """Take a frame: what is pressed next stands in the middle of the window, with a ring."""
        if ring is not None:
            ring.evaluate("e => e.scrollIntoView({block: 'center'})")
            ring.evaluate(RING)
        page.evaluate(CAPTION, [TOLD[step][self.code != "ja"], f"{len(self.frames) + 1}/{len(TOLD)}"])
        page.evaluate(STILL)
        picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
        self.frames.append(picture.resize(SMALLER, Image.Resampling.LANCZOS))
        if ring is not None:
            ring.evaluate(NO_RING)

    def write(self, target: Path) -> None:
        """Write the moving picture."""
        first, *others = self.frames
        first.save(
            target,
            save_all=True,
            append_images=others,
            duration=[STAYS] * (len(others)) + [2 * STAYS],
            loop=0,
            quality=55,
            method=6,
        )


def longest(key: str, code: str) -> str:
    """Return the longest piece of a text between its blanks: what the office is called is each government's."""
    return max(re.split(r"\{[^}]*\}", (shipped_catalogue(code))[key]), key=len).strip()


@cache
def shipped_catalogue(code: str) -> dict[str, str]:
    """Return the texts of a language with their blanks."""
    return {
        str(entry.id): str(entry.string) for file in (SHIPPED / code).glob("*.po") for entry in read_catalogue(file) if entry.id
    }


def said(page: Page, key: str, code: str) -> None:
    """Wait until a page says a text."""
    expect(page.locator("[data-testid=stMain]")).to_contain_text(longest(key, code))
    at_rest(page)


def filled(content: bytes) -> bytes:
    """Return a workbook as it was downloaded, with each figure that it asks for filled in."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet, where = book[SHEET], columns(book)
    words = next(cell.column_letter for cell in sheet[1] if str(cell.value).startswith("状況"))
    for row in range(2, sheet.max_row + 1):
        asked = str(sheet[f"{where['記入する欄']}{row}"].value or "")
        if "分子" in asked:
            sheet[f"{where['分子']}{row}"], sheet[f"{where['分母']}{row}"] = 95, 800
        elif "状況" in asked:
            sheet[f"{words}{row}"] = "見本: 予約の案内を窓口に置いた"
        elif asked:
            sheet[f"{where['値']}{row}"] = 12
    return saved(book)


def answered(page: Page, code: str) -> None:
    """Answer what the page asks before a report may be submitted."""
    for key in ("confirm_reason", "left_open_reason"):
        for field in page.get_by_label(say(key, code)).all():
            field.fill("見本" if code == "ja" else "sample")
    button = page.get_by_role("button", name=say("confirm_button", code))
    if button.count():
        with rerun(page):
            button.first.click()


@contextmanager
def visitor(browser: Browser, address: str, code: str, path: str, role: str) -> Iterator[Page]:
    """Open a page of the city as a role."""
    tab = Tab(browser, address, code)
    page = tab.open(Asked("film", path, role))
    page.set_viewport_size(SEEN)  # type: ignore[arg-type]
    page.evaluate(STILL)
    yield page
    tab.close()


def made(browser: Browser, places: Places, code: str, target: Path) -> None:
    """Write the film in a language."""
    film = Film(code)

    def button(page: Page, key: str) -> Locator:
        return page.get_by_role("button", name=longest(key, code)).first

    with places.city(f"film-{code}") as address:
        folder = places.folder / f"film-{code}"
        file = folder / ("水道局.xlsx" if code == "ja" else "water.xlsx")
        with visitor(browser, address, code, f"/submit?bureau={BUREAU}&period={CITY_PERIOD}", MANAGER) as page:
            film.frame(page, "due", button(page, "template_button"))
            with page.expect_download() as waiting:
                button(page, "template_button").click()
            file.write_bytes(filled(waiting.value.path().read_bytes()))
            page.locator("input[type=file]").set_input_files(str(file))
            expect(page.get_by_text(file.name).first).to_be_visible()
            film.frame(page, "upload", button(page, "upload_button"))
            sent(page, code, file)
            film.frame(page, "changes", page.get_by_role("heading", name=say("step_changes", code)).first)
            answered(page, code)
            film.frame(page, "submit", button(page, "submit_button"))
            button(page, "submit_button").click()
            said(page, "submitted_now", code)
        with visitor(browser, address, code, f"/review?report={REPORT}", OFFICE) as page:
            film.frame(page, "queue")
            film.frame(page, "approve", page.get_by_role("button", name=say("approve", code), exact=True))
            with rerun(page):
                page.get_by_role("button", name=say("approve", code), exact=True).click()
            said(page, "approved_one", code)
        with visitor(browser, address, code, "/publish", OFFICE) as page:
            film.frame(page, "preview")
            page.get_by_label(say("publish_note", code)).fill(
                "見本: 水道局の報告" if code == "ja" else "Sample: report of the Water department"
            )
            for box in page.get_by_text(say("publish_confirm", code)).all():
                box.click()
            film.frame(page, "publish", button(page, "publish_button"))
            button(page, "publish_button").click()
            said(page, "publish_done", code)
        with visitor(browser, address, code, "/revisions", "") as page:
            film.frame(page, "public")
    film.write(target)
