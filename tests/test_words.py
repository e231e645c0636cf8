"""The words of the pages: each key stands once, in both languages, and every key that a page asks for exists."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from string import Formatter

from kpis.settings import ROOT

FILES = {path.name: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "data/text").glob("*.toml"))}
WORDS = {key: entry for words in FILES.values() for key, entry in words.items()}


def test_no_key_stands_in_two_files() -> None:
    counted = Counter(key for words in FILES.values() for key in words)
    assert WORDS and [key for key, times in counted.items() if times > 1] == []


def test_every_word_is_there_in_japanese_and_english_with_the_same_values_to_fill_in() -> None:
    def values(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert [key for key, entry in WORDS.items() if not (entry.get("ja") and entry.get("en"))] == []
    assert [key for key, entry in WORDS.items() if values(entry["ja"]) != values(entry["en"])] == []


def test_every_key_a_page_names_exists() -> None:
    asked = {key for path in (ROOT / "pages").rglob("*.py") for key in re.findall(r'\bt\(\s*"(\w+)"', path.read_text("utf-8"))}
    begun = {key for key in asked if key.endswith("_")}  # t("kind_" + kind): the rest is a value
    assert begun and asked - begun - WORDS.keys() == set()
    assert [start for start in begun if not any(key.startswith(start) for key in WORDS)] == []
