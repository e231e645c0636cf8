"""Response headers for every page, and what the HTML frame of Streamlit lacks: its language, and how a page is printed."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kpis.errors import EditionRefused, NotFound
from kpis.government import settle
from kpis.languages import SOURCE, codes
from kpis.settings import settings
from publishers.editions.on_disk import current
from telling.words import has_page

SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
WRITTEN = ("/site/", "/editions/")  # pages that bring their own language and headers
_ASSETS = Path(__file__).resolve().parent / "assets"
# Streamlit has no print style sheet: on paper its scrolling boxes would be cut off after the first page.
PRINT = (
    b'<style media="print">' + (_ASSETS / "print.css").read_bytes() + b"</style><script>" + (_ASSETS / "print.js").read_bytes()
    + b"</script></head>"
)  # fmt: skip


class PageHeaders:
    """Add security headers; write the viewer's language into ``<html lang>``, which Streamlit hard-codes, and how to print."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, changing only what goes back."""
        if scope["type"] != "http" or scope["method"] == "HEAD" or scope["path"].startswith(WRITTEN):
            await self.app(scope, receive, send)
            return
        if not scope["path"].startswith(("/static/", "/media/", "/_stcore/")):
            # Pages are small and are rewritten below, so they are asked for uncompressed.
            scope = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]}
        language = _language(scope).encode()
        start: Message | None = None
        page: list[bytes] = []

        async def changed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *SECURITY]
                kind = dict(message["headers"]).get(b"content-type", b"")
                if kind.startswith(b"text/html") and b"content-encoding" not in dict(message["headers"]):
                    start = message  # held back: the length changes with the language
                    return
            if start is not None and message["type"] == "http.response.body":
                page.append(message.get("body", b""))
                if message.get("more_body"):
                    return
                body = b"".join(page).replace(b'<html lang="en">', b'<html lang="%s">' % language, 1)
                body = body.replace(b"</head>", PRINT, 1)
                headers = [(k, v) for k, v in start["headers"] if k not in (b"content-length", b"etag", b"last-modified")]
                await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
                await send({**message, "body": body})
                start = None
                return
            await send(message)

        await self.app(scope, receive, changed)


def _language(scope: Scope) -> str:
    """Return the language in which the page that is asked for will be written."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [SOURCE])[0]
    if asked == SOURCE or asked not in codes():
        return SOURCE
    try:
        shown = current(settings().editions_dir) if settings().mode == "public" else None
    except (EditionRefused, NotFound):
        return SOURCE  # the page says why nothing is shown
    settle(shown.government if shown else None)
    return asked if has_page(scope["path"], asked) else SOURCE
