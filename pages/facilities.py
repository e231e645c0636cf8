"""The page of cashless payment: at which facilities it is accepted, by which methods, and where not yet."""

from __future__ import annotations

import streamlit as st

from kpis.as_text import markdown
from kpis.store import tables
from kpis.text import format_date
from pages.parts import cached, prose
from pages.parts.cards import chart_with_table, headline_value, status_badge
from pages.parts.choices import choose_part, filter_by
from pages.parts.entry import enter, stop
from pages.parts.one_or_all import back_link, code_in_address
from pages.parts.registers import block, cards, not_loaded, published, same_numbers, telling
from pages.parts.text import heading_name, language, named, t
from pages.parts.titled import page_heading, section_heading, set_title
from pages.parts.when import as_of
from telling import facilities as told_facilities

enter()

facilities = cached.moment().facilities
if facilities and (code := code_in_address({facility.code for facility in facilities}, "search_facility_unknown")):
    (one,) = [facility for facility in facilities if facility.code == code]
    set_title(one.name)
    page_heading(heading_name(one.name))
    back_link("facilities", t("search_facility_back"))
    block(lambda: told_facilities.whole_list(telling(), [one]), key="facilities", suffix=code)
    stop()
rollout = published("facilities", "completion", "ratio", "stock")
if not facilities:
    page_heading(t("fac_empty"))
    not_loaded(tables.Facility, t("fac_empty_how"))
    if rollout is None:
        stop()
else:
    current_telling = telling()
    page_heading(
        markdown(
            told_facilities.title(current_telling, facilities, headline_value(rollout, rollout.judgement.figure) if rollout else "")
        )
    )
    if rollout is not None:
        status_badge(rollout.judgement)
    prose.caption(t("fac_lead", as_of=format_date(as_of(), language())))
    if sample := sum(f.is_sample for f in facilities):
        prose.warning(t("sample_marked", n=sample), icon=":material/science:")
    cards(lambda: told_facilities.cards(current_telling, facilities, rollout), key="facilities")
left, right = st.columns(2, gap="small") if rollout is not None and facilities else (st.container(), st.container())
if rollout is not None:
    with left, st.container(border=True, height="stretch"):
        chart_with_table(rollout, cached.moment().book, heading=f"{t('fac_trend')}: {named(rollout.entry.definition)}")
if facilities:
    with right, st.container(border=True, height="stretch"):
        block(lambda: told_facilities.over_time(current_telling, facilities), key="facilities_over_time")
    left, right = st.columns(2, gap="small")
    with left, st.container(border=True, height="stretch"):
        section_heading(t("fac_by"))
        by = choose_part(
            "by", told_facilities.FIELDS, t("by_choose"), lambda f: t("reg_by_bureau") if f == "bureau" else t("fac_kind")
        )
        block(lambda: told_facilities.where(current_telling, facilities, by), key="facilities_by", suffix=by)
    with right, st.container(border=True, height="stretch"):
        block(lambda: told_facilities.ways_of_paying(current_telling, facilities), key="facility_methods")
    with st.container(border=True):
        section_heading(t("fac_map"))
        block(lambda: told_facilities.tiles(current_telling, facilities), key="facilities_map")
    with st.container(border=True):
        block(lambda: told_facilities.cash_places(current_telling, facilities), key="cash_only")
    section_heading(t("fac_list"))
    with_facilities = cached.made("bureaus of facilities", make=lambda: {current_telling.home(f.bureau) for f in facilities})
    bureaus = [code for code in cached.moment().units if code in with_facilities]
    left, right = st.columns(2)
    with left:
        show = filter_by("show", told_facilities.SHOWN, t("fac_show"), lambda s: t(f"fac_show_{s}"))
    with right:
        bureau = filter_by("bureau", bureaus, t("reg_by_bureau"), current_telling.bureau_with_end)
    narrowed = told_facilities.chosen(current_telling, facilities, show=show, bureau=bureau)
    block(lambda: told_facilities.whole_list(current_telling, narrowed), key="facilities", suffix=f"{show} {bureau}")
    section_heading(t("notes_heading"))
    prose.markdown(t("fac_notes"))
    same_numbers("/api/v1/registers/facilities")
