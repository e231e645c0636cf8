"""What the page of the themes shows of each: its status, its card, its notes, and its indicators."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kpis.figures.scorecard import Scored
from kpis.store import tables
from pages.parts import address, cached
from pages.parts.text import language
from pages.parts.when import as_of
from publishers.site import seen
from telling.cards import card_of
from telling.overview import themes_told
from telling.words import Words


@dataclass(frozen=True, slots=True)
class ThemeCards:
    """The status of each theme in one text, a card for each, and each theme with its notes and its indicators with their headings."""

    sentence: str
    cards: Markup
    themes: list[tuple[str, list[str], list[tuple[Scored, str]]]]


def themes_layout() -> ThemeCards:
    """Return what the page shows, made once per revision, day and language."""
    words, own = Words(language()), cached.moment().own
    sentence, themes = themes_told(own, cached.moment().rows(tables.Indicator), words)
    cards = seen.theme_cards(
        own, lambda code: address.path("indicator", code=code), words, as_of=as_of(), picture=seen.behind_address
    )
    return ThemeCards(
        sentence, cards, [(theme, notes, [(item, _heading(item)) for item in items]) for theme, notes, items in themes]
    )


def _heading(item: Scored) -> str:
    """Return name, status and value of an indicator as HTML."""
    words = Words(language())
    return seen.brief(card_of(item, words, as_of=as_of()), words)
