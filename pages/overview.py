"""The first page: whether the reforms are on track, what needs attention, headline indicators, latest changes and projects."""

from __future__ import annotations

import streamlit as st

from pages.parts import address, cached, prose
from pages.parts.attention import needs_attention
from pages.parts.cards import chart_with_table, explain_empty, indicator_link
from pages.parts.entry import enter, stop
from pages.parts.project import confidence_against_status
from pages.parts.raw_html import draw_html
from pages.parts.summary import summary
from pages.parts.text import named, t
from pages.parts.titled import page_heading, section_heading
from pages.parts.viewer import viewer
from pages.parts.voice import voice
from telling.overview import shown_first

enter()

book = cached.moment().book
scored = cached.moment().own
if not any(s.judgement.figure for s in scored):
    page_heading(t("nav_overview"))
    explain_empty()
    if viewer().may("see_standings"):  # overdue reports exist before any figure does
        needs_attention()
    stop()
shown = shown_first(scored)
summary_texts = cached.made("overview", code=tuple(address.link().items()), make=lambda: summary(scored, book, shown))
page_heading(summary_texts.title)
prose.caption(summary_texts.lead)
draw_html(summary_texts.counts)
needs_attention()

if shown.of_themes:
    section_heading(t("themes"))
    draw_html(summary_texts.cards)
    if summary_texts.excluded[0]:
        prose.caption(summary_texts.excluded[0])

left, right = st.columns([3, 2], gap="small") if shown.trend else (None, st.container())
if left is not None and shown.trend is not None:
    with left, st.container(border=True, height="stretch"):
        chart_with_table(shown.trend, book, heading=named(shown.trend.entry.definition))
        indicator_link(shown.trend.entry.definition.code)
with right, st.container(border=True, height="stretch"):
    section_heading(t("changed_last"))
    draw_html(summary_texts.changes)

if summary_texts.projects:
    section_heading(summary_texts.projects_heading)
    draw_html(summary_texts.projects)
    confidence_against_status()

if shown.others:
    section_heading(t("other_headlines"))
    draw_html(summary_texts.others)
    if summary_texts.excluded[1]:
        prose.caption(summary_texts.excluded[1])
prose.caption(t("unverified"))
voice("site", "")
