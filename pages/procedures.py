"""How much of the procedures can be done online, and where does paper remain?"""

from __future__ import annotations

import streamlit as st

from kpis.registers import tally
from kpis.text import format_date
from pages.parts import cached
from pages.parts.cards import chart_with_table, headline_value
from pages.parts.entry import as_of, enter
from pages.parts.procedure_list import procedure_list
from pages.parts.procedure_page import procedure_page
from pages.parts.procedure_parts import cards, comparison, over_time, paper_steps, planned_when, published_totals
from pages.parts.registers import not_loaded, percent, published, same_numbers
from pages.parts.text import language, named, t

enter()

if code := st.query_params.get("code"):
    procedure_page(code)
    st.stop()

register = cached.procedures_counted(as_of())
total = cached.made("procedures total", code="", as_of=as_of(), language="", make=lambda: tally(register.groups))
rate = published("procedures", "ratio")
if not total.procedures:
    st.title(t("proc_empty"))
    not_loaded("Procedure", t("proc_empty_how"))
    if rate is not None:
        with st.container(border=True):
            chart_with_table(rate, cached.book(), heading=named(rate.entry.definition))
    st.stop()

title = t("proc_title", total=f"{total.procedures:,}", done=f"{total.done:,}", rate=percent(total.rate_pct))
st.title(title + (t("proc_title_published", value=headline_value(rate, rate.judgement.figure)) if rate else ""))
units = t("list_comma").join(f"{t(f'unit_{unit}')} {n:,}" for unit, n in sorted(total.units.items()))
unknown, exempt = total.statuses.get("unknown", 0), total.statuses.get("exempt", 0)
st.caption(t("proc_lead", as_of=format_date(as_of(), language()), units=units, unknown=f"{unknown:,}", exempt=f"{exempt:,}"))
if total.sample:
    st.warning(t("sample_marked", n=f"{total.sample:,}"), icon=":material/science:")

cards(register, total)
if rate is not None:
    with st.container(border=True):
        chart_with_table(rate, cached.book(), heading=named(rate.entry.definition))
published_totals(register, total)
with st.container(border=True):
    comparison(register)
left, right = st.columns(2, gap="medium")
with left, st.container(border=True):
    paper_steps(register)
with right, st.container(border=True):
    planned_when(register)
with st.container(border=True):
    over_time(register, total)
procedure_list(register)
st.subheader(t("notes_heading"))
st.markdown(t("proc_notes"))
same_numbers("/api/v1/registers/procedures")
