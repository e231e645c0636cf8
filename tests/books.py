"""Workbooks as tests hold them: the bytes of a file."""

from __future__ import annotations

import io

from openpyxl.workbook import Workbook


def saved(book: Workbook) -> bytes:
    """Return the bytes of a workbook as openpyxl writes it."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
