"""Each file that once went wrong, through every door of lists alike: what is named, at which cell, and what is stored."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kpis.languages import written
from kpis.settings import ROOT
from kpis.store import tables
from kpis.store.store import Store
from tests.cases.doors import DOORS, FILES, copy_of, through
from tests.command import command

pytestmark = pytest.mark.edition

# File → (rule or kind, cell) of every problem; nothing of it may be stored.
REFUSED = {
    "falling-total.csv": [("cumulative_falls", "D3")],
    "infinity.csv": [("number", "D2")],
    "not-a-number.csv": [("number", "D2")],
    "period-before-years.csv": [("period", "C2")],
    "unit-ended-before.csv": [("unit_outside_time", "C2")],
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", REFUSED)
def test_a_list_is_refused_at_the_cell_by_every_door(tokyo: Store, tmp_path: Path, name: str, door: str) -> None:
    store = copy_of(tokyo, tmp_path)
    before = store.revision(), store.count(tables.Observation), store.count(tables.OriginalFile)
    report = through(door, store, FILES / name, tmp_path)
    assert [(p.rule or p.kind, p.cell) for p in report.problems] == REFUSED[name]
    assert all(
        p.grade == "error" and written(p.expected) and written(p.expected, "en") and written(p.remedy) and written(p.remedy, "en")
        for p in report.problems
    )
    assert (store.revision(), store.count(tables.Observation), store.count(tables.OriginalFile)) == before


@pytest.mark.parametrize("name", REFUSED)
def test_the_command_line_ends_with_1_and_names_the_cell(tokyo: Store, tmp_path: Path, name: str) -> None:
    store = copy_of(tokyo, tmp_path)
    for word in ("check", "load"):
        done = command(word, str(FILES / name), DATABASE_URL=store.url)
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert all(cell in done.stderr for _, cell in REFUSED[name])
    assert store.count(tables.Observation) == tokyo.count(tables.Observation)


# Small files made to exhaust whoever opens them.
HOSTILE = ["far-cell-single-quotes.xlsx", "flood-of-tags.xlsx", "formulas-without-addresses.xlsx"]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_a_named_problem_at_every_door(tokyo: Store, tmp_path: Path, name: str, door: str) -> None:
    store = copy_of(tokyo, tmp_path)
    before = store.revision(), store.count(tables.OriginalFile)
    problems = through(door, store, FILES / name, tmp_path).problems
    assert problems and all(
        written(p.expected) and written(p.expected, "en") and written(p.remedy) and written(p.remedy, "en") for p in problems
    )
    assert (store.revision(), store.count(tables.OriginalFile)) == before


@pytest.mark.edition
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_takes_the_command_line_little_memory(tokyo: Store, name: str) -> None:
    """Its process ends by itself with 1 and what was found, in less than 512 MB.

    VmHWM is the peak of this program alone: ru_maxrss begins with what the process that started it had in use.
    """
    code = (
        "import re, sys\nfrom pathlib import Path\nfrom manage import app\n"
        "try: app(sys.argv[1:])\n"
        "finally: print('peak', int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) // 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", str(FILES / name)], cwd=ROOT, capture_output=True, text=True, timeout=300,
        env={**os.environ, "DATABASE_URL": tokyo.url, "MIERUKA_MODE": "local"},
    )  # fmt: skip
    assert done.returncode == 1 and "Traceback" not in done.stderr and name in done.stderr
    assert int(done.stdout.split("peak")[-1]) < 512


@pytest.mark.parametrize("door", DOORS)
def test_a_falling_total_with_its_reason_in_the_list_passes(tokyo: Store, tmp_path: Path, door: str) -> None:
    head, first, second = (FILES / "falling-total.csv").read_text().splitlines()
    path = tmp_path / "falling.csv"
    path.write_text("\n".join([f"{head},reason_text", f"{first},", f"{second},返品分を差し引いた"]), encoding="utf-8")
    store = copy_of(tokyo, tmp_path)
    report = through(door, store, path, tmp_path)
    assert report.problems == [] and report.accepted == (0 if door == "check" else 2)


def test_a_value_that_rounds_to_its_target_is_stored_as_it_is(tokyo: Store, tmp_path: Path) -> None:
    store = copy_of(tokyo, tmp_path)
    assert through("load", store, FILES / "rounds-to-target.csv", tmp_path).accepted == 1
    stored = store.all_of(tables.Observation, indicator_code="electronic_decision_rate", bureau_code="TMG", period_code="2023-03")
    assert stored[-1]["value"] == 99.96


@pytest.mark.parametrize("door", DOORS)
def test_one_list_is_known_by_its_columns_whatever_its_name(tokyo: Store, tmp_path: Path, door: str) -> None:
    path = tmp_path / "ended.csv"
    path.write_text(
        "indicator_code,bureau_code,period_code,value,source_code\ncopy_reduction_rate,WATERWORKS,FY2024,5,shintosei-8a0d3d80\n"
    )
    store = copy_of(tokyo, tmp_path)
    report = through(door, store, path, tmp_path)
    assert (report.kind, report.problems) == ("observations.csv", [])


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (["electronic_decision_rate,SEWERAGE,FY2025-Q2,,50,100,1,", "electronic_decision_rate,WATERWORKS,FY2025-Q2,,590,600,0,"],
         [("year_to_date_mixed", "G3")]),
        (["electronic_decision_rate,SEWERAGE,FY2025-Q1,,50,100,1,", "electronic_decision_rate,WATERWORKS,FY2025-Q1,,590,600,0,"], []),
        (["seal_abolished_procedures,SEWERAGE,FY2025,500,,,0,", "seal_abolished_procedures,SEWERAGE,FY2025-Q4,480,,,0,"],
         [("same_days_differ", "D2")]),
        (["electronic_decision_rate,WELFARE_HEALTH,FY2023,,300,400,0,", "electronic_decision_rate,WELFARE,FY2023,,500,600,0,"],
         [("unit_ended_within", "C2"), ("predecessor_and_successor", "E3")]),
        (["electronic_decision_rate,SEWERAGE,FY2051,,50,100,0,"], [("period_not_begun", "C2")]),
        (["electronic_decision_rate,WELFARE,FY2019,,50,100,0,"], [("unit_outside_time", "C2")]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("door", DOORS)
def test_figures_that_contradict_each_other_are_named_by_every_door(
    tokyo: Store, tmp_path: Path, door: str, rows: list[str], found: list[tuple[str, str]]
) -> None:
    head = "indicator_code,bureau_code,period_code,value,numerator,denominator,is_year_to_date,source_code"
    path = tmp_path / "observations.csv"
    path.write_text("\n".join([head, *(f"{row}shintosei-8a0d3d80" for row in rows)]))
    store = copy_of(tokyo, tmp_path)
    report = through(door, store, path, tmp_path)
    assert [(p.rule, p.cell) for p in report.problems] == [*found, ("part_of_list", "")]  # and that the shipped list has more rows


def test_a_unit_cannot_be_ended_before_figures_that_it_has(tokyo: Store, tmp_path: Path) -> None:
    store = copy_of(tokyo, tmp_path)
    figure = tmp_path / "observations.csv"
    figure.write_text("indicator_code,bureau_code,period_code,numerator,denominator,source_code\n"
                      "electronic_decision_rate,SEWERAGE,FY2024,50,100,shintosei-8a0d3d80\n")  # fmt: skip
    assert through("load", store, figure, tmp_path).accepted == 1
    units = tmp_path / "bureaus.csv"
    units.write_text(
        "bureau_code,name_ja,kind,parent_code,valid_to,is_current\nSEWERAGE,下水道局,public_enterprise,TMG,2020-03-31,0\n"
    )
    report = through("load", store, units, tmp_path)
    found = [(p.rule, p.cell) for p in report.problems]
    assert found == [("unit_outside_time", "E2"), ("part_of_list", "")] and report.accepted == 0


def test_a_faulty_row_makes_no_other_row_unknown_and_blank_precisions_are_blanks(store: Store, tmp_path: Path) -> None:
    """A new bureau with a faulty cell is still a known code for the rows beside it, and for itself."""
    path = tmp_path / "bureaus.csv"
    head = "bureau_code,name_ja,kind,parent_code,valid_from,valid_from_precision,valid_to_precision\n"
    path.write_text(
        f"{head}TMG,全体,whole,,,,\nZZ,新局,bureau?,TMG,,,\nYY,部,governor_bureau,ZZ,2020-04-01,day,\n", encoding="utf-8"
    )
    report = through("check", store, path, tmp_path)
    assert [(p.kind, p.cell) for p in report.problems] == [("choice", "C3")]


def test_a_month_that_excel_made_a_date_of_is_that_month(tokyo: Store, tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["indicator_code", "bureau_code", "period_code", "numerator", "denominator", "source_code"])
    from datetime import datetime

    sheet.append(["electronic_decision_rate", "SEWERAGE", datetime(2022, 12, 1), 1, 2, "shintosei-8a0d3d80"])
    sheet.append(["electronic_decision_rate", "SEWERAGE", datetime(2022, 12, 15), 1, 2, "shintosei-8a0d3d80"])
    book.save(tmp_path / "observations.xlsx")
    report = through("check", tokyo, tmp_path / "observations.xlsx", tmp_path)
    assert [(p.kind, p.cell) for p in report.problems] == [("period", "C3")]
