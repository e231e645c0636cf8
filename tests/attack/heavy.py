"""Workbooks that take all that a reader has: memory, time, room for its answer."""

from __future__ import annotations

import random

from tests.attack.files import list_as_workbook
from tests.attack.mutants import packed, unpacked

_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_TAIL = b"</sheetData></worksheet>"


def heavy() -> list[bytes]:
    """Return them; each is a few hundred kilobytes."""
    rows = b"".join(b"<row>" + b'<c t="str"><v>%07d</v></c>' % n * 20 + b"</row>" for n in range(60_000))
    wide = b"<row>" + b"<c><v>1</v></c>" * 16_000 + b"</row>"
    styled = b"<row>" + b'<c s="1"><v>0.5</v></c>' * 40 + b"</row>"
    return [_with_sheet(body) for body in (rows, wide * 150, styled * 40_000, b"<row><c><f>A1</f></c></row>" * 200_000)]


def _with_sheet(body: bytes) -> bytes:
    parts = [
        (name, _HEAD + body + _TAIL if name == "xl/worksheets/sheet1.xml" else part) for name, part in unpacked(list_as_workbook())
    ]
    noise = ("customXml/item1.xml", random.Random(1).randbytes(400_000))  # what cannot be packed: no bomb by its ratio
    return packed([*parts, noise])


def shared(content: bytes, sheet: str, text: str, *, rows: int, columns: int) -> bytes:
    """Return a workbook without shared texts with rows added to a sheet, whose every cell refers to one text."""
    office, kind = (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "application/vnd.openxmlformats-officedocument",
    )
    cells = ("<row>" + '<c t="s"><v>0</v></c>' * columns + "</row>") * rows
    added = {
        "[Content_Types].xml": ("</Types>", f'<Override PartName="/xl/s.xml" ContentType="{kind}.spreadsheetml.sharedStrings+xml"/>'),
        "xl/_rels/workbook.xml.rels": ("</Relationships>", f'<Relationship Id="rIdS" Type="{office}/sharedStrings" Target="s.xml"/>'),
        sheet: ("</sheetData>", cells),
    }  # fmt: skip
    parts = []
    for name, part in unpacked(content):
        end, more = added.get(name, ("", ""))
        parts.append((name, part.replace(end.encode(), (more + end).encode()) if end else part))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return packed([*parts, ("xl/s.xml", f'<sst xmlns="{space}"><si><t>{text}</t></si></sst>'.encode())])
