"""Checks of a file's bytes before parsing: size, real type, zip structure, unpacked size, macros, entities.

Unpacked sizes are measured by unpacking in small pieces, never taken from the sizes that the archive declares.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from kpis.message import Message
from loaders.files.parts import MAX_SHEETS
from loaders.files.problems import Problem

MAX_UNPACKED_BYTES = 300_000_000
MAX_PART_BYTES = 200_000_000
MAX_RATIO = 200
MAX_ENTRIES = 2_000
MAX_CELLS = 4_000_000
MAX_STRINGS = 400_000
_PIECE = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STORED, _DEFLATED = 0, 8
_LOCAL = struct.Struct("<4s5H3I2H")
_DESCRIPTOR, _END = 24, 22  # bytes after a part that was written without knowing its size; of the end of an archive

_SAVE = Message("remedy_save_as_xlsx")
_FORMS = Message("csv_or_xlsx")
_BOOK = Message("xlsx")
_DAMAGED = Message("workbook_damaged")
_AGAIN = Message("remedy_send_or_save_again")
# Meaning of part names; the first match is named.
_UNWANTED = (
    (re.compile(r"^EncryptedPackage$|^EncryptionInfo$"), Message("workbook_encrypted"), _BOOK,
     Message("remedy_without_password")),
    (re.compile(r"vbaProject\.bin$|vbaData\.xml$"), Message("workbook_macros"), Message("without_macros"), _SAVE),
    (re.compile(r"^xl/(macrosheets|dialogsheets)/"), Message("workbook_macro_sheets"), Message("without_macros"), _SAVE),
    (re.compile(r"^xl/(activeX|ctrlProps)/|^xl/embeddings/"), Message("workbook_embedded"),
     Message("without_embedded"),
     Message("remedy_delete_embedded")),
    (re.compile(r"^xl/workbook\.bin$"), Message("workbook_binary"), _BOOK, _SAVE),
    (re.compile(r"^word/document\.xml$"), Message("word_document"), _BOOK, _SAVE),
    (re.compile(r"^ppt/presentation\.xml$"), Message("powerpoint_document"), _BOOK, _SAVE),
)  # fmt: skip


class _Refused(Exception):
    def __init__(self, fault: Message, expected: Message, remedy: Message) -> None:
        super().__init__()
        self.problem = Problem("file", fault, expected, remedy)


def is_workbook(content: bytes) -> bool:
    """Return whether the bytes start like an .xlsx file (a zip archive)."""
    return content.startswith(b"PK\x03\x04")


def too_large(content: bytes, max_bytes: int) -> Problem | None:
    """Return the problem of a file above the size limit."""
    if len(content) <= max_bytes:
        return None
    return Problem(
        "file",
        Message("bytes_found", count=len(content)),
        Message("at_most_bytes", most=max_bytes),
        Message("remedy_remove_sheets"),
    )


def check_bytes(content: bytes, *, max_bytes: int, only_workbook: bool = False) -> list[Problem]:
    """Return the problems of a file's bytes; memory stays small whatever the file unpacks to.

    Args:
        content: the whole file.
        max_bytes: the largest size accepted.
        only_workbook: refuse text files as well.
    """
    if large := too_large(content, max_bytes):
        return [large]
    try:
        _check(content, only_workbook=only_workbook)
    except _Refused as refused:
        return [refused.problem]
    return []


def _check(content: bytes, *, only_workbook: bool) -> None:
    forms = _BOOK if only_workbook else _FORMS
    if not content:
        raise _Refused(Message("bytes_found", count=0), forms, Message("remedy_empty_file"))
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _Refused(Message("workbook_encrypted"), forms, Message("remedy_without_password"))
        raise _Refused(Message("workbook_old_format"), forms, _SAVE)
    if is_workbook(content):
        _check_zip(content, forms)
    elif not only_workbook and _is_utf16(content):
        raise _Refused(Message("encoding_utf16"), Message("utf8_or_sjis"), Message("remedy_save_as_csv_utf8"))
    elif content[:4] in (b"%PDF", b"\x89PNG", b"GIF8") or content[:2] in (b"\xff\xd8", b"PK") or b"\x00" in content:
        raise _Refused(Message("no_table"), forms, _SAVE)
    elif only_workbook:
        is_markup = content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"
        raise _Refused(Message("html_or_xml") if is_markup else Message("text_file"), forms, _SAVE)


def _is_utf16(content: bytes) -> bool:
    """Return whether bytes are UTF-16, as Excel's "Unicode text": by BOM, or by zero in each second byte of Latin letters."""
    head = content[:200]
    return head[:2] in (b"\xff\xfe", b"\xfe\xff") or any(
        head[at::2].count(0) * 4 > len(head) and not head[1 - at :: 2].count(0) for at in (0, 1)
    )


def _check_zip(content: bytes, forms: Message) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries, directory = archive.infolist(), archive.start_dir
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as error:
        raise _Refused(_DAMAGED, forms, _AGAIN) from error
    names = [entry.filename for entry in entries]
    if len(entries) > MAX_ENTRIES:
        raise _Refused(Message("parts_found", count=len(entries)), Message("at_most_parts", most=MAX_ENTRIES), _SAVE)
    if len({name.casefold() for name in names}) != len(names):
        raise _Refused(Message("zip_parts_of_one_name"), _BOOK, _SAVE)
    if any(
        name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") or not name.isprintable() for name in names
    ):
        raise _Refused(Message("zip_unlawful_name"), _BOOK, _SAVE)
    if any(entry.flag_bits & 1 for entry in entries):
        raise _Refused(Message("workbook_encrypted"), _BOOK, Message("remedy_without_password"))
    if "mimetype" in names and b"opendocument" in content[:200]:
        raise _Refused(Message("opendocument"), _BOOK, _SAVE)
    for pattern, fault, expected, remedy in _UNWANTED:
        if any(pattern.search(name) for name in names):
            raise _Refused(fault, expected, remedy)
    if "xl/workbook.xml" not in names:
        raise _Refused(Message("zip_no_xlsx"), forms, _SAVE)
    if sum(name.startswith("xl/worksheets/") and name.endswith(".xml") for name in names) > MAX_SHEETS:
        raise _Refused(Message("too_many_sheets"), Message("at_most_sheets", most=MAX_SHEETS), _SAVE)
    _refuse_beside(content, entries, directory)
    _measure(content, entries)


def _refuse_beside(content: bytes, entries: list[zipfile.ZipInfo], directory: int) -> None:
    """Refuse parts that overlap, and anything beside the parts listed: before, between and after them.

    Whoever reads an archive from its beginning, or takes the file for one of another kind, would see what this program does not.

    Args:
        directory: where the list of parts begins.
    """
    free_from = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        begins = _data_begins(content, entry)
        if entry.header_offset < free_from or begins + entry.compress_size > len(content):
            raise _Refused(Message("zip_parts_overlap"), _BOOK, _SAVE)
        if entry.header_offset - free_from > (_DESCRIPTOR if free_from else 0):
            raise _Refused(Message("zip_bytes_beside"), _BOOK, _SAVE)
        free_from = begins + entry.compress_size
    is_at_end = content[-_END : -_END + 4] == b"PK\x05\x06" and content[-2:] == b"\0\0"  # without a comment
    if directory - free_from > _DESCRIPTOR or not is_at_end:
        raise _Refused(Message("zip_bytes_beside"), _BOOK, _SAVE)


def _measure(content: bytes, entries: list[zipfile.ZipInfo]) -> None:
    """Unpack every part in pieces and count bytes, cells and shared strings; refuse document types."""
    total, cells, texts = 0, 0, 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        begins = _data_begins(content, entry)
        size, is_xml = 0, entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        tail = b""
        for piece in _pieces(content, begins, entry):
            size += len(piece)
            if size > MAX_PART_BYTES or total + size > min(MAX_UNPACKED_BYTES, MAX_RATIO * max(len(content), 100_000)):
                raise _Refused(
                    Message("bytes_unpacked", size=total + size),
                    Message("ordinary_workbook"), _SAVE,
                )  # fmt: skip
            if is_xml:
                is_first = size == len(piece) and not entry.filename.casefold().startswith(_OF_OTHERS)
                _refuse_entities(tail + piece, is_start=is_first)
                cells += piece.count(b"<c ") + piece.count(b":c ")
                texts += piece.count(b"<si>") + piece.count(b":si>") if "haredStrings" in entry.filename else 0
                tail = piece[-32:]
            if cells > MAX_CELLS:
                raise _Refused(Message("cells_found", count=cells), Message("at_most_cells", most=MAX_CELLS), _SAVE)
            if texts > MAX_STRINGS:
                raise _Refused(
                    Message("shared_strings_or_more", count=texts),
                    Message("at_most_shared_strings", most=MAX_STRINGS), _SAVE,
                )  # fmt: skip
        if size != entry.file_size:
            raise _Refused(_DAMAGED, _BOOK, _AGAIN)
        total += size


def _data_begins(content: bytes, entry: zipfile.ZipInfo) -> int:
    head = content[entry.header_offset : entry.header_offset + _LOCAL.size]
    if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
        raise _Refused(_DAMAGED, _BOOK, _AGAIN)
    header = _LOCAL.unpack(head)
    name_length: int = header[9]
    extra_length: int = header[10]
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
        raise _Refused(Message("compression_not_read"), _BOOK, _SAVE)
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
    if unpacker.unused_data:
        raise _Refused(Message("zip_bytes_beside"), _BOOK, _SAVE)


_OF_OTHERS = "customxml/"  # data of other programs, which no reader here takes figures from: Power Query writes them in UTF-16
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


def _refuse_entities(piece: bytes, *, is_start: bool) -> None:
    plain = piece.replace(b"\0", b"")  # in UTF-16 every other byte of these words is zero
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise _Refused(Message("xml_document_type"), Message("as_excel_writes"), _SAVE)
    if is_start and piece[:2] in _UTF_16:
        raise _Refused(Message("xml_not_utf8"), Message("as_excel_writes"), _SAVE)
