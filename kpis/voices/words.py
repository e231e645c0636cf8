"""Rules for the text of a voice: its length, and texts that seem to contain personal data and wait for a reviewer."""

from __future__ import annotations

import re
import unicodedata

from kpis.as_text import line, typed

MOST_WORDS = 1_000
FULL_AT, FULL_COLON = "\uff20", "\uff1a"  # full-width characters, which are not recognised as a link
GRADES = (1, 2, 3, 4, 5)
LEAST_VOICES = 5  # with fewer, a mean would reveal a single person's grade
# An e-mail address, a telephone number or other long row of digits, a postal code, a street address, a web address.
_PERSONAL = (
    re.compile(r"[^\s@]+@[^\s@]+"),
    re.compile(r"(?:\d[\s().\-]{0,2}){9,}"),
    re.compile(r"\b\d{3}-\d{4}\b"),
    re.compile(r"[丁番]目?\s?\d+|\d+\s?(?:丁目|番地)|\d+-\d+-\d+"),
    re.compile(r"(?i)\b(?:https?:|www\.)"),
)
_DASHES = re.compile("[‐‑‒–—―−ー－]")


def kept(words: str) -> str:
    """Return a reader's text in the form in which it is stored."""
    return typed(words)


def is_personal(words: str) -> bool:
    """Return whether a text seems to contain personal data or an address: it is not shown until a person has reviewed it."""
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", words))
    return any(pattern.search(plain) for pattern in _PERSONAL)


def shown(words: str) -> str:
    """Return a text in the form in which it is shown: one line, with no active address in it."""
    return line(words).replace("@", FULL_AT).replace("://", f"{FULL_COLON}//")
