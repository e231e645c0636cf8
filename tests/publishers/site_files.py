"""What stands in the files of a static edition: pages as text and as tables, rows of its CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tests.publishers.shown import Static


def html(site: Path, path: str, language: str) -> str:
    return (site / ("en/" if language == "en" else "") / path).read_text(encoding="utf-8")


def tables_of(site: Path, path: str, language: str) -> dict[str, list[dict[str, str]]]:
    """Return the tables of a page by their first heading; a later one of the same heading stands under ``<heading>#2``."""
    found: dict[str, list[dict[str, str]]] = {}
    for header, rows in Static(html(site, path, language)).shown.tables:
        name = header[0] if header[0] not in found else f"{header[0]}#2"
        if header[0]:  # that of bureaus has headings of two lines (tests/publishers/matrixed.py)
            found[name] = [dict(zip(header, map(str, row), strict=True)) for row in rows]
    return found


def rows_of(site: Path, name: str) -> list[dict[str, str]]:
    text = (site / "data" / f"{name}.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def number(text: str) -> int:
    return int(text.replace(",", ""))
