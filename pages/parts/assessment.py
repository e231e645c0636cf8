"""The office's own assessment of an indicator or project: confidence, quarter and reason, shown beside the bureaus' commentary."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from kpis.as_text import markdown
from kpis.periods import parse_period
from kpis.reporting.confidence import LEVELS, confirm_assessment, record_confidence
from kpis.settings import settings
from kpis.text import status_word
from pages.parts import cached, prose
from pages.parts.commentary import in_full
from pages.parts.registers import telling
from pages.parts.steps import form_key, show_result, take
from pages.parts.text import escaped_labels, language, t
from pages.parts.viewer import viewer
from pages.parts.when import today
from telling import assessed


def assessment(code: str, *, status: str) -> None:
    """Draw the office's assessments of an indicator or project, with forms to write one and, if they are public, to confirm it.

    A public assessment must be confirmed by a second person of the office. A warning is shown if the last one contradicts the status.
    """
    is_public = settings().mode == "public"
    if not is_public or cached.moment().assessments.get(code):
        in_full(lambda: assessed.block(telling(), [code]), key=f"{code}-assessments")
    if is_public:
        return
    last = assessed.last(telling(), code)
    if last is not None and assessed.contradiction(last, status, telling().words):
        prose.warning(
            t("contradiction", confidence=t(f"confidence_{last.confidence}"), status=status_word(status, language())),
            icon=":material/compare_arrows:",
        )
    may = viewer().may("state_confidence")
    if may and assessed.is_open():
        _to_confirm(code)
    show_result()
    if may or (settings().mode == "local" and not viewer().email):
        _form(code)


def office_says(codes: Sequence[str], *, key: str) -> None:
    """Draw the office's last assessment of each of several indicators and projects; nothing if there is none."""
    if any(cached.moment().assessments.get(code) for code in codes):
        in_full(lambda: assessed.block(telling(), codes, about=True), key=f"{key}-assessments")


def _to_confirm(code: str) -> None:
    for row in cached.moment().assessments.get(code, ()):
        if row.confirmed_by is None and row.id is not None:
            number = row.id
            prose.info(
                markdown(t("assessment_waiting", text=assessed.in_short(row, telling().words))), icon=":material/visibility:"
            )
            if row.reviewer != viewer().email and st.button(
                t("assessment_confirm"), key=f"confirm_{number}", icon=":material/check:"
            ):
                take(partial(confirm_assessment, cached.store(), number, actor=viewer().email), t("assessment_confirmed_now"))


def _form(code: str) -> None:
    quarters = [quarter.code for quarter in reversed(cached.moment().quarters)]
    with (
        st.expander(t("assessment_write"), icon=":material/edit:"),
        st.form(key := form_key(form := f"confidence_{code}"), border=False),
    ):
        prose.caption(t("assessment_lead_public" if assessed.is_open() else "assessment_lead_inside"))
        left, right = st.columns(2)
        period = left.selectbox(
            t("assessment_period"), quarters, format_func=lambda c: parse_period(c).label(language()), key=f"period_{key}"
        )
        with right:
            level = st.segmented_control(
                t("confidence"),
                LEVELS,
                default=None,
                format_func=escaped_labels(lambda c: t(f"confidence_{c}")),
                key=f"level_{key}",
            )
        reason = st.text_area(t("confidence_reason"), key=f"reason_{key}")
        reason_en = st.text_input(t("assessment_reason_en"), key=f"reason_en_{key}") if assessed.is_open() else ""
        person = viewer()  # signed in, or chosen on a local instance; without one the form asks for a name
        reviewer = person.email or st.text_input(t("confidence_reviewer"), key=f"reviewer_{key}")
        if person.email:
            prose.caption(f"{t('confidence_reviewer')}: {markdown(person.name or person.email)}")
        if st.form_submit_button(t("confidence_save"), type="primary", key=f"save_{key}"):
            take(
                lambda: record_confidence(
                    cached.store(), code, confidence=level or "", reason=reason, reason_en=reason_en, reviewer=reviewer,
                    reviewed_on=today(), period=period or "",
                ),
                t("confidence_saved"), form=form,
            )  # fmt: skip
