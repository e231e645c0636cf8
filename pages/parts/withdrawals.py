"""Withdrawals of figures approved by mistake: requested by one person, decided by another."""

from __future__ import annotations

from functools import partial
from typing import Literal

import streamlit as st

from kpis.as_text import markdown
from kpis.figures.records import Figure, current_vintages
from kpis.government import government
from kpis.reporting import withdrawals
from kpis.reporting.comparison import OBSERVATIONS
from kpis.reporting.withdrawals import Asked
from kpis.store.store import Store
from pages.parts import cached, prose
from pages.parts.data_table import data_table
from pages.parts.reported import bureau_names, column_name, instant, period_name, row_namer, value_text
from pages.parts.steps import form_key, pick, take, warn_if_other
from pages.parts.text import t, viewer_words
from pages.parts.titled import page_heading, section_heading


def _figure_text(figure: Figure | None) -> str:
    fields = withdrawals.said_of(figure).items()
    parts = [f"{column_name(OBSERVATIONS, name)} {value_text(OBSERVATIONS, name, value)}" for name, value in fields]
    return t("list_comma").join(parts) if parts else t("no_figure")


def withdrawn(store: Store, *, actor: str) -> None:
    """Draw the open requests with forms to decide them, the form for a new request, and the list of decided ones, one row each."""
    waiting = withdrawals.requests(store, viewer=actor)
    page_heading(t("withdrawals_title", count=len(waiting)) if waiting else t("withdrawals_none"))
    prose.markdown(t("withdrawals_lead"))
    there = [request.id for request in waiting]
    warn_if_other("withdrawals", there, fields=["withdrawal_text"], left=there)
    for request in waiting:
        _decide(store, request, actor=actor)
    _ask(store, actor=actor)
    name = row_namer()
    rows = [
        {
            t("row"): name.of(OBSERVATIONS, a.key), t("bureau"): bureau_names().get(a.key[1], a.key[1]), t("vintage"): a.vintage,
            t("withdrawal_figure"): _figure_text(a.figure),
            t("reason"): f"[{viewer_words().reason('correction_', a.reason_class)}] {viewer_words().half(a.reason_text)}",
            t("state"): t(f"withdrawal_{a.state}"), t("who"): f"{a.asked_by} → {a.decided_by}", t("when"): instant(a.decided_at),
            t("detail"): a.decision_text,
        }
        for a in withdrawals.requests(store, viewer=actor, states=("approved", "refused"))
    ]  # fmt: skip
    if rows:
        section_heading(t("withdrawals_decided"))
        data_table(rows)


def _decide(store: Store, request: Asked, *, actor: str) -> None:
    with st.container(border=True):
        bureau = bureau_names().get(request.key[1], request.key[1])
        prose.markdown(f"**{markdown(row_namer().of(OBSERVATIONS, request.key))}** {markdown(bureau)}")
        figure, then = (markdown(_figure_text(figure)) for figure in (request.figure, request.then))
        prose.markdown(t("withdrawal_line", vintage=request.vintage, figure=figure, then=then))
        prose.markdown(
            f"\\[{markdown(viewer_words().reason('correction_', request.reason_class))}\\] {markdown(viewer_words().half(request.reason_text))}  \n"
            f":gray[{markdown(request.asked_by)} {instant(request.asked_at)}]"
        )
        if actor == request.asked_by:
            prose.info(t("withdrawal_four_eyes"), icon=":material/visibility:")
            return
        text = st.text_input(t("withdrawal_decision_text"), key=f"withdrawal_text_{request.id}")
        with st.container(horizontal=True, gap="small"):
            for approves, label, icon in ((True, "withdrawal_approve", "check_circle"), (False, "withdrawal_refuse", "undo")):
                kind: Literal["primary", "secondary"] = "primary" if approves else "secondary"
                if st.button(t(label), key=f"{label}_{request.id}", icon=f":material/{icon}:", type=kind):
                    step = partial(withdrawals.decide, store, request.id, actor=actor, approves=approves, text=text)
                    take(step, t("withdrawal_decided_now"))


def _ask(store: Store, *, actor: str) -> None:
    """Draw the form to request a withdrawal: a currently valid figure by indicator, unit and period, and the reason."""
    section_heading(t("withdrawal_ask"))
    figures_of: dict[str, dict[str, list[str]]] = {}
    for entry in cached.moment().book.entries:
        if periods := [f.period_code for f in current_vintages(entry.figures)][::-1]:
            figures_of.setdefault(entry.definition.code, {})[entry.unit_code] = periods
    name = row_namer()
    left, middle, right = st.columns(3)
    code = pick(t("indicators_one"), {code: name.indicator(code) for code in figures_of}, key="withdraw_code", place=left)
    units = figures_of.get(code or "", {})
    named, first = {unit: bureau_names().get(unit, unit) for unit in units}, 0 if len(units) == 1 else None
    unit = pick(t("bureau"), named, key=f"withdraw_unit_{code}", place=middle, index=first)
    of_unit = {period: period_name(period) for period in units.get(unit or "", [])}
    period = pick(t("period"), of_unit, key=f"withdraw_period_{code}_{unit}", place=right)
    if not (code and unit and period):
        return
    key = (code, unit, period)
    vintages = withdrawals.vintages_of(store, key)
    data_table(
        [
            {
                t("vintage"): v.vintage, t("value"): _figure_text(v), t("known"): instant(v.known_at),
                t("reason"): viewer_words().half(v.reason_text),
            }
            for v in vintages
        ],
    )  # fmt: skip
    with st.form(tail := form_key("withdrawal")):
        reason_class = st.selectbox(
            t("reason_class"), list(government().reasons), format_func=partial(viewer_words().reason, "correction_"), key=f"class_{tail}"
        )  # fmt: skip
        text = st.text_input(t("reason_text"), key=f"text_{tail}")
        if st.form_submit_button(t("withdrawal_ask_button"), type="primary", icon=":material/send:", key=f"now_{tail}"):
            take(
                lambda: withdrawals.ask(store, key, actor=actor, reason_class=reason_class, reason_text=text),
                t("withdrawal_asked_now"),
                form="withdrawal",
            )
