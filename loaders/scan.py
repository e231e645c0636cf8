"""What a reader of values does not tell of a workbook: formulas never calculated, error cells, merged cells, how far it reaches.

The sheets' own XML is searched directly, one sheet in memory at a time; addresses are Excel's own.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import join, normpath
from xml.etree import ElementTree

from loaders.flatfile import column_letters

MAX_AREA = 3_000_000  # cells of the smallest rectangle round all values of a sheet; a reader reserves memory for all of them
_P = rb"<(?:\w+:)?"
_FORMULA = re.compile(_P + rb"c\b([^>]*)>\s*<(?:\w+:)?f\b([^>]*?)(?:/>|>([^<]*)</(?:\w+:)?f>)\s*(<(?:\w+:)?v\b[^>/]*>[^<]|)", re.S)
_ERROR = re.compile(
    _P + rb'c\b([^>]*\bt="e"[^>]*)>(?:\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>))?\s*<(?:\w+:)?v\b[^>]*>([^<]*)<'
)
_MERGED = re.compile(_P + rb'mergeCell\b[^>]*?\bref="([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?"')
_ROW = re.compile(_P + rb'row\b[^>]*?\br="(\d+)"')
_FILLED = re.compile(_P + rb'c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')
_FAR_COLUMN = re.compile(rb'r="[A-Z]{3}\d')
_ADDRESS = re.compile(rb'\br="([A-Z]{1,3}\d{1,7})"')
_CELL = re.compile(_P + rb"c\b")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"


@dataclass(slots=True)
class SheetScan:
    """What was found in the XML of one sheet.

    Args:
        uncalculated: addresses of formulas without a cached value.
        linked: addresses of formulas that read another workbook.
        errors: address → error, as ``#REF!``.
        merged: (first column, first row, last column, last row), counted from 1.
        far_cell: the address that makes the sheet too large to read, or a blank.
    """

    name: str
    part: str
    uncalculated: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    far_cell: str = ""


def sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Return (sheet name, path in the archive) in the workbook's order.

    Raises:
        KeyError, ElementTree.ParseError: the workbook's own list of sheets is missing or damaged.
    """
    root = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): r.get("Target", "") for r in relations}
    found = []
    for sheet in root.iter():
        if sheet.tag not in (f"{_MAIN}sheet", f"{_STRICT}sheet"):
            continue
        relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        target = targets.get(relation, "")
        path = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        found.append((sheet.get("name", ""), path))
    return found


def scan(content: bytes) -> Iterator[SheetScan]:
    """Search each sheet of a workbook whose bytes were checked before."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name, part in sheet_parts(archive):
            if part in archive.NameToInfo and "worksheets" in part:
                yield _scan_sheet(name, part, archive.read(part))


def _scan_sheet(name: str, part: str, xml: bytes) -> SheetScan:
    found = SheetScan(name, part)
    # A plain search for a word is many times faster than a pattern, and most sheets hold none of these.
    if b"<f>" in xml or b"<f " in xml or b":f" in xml:
        for match in _FORMULA.finditer(xml):
            address = _address(match[1], xml, match.start())
            if re.search(rb"\[\d+\]", match[3] or b""):
                found.linked.append(address)
            is_text = b't="str"' in match[1]  # a calculated empty text has an empty value
            if not match[4] and not is_text:
                found.uncalculated.append(address)
    if b't="e"' in xml:
        found.errors = {_address(m[1], xml, m.start()): m[2].decode("utf-8", "replace") for m in _ERROR.finditer(xml)}
    for m in _MERGED.finditer(xml) if b"mergeCell " in xml else ():
        left, top = column_number(m[1].decode()), int(m[2])
        found.merged.append((left, top, column_number((m[3] or m[1]).decode()), int(m[4] or m[2])))
    found.far_cell = _far_cell(xml)
    return found


def _far_cell(xml: bytes) -> str:
    rows = [int(n) for n in _ROW.findall(xml)]
    if max(rows, default=0) * 702 <= MAX_AREA and not _FAR_COLUMN.search(xml):
        return ""
    last_row, last_column = (0, 0, ""), (0, 0, "")
    for letters, digits in _FILLED.findall(xml):
        row, column, address = int(digits), column_number(letters.decode()), (letters + digits).decode()
        last_row, last_column = max(last_row, (row, column, address)), max(last_column, (column, row, address))
    if last_row[0] * last_column[0] <= MAX_AREA:
        return ""
    return last_row[2] if last_row[0] > 100 * last_column[0] else last_column[2]


def _address(attributes: bytes, xml: bytes, at: int) -> str:
    match = _ADDRESS.search(attributes)
    if match is not None:
        return match[1].decode()
    # A writer may leave addresses out: the cell is then the next of its row, and the row the next of the sheet.
    start = max(xml.rfind(b"<row", 0, at), xml.rfind(b":row", 0, at))
    told = re.match(rb'[<:]row\b[^>]*?\br="(\d+)"', xml[start : xml.find(b">", start)])
    row = int(told[1]) if told else len(re.findall(rb"[<:]row\b", xml[:at]))
    before = len(_CELL.findall(xml, start, at))
    return f"{column_letters(before + 1)}{row}"


def column_number(letters: str) -> int:
    """Return the number of a column, counted from 1, from Excel's letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def split_address(address: str) -> tuple[str, int]:
    """Return the letters and the row of an address such as F12."""
    letters = address.rstrip("0123456789")
    return letters, int(address[len(letters) :])
