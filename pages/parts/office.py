"""Parts of the review page for the reform office: reporting exceptions, persons and roles, and the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pandas as pd
import streamlit as st

from kpis.as_text import markdown
from kpis.government import government
from kpis.reporting import deadlines, people, submissions
from kpis.reporting.access import ROLES
from kpis.store.store import Store
from kpis.text import format_date
from pages.parts import prose
from pages.parts.data_table import data_table
from pages.parts.own_checks import stand_ins
from pages.parts.recorded import actor_name, columns_of, event_name, trail
from pages.parts.reported import bureau_names, instant, office_today, period_name, reporting_names, section_name
from pages.parts.saving import save_button
from pages.parts.steps import form_key, pick, take, warn_if_other
from pages.parts.text import csv_file, language, t
from pages.parts.titled import page_heading, section_heading
from pages.parts.viewer import person_name, viewer
from telling.file_names import file_name

AUDIT_LINES, AUDIT_AT_ONCE = 100, 25  # rows per page, and those of them that are not collapsed


def exceptions(store: Store, *, actor: str) -> None:
    """Draw a form that permits a bureau to report outside the calendar, and the list of such exceptions, one row each."""
    page_heading(t("part_exceptions"))
    prose.markdown(t("exceptions_lead"))
    names, windows = reporting_names(), deadlines.reported_periods(store)
    opened = [w.period_code for w in windows if w.opens_on and w.opens_on <= office_today() + timedelta(days=92)]
    with st.form(key := form_key("exception")):
        left, right = st.columns(2)
        bureau = pick(t("bureau"), names, key=f"bureau_{key}", place=left)
        period = pick(t("period"), {code: period_name(code) for code in opened}, key=f"period_{key}", place=right)
        left, right = st.columns(2)  # below each other on a phone, in the order of filling in
        until = left.date_input(
            t("leave_until"), value=office_today() + timedelta(days=14), min_value=office_today(), key=f"until_{key}"
        )
        reason = right.text_input(t("reason"), key=f"reason_{key}")
        if st.form_submit_button(t("leave_button"), type="primary", icon=":material/event_available:", key=f"now_{key}"):
            if bureau is None or period is None:
                prose.warning(t("leave_incomplete"), icon=":material/info:")
            else:
                last = format_date(until, language())
                done = t("leave_granted", bureau=markdown(names[bureau]), period=period_name(period), until=last)
                grant = partial(
                    submissions.grant_exception, store, bureau_code=bureau, period_code=period, until=until, reason=reason
                )
                take(partial(grant, actor=actor), done, form="exception")
    rows = [
        {
            t("bureau"): bureau_names().get(e.bureau_code, e.bureau_code), t("period"): period_name(e.period_code),
            t("leave_until"): format_date(e.until, language()), t("reason"): e.reason, t("who"): e.granted_by,
            t("when"): instant(e.granted_at),
        }
        for e in deadlines.leaves(store, viewer=actor)
    ]  # fmt: skip
    data_table(rows, empty=t("leave_none"))


def persons(store: Store, *, actor: str) -> None:
    """Draw the list of persons, one row per role, with forms to grant and to revoke roles, and the deputies."""
    page_heading(t("part_persons"))
    prose.markdown(t("persons_lead"))
    listed, names = people.people(store, actor=actor), reporting_names()
    warn_if_other("persons", listed)
    rows = [
        {
            t("email"): p.email, t("name"): person_name(p), t("role"): t(f"role_{g.role}") if g else t("no_role"),
            t("bureau"): names.get(g.bureau_code or "", g.bureau_code or t("whole_organisation")) if g else "",
            **({t("section"): section_name(g.section_code) if g and g.section_code else ""} if government().sections else {}),
        }
        for p in listed
        for g in (p.grants or (None,))
    ]  # fmt: skip
    data_table(rows)
    left, right = st.columns(2, gap="medium")
    with left:
        _add_person(store, names, actor=actor)
    with right:
        _remove_person(store, listed, names, actor=actor)
    section_heading(t("deputies"))
    stand_ins(store, me=viewer())


def _add_person(store: Store, names: dict[str, str], *, actor: str) -> None:
    """Draw the form that grants a person a role: everywhere, in a bureau (``names``: code → name) or in a section."""
    with st.form(key := form_key("add_person")):
        section_heading(t("add_person"))
        email = st.text_input(t("email"), key=f"email_{key}")
        name = st.text_input(t("name"), key=f"name_{key}")
        role = pick(t("role"), {role: t(f"role_{role}") for role in ROLES}, key=f"role_{key}")
        bureau = pick(t("bureau_of_manager"), names, key=f"bureau_{key}")
        sections = {code: section_name(code) for code in government().sections}
        section = pick(t("section_of_person"), sections, key=f"section_{key}") if sections else None
        if st.form_submit_button(t("add_person"), type="primary", icon=":material/person_add:", key=f"now_{key}"):
            take(
                lambda: people.add_person(
                    store, actor=actor, email=email, role=role or "", bureau_code=bureau, name=name, section_code=section or ""
                ),
                t("person_added", email=markdown(people.account_key(email))),
                form="add_person",
            )


def _remove_person(store: Store, listed: Sequence[people.Person], names: dict[str, str], *, actor: str) -> None:
    """Draw the form that revokes a role of one of the persons listed; nobody can revoke their own."""
    with st.form(key := form_key("remove_person")):
        section_heading(t("remove_person"))
        roles_of = {
            f"{p.email} {t(f'role_{g.role}')} {names.get(g.bureau_code or '', g.bureau_code or '')} {g.section_code}".strip(): (p.email, g)
            for p in listed
            for g in p.grants
            if p.email != actor
        }  # fmt: skip
        picked = pick(t("role"), {label: label for label in roles_of}, key=f"role_{key}")
        pressed = st.form_submit_button(t("remove_person"), icon=":material/person_remove:", key=f"now_{key}")
        if pressed and picked is not None:
            whose, grant = roles_of[picked]
            take(
                lambda: people.remove_person(
                    store, actor=actor, email=whose, role=grant.role, bureau_code=grant.bureau_code, section_code=grant.section_code
                ),
                t("person_removed", email=markdown(whose)),
                form="remove_person",
            )


def audit(store: Store, *, actor: str) -> None:
    """Draw the audit trail, newest first, ``AUDIT_LINES`` rows per page, with CSV of the page as stored."""
    page_heading(t("part_audit"))
    count = people.audit_trail(store, actor=actor, limit=0)[1]
    skipped = 0
    if count > AUDIT_LINES:
        pages = -(-count // AUDIT_LINES)
        skipped = AUDIT_LINES * (int(st.number_input(t("audit_page", pages=pages), 1, pages, key="audit_page")) - 1)
    events, count = people.audit_trail(store, actor=actor, limit=AUDIT_LINES, skipped=skipped)
    read = trail()
    rows = [{t("when"): instant(e.occurred_at), t("who"): actor_name(e.actor), **columns_of(read, e)} for e in events]
    if not rows:
        prose.markdown(t("audit_none"))
        return
    prose.markdown(t("audit_sentence", count=count, first=min(skipped + 1, count), last=skipped + len(rows)))
    data_table(rows, first=AUDIT_AT_ONCE)
    as_kept = pd.DataFrame(
        {
            t("when"): instant(e.occurred_at), t("action"): event_name(e.action), t("cell"): e.cell, t("detail"): e.detail, t("subject"): e.subject,
            t("who"): e.actor, "SHA-256": e.file_sha256 or "",
        }
        for e in events
    )  # fmt: skip
    save_button(t("csv"), csv_file(as_kept), file_name("audit", office_today().isoformat(), ending=".csv"), key="csv_audit")
