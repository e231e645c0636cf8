"""The outermost layer of the app: headers of every response, and additions to Streamlit's HTML frame.

These are the page language, print styles, and the checksums of inline scripts.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs

from starlette.types import Message, Receive, Scope, Send

from api.layer import Layer
from api.packed import takes_gzip
from api.policy import OWN, cookie, headers_of
from charts.themes import plotly_sheet
from kpis.errors import EditionRefused, NotFound
from kpis.government import settle
from kpis.languages import SOURCE, codes, html_attributes, shipped
from kpis.message import Message as Told
from kpis.settings import ROOT, settings
from publishers.editions.on_disk import current
from publishers.site import attention
from publishers.site.phrases import phrases_asked
from telling.words import Words, has_page

WRITTEN = ("/site/", "/editions/")  # pages that set their own language
_FILES = (*WRITTEN, "/static/", "/media/", "/_stcore/")
_DATA, _SMALL = (
    ("/api/", "/data/"),
    (".parquet", ".xlsx", ".zip", ".png"),
)  # answers of megabytes, and files that compression makes no smaller
_ASSETS = Path(__file__).resolve().parent / "assets"
_MARK = base64.b64encode((ROOT / "data" / "text" / "icon.png").read_bytes())
# Styles of the top bar, for which Streamlit has no setting; print styles, since its scroll boxes would be cut off after
# the first sheet; and text links, which would otherwise reload everything.
HEAD = (
    b"<style>" + (_ASSETS / "page.css").read_bytes().replace(b"MARK", b"data:image/png;base64," + _MARK)
    + attention.style().encode() + (attention.ASSETS / "matrix.css").read_bytes() + plotly_sheet().encode() + b"</style>"
    + b'<style media="print">' + (attention.ASSETS / "paper.css").read_bytes() + (attention.ASSETS / "paper-seen.css").read_bytes()
    + (_ASSETS / "print.css").read_bytes() + b"</style>"
    + b"".join(b"<script>" + (_ASSETS / name).read_bytes() + b"</script>" for name in ("print.js", "links.js", "search.js", "focus.js", "spoken.js"))
    + b"<script>" + phrases_asked() + b"</script>"
    + b"</head>"
)  # fmt: skip
_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.S)
_STREAMLITS = b'<html lang="en">'  # beginning of Streamlit's page
_AGENTS = re.compile(rb'<link rel="service-desc"[^>]*>')  # links to a machine interface that does not exist here
_STARTS = ("http.response.start", "websocket.http.response.start", "websocket.accept")


class PageHeaders(Layer):
    """Add headers to every response, including errors and refusals; add the viewer's language and print styles to pages."""

    async def take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and change only the response."""
        is_page = scope["type"] == "http" and not scope["path"].startswith(_FILES)
        is_large = is_page and scope["path"].startswith(_DATA) and not scope["path"].endswith(_SMALL)
        if (is_page and not is_large) or not takes_gzip(_asked(scope, b"accept-encoding")):
            # Pages are small and rewritten below, so they are requested uncompressed; a refusal of gzip Starlette takes for a wish.
            scope = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]}
        if is_page and not scope["path"].startswith((*_DATA, "/embed/")) and "." not in scope["path"]:
            # A part of Streamlit's page would be counted in other bytes than those sent, and be without the rewriting.
            scope = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k != b"range"]}
        is_head = is_page and scope["method"] == "HEAD"
        if is_head:  # its headers are those of the page, which must be complete first
            scope = {**scope, "method": "GET", "headers": [(k, v) for k, v in scope["headers"] if k != b"range"]}
        start: Message | None = None
        page: list[bytes] = []

        async def changed(message: Message) -> None:
            nonlocal start
            if message["type"] in _STARTS:
                message["headers"] = _headers(scope, message)
                kind = dict(message["headers"]).get(b"content-type", b"")
                if is_page and kind.startswith(b"text/html"):
                    start = message  # buffered: the length changes with the language
                    return
            if start is not None and message["type"] == "http.response.body":
                page.append(message.get("body", b""))
                if message.get("more_body"):
                    return
                body, scripts = _written(b"".join(page), _language(scope))
                kept = [(k, v) for k, v in _headers(scope, start, scripts=scripts) if k not in _OF_THE_BODY]
                await send({**start, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
                start, message = None, {**message, "body": body}
            await send({**message, "body": b""} if is_head and message["type"] == "http.response.body" else message)

        await self.app(scope, receive, changed)


def _asked(scope: Scope, name: bytes) -> str:
    """Return a header of a request, all its lines together."""
    return ", ".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)


_OF_THE_BODY = (b"content-length", b"etag", b"last-modified")


def _headers(scope: Scope, start: Message, *, scripts: tuple[str, ...] = ()) -> list[tuple[bytes, bytes]]:
    """Return the headers of a response: its own, hardened cookies, and the common headers once."""
    chosen = settings()
    own = [(name.lower(), value) for name, value in start.get("headers", []) if name.lower() not in OWN]
    own = [(n, cookie(v.decode("latin-1"), chosen).encode("latin-1") if n == b"set-cookie" else v) for n, v in own]
    if start["type"] == "websocket.accept":
        return own
    if any(name == b"content-encoding" for name, _ in own):  # other bytes than the plain ones: a part of those would not fit them
        own = [(n, b"W/" + v if n == b"etag" and not v.startswith(b"W/") else v) for n, v in own]
    policy = dict(headers_of(scope, chosen, scripts=scripts))
    return [(name, value) for name, value in own if name not in policy] + list(policy.items())


@lru_cache(maxsize=64)
def _written(page: bytes, language: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a page with language and print styles, and checksums of its inline scripts; our own pages unchanged."""
    if _STREAMLITS not in page:
        return page, ()
    page = page.replace(_STREAMLITS, f"<html {html_attributes(language)}>".encode(), 1)
    page = _AGENTS.sub(b"", page).replace(b"</head>", _own_words(language) + HEAD, 1)
    return page, tuple(base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _SCRIPT.findall(page))


def _own_words(served: str) -> bytes:
    """Return translations of Streamlit's own English texts, for ``page.css`` and ``spoken.js``, in every language that may be chosen.

    Args:
        served: the language of the page; only for this one the government is sure to be there, of whose words a public instance may have none.
    """
    names = ("choose-file", "file-refused", "remove", "press-enter", "press-ctrl-enter", "help")
    keys = {name: f"widget_{name.replace('-', '_')}" for name in names}
    keys |= {"any": "any", "choose": "choose_report"}  # of lists with no selection, for ``print.js``
    most = settings().max_upload_bytes / 1_000_000

    def told_in(language: str) -> str:
        own = Words(language) if language == served != SOURCE else None
        texts = {name: own(key, most=most) if own else shipped(Told(key, most=most), language) for name, key in keys.items()}
        return ";".join(f"--{name}:{json.dumps(text, ensure_ascii=False)}" for name, text in texts.items())

    return f"<style>{''.join(f':root:lang({code}){{{told_in(code)}}}' for code in codes())}</style>".encode()


def _language(scope: Scope) -> str:
    """Return the language of the requested page."""
    wanted = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [SOURCE])[0]
    if wanted == SOURCE or wanted not in codes():
        return SOURCE
    try:
        shown = current(settings().editions_dir) if settings().mode == "public" else None
        settle(shown.government if shown else None)
    except (EditionRefused, NotFound):
        return SOURCE  # the page explains why nothing is shown
    return wanted if has_page(scope["path"], wanted) else SOURCE
