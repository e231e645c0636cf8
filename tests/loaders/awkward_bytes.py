"""Workbooks whose bytes, archive or XML are made to harm or mislead whoever opens them."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

from kpis.store.store import Store
from tests.loaders.filled import F, M, part_of, reparted

Build = Callable[[bytes, Store], bytes]


MARK = "_mieruka"


def of_bytes(data: bytes) -> Build:
    return lambda content, store: data


def zipped(*parts: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return out.getvalue()


def with_part(name: str, data: bytes) -> Build:
    return lambda content, store: reparted(content, lambda parts: parts.update({name: data}))


def in_part(name: str, old: bytes, new: bytes) -> Build:
    def build(content: bytes, store: Store) -> bytes:
        def change(parts: dict[str, bytes]) -> None:
            assert old in parts[name]
            parts[name] = parts[name].replace(old, new, 1)

        return reparted(content, change)

    return build


def in_sheet(sheet: str, change: Callable[[bytes], bytes]) -> Build:
    def build(content: bytes, store: Store) -> bytes:
        part = part_of(content, sheet)
        return reparted(content, lambda parts: parts.update({part: change(parts[part])}))

    return build


def cell_xml(sheet: str, address: str, xml: str) -> Build:
    """Put a cell's XML in place of what stands there."""

    def change(data: bytes) -> bytes:
        pattern = re.compile(rb'<c r="' + address.encode() + rb'"[^>]*?(/>|>.*?</c>)', re.S)
        assert pattern.search(data), address
        return pattern.sub(lambda _: xml.encode(), data, count=1)

    return in_sheet(sheet, change)


def zip_bomb(content: bytes, store: Store) -> bytes:
    part = part_of(content, F)
    return reparted(content, lambda parts: parts.update({part: parts[part] + b" " * 350_000_000}))


def lying_bomb(content: bytes, store: Store) -> bytes:
    """A part that says it is small and unpacks to 250 MB."""
    made = reparted(content, lambda parts: parts.update({"xl/theme/theme2.xml": b" " * 250_000_000}))
    true = struct.pack("<I", 250_000_000)
    assert made.count(true) >= 2
    return made.replace(true, struct.pack("<I", 1000))


def billion_laughs(content: bytes, store: Store) -> bytes:
    lines = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY l0 "lol">{lines}]>'.encode()

    def change(parts: dict[str, bytes]) -> None:
        xml = parts["xl/workbook.xml"]
        parts["xl/workbook.xml"] = head + xml[xml.index(b"<workbook") :].replace(b'name="', b'name="&l9;', 1)

    return reparted(content, change)


def overlapping(content: bytes, store: Store) -> bytes:
    """Two entries of the directory point into the same data, the trick of bombs without nesting."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
    first, second = sorted(infos, key=lambda i: i.header_offset)[:2]
    at = content.index(b"PK\x05\x06")
    begins = struct.unpack("<I", content[at + 16 : at + 20])[0]
    # Make the first entry's data reach into the second: its declared sizes grow.
    place = begins
    while content[place + 46 : place + 46 + len(first.filename)] != first.filename.encode():
        n, m, k = struct.unpack("<3H", content[place + 28 : place + 34])
        place += 46 + n + m + k
    grown = struct.pack("<I", second.header_offset - first.header_offset + second.compress_size)
    return content[: place + 20] + grown + content[place + 24 :]


SCRIPT = b"<html><script>new ActiveXObject('WScript.Shell')</script></html>"


def unlisted_part() -> bytes:
    """A part as it stands in an archive; whoever reads from the front finds it, though no list names it."""
    name = b"page.hta"
    head = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, zlib.crc32(SCRIPT), len(SCRIPT), len(SCRIPT), len(name), 0)
    return head + name + SCRIPT


def before_list(content: bytes, store: Store) -> bytes:
    at, part = content.rindex(b"PK\x05\x06"), unlisted_part()
    begins = struct.unpack("<I", content[at + 16 : at + 20])[0]
    return content[:begins] + part + content[begins : at + 16] + struct.pack("<I", begins + len(part)) + content[at + 20 :]


def streamed(content: bytes, store: Store) -> bytes:
    """As programs write it that send what they pack: sizes stand after each part."""

    class Line(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

        def seek(self, *_: int) -> int:
            raise OSError

    out = Line()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            with new.open(name, "w") as part:
                part.write(old.read(name))
    assert b"PK\x07\x08" in out.getvalue()
    return out.getvalue()


def doubled_part(content: bytes, store: Store) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    return zipped(*parts, ("xl/Workbook.xml", b"<x/>"))


def flagged_encrypted(content: bytes, store: Store) -> bytes:
    at = content.index(b"PK\x05\x06")
    begins = struct.unpack("<I", content[at + 16 : at + 20])[0]
    flags = struct.unpack("<H", content[begins + 8 : begins + 10])[0] | 1
    return content[: begins + 8] + struct.pack("<H", flags) + content[begins + 10 :]


def other_compression(content: bytes, store: Store) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return out.getvalue()


def spoilt_part(content: bytes, store: Store) -> bytes:
    """Bits flipped in the packed data of the largest part, as a bad disk does."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        info = max(archive.infolist(), key=lambda i: i.compress_size)
    middle = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    return content[:middle] + bytes(b ^ 0xFF for b in content[middle : middle + 40]) + content[middle + 40 :]


def million_strings(content: bytes, store: Store) -> bytes:
    strings = b"".join(b"<si><t>s%d</t></si>" % i for i in range(1_000_000))
    return with_part("xl/sharedStrings.xml", b"<sst>" + strings + b"</sst>")(content, store)


def five_million_cells(content: bytes, store: Store) -> bytes:
    row = b'<row><c s="0"/><c s="0"/><c s="0"/><c s="0"/><c s="0"/></row>' * 1_000_000
    # A picture that cannot be packed keeps the file from being refused as a bomb.
    made = with_part("xl/media/noise.png", random.Random(1).randbytes(600_000))(content, store)
    return in_sheet(M, lambda xml: xml.replace(b"</sheetData>", row + b"</sheetData>"))(made, store)


def linked_formula(content: bytes, store: Store) -> bytes:
    made = cell_xml(F, "H7", '<c r="H7"><f>[1]Sheet1!A1</f><v>990</v></c>')(content, store)
    return with_part("xl/externalLinks/externalLink1.xml", b"<externalLink/>")(made, store)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
