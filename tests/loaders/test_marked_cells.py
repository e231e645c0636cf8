"""Figures whose whole cell is raised or lowered, and those that a conditional format may cross out: named with cell and range, never read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from kpis.languages import both
from kpis.store.store import Store
from loaders.files.conditional import Conditional, marked_cells
from loaders.workbook.door import read_workbook
from tests.loaders.filled import F, edited, filled, make_store, template
from tests.loaders.test_shown import a_list, plain, read_list

SUPER, SUB, NONE = '<vertAlign val="superscript"/>', '<vertAlign val="subscript"/>', '<vertAlign val="baseline"/>'
RULE = '<conditionalFormatting sqref="{}"><cfRule type="cellIs" dxfId="{}" priority="1" operator="lessThan"><formula>9</formula></cfRule></conditionalFormatting>'
EXTENDED = (
    '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
    '<x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule type="expression" priority="2" id="a"><xm:f>A1=2</xm:f><x14:dxf><font>{}</font>'
    "</x14:dxf></x14:cfRule><xm:sqref>D1 E2:E9</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst>"
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, bytes]]:
    store = make_store(Path(tmp_path_factory.mktemp("marked")))
    yield store, filled(template(store))


def ruled(content: bytes, rules: str, *, formats: str = "<dxf><font><b/></font></dxf><dxf><font><strike/></font></dxf>") -> bytes:
    """Return a list with conditional formats on its sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name).decode()
            part = part.replace("</sheetData>", f"</sheetData>{rules}") if "sheet1" in name else part
            new.writestr(name, part.replace("</cellXfs>", f"</cellXfs><dxfs>{formats}</dxfs>"))
    return out.getvalue()


@pytest.mark.parametrize(("font", "is_read"), [(SUPER, False), (SUB, False), (NONE, True)])
@pytest.mark.parametrize("value", ["<v>3100</v>", "<is><t>3100</t></is>"])
def test_a_figure_whose_whole_cell_is_raised_or_lowered_is_named(font: str, is_read: bool, value: str) -> None:
    kind = 't="inlineStr"' if "<is>" in value else ""
    cell = f'<c {kind} s="1">{value}</c>'
    rows, problems = read_list(a_list(cell, fonts=f"<font/><font>{font}</font>", xfs='<xf fontId="1"/>'))
    assert (len(rows), [(p.kind, p.cell) for p in problems]) == ((1, []) if is_read else (0, [("number", "E2")]))


def test_words_may_be_raised_as_a_whole() -> None:
    note = '<c t="inlineStr" s="1"><is><t>注</t></is></c>'
    rows, problems = read_list(
        a_list("<c><v>5</v></c>", note_ja=note, fonts=f"<font/><font>{SUPER}</font>", xfs='<xf fontId="1"/>')
    )
    assert [row.note_ja for row in rows] == ["注"] and problems == []


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        (RULE.format("E2:E9", 1), "E2:E9"), (RULE.format("D1 $E$2", "01"), "$E$2"), (RULE.format("E1:E1048576", 1), "E1:E1048576"), (RULE.format("E:E", 1), "E:E"),
        (RULE.format("2:2", 1), "2:2"), (EXTENDED.format("<strike/>"), "E2:E9"), (EXTENDED.format(SUPER), "E2:E9"), (RULE.format("?", 1), "?"),
    ],
)  # fmt: skip
def test_a_figure_of_a_list_that_a_condition_may_cross_out_is_named_with_the_range(rules: str, place: str) -> None:
    _, problems = read_list(ruled(a_list("<c><v>5</v></c>"), rules))
    (problem,) = [p for p in problems if p.cell == "E2"]
    assert (
        place in both(problem.found)
        and "計算できません" in both(problem.expected)
        and "Conditional Formatting" in both(problem.remedy)
    )
    assert problem.grade == "error"


@pytest.mark.parametrize(
    "rules",
    [RULE.format("E2:E9", 0), RULE.format("E1 E3:E9", 1), RULE.format("A1:D1", 1), RULE.format("E2", 1).replace('dxfId="1"', ""), RULE.format("E2", 7),
     EXTENDED.format('<strike val="0"/>'), EXTENDED.format("<b/>")],
)  # fmt: skip
def test_other_conditions_and_other_ranges_change_nothing(rules: str) -> None:
    rows, problems = read_list(ruled(a_list("<c><v>5</v></c>", indicator_code=plain("paper_sheets")), rules))
    assert len(rows) == 1 and problems == []


def _crossed_if(place: str) -> Callable[[Workbook], None]:
    rule = CellIsRule(operator="lessThan", formula=["0"], font=Font(strike=True))
    return lambda book: book[F].conditional_formatting.add(place, rule)


@pytest.mark.edition
@pytest.mark.parametrize(
    ("place", "cells"), [("H7:H9", ["H7"]), ("H7:I9", ["H7", "I7"]), ("A7:B9", []), ("L1:L30", []), ("H40:H50", [])]
)
def test_such_a_range_of_a_bureaus_workbook_is_named(sound: tuple[Store, bytes], place: str, cells: list[str]) -> None:
    store, content = sound
    reading = read_workbook(edited(content, _crossed_if(place)), store=store)
    assert [(p.sheet, p.cell) for p in reading.errors] == [(F, cell) for cell in cells]
    assert all(place in both(p.found) for p in reading.errors)


@pytest.mark.edition
@pytest.mark.parametrize("align", ["superscript", "subscript"])
def test_a_cell_of_a_bureaus_workbook_that_is_raised_as_a_whole_is_named(sound: tuple[Store, bytes], align: str) -> None:
    store, content = sound

    def change(book: Workbook) -> None:
        book[F]["H7"].font = book[F]["L12"].font = Font(vertAlign=align)

    assert [p.cell for p in read_workbook(edited(content, change), store=store).errors] == ["H7"]


def test_ranges_without_number_are_looked_through_once() -> None:
    ranges: list[str] = []
    conditional = Conditional({"1": True}, ranges)
    for number in range(5_000):
        conditional.start("conditionalFormatting", {"sqref": f"A{number + 1}:A1048576"})
        conditional.start("cfRule", {"dxfId": "1"})
    assert len(ranges) <= 1_000
    rows = [["" for _ in range(50)] for _ in range(2_000)]
    assert list(marked_cells(rows, ranges, after=1, columns=range(1, 51))) == []
