"""A formula whose result changes whenever the workbook is opened is no figure: who reviews it sees another than was stored."""

from __future__ import annotations

import pytest

from kpis.languages import both
from kpis.store.store import Store
from loaders.files.reach import changing_in
from loaders.workbook.door import read_workbook
from tests.loaders import test_shown
from tests.loaders.filled import F
from tests.loaders.test_active import with_cell_of_figures
from tests.loaders.test_shown import a_list, in_parts, read_list

pytestmark = pytest.mark.edition
sound = test_shown.sound
CHANGING = ("RANDBETWEEN(1,99)", "today()", "SUM(A1,_xlfn.RANDARRAY (1))", 'IF(A1="(",NOW(),5)', "'a b'!A1+RAND()")
STAYING = ("SUM(A1:A3)", '"NOW()"', "MYTODAY(1)", "TODAY", "'NOW()'!A1", "A1+my.NOW(2)", "1+1")


@pytest.mark.parametrize("formula", CHANGING)
def test_it_is_refused_in_a_list_at_its_cell(formula: str) -> None:
    rows, (problem, *_) = read_list(a_list(f"<c><f>{formula}</f><v>90</v></c>"))
    assert rows == [] and (problem.kind, problem.cell) == ("formula", "E2") and changing_in(formula) in both(problem.found)


@pytest.mark.parametrize("formula", STAYING)
def test_any_other_formula_is_taken_with_its_result(formula: str) -> None:
    rows, problems = read_list(a_list(f"<c><f>{formula}</f><v>90</v></c>"))
    assert problems == [] and [row.value for row in rows] == [90]


def test_a_day_above_a_list_hinders_nothing() -> None:
    """Lists begin with a line that says of which day they are."""
    dated = '<row r="1"><c r="A1"><f>TODAY()</f><v>45000</v></c></row><row r="2">'
    content = in_parts(a_list("<c><v>90</v></c>"), "xl/worksheets/sheet1.xml", "<sheetData><row>", f"<sheetData>{dated}")
    rows, problems = read_list(content)
    assert problems == [] and [row.value for row in rows] == [90]


def test_it_is_named_at_its_cell_of_a_report_and_nothing_is_read_from_it(sound: tuple[Store, bytes]) -> None:
    store, content = sound
    reading = read_workbook(with_cell_of_figures(content, b'<c r="H7"><f>RANDBETWEEN(400,500)</f><v>450</v></c>'), store=store)
    (problem,) = reading.errors
    assert (problem.kind, problem.sheet, problem.cell) == ("formula", F, "H7") and "RANDBETWEEN" in both(problem.found)
    assert "値の貼り付け" in both(problem.remedy) and "paste its value" in both(problem.remedy)
