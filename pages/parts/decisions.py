"""Decisions of a meeting: earlier decisions, one agenda item at a time with the facts on it, new decisions, and the minutes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kpis.as_text import markdown
from kpis.reporting import meetings
from kpis.reporting.meetings import LONGEST, Wanted
from kpis.reporting_vocabulary import DecisionClosed
from pages.parts import cached, prose
from pages.parts.attention import strip_shown
from pages.parts.choices import choose
from pages.parts.commentary import openness
from pages.parts.data_table import texts_of, texts_table
from pages.parts.raw_html import draw_html
from pages.parts.registers import telling
from pages.parts.reported import reporting_names
from pages.parts.steps import form_key, take, warn_if_other
from pages.parts.text import t
from pages.parts.titled import part_heading, section_heading
from pages.parts.viewer import viewer
from pages.parts.when import today
from publishers.site.seen import facts
from telling import pack
from telling.agenda import Agenda, Decided, Item, Subject
from telling.blocks import Block

OTHER = ""
AT_ONCE = 4  # rows shown of bureaus' commentary on an item; the rest are collapsed


def _table(block: Block, *, first: int = 0) -> None:
    """Draw a block as an HTML table, or the reason why it is empty; ``first`` as in ``texts_of``."""
    if not block.rows:
        prose.caption(block.why_empty)
        return
    texts_table(texts_of(block, telling().words, first=first))


def earlier_decisions(agenda: Agenda) -> None:
    """Draw the decisions of earlier meetings with their state; open ones of the office itself can be closed as done."""
    open_ones = [decision for decision in agenda.carried if decision.is_open and not decision.is_a_bureaus]
    _listed(agenda, agenda.block(agenda.carried, "before"), open_ones, DecisionClosed.DONE)


def meeting_decisions(agenda: Agenda) -> None:
    """Draw the decisions of this meeting; one recorded by mistake can be taken back."""
    open_ones = [decision for decision in agenda.taken if decision.is_open]
    _listed(agenda, agenda.block(agenda.taken, "now"), open_ones, DecisionClosed.TAKEN_BACK)


def _listed(agenda: Agenda, block: Block, decisions: Sequence[Decided], closed_as: DecisionClosed) -> None:
    section_heading(block.title)
    _table(block)
    if agenda.known_at is not None:
        return
    warn_if_other(f"decisions {closed_as}", [decision.number for decision in decisions])
    if not decisions:
        return
    words = {decision.number: f"{decision.number} {decision.decided}" for decision in decisions}
    with (
        st.expander(
            t(f"decision_to_{closed_as}"), icon=":material/done:" if closed_as == DecisionClosed.DONE else ":material/undo:"
        ),
        st.form(key := form_key(form := f"end_{closed_as}"), border=False),
    ):
        number = st.selectbox(t("decision"), list(words), format_func=words.__getitem__, key=f"number_{key}")
        reason = st.text_input(t("decision_reason"), max_chars=LONGEST, key=f"reason_{key}")
        if st.form_submit_button(t(f"decision_to_{closed_as}"), icon=":material/check:", key=f"now_{key}"):
            take(
                lambda: meetings.close(cached.store(), number, actor=viewer().email, closed_as=closed_as, reason=reason),
                t(f"decision_now_{closed_as}"),
                form=form,
            )


def decide(agenda: Agenda) -> None:
    """Draw the selection of an agenda item, the facts on it, and the form to record a decision: what, who, by when."""
    section_heading(t("decide_heading"))
    subjects = {subject.code: (subject, row) for subject, row in agenda.listed}
    names = {code: agenda.name(subject) for code, (subject, _) in subjects.items()}
    first = next(iter(subjects), OTHER)
    code = choose("item", [*subjects, OTHER], t("agenda_item"), lambda c: names.get(c) or t("agenda_other"), default=first)
    item = agenda.item(*subjects[code]) if code in subjects else None
    if item is not None:
        _known(item, agenda)
    _form(agenda, item)


def _known(item: Item, agenda: Agenda) -> None:
    with st.container(border=True):
        draw_html(facts(tuple(pack.facts(item, agenda))))
        if item.row is not None:
            strip_shown(item.row.strip)
        for sentence in item.sentences[:1]:
            prose.markdown(markdown(sentence))
        for block in (item.causes, item.actions):
            part_heading(markdown(block.title))
            _table(block, first=AT_ONCE)
        if item.assessment:
            part_heading(t("assessment"))
            prose.markdown(markdown(item.assessment))
            if item.is_contradicted:
                prose.warning(t("assessment_contradicts"), icon=":material/compare_arrows:")


def _form(agenda: Agenda, item: Item | None) -> None:
    names = {code: name for code, name in reporting_names().items() if cached.moment().units[code].is_current}
    subject = item.subject if item else Subject()
    own = item.bureau_code if item else ""
    order = ["", *names]
    with st.form(key := form_key("decide")):
        decided = st.text_area(t("decision_what"), max_chars=LONGEST, height=80, key=f"what_{key}")
        left, middle, right, end = st.columns([2, 2, 1.4, 1.4])
        bureau = left.selectbox(
            t("decision_bureau"), order if item else [""], index=order.index(own) if item and own in order else 0,
            format_func=lambda code: names.get(code) or t("the_office_itself"), key=f"bureau_{subject.code}_{key}",
        )  # fmt: skip
        section = middle.text_input(t("decision_section"), max_chars=LONGEST, key=f"section_{key}")
        role = right.text_input(t("decision_role"), max_chars=LONGEST, key=f"role_{key}")
        due = end.date_input(t("att_due"), value=None, min_value=today(), key=f"due_{key}")
        prose.caption(f"{t('decision_becomes_action')} {openness()}")
        if st.form_submit_button(t("decide_button"), type="primary", icon=":material/gavel:", key=f"now_{key}"):
            wanted = Wanted(
                decided=decided, due_on=due, indicator_code=subject.indicator_code, project_code=subject.project_code,
                milestone_code=subject.milestone_code, bureau_code=bureau or "", section=section, role=role,
            )  # fmt: skip
            take(
                lambda: meetings.decide(cached.store(), agenda.report.period.code, wanted, actor=viewer().email),
                t("decide_done", decided=markdown(decided)),
                form="decide",
            )


def minutes_form(agenda: Agenda) -> None:
    """Draw the form to close the minutes; afterwards they are always rebuilt as known at that time."""
    section_heading(t("minutes_heading"))
    prose.caption(t("minutes_lead"))
    with st.form(key := form_key("close_minutes")):
        left, right = st.columns([1, 3])
        held_on = left.date_input(
            t("minutes_day"),
            value=today(),
            min_value=agenda.report.period.end,
            max_value=today(),
            key=f"day_{agenda.report.period.code}_{key}",
        )
        note = right.text_input(t("minutes_note"), max_chars=LONGEST, key=f"note_{key}")
        if st.form_submit_button(t("minutes_button"), icon=":material/lock_clock:", key=f"now_{key}"):
            take(
                lambda: meetings.close_minutes(
                    cached.store(), agenda.report.period.code, actor=viewer().email, held_on=held_on, note=note
                ),
                t("minutes_done"),
                form="close_minutes",
            )
