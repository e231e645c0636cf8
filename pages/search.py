"""The search page: procedures, indicators, facilities, bureaus, projects, milestones, terms and pages."""

from __future__ import annotations

import streamlit as st

from kpis.as_text import markdown
from pages.parts import address, prose
from pages.parts.choices import filter_by, search_input
from pages.parts.entry import end_page, enter, stop
from pages.parts.menu import page
from pages.parts.registers import telling
from pages.parts.search_box import shown as result
from pages.parts.text import digits, t
from pages.parts.titled import page_heading
from telling.search import KINDS, answers

enter()

MOST = 30

words_typed = search_input("q", t("search_box"), t("search_placeholder"))
kind = filter_by("kind", KINDS, t("search_kind"), lambda code: t(f"search_kind_{code}"))
if not words_typed:
    end_page(t("search_box"), lambda: prose.markdown(t("search_empty")))
listed = answers(telling(), words_typed, kinds=[kind] if kind else (), limit=MOST + 1)
is_part, listed = len(listed) > MOST, listed[:MOST]
if not listed:
    page_heading(t("search_title", asked=markdown(words_typed), count=0))
    prose.info(t("search_none", asked=markdown(words_typed)), icon=":material/search_off:")
    for name in ("procedures", "facilities", "bureau", "projects"):
        st.page_link(page(name), query_params=address.link())
    stop()
page_heading(t("search_title_first" if is_part else "search_title", asked=markdown(words_typed), count=digits(len(listed))))
if is_part:
    prose.caption(t("search_most"))
for hit in listed:
    result(hit)
