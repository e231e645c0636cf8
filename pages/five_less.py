"""The five lesses: is each on its planned path?"""

from __future__ import annotations

import streamlit as st

from kpis.text import status_word
from pages.parts import cached
from pages.parts.cards import chart_with_table, find, headline_value, status_badge
from pages.parts.entry import as_of, enter
from pages.parts.text import language, named, t

enter()

LESSES = {
    "paperless": ("paper_reduction_rate", "paper_sheets", "copy_reduction_rate", "copy_count"),
    "faxless": ("fax_reduction_rate",),
    "sealless": ("electronic_decision_rate", "seal_abolished_procedures"),
    "cashless": ("cashless_facilities",),
    "touchless": ("touchless_services",),
}
NOTES = {"paperless": ("pair", "break_note"), "faxless": ("fax_note",), "touchless": ("touchless_note",)}

scored = cached.scored(as_of())
book = cached.book()
heads = {theme: find(scored, codes[0]) for theme, codes in LESSES.items()}
text = "、".join(f"{t(theme)} {status_word(s.judgement.status, language())}" for theme, s in heads.items() if s)
st.title(t("five_less_title", text=text))

for theme, codes in LESSES.items():
    st.header(t(theme), divider="gray")
    for note in NOTES.get(theme, ()):
        st.info(t(note), icon=":material/info:")
    with st.grid(2, min_column_width=320):
        for code in codes:
            item = find(scored, code)
            if item is None:
                continue
            with st.container(border=True, height="stretch"):
                st.subheader(named(item.entry.definition))
                status_badge(item.judgement)
                st.markdown(f"### {headline_value(item, item.judgement.figure)}")
                chart_with_table(item, book)
                st.page_link(
                    "pages/indicator.py", label=t("details"), icon=":material/arrow_forward:",
                    query_params={"code": code, "lang": language()},
                )  # fmt: skip
