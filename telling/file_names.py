"""Names of downloaded files: derived from the subject, so that two downloads can lie in one folder."""

from __future__ import annotations

import re
from urllib.parse import quote

from kpis.as_text import line

_REFUSED = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


def file_name(*parts: str, ending: str) -> str:
    """Return a file name from its parts, without characters that file systems refuse; blank parts are left out."""
    kept = (" ".join(_REFUSED.sub("_", line(_REFUSED.sub("_", part))).split()).strip("._") for part in parts)
    return "_".join(part for part in kept if part) + ending


def attachment(name: str) -> str:
    """Return a ``Content-Disposition`` header for a file name in any script (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name)}"
