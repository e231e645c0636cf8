"""Thousands of filled cells: no writing of a wrong value is accepted in silence, no writing of a right one is read otherwise.

Each variant puts one cell (or one row) into an issued template as XML and is read by the real reader; variants that are nothing but a cell
go up to four to a workbook of the same writing, each in a row of its own. The reader does here, in this process, what it otherwise does
in one made for each file (``tests/loaders/test_apart.py``); every fortieth workbook is read both ways. What must come of it is
known from what was written, never from what was read: the oracle knows what a person sees in the cell. An outcome is ``right``
(the value that is seen was read), ``named`` (a problem at that cell), ``asked`` (a question or a warning there) or ``file`` (the whole
file named); anything else is silently wrong and fails.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product, zip_longest
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from kpis.store.store import Store
from loaders.files.apart import apart
from loaders.workbook import door
from loaders.workbook.context import ReportContext
from loaders.workbook.door import WorkbookReading, read_workbook
from tests.loaders.filled import BUREAU, PERIOD, F, make_store, part_of, template

pytestmark = pytest.mark.edition

RATE, COUNT, PART, NOTE, FLAG = "G8", "G10", "H9", "P13", "M13"  # 値 of a rate, 値 of a stock, 分子, 備考, 概数
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

# Formats by what a person sees: how the number shown relates to the number held, and the unit seen beside it.
PLAIN = ["General", "0", "0.0", "0.00", "#,##0", "#,##0.0##", "0.0#####", "@", "0.00E+00", "##0.0E+0", "0;-0", "#,##0;[Red]-#,##0", "[Blue]0.0",
         "_ * #,##0_ ;_ * -#,##0_ ;_ * \"-\"_ ;_ @_ ", "0_ ", "[DBNum1]0", "#,##0.0;▲#,##0.0", "0000", "* 0", "[>=0]0.0;-0.0"]  # fmt: skip
PERCENT = [
    "0%",
    "0.0%",
    "0.00%",
    "#,##0.0%",
    "[Red]0.0%",
    "0.0%;-0.0%",
    "0.0 %",
    "0%_ ",
    "[>=0]0.0%;0",
    '0.0%;[Red]-0.0%;"-"',
    "* 0.0%",
    "??0.0%",
]
PERCENT_LITERAL = ['0.0"%"', "0.0\\%", '#,##0.0##"%"', '0.0" %"', '0.0"％"', '0.0"％";-0.0"％"']
SCALED = ['0"万"', '0.0"万"', '0,"千"', "#,##0,", "0.0,,", '#,##0,,"百万"', '0"百万"', '0"億"', '0,.0', "#,##0.0,", '0"千"', '0"k"', '0.0"M"',
          '0" thousand"', '0"00"', '0"割"', '0.0"‰"', '[>=1]0"万";0', '0!万', '[$万-411]0']  # fmt: skip
ODD = [
    "# ?/?",
    "# ??/??",
    "?/8",
    "yyyy/m/d",
    'yyyy"年"m"月"d"日"',
    "h:mm",
    "[h]:mm",
    "[$-411]ggge",
    "m/d",
    ";;;",
    '"―"',
    '"済"',
    '"▲"0',
    "(0)",
    "-0",
]
MONEY = ["¥#,##0", "$#,##0", "[$¥-411]#,##0", '#,##0"円"', "￥0"]
OTHER_UNITS = ['0"人"', '0"施設"', '#,##0"枚"']
OWN_UNIT = ['0"件"', '#,##0" 件"']
NUMBERS = [0.881, 0.5, 1.0, 0.0125, 42.5, 88.1, 5.0, 520.0, 850.0]
NOT_NUMBERS = [
    "NaN",
    "nan",
    "INF",
    "-INF",
    "inf",
    "Infinity",
    "-Infinity",
    "1e999",
    "-1e999",
    "1_000",
    "0x10",
    "abc",
    "1,5",
    "1.2.3",
    "--1",
    "٣x",
]
EXCEL_ERRORS = ["#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!",
                "#UNKNOWN!", "#GETTING_DATA", "#PYTHON!", "#EXTERNAL!", "#BUSY!", "#NEW_ONE!"]  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """One filled workbook: its class, the cells as XML by address, and what a person sees at the cell that is judged.

    ``seen`` is the value that is right (``None``: there is none, so it must be named); ``may_ask``: a question is right as well.
    """

    kind: str
    cells: tuple[tuple[str, str], ...]
    at: str
    seen: Any
    code: str = "General"
    parent: str = ""
    may_ask: bool = True
    must_ask: bool = False
    whole: str = ""  # how the sheet's XML is written anew


def _number(address: str, held: str) -> str:
    return f'<c r="{address}" s="@S@"><v>{held}</v></c>'


def _filled(address: str, xml: str) -> tuple[tuple[str, str], ...]:
    """Return the cells of a row that is sound but for one."""
    whole = '<c r="{}"><v>100000</v></c>'
    beside = {COUNT: ("I10",), PART: ("I9",), NOTE: ("H13", "I13"), FLAG: ("H13", "I13")}.get(address, ())
    return ((address, xml), *((other, whole.format(other)) for other in beside))


def of_formats() -> Iterator[Variant]:
    groups = [("plain", PLAIN), ("percent", PERCENT), ("percent literal", PERCENT_LITERAL), ("scaled", SCALED), ("odd", ODD), ("money", MONEY),
              ("other unit", OTHER_UNITS), ("own unit", OWN_UNIT)]  # fmt: skip
    for (group, codes), address, held in product(groups, (RATE, COUNT, PART, NOTE), NUMBERS):
        for code in codes:
            right: Any = held
            if group in ("scaled", "odd"):
                right = (
                    f"{held:.15g}" if address == NOTE and code.startswith("[>=1]") and held < 1 else None
                )  # its second part is plain
            elif address == NOTE:
                right = f"{held:.15g}" if group == "plain" and code != "0000" else None
            elif address == RATE:
                right = None if group in ("money", "other unit", "own unit") or held > 100 else held
            elif (
                group in ("percent", "percent literal", "money")
                or held != int(held)
                or (address == COUNT and group == "other unit")
            ):
                right = None
            asks = address == RATE and held <= 100 and (group == "percent" or (group in ("plain", "percent literal") and held <= 1))
            if asks:
                yield Variant(f"{group} rate", _filled(address, _number(address, repr(held))), address, None, code, must_ask=True)
            else:
                yield Variant(f"{group} {'rate' if address == RATE else 'note' if address == NOTE else 'count'}",
                              _filled(address, _number(address, repr(held))), address, right, code, may_ask=right is not None or address == RATE)  # fmt: skip
    for code, held in product(PERCENT[:4], [n for n in NUMBERS if n <= 100]):
        yield Variant(
            "percent of the named style", _filled(RATE, _number(RATE, repr(held))), RATE, None, "General", code, must_ask=True
        )


def of_texts() -> Iterator[Variant]:
    def text(address: str, written: str) -> tuple[tuple[str, str], ...]:
        return _filled(address, f'<c r="{address}" s="@S@" t="inlineStr"><is><t>{escape(written)}</t></is></c>')

    rates = {
        "88.1%": 88.1,
        "８８．１％": 88.1,
        "88.1": 88.1,
        "約88.1%": 88.1,
        "0.881%": 0.881,
        "88.1 %": 88.1,
        "88.1ポイント": 88.1,
        "\u200b88.1%": 88.1,
    }
    for (written, seen), code in product(rates.items(), [*PLAIN[:12], "0.0%", "@"]):
        yield Variant("text rate", text(RATE, written), RATE, seen, code)
    for written, code in product(["0.881", "０．５", "1", "0.01"], PLAIN):
        yield Variant("text share in a rate", text(RATE, written), RATE, None, code, must_ask=True)
    wrong = [
        "85%", "８５％", "100%", "85ポイント", "0.85", "85.5", "約85%", "1/2", "八十五", "12-15", "NaN", "1e5", "85％程度", "-3", "▲3", "85円", "8割", "#N/A x",
    ]  # fmt: skip
    for address, written, code in product((COUNT, PART), wrong, PLAIN[:10]):
        yield Variant("text in a count", text(address, written), address, None, code, may_ask=False)
    for address, (written, seen) in product(
        (COUNT, PART), {"85": 85, "８５": 85, "1,085": 1085, "85件": 85, "約85": 85, "1.2万": 12000}.items()
    ):
        yield Variant("text count", text(address, written), address, seen)


def of_contents() -> Iterator[Variant]:
    for address, held in product((RATE, COUNT, PART), NOT_NUMBERS):
        yield Variant("not a number", _filled(address, f'<c r="{address}"><v>{held}</v></c>'), address, None, may_ask=False)
    for address, error, formula, quote in product((RATE, COUNT, PART, NOTE, FLAG), EXCEL_ERRORS, ("", "<f>A1</f>"), "\"'"):
        xml = f"<c r={quote}{address}{quote} t={quote}e{quote}>{formula}<v>{error}</v></c>"
        yield Variant("Excel error", _filled(address, xml), address, None, may_ask=False)
    for address, formula in product((RATE, COUNT, PART, NOTE), (
        "<f>1+1</f>", "<f>1+1<!-- x --></f>", "<f><![CDATA[1+1]]></f>", "<f/>", "<f t='shared' si='0'/>", "<f>A1</f><v></v>", "<f>A1</f><v/>",
        "<f ca='1'>NOW()</f><v><!-- --></v>",
    )):  # fmt: skip
        yield Variant("formula without a result", _filled(address, f'<c r="{address}">{formula}</c>'), address, None, may_ask=False)
    for address, xml in product((RATE, COUNT), (
        '<v t="x">5</v><v>6</v>', "<v>5<x/></v>", '<c r="Z1"><v>5</v></c>',
    )):  # fmt: skip
        yield Variant("torn XML", _filled(address, f'<c r="{address}">{xml}</c>'), address, None, may_ask=False)
    for address, kind in product((RATE, COUNT, PART), ("s", "zzz", "b", "d")):
        yield Variant("odd type", _filled(address, f'<c r="{address}" t="{kind}"><v>999999</v></c>'), address, None, may_ask=False)
    for value in (881, 150, 100.01, -5, -0.5, 1e15, 9e14):
        yield Variant("impossible rate", _filled(RATE, _number(RATE, repr(value))), RATE, None)
    for address, value in product((COUNT, PART), (850.5, -1, 1e15, 1e16, 0.001, 123.456, 9e14, 2e5)):
        yield Variant("impossible count", _filled(address, _number(address, repr(value))), address, None)
    yield Variant("stock without its denominator", ((COUNT, _number(COUNT, "310")),), "I10", None)
    yield Variant(
        "stock with another number beside",
        (*_filled(COUNT, _number(COUNT, "310")), ("H10", '<c r="H10"><v>5</v></c>')),
        "H10",
        None,
    )
    yield Variant("choice and date", ((FLAG, f'<c r="{FLAG}" t="str"><v>たぶん</v></c>'),), FLAG, None, may_ask=False)


def of_labels() -> Iterator[Variant]:
    names = ["電子決定率", "コピー用紙調達量", "コピー用紙調達量の削減率", "FAX送受信件数の削減率", "押印廃止済手続", "別の指標"]
    periods = ["2022年10月", "2022年11月", "令和4年12月", "令和4年度第3四半期", "2021年12月", "先月", "44896"]
    for row, name in product((8, 10), names):
        right = {8: "電子決定率", 10: "押印廃止済手続"}[row]
        if name != right:
            cells = ((f"A{row}", f'<c r="A{row}" t="str"><v>{name}</v></c>'), (f"P{row}", f'<c r="P{row}" t="str"><v>x</v></c>'))
            yield Variant("another name", cells, f"A{row}", None, may_ask=False)
    for period in periods:
        if period != "2022年11月":
            cells = (("B8", f'<c r="B8" t="str"><v>{period}</v></c>'), ("P8", '<c r="P8" t="str"><v>x</v></c>'))
            yield Variant("another period", cells, "B8", None, may_ask=False)
    for unit in ("万枚", "人", "千件"):
        yield Variant(
            "another unit",
            (("C10", f'<c r="C10" t="str"><v>{unit}</v></c>'), *_filled(COUNT, _number(COUNT, "850"))),
            "C10",
            None,
            may_ask=False,
        )


ALONE = {"torn XML", "another name", "another period", "another unit"}  # what is wrong with them is not only at their cell
WRITINGS = (
    "quotes", "prefix", "comments", "cdata", "lower case", "no cell addresses", "strict", "instructions",
    "entities", "blanks", "missing rows",
)  # fmt: skip


def of_writings() -> Iterator[Variant]:
    """The same cells, right and wrong, in every lawful writing of the XML."""
    for whole, (address, held) in product(
        WRITINGS, ((RATE, 42.5), (RATE, 88.1), (COUNT, 520.0), (COUNT, 850.0), (PART, 5.0), (PART, 77.0))
    ):
        yield Variant(f"writing: {whole}", _filled(address, _number(address, repr(held))), address, held, whole=whole)
    for whole, code, held in product(WRITINGS, ("0.0%", "0%"), (0.881, 0.5)):
        yield Variant(
            f"writing: {whole}, per cent", _filled(RATE, _number(RATE, repr(held))), RATE, None, code, must_ask=True, whole=whole
        )
    for whole, code, address in product(WRITINGS, ('0"万"', "0%", "#,##0,"), (COUNT, PART)):
        yield Variant(
            f"writing: {whole}, scaled", _filled(address, _number(address, "520")), address, None, code, may_ask=False, whole=whole
        )
    for whole, error, address in product(WRITINGS, ("#SPILL!", "#REF!"), (RATE, COUNT, PART)):
        xml = f'<c r="{address}" t="e"><v>{error}</v></c>'
        yield Variant(f"writing: {whole}, error", _filled(address, xml), address, None, may_ask=False, whole=whole)


def variants() -> list[Variant]:
    return [*of_formats(), *of_texts(), *of_contents(), *of_labels(), *of_writings()]


def workbooks(every: Sequence[Variant]) -> list[list[Variant]]:
    """Return the variants by workbook: one from each row together, where each is nothing but a cell, and any other alone."""
    rows: defaultdict[str, defaultdict[str, list[Variant]]] = defaultdict(lambda: defaultdict(list))
    alone = [v for v in every if v.kind in ALONE]
    for variant in every:
        if variant.kind not in ALONE:
            rows[variant.whole][re.sub(r"\D", "", variant.at)].append(variant)
    together = (book for by_row in rows.values() for book in zip_longest(*by_row.values()))
    return [*([v for v in book if v is not None] for book in together), *([v] for v in alone)]


def written_anew(xml: str, how: str) -> str:
    """Return a sheet's XML written in another lawful way."""
    if how == "quotes":
        return re.sub(r'="([^"\']*)"', r"='\1'", xml)
    if how == "prefix":
        return re.sub(r"<(/?)(?=[A-Za-z])(?![a-z]+:)", r"<\1y:", xml).replace("xmlns=", "xmlns:y=", 1)
    if how == "comments":
        return re.sub(r"<v>([^<])", r"<v><!-- a --><!-- b -->\1", xml).replace(
            "<sheetData>", "<!-- <c r='G8'><v>1</v></c> --><sheetData>"
        )
    if how == "cdata":
        return re.sub(r"<(v|t)>([^<&]+)</", r"<\1><![CDATA[\2]]></", xml)
    if how == "lower case":
        return re.sub(r'<c r="([A-Z]+\d+)"', lambda m: f'<c r="{m[1].lower()}"', xml)
    if how == "no cell addresses":
        return re.sub(r'<c r="[A-Z]+\d+"', "<c", xml)
    if how == "strict":
        return xml.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
    if how == "instructions":
        return xml.replace("<row ", "<?odd <c r='G8'/> ?>\n\t<row ")
    if how == "entities":
        return re.sub(r"<v>([^<&]+)</v>", lambda m: "<v>" + "".join(f"&#{ord(c)};" for c in m[1]) + "</v>", xml)
    if how == "blanks":
        return xml.replace("<c ", "\n  <c\n   ").replace("</c>", "\n</c >").replace("<row ", "<row\t")
    if how == "missing rows":
        return re.sub(r'<row r="(3|5|13|14)".*?</row>', "", xml, flags=re.S)
    return xml


class Bench:
    """A template taken apart once; each variant is put together and read."""

    def __init__(self, store: Store, content: bytes, codes: list[tuple[str, str]]) -> None:
        self.store, self.part = store, part_of(content, F)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.xml = self.parts.pop(self.part).decode()
        mark = part_of(content, "_mieruka")
        for name, data in self.parts.items():  # the registers' rows deleted, which says nothing: they need not be read each time
            if name.startswith("xl/worksheets/") and name != mark:
                self.parts[name] = re.sub(rb'<row r="(?!1")\d+".*?</row>', b"", data, flags=re.S)
        self.styles = self._with_styles(codes)

    def _with_styles(self, codes: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Add a cell style for each format, and each named style with its format, and return the numbers of the cell styles."""
        xml = self.parts["xl/styles.xml"].decode()
        numbers = {code: 500 + i for i, code in enumerate(dict.fromkeys(c for pair in codes for c in pair if c and c != "General"))}
        numbers["General"] = 0
        declared = "".join(
            f'<numFmt numFmtId="{n}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>' for code, n in numbers.items() if n
        )
        xml = re.sub(r"<numFmts[^>]*>", lambda m: m[0] + declared, xml, count=1)
        named = re.search(r"<cellStyleXfs[^>]*>(.*?)</cellStyleXfs>", xml, re.S)
        own = re.search(r"<cellXfs[^>]*>(.*?)</cellXfs>", xml, re.S)
        assert named and own
        first_named, first = len(re.findall(r"<xf\b", named[1])), len(re.findall(r"<xf\b", own[1]))
        parents, cells, found = "", "", {}
        for i, (code, parent) in enumerate(codes):
            parents += f'<xf numFmtId="{numbers[parent or "General"]}"/>'
            applies = "" if parent else ' applyNumberFormat="1"'
            cells += f'<xf numFmtId="{numbers[code]}" xfId="{first_named + i}"{applies}/>'
            found[code, parent] = first + i
        xml = xml.replace("</cellStyleXfs>", parents + "</cellStyleXfs>").replace("</cellXfs>", cells + "</cellXfs>")
        self.parts["xl/styles.xml"] = xml.encode()
        return found

    def content(self, together: Sequence[Variant]) -> bytes:
        xml = self.xml
        for variant in together:
            for address, cell in variant.cells:
                made = cell.replace("@S@", str(self.styles[variant.code, variant.parent]))
                xml, count = re.subn(rf'<c r="{address}"(?:[^>]*/>|.*?</c>)', lambda _, made=made: made, xml, count=1, flags=re.S)
                assert count == 1, address
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, data in self.parts.items():
                archive.writestr(name, data)
            archive.writestr(self.part, written_anew(xml, together[0].whole))
        return out.getvalue()

    def outcomes(self, together: Sequence[Variant]) -> list[str]:
        """Return what came of each variant of a workbook; where the whole file is refused, each is put into one of its own."""
        reading = read_workbook(self.content(together), store=self.store)
        if len(together) > 1 and any(p.kind in ("file", "sheet") for p in reading.problems):
            return [outcome for variant in together for outcome in self.outcomes([variant])]
        return [_outcome(variant, reading) for variant in together]


def _outcome(variant: Variant, reading: WorkbookReading) -> str:
    """Return what came of a variant; ``wrong: …`` where a wrong value was accepted, or a right one read otherwise, in silence."""
    here = [p for p in reading.problems if p.cell == variant.at]
    if any(p.grade == "error" for p in here):
        return "named" if variant.seen is None and not variant.must_ask else f"wrong: refused {here[0].found}"
    if any(p.kind in ("file", "sheet") for p in reading.problems):
        return "file" if variant.seen is None else f"wrong: refused {reading.problems[0].found}"
    asked = [p for p in here if p.grade in ("question", "warning")]
    if asked and variant.must_ask:
        return "asked" if asked[0].grade == "question" else f"wrong: warned only {asked[0].rule}"
    if variant.must_ask:
        return "wrong: not asked"
    if variant.seen is None:
        return "asked" if asked and variant.may_ask else f"wrong: accepted in silence {[p.found for p in reading.problems]}"
    letters, row = re.match(r"([A-Z]+)(\d+)", variant.at).groups()  # type: ignore[union-attr]
    column = {"G": "value", "H": "numerator", "P": "note_ja"}[letters]
    read = [r.fields[column] for r in reading.rows if r.sheet == F and r.row == int(row)]
    return "right" if read == [variant.seen] else f"wrong: read {read} for {variant.seen}"


def _here(function: Callable[..., Any], content: bytes, **asked: Any) -> Any:
    """Do in this process what ``apart`` does in another."""
    return function(content, **asked)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return make_store(Path(tmp_path_factory.mktemp("variants")))


def test_no_wrong_value_is_accepted_in_silence(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every variant is right, named, asked about, or refused as a file; the counts are printed by class."""
    every = variants()
    assert len(every) >= 2_000
    content = template(store)
    context: ReportContext = door.gather(store, BUREAU, PERIOD)
    monkeypatch.setattr(door, "gather", lambda *_: context)  # what is stored does not change between variants
    monkeypatch.setattr(door, "apart", _here)
    bench = Bench(store, content, list(dict.fromkeys((v.code, v.parent) for v in every)))
    counts: Counter[tuple[str, str]] = Counter()
    wrong = []
    books = workbooks(every)
    assert sum(map(len, books)) == len(every)
    for number, together in enumerate(books):
        outcomes = bench.outcomes(together)
        if number % 40 == 0:
            with monkeypatch.context() as as_always:
                as_always.setattr(door, "apart", apart)
                assert bench.outcomes(together) == outcomes
        for variant, outcome in zip(together, outcomes, strict=True):
            counts[variant.kind, outcome.split(":")[0]] += 1
            if outcome.startswith("wrong"):
                wrong.append((variant.kind, variant.at, variant.code, variant.cells[0][1][:80], outcome[:120]))
    with capsys.disabled():
        print(
            f"\n{len(every):,} variants in {len(books):,} workbooks: "
            + ", ".join(
                f"{o} {sum(n for (_, x), n in counts.items() if x == o):,}" for o in ("right", "named", "asked", "file", "wrong")
            )
        )
        for kind in dict.fromkeys(k for k, _ in counts):
            print(f"  {kind}: " + ", ".join(f"{outcome} {n}" for (k, outcome), n in counts.items() if k == kind))
    assert wrong == []
