"""Where can one pay without cash, how, and where not yet?"""

from __future__ import annotations

import streamlit as st

from kpis.facilities import by_status, counted
from kpis.text import format_date
from pages.parts import cached
from pages.parts.cards import chart_with_table, headline_value, status_badge
from pages.parts.entry import as_of, enter
from pages.parts.facility_parts import cards, cash_places, over_time, tiles, ways_of_paying, where, whole_list
from pages.parts.registers import not_loaded, published, same_numbers
from pages.parts.text import language, named, t

enter()

facilities = cached.facilities(as_of())
rollout = published("cashless", "completion", "ratio", "stock")
if not facilities:
    st.title(t("fac_empty"))
    not_loaded("Facility", t("fac_empty_how"))
    if rollout is None:
        st.stop()
else:
    single = counted(facilities)
    values = {"total": f"{len(single):,}", "done": f"{by_status(single)['introduced']:,}"}
    if rollout is not None:
        st.title(t("fac_title", value=headline_value(rollout, rollout.judgement.figure), **values))
        status_badge(rollout.judgement)
    else:
        st.title(t("fac_title_list", **values))
    st.caption(t("fac_lead", as_of=format_date(as_of(), language())))
    if sample := sum(f.is_sample for f in facilities):
        st.warning(t("sample_marked", n=sample), icon=":material/science:")
    cards(facilities, rollout)
if rollout is not None:
    with st.container(border=True):
        chart_with_table(rollout, cached.book(), heading=f"{t('fac_trend')}: {named(rollout.entry.definition)}")
if facilities:
    with st.container(border=True):
        where(facilities)
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True):
        ways_of_paying(facilities)
    with right, st.container(border=True):
        over_time(facilities)
    with st.container(border=True):
        cash_places(facilities)
    with st.container(border=True):
        tiles(facilities)
    whole_list(facilities)
    st.subheader(t("notes_heading"))
    st.markdown(t("fac_notes"))
    same_numbers("/api/v1/registers/facilities")
