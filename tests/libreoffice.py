"""LibreOffice, as a person uses it: opens a workbook, types into cells, saves it as .xlsx. A macro of its own does the typing."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.shared import shared_folder

SOFFICE = shutil.which("soffice")
needs_libreoffice = pytest.mark.skipif(SOFFICE is None, reason="soffice is not installed (apt-get install libreoffice-calc)")
WAIT = 300  # seconds
_MACRO = """REM  *****  BASIC  *****
Sub TypeIn(Source As String, Target As String, Listed As String)
    Dim Hidden(0) As New com.sun.star.beans.PropertyValue
    Hidden(0).Name = "Hidden" : Hidden(0).Value = True
    Dim Book As Object, Cell As Object, Number As Integer, Told As String
    Book = StarDesktop.loadComponentFromURL(ConvertToURL(Source), "_blank", 0, Hidden())
    Number = FreeFile
    Open Listed For Input As #Number
    Do While Not EOF(Number)
        Line Input #Number, Told
        If Len(Told) > 0 Then
            Parts = Split(Told, Chr(9))
            Cell = Book.Sheets.getByName(Parts(0)).getCellRangeByName(Parts(1))
            If Parts(2) = "n" Then
                Cell.setValue(Val(Parts(3)))
            Else
                Cell.setString(Parts(3))
            End If
        End If
    Loop
    Close #Number
    Dim Saved(0) As New com.sun.star.beans.PropertyValue
    Saved(0).Name = "FilterName" : Saved(0).Value = "Calc MS Excel 2007 XML"
    Book.storeToURL(ConvertToURL(Target), Saved())
    Book.close(True)
End Sub
"""
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">{code}</script:module>
"""


@cache
def _soffice() -> tuple[str, ...]:
    """Return the command with a profile that all calls of this process share: making one is a start of its own."""
    assert SOFFICE is not None, "LibreOffice is not installed: apt-get install libreoffice-calc"
    profile = shared_folder() / "libreoffice"
    command = (SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nologo")
    # A first start makes the profile, with an empty module in its own library: ours takes its place.
    subprocess.run([*command, "--terminate_after_init"], check=True, capture_output=True, timeout=WAIT)
    module = profile / "user" / "basic" / "Standard" / "Module1.xba"
    assert module.is_file(), "LibreOffice made no profile"
    module.write_text(_MODULE.format(code=escape(_MACRO)), encoding="utf-8")
    return command


def fill(source: Path, target: Path, cells: Mapping[tuple[str, str], object]) -> None:
    """Type values into cells, (sheet, address) → value, and save a copy.

    Args:
        source: a workbook; it stays as it is.
        target: the copy, ``.xlsx``.
        cells: numbers are typed as numbers, everything else as text.
    """
    soffice = _soffice()
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for (sheet, address), value in cells.items():
            sort = "n" if isinstance(value, (int, float)) and not isinstance(value, bool) else "s"
            lines.append(f"{sheet}\t{address}\t{sort}\t{value}")
        listed = Path(folder) / "cells.txt"
        listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
        target.unlink(missing_ok=True)
        macro = f'macro:///Standard.Module1.TypeIn("{source}","{target}","{listed}")'
        subprocess.run([*soffice, macro], check=True, capture_output=True, timeout=WAIT)
        assert target.is_file(), "LibreOffice saved nothing"


def resaved(content: bytes, folder: Path) -> bytes:
    """Return the workbook as LibreOffice opens and saves it."""
    (folder / "in.xlsx").write_bytes(content)
    command = [*_soffice(), "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out"), str(folder / "in.xlsx")]
    subprocess.run(command, check=True, capture_output=True, timeout=WAIT)
    return (folder / "out" / "in.xlsx").read_bytes()
