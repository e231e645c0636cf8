"""The themes: is each on its planned path?"""

from __future__ import annotations

import streamlit as st

from kpis.as_text import markdown
from kpis.figures.scorecard import Scored
from kpis.store import tables
from pages.parts import cached
from pages.parts.cards import badge_line, chart_with_table, headline_value, indicator_link
from pages.parts.entry import enter
from pages.parts.text import language, shown_name, t
from telling.overview import theme_name, themes_told
from telling.words import Words

enter()


def layout() -> tuple[str, list[tuple[str, list[str], list[tuple[Scored, str]]]]]:
    """Return the status of each theme in one text, and each theme with its notes and its indicators with their headings."""
    said, themes = themes_told(cached.moment().own, cached.moment().rows(tables.Indicator), Words(language()))
    return said, [(theme, notes, [(item, heading(item)) for item in items]) for theme, notes, items in themes]


def heading(item: Scored) -> str:
    """Return name, status and value of an indicator as one text."""
    value = headline_value(item, item.judgement.figure)
    is_text = item.judgement.figure is not None and item.judgement.figure.value is None
    shown = f"**{markdown(value)}**" if is_text else f"#### {markdown(value)}"
    return f"**{shown_name(item.entry.definition)}**  \n{badge_line(item.judgement)}\n\n{shown}"


book = cached.moment().book
said, themes = cached.made("themes", make=layout)
st.title(t("themes_title", text=markdown(said)))
if not said:
    st.info(t("empty"), icon=":material/info:")

for theme, notes, items in themes:
    if not items:
        continue
    st.header(markdown(theme_name(theme, Words(language()))))
    for note in notes:
        st.info(markdown(note), icon=":material/info:")
    with st.grid(min(len(items), 2), min_column_width=300):
        for item, text in items:
            with st.container(border=True, height="stretch"):
                st.markdown(text)
                chart_with_table(item, book)
                indicator_link(item.entry.definition.code)
