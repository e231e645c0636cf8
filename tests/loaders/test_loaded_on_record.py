"""Lists loaded by command are on record: a figure, a target or a deadline that changes has a line that says from which file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from kpis.declared import Row
from kpis.errors import NotAllowed
from kpis.reporting.people import COMMAND_LINE
from kpis.store import tables, trail
from kpis.store.store import Store
from loaders.catalogue import load_folder
from loaders.load import load_file
from loaders.workbook.submit import receive, take_template
from tests.loaders.test_parts import RATE, F, filled
from tests.small_government import ANNA, DAI, IN_TIME, PERIOD, write_small_government

pytestmark = pytest.mark.store
HEAD = "indicator_code,bureau_code,period_code,numerator,denominator,source_code,reason_class,reason_text\n"
CORRECTED = f"{HEAD}electronic_decision_rate,GENERAL,FY2022-Q2,990,1000,PLAN,error,転記\n".encode()


def lines(store: Store) -> list[Row]:
    return store.all_of(tables.AuditEvent, action="list_loaded")


def test_each_file_that_changed_something_has_a_line_and_a_start_with_the_same_files_none(reporting: Store, tmp_path: Path) -> None:
    at_first = lines(reporting)
    assert len({line["subject"] for line in at_first}) == len(at_first) > 0
    assert "bureaus.csv" in {line["subject"] for line in at_first}
    catalogue, official = write_small_government(tmp_path / "again")
    for is_start in (True, False):
        assert not [p for r in load_folder(reporting, catalogue, official=official, is_start=is_start) for p in r.problems]
    assert lines(reporting) == at_first
    calendar = catalogue / "calendar.csv"
    calendar.write_text(calendar.read_text(encoding="utf-8").replace("2023-01-31", "2023-02-10"), encoding="utf-8")
    assert not [p for r in load_folder(reporting, catalogue, official=official, is_start=True) for p in r.problems]
    (line,) = lines(reporting)[len(at_first) :]
    assert (line["actor"], line["subject"], line["file_sha256"]) == (
        COMMAND_LINE, "calendar.csv", hashlib.sha256(calendar.read_bytes()).hexdigest()
    )  # fmt: skip
    assert line["detail"] == "calendar.csv: 2 rows"  # of the days all, as they are set anew


def test_a_figure_corrected_by_a_list_names_the_file_and_what_is_refused_has_no_line(reporting: Store) -> None:
    before = len(lines(reporting))
    assert load_file(reporting, CORRECTED.replace(b"PLAN", b"NOWHERE"), name="x.csv", kind="observations.csv").problems
    assert load_file(reporting, CORRECTED.replace(b",error,", b",,"), name="x.csv", kind="observations.csv").problems
    assert len(lines(reporting)) == before
    for _ in range(2):
        assert not load_file(reporting, CORRECTED, name="../later.csv", kind="observations.csv").problems
    (line,) = lines(reporting)[before:]
    assert (line["subject"], line["detail"]) == ("observations.csv", ".._later.csv: 1 rows")
    assert line["file_sha256"] == hashlib.sha256(CORRECTED).hexdigest()
    with reporting.reading() as session:
        assert trail.first_break(session) is None


def test_a_workbook_of_another_bureau_is_refused_on_record(reporting: Store) -> None:
    content = filled(take_template(reporting, "GENERAL", PERIOD, actor=ANNA), {(F, RATE, "分子(実績の数)"): 700})
    with pytest.raises(NotAllowed):
        receive(reporting, content, actor=DAI, name="a.xlsx", today=IN_TIME)
    line = reporting.all_of(tables.AuditEvent, action="refused")[-1]
    assert (line["actor"], line["subject"], line["detail"]) == (DAI, "GENERAL FY2022-Q3", "upload: role_not_permitted")
