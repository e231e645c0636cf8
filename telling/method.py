"""The published method (``docs/method.md``) as a page tells it."""

from __future__ import annotations

from functools import reduce

from kpis.periods import first_month_word, last_month_word
from kpis.settings import ROOT
from telling.projects import kind_name, listed_as
from telling.words import Words


def method(words: Words) -> str:
    """Return the part of the method in a language, in markdown, with the months and the projects of the government filled in."""
    kind = next(iter(listed_as("cards")), None)
    own = {
        "{first_month}": first_month_word(words.language), "{last_month}": last_month_word(words.language),
        "{projects}": kind_name(kind, None, words),
    }  # fmt: skip
    text = words.part_of((ROOT / "docs" / "method.md").read_text(encoding="utf-8"))
    return reduce(lambda told, blank: told.replace(*blank), own.items(), text)
