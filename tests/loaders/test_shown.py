"""A cell that shows another value than its characters is never read as these: crossed out, raised, or in another form."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from kpis.languages import both, written
from kpis.settings import ROOT
from kpis.store.store import Store
from kpis.store.tables import ProcedureFields
from loaders.files.cells import Unreadable, read_date, read_number, read_period
from loaders.files.formats import Formatted, said_of
from loaders.files.opened import open_table
from loaders.files.problems import Problem
from loaders.files.table import read_rows
from loaders.load import check_content, load_file
from loaders.rows import ObservationRow
from loaders.workbook.door import read_workbook
from loaders.workbook.layout import load_layout
from loaders.workbook.values import CellRefused, as_number
from tests.loaders.filled import F, S, edited, filled, make_store, reparted, template, with_cells
from tests.shared import copied, shipped

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINKS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
TYPES = 'xmlns="http://schemas.openxmlformats.org/package/2006/content-types"'
KINDS = "application/vnd.openxmlformats-officedocument."
STRUCK, RAISED, LOWERED = "<strike/>", '<vertAlign val="superscript"/>', '<vertAlign val="subscript"/>'
STRUCK_CELLS = {"fonts": "<font/><font><strike/></font>", "xfs": '<xf fontId="1"/>'}


def rich(*runs: tuple[str, str]) -> str:
    """Return the XML of a text in runs of (properties, characters)."""
    return "".join(f"<r>{f'<rPr>{style}</rPr>' if style else ''}<t>{escape(text)}</t></r>" for style, text in runs)


def inline(content: str) -> str:
    return f'<c t="inlineStr"><is>{content}</is></c>'


def plain(text: str) -> str:
    return inline(f"<t>{escape(text)}</t>")


def a_list(
    value: str, *, heading: str = "", strings: str = "", fonts: str = "<font/>", xfs: str = "", formats: str = "", **cells: str
) -> bytes:
    """Return an .xlsx list of one figure, its value and any other cell as XML."""
    row = {
        "indicator_code": plain("paper_sheets"), "bureau_code": plain("WATERWORKS"), "period_code": plain("FY2024"),
        "source_code": plain("shintosei-8a0d3d80"), "value": value, **cells,
    }  # fmt: skip
    head = "".join(heading if name == "value" and heading else plain(name) for name in row)
    parts = {"worksheet": "worksheets/sheet1.xml", "styles": "styles.xml", "sharedStrings": "sharedStrings.xml"}
    links = "".join(f'<Relationship Id="{kind}" Type="{RELATION}/{kind}" Target="{part}"/>' for kind, part in parts.items())
    sheets = '<sheets><sheet name="S" r:id="worksheet"/></sheets>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        kind = f"{KINDS}spreadsheetml.sheet.main+xml"
        archive.writestr(
            "[Content_Types].xml", f'<Types {TYPES}><Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>'
        )
        begins = f'<Relationship Id="a" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr("_rels/.rels", f"<Relationships {LINKS}>{begins}</Relationships>")
        archive.writestr("xl/workbook.xml", f'<workbook {MAIN} xmlns:r="{RELATION}">{sheets}</workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships {LINKS}>{links}</Relationships>")
        rows = f"<row>{head}</row><row>{''.join(row.values())}</row>"
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>")
        archive.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{strings}</sst>")
        styles = f"<numFmts>{formats}</numFmts><fonts>{fonts}</fonts><cellXfs><xf/>{xfs}</cellXfs>"
        archive.writestr("xl/styles.xml", f"<styleSheet {MAIN}>{styles}</styleSheet>")
    return out.getvalue()


def read_list(content: bytes) -> tuple[list[ObservationRow], list[Problem]]:
    table, problems = open_table(content, max_bytes=1_000_000)
    if table is None:
        return [], problems
    rows, more = read_rows(table, ObservationRow)
    return [row for _, row in rows if isinstance(row, ObservationRow)], [*problems, *more]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, bytes]]:
    store = make_store(Path(tmp_path_factory.mktemp("shown")))
    yield store, filled(template(store))


# Crossed out, raised, lowered -----------------------------------------------------------------------------------------

STYLED = {
    "struck before": rich((STRUCK, "3100"), ("", "3200")),
    "struck by a word": rich(('<strike val="1"/>', "3100"), ("", "3200")),
    "a footnote": rich(("", "85.3"), (RAISED, "1")),
    "lowered": rich(("", "85"), (LOWERED, "2")),
    "wholly struck": rich((STRUCK, "3100")),
}


@pytest.mark.parametrize("name", STYLED)
@pytest.mark.parametrize("is_shared", [False, True])
def test_a_number_of_a_list_with_crossed_out_or_raised_characters_is_named(name: str, is_shared: bool) -> None:
    content = STYLED[name]
    cell = '<c t="s"><v>0</v></c>' if is_shared else inline(content)
    rows, problems = read_list(a_list(cell, strings=f"<si>{content}</si>" if is_shared else ""))
    assert rows == [] and [(p.kind, p.cell) for p in problems] == [("number", "E2")]
    assert all(word in both(problems[0].expected) for word in ("一つの値", "crossed-out"))
    assert all(written(problems[0].remedy, language) for language in ("ja", "en"))


@pytest.mark.parametrize("value", ["<v>3100</v>", "<is><t>3100</t></is>"])
def test_a_cell_of_a_list_that_is_crossed_out_as_a_whole_is_named(value: str) -> None:
    kind = 't="inlineStr"' if "<is>" in value else ""
    rows, problems = read_list(a_list(f'<c {kind} s="1">{value}</c>', **STRUCK_CELLS))
    assert rows == [] and [p.cell for p in problems] == ["E2"]


def test_the_period_and_the_note_of_a_list() -> None:
    rows, problems = read_list(a_list("<c><v>5</v></c>", period_code=inline(rich(("", "2022-1"), (RAISED, "1")))))
    assert rows == [] and [p.cell for p in problems] == ["C2"]
    rows, problems = read_list(a_list("<c><v>5</v></c>", note_ja=inline(rich((STRUCK, "増えた。"), ("", "減った。")))))
    assert rows == [] and [(p.kind, p.cell) for p in problems] == [("text", "F2")]
    (row,), problems = read_list(a_list("<c><v>5</v></c>", note_ja=inline(rich(("", "CO"), (LOWERED, "2")))))
    assert problems == [] and (row.note_ja, type(row.note_ja)) == ("CO2", str)


@pytest.mark.parametrize(
    "value",
    [
        inline(rich(("<b/>", "31"), ("", "00"))),
        inline(rich(('<strike val="0"/>', "31"), ('<vertAlign val="baseline"/>', "00"))),
        inline(rich((STRUCK, " "), ("", "3100"))),
        inline(f"<t>3100</t><rPh sb='0' eb='1'>{rich((STRUCK, '99'))}</rPh>"),
    ],
)
def test_other_fonts_change_nothing(value: str) -> None:
    (row,), problems = read_list(a_list(value, heading=inline(rich((STRUCK, "val"), ("", "ue"))), **STRUCK_CELLS))
    assert problems == [] and row.value == 3100


def test_a_crossed_out_blank_is_a_blank() -> None:
    (row,), problems = read_list(a_list("<c><v>5</v></c>", note_ja='<c s="1" t="inlineStr"><is><t> </t></is></c>', **STRUCK_CELLS))
    assert problems == [] and row.note_ja == ""


def _strike(address: str) -> Callable[[Workbook], None]:
    return lambda book: setattr(book[F][address], "font", Font(strike=True))


def _runs(address: str, *parts: str | TextBlock) -> Callable[[Workbook], None]:
    return lambda book: setattr(book[F][address], "value", CellRichText(*parts))


CROSSED, FOOTNOTE = InlineFont(strike=True), InlineFont(vertAlign="superscript")


@pytest.mark.parametrize(
    ("change", "cell"),
    [
        (_runs("H7", TextBlock(CROSSED, "85"), "88"), "H7"), (_runs("H7", "99", TextBlock(FOOTNOTE, "1")), "H7"), (_strike("H7"), "H7"),
        (_runs("L12", TextBlock(CROSSED, "相談を始めた。"), "やめた。"), "L12"), (_strike("L12"), "L12"), (_strike("U7"), "U7"),
    ],
)  # fmt: skip
def test_such_a_cell_of_a_bureaus_workbook_is_named(
    sound: tuple[Store, bytes], change: Callable[[Workbook], None], cell: str
) -> None:
    store, content = sound
    reading = read_workbook(edited(content, change), store=store)
    assert [(p.sheet, p.cell) for p in reading.errors] == [(F, cell)]
    assert "crossed-out" in both(reading.errors[0].expected)


@pytest.mark.parametrize("change", [_strike("A7"), _strike("H1"), _strike("Z3"), _runs("L12", "CO", TextBlock(FOOTNOTE, "2"))])
def test_headings_labels_and_words_may_have_any_font(sound: tuple[Store, bytes], change: Callable[[Workbook], None]) -> None:
    store, content = sound
    assert read_workbook(edited(content, change), store=store).errors == []


# Circled, raised and other digits that are marks -----------------------------------------------------------------------

MARKS = ["①", "²", "₂", "㏠", "㍘", "⑩", "㋀"]


@pytest.mark.parametrize("mark", MARKS)
def test_a_digit_that_is_a_mark_is_none(mark: str) -> None:
    for read, text in ((read_number, "88.1"), (read_date, "2022-12-3"), (read_date, "2022-1"), (read_period, "2022-1")):
        with pytest.raises(Unreadable):
            read(text + mark)


def test_digits_of_other_widths_and_typefaces_are_plain() -> None:
    assert [read_number(text).value for text in ("８８．１％", "𝟖𝟖.1", "﹣5")] == [88.1, 88.1, -5]
    assert read_date("㋿４年12月31日")[0] == date(2022, 12, 31) and read_period("２０２２－１２") == "2022-12"


@pytest.mark.parametrize(("sheet", "cell", "value"), [(F, "G7", "9①"), (F, "H7", "99²"), (F, "V7", "2022-1①"), (S, "B2", "F00①")])
def test_such_a_digit_in_a_bureaus_workbook_is_named(sound: tuple[Store, bytes], sheet: str, cell: str, value: str) -> None:
    store, content = sound
    reading = read_workbook(with_cells(content, sheet, {cell: value}), store=store)
    assert [(p.sheet, p.cell) for p in reading.errors] == [(sheet, cell)]


@pytest.mark.parametrize(("column", "value"), [("value", "31①"), ("period_code", "2022-1①"), ("published_on", "2022-12-3①")])
def test_such_a_digit_in_a_list_is_named(column: str, value: str) -> None:
    rows, problems = read_list(a_list(**{"value": plain("5"), column: plain(value)}))
    assert (
        rows == []
        and len(problems) == 1
        and problems[0].cell == ("F2" if column == "published_on" else "E2" if column == "value" else "C2")
    )


# Scales and units ------------------------------------------------------------------------------------------------------


def _value(raw: object, unit: str) -> float:
    """Return the number of a cell in a bureau's column of an indicator in a unit."""
    column = next(c for c in load_layout().columns["observations"] if c.name == "value")
    return as_number(raw, column, unit=unit).value


def _shown(held: float, code: str) -> object:
    meaning = said_of(code, held)
    return held if meaning is None else Formatted(held, meaning)


@pytest.mark.parametrize(
    ("held", "code", "unit"),
    [(12_345_678_000, '#,##0,,"百万円"', "百万円"), (12_000_000, '#,##0,"千枚"', "千枚"), (12_000, '0.0,"万人"', "万人")],
)
def test_a_format_that_scales_the_number_is_refused_in_the_indicators_own_unit_too(held: float, code: str, unit: str) -> None:
    with pytest.raises(CellRefused):
        _value(_shown(held, code), unit)


@pytest.mark.parametrize(
    ("held", "code", "unit"), [(12_346, '#,##0"百万円"', "百万円"), (12_000, '#,##0"千枚"', "千枚"), (5, '0"枚"', "枚")]
)
def test_a_format_that_only_names_the_unit_is_read(held: float, code: str, unit: str) -> None:
    assert _value(_shown(held, code), unit) == held


@pytest.mark.parametrize(
    ("text", "unit"), [("5億", "百万円"), ("1200万", "千枚"), ("約3千", "千人"), ("1億2,000万", "億円"), ("2万", "100枚")]
)
def test_a_number_scaled_by_a_word_is_refused_in_a_unit_that_scales(text: str, unit: str) -> None:
    with pytest.raises(CellRefused) as refused:
        _value(text, unit)
    assert unit in both(refused.value.expected)


def test_a_number_scaled_by_a_word_is_read_in_any_other_unit() -> None:
    assert [_value("5億", "円"), _value("1200万枚", "枚"), _value("12,000", "千枚")] == [500_000_000, 12_000_000, 12_000]


@pytest.mark.parametrize("code", ['#,##0"円"', "¥#,##0", "[$¥-411]#,##0", "$#,##0", "[$€-2] #,##0"])
def test_a_format_of_money_is_read_in_yen_alone(code: str) -> None:
    with pytest.raises(CellRefused):
        _value(_shown(5_000_000, code), "百万円")
    if "$#" in code or "€" in code:
        with pytest.raises(CellRefused):
            _value(_shown(5_000_000, code), "円")
    else:
        assert _value(_shown(5_000_000, code), "円") == 5_000_000


@pytest.mark.parametrize("text", ["5億", "1,200万"])
def test_a_number_scaled_by_a_word_in_a_list_is_named(tmp_path: Path, text: str) -> None:
    store = copied(shipped(), tmp_path / "millions.db")
    lines = (ROOT / "data" / "catalogue" / "indicators.csv").read_text(encoding="utf-8").splitlines()
    rows = [next(csv.reader([line])) for line in lines if line.startswith(("indicator_code,", "paper_sheets,"))]
    rows[1][rows[0].index("unit_ja")] = "百万円"
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    assert load_file(store, file.getvalue().encode(), name="indicators.csv").accepted == 1
    content = f'indicator_code,bureau_code,period_code,value,source_code\npaper_sheets,HQ,FY2024,"{text}",shintosei-8a0d3d80\n'
    report = check_content(content.encode(), "observations.csv", store=store)
    assert [(p.kind, p.cell, p.rule) for p in report.problems if p.grade == "error"] == [("number", "D2", "other_unit")]
    assert "百万円" in both(report.problems[0].expected)


@pytest.mark.parametrize("text", ["300円", "5億円"])
def test_a_count_with_a_unit_of_rates_or_money_in_a_list_is_named(text: str) -> None:
    heads = "procedure_code,name_ja,digital_status,source_code,applications_count"
    table, problems = open_table(f"{heads}\nP1,届出,done,shintosei-d9352110,{text}\n".encode(), max_bytes=10_000)
    assert table is not None and problems == []
    rows, problems = read_rows(table, ProcedureFields)
    assert rows == [] and [(p.kind, p.cell) for p in problems] == [("number", "E2")]


@pytest.mark.parametrize(
    ("code", "column", "value"),
    [("electronic_decision_rate", "numerator", "85円"),
     ("electronic_decision_rate", "numerator", "30%"), ("electronic_decision_rate", "value", '0.0"件"'), ("paper_sheets", "value", '0"%"'),
     ("paper_sheets", "value", '#,##0"人"'), ("electronic_decision_rate", "numerator", '0"%"')],
)  # fmt: skip
def test_a_number_of_a_list_in_another_unit_than_its_indicators_is_named(
    tmp_path: Path, code: str, column: str, value: str
) -> None:
    is_format = '"' in value
    cell = '<c s="1"><v>85</v></c>' if is_format else plain(value)
    period = "FY2024" if code == "paper_sheets" else "2024-06"
    row = {"indicator_code": plain(code), "bureau_code": plain("HQ"), "period_code": plain(period), "value": plain("85")}
    row |= {"numerator": plain("85"), "denominator": plain("100")} if column == "numerator" else {}
    formats = f'<numFmt numFmtId="164" formatCode="{escape(value, {chr(34): "&quot;"})}"/>' if is_format else ""
    content = a_list(**{**row, column: cell, "formats": formats, "xfs": '<xf numFmtId="164"/>'})
    store = copied(shipped(), tmp_path / "units.db")
    report = check_content(content, "observations.xlsx", store=store)
    at = "F2" if column == "numerator" else "E2"
    assert [(p.kind, p.cell, p.grade) for p in report.problems if p.rule == "other_unit"] == [("number", at, "error")]


def test_a_number_of_a_list_in_its_indicators_unit_is_read(tmp_path: Path) -> None:
    formats, xfs = '<numFmt numFmtId="164" formatCode="#,##0&quot;枚&quot;"/>', '<xf numFmtId="164"/>'
    content = a_list('<c s="1"><v>85</v></c>', bureau_code=plain("HQ"), formats=formats, xfs=xfs)
    report = check_content(content, "observations.xlsx", store=copied(shipped(), tmp_path / "own.db"))
    assert [p for p in report.problems if p.kind == "number"] == []


# Formats that say more than a unit -------------------------------------------------------------------------------------

ODD = [
    '0"."0000', "0\\.0000", "0!.0000", "0．0000", '0"Ｋ"', '0"Ｍ"', '0"㌔"', '0"㍋"', '0"メガ"', '0" Mio."', '0" Mrd"', '0" Tsd."', '0" milliers"',
    '0" lakh"', '0"‱"', '0" ppm"', '0"bp"', '"約"#,##0', '0"以上"', '0"枚以上"', '"<"0', '0"人弱"', '"approx. "0',
]  # fmt: skip


@pytest.mark.parametrize("code", ODD)
def test_a_format_that_scales_or_bounds_the_number_is_refused(code: str) -> None:
    with pytest.raises(CellRefused):
        _value(_shown(31_000_000, code), "枚")
    cell, formats = '<c s="1"><v>31000000</v></c>', f'<numFmt numFmtId="164" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
    rows, problems = read_list(a_list(cell, formats=formats, xfs='<xf numFmtId="164"/>'))
    assert rows == [] and [(p.kind, p.cell) for p in problems] == [("number", "E2")]


@pytest.mark.parametrize(
    "code", ['#,##0"枚"', '#,##0" 枚 速報"', '0"㎡"', "# ##0", '"計"0', "#,##0.00", '0"kg"', "+0;-0;0", "0;0", "* #,##0_-"]
)
def test_other_words_of_a_format_change_nothing(code: str) -> None:
    assert _value(_shown(31_000_000, code), "枚") == 31_000_000


@pytest.mark.parametrize("style", ["1 ", " 1", "+1", "01"])
def test_a_style_is_known_however_its_number_is_written(style: str) -> None:
    cell = f'<c s="{style}"><v>0.5</v></c>'
    rows, problems = read_list(a_list(cell, formats='<numFmt numFmtId="164" formatCode="0%"/>', xfs='<xf numFmtId="164"/>'))
    assert rows == [] and [p.cell for p in problems] == ["E2"]


@pytest.mark.parametrize("held", ["row", "value", "data"])
def test_cells_that_not_every_program_reads_refuse_the_file(held: str) -> None:
    space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'

    def wrapped(xml: str) -> str:
        return f"<mc:AlternateContent {space}><mc:Choice Requires='x14'>{xml}</mc:Choice></mc:AlternateContent>"

    content = a_list("<c><v>5</v>" + (wrapped("<v>9</v>") if held == "value" else "") + "</c>")
    if held != "value":
        rows = wrapped("<row><c><v>9</v></c></row>")
        if held == "row":
            content = in_parts(content, "xl/worksheets/sheet1.xml", "</sheetData>", f"{rows}</sheetData>")
        else:
            content = in_parts(content, "xl/worksheets/sheet1.xml", "</sheetData>", "</sheetData>" + wrapped("<sheetData/>"))
    rows_read, problems = read_list(content)
    assert rows_read == [] and [p.kind for p in problems] == ["file"]
    assert "AlternateContent" in both(problems[0].found)


def in_parts(content: bytes, part: str, old: str, new: str) -> bytes:
    return reparted(content, lambda parts: parts.update({part: parts[part].decode().replace(old, new).encode()}))


WRAPPED = (
    '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="x14">'
    "{xml}</mc:Choice></mc:AlternateContent>"
)
TEXTS = (
    WRAPPED.format(xml="<t>1</t>") + "<t>90</t>", "<t>1</t><t>90</t>", "<t>1</t><r><t>90</t></r>", "<r><t>1</t></r><t>90</t>",
    "<t>1<x/>90</t>", '<x:y xmlns:x="urn:x"><t>1</t></x:y><t>90</t>',
)  # fmt: skip


@pytest.mark.parametrize("is_shared", [True, False], ids=["shared", "inline"])
@pytest.mark.parametrize("content", TEXTS)
def test_a_text_of_which_programs_take_one_or_all_refuses_the_file(content: str, is_shared: bool) -> None:
    """They were read as 190, where another program shows 90 or 1."""
    cell = '<c t="s"><v>0</v></c>' if is_shared else f'<c t="inlineStr"><is>{content}</is></c>'
    rows, problems = read_list(a_list(cell, strings=f"<si>{content}</si>" if is_shared else ""))
    assert rows == [] and [p.kind for p in problems] == ["file"]


def test_a_text_beside_its_entry_is_no_part_of_the_next() -> None:
    rows, problems = read_list(a_list('<c t="s"><v>0</v></c>', strings="<t>1</t><si><t>90</t></si>"))
    assert rows == [] and [p.kind for p in problems] == ["file"]


@pytest.mark.parametrize(
    "content",
    [
        "<r><t>9</t></r><r><t>0</t></r>",
        "<t/><r><t>90</t></r>",
        '<t>90</t><rPh sb="0" eb="1"><t>1</t></rPh>',
        "<t>90</t><phoneticPr/>",
    ],
)
def test_a_text_in_runs_or_with_its_reading_is_read(content: str) -> None:
    for cell, strings in (('<c t="s"><v>0</v></c>', f"<si>{content}</si>"), (f'<c t="inlineStr"><is>{content}</is></c>', "")):
        rows, problems = read_list(a_list(cell, strings=strings))
        assert problems == [] and [row.value for row in rows] == [90]


@pytest.mark.parametrize("part", ["formats", "xfs"])
def test_a_format_that_not_every_program_reads_refuses_the_file(part: str) -> None:
    """12 was seen as 1200% and stored as 12."""
    given = {"formats": '<numFmt numFmtId="164" formatCode="0%"/>', "xfs": '<xf numFmtId="164"/>'}
    given[part] = WRAPPED.format(xml=given[part])
    rows, problems = read_list(a_list('<c s="1"><v>12</v></c>', **given))
    assert rows == [] and [p.kind for p in problems] == ["file"] and "AlternateContent" in both(problems[0].found)


def test_merged_cells_that_not_every_program_reads_refuse_the_file() -> None:
    merged = WRAPPED.format(xml='<mergeCells count="1"><mergeCell ref="E1:E2"/></mergeCells>')
    content = in_parts(a_list("<c><v>5</v></c>"), "xl/worksheets/sheet1.xml", "</sheetData>", "</sheetData>" + merged)
    rows, problems = read_list(content)
    assert rows == [] and [p.kind for p in problems] == ["file"]
