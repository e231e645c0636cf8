"""Downloads: each file belongs to the session whose page offers it, for as long as the viewer keeps the roles of that moment.

Streamlit's own addresses are checksums of the content, answered to anybody for as long as any session offers the file, and longer.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.logger import get_logger
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse, DeferredFileResponsePayload
from streamlit.runtime import get_instance
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind, MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from api.refusals import refuse
from api.waiting import in_time
from kpis.errors import MierukaError
from kpis.languages import SOURCE, shipped
from kpis.message import Message
from kpis.reporting.access import Grant
from kpis.settings import settings
from kpis.store.unavailable import said_outside, unavailable
from pages.parts.text import language
from pages.parts.viewer import viewer as looking
from web.sessions import LINE, Sessions, claims_of, is_same_sign_in, viewer

_PREFIX = "/media/"


class Downloads(MemoryMediaFileStorage):
    """Files at unguessable addresses, each owned by one session."""

    def __init__(self) -> None:
        super().__init__(_PREFIX.rstrip("/"))
        self._key = secrets.token_bytes(32)
        self._sessions: dict[str, str] = {}
        self._offered_to: dict[str, tuple[Grant, ...]] = {}
        self._languages: dict[str, str] = {}

    def load_and_get_id(self, path_or_data: str | bytes, mimetype: str, kind: MediaFileKind, filename: str | None = None) -> str:
        session_id, content_id = _session_here(), super().load_and_get_id(path_or_data, mimetype, kind, filename)
        if get_script_run_ctx(suppress_warning=True):  # a deferred file was offered earlier by its page
            self.note()
        file_id = hashlib.blake2b(f"{session_id} {content_id}".encode(), key=self._key, digest_size=24).hexdigest()
        self._files_by_id[file_id] = self._files_by_id.pop(content_id)
        self._sessions[file_id] = session_id
        return file_id

    def delete_file(self, file_id: str) -> None:
        super().delete_file(file_id)
        self._sessions.pop(file_id, None)

    def session_of(self, name: str) -> str | None:
        """Return the session that offers a file under this name; ``None`` if there is none."""
        return self._sessions.get(PurePosixPath(name).stem)

    def note(self) -> None:
        """Record the roles of the current viewer of a page that offers a file, and the page's language."""
        self._offered_to[_session_here()], self._languages[_session_here()] = looking().grants, language()

    def offered_to(self, session_id: str) -> tuple[Grant, ...]:
        """Return the roles of the viewer when a session's page last offered files."""
        return self._offered_to.get(session_id, ())

    def language_of(self, session_id: str) -> str:
        """Return the language of the page by which a session last offered files."""
        return self._languages.get(session_id, SOURCE)

    def forget(self, session_id: str) -> None:
        """Delete the files offered by a session."""
        self._offered_to.pop(session_id, None)
        self._languages.pop(session_id, None)
        for file_id in [known_id for known_id, owner in list(self._sessions.items()) if owner == session_id]:
            self.delete_file(file_id)


class Offers(MediaFileManager):
    """The deferred downloads of pages: a file made on request is made only for the session that offers it."""

    def add_deferred(self, *given: Any, **more: Any) -> str:
        if isinstance(self._storage, Downloads):
            self._storage.note()
        return super().add_deferred(*given, **more)

    def execute_deferred(self, file_id: str) -> str:
        line, offer = LINE.get(), self._deferred_callables.get(file_id)
        if line is None or offer is None or offer["session_id"] != line.session_id:
            raise MediaFileStorageError("This session offers no such file.")
        return super().execute_deferred(file_id)


class DeferredFiles(DeferredFileHandler):
    """Answers to deferred downloads: the file, or why there is none, in the language of the page, which shows it at the button.

    Streamlit answers in English, without a reason, and logs a refusal as a fault of the program.
    """

    async def handle(self, request: BackendOperationRequest, session_id: str) -> BackendOperationResponse:
        offers = self._get_media_file_mgr()
        try:
            url = await asyncio.to_thread(offers.execute_deferred, request.deferred_file.file_id)
        except Exception as error:  # noqa: BLE001 (whatever it is, the page waits for an answer)
            return BackendOperationResponse(request_id=request.request_id, error_msg=_why_not(error, _language_of(session_id)))
        return BackendOperationResponse(request_id=request.request_id, deferred_file=DeferredFileResponsePayload(url=url))


def _language_of(session_id: str) -> str:
    storage = get_instance().media_file_mgr._storage
    return storage.language_of(session_id) if isinstance(storage, Downloads) else SOURCE


def _why_not(error: Exception, spoken: str) -> str:
    """Return why a file was not made; what is neither a refusal nor the machine or the database is logged as a fault."""
    cause = error.__cause__ or error
    if isinstance(cause, MierukaError):
        return cause.in_language(spoken)
    if isinstance(cause, MediaFileStorageError):
        return shipped(Message("download_not_here"), spoken)
    if (named := unavailable(cause)) is not None:
        return shipped(said_outside(named), spoken)
    get_logger(__name__).exception("A file to download could not be made")
    return shipped(Message("download_not_made"), spoken)


def _session_here() -> str:
    """Return the current session: of the running page, or of the websocket that requests a file."""
    running, line = get_script_run_ctx(suppress_warning=True), LINE.get()
    return running.session_id if running else line.session_id if line else ""


class DownloadGate:
    """Serve a download only while its session lasts and, in an office, only to its signed-in user with unchanged roles."""

    def __init__(self, app: ASGIApp, downloads: Downloads, sessions: Callable[[], Sessions]) -> None:
        self.app, self.downloads, self.sessions = app, downloads, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] == "http" and scope["path"].startswith(_PREFIX) and not await self._may(scope):
            await refuse(scope, send, 404, Message("download_not_here"))
        else:
            await self.app(scope, receive, send)

    async def _may(self, scope: Scope) -> bool:
        session_id = self.downloads.session_of(scope["path"].removeprefix(_PREFIX))
        if session_id is None or self.sessions().get_session_info(session_id) is None:
            return False
        if settings().mode != "office":
            return True
        claims = claims_of(scope)
        if not is_same_sign_in(claims, self.sessions().claims.get(session_id, {})):
            return False
        grants = (await in_time(lambda: viewer(claims))).grants
        return bool(grants) and set(grants) == set(self.downloads.offered_to(session_id))
