"""The page of one procedure: its register fields, additional fields of its source, and its history."""

from __future__ import annotations

import json

import streamlit as st

from kpis.as_text import markdown
from kpis.errors import NotFound
from kpis.figures.registers import STEPS
from kpis.registers import REGISTERS
from kpis.store.queries import ProcedureOnDay
from kpis.vocabulary import RowKind
from pages.parts import address, cached, prose
from pages.parts.menu import page
from pages.parts.one_or_all import back_link
from pages.parts.registers import bureau_names, day_word, facts, history, number, source_of_row, telling
from pages.parts.text import heading_name, named, shown_name, t
from pages.parts.titled import page_heading, section_heading, set_title
from telling import listed
from telling.blocks import ended_line

# Fields that this page formats itself; all other public fields follow with their declared heading.
FORMATTED_HERE = {
    "procedure_code", "name_ja", "name_en", "bureau_code", "organisation_ja", "category_en", "counted_as", "process_type", "applicant",
    "recipient", "authority", "law_name", "law_article", "is_priority", "digital_status", "not_done_reason", "digitised_date",
    "planned_for", "online_channel", "smartphone_ready", "applications_count", "online_count", "is_count_estimated", "ended_on",
    "ended_reason", "successor_code", "verified", "note_ja", "note_en", *(f"{step}_step" for step in STEPS),
}  # fmt: skip


def procedure_page(code: str) -> None:
    """Draw the page of one procedure; an unknown code is reported instead."""
    try:
        row = cached.moment().procedure(code)
    except NotFound:
        page_heading(t("proc_unknown", code=markdown(code)))
        back_link("procedures", t("back_to_list"))
        return
    set_title(named(row), bureau_names().get(row.bureau_code, "") if row.bureau_code else "")
    page_heading(heading_name(named(row)))
    with st.container(horizontal=True, gap="xsmall"):
        st.badge(t(f"digital_{row.status}"), icon=":material/language:", color="blue")
        if row.is_priority:
            st.badge(t("reg_by_priority"), icon=":material/star:", color="orange")
        if row.is_sample:
            st.badge(t("sample_marked", n=1), icon=":material/science:", color="red")
    back_link("procedures", t("back_to_list"))
    _succession(row)
    section_heading(t("detail_facts"))
    facts(
        ("procedure", code),
        lambda: [*_formatted_facts(row), *listed.facts(telling(), REGISTERS[RowKind.PROCEDURE], row, without=FORMATTED_HERE)],
    )
    source_of_row(row.source_code)
    if details := row.details_json:
        section_heading(t("detail_source"))
        facts(("source of procedure", code), lambda: [(name, str(value)) for name, value in json.loads(details).items()])
    history(RowKind.PROCEDURE, code)


def _succession(row: ProcedureOnDay) -> None:
    """Draw when and why the procedure ended, and links to its successor and to procedures merged into it."""
    if row.ended_reason:
        prose.warning(markdown(_ended(row)), icon=":material/event_busy:")
    kin = [("ended_into", row.successor_code)] if row.successor_code else []
    kin += [("ended_from", code) for code in cached.moment().merged_into(row.procedure_code)]
    for words, code in kin:
        try:
            other = cached.moment().procedure(code)
        except NotFound:
            continue  # not yet known at the instant shown
        st.page_link(
            page("procedures"), label=t(words, name=shown_name(other)), icon=":material/arrow_forward:",
            query_params=address.link(code=code),
        )  # fmt: skip


def _ended(row: ProcedureOnDay) -> str:
    return ended_line(telling(), row.ended_reason or "", row.ended_on, row.ended_on_precision)


def _formatted_facts(row: ProcedureOnDay) -> list[tuple[str, str]]:
    return [
        (t("col_code"), row.procedure_code),
        (t("col_bureau"), bureau_names().get(row.bureau_code or "", "")),
        (t("organisation"), row.organisation_ja),
        (t("col_counted"), t(f"unit_{row.counted_as}")),
        (t("col_type"), t(f"process_{row.process_type}")),
        (t("col_applicant"), t(f"party_{row.applicant}")),
        (t("col_recipient"), t(f"party_{row.recipient}")),
        (t("reg_by_authority"), t(f"authority_{row.authority}")),
        (t("col_law"), " ".join(part for part in (row.law_name, row.law_article) if part)),
        (t("col_reason"), row.not_done_reason),
        (t("col_online_day"), day_word(row.digitised_date, row.digitised_precision)),
        (t("col_due"), day_word(row.planned_for, row.planned_for_precision)),
        (t("col_ended"), _ended(row)),
        (t("col_channel"), row.online_channel),
        *((t(f"step_{step}"), t(f"form_{getattr(row, f'{step}_step')}")) for step in STEPS),
        (t("col_phone"), t(f"answer_{row.smartphone_ready}")),
        (t("col_cases"), _count(row, "applications_count")),
        (t("col_online_cases"), _count(row, "online_count")),
        (t("col_verified"), t("verified_yes" if row.verified else "verified_no")),
        (t("col_note"), named(row, "note") or row.note_en or ""),
    ]


def _count(row: ProcedureOnDay, name: str) -> str:
    if (count := getattr(row, name)) is None:
        return t("form_unknown")
    return number(count) + (f"({t('col_estimated')})" if row.is_count_estimated else "")
