"""The themes: is each on its planned path?"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from markupsafe import Markup

from kpis.as_text import markdown
from kpis.figures.scorecard import Scored
from kpis.store import tables
from pages.parts import address, cached
from pages.parts.cards import chart_with_table, indicator_link
from pages.parts.entry import enter
from pages.parts.raw_html import draw_html
from pages.parts.text import language, t
from pages.parts.titled import page_heading
from pages.parts.when import as_of
from publishers.site import seen
from telling.cards import card_of
from telling.overview import theme_name, themes_told
from telling.words import Words

enter()


@dataclass(frozen=True, slots=True)
class Layout:
    """The status of each theme in one text, a card for each, and each theme with its notes and its indicators with their headings."""

    said: str
    cards: Markup
    themes: list[tuple[str, list[str], list[tuple[Scored, str]]]]


def layout() -> Layout:
    """Return what the page shows, made once per revision, day and language."""
    words, own = Words(language()), cached.moment().own
    said, themes = themes_told(own, cached.moment().rows(tables.Indicator), words)
    cards = seen.theme_cards(own, lambda code: address.path("indicator", code=code), words, as_of=as_of())
    return Layout(said, cards, [(theme, notes, [(item, heading(item)) for item in items]) for theme, notes, items in themes])


def heading(item: Scored) -> str:
    """Return name, status and value of an indicator as HTML."""
    words = Words(language())
    return seen.brief(card_of(item, words, as_of=as_of()), words)


book = cached.moment().book
told = cached.made("themes", code=tuple(address.link().items()), make=layout)
page_heading(t("themes"))
if told.said:
    st.markdown(markdown(told.said))
    draw_html(Markup('<h2 class="vh">{}</h2>').format(t("ed_key_numbers")) + told.cards)
    st.caption(t("legend"))
else:
    st.info(t("empty"), icon=":material/info:")

for theme, notes, items in told.themes:
    if not items:
        continue
    left, right = st.columns([1, 4], gap="medium")
    with left:
        st.header(markdown(theme_name(theme, Words(language()))))
        for note in notes:
            st.markdown(markdown(note))
    with right, st.grid(3 if len(items) == 3 else min(len(items), 2), min_column_width=270):
        for item, text in items:
            with st.container(border=True, height="stretch"):
                draw_html(text)
                chart_with_table(item, book, is_explained=False)
                indicator_link(item.entry.definition.code)
