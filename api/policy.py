"""Response headers by address: content security policy, framing and cross-origin access."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.types import Scope

from api.refusals import STYLE
from kpis.settings import Settings

# Published content, readable from any origin: in public mode only, since elsewhere the API also returns unpublished data.
_PUBLISHED = re.compile(r"/(?:api|editions|site|data|embed)(?:/|$)|/(?:feed\.atom|calendar\.ics|sitemap\.xml)$")
_EMBED = re.compile(r"/(?:embed|site/embed|editions/[0-9]+/embed)/")
_CHART = re.compile(r"/api/v1/(?:indicators/[^/]+/chart|charts/.+)\.svg$")
_STATIC_EDITION = re.compile(r"/(?:site|editions/[0-9]+)(?:/|$)")
_KEPT_BY_NOBODY = re.compile(r"/media/")  # files of one session are not cached by proxies, nor by the browser after sign-out
_DATA = re.compile(r"/(?:api|data|media)(?:/|$)|/(?:feed\.atom|calendar\.ics|sitemap\.xml)$")

_REFUSAL = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()  # the style of ``api/refusals.py``, a page by itself
_NOTHING = f"default-src 'none'; style-src 'sha256-{_REFUSAL}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# An embeddable picture has its own text and style, and may be framed by anybody.
_PICTURE = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
# Pages of an edition have one script and one style sheet; their drawings colour text by style attributes; feedback is
# sent to their own host.
_EDITION = (
    f"default-src 'none'; script-src 'self'; style-src 'self' 'sha256-{_REFUSAL}'; style-src-attr 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
# Streamlit writes styles into the page at run time, and draws pictures from bytes; scripts are its own files and a few of ours.
_PAGE = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; media-src 'self'; frame-src 'none'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Headers set here only: values set by other parts are replaced, so that none occurs twice.
OWN = {
    b"x-content-type-options", b"referrer-policy", b"x-frame-options", b"permissions-policy", b"content-security-policy",
    b"cross-origin-opener-policy", b"cross-origin-resource-policy", b"strict-transport-security", b"access-control-allow-origin",
    b"access-control-allow-credentials", b"access-control-allow-methods", b"access-control-allow-headers", b"server",
}  # fmt: skip
_YEAR = 31_536_000


def is_published(scope: Scope, chosen: Settings) -> bool:
    """Return whether a request is for published content, which pages of other origins may read."""
    return chosen.mode == "public" and _PUBLISHED.match(scope["path"]) is not None


def headers_of(scope: Scope, chosen: Settings, *, scripts: Sequence[str] = ()) -> list[tuple[bytes, bytes]]:
    """Return the common headers of every response, whatever its status.

    Args:
        chosen: mode and ``PUBLIC_URL``.
        scripts: checksums (base64 of SHA-256) of inline scripts of the page.
    """
    path = scope["path"]
    policy, frame, opener = _PAGE.format(scripts="".join(f" 'sha256-{digest}'" for digest in scripts)), "DENY", "same-origin"
    if _EMBED.match(path) or _CHART.match(path):
        policy, frame = _PICTURE, ""
    elif _STATIC_EDITION.match(path):
        # A page isolated from its opener starts in another browser process, later (``make bench``: front_page), and these
        # are the same for everybody: no session, and nothing to learn from a window's address.
        policy, frame, opener = _EDITION, "SAMEORIGIN", ""
    elif _DATA.match(path):
        policy = _NOTHING
    is_open = is_published(scope, chosen)
    named = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": frame,
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
        "cross-origin-opener-policy": opener,
        "cross-origin-resource-policy": "cross-origin" if is_open else "same-origin",
        "access-control-allow-origin": "*" if is_open else "",
        "strict-transport-security": f"max-age={_YEAR}" if is_https(chosen) else "",
    }
    if _KEPT_BY_NOBODY.match(path):
        named["cache-control"] = "private, no-store"
    return [(name.encode(), value.encode()) for name, value in named.items() if value]


def is_https(chosen: Settings) -> bool:
    """Return whether this instance is reached over https; never in local mode, whatever ``PUBLIC_URL`` says."""
    return chosen.mode != "local" and urlsplit(chosen.public_url).scheme == "https"


def cookie(value: str, chosen: Settings) -> str:
    """Return a cookie with HttpOnly, SameSite, Secure (over https), and at most the lifetime of a sign-in."""
    name, *parts = (part.strip() for part in value.split(";"))
    key = name.partition("=")[0]
    kept = {part.partition("=")[0].strip().lower(): part for part in parts}
    kept.setdefault("samesite", "SameSite=Lax")
    if key != "_streamlit_xsrf":  # read by the page's script, which sends it back as a header
        kept.setdefault("httponly", "HttpOnly")
    if is_https(chosen):
        kept["secure"] = "Secure"
    seconds = kept.get("max-age", "").partition("=")[2]
    if seconds.isdecimal() and int(seconds) > chosen.session_hours * 3600:
        kept["max-age"] = f"Max-Age={chosen.session_hours * 3600}"
        kept.pop("expires", None)
    return "; ".join([name, *kept.values()])
