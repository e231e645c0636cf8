"""Files made by atheris, which follows what the readers do with them.

python -m tests.attack.guided files|texts TOLD -runs=20000 -seed=1; TOLD is a file of ``tests.attack.told``, other words are libFuzzer's own.

Each different file is read twice: as the product reads it, in a child with its limits, which says what a child takes; then, unless the child
was stopped, in this process, where atheris sees which way the reader goes, and where any exception ends it with its input. ``texts`` are no
files, but what the readers of addresses, numbers, dates and periods get: a run of its own, counted apart.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["loaders.files"]):
    from loaders.files.cells import Unreadable, read_date, read_number, read_period
    from loaders.files.opened import open_book, open_table
    from loaders.files.reach import reach_of
from loaders.files.apart import measured  # not followed: which way it goes depends on the clock
from tests.attack.files import list_as_workbook
from tests.attack.mutants import packed, unpacked
from tests.attack.told import Told, mapped
from tests.attack.watch import watched

PARTS = unpacked(list_as_workbook())
NAMES = [
    "xl/worksheets/sheet1.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
    "[Content_Types].xml",
    "xl/_rels/workbook.xml.rels",
    "xl/sharedStrings.xml",
]
BOOK, TABLE = {"max_bytes": 1_000_000, "most_cells": 600_000}, {"max_bytes": 1_000_000}
Reading = tuple[Callable[..., Any], dict[str, int]]


class Attack:
    """One run of atheris, and what it tells."""

    def __init__(self, told: Told, place: Path) -> None:
        self.told, self.place, self.seen = told, mapped(place), set[bytes]()

    def one_file(self, data: bytes) -> None:
        """Read one file; its first byte says of which form it is."""
        if not data:
            return
        which, rest = data[0] % (len(NAMES) + 2), data[1:]
        if which < len(NAMES):
            parts = [(name, rest if name == NAMES[which] else part) for name, part in PARTS]
            parts += [(NAMES[which], rest)] if NAMES[which] not in dict(PARTS) else []
            self.file(packed(parts), (open_book, BOOK), (open_table, TABLE))
        elif which == len(NAMES):
            self.file(rest, (open_table, TABLE))
        else:
            self.file(b"PK\x03\x04" + rest, (open_book, BOOK))
        self.told.write(self.place)

    def one_text(self, data: bytes) -> None:
        """Read a text as an address, a number, a date and a period."""
        text = data.decode("utf-8", "replace")
        reach_of(text)
        for read in (read_number, read_date, read_period):
            try:
                read(text)
            except Unreadable:
                continue
        self.told.texts += 1
        self.told.write(self.place)

    def file(self, content: bytes, *readings: Reading) -> None:
        """Read a file in every way it may be read, first in a child; a file that came before is read in this process alone."""
        if is_new := content not in self.seen:
            self.seen.add(content)
        ended = set()
        for function, limits in readings:
            if is_new:
                read = measured(function, content, **limits)
                assert not read.is_fault, read.stopped
                ended.add("stopped" if read.stopped else "problems" if read.answer[-1] else "rows")
                if read.stopped:
                    continue
            function(content, **limits)
        if is_new:
            self.told.files += 1
            end = next(word for word in ("stopped", "problems", "rows") if word in ended)
            setattr(self.told, end, getattr(self.told, end) + 1)


def begun_with() -> dict[str, list[bytes]]:
    """Return short sound inputs, of each form of a file, and of texts."""
    held, files = dict(PARTS), []
    for number, name in enumerate(NAMES):
        part = held.get(name, b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>a</t></si></sst>')
        files.append(bytes([number]) + (part if len(part) < 4096 else part[:2000] + b"</row></sheetData></worksheet>"))
    files.append(bytes([len(NAMES)]) + b"code,value\na,1\n" + "令和4年度,1\n".encode("cp932"))
    texts = ["約4,098万枚", "SUM('[a.xlsx]S'!A1,Table1[2022])", "令和4年3月末", "FY2022-Q3"]
    return {"files": files, "texts": [text.encode() for text in texts]}


def main() -> None:
    """Run, beginning with short sound inputs."""
    what, place, words = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    with tempfile.TemporaryDirectory() as folder, watched() as cost:
        for number, content in enumerate(begun_with()[what]):
            (Path(folder) / str(number)).write_bytes(content)
        attack = Attack(Told(cost=cost), place)
        bounds = ["-max_len=8192", "-timeout=120", "-rss_limit_mb=1024"]  # of this process; what a child takes is judged elsewhere
        one = {"files": attack.one_file, "texts": attack.one_text}[what]
        atheris.Setup([sys.argv[0], *bounds, *words, folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
