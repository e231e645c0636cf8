"""Uploads: limit who may upload, how many files and bytes, counted on arrival; delete a session's files when it ends."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Sent
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from api.doors import UPLOAD
from api.refusals import header, refuse
from api.waiting import in_time
from kpis.message import Message
from kpis.seen import counts
from kpis.settings import settings
from web.sessions import Sessions, claims_of, is_same_sign_in, viewer

FRAME_BYTES = 64 * 1024  # overhead of multipart framing in a request body
PIECE_SECONDS = 20.0  # seconds between two pieces of a body
_FILE = re.compile(r"[0-9A-Za-z-]{1,64}")
Refusal = tuple[int, Message]


@dataclass(eq=False)
class Arrival:
    """A file being received, and its bytes so far."""

    size: int = 0


class Uploads(MemoryUploadedFileManager):
    """The uploaded files of sessions, counted; and the bytes still being received."""

    def __init__(self) -> None:
        super().__init__("/_stcore/upload_file")
        self.arriving: dict[str, list[Arrival]] = {}  # by session

    def usage(self, sessions: Iterable[str] | None = None) -> tuple[int, int]:
        """Return the number and bytes of files held by sessions, incoming ones included; of all sessions if none are given."""
        with self._lock:
            named = {*self.file_storage, *self.arriving} if sessions is None else sessions
            sizes = [size for session in named for size in self._sizes(session)]
        return len(sizes), sum(sizes)

    def _sizes(self, session_id: str) -> list[int]:
        kept = [len(file.data) for file in self.file_storage.get(session_id, {}).values()]
        return kept + [upload.size for upload in self.arriving.get(session_id, [])]


class UploadGate:
    """Accept a file only from a person who may report, and only within the limits of space."""

    def __init__(self, app: ASGIApp, uploads: Uploads, sessions: Callable[[], Sessions]) -> None:
        self.app, self.uploads, self.sessions = app, uploads, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        upload_path = UPLOAD.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] in ("PUT", "DELETE") else None
        if upload_path is None:
            await self.app(scope, receive, send)
            return
        session_id = upload_path["session"]
        wrong = await self._refused(scope, session_id, upload_path["file"])
        if wrong is not None:
            await refuse(scope, send, *wrong, headers={"Retry-After": "60"} if wrong[0] == 429 else None)
        elif scope["method"] == "DELETE":
            await self.app(scope, receive, send)
        else:
            await self._take(scope, receive, send, session_id)

    async def _refused(self, scope: Scope, session_id: str, file_id: str) -> Refusal | None:
        chosen, sessions = settings(), self.sessions()
        if chosen.mode == "public":
            return 403, Message("upload_not_here")
        if not sessions.is_active_session(session_id) or not _FILE.fullmatch(file_id):
            return 403, Message("upload_not_let_in")
        if chosen.mode == "office":
            claims = claims_of(scope)
            if not is_same_sign_in(claims, sessions.claims.get(session_id, {})):
                return 403, Message("upload_not_let_in")
            who = await in_time(lambda: viewer(claims))
            if not (who.may("upload") or who.may("take_in")):
                return 403, Message("upload_not_let_in")
        if scope["method"] == "DELETE":
            return None
        length = header(scope, b"content-length")
        if length.isdecimal() and int(length[:18]) > chosen.max_upload_bytes + FRAME_BYTES:
            return 413, Message("upload_too_large", most=chosen.max_upload_bytes)
        return self._no_room(session_id, more=1)

    def _no_room(self, session_id: str, *, more: int = 0) -> Refusal | None:
        """Return the refusal if limits leave no space for a session's upload; ``more`` is the number of further files."""
        chosen, uploads, claims = settings(), self.uploads, self.sessions().claims
        own = claims.get(session_id, {}).get("email")
        of_person = [session for session, claim in claims.items() if claim.get("email") == own] if own else [session_id]
        for sessions, most in (([session_id], chosen.uploads_per_session), (of_person, chosen.uploads_per_person)):
            files, size = uploads.usage(sessions)
            if files + more > most or size > most * (chosen.max_upload_bytes + FRAME_BYTES):
                return 429, Message("upload_too_many", most=most)
        if uploads.usage()[1] > chosen.uploads_bytes:
            return 429, Message("upload_no_room")
        return None

    async def _take(self, scope: Scope, receive: Receive, send: Send, session_id: str) -> None:
        """Pass a file on in pieces within the limits; one that arrives too slowly or is too large is cut off and refused."""
        uploads, arrival = self.uploads, Arrival()
        uploads.arriving.setdefault(session_id, []).append(arrival)
        is_refused = is_answered = False

        async def counted() -> Sent:
            try:
                message = await asyncio.wait_for(receive(), PIECE_SECONDS)
            except TimeoutError:
                return await stopped(408, Message("upload_too_slow"))
            arrival.size += len(message.get("body", b""))
            if arrival.size > settings().max_upload_bytes + FRAME_BYTES:
                return await stopped(413, Message("upload_too_large", most=settings().max_upload_bytes))
            wrong = self._no_room(session_id)
            return message if wrong is None else await stopped(*wrong)

        async def stopped(status: int, reason: Message) -> Sent:
            nonlocal is_refused
            is_refused = True
            if not is_answered:
                await refuse(scope, send, status, reason, headers={"Retry-After": "60"} if status == 429 else None)
            return {"type": "http.disconnect"}

        async def answered(message: Sent) -> None:
            nonlocal is_answered
            if not is_refused:
                is_answered = True
                await send(message)

        try:
            await self.app(scope, counted, answered)
        except ClientDisconnect:
            pass  # by us, or by the client
        finally:
            counts.UPLOAD_BYTES.inc(arrival.size)
            uploads.arriving[session_id].remove(arrival)
            if not uploads.arriving[session_id]:
                uploads.arriving.pop(session_id)
            if not self.sessions().is_active_session(session_id):
                uploads.remove_session_files(session_id)  # the page was left while the last piece arrived
