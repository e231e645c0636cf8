"""Sign-out: ends the sign-in in every tab and process, and for every copy of its cookie."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from api.refusals import header, refuse
from api.waiting import in_time
from kpis.message import Message
from kpis.reporting.sign_in import end_sign_in
from kpis.settings import settings
from web.sessions import Sessions, claims_of, is_same_sign_in, store

_ADDRESS = "/auth/logout"
_ELSEWHERE = ("cross-site", "same-site")  # as the browser says of where a request comes from


class SignOut:
    """Record the end of a sign-in before Streamlit deletes its cookie, and reload every open page of it.

    A link or picture on a page of another site signs nobody out.
    """

    def __init__(self, app: ASGIApp, sessions: Callable[[], Sessions]) -> None:
        self.app, self.sessions = app, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if settings().mode == "office" and scope["type"] == "http" and scope["path"] == _ADDRESS:
            if header(scope, b"sec-fetch-site") in _ELSEWHERE:
                await refuse(scope, send, 403, Message("sign_out_from_elsewhere"))
                return
            claims = claims_of(scope) if scope["method"] == "GET" else {}
            if claims:
                await in_time(lambda: end_sign_in(store(), claims))
                self._show_anew(claims)
        await self.app(scope, receive, send)

    def _show_anew(self, claims: dict[str, object]) -> None:
        """Rerun every open page of a sign-in, which then shows nothing any more."""
        for session_id, own in list(self.sessions().claims.items()):
            session = self.sessions().get_active_session_info(session_id)
            if session is not None and is_same_sign_in(claims, own):
                session.session.request_rerun(None)
