"""The published method (``docs/method.md``) as a page tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce

from kpis.periods import first_month_word, last_month_word
from kpis.settings import ROOT
from telling.projects import kind_name, listed_as
from telling.words import Words


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the method: its number, its name and what it says, without marks; of one without a name (9) its first sentence."""

    number: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the method: where it stands on a page, its heading, what it says in markdown, and its rules."""

    anchor: str
    heading: str
    text: str
    rules: tuple[Rule, ...]


def sections(words: Words) -> list[Section]:
    """Return the sections of the method in their order; their anchors are the same in every language."""
    parts = re.findall(r"^### (.+)\n([\s\S]*?)(?=^### |\Z)", method(words), flags=re.M)
    return [Section(f"method-{n}", heading, text, _rules(text)) for n, (heading, text) in enumerate(parts, start=1)]


def _rules(text: str) -> tuple[Rule, ...]:
    made = []
    for number, said in re.findall(r"^(\d+)\. ([\s\S]*?)(?=^\d+\. |\Z)", text, flags=re.M):
        plain = _plain(said)
        name = re.match(r"\*\*(.+?)\*\*", said)
        called = _plain(name[1]) if name else re.split(r"[。:=]|\. ", plain, maxsplit=1)[0].strip()
        made.append(Rule(int(number), called, plain.removeprefix(called).lstrip(":。. ") if name else plain))
    return tuple(made)


def _plain(text: str) -> str:
    """Return markdown as plain words, without the names of columns and files in brackets."""
    joined = re.sub(r"(?<=[^\x00-\x7f])\n *(?=[^\x00-\x7f])", "", text)  # no blank between lines of Japanese
    return " ".join(re.sub(r" ?\((?:`[^`]+`(?:, |、)?)+\)|[*`]", "", joined).split())


def method(words: Words) -> str:
    """Return the part of the method in a language, in markdown, with the months and the projects of the government filled in."""
    kind = next(iter(listed_as("cards")), None)
    own = {
        "{first_month}": first_month_word(words.language), "{last_month}": last_month_word(words.language),
        "{projects}": kind_name(kind, None, words),
    }  # fmt: skip
    text = words.part_of((ROOT / "docs" / "method.md").read_text(encoding="utf-8"))
    return reduce(lambda told, blank: told.replace(*blank), own.items(), text)
