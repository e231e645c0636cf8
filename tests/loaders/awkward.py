"""Awkward workbooks, each a named case made by a small function: what is wrong with it, and where.

``REFUSED`` cases name every problem as (kind, sheet, cell); ``ACCEPTED`` cases read without an error and must give the
same rows as the soundly filled workbook, apart from the fields they name.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook

from kpis.settings import settings
from kpis.store.store import Store
from loaders.workbook.identity import make_mark, read_mark, record_issue
from tests.loaders.awkward_bytes import (
    MARK,
    OLE,
    SCRIPT,
    Build,
    before_list,
    billion_laughs,
    cell_xml,
    doubled_part,
    five_million_cells,
    flagged_encrypted,
    in_part,
    in_sheet,
    linked_formula,
    lying_bomb,
    million_strings,
    of_bytes,
    other_compression,
    overlapping,
    spoilt_part,
    streamed,
    unlisted_part,
    with_part,
    zip_bomb,
    zipped,
)
from tests.loaders.filled import F, M, P, S, edited, part_of, reparted, rewrite, rows_of, template, with_cells


@dataclass(frozen=True)
class Case:
    """One awkward workbook: how it is made, and every problem it must have as (kind, sheet, cell)."""

    build: Build
    problems: tuple[tuple[str, str, str], ...]
    found: str = ""  # words that the first problem must say
    asked: dict[str, Any] = field(default_factory=dict)  # arguments of read_workbook
    expected: str = ""  # words that it must say is expected


def _cells(sheet: str, cells: dict[str, Any]) -> Build:
    return lambda content, store: with_cells(content, sheet, cells)


def _book(change: Callable[[Workbook], None]) -> Build:
    return lambda content, store: edited(content, change)


# Bytes -----------------------------------------------------------------------------------------------------------------


# The mark --------------------------------------------------------------------------------------------------------------


def _set_mark(row: int, value: str) -> Build:
    return _book(lambda book: book[MARK].cell(row, 2, value) and None)


def unrecognisable(book: Workbook) -> None:
    """Delete the mark, and from every sheet the codes of the bureau: nothing says whose it is."""
    book.remove(book[MARK])
    for sheet in book.worksheets:
        for column in sheet.iter_cols():
            if str(column[0].value).startswith("局コード"):
                for cell in column[1:]:
                    cell.value = None


def forged_for_another_bureau(content: bytes, store: Store) -> bytes:
    """A mark made up with a fitting checksum: what somebody with the source code could do."""

    def change(book: Workbook) -> None:
        sheet = book[MARK]
        rows = rows_of(sheet)
        found = read_mark([["" if v is None else v for v in row] for row in rows])
        assert found is not None
        listed = [(*key, str(v)) for key, v in found[1].items()]
        mark = make_mark(layout_version=found[0].layout_version, bureau_code="POLICE", period_code=found[0].period_code,
                         issued_at=found[0].issued_at, revision=found[0].revision, vintages=listed)  # fmt: skip
        sheet["B2"], sheet["B4"] = mark.template_id, "POLICE"

    return edited(content, change)


def of_an_old_layout(content: bytes, store: Store) -> bytes:
    def change(book: Workbook) -> None:
        sheet = book[MARK]
        found = read_mark([["" if v is None else v for v in row] for row in rows_of(sheet)])
        assert found is not None
        listed = [(*key, str(v)) for key, v in found[1].items()]
        mark = make_mark(layout_version="2019-9", bureau_code=found[0].bureau_code, period_code=found[0].period_code,
                         issued_at=found[0].issued_at, revision=found[0].revision, vintages=listed)  # fmt: skip
        record_issue(store, mark, actor="test")
        sheet["B2"], sheet["B3"] = mark.template_id, "2019-9"

    return edited(content, change)


# Sheets, headings, rows ------------------------------------------------------------------------------------------------


def copied_row(content: bytes, store: Store) -> bytes:
    def change(book: Workbook) -> None:
        for cell in book[F][7]:
            book[F].cell(15, cell.column).value = cell.value

    return edited(content, change)


def pasted_from_another_bureau(content: bytes, store: Store) -> bytes:
    other = openpyxl.load_workbook(io.BytesIO(template(store, "POLICE")))[F]

    def change(book: Workbook) -> None:
        for row in (7, 8):
            for cell in other[row]:
                book[F].cell(row, cell.column).value = cell.value
            book[F].cell(row, 8).value, book[F].cell(row, 9).value = 5, 10

    return edited(content, change)


def _drop_column(sheet: str, letter: str) -> Build:
    def change(book: Workbook) -> None:
        rows, at = rows_of(book[sheet]), openpyxl.utils.column_index_from_string(letter) - 1
        rewrite(book[sheet], [row[:at] + row[at + 1 :] for row in rows])

    return _book(change)


def double_heading(book: Workbook) -> None:
    book[F].cell(1, 24).value = book[F]["H1"].value


_FILE = (("file", "", ""),)

REFUSED: dict[str, Case] = {
    "an empty file": Case(of_bytes(b""), _FILE, "0 bytes"),
    "a CSV named .xlsx": Case(of_bytes("指標コード,値\nfax,1\n".encode()), _FILE, "CSV"),
    "an HTML table named .xlsx": Case(of_bytes(b"<html><table><tr><td>1</td></tr></table></html>"), _FILE, "HTML"),
    "an .xls named .xlsx": Case(of_bytes(OLE + bytes(504) + "Workbook".encode("utf-16-le")), _FILE, ".xls"),
    "an encrypted workbook": Case(of_bytes(OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le")), _FILE, "encrypted"),
    "an .xlsb named .xlsx": Case(of_bytes(zipped(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.bin", b"\x83\x01"))), _FILE, ".xlsb"),
    "an .ods named .xlsx": Case(of_bytes(zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<x/>"))), _FILE, "zip"),
    "a Word document named .xlsx": Case(of_bytes(zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<x/>"))), _FILE, "Word"),
    "a PDF named .xlsx": Case(of_bytes(b"%PDF-1.7\n" + bytes(99)), _FILE, "not a table"),
    "a picture named .xlsx": Case(of_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99)), _FILE, "not a table"),
    "another zip named .xlsx": Case(of_bytes(zipped(("readme.txt", b"hello"))), _FILE, "no .xlsx"),
    "a file above the size limit": Case(lambda content, store: content + bytes(settings().max_upload_bytes), _FILE, "bytes"),
    "a truncated zip": Case(lambda content, store: content[: len(content) * 2 // 3], _FILE, "damaged"),
    "a zip with spoilt bits": Case(spoilt_part, _FILE, "damaged"),
    "a zip bomb": Case(zip_bomb, _FILE, "unpacked"),
    "a zip bomb that lies about its size": Case(lying_bomb, _FILE, "unpacked"),
    "a billion laughs": Case(billion_laughs, _FILE, "document type"),
    "a document type in the shared texts": Case(with_part("xl/sharedStrings.xml", b'<!DOCTYPE sst SYSTEM "file:///etc/passwd"><sst/>'), _FILE, "document type"),
    "XML in UTF-16": Case(lambda content, store: reparted(content, lambda p: p.update({"xl/workbook.xml": p["xl/workbook.xml"].decode().encode("utf-16")})), _FILE, "UTF-8"),
    "a workbook with macros": Case(with_part("xl/vbaProject.bin", OLE), _FILE, "macro"),
    "a workbook with an Excel 4 macro sheet": Case(with_part("xl/macrosheets/sheet1.xml", b"<x/>"), _FILE, "macro"),
    "a workbook with an ActiveX button": Case(with_part("xl/activeX/activeX1.bin", b"\x00"), _FILE, "embedded"),
    "a workbook with an embedded file": Case(with_part("xl/embeddings/oleObject1.bin", OLE), _FILE, "embedded"),
    "a link to another workbook in a figure": Case(linked_formula, (("formula", F, "H7"),), "another workbook"),
    "a link to another workbook that no cell uses": Case(with_part("xl/externalLinks/externalLink1.xml", b"<externalLink/>"), _FILE, "links"),
    "two parts of one name": Case(doubled_part, _FILE, "one name"),
    "a part that climbs out of the archive": Case(with_part("xl/../../evil.xml", b"<x/>"), _FILE, "unlawful"),
    "overlapping parts": Case(overlapping, _FILE, "overlap"),
    "a part that the list does not name before the others": Case(lambda content, store: unlisted_part() + content, _FILE, "beside the parts"),
    "another archive before this one": Case(lambda content, store: content + content, _FILE, "beside the parts"),
    "a part that the list does not name after the others": Case(before_list, _FILE, "beside the parts"),
    "a program after the end": Case(lambda content, store: content + SCRIPT, _FILE, "beside the parts"),
    "a program as the comment of the archive": Case(
        lambda content, store: content[:-2] + struct.pack("<H", len(SCRIPT)) + SCRIPT, _FILE, "beside the parts"
    ),
    "parts locked by a zip password": Case(flagged_encrypted, _FILE, "encrypted"),
    "parts packed by bzip2": Case(other_compression, _FILE, "compression"),
    "two thousand parts": Case(lambda content, store: reparted(content, lambda p: p.update({f"xl/media/{i}.png": b"x" for i in range(2000)})), _FILE, "parts"),
    "a hundred and more sheets": Case(lambda content, store: reparted(content, lambda p: p.update({f"xl/worksheets/extra{i}.xml": b"<x/>" for i in range(100)})), _FILE, "sheets"),
    "a million shared texts": Case(million_strings, _FILE, "shared strings"),
    "five million cells": Case(five_million_cells, _FILE, "cells"),
    "a list of sheets that is no XML": Case(with_part("xl/workbook.xml", b"<workbook><sheets></workbook>"), _FILE),
    "a sheet that breaks off": Case(in_sheet(F, lambda xml: xml[: xml.index(b'<c r="H8"') + 12]), (("file", F, ""),)),
    "a value in the last row of the sheet": Case(in_sheet(P, lambda xml: xml.replace(b"</sheetData>", b'<row r="1048576"><c r="Z1048576"><v>5</v></c></row></sheetData>')), (("sheet", P, "Z1048576"),)),
    "the mark and every code of the bureau deleted": Case(_book(unrecognisable), (("mark", "", ""),), "no mark"),
    "the mark copied": Case(_book(lambda book: setattr(book.copy_worksheet(book[MARK]), "title", "copy")), (("mark", "", ""),), "2"),
    "the bureau changed in the mark": Case(_set_mark(4, "POLICE"), (("mark", "", ""),), "changed"),
    "a vintage changed in the mark": Case(_book(lambda book: book[MARK].cell(9, 3, "99") and None), (("mark", "", ""),), "changed"),
    "a forged template for another bureau": Case(forged_for_another_bureau, (("mark", "", ""),)),
    "a template of an old layout": Case(of_an_old_layout, (("mark", "", ""),), "2019-9"),
    "the template of another bureau": Case(lambda content, store: content, (("mark", "", ""),), "建設局", {"bureau_code": "POLICE"}),
    "the template of another period": Case(lambda content, store: content, (("mark", "", ""),), "令和4年度第3四半期", {"period_code": "FY2022-Q4"}),
    "a sheet missing": Case(_book(lambda book: book.remove(book[S])), (("sheet", S, ""),), "no such sheet"),
    "a sheet copied": Case(_book(lambda book: book.copy_worksheet(book[P]) and None), (("sheet", f"{P} Copy", "A1"),)),
    "the heading row deleted": Case(_book(lambda book: book[S].delete_rows(1)), (("header", S, "A1"),), "no heading row"),
    "a heading written over": Case(_cells(F, {"H1": "ぶんし"}), (("header", F, "H1"),), "ぶんし"),
    "a column deleted": Case(_drop_column(F, "I"), (("header", F, ""),), "no such column"),
    "a heading doubled": Case(_book(double_heading), (("header", F, "X1"),)),
    "a formula never calculated": Case(_cells(F, {"H7": "=495*2"}), (("formula", F, "H7"),), "without a result"),
    "a formula never calculated in a register": Case(_cells(S, {"O3": "=TODAY()"}), (("formula", S, "O3"),)),
    "a formula never calculated in an empty row": Case(_cells(P, {"L20": "=L2"}), (("formula", P, "L20"),)),
    "an error cell": Case(cell_xml(F, "H8", '<c r="H8" t="e"><v>#REF!</v></c>'), (("error_cell", F, "H8"),), "#REF!"),
    "an error from a formula": Case(cell_xml(F, "I9", '<c r="I9" t="e"><f>1/0</f><v>#DIV/0!</v></c>'), (("error_cell", F, "I9"),), "#DIV/0!"),
    "merged cells over inputs": Case(_book(lambda book: book[F].merge_cells("H7:H9")), (("merged", F, "H7"),), "H7:H9"),
    "merged cells across columns": Case(_book(lambda book: book[S].merge_cells("A4:C4")), (("merged", S, "A4"),)),
    "a figure twice": Case(copied_row, (("duplicate", F, "U15"),)),
    "a facility twice": Case(_cells(S, {"B5": "F001"}), (("duplicate", S, "B5"),), "F001"),
    "an indicator code unknown": Case(_cells(F, {"U7": "electronic_rate"}), (("unknown_code", F, "U7"),), "electronic_rate"),
    "an indicator code erased": Case(_cells(F, {"U7": None}), (("missing", F, "U7"),)),
    "a period changed": Case(_cells(F, {"V7": "2022-09"}), (("period", F, "V7"),), "2022-09"),
    "a period that is none": Case(_cells(F, {"V7": "先月"}), (("period", F, "V7"),), "先月"),
    "two bureaus mixed": Case(pasted_from_another_bureau, (("other_bureau", F, "T7"), ("other_bureau", F, "T8")), "POLICE"),
    "another bureau's procedure": Case(_cells(P, {"B2": "P002"}), (("other_bureau", P, "B2"),), "P002"),
    "another project's milestone": Case(_cells(M, {"B15": "CP2-M001", "A15": "横取り", "C15": "LP22", "E15": "Taken"}), (("other_bureau", M, "B15"),)),
    "a milestone for a project of others": Case(_cells(M, {"A15": "新規", "E15": "New", "C15": "LP01"}), (("unknown_code", M, "C15"),), "LP01"),
    "a milestone moved to another project": Case(_cells(M, {"C2": "LPX05"}), (("rule", M, "C2"),)),
    "a number in words": Case(_cells(F, {"H7": "九百九十"}), (("number", F, "H7"),), "九百九十"),
    "a count of a register that is about": Case(_cells(P, {"X2": "約1,000"}), (("number", P, "X2"),), "約1,000"),
    "a range for a number": Case(_cells(F, {"H7": "980-990"}), (("number", F, "H7"),)),
    "a thousands mark in the wrong place": Case(_cells(F, {"H7": "9,90"}), (("number", F, "H7"),)),
    "a dash for a number": Case(_cells(F, {"H7": "―"}), (("number", F, "H7"),)),
    "a negative count": Case(_cells(F, {"H7": -1}), (("number", F, "H7"),)),
    "a number in another unit": Case(_cells(F, {"G7": "99人"}), (("number", F, "G7"),)),
    "a number beyond measure": Case(_cells(F, {"H7": 1e16}), (("number", F, "H7"),)),
    "a date where a count belongs": Case(_cells(F, {"H7": date(2022, 12, 1)}), (("number", F, "H7"),)),
    "a truth where a count belongs": Case(_cells(F, {"H7": True}), (("number", F, "H7"),)),
    "a name longer than 500 characters": Case(_cells(P, {"A2": "道" * 501}), (("text", P, "A2"),)),
    "a text longer than 5,000 characters": Case(_cells(S, {"S2": "券" * 5_001}), (("text", S, "S2"),)),
    "a date where a text belongs": Case(_cells(P, {"K2": date(2022, 3, 1)}), (("text", P, "K2"),)),
    "a day that is not in the calendar": Case(_cells(P, {"N2": "令和4年2月30日"}), (("date", P, "N2"),)),
    "a day of an era that had ended": Case(_cells(P, {"N2": "平成32年4月1日"}), (("date", P, "N2"),)),
    "a day before any reform": Case(_cells(P, {"N2": 12}), (("date", P, "N2"),)),
    "a word that is not on the list": Case(_cells(P, {"L2": "だいたい完了"}), (("choice", P, "L2"),)),
    "a flag that is neither yes nor no": Case(_cells(F, {"M7": "たぶん"}), (("choice", F, "M7"),)),
    "a cell filled that the indicator does not use": Case(_cells(F, {"J7": 5}), (("rule", F, "J7"),)),
    "a numerator without its denominator": Case(_cells(F, {"I7": None}), (("missing", F, "I7"),)),
    "a stock left out, with a note only": Case(_cells(F, {"P10": "集計中"}), (("missing", F, "G10"),)),
    "a text left out": Case(_cells(F, {"L12": None, "P12": "備考だけ"}), (("missing", F, "L12"),)),
    "more done than there is": Case(_cells(F, {"H7": 1001}), (("number", F, "H7"),), "1,001 > 1,000"),
    "a negative stock": Case(_cells(F, {"G10": -3}), (("number", F, "G10"),)),
    "a number of too many digits": Case(_cells(F, {"G10": 1e20}), (("number", F, "G10"),), "100000000000000000000", expected="15"),
    "a reason without its class": Case(_cells(S, {"R2": "日", "U2": "確認した"}), (("reason", S, "T2"),)),
    "a latitude without its longitude": Case(_cells(S, {"G2": 35.7}), (("missing", S, "H2"),)),
    "a new procedure without its status": Case(_cells(P, {"L2": None}), (("missing", P, "L2"),)),
    "a new milestone with nothing but a name": Case(_cells(M, {"A15": "新規"}), (("missing", M, "E15"), ("missing", M, "C15"))),
    "a code with blanks and signs": Case(_cells(P, {"B2": "新規 #1"}), (("text", P, "B2"),)),
}  # fmt: skip


# What is read all the same ---------------------------------------------------------------------------------------------


def sorted_rows(book: Workbook) -> None:
    for name in (F, P, S, M):
        rows = rows_of(book[name])
        rewrite(book[name], [rows[0], *reversed(rows[1:])])


def hidden_and_filtered(book: Workbook) -> None:
    for row in range(2, 12):
        book[F].row_dimensions[row].hidden = True
    book[F].column_dimensions["H"].hidden = True
    book[F].auto_filter.add_filter_column(0, ["コピー用紙調達量"])


def moved_columns(book: Workbook) -> None:
    for name in (F, P, S, M):
        formats = [[cell.number_format for cell in row] for row in book[name].iter_rows()]
        rewrite(book[name], [list(reversed(row)) for row in rows_of(book[name])])
        for row, kept in zip(book[name].iter_rows(), formats, strict=True):
            for cell, number_format in zip(row, reversed(kept), strict=True):
                cell.number_format = number_format


def blank_rows(book: Workbook) -> None:
    rows = rows_of(book[F])
    width = len(rows[0])
    spread = [row for pair in zip(rows, [[None] * width] * len(rows), strict=True) for row in pair]
    rewrite(book[F], [["四半期報告(建設局)"], [], *spread])


def notes_outside(book: Workbook) -> None:
    book[F]["Y3"], book[F]["AA40"], book[F]["A30"] = "担当:内線12-345", "再確認", "※ 速報値を含む"
    book[S]["B60"] = "以上"
    book.create_sheet("メモ")["A1"] = "次回は5月"


def renamed_and_reordered(book: Workbook) -> None:
    book[F].title, book[P].title = "実績(確認済)", "手続 2"
    book.move_sheet(book["実績(確認済)"], 3)


def without_labels(book: Workbook) -> None:
    rows = rows_of(book[F])
    drop = {1, 2, 3, 4, 5, 18}
    rewrite(book[F], [[v for i, v in enumerate(row) if i not in drop] for row in rows])


def marks_in_codes(book: Workbook) -> None:
    for row in range(2, 15):
        book[F][f"U{row}"] = "\u200f" + str(book[F][f"U{row}"].value)[:3] + "\u200b" + str(book[F][f"U{row}"].value)[3:] + "\u202c "
        book[F][f"V{row}"] = "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in book[F][f"V{row}"].value)
    book[S]["B2"] = "Ｆ００１\ufeff"


def headings_retyped(book: Workbook) -> None:
    for cell in book[F][1]:
        cell.value = str(cell.value).split("\n")[0] + " "
    book[F]["H1"] = "分子（実績の数）"
    for cell in book[S][1]:
        cell.value = str(cell.value).split("\n")[1]


def empty_formatted_rows(content: bytes, store: Store) -> bytes:
    rows = b"".join(b'<row r="%d" s="1" customFormat="1" ht="15"/>' % i for i in range(200, 1_048_577))
    return in_sheet(F, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"))(content, store)


def in_1904(content: bytes, store: Store) -> bytes:
    """The Macintosh system: the same day is a number smaller by 1462."""
    made = _cells(P, {"N2": (date(2022, 12, 31) - date(1904, 1, 1)).days})(content, store)
    made = edited(made, lambda book: setattr(book[P]["N2"], "number_format", "General"))
    made = in_part("xl/workbook.xml", b"<workbookPr", b'<workbookPr date1904="1"')(made, store)

    def shift(parts: dict[str, bytes]) -> None:
        # The dates that were there already are written in the other system as Excel would.
        for sheet in (S, M):
            part = part_of(made, sheet)
            parts[part] = re.sub(
                rb'(<c r="[A-Z]+\d+" s="\d+"(?: t="n")?><v>)(4\d{4})(</v>)',
                lambda m: m[1] + b"%d" % (int(m[2]) - 1462) + m[3],
                parts[part],
            )

    return reparted(made, shift)


def prefixed_xml(content: bytes, store: Store) -> bytes:
    """Some writers put a prefix before every element."""

    def change(xml: bytes) -> bytes:
        xml = re.sub(rb"<(/?)(?=[A-Za-z])(?![a-z]+:)", rb"<\1x:", xml)
        return xml.replace(b"xmlns=", b"xmlns:x=", 1)

    made = _cells(F, {"H8": "=495*2"})(content, store)
    made = cell_xml(F, "H8", '<c r="H8"><f>495*2</f><v>990</v></c>')(made, store)
    return in_sheet(F, change)(made, store)


def without_addresses(content: bytes, store: Store) -> bytes:
    """Addresses may be left out: a cell is then the next of its row. Blank cells are written so that none is skipped."""
    return in_sheet(F, lambda xml: re.sub(rb'(<(?:c|row)\b[^>]*?) r="[A-Z]*\d+"', rb"\1", xml))(content, store)


ACCEPTED: dict[str, tuple[Build, dict[tuple[str, str], Any]]] = {
    # The reason of a correction is asked for afterwards, cell by cell: nothing that was typed is thrown away for it.
    "a correction without any reason": (_cells(F, {"Q3": None, "R3": None}), {}),
    "a correction without its reason in words": (_cells(F, {"R3": None}), {}),
    "an archive written without knowing sizes beforehand": (streamed, {}),
    "rows sorted": (_book(sorted_rows), {}),
    "rows filtered and hidden": (_book(hidden_and_filtered), {}),
    "columns moved": (_book(moved_columns), {}),
    "blank rows between and lines above the headings": (_book(blank_rows), {}),
    "stray notes": (_book(notes_outside), {}),
    "sheets renamed and reordered": (_book(renamed_and_reordered), {}),
    "label columns deleted": (_book(without_labels), {}),
    "headings retyped by hand": (_book(headings_retyped), {}),
    "right-to-left marks, zero-width blanks and full-width letters in codes": (_book(marks_in_codes), {}),
    "protection taken off": (_book(lambda book: [book[n].protection.disable() for n in (F, P, S, M)] and None), {}),
    "a million empty formatted rows": (empty_formatted_rows, {}),
    "every element with a prefix": (prefixed_xml, {}),
    "cells without addresses": (without_addresses, {}),
    "full-width digits": (_cells(F, {"H7": "９９０"}), {}),
    "thousands marks in a text": (_cells(F, {"I7": "1,000"}), {}),
    "a number with its counter": (_cells(F, {"I7": "1,000件"}), {}),
    "an approximate number in words": (_cells(F, {"H7": "約990"}), {("electronic_decision_rate", "is_approximate"): True}),
    "a zero": (_cells(F, {"H7": 0}), {("electronic_decision_rate", "numerator"): 0.0}),
    "a formula with its result": (cell_xml(F, "H7", '<c r="H7"><f>495*2</f><v>990</v></c>'), {}),
    "a shared formula with its result": (cell_xml(F, "H7", '<c r="H7"><f t="shared" si="0"/><v>990</v></c>'), {}),
    "a formula whose result is an empty text": (cell_xml(F, "P7", '<c r="P7" t="str"><f>""</f><v></v></c>'), {}),
    "an error cell outside the table": (_cells(F, {"Z3": "=1/0"}), {}),
    "an English word of a list": (_cells(P, {"L2": "Done"}), {}),
    "a code of a list": (_cells(P, {"L2": "done"}), {}),
    "a wareki date": (_cells(P, {"N2": "令和4年12月31日"}), {("", "digitised_date"): date(2022, 12, 31), ("", "digitised_precision"): "day"}),
    "a wareki date in full-width digits": (_cells(P, {"N2": "Ｒ４．１２．３１"}), {("", "digitised_date"): date(2022, 12, 31), ("", "digitised_precision"): "day"}),
    "a month for a date": (_cells(P, {"N2": "令和4年12月"}), {("", "digitised_date"): date(2022, 12, 31), ("", "digitised_precision"): "month"}),
    "a serial for a date": (_cells(P, {"N2": 44926}), {("", "digitised_date"): date(2022, 12, 31), ("", "digitised_precision"): "day"}),
    "a serial of the 1904 system": (in_1904, {("", "digitised_date"): date(2022, 12, 31), ("", "digitised_precision"): "day"}),
    "an untouched cell emptied": (_cells(S, {"A3": None, "N3": None}), {}),
}  # fmt: skip
