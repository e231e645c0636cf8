"""The page of one indicator: definition, status, and all figures behind it."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kpis.figures.scorecard import Scored
from kpis.store import tables
from pages.parts import address, cached, prose
from pages.parts.assessment import assessment
from pages.parts.attention import last_quarters
from pages.parts.bureaus import by_bureau
from pages.parts.cards import chart_with_table, find, values_for_paper
from pages.parts.choices import choose
from pages.parts.commentary import commentary_and_actions
from pages.parts.data_table import texts_table
from pages.parts.entry import end_page, enter
from pages.parts.facts import gather
from pages.parts.menu import page
from pages.parts.raw_html import draw_html
from pages.parts.registers import block, telling
from pages.parts.text import named, shown_name, t
from pages.parts.titled import page_heading, section_heading, set_title
from pages.parts.voice import voice
from telling import commentary as told_commentary
from telling.attention import bureau_of

enter()


def show(item: Scored, above: DeltaGenerator) -> None:
    """Draw the page of an indicator; name and status go into the container ``above``."""
    code, book = item.entry.definition.code, cached.moment().book
    facts = cached.made("facts", code=code, make=lambda: gather(item, [*units_of(code), *cached.moment().parts.get(code, ())]))
    set_title(named(item.entry.definition), cached.made("bureau of", code=code, make=lambda: bureau_of(telling(), item)[1]))
    with above:
        page_heading(shown_name(item.entry.definition))
        draw_html(facts.head)
    if item.entry.goals:
        last_quarters(item, named(item.entry.definition))
    left, right = st.columns([2, 1], gap="small") if facts.needed is not None else (st.container(), None)
    with left, st.container(border=True, height="stretch"):
        signs = chart_with_table(item, book)
        values_for_paper(item)
    if right is not None:
        with right, st.container(border=True, height="stretch"):
            section_heading(t("need_heading"))
            prose.markdown(facts.needed_sentence)
            st.table(facts.needed, border="horizontal", hide_header=True, hide_index=True)
    commentary_and_actions(told_commentary.of_subject(telling(), code), key=code, signs=signs)
    assessment(code, status=item.judgement.status)
    if parts := cached.moment().parts.get(code):
        with st.container(border=True):
            section_heading(t("by_bureau"))
            by_bureau(item, parts, key="indicator")
    left, right = st.columns(2, gap="medium")
    with left:
        section_heading(t("definition"))
        prose.markdown(facts.definition)
        st.table(facts.facts, border="horizontal", hide_header=True, hide_index=True)
        for other, label in facts.linked:
            st.page_link(page("indicator"), label=label, query_params=address.link(code=other))
    with right:
        section_heading(t("inputs"))
        if len(facts.inputs):
            st.table(facts.inputs, border="horizontal", hide_header=True, hide_index=True)
        else:
            prose.caption(t("inputs_none"))
        if facts.inputs_explained:
            draw_html(facts.inputs_explained)
        prose.caption(facts.rule)
    if facts.targets.shown:
        section_heading(t("targets_raised"))
        texts_table(facts.targets)
    block(
        lambda: told_commentary.notes(telling(), [*units_of(code), *cached.moment().parts.get(code, ())]), key="notes", suffix=code
    )
    section_heading(t("revisions"))
    if facts.revisions.shown:
        if facts.revisions_sentence:
            prose.markdown(facts.revisions_sentence)
        texts_table(facts.revisions)
    else:
        prose.caption(t("no_revisions"))
    if facts.readings.shown:
        section_heading(t("readings"))
        texts_table(facts.readings)
    voice("indicator", code)


def names_of_all() -> tuple[list[str], dict[str, str]]:
    """Return the codes of all indicators in catalogue order, and a mapping of code to name."""
    catalogue = cached.moment().rows(tables.Indicator)
    return [r.indicator_code for r in catalogue], {r.indicator_code: named(r) for r in catalogue}


def units_of(code: str) -> list[Scored]:
    """Return the judgements of one indicator: for its own scope and for each unit that has figures of it."""
    return [s for s in cached.moment().whole if s.entry.definition.code == code]


codes, names = cached.made("names", make=names_of_all)
if not codes:
    end_page(t("nav_indicator"), lambda: prose.info(t("empty"), icon=":material/info:"))
above = st.container()  # name and status are drawn above the selection of another indicator
code = choose("code", codes, t("choose_indicator"), names.__getitem__, default=codes[0], resets=("period",), unknown="not_found")
chosen = cached.made("one indicator", code=code, make=lambda: find(cached.moment().whole, code))
if chosen is not None:
    show(chosen, above)
