"""The published method (``docs/method.md``) prepared for a page.

The document uses field names, so that a status can be recomputed exactly. A page shows words in their place (``field_…``), and a
table of the field names for machines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce

from kpis.figures.records import STATUSES
from kpis.kinds import KINDS
from kpis.periods import first_month_word, last_month_word
from kpis.settings import ROOT
from kpis.text import status_word
from telling.projects import kind_name, listed_as
from telling.words import Words, is_japanese


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the method: number, name and text, without markup; a rule without a name (9) uses its first sentence."""

    number: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the method: anchor, heading, text in markdown, and rules."""

    anchor: str
    heading: str
    text: str
    rules: tuple[Rule, ...]


_BETWEEN = r"(?:, |[^\s\w\x00-\x7f])"
_NAMED = r"`(?!(?:lower|higher|keep|none)`)[a-z_/.0-9]+`"
_ASIDE = re.compile(rf" ?\({_NAMED}(?:{_BETWEEN}{_NAMED})*\)")  # bare names in brackets
_FIRST = re.compile(rf"(?<=\(){_NAMED}{_BETWEEN}(?=[^`])")  # a name followed by an explanation in the same brackets
_KINDS = re.compile(r"(?<![A-Za-z`_/])(direction|" + "|".join(sorted(KINDS)) + r")(?![A-Za-z`_/])")
_SIGN = "[^\x00-\x7f→÷×−√≦≧±⌈⌉]"  # Japanese characters and brackets; formulas keep their spaces


def in_short(words: Words) -> str:
    """Return the method in a few sentences, in markdown, for those who do not work it out themselves."""
    return words("method_short_text", **{status: status_word(status, words.language) for status in STATUSES})


def sections(words: Words) -> list[Section]:
    """Return the sections of the method in order, in plain words; anchors are the same in every language."""
    parts = re.findall(r"^### (.+)\n([\s\S]*?)(?=^### |\Z)", method(words), flags=re.M)
    paragraphs = [(heading, _in_words(text, words)) for heading, text in parts]
    return [Section(f"method-{n}", heading, text, _rules(text)) for n, (heading, text) in enumerate(paragraphs, start=1)]


def names(words: Words) -> list[tuple[str, str]]:
    """Return (word on the page, field name) for each field named in the method, in order of appearance."""
    named = dict.fromkeys(re.findall(r"`([a-z]+(?:_[a-z]+)+|needed|chance|revision)`", method(words)))
    return [(_word(name, words), name) for name in named if words.has(f"field_{name}")]


def _in_words(text: str, words: Words) -> str:
    """Return a part of the method with names of fields, kinds and statuses replaced by words."""
    plain = _FIRST.sub("", _ASIDE.sub("", text))
    plain = re.sub(r"`([a-z_]+)`", lambda name: _word(name[1], words), plain)
    if not is_japanese(plain):
        return plain
    plain = re.sub(r"\((?:vintage|ceiling)\)", "", plain)
    plain = _KINDS.sub(lambda name: words("about_direction") if name[1] == "direction" else words(f"kind_{name[1]}"), plain)
    return re.sub(f"(?<={_SIGN})(?: |\n +)(?={_SIGN})", "", plain)


def _word(name: str, words: Words) -> str:
    if words.has(f"field_{name}"):
        return words(f"field_{name}")
    return words("method_quoted", text=words(f"status_{name}")) if words.has(f"status_{name}") else words(f"kind_{name}")


def _rules(text: str) -> tuple[Rule, ...]:
    made = []
    for number, rule in re.findall(r"^(\d+)\. ([\s\S]*?)(?=^\d+\. |\Z)", text, flags=re.M):
        plain = _plain(rule)
        name = re.match(r"\*\*(.+?)\*\*", rule)
        called = _plain(name[1]) if name else re.split(r"[。:=]|\. ", plain, maxsplit=1)[0].strip()
        made.append(Rule(int(number), called, plain.removeprefix(called).lstrip(":。. ") if name else plain))
    return tuple(made)


def _plain(text: str) -> str:
    """Return markdown as plain text, without names of columns and files in brackets."""
    joined = re.sub(r"(?<=[^\x00-\x7f])\n *(?=[^\x00-\x7f])", "", text)  # no space between lines of Japanese
    return " ".join(re.sub(r" ?\((?:`[^`]+`(?:, |、)?)+\)|[*`]", "", joined).split())


def method(words: Words) -> str:
    """Return the method in a language, in markdown, with the government's months and projects filled in."""
    kind = next(iter(listed_as("cards")), None)
    own = {
        "{first_month}": first_month_word(words.language), "{last_month}": last_month_word(words.language),
        "{projects}": kind_name(kind, None, words),
    }  # fmt: skip
    text = words.part_of((ROOT / "docs" / "method.md").read_text(encoding="utf-8"))
    return reduce(lambda words, blank: words.replace(*blank), own.items(), text)
