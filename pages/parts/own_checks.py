"""The checks of a report within its own bureau: who prepared and checked it, and the next step; and deputies."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from kpis.as_text import markdown
from kpis.government import government
from kpis.reporting import checks, deputies
from kpis.reporting.access import Viewer
from kpis.reporting.reports import Opened, Report
from kpis.reporting.way import Check
from kpis.store.store import Store
from kpis.text import format_date
from pages.parts import prose
from pages.parts.data_table import data_table
from pages.parts.reported import instant, office_today
from pages.parts.steps import form_key, is_pressed, pick, revision_key, take
from pages.parts.text import in_brackets, language, named, t
from pages.parts.titled import part_heading
from pages.parts.viewer import for_viewer


def is_for_bureau(report: Report, me: Viewer) -> bool:
    """Return whether the viewer acts for a bureau that cannot: the office, on a report that it took in."""
    return report.is_on_behalf and me.acts_for(report.bureau_code)


def check_steps(opened: Opened, *, me: Viewer) -> None:
    """Draw who prepared and checked the report, one column per step; for a bureau without steps of its own, nothing.

    A report that the office took in needs none while the office acts on it; a note says so.
    """
    gone, steps = opened.way, government().steps_of(opened.report.bureau_code)
    if opened.report.is_on_behalf and not gone.is_open:
        prose.info(t("way_on_behalf"), icon=":material/mail:")
    if not steps or (is_for_bureau(opened.report, me) and not gone.is_open):
        return
    done = {check.step_code: check for check in gone.checked}
    due = gone.next_step(steps) if gone.is_open else None
    marks: list[tuple[str, str, str]] = [(t("way_prepared"), *_mark(gone.prepared, is_due=not gone.is_open))]
    marks += [(named(step), *_mark(done.get(step.step_code), is_due=step is due)) for step in steps]
    part_heading(t("way_title"))
    for column, (step_name, mark, word) in zip(st.columns(len(marks)), marks, strict=True):
        column.markdown(f"{mark} **{markdown(step_name)}**  \n:small[{word}]")
    if gone.sent_back is not None:
        back = gone.sent_back
        prose.warning(
            t("way_sent_back", who=markdown(back.decided_by), when=instant(back.decided_at), reason=markdown(back.note)),
            icon=":material/undo:",
        )


def _mark(check: Check | None, *, is_due: bool) -> tuple[str, str]:
    if check is None:
        return (
            (":material/radio_button_checked:", t("way_now")) if is_due else (":material/radio_button_unchecked:", t("way_later"))
        )
    stands_in = in_brackets(t("way_deputy", email=check.stands_in_for)) if check.stands_in_for else ""
    note = in_brackets(check.note) if check.note else ""
    return ":material/check_circle:", f"{markdown(check.decided_by + stands_in)} {instant(check.decided_at)}{markdown(note)}"


def check_or_hand_over(store: Store, opened: Opened, *, me: Viewer) -> bool:
    """Draw the form of the bureau's next step: prepare, check or send back.

    Returns:
        True if the bureau has no step left, so that the report may be submitted to the office.
    """
    report, gone = opened.report, opened.way
    steps = government().steps_of(report.bureau_code)
    due = gone.next_step(steps)
    if due is None or is_for_bureau(report, me):
        return True
    if not gone.is_open:
        if me.may("prepare", report.bureau_code):
            if opened.obstacles:
                prose.info(t("not_ready_for_check", count=opened.obstacles), icon=":material/info:")
            label = t("prepare_button", step=named(due))
            if is_pressed("prepare", report, label, icon=":material/forward:", is_ready=not opened.obstacles):
                take(
                    lambda: checks.prepare(store, report.id, actor=me.email, revision=report.revision, today=office_today()),
                    t("prepared_now"),
                )
        return False
    prose.info(t("waits_for_check", step=named(due)), icon=":material/hourglass_empty:")
    if not me.may("check", report.bureau_code):
        return False
    if gone.has_acted(me.email) or any(uploaded.uploaded_by == me.email for uploaded in opened.uploads):
        prose.caption(t("check_own"))
        return False
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True):
        note = st.text_input(t("check_note"), key=f"check_note_{report.id}")
        if st.button(t("check_button"), type="primary", icon=":material/check_circle:", key=revision_key("check", report)):
            take(lambda: checks.check(store, report.id, actor=me.email, revision=report.revision, note=note), t("checked_now"))
    with right, st.container(border=True):
        reason = st.text_input(t("send_back_reason"), key=f"send_back_{report.id}")
        if st.button(t("send_back"), icon=":material/undo:", key=revision_key("send_back_now", report)):
            take(
                lambda: checks.send_back(store, report.id, actor=me.email, revision=report.revision, reason=reason),
                t("sent_back_now"),
            )
    return False


def stand_ins(store: Store, *, me: Viewer) -> None:
    """Draw the list of deputies, one row each, with forms to appoint and to end one."""
    today = office_today()
    prose.markdown(t("deputies_lead"))
    listed, whom = for_viewer(
        "deputies", make=lambda: (deputies.deputies(store, viewer=me.email), deputies.colleagues(store, viewer=me.email))
    )
    rows = [
        {
            t("deputy_for"): deputy.stands_in_for, t("deputies"): deputy.email, t("deputy_from"): format_date(deputy.from_date, language()),
            t("deputy_until"): format_date(deputy.until_date, language()), t("state"): t(f"deputy_state_{deputy.state(today)}"),
            t("who"): deputy.named_by,
        }
        for deputy in listed
    ]  # fmt: skip
    data_table(rows, empty=t("deputies_none"))
    with st.form(key := form_key("deputy")):
        left, right = st.columns(2)
        for_whom = pick(t("deputy_for"), {w: w for w in whom}, key=f"whom_{key}", place=left, index=0 if len(whom) == 1 else None)
        email = right.text_input(t("deputy_email"), key=f"email_{key}")
        left, right = st.columns(2)  # below each other on a phone, in the order of filling in
        begins = left.date_input(t("deputy_from"), value=today, key=f"from_{key}")
        ends = right.date_input(t("deputy_until"), value=today + timedelta(days=7), min_value=today, key=f"until_{key}")
        if st.form_submit_button(t("deputy_button"), icon=":material/person_add:", key=f"now_{key}"):
            take(
                lambda: deputies.name_deputy(
                    store, actor=me.email, email=email, stands_in_for=for_whom or me.email, from_date=begins, until_date=ends
                ),
                t("deputy_named_now"),
                form="deputy",
            )
    open_ = {
        deputy.id: f"{deputy.email} → {deputy.stands_in_for}" for deputy in listed if deputy.state(today) in ("now", "to_come")
    }
    if open_:
        picked = pick(t("deputy_pick"), open_, key=form_key("deputy_pick"))
        if st.button(t("deputy_end"), disabled=picked is None, icon=":material/person_remove:") and picked is not None:
            take(lambda: deputies.end_deputy(store, picked, actor=me.email), t("deputy_ended_now"), form="deputy_pick")
