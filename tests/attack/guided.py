"""Files made by atheris, which follows what the readers do with them: in one process, so that any exception ends it with its input.

python -m tests.attack.guided -runs=20000 -seed=1; other words are libFuzzer's own.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["loaders.files"]):
    from loaders.files.cells import Unreadable, read_date, read_number, read_period
    from loaders.files.opened import open_book, open_table
    from loaders.files.reach import reach_of
from tests.attack.files import list_as_workbook
from tests.attack.mutants import packed, unpacked

PARTS = unpacked(list_as_workbook())
NAMES = [
    "xl/worksheets/sheet1.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "[Content_Types].xml",
    "xl/_rels/workbook.xml.rels",
    "xl/sharedStrings.xml",
]
MAX_BYTES, MOST_CELLS = 1_000_000, 600_000


def one(data: bytes) -> None:
    """Read one file; its first byte says of which form it is."""
    if not data:
        return
    which, rest = data[0] % 10, data[1:]
    if which < 6:
        parts = [(name, rest if name == NAMES[which] else part) for name, part in PARTS]
        parts += [(NAMES[which], rest)] if NAMES[which] not in dict(PARTS) else []
        content = packed(parts)
        open_book(content, max_bytes=MAX_BYTES, most_cells=MOST_CELLS)
        open_table(content, max_bytes=MAX_BYTES)
    elif which == 6:
        open_table(rest, max_bytes=MAX_BYTES)
    elif which == 7:
        open_book(b"PK\x03\x04" + rest, max_bytes=MAX_BYTES, most_cells=MOST_CELLS)
    else:
        text = rest.decode("utf-8", "surrogatepass" if which == 8 else "replace") if which == 9 else rest.decode("utf-8", "replace")
        reach_of(text)
        for read in (read_number, read_date, read_period):
            try:
                read(text)
            except Unreadable:
                continue


def main() -> None:
    """Run, beginning with short sound inputs of each form."""
    with tempfile.TemporaryDirectory() as folder:
        held = dict(PARTS)
        chance = random.Random(1)
        for number, name in enumerate(NAMES):
            part = held.get(name, b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>a</t></si></sst>')
            short = part if len(part) < 4096 else part[:2000] + b"</row></sheetData></worksheet>"
            (Path(folder) / str(number)).write_bytes(bytes([number]) + short)
        (Path(folder) / "list").write_bytes(b"\x06code,value\na,1\n" + "令和4年度,1\n".encode("cp932"))
        (Path(folder) / "number").write_bytes(b"\x08" + "約4,098万枚".encode())
        (Path(folder) / "formula").write_bytes(b"\x08SUM('[a.xlsx]S'!A1,Table1[2022])" + bytes([chance.randrange(32, 90)]))
        atheris.Setup(
            [sys.argv[0], "-max_len=8192", "-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1", *sys.argv[1:], folder], one
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
