"""Bytes checked before anything is parsed: size, real type, zip structure, what it unpacks to, macros, entities.

Unpacked sizes are measured by unpacking in small pieces, never taken from what the archive declares of itself.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from loaders.files.problems import Problem

MAX_UNPACKED_BYTES = 300_000_000
MAX_PART_BYTES = 200_000_000
MAX_RATIO = 200
MAX_ENTRIES = 2_000
MAX_SHEETS = 100
MAX_CELLS = 4_000_000
MAX_STRINGS = 400_000
_PIECE = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STORED, _DEFLATED = 0, 8
_LOCAL = struct.Struct("<4s5H3I2H")

_SAVE = ("Excelで「Excelブック(.xlsx)」として保存し直してください", "In Excel, save it again as an Excel workbook (.xlsx)")
_FORMS = ("CSVまたはExcelブック(.xlsx)", "a CSV file or an Excel workbook (.xlsx)")
_BOOK = ("Excelブック(.xlsx)", "an Excel workbook (.xlsx)")
_DAMAGED = "壊れたブック / a damaged workbook"
_AGAIN = ("送り直すか、Excelで開いて保存し直してください", "Send it again, or open and save it in Excel")
# What a part's name tells: the first that fits is named.
_UNWANTED = (
    (re.compile(r"^EncryptedPackage$|^EncryptionInfo$"), "パスワード付き / encrypted", _BOOK,
     ("パスワードを外して保存してください", "Save it without a password")),
    (re.compile(r"vbaProject\.bin$|vbaData\.xml$"), "マクロ付き / macros", ("マクロのないブック", "a workbook without macros"), _SAVE),
    (re.compile(r"^xl/(macrosheets|dialogsheets)/"), "マクロシート付き / macro sheets", ("マクロのないブック", "a workbook without macros"), _SAVE),
    (re.compile(r"^xl/(activeX|ctrlProps)/|^xl/embeddings/"), "埋め込みオブジェクト / embedded objects",
     ("埋め込みのないブック", "a workbook without embedded objects"),
     ("埋め込んだファイルやボタンを削除して保存してください", "Delete embedded files and buttons and save it")),
    (re.compile(r"^xl/workbook\.bin$"), "バイナリブック(.xlsb) / a binary workbook (.xlsb)", _BOOK, _SAVE),
    (re.compile(r"^word/document\.xml$"), "Word文書 / a Word document", _BOOK, _SAVE),
    (re.compile(r"^ppt/presentation\.xml$"), "PowerPoint文書 / a PowerPoint document", _BOOK, _SAVE),
)  # fmt: skip


class _Refused(Exception):
    def __init__(self, found: str, expected: tuple[str, str], remedy: tuple[str, str]) -> None:
        super().__init__(found)
        self.problem = Problem("file", found, *expected, *remedy)


def is_workbook(content: bytes) -> bool:
    """Say whether the bytes begin like an .xlsx file (a zip archive)."""
    return content.startswith(b"PK\x03\x04")


def check_bytes(content: bytes, *, max_bytes: int, only_workbook: bool = False) -> list[Problem]:
    """Return what is wrong with the bytes of a file; memory stays small whatever the file unpacks to.

    Args:
        content: the whole file.
        max_bytes: the largest size accepted.
        only_workbook: refuse text files as well.
    """
    try:
        _check(content, max_bytes=max_bytes, only_workbook=only_workbook)
    except _Refused as refused:
        return [refused.problem]
    return []


def _check(content: bytes, *, max_bytes: int, only_workbook: bool) -> None:
    forms = _BOOK if only_workbook else _FORMS
    if not content:
        raise _Refused(
            "0 bytes", forms, ("空のファイルです。元のファイルを確かめてください", "The file is empty; check the original")
        )
    if len(content) > max_bytes:
        remedy = ("不要なシートや図を除いて保存し直してください", "Remove sheets and pictures not needed and save it again")
        raise _Refused(f"{len(content):,} bytes", (f"{max_bytes:,} バイト以下", f"at most {max_bytes:,} bytes"), remedy)
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _Refused(
                "パスワード付き / encrypted", forms, ("パスワードを外して保存してください", "Save it without a password")
            )
        raise _Refused("旧形式(.xls等) / an old format such as .xls", forms, _SAVE)
    if is_workbook(content):
        _check_zip(content)
    elif content[:4] in (b"%PDF", b"\x89PNG", b"GIF8") or content[:2] in (b"\xff\xd8", b"PK") or b"\x00" in content[:4096]:
        raise _Refused("表ではないファイル / not a table", forms, _SAVE)
    elif only_workbook:
        is_markup = content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"
        raise _Refused(
            "HTMLまたはXML / HTML or XML" if is_markup else "CSVなどの文字のファイル / a text file such as CSV", forms, _SAVE
        )


def _check_zip(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as error:
        raise _Refused(_DAMAGED, _FORMS, _AGAIN) from error
    names = [entry.filename for entry in entries]
    if len(entries) > MAX_ENTRIES:
        raise _Refused(f"{len(entries):,} parts", (f"{MAX_ENTRIES:,}個以下の部品", f"at most {MAX_ENTRIES:,} parts"), _SAVE)
    if len({name.casefold() for name in names}) != len(names):
        raise _Refused("同じ名前の部品が二つあるzip / a zip with two parts of one name", _BOOK, _SAVE)
    if any(
        name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") or not name.isprintable() for name in names
    ):
        raise _Refused("不正な名前の部品があるzip / a zip with a part of an unlawful name", _BOOK, _SAVE)
    if any(entry.flag_bits & 1 for entry in entries):
        raise _Refused("パスワード付き / encrypted", _BOOK, ("パスワードを外して保存してください", "Save it without a password"))
    if "mimetype" in names and b"opendocument" in content[:200]:
        raise _Refused("OpenDocument(.ods等) / an OpenDocument file such as .ods", _BOOK, _SAVE)
    for pattern, found, expected, remedy in _UNWANTED:
        if any(pattern.search(name) for name in names):
            raise _Refused(found, expected, remedy)
    if "xl/workbook.xml" not in names:
        raise _Refused("Excelブックではないzip / a zip that is no .xlsx", _FORMS, _SAVE)
    if sum(name.startswith("xl/worksheets/") and name.endswith(".xml") for name in names) > MAX_SHEETS:
        raise _Refused("シートが多すぎます / too many sheets", (f"{MAX_SHEETS}枚以下", f"at most {MAX_SHEETS} sheets"), _SAVE)
    _measure(content, entries)


def _measure(content: bytes, entries: list[zipfile.ZipInfo]) -> None:
    """Unpack every part in pieces and count: bytes, cells, shared texts; refuse document types and overlapping parts."""
    total, cells, texts, free_from = 0, 0, 0, 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        begins = _data_begins(content, entry)
        if entry.header_offset < free_from or begins + entry.compress_size > len(content):
            raise _Refused("部品が重なり合うzip / a zip whose parts overlap", _BOOK, _SAVE)
        free_from = begins + entry.compress_size
        size, is_xml = 0, entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        tail = b""
        for piece in _pieces(content, begins, entry):
            size += len(piece)
            if size > MAX_PART_BYTES or total + size > min(MAX_UNPACKED_BYTES, MAX_RATIO * max(len(content), 100_000)):
                raise _Refused(
                    f"展開後 {total + size:,} bytes以上 / {total + size:,} bytes or more unpacked",
                    ("通常の大きさのブック", "a workbook of ordinary size"), _SAVE,
                )  # fmt: skip
            if is_xml:
                _refuse_entities(tail + piece, is_start=size == len(piece))
                cells += piece.count(b"<c ") + piece.count(b":c ")
                texts += piece.count(b"<si>") + piece.count(b":si>") if "haredStrings" in entry.filename else 0
                tail = piece[-16:]
            if cells > MAX_CELLS:
                raise _Refused(f"{cells:,} cells", (f"{MAX_CELLS:,}セル以下", f"at most {MAX_CELLS:,} cells"), _SAVE)
            if texts > MAX_STRINGS:
                raise _Refused(
                    f"文字列 {texts:,}個以上 / {texts:,} shared strings or more",
                    (f"文字列 {MAX_STRINGS:,}個以下", f"at most {MAX_STRINGS:,} shared strings"), _SAVE,
                )  # fmt: skip
        if size != entry.file_size:
            raise _Refused(_DAMAGED, _BOOK, _AGAIN)
        total += size


def _data_begins(content: bytes, entry: zipfile.ZipInfo) -> int:
    head = content[entry.header_offset : entry.header_offset + _LOCAL.size]
    if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
        raise _Refused(_DAMAGED, _BOOK, _AGAIN)
    told = _LOCAL.unpack(head)
    name_length: int = told[9]
    extra_length: int = told[10]
    name = content[entry.header_offset + _LOCAL.size :][:name_length] if name_length < 1000 else b""
    if name.decode("utf-8", "replace") != entry.orig_filename and name.decode("cp437", "replace") != entry.orig_filename:
        raise _Refused(_DAMAGED, _BOOK, _AGAIN)
    return entry.header_offset + _LOCAL.size + name_length + extra_length


def _pieces(content: bytes, begins: int, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    data = memoryview(content)[begins : begins + entry.compress_size]
    if entry.compress_type == _STORED:
        for at in range(0, len(data), _PIECE):
            yield bytes(data[at : at + _PIECE])
        return
    if entry.compress_type != _DEFLATED:
        raise _Refused("この方式で圧縮したブックは読めません / a compression that is not read", _BOOK, _SAVE)
    unpacker, rest = zlib.decompressobj(-15), bytes(data)
    try:
        while not unpacker.eof:
            piece = unpacker.decompress(rest, _PIECE)
            rest = unpacker.unconsumed_tail
            if not piece and not rest:
                break
            yield piece
    except zlib.error as error:
        raise _Refused(_DAMAGED, _BOOK, _AGAIN) from error
    if not unpacker.eof:
        raise _Refused(_DAMAGED, _BOOK, _AGAIN)


def _refuse_entities(piece: bytes, *, is_start: bool) -> None:
    if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
        raise _Refused(
            "文書型宣言のあるXML / XML with a document type", ("Excelが書いたままのブック", "a workbook as Excel writes it"), _SAVE
        )
    if is_start and piece[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _Refused(
            "UTF-8でないXML / XML that is not UTF-8", ("Excelが書いたままのブック", "a workbook as Excel writes it"), _SAVE
        )
