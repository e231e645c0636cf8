"""Range requests (RFC 9110, section 14) on files: an interrupted download resumes, and a Parquet reader fetches only the columns it needs."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

_ONE = re.compile(r"bytes=(?:(?P<first>\d{1,15})-(?P<last>\d{0,15})|-(?P<end>\d{1,15}))")


def part_of(request: Request, content: bytes, whole: Response) -> Response:
    """Return the requested part of a file (206), or the whole response.

    RFC 9110 allows the whole file in case of doubt: several ranges, an unreadable range, or a client that holds the beginning of
    another version (``If-Range``).
    """
    if whole.status_code != 200 or "content-encoding" in whole.headers:
        return whole
    whole.headers["Accept-Ranges"] = "bytes"
    wanted = _ONE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    kept = request.headers.get("if-range")
    is_same = kept in (None, whole.headers.get("etag"), whole.headers.get("last-modified"))
    if wanted is None or request.method != "GET" or not is_same or is_backwards(wanted):
        return whole
    size = len(content)
    if wanted["end"] is None:
        first, last = int(wanted["first"]), min(int(wanted["last"] or size), size - 1)
    else:
        first, last = max(size - int(wanted["end"]), 0), size - 1
    headers = {name: value for name, value in whole.headers.items() if name != "content-length"}
    if last < first:
        return Response(status_code=416, headers={**headers, "content-range": f"bytes */{size}"})
    return Response(content[first : last + 1], 206, {**headers, "content-range": f"bytes {first}-{last}/{size}"})


def is_backwards(wanted: re.Match[str]) -> bool:
    """Return whether a range ends before it begins, which makes it invalid."""
    return bool(wanted["last"]) and int(wanted["last"]) < int(wanted["first"])
