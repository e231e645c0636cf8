"""Forms that a bureau fills in before it submits: conflicts, ambiguous values, reasons of corrections, and warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sized

import streamlit as st

from kpis.as_text import markdown
from kpis.government import government
from kpis.reporting import submissions
from kpis.reporting.comparison import OURS, THEIRS
from kpis.reporting.reports import INCOMPLETE, Opened
from kpis.store.store import Store
from pages.parts import prose
from pages.parts.reported import column_name, instant, place_name, row_namer, unit_of, value_text
from pages.parts.steps import pick, revision_key, take_answers
from pages.parts.text import as_found, digits, in_brackets, language, shown_name, t, viewer_words
from pages.parts.whatchanges import missing_figures

AT_ONCE = 20  # questions in a form at a time; the next follow when these are stored


def _stored(step: Callable[..., None], store: Store, opened: Opened, actor: str, **what: Sized) -> None:
    """Run a write on the report's revision that was shown; ``what`` is what was answered, by the name of the argument of ``step``."""
    (answers,) = what.values()
    take_answers(answers, lambda: step(store, opened.report.id, actor=actor, revision=opened.report.revision, **what))


def resolve_conflicts(store: Store, opened: Opened, *, actor: str) -> None:
    """Draw a form that asks, for each cell changed by somebody else since the template was issued, which value is to count."""
    unresolved = opened.comparison.unresolved
    if not unresolved:
        return
    prose.error(t("conflicts_lead", count=len(unresolved)), icon=":material/call_split:")
    name = row_namer()
    with st.form(revision_key("conflicts", opened.report)):
        picked = {}
        for number, cell in enumerate(unresolved[:AT_ONCE]):
            kind = cell.row.kind
            prose.markdown(
                f"**{markdown(place_name(cell.place))}** {markdown(name(cell.row))} {markdown(column_name(kind, cell.column))}  \n"
                + t("conflict_history", issued=markdown(value_text(kind, cell.column, cell.at_issue)), who=markdown(cell.changed_by),
                    when=instant(cell.changed_at), now=markdown(value_text(kind, cell.column, cell.old)))
            )  # fmt: skip
            words = {
                OURS: t("choose_ours", value=markdown(value_text(kind, cell.column, cell.new))),
                THEIRS: t("choose_theirs", value=markdown(value_text(kind, cell.column, cell.old))),
            }
            picked[kind, cell.row.key, cell.column] = st.radio(
                cell.place, [OURS, THEIRS], index=None, format_func=words.__getitem__,
                key=revision_key(f"conflict_{number}_{cell.place}", opened.report),
                label_visibility="collapsed",
            )  # fmt: skip
        if st.form_submit_button(t("conflicts_button"), type="primary", icon=":material/check:"):
            choices = {cell: choice for cell, choice in picked.items() if choice is not None}
            _stored(submissions.resolve, store, opened, actor, choices=choices)


def ask_readings(store: Store, opened: Opened, *, actor: str) -> None:
    """Draw a form that asks, for each ambiguous cell (0.881 in percent), which value is meant; none is preselected."""
    unread = opened.comparison.unread
    if not unread:
        return
    prose.error(t("readings_lead", count=len(unread)), icon=":material/percent:")
    name = row_namer()
    with st.form(revision_key("readings", opened.report)):
        picked = {}
        for number, cell in enumerate(unread[:AT_ONCE]):
            kind, column = cell.row.kind, cell.column
            before = value_text(kind, column, cell.old)
            prose.markdown(
                f"**{markdown(place_name(cell.place))}** {markdown(name(cell.row))} {markdown(column_name(kind, column))}"
                + (in_brackets(t("reading_before", value=markdown(before))) if cell.old is not None else "")
            )
            values = {f"{digits(value, ',.15g')} {unit_of(cell.row)}": value for value in cell.row.readings[column]}
            choice = st.radio(
                cell.place,
                list(values),
                index=None,
                format_func=markdown,
                key=revision_key(f"reading_{number}_{cell.place}", opened.report),
                label_visibility="collapsed",
                horizontal=True,
            )
            if choice is not None:
                picked[kind, cell.row.key, column] = values[choice]
        if st.form_submit_button(t("readings_button"), type="primary", icon=":material/check:"):
            chosen = {cell: value for cell, value in picked.items() if value is not None}
            _stored(submissions.choose_readings, store, opened, actor, chosen=chosen)


def give_reasons(store: Store, opened: Opened, *, actor: str) -> None:
    """Draw a form that asks for the reason of each correction that has none."""
    unexplained = opened.comparison.unexplained
    if not unexplained:
        return
    prose.warning(t("reasons_lead", count=len(unexplained)), icon=":material/edit_note:")
    name = row_namer()
    report = opened.report
    with st.form(f"reasons_{report.id}"):
        same = st.checkbox(t("reasons_same"), value=False, key=f"reasons_same_{report.id}") if len(unexplained) > 1 else False
        given, words = {}, viewer_words()
        reasons = {reason: words.reason("correction_", reason) for reason in government().reasons}
        for change in unexplained[:AT_ONCE]:
            kind = change.row.kind
            key = f"{report.id}_{kind}_{' '.join(change.row.key)}"
            cells = t("list_comma").join(
                f"{column_name(kind, c.column)} {value_text(kind, c.column, c.old)} → {value_text(kind, c.column, c.new)}"
                for c in change.cells
            )
            prose.markdown(f"**{markdown(place_name(change.cells[0].place))}** {markdown(name(change.row))}: {markdown(cells)}")
            left, right = st.columns([1, 2])
            reason = change.row.reason_class
            at = list(reasons).index(reason) if reason in reasons else None
            reason_class = pick(t("reason_class"), reasons, key=f"class_{key}", place=left, index=at)
            text = right.text_input(t("reason_text"), value=change.row.reason_text, key=f"text_{key}")
            given[kind, change.row.key] = (reason_class or "", text)
        if st.form_submit_button(t("reasons_button"), type="primary", icon=":material/check:", key=revision_key("explain", report)):
            first = next(iter(given.values()))
            if same:
                given = {(row.row.kind, row.row.key): first for row in unexplained}
            filled = {key: value for key, value in given.items() if any(value)}
            _stored(submissions.explain, store, opened, actor, reasons=filled)


def confirm_warnings(store: Store, opened: Opened, *, actor: str) -> None:
    """Draw a form in which each unconfirmed warning is confirmed with a reason."""
    waiting = [w for w in opened.warnings if w.confirmed_by is None]
    if not waiting:
        return
    prose.warning(t("warnings_lead", count=len(waiting)), icon=":material/warning:")
    report = opened.report
    with st.form(f"warnings_{report.id}"):
        same = st.checkbox(t("warnings_same"), value=False, key=f"warnings_same_{report.id}") if len(waiting) > 1 else False
        given, of_a_kind = {}, Counter[str]()
        for warning in waiting[:AT_ONCE]:
            place = f"{warning.sheet}!{warning.cell}" if warning.cell else warning.sheet
            if warning.rule == INCOMPLETE:
                missing_figures(opened.report)
            else:
                prose.markdown(
                    f"**{markdown(place)}** {as_found(warning.found_in(language()), is_content=warning.is_content)} {t('expected')}: "
                    f"{shown_name(warning, 'expected')}  \n"
                    f":material/build: {shown_name(warning, 'remedy')}"
                )
            label = t("left_open_reason") if warning.rule == INCOMPLETE else t("confirm_reason")
            about = (warning.row_kind, warning.row_key) if warning.row_key else (warning.sheet, warning.cell)
            doubt = " ".join((warning.rule, *about))
            given[warning.id] = st.text_input(label, key=f"warning_{report.id}_{doubt}_{of_a_kind[doubt]}")
            of_a_kind[doubt] += 1
        if st.form_submit_button(t("confirm_button"), type="primary", icon=":material/check:", key=revision_key("confirm", report)):
            if same:
                first = next(iter(given.values()))
                given = {w.id: first for w in waiting}
            filled = {number: reason for number, reason in given.items() if reason.strip()}
            _stored(submissions.confirm, store, opened, actor, reasons=filled)
