"""Sign-in: whoever signs in at a page comes back to that page, as it was asked for; Streamlit itself leads everybody to the first one."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.refusals import header
from kpis.settings import settings

_BEGINS, _ENDS = "/auth/login", "/oauth2callback"
_COOKIE, _SECONDS = "mieruka_from", 900
# A path of this instance and what it asks for. What a browser might take for another host (//, /\) is none.
_OWN = re.compile(r"/(?![/\\])[\w\-./~%!$&'()*+,;=:@?]{0,2000}", re.ASCII)


class SignIn:
    """Note from which page somebody goes to the provider, and lead them back to it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on; the answer of its address is given the note, or leads to the page noted."""
        is_office = settings().mode == "office" and scope["type"] == "http" and scope["method"] == "GET"
        if not is_office or scope["path"] not in (_BEGINS, _ENDS):
            await self.app(scope, receive, send)
            return
        begins = scope["path"] == _BEGINS
        page = _asked_from(scope) if begins else _noted(scope)

        async def changed(message: Message) -> None:
            if message["type"] == "http.response.start" and 300 <= message["status"] < 400:
                headers = [
                    (n, page.encode() if n.lower() == b"location" and page and not begins else v) for n, v in message["headers"]
                ]
                message = {**message, "headers": [*headers, (b"set-cookie", _cookie(page if begins else ""))]}
            await send(message)

        await self.app(scope, receive, changed)


def _asked_from(scope: Scope) -> str:
    """Return the address of the page that leads here, without its host; blank if it is of another host."""
    parts = urlsplit(header(scope, b"referer"))
    address = parts.path + (f"?{parts.query}" if parts.query else "")
    return address if parts.netloc == header(scope, b"host") and _OWN.fullmatch(address) else ""


def _noted(scope: Scope) -> str:
    cookies = (part.strip().partition("=") for part in header(scope, b"cookie").split(";"))
    value = next((value for name, _, value in cookies if name == _COOKIE), "")
    try:
        address = base64.urlsafe_b64decode(value.encode()).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return address if _OWN.fullmatch(address) else ""


def _cookie(page: str) -> bytes:
    kept = f"{base64.urlsafe_b64encode(page.encode()).decode()}; Max-Age={_SECONDS}" if page else "; Max-Age=0"
    return f"{_COOKIE}={kept}; Path={settings().base_path}/; HttpOnly; SameSite=Lax".encode()
