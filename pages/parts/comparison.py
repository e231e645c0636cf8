"""Indicators compared with the previous period, the year before and the plan."""

from __future__ import annotations

from collections.abc import Sequence

from kpis.figures.scorecard import Scored
from kpis.figures.sentences import variance_text
from pages.parts import address, cached
from pages.parts.data_table import Texts, texts_table
from pages.parts.text import language, viewer_words
from pages.parts.when import as_of, view
from publishers.site import seen
from publishers.site.headed import defined
from telling.cards import CardRows, card_of
from telling.words import Words

AT_ONCE = 20  # rows shown; the rest are collapsed


def comparison(every: Sequence[Scored], *, code: str, caption: str) -> None:
    """Draw a table of the indicators that have a figure, one row each. ``code``: whose they are; part of the cache key."""
    words, links = viewer_words(), tuple(address.link().items())

    def make() -> Texts:
        listed = [card_of(item, words, as_of=as_of()) for item in every if item.judgement.figure is not None]
        return cached.drawn(("comparison", listed, links, caption), lambda: _table_of(listed, words, caption))

    texts_table(cached.made("comparison in full", code=(code, view(), *links), make=make))


def _table_of(listed: Sequence[CardRows], words: Words, caption: str) -> Texts:
    parts = [listed] if len(listed) <= AT_ONCE + 1 else [listed[:AT_ONCE], listed[AT_ONCE:]]
    made = [seen.compared(part, address.page_of("indicator"), words, caption=caption) for part in parts]
    made[0] = defined(made[0], words)
    return Texts(made[0], *((made[1], len(parts[1])) if len(parts) > 1 else ()))


def difference(item: Scored) -> str:
    """Return as text by how much a figure is above or below its plan."""
    return variance_text(item.entry.definition, item.judgement, language())
