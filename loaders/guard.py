"""Bytes checked before anything is parsed: size, real type, zip structure, macros."""

from __future__ import annotations

import io
import zipfile

from loaders.report import Problem

MAX_UNPACKED_BYTES = 400_000_000
MAX_RATIO = 200
MAX_ENTRIES = 2_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _refuse(found: str, expected: tuple[str, str], remedy: tuple[str, str]) -> list[Problem]:
    return [Problem("file", found, *expected, *remedy)]


_SAVE = ("Excelで「Excelブック(.xlsx)」として保存し直してください", "In Excel, save it again as an Excel workbook (.xlsx)")
_FORMS = ("CSVまたはExcelブック(.xlsx)", "a CSV file or an Excel workbook (.xlsx)")


def is_workbook(content: bytes) -> bool:
    """Say whether the bytes begin like an .xlsx file (a zip archive)."""
    return content.startswith(b"PK\x03\x04")


def check_bytes(content: bytes, *, max_bytes: int, only_workbook: bool = False) -> list[Problem]:
    """Return what is wrong with the bytes of a file; nothing is unpacked beyond its directory.

    Args:
        content: the whole file.
        max_bytes: the largest size accepted.
    """
    if not content:
        return _refuse(
            "0 bytes", _FORMS, ("空のファイルです。元のファイルを確かめてください", "The file is empty; check the original")
        )
    if len(content) > max_bytes:
        return _refuse(
            f"{len(content):,} bytes", (f"{max_bytes:,} バイト以下", f"at most {max_bytes:,} bytes"),
            ("不要なシートや図を除いて保存し直してください", "Remove sheets and pictures not needed and save it again"),
        )  # fmt: skip
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            return _refuse(
                "パスワード付き / encrypted", _FORMS, ("パスワードを外して保存してください", "Save it without a password")
            )
        return _refuse("旧形式(.xls等) / an old format such as .xls", _FORMS, _SAVE)
    if is_workbook(content):
        return _check_zip(content)
    if content[:4] in (b"%PDF", b"\x89PNG", b"GIF8") or b"\x00" in content[:4096]:
        return _refuse("表ではないファイル / not a table", _FORMS, _SAVE)
    return []


def _check_zip(content: bytes) -> list[Problem]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        return _refuse(
            "壊れたブック / a damaged workbook",
            _FORMS,
            ("送り直すか、Excelで開いて保存し直してください", "Send it again, or open and save it in Excel"),
        )
    names = {entry.filename for entry in entries}
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * max(len(content), 100_000):
        return _refuse(f"展開後 {unpacked:,} bytes unpacked", ("通常の大きさのブック", "a workbook of ordinary size"), _SAVE)
    if any(name.endswith("vbaProject.bin") for name in names):
        return _refuse("マクロ付き / macros", ("マクロのないブック", "a workbook without macros"), _SAVE)
    if "xl/workbook.xml" not in names:
        found = "Excelブックではないzip / a zip that is no .xlsx"
        return _refuse(found, _FORMS, _SAVE)
    return []
