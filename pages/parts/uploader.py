"""The field in which a filled workbook is chosen."""

from __future__ import annotations

from math import ceil

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from kpis.settings import settings
from pages.parts.text import t

MEGABYTE = 1_000_000


def workbook_uploader(label: str, *, key: str, explained: str) -> UploadedFile | None:
    """Draw the field and return the file chosen.

    Files of every type are taken: Streamlit would refuse another one in English and unseen, while what reads it names type and remedy.

    Args:
        label: message key of its label, with the largest size in megabytes as ``most``.
        explained: the help beside the label.
    """
    most = settings().max_upload_bytes / MEGABYTE
    return st.file_uploader(t(label, most=most), key=key, help=explained, max_upload_size=ceil(most))
