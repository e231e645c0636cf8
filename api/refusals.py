"""Refusals of requests before they reach a page or the open API: bilingual, as JSON, as HTML, or to a websocket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.types import Message as Sent
from starlette.types import Scope, Send

from kpis.as_text import escaped
from kpis.languages import SOURCE, both_shipped, pair_shipped, shipped
from kpis.message import Message
from kpis.seen import doing
from kpis.settings import settings

_DENIAL = "websocket.http.response"  # the server can reject a websocket with an HTTP response

_HEADINGS = {404: "refused_absent", 429: "refused_busy", 503: "refused_unavailable"}  # of others, whose fault it is
# The look of the pages, without any file beside the page; ``api/policy.py`` names its checksum.
STYLE = (
    ":root{color-scheme:light dark}body{margin:0;background:light-dark(#fff,#12141a);color:light-dark(#1a1a1c,#f1f1f4);"
    "font:17px/1.7 'Noto Sans JP','Hiragino Sans','Yu Gothic UI',Meiryo,'Noto Sans CJK JP',sans-serif;word-break:auto-phrase;overflow-wrap:anywhere}"
    "main{max-width:38rem;margin:12vh auto 2rem;padding:0 1.25rem}"
    "section+section{margin-top:2rem;padding-top:1.5rem;border-top:1px solid light-dark(#d8dae5,#3a3e49)}"
    "h1,h2{margin:0;line-height:1.35}h1{font-size:26px}h2{font-size:19px}p{margin:.5rem 0}"
    "a{display:inline-block;margin:.25rem .75rem .25rem 0;padding:.4rem 1rem;border:1px solid;border-radius:8px;"
    "color:light-dark(#0017c1,#9db7f9);font-weight:700;text-decoration:none}"
    "a:hover{text-decoration:underline}a:focus-visible{outline:3px solid;outline-offset:2px}"
    "@media(max-width:30em){h1{font-size:21px}body{font-size:16px}main{margin-top:2rem}}"
)


def header(scope: Scope, name: bytes) -> str:
    """Return a header of a request: the first if there are several, blank if there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def page(japanese: str, english: str, *, status: int = 0, first: str = "", language: str = SOURCE) -> str:
    """Return a bilingual HTML page with one message, in the look of the pages.

    Args:
        status: of HTTP: gives the heading, and whether opening the page again may help; 0 for a message that is no refusal.
        first: link target of the way to the first page; blank for none.
        language: of the reader: English comes first for readers of English.
    """
    parts = [(code, message, _ways(code, status, first)) for code, message in (("ja", japanese), ("en", english))]
    if language == "en":
        parts.reverse()
    heads = [escaped(shipped(Message(_heading(status)), code)) if status else "" for code, _, _ in parts]
    body = "".join(
        f'<section lang="{code}">' + (f"<h{n}>{head}</h{n}>" if head else "") + f"<p>{escaped(message)}</p>{ways}</section>"
        for n, ((code, message, ways), head) in enumerate(zip(parts, heads, strict=True), start=1)
    )
    title = " / ".join(filter(None, heads)) or "Mieruka"
    return (
        f'<!doctype html><html lang="{parts[0][0]}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta name="color-scheme" content="light dark"><title>{title}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>'
    )


def _heading(status: int) -> str:
    return _HEADINGS.get(status, "refused_fault" if status >= 500 else "refused_so")


def _ways(code: str, status: int, first: str) -> str:
    """Return the links of a refusal: the same address again where that may help, and the first page."""
    ways = [("", "refused_again")] if status == 429 or status >= 500 else []
    ways += [(first, "refused_first")] if first else []
    links = "".join(f'<a href="{escaped(to)}">{escaped(shipped(Message(words), code))}</a>' for to, words in ways)
    return f"<p>{links}</p>" if links else ""


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
        return b"text/html; charset=utf-8", page(
            japanese, english, status=status, first=first or f"{settings().base_path}/", language=_wanted(scope)
        ).encode()
    return b"text/plain; charset=utf-8", f"{japanese}\n{english}\n".encode()


def _wanted(scope: Scope) -> str:
    query: bytes = scope.get("query_string", b"")
    return parse_qs(query.decode("latin-1")).get("lang", [SOURCE])[0]


async def refuse(
    scope: Scope, send: Send, status: int, reason: Message, *, headers: Mapping[str, str] | None = None, first: str = ""
) -> None:
    """Answer a request, or the opening of a websocket, with a refusal.

    Args:
        headers: beside the common ones, as ``Retry-After``.
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
