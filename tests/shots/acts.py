"""What is done on a page before it is pictured."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
from PIL import Image, ImageChops
from playwright.sync_api import Page, expect

from kpis.languages import say
from kpis.reporting import people
from kpis.reporting.people import LOCAL_MANAGER
from kpis.store.store import Store
from loaders.workbook.submit import take_template
from tests.browser.screen import at_rest, rerun
from tests.shots.scenes import OPEN_PERIOD

SHEET = "指標の実績"
SHOWN = "指標名", "対象期間", "値の単位", "記入する欄", "前回の期間", "前回の値", "値", "分子", "分母", "基準値"
FAULTY = {"分子": "約八百", "分母": -5}  # what is typed into the first two rows that take it


def template(database: Path, bureau: str) -> openpyxl.Workbook:
    """Return the workbook of a bureau for the open period, as it is handed out."""
    store = Store(f"sqlite:///{database}")
    people.local_people(store)
    content = take_template(store, bureau, OPEN_PERIOD, actor=LOCAL_MANAGER)
    return openpyxl.load_workbook(io.BytesIO(content))


def columns(book: openpyxl.Workbook) -> dict[str, str]:
    """Return the first words of the headings of the sheet of figures → their columns."""
    heads = {re.split(r"[\n(]", str(cell.value))[0]: cell.column_letter for cell in book[SHEET][1] if cell.value}
    return {word: heads[word] for word in SHOWN}


def sent(page: Page, code: str, file: Path) -> None:
    """Choose a file on the page of a report and have it looked over."""
    page.locator("input[type=file]").set_input_files(str(file))
    expect(page.get_by_text(file.name).first).to_be_visible()
    with rerun(page):
        page.get_by_role("button", name=say("upload_button", code)).click()
    at_rest(page)


def faulty(page: Page, code: str, database: Path, folder: Path) -> None:
    """Upload a workbook with two faults."""
    book = template(database, "FINANCE")
    sheet, where = book[SHEET], columns(book)
    rows = [row for row in range(2, sheet.max_row + 1) if where and "分子" in str(sheet[f"{where['記入する欄']}{row}"].value)]
    for row, (heading, value) in zip(rows, FAULTY.items(), strict=False):
        sheet[f"{where[heading]}{row}"].value = value
    file = folder / ("財務局.xlsx" if code == "ja" else "finance.xlsx")
    book.save(file)
    sent(page, code, file)


def in_place(page: Page, code: str, database: Path, folder: Path) -> None:
    """Open the grid in which single cells are corrected."""
    with rerun(page):
        page.get_by_text(say("correct_title", code), exact=True).click()


def workbook(target: Path, database: Path, folder: Path) -> bool:
    """Picture the sheet of figures as LibreOffice prints it; false where this machine has none."""
    office = shutil.which("soffice")
    if office is None or shutil.which("pdftoppm") is None:
        return False
    book = template(database, "HOUSING")
    sheet, where = book[SHEET], columns(book)
    for other in book.sheetnames:
        if other != SHEET:
            book[other].sheet_state = "hidden"
    book.active = book.sheetnames.index(SHEET)
    sheet.print_area = f"A1:{where['基準値']}14"
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = "landscape", 1, 1
    sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = sheet.print_title_cols = None
    for line in (sheet.oddHeader, sheet.oddFooter):
        line.left.text = line.center.text = line.right.text = None
    file = folder / "sheet.xlsx"
    book.save(file)
    subprocess.run([office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf", "--outdir", folder, file], check=True, capture_output=True, timeout=300)  # fmt: skip
    subprocess.run(
        ["pdftoppm", "-r", "130", "-png", "-f", "1", "-l", "1", "-singlefile", folder / "sheet.pdf", folder / "sheet"], check=True
    )
    with Image.open(folder / "sheet.png") as picture:
        plain = picture.convert("RGB")
        box = ImageChops.difference(plain, Image.new("RGB", plain.size, "white")).getbbox()
        plain.crop(box).save(target)
    return True


ACTS: dict[str, Callable[[Page, str, Path, Path], None]] = {"faulty": faulty, "in_place": in_place}
