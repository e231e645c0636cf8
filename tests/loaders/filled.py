"""A store with one bureau's past, its template, and the template filled: what the awkward workbooks are made from."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from kpis.store.store import Store
from loaders.load import load_file
from loaders.workbook.door import issue_template
from tests.books import saved
from tests.shared import copied, shipped

BUREAU, PERIOD = "CONSTRUCTION", "FY2022-Q3"
F, P, S, M = "指標の実績", "手続", "施設", "マイルストーン"
ISSUED_AT = datetime(2023, 1, 10, 0, 0, 0, 1)
# What the bureau reported before: made up for the test, like every figure in this file.
PAST = "indicator_code,bureau_code,period_code,value,numerator,denominator,source_code,is_year_to_date\n" + "\n".join(
    [
        f"paper_sheets,{BUREAU},FY2022-Q2,800,,,shintosei-8a0d3d80,1",
        f"paper_sheets,{BUREAU},FY2022-Q3,1200,,,shintosei-8a0d3d80,1",
        f"electronic_decision_rate,{BUREAU},2022-09,,980,1000,shintosei-8a0d3d80,0",
    ]
)


def make_store(folder: Path) -> Store:
    """Return a store with the shipped catalogue and a little of one bureau's past."""
    store = copied(shipped(), folder / "filled.db")
    report = load_file(store, PAST.encode(), name="past.csv", kind="observations.csv")
    assert not report.problems, report.problems
    return store


def template(store: Store, bureau: str = BUREAU, period: str = PERIOD) -> bytes:
    """Return a template that this store issued."""
    return issue_template(store, bureau, period, actor="test", issued_at=ISSUED_AT)[0]


def edited(content: bytes, change: Callable[[Workbook], None]) -> bytes:
    """Return the workbook as another writer (openpyxl) saves it after a change."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    return saved(book)


def with_cells(content: bytes, sheet: str, cells: dict[str, Any]) -> bytes:
    """Return the workbook with some cells of a sheet set."""

    def change(book: Workbook) -> None:
        for address, value in cells.items():
            book[sheet][address].value = value

    return edited(content, change)


def filled(content: bytes) -> bytes:
    """Return the template filled soundly: nothing is wrong, nothing is doubted."""

    def change(book: Workbook) -> None:
        figures, procedures = book[F], book[P]
        for row in (7, 8, 9):
            figures[f"H{row}"], figures[f"I{row}"] = 990, 1000
        figures["L12"] = "Web相談を開始"
        procedures["A2"], procedures["L2"], procedures["X2"] = "道路占用許可", "実施済み", 500
        book[S]["S2"] = "券売機を更新"

    return edited(content, change)


def reparted(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Return the workbook with its parts changed as bytes, zipped anew."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def part_of(content: bytes, sheet: str) -> str:
    """Return the path of a sheet's XML."""
    from loaders.files.parts import parts_of_book

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return dict(parts_of_book(archive)[0])[sheet]


def rows_of(sheet: Worksheet) -> list[list[Any]]:
    """Return the values of a sheet."""
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def rewrite(sheet: Worksheet, rows: list[list[Any]]) -> None:
    """Write values anew from A1 on; longer rows than before are cleared."""
    for row in sheet.iter_rows():
        for cell in row:
            cell.value = None
    for r, row in enumerate(rows, start=1):
        for c, value in enumerate(row, start=1):
            sheet.cell(r, c).value = value
