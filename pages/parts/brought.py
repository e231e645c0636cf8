"""Releasing an uploaded file from Streamlit's memory once it is stored."""

from __future__ import annotations

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile


def free_upload(file: UploadedFile) -> None:
    """Free the memory of an uploaded file that is stored in the database; Streamlit would hold it until the page is left."""
    running = get_script_run_ctx()
    if running is not None and isinstance(running.uploaded_file_mgr, MemoryUploadedFileManager):
        running.uploaded_file_mgr.remove_file(session_id=running.session_id, file_id=file.file_id)
