"""Refusals of requests before they reach a page or the open API: bilingual, as JSON, as HTML, or to a websocket."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.types import Message as Sent
from starlette.types import Scope, Send

from kpis.as_text import escaped
from kpis.languages import both_shipped, pair_shipped
from kpis.message import Message
from kpis.seen import doing

_DENIAL = "websocket.http.response"  # the server can reject a websocket with an HTTP response


def header(scope: Scope, name: bytes) -> str:
    """Return a header of a request: the first if there are several, blank if there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def page(japanese: str, english: str, *, first: str = "") -> str:
    """Return a bilingual HTML page with one message; with a link to the first page, if given."""
    link = f'<p><a href="{escaped(first)}">{escaped(first)}</a></p>' if first else ""
    return (
        '<!doctype html><html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>Mieruka</title></head><body><p>{escaped(japanese)}</p><p lang="en">{escaped(english)}</p>{link}</body></html>'
    )


def answer(scope: Scope, reason: Message, *, status: int = 400, first: str = "") -> tuple[bytes, bytes]:
    """Return media type and body of a refusal: JSON for the open API, HTML for a browser, else plain text.

    For server errors the number of the request is included, for inquiries.
    """
    number = doing.number() if status >= 500 else ""
    if scope["path"].startswith("/api/"):
        body = {"error": both_shipped(reason), **({"request": number} if number else {})}
        return b"application/json", json.dumps(body, ensure_ascii=False).encode()
    japanese, english = pair_shipped(reason)
    if number:
        quoted = pair_shipped(Message("request_number", number=number))
        japanese, english = f"{japanese} {quoted[0]}", f"{english} {quoted[1]}"
    if "text/html" in header(scope, b"accept"):
        return b"text/html; charset=utf-8", page(japanese, english, first=first).encode()
    return b"text/plain; charset=utf-8", f"{japanese}\n{english}\n".encode()


async def refuse(
    scope: Scope, send: Send, status: int, reason: Message, *, headers: Mapping[str, str] | None = None, first: str = ""
) -> None:
    """Answer a request, or the opening of a websocket, with a refusal.

    Args:
        status: of HTTP.
        reason: the fault and the remedy.
        headers: beside the common ones, as ``Retry-After``.
        first: link target of a page for a browser.
    """
    kind = "http.response"
    if scope["type"] == "websocket":
        if _DENIAL not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008})
            return
        kind = _DENIAL
    media, body = answer(scope, reason, status=status, first=first)
    sent = [(b"content-type", media), (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    sent += [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS"):
        sent.append((b"connection", b"close"))  # the rest of the body is not read
    start: Sent = {"type": f"{kind}.start", "status": status, "headers": sent}
    await send(start)
    await send({"type": f"{kind}.body", "body": b"" if scope.get("method") == "HEAD" else body})
