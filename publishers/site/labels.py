"""Headings of a table for a phone, where each row is a block and each value has its label before it."""

from __future__ import annotations

from collections.abc import Iterable


def labels(heads: Iterable[object]) -> str:
    """Return the headings as custom properties: they stand once in a page, for each row to take from (``site.css``)."""
    return ";".join(f"--c{number}:{_quoted(str(head))}" for number, head in enumerate(heads, start=1))


def _quoted(text: str) -> str:
    """Return a string of CSS; what could end it is written by its number."""
    return '"' + "".join(f"\\{ord(c):x} " if c in '"\\' or not c.isprintable() else c for c in text) + '"'
