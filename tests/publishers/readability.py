"""The rules for machine-readable tables, each a check of its own, as far as a CSV file can keep or break them.

The items are those of e-Stat's 結果表における機械判読可能なデータ作成に関する表記方法 Ver. 1.2 (総務省統計局; it succeeds 統計表における機械判読可能な
データの表記方法の統一ルール of December 2020, which the Digital Agency's rules for administrative data follow): item 1, the chapter on
CSV (4-1 to 4-14), and of the chapter on Excel the one rule that a CSV can break too (2-6, no formulas: a spreadsheet runs them).
Merged cells and objects (2-3, 2-7) cannot occur in CSV. Item names as listed by the checkers that implement it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

NUMBER = re.compile(r"^-?\d+(\.\d+)?(e-?\d+)?$")
DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")
# Circled and Roman numerals, unit signs, half-width katakana, private use, control characters.
MACHINE_DEPENDENT = re.compile(r"[①-⑳⓪-⓿Ⅰ-ⅿ㈱-㊿㋀-㍘㍉-㏿\uff61-\uff9f\ue000-\uf8ff\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]")
ERA_ONLY = re.compile(r"^(令和|平成|昭和|[RHS])\s?\d")
DITTO = {"〃", "同上", "々", "″", '"'}
SYMBOLS = {"-", "―", "…", "***", "x", "X", "NA", "N/A", "－", "▲", "△"}
VERSIONS = {"strategy_version", "version_code"}  # X is the code of a version, not a blank
ONE_EACH = {"status": "[;、,]", "kind": "[;、,]", "payment_method": "[;、,]", "municipality_ja": "[・;、,]", "所在地_市区町村": "[・;、,]",
            "online_channel": "[;；、]"}  # fmt: skip


@dataclass
class Sheet:
    """One CSV file as a rule looks at it.

    Args:
        content: the bytes.
        fields: column → type, as the data package has it.
        key: columns that name a row.
        described: column → description; a number's unit is named there or in a unit column.
    """

    content: bytes
    fields: Mapping[str, str]
    key: tuple[str, ...]
    described: Mapping[str, str]
    rows: list[list[str]] = field(default_factory=list)
    error: str = ""

    def __post_init__(self) -> None:
        try:
            text = self.content.decode("utf-8-sig")
            self.rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            self.error = str(error)

    @property
    def header(self) -> list[str]:
        """Return the first row."""
        return self.rows[0] if self.rows else []

    def named(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield number and cells by column name of every whole row."""
        for number, row in enumerate(self.rows[1:], start=2):
            if len(row) == len(self.header):
                yield number, dict(zip(self.header, row, strict=True))

    def cells(self) -> Iterator[tuple[int, str, str, str]]:
        """Yield row number, column, type and text of every cell that is not blank."""
        for number, row in self.named():
            for name, cell in row.items():
                if cell:
                    yield number, name, self.fields.get(name, "string"), cell


Found = Iterator[str]
RULES: dict[str, tuple[str, Callable[[Sheet], Found]]] = {}


def rule(item: str, words: str) -> Callable[[Callable[[Sheet], Found]], Callable[[Sheet], Found]]:
    """Register a check under its item."""

    def kept(check: Callable[[Sheet], Found]) -> Callable[[Sheet], Found]:
        RULES[item] = (words, check)
        return check

    return kept


def findings(content: bytes, fields: Mapping[str, str], *, key: tuple[str, ...] = (), described: Mapping[str, str]) -> list[str]:
    """Return every breach of the rules in one CSV file, each beginning with its item; arguments as in ``Sheet``."""
    sheet = Sheet(content, fields, key, described)
    checks = RULES.items() if not sheet.error else [("1", RULES["1"])]
    return [f"{item} {found}" for item, (_, check) in checks for found in check(sheet)]


@rule("1", "ファイル形式は Excel か CSV となっているか")
def is_csv(sheet: Sheet) -> Found:
    if not sheet.content.startswith(b"\xef\xbb\xbf"):
        yield "not UTF-8 with BOM"
    if sheet.error:
        yield f"not readable as CSV: {sheet.error}"


@rule("2-6", "数式を使用している場合は、数値データに修正しているか")
def no_formula(sheet: Sheet) -> Found:
    for number, name, kind, cell in sheet.cells():
        if re.match(r"[=+@\t\r＝＋＠]|-(?!\d)", cell) or (cell[0] == "-" and kind == "string"):
            yield f"row {number}, {name} would run: {cell[:40]!r}"


@rule("4-1", "変数行から始まり、次行からデータ入力がされているか")
def begins_with_its_header(sheet: Sheet) -> Found:
    if sheet.header != list(sheet.fields):
        yield f"the first row is not the header: {sheet.header[:6]}"


@rule("4-2", "1フィールド1データとなっているか")
def one_datum_per_field(sheet: Sheet) -> Found:
    for number, name, _, cell in sheet.cells():
        marks = "[;、,]" if name.endswith("_code") else ONE_EACH.get(name)
        if (marks and re.search(marks, cell)) or re.fullmatch(r"-?[\d,.]+\s*[((]-?[\d,.]+[))]", cell):
            yield f"row {number}, {name} holds several: {cell[:40]!r}"


@rule("4-3", "数値データは数値属性とし、文字列を含まないこと")
def numbers_are_numbers(sheet: Sheet) -> Found:
    for number, name, kind, cell in sheet.cells():
        if kind in ("number", "integer") and not NUMBER.match(cell) and cell not in SYMBOLS:
            yield f"row {number}, {name} is no number: {cell[:40]!r}"
        if kind == "boolean" and cell not in ("true", "false"):
            yield f"row {number}, {name} is no truth value: {cell[:40]!r}"


@rule("4-4", "スペースを使っていないか")
def no_layout_by_spaces(sheet: Sheet) -> Found:
    for number, name, _, cell in sheet.cells():
        if "\n" in cell or "\r" in cell or cell != cell.strip() or "  " in cell or "\u3000" in cell:
            yield f"row {number}, {name} is laid out by spaces or line breaks: {cell[:40]!r}"


@rule("4-5", "1行1データで表現されているか")
def one_datum_per_row(sheet: Sheet) -> Found:
    seen = set()
    for number, row in enumerate(sheet.rows[1:], start=2):
        if len(row) != len(sheet.header):
            yield f"row {number} has {len(row)} cells, the header {len(sheet.header)}"
    for number, named in sheet.named():
        mine = tuple(named.get(k, "") for k in sheet.key)
        if mine and mine in seen:
            yield f"row {number} repeats {mine}"
        seen.add(mine)


@rule("4-6", "項目名等を省略していないか")
def nothing_is_left_out(sheet: Sheet) -> Found:
    if len(set(sheet.header)) != len(sheet.header) or not all(h.strip() for h in sheet.header):
        yield f"the header repeats a name or leaves one out: {sheet.header[:6]}"
    for number, named in sheet.named():
        if any(named.values()):
            yield from (f"row {number} leaves {k} out" for k in sheet.key if not named.get(k))
        yield from (f"row {number}, {name} says 'as above': {cell!r}" for name, cell in named.items() if cell in DITTO)


@rule("4-7", "データの単位を記載しているか")
def every_number_has_a_unit(sheet: Sheet) -> Found:
    units = {"unit_ja", "unit_en"} & set(sheet.header)
    for name, kind in sheet.fields.items():
        if kind == "number" and not units and not re.search(r"[((].+[))]", sheet.described.get(name, "")):
            yield f"{name} has no unit"


@rule("4-8", "機種依存文字を使用していないか")
def no_machine_dependent_character(sheet: Sheet) -> Found:
    for number, name, _, cell in sheet.cells():
        if found := MACHINE_DEPENDENT.search(cell):
            yield f"row {number}, {name}: {found.group()!r} in {cell[:40]!r}"


@rule("4-9", "e-Stat の時間軸コードの表記、西暦表記又は和暦に西暦の併記がされているか")
def time_is_of_the_common_era(sheet: Sheet) -> Found:
    for number, name, kind, cell in sheet.cells():
        if kind == "date" and not DAY.match(cell):
            yield f"row {number}, {name} is no day of the common era: {cell!r}"
        if kind == "datetime" and not INSTANT.match(cell):
            yield f"row {number}, {name} is no instant of the common era: {cell!r}"
        if (name.endswith("period") or name == "period_code") and ERA_ONLY.match(cell) and not re.search(r"\d{4}", cell):
            yield f"row {number}, {name} is an era year alone: {cell!r}"


@rule("4-10", "地域コード又は地域名称が表記されているか")
def places_have_a_code_or_their_whole_name(sheet: Sheet) -> Found:
    for number, name, _, cell in sheet.cells():
        if name in ("municipality_ja", "所在地_市区町村") and not re.search(r"[市区町村]$", cell):
            yield f"row {number}, {name} is not the whole name of a place: {cell!r}"
        if "全国地方公共団体コード" in name and not re.fullmatch(r"\d{6}", cell):
            yield f"row {number}, {name} is no code of six digits: {cell!r}"


@rule("4-11", "数値データの同一列内に特殊記号(秘匿等)が含まれる場合")
def no_symbol_among_numbers(sheet: Sheet) -> Found:
    for number, name, kind, cell in sheet.cells():
        if cell in SYMBOLS and kind != "string":
            yield f"row {number}, {name} holds a symbol: {cell!r}"
        if cell in SYMBOLS and kind == "string" and name not in VERSIONS:
            yield f"row {number}, {name} holds a symbol instead of a blank: {cell!r}"


@rule("4-12", "各フィールドの値をダブルコーテーションで囲んでいるか")
def every_field_is_quoted(sheet: Sheet) -> Found:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerows(sheet.rows)
    if out.getvalue().encode() != sheet.content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"):
        yield "not every field stands in double quotes"


@rule("4-13", "データが分断されていないか")
def no_blank_row_splits_it(sheet: Sheet) -> Found:
    for number, row in enumerate(sheet.rows[1:], start=2):
        if not any(row):
            yield f"row {number} is blank and splits the table"


@rule("4-14", "1ファイル内に変数とデータのセットが複数掲載されていないか")
def one_table_per_file(sheet: Sheet) -> Found:
    names = set(sheet.header)
    for number, row in enumerate(sheet.rows[1:], start=2):
        if len(names & set(row)) > len(names) / 2:
            yield f"row {number} is a header again: a second table begins"
