"""A filled quarterly workbook of the largest bureau, checked, compared and stored, as a ratio to openpyxl's bare read-only iteration of it.

3,000 procedures, 100 facilities, 60 milestones, every indicator that bureaus report; figures are made up and stay here.
"""

from __future__ import annotations

import csv
import gc
import io
import shutil
import tempfile
from datetime import date
from pathlib import Path

import openpyxl

from kpis.reporting.people import COMMAND_LINE, add_person
from kpis.reporting.reports import opened
from kpis.reporting.submissions import approve, submit
from kpis.settings import ROOT
from kpis.store.decisions import RowDecision
from kpis.store.store import Store
from loaders.catalogue import load_folder
from loaders.load import load_file
from loaders.workbook.door import issue_template, read_workbook
from loaders.workbook.submit import receive
from tests.bench.alone import parse_alone
from tests.bench.measured import Measured, now, since, tell
from tests.books import saved
from tests.small_government import say_causes

BUREAU, PERIOD, SOURCE, GOAL = "CONSTRUCTION", "FY2022-Q3", "shintosei-8a0d3d80", 0.5
MANAGER, OFFICE, TODAY = "manager@example.jp", "office@example.jp", date(2023, 1, 20)
PROCEDURES, FACILITIES, MILESTONES = 3_000, 100, 60


def largest_bureau(folder: Path) -> Store:
    """Return a store in which one bureau has the registers of the largest."""
    store = Store(f"sqlite:///{folder / 'report.db'}")
    store.migrate()
    load_folder(store, ROOT / "data/catalogue", official=ROOT / "data/official")
    own = {"bureau_code": BUREAU, "source_code": SOURCE}
    _load(store, "procedures.csv", [
        {**own, "procedure_code": f"BP{i:04d}", "name_ja": f"道路占用許可申請 その{i}", "digital_status": "not_done", "law_name": "道路法",
         "law_article": f"第{i % 90 + 1}条", "organisation_ja": "道路管理部監察指導課", "applicant": "business", "recipient": "local",
         "not_done_reason": "現地の立会いが必要なため"}
        for i in range(PROCEDURES)
    ])  # fmt: skip
    _load(store, "facilities.csv", [
        {**own, "facility_code": f"BF{i:03d}", "name_ja": f"都立公園 その{i}", "kind": "park_sports", "cashless_status": "announced"}
        for i in range(FACILITIES - 28)
    ])  # fmt: skip
    _load(store, "milestones.csv", [
        {"milestone_code": f"BM{i:02d}", "project_code": "LP22", "name_ja": f"予約システムの更新 その{i}", "name_en": f"System renewed {i}",
         "planned_end": "2023-03-31", "planned_end_precision": "day", "source_code": SOURCE}
        for i in range(MILESTONES - 13)
    ])  # fmt: skip
    return store


def _load(store: Store, kind: str, rows: list[dict[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    report = load_file(store, out.getvalue().encode(), name=kind, kind=kind, missing=RowDecision("keep"))
    assert not report.problems and report.accepted == len(rows), report.problems[:3]


def filled(content: bytes) -> bytes:
    """Return the template filled: every figure, and something new in every row of every register."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    figures, procedures, facilities, milestones = (book[n] for n in ("指標の実績", "手続", "施設", "マイルストーン"))
    for row in range(2, figures.max_row + 1):
        asked = figures.cell(row, 4).value
        for column, word in ((7, "値("), (8, "分子"), (9, "分母"), (10, "基準値")):
            if asked.startswith(word) or (column > 7 and word in asked):
                figures.cell(row, column).value = 100 * column + row
        if asked.startswith("状況"):
            figures.cell(row, 12).value = "Web相談を拡大"
    for row in range(2, PROCEDURES + 2):
        procedures.cell(row, 12).value, procedures.cell(row, 14).value = "実施済み", date(2022, 12, row % 28 + 1)
        procedures.cell(row, 24).value, procedures.cell(row, 25).value = 1000 + row, 500 + row % 400
    for row in range(2, FACILITIES + 2):
        facilities.cell(row, 19).value = f"券売機を更新({row})"
    for row in range(2, MILESTONES + 2):
        milestones.cell(row, 10).value = date(2023, 9, row % 28 + 1)
    return saved(book)


def main() -> None:
    """Tell the ratio and the parts it is made of."""
    bare, check, keep, store_it = [], [], [], []
    gc.freeze()  # as the command line does, and the served pages (pages/parts/cached.py)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        base = largest_bureau(folder)
        began = now()
        content, _ = issue_template(base, BUREAU, PERIOD, actor="bench")
        issued = since(began)
        workbook = filled(content)
        add_person(base, actor=COMMAND_LINE, email=MANAGER, role="bureau_manager", bureau_code=BUREAU)
        add_person(base, actor=COMMAND_LINE, email=OFFICE, role="reform_office")
        base.engine.dispose()
        for turn in range(3):
            shutil.copy(folder / "report.db", folder / f"{turn}.db")
            store = Store(f"sqlite:///{folder / f'{turn}.db'}")
            began = now()
            book = openpyxl.load_workbook(io.BytesIO(workbook), read_only=True)
            cells = sum(len(row) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))
            bare.append(since(began))
            began = now()
            reading = read_workbook(workbook, store=store, today=TODAY)
            check.append(since(began))
            began = now()
            report = receive(store, workbook, actor=MANAGER, name="report.xlsx", today=TODAY).uploaded
            assert report is not None
            seen = opened(store, report.report_id, viewer=MANAGER, as_of=TODAY)
            keep.append(since(began))
            assert len(seen.comparison.rows) == len(reading.rows) and not seen.comparison.unresolved
            say_causes(store, report.report_id, actor=MANAGER, revision=seen.report.revision, as_of=TODAY)
            revision = opened(store, report.report_id, viewer=MANAGER, as_of=TODAY).report.revision
            submit(store, report.report_id, actor=MANAGER, revision=revision, today=TODAY)
            began = now()
            changed = approve(store, report.report_id, actor=OFFICE, revision=revision)
            store_it.append(since(began))
    assert not reading.problems, reading.problems[:3]
    assert changed == len(reading.rows) + len(seen.unspoken) and len(reading.rows) >= PROCEDURES + FACILITIES + MILESTONES + 13, (
        len(reading.rows)
    )
    floor, floor_cpu = (min(part) for part in zip(*bare, strict=True))
    checked, kept, approved = (tuple(min(part) for part in zip(*found, strict=True)) for found in (check, keep, store_it))
    rows, parsed = f"{len(reading.rows):,} changed rows", min(parse_alone(workbook) for _ in range(3))
    tell(
        [
            Measured(
                f"report of {rows}: checked, kept, compared / bare iteration", kept[0] / floor, GOAL,
                said=f"{kept[0]:.2f} s, of it the check {checked[0]:.2f} s; {cells:,} cells iterated in {floor:.2f} s; by processor time {kept[1] / floor_cpu:.2f}; expat alone {parsed:.2f} s",
            ),
            Measured(f"approval of {rows} / bare iteration", approved[0] / floor, said=f"{approved[0]:.2f} s"),
            Measured("template of the same registers issued", issued[0], unit="s", said=f"{len(content):,} bytes"),
        ]
    )  # fmt: skip


if __name__ == "__main__":
    main()
