"""The words of the pages: one place for each, both languages, the same blanks to fill in, and none that no page uses."""

from __future__ import annotations

import re
import string
import tomllib
from collections import Counter

import pytest

from kpis.settings import ROOT
from kpis.text import filled
from tests.rooms import LEVELS

FILES = sorted((ROOT / "data" / "text").glob("*.toml"))
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for room in LEVELS
    for path in sorted((ROOT / room).rglob("*"))
    if path.suffix in (".py", ".html", ".xml", ".txt", ".js")
)
WORDS = {key: entry for path in FILES for key, entry in tomllib.loads(path.read_text(encoding="utf-8")).items()}


def blanks(text: str) -> set[str]:
    """Return the names of the values that a text leaves to be filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_each_key_stands_in_one_file_only() -> None:
    counted = Counter(key for path in FILES for key in tomllib.loads(path.read_text(encoding="utf-8")))
    assert [key for key, count in counted.items() if count > 1] == []


def test_every_text_is_there_in_both_languages_with_the_same_blanks() -> None:
    assert len(WORDS) > 300
    for key, entry in WORDS.items():
        assert set(entry) == {"ja", "en"} and all(entry.values()), key
        assert blanks(entry["ja"]) == blanks(entry["en"]), key


def test_every_key_that_the_code_asks_for_exists() -> None:
    asked = {key for key in re.findall(r"\b(?:t|words)\(\s*[\"'](\w+)[\"']", CODE) if not key.endswith("_")}
    assert len(asked) > 200
    assert sorted(asked - set(WORDS)) == []


def test_no_text_is_left_that_nothing_asks_for() -> None:
    """A key may be put together, as ``t("kind_" + kind)``: then its first part stands in the code."""
    starts = set(re.findall(r"[\"'](\w+_|stage )(?:\"|'|\{)", CODE))
    unused = [k for k in WORDS if f'"{k}"' not in CODE and f"'{k}'" not in CODE and not any(k.startswith(s) for s in starts)]
    assert unused == []


NOUNS = sorted({many.split()[0] for entry in WORDS.values() for _, many in re.findall(r"\{\w+:([^|{}]*)\|([^{}]*)\}", entry["en"])})


@pytest.mark.parametrize(
    ("count", "word"), [(1, "project"), ("1", "project"), (0, "projects"), (2, "projects"), ("1,000", "projects"), (21, "projects")]
)
def test_a_count_chooses_its_word(count: object, word: str) -> None:
    assert filled("{n} core {n:project|projects} ({name})", {"n": count, "name": "|"}) == f"{count} core {word} (|)"
    assert filled("{n:>3}", {"n": 1}) == "  1"


def test_no_english_count_stands_before_a_plural_that_cannot_be_one() -> None:
    """A count that may be 1 names both words: ``{count} {count:project|projects}``."""
    assert len(NOUNS) > 20 and {"projects", "indicators", "milestones"} <= set(NOUNS)
    nouns = "|".join(n for n in NOUNS if n.endswith("s") and n not in ("is", "has", "does"))
    found = {
        key: m[0] for key, e in WORDS.items() if (m := re.search(rf"\{{\w+\}}(?: core| open| of the)? (?:{nouns})\b", e["en"]))
    }
    assert found == {}
    assert not [key for key, entry in WORDS.items() if re.search(r"\{\w+:[^{}]*\|", entry["ja"])], "Japanese has no plural"
