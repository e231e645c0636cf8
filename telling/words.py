"""The words of the published pages in one language, from the same files as the pages of the dashboard."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kpis.settings import ROOT
from kpis.text import filled

LANGUAGES = ("ja", "en")


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in sorted((ROOT / "data" / "text").glob("*.toml")):
        found.update(tomllib.loads(path.read_text(encoding="utf-8")))
    return found


class Words:
    """The words of one language: call it with a key and values; ``named`` picks a row's own name."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """Return the words for a key, with values filled in."""
        return filled(_words()[key][self.language], values)

    def has(self, key: str) -> bool:
        """Say whether there are words for a key."""
        return key in _words()

    def named(self, row: Mapping[str, Any] | object, field: str = "name") -> str:
        """Return ``<field>_en`` for English where there is one, else ``<field>_ja``."""
        for name in (f"{field}_en", f"{field}_ja") if self.language == "en" else (f"{field}_ja",):
            value = row.get(name) if isinstance(row, Mapping) else getattr(row, name)
            if value:
                return str(value)
        return ""


def whose(change: Mapping[str, Any], words: Words, units: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the name of the unit whose figure or target a change is about; nothing for what belongs to none."""
    code = change.get("unit_code") or ""
    return words.named(units[code]) if code in units else code
