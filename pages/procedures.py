"""The page of administrative procedures: how many can be done online, and where paper remains; or one procedure by its code."""

from __future__ import annotations

import streamlit as st

from kpis.as_text import markdown
from kpis.figures.registers import DIMENSIONS, tally
from kpis.store import tables
from pages.parts import address, cached, prose
from pages.parts.cards import chart_with_table, headline_value
from pages.parts.choices import choose_part
from pages.parts.entry import enter, stop
from pages.parts.procedure_list import procedure_list
from pages.parts.procedure_page import procedure_page
from pages.parts.registers import block, cards, not_loaded, published, same_numbers, telling
from pages.parts.text import digits, named, t
from pages.parts.titled import page_heading, section_heading
from telling import procedures as told_procedures

enter()

if code := address.settle("code", default="", read=str, refuse=lambda *_: "", widget=False):  # the page reports unknown codes
    procedure_page(code)
    stop()

register = cached.moment().procedures
total = cached.made("procedures total", make=lambda: tally(register.groups))
rate = published("procedures", "ratio")
if not total.procedures:
    page_heading(t("proc_empty"))
    not_loaded(tables.Procedure, t("proc_empty_how"))
    if rate is not None:
        with st.container(border=True):
            chart_with_table(rate, cached.moment().book, heading=named(rate.entry.definition))
    stop()

current_telling = telling()
page_heading(markdown(told_procedures.title(current_telling, total, headline_value(rate, rate.judgement.figure) if rate else "")))
prose.caption(markdown(told_procedures.lead(current_telling, total)))
if total.sample:
    prose.warning(t("sample_marked", n=digits(total.sample)), icon=":material/science:")

cards(lambda: told_procedures.cards(current_telling, register, total), key="procedures")
left, right = st.columns(2, gap="small") if rate is not None else (None, st.container())
if left is not None and rate is not None:
    with left, st.container(border=True, height="stretch"):
        chart_with_table(rate, cached.moment().book, heading=named(rate.entry.definition))
with right, st.container(border=True, height="stretch"):
    block(lambda: told_procedures.over_time(current_telling, register, total), key="procedures_over_time")
with st.container(border=True):
    section_heading(t("cmp_heading"))
    by = choose_part("by", DIMENSIONS, t("by_choose"), lambda d: t(f"reg_by_{d}"))
    block(lambda: told_procedures.comparison(current_telling, register, by), key="procedures_by", suffix=by)
left, right = st.columns(2, gap="small")
with left, st.container(border=True, height="stretch"):
    block(lambda: told_procedures.paper_steps(current_telling, register), key="procedure_steps")
with right, st.container(border=True, height="stretch"):
    block(lambda: told_procedures.planned_when(current_telling, register), key="procedure_plan")
if published("procedures", *told_procedures.PUBLISHED):
    with st.container(border=True):
        block(
            lambda: told_procedures.published_totals(current_telling, register, total, cached.moment().whole),
            key="published_totals",
        )
procedure_list(register)
section_heading(t("notes_heading"))
prose.markdown(t("proc_notes"))
same_numbers("/api/v1/registers/procedures")
