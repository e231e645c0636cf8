"""Content of the page of themes: status, card, notes and indicators of each theme."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kpis.figures.scorecard import Scored
from kpis.store import tables
from pages.parts import address, cached
from pages.parts.text import viewer_words
from pages.parts.when import as_of
from publishers.site import seen
from telling.cards import card_of
from telling.overview import themes_told


@dataclass(frozen=True, slots=True)
class ThemeCards:
    """Content of the page: a sentence with each theme's status, the cards, and (theme, notes, [(indicator, heading as HTML)]) per theme."""

    sentence: str
    cards: Markup
    themes: list[tuple[str, list[str], list[tuple[Scored, str]]]]


def themes_layout() -> ThemeCards:
    """Return the content of the page for this run's moment and language."""
    words, own = viewer_words(), cached.moment().own
    sentence, themes = themes_told(own, cached.moment().rows(tables.Indicator), words)
    cards = seen.theme_cards(own, address.page_of("indicator"), words, as_of=as_of(), picture=seen.behind_address)
    return ThemeCards(
        sentence, cards, [(theme, notes, [(item, _heading(item)) for item in items]) for theme, notes, items in themes]
    )


def _heading(item: Scored) -> str:
    """Return the name, status and value of an indicator as HTML."""
    words = viewer_words()
    return seen.brief(card_of(item, words, as_of=as_of(), is_narrow=True), words)
