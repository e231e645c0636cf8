"""Streamlit's app with our own session, upload and download managers, and the gates before them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st
from starlette.types import ASGIApp
from streamlit import config
from streamlit.runtime import Runtime, RuntimeConfig, app_session, state
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.cache_storage_manager_config import create_default_cache_storage_manager

from api.base import PutBack
from kpis.settings import settings
from web.downloads import DeferredFiles, DownloadGate, Downloads, Offers
from web.given import GivenState
from web.sessions import Lines, Sessions
from web.sign_in import SignIn
from web.sign_out import SignOut
from web.uploads import UploadGate, Uploads


class App(st.App):
    """The app of the pages. It passes its file storage to the runtime, for which ``st.App`` has no argument."""

    sessions: Sessions  # available once the runtime is

    def __init__(self, script_path: Path, **parts: Any) -> None:
        self.uploads, self.downloads = Uploads(), Downloads()
        super().__init__(script_path, **parts)
        # Before the first visit, which would otherwise look for its page among the files of ``pages`` and report
        # that an address without a file does not exist.
        PagesManager.uses_pages_directory = False
        # Before its routes are made, but after the script's path is known, beside which config.toml lies.
        config.set_option("server.baseUrlPath", settings().base_path)
        # Secrets are settings; Streamlit would read a file in the home of the user, which a unit of systemd closes, and answer 500 to all.
        config.set_option("secrets.files", [])

    def gated(self) -> ASGIApp:
        """Return the pages behind the gates, which know the sessions."""
        uploads = UploadGate(PutBack(settings().base_path, self), self.uploads, lambda: self.sessions)
        return Lines(SignIn(SignOut(DownloadGate(uploads, self.downloads, lambda: self.sessions), lambda: self.sessions)))

    def _create_runtime(self) -> Runtime:
        runtime = Runtime(
            RuntimeConfig(
                script_path=str(self._resolve_script_path()), media_file_storage=self.downloads, uploaded_file_manager=self.uploads,
                cache_storage_manager=create_default_cache_storage_manager(), session_manager_class=self._sessions,  # type: ignore[arg-type]
                session_storage=MemorySessionStorage(ttl_seconds=config.get_option("server.disconnectedSessionTTL")),
                on_script_error=self._on_script_error,
            )
        )  # fmt: skip
        runtime._media_file_mgr = Offers(self.downloads)
        app_session.DeferredFileHandler = DeferredFiles  # type: ignore[attr-defined]  # each session makes its own
        state.SessionState = GivenState  # type: ignore[misc]  # as of this
        return runtime

    def _sessions(self, **parts: Any) -> Sessions:
        self.sessions = Sessions(**parts)
        self.sessions.on_end = self.downloads.forget
        return self.sessions
