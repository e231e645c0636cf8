"""The page of themes: whether the indicators of each are on their planned path."""

from __future__ import annotations

import streamlit as st
from markupsafe import Markup

from kpis.as_text import markdown
from pages.parts import address, cached, prose
from pages.parts.cards import chart_with_table, indicator_link
from pages.parts.entry import enter
from pages.parts.raw_html import draw_html
from pages.parts.text import t, viewer_words
from pages.parts.themes_layout import themes_layout
from pages.parts.titled import page_heading, section_heading
from telling.overview import theme_name

enter()

book = cached.moment().book
layout = cached.made("themes", code=tuple(address.link().items()), make=themes_layout)
page_heading(t("themes"))
if layout.sentence:
    prose.markdown(markdown(layout.sentence))
    draw_html(Markup('<h2 class="vh">{}</h2>').format(t("ed_key_numbers")) + layout.cards)
    prose.caption(t("legend"))
else:
    prose.info(t("empty"), icon=":material/info:")

for theme, notes, items in layout.themes:
    if not items:
        continue
    left, right = st.columns([1, 4], gap="medium")
    with left:
        section_heading(markdown(theme_name(theme, viewer_words())))
        for note in notes:
            prose.markdown(markdown(note))
    with right, st.grid(3 if len(items) == 3 else min(len(items), 2), min_column_width=270):
        for item, text in items:
            with st.container(border=True, height="stretch"):
                draw_html(text)
                chart_with_table(item, book, is_explained=False)
                indicator_link(item.entry.definition.code)
