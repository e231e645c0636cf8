"""A report says how many of the figures asked it fills; its bureau confirms once what stays open, and the office sees both numbers."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from kpis.errors import StepRefused
from kpis.reporting import reports, submissions
from kpis.reporting.reports import INCOMPLETE
from kpis.store.store import Store
from loaders.workbook.submit import Received, receive, take_template
from tests.books import saved
from tests.small_government import ANNA, IN_TIME, OFFICE, PERIOD, settle

FIGURES = "指標の実績"
RATE = "electronic_decision_rate"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return settle(Store(f"sqlite:///{tmp_path / 'report.db'}"), tmp_path / "data")


def row_of(sheet: Worksheet, code: str) -> int:
    heads = {str(c.value).split("\n")[0]: c.column for c in sheet[1] if c.value}
    return next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, heads["指標コード"]).value == code)


def filled(store: Store, figures: dict[str, dict[str, float]], *, drop: tuple[str, ...] = ()) -> bytes:
    """Return the template with some figures filled in, by indicator and heading, and some rows deleted."""
    book = openpyxl.load_workbook(io.BytesIO(take_template(store, "GENERAL", PERIOD, actor=ANNA)))
    sheet = book[FIGURES]
    heads = {str(c.value).split("\n")[0]: c.column for c in sheet[1] if c.value}
    for code, cells in figures.items():
        for heading, value in cells.items():
            sheet.cell(row_of(sheet, code), heads[heading]).value = value
    for code in drop:
        sheet.delete_rows(row_of(sheet, code))
    return saved(book)


def received(store: Store, content: bytes, *, adds_to: int | None = None) -> Received:
    return receive(store, content, actor=ANNA, name="r.xlsx", today=IN_TIME, adds_to=adds_to)


ONE = {RATE: {"分子(実績の数)": 800, "分母(対象の数)": 1000}}


@pytest.mark.edition
@pytest.mark.parametrize("drop", [(), ("paper_sheets", "touchless_services")])
def test_what_stays_open_is_confirmed_once_and_both_numbers_are_seen(store: Store, drop: tuple[str, ...]) -> None:
    done = received(store, filled(store, ONE, drop=drop)).uploaded
    assert done is not None
    found = reports.opened(store, done.report_id, viewer=ANNA, as_of=IN_TIME)
    (warning,) = [w for w in found.warnings if w.rule == INCOMPLETE]
    assert (warning.found_in("ja"), warning.found_in("en")) == ("4件中1件を記入", "1 of 4 filled in")
    counted = found.report.completeness
    assert counted is not None and (counted.filled, counted.asked_count) == (1, 4)
    assert {code for code, _ in counted.open} == {"paper_sheets", "seal_abolished_procedures", "touchless_services"}
    with pytest.raises(StepRefused):
        submissions.submit(store, done.report_id, actor=ANNA, revision=1, today=IN_TIME)
    submissions.confirm(store, done.report_id, actor=ANNA, revision=1, reasons={warning.id: "集計中"})
    submissions.submit(store, done.report_id, actor=ANNA, revision=1, today=IN_TIME)
    (seen,) = reports.reports(store, viewer=OFFICE)
    assert seen.completeness == counted
    opened = reports.opened(store, done.report_id, viewer=OFFICE, as_of=IN_TIME)
    trail = [event.detail for event in opened.events if event.action in ("uploaded", "submitted")]
    assert len(trail) == 2 and all("1 of 4 filled in" in detail for detail in trail)


@pytest.mark.edition
def test_a_confirmation_holds_only_for_what_it_was_given_for(store: Store) -> None:
    first = received(store, filled(store, ONE)).uploaded
    assert first is not None

    def waiting(revision: int) -> list[bool]:
        found = reports.opened(store, 1, viewer=ANNA, as_of=IN_TIME)
        assert found.report.revision == revision
        return [w.confirmed_by is None for w in found.warnings if w.rule == INCOMPLETE]

    (number,) = [w.id for w in reports.opened(store, 1, viewer=ANNA, as_of=IN_TIME).warnings if w.rule == INCOMPLETE]
    submissions.confirm(store, 1, actor=ANNA, revision=1, reasons={number: "集計中"})
    received(store, filled(store, {RATE: {"分子(実績の数)": 810, "分母(対象の数)": 1000}}), adds_to=1)
    assert waiting(2) == [False], "the same figures stay open"
    received(store, filled(store, {"paper_sheets": {"値": 1000}}), adds_to=1)
    assert waiting(3) == [True], "as many stay open, but others"


@pytest.mark.edition
def test_a_full_report_asks_nothing(store: Store) -> None:
    full = {**ONE, "paper_sheets": {"値": 1000}, "seal_abolished_procedures": {"値": 130, "分母(対象の数)": 300},
            "touchless_services": {"状況(文章)": "窓口の予約を開始"}}  # fmt: skip
    done = received(store, filled(store, full))  # type: ignore[arg-type]
    assert done.reading.errors == [] and done.uploaded is not None
    found = reports.opened(store, done.uploaded.report_id, viewer=ANNA, as_of=IN_TIME)
    assert [w for w in found.warnings if w.rule == INCOMPLETE] == [] and found.report.completeness is not None
    assert found.report.completeness.filled == 4


def test_a_correction_without_its_reason_is_a_draft_that_asks_for_it(store: Store) -> None:
    """Nothing that was typed is thrown away for a reason that is missing: it is asked before the report is submitted."""
    period = "FY2022-Q2"
    book = openpyxl.load_workbook(io.BytesIO(take_template(store, "GENERAL", period, actor=ANNA)))
    sheet = book[FIGURES]
    heads = {str(c.value).split("\n")[0]: c.column for c in sheet[1] if c.value}
    sheet.cell(row_of(sheet, RATE), heads["分子(実績の数)"]).value = 510
    out = io.BytesIO()
    book.save(out)
    done = received(store, out.getvalue())
    assert done.reading.errors == [] and done.uploaded is not None
    found = reports.opened(store, done.uploaded.report_id, viewer=ANNA, as_of=IN_TIME)
    assert [change.row.key[0] for change in found.comparison.unexplained] == [RATE] and found.obstacles >= 1
