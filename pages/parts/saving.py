"""Buttons that save a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from telling.taken import FORMS

_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MEDIA_TYPES = {
    **{f".{form}": media_type for form, media_type in FORMS.items()}, ".html": "text/html", ".pdf": "application/pdf",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".xlsx": _BOOK, ".zip": "application/zip",
}  # fmt: skip


def save_button(
    label: str, content: str | bytes | Callable[[], str | bytes], name: str, *, icon: str = ":material/download:",
    place: DeltaGenerator | None = None, **more: Any,
) -> None:  # fmt: skip
    """Draw a button that saves a file; the page does not run again.

    Args:
        content: of the file, or what makes it on click.
        name: of the file, whose ending tells its type; without a known one it is a workbook, as bureaus name theirs.
        place: where the button is drawn; by default here.
        more: further arguments of ``st.download_button``.
    """
    media_type = _MEDIA_TYPES.get(PurePath(name).suffix, _BOOK)
    (place or st).download_button(label, content, name, media_type, icon=icon, on_click="ignore", **more)
