"""A question as the office sees it: opening, coverage and late bureaus, all answers, return or acceptance, closing, new indicator."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pandas as pd
import streamlit as st

from kpis.as_text import markdown
from kpis.errors import MierukaError
from kpis.government import government
from kpis.periods import fiscal_year_code, fiscal_year_start, month_code, parse_period, quarter_code
from kpis.reporting import answers, questions
from kpis.reporting.answers import AnswerRow
from kpis.reporting.asking import NUMBERS, written_choices
from kpis.reporting.questions import Question, Reply
from kpis.reporting_vocabulary import QuestionState, ReplyState
from kpis.settings import settings
from kpis.store import tables
from kpis.store.store import Store
from kpis.text import format_date
from pages.parts import cached, prose
from pages.parts.data_table import data_table
from pages.parts.question_written import write_question
from pages.parts.reported import bureau_names, instant, office_today
from pages.parts.saving import save_button
from pages.parts.steps import content_key, is_other, take
from pages.parts.text import csv_file, language, named, refusal_box, t, viewer_words
from pages.parts.titled import part_heading
from pages.parts.viewer import until_step
from publishers.answers import Wish, answers_book, answers_csv, indicator_files
from telling.file_names import file_name
from telling.questions import answer_table, heading

_MADE = "indicator_made"  # session key of the indicator files made last
_SENT = (ReplyState.SUBMITTED.value, ReplyState.ACCEPTED.value)


def office_view(store: Store, question: Question, replies: list[Reply], *, actor: str) -> None:
    """Draw one question for the office, with all steps possible in its state."""
    if is_other(f"question {question.question_code}", question, replies):
        prose.warning(t("question_changed_since"), icon=":material/difference:")
    _head(question, replies)
    _columns(question)
    if question.state == QuestionState.DRAFT:
        _draft(store, question, actor=actor)
        return
    _coverage(question, replies)
    code = question.question_code
    rows = until_step("answers", make=lambda: answers.rows_of(store, code, viewer=actor), key=code)
    if question.state == QuestionState.OPEN:
        _decide(store, question, replies, rows, actor=actor)
    _all_answers(question, rows)
    if question.state == QuestionState.OPEN:
        _closing(store, question, replies, actor=actor)
    elif any(column.type in NUMBERS for column in question.columns):
        _indicator(question, rows)


def _head(question: Question, replies: list[Reply]) -> None:
    names, day = bureau_names(), format_date(question.due_on, language())
    if question.state == QuestionState.DRAFT:
        whom = t("list_comma").join(names.get(code, code) for code in question.bureaus) or t("question_every_bureau")
        prose.markdown(t("question_head_draft", bureaus=markdown(whom), day=day))
        return
    sent, accepted = (sum(reply.state in states for reply in replies) for states in (_SENT, _SENT[1:]))
    prose.markdown(
        t("question_head", state=t(f"question_is_{question.state}"), day=day, asked=len(replies), answered=sent, accepted=accepted)
    )
    late = [names.get(reply.bureau_code, reply.bureau_code) for reply in replies if reply.is_late]
    if late and question.state == QuestionState.OPEN:
        prose.warning(
            t("question_head_late", late=len(late), bureaus=markdown(t("list_comma").join(late))), icon=":material/schedule:"
        )


def _columns(question: Question) -> None:
    with st.expander(t("question_columns"), icon=":material/table:", expanded=question.state == QuestionState.DRAFT):
        rows = [
            {
                t("column_heading_ja"): c.heading_ja, t("column_heading_en"): c.heading_en, t("column_type"): t(f"answer_type_{c.type}"),
                t("column_required"): t("yes") if c.is_required else "", t("column_choices"): written_choices(c.choices), t("column_unit"): c.unit,
            }
            for c in question.columns
        ]  # fmt: skip
        data_table(rows)


def _draft(store: Store, question: Question, *, actor: str) -> None:
    code = question.question_code
    prose.caption(t("question_open_lead"))
    if st.button(t("question_open"), type="primary", icon=":material/send:", key=f"open_question_{content_key(question)}"):
        take(
            lambda: questions.open_to_bureaus(store, code, actor=actor, today=office_today(), before=question),
            t("question_opened_now", code=code),
        )
    with st.expander(t("question_change"), icon=":material/edit:"):
        write_question(store, actor=actor, now=question)


def _coverage(question: Question, replies: list[Reply]) -> None:
    part_heading(t("question_replies"))
    names = bureau_names()
    rows = [
        {
            t("bureau"): names.get(reply.bureau_code, reply.bureau_code), t("state"): t(f"reply_is_{reply.state}"),
            t("question_late"): t("question_late") if reply.is_late and question.state == QuestionState.OPEN else "",
            t("question_rows"): f"{reply.rows_count}" if reply.revision else "", t("who"): reply.submitted_by or "",
            t("when"): instant(reply.submitted_at),
            t("give_back_reason_short"): viewer_words().half(reply.return_reason),
        }
        for reply in replies
    ]  # fmt: skip
    data_table(rows)
    save_button(
        t("csv"),
        lambda: csv_file(pd.DataFrame(rows)),
        file_name(question.question_code, "coverage", ending=".csv"),
        key="csv_replies",
    )


def _decide(store: Store, question: Question, replies: list[Reply], rows: list[AnswerRow], *, actor: str) -> None:
    part_heading(t("question_decide"))
    waiting = {waiting_reply.bureau_code: waiting_reply for waiting_reply in replies if waiting_reply.state == ReplyState.SUBMITTED}
    if not waiting:
        prose.caption(t("question_decide_none"))
        return
    names, code = bureau_names(), question.question_code
    bureau = st.selectbox(t("bureau"), list(waiting), format_func=lambda b: names.get(b, b), key=f"decide_{code}")
    reply = waiting[bureau]
    own = [row for row in rows if row.bureau_code == bureau]
    if own:
        headings, cells = answer_table(question, own, names, language(), is_of_one=True)
        data_table(pd.DataFrame(cells, columns=headings))
    else:
        prose.info(t("answer_nothing"), icon=":material/info:")
    left, right = st.columns([1, 2], gap="medium")
    decided = partial(answers.decide, store, code, bureau, actor=actor, revision=reply.revision)
    if left.button(
        t("answer_accept"), type="primary", icon=":material/check_circle:", key=f"accept_answer_{code}_{bureau}_{reply.revision}"
    ):
        take(lambda: decided(accepts=True), t("answer_accepted_now", bureau=markdown(names[bureau])))
    with right, st.form(f"return_answer_{code}_{bureau}_{reply.revision}"):
        reason = st.text_area(t("answer_return_reason"), height=80, key=f"return_reason_{code}_{bureau}")
        if st.form_submit_button(t("answer_return"), icon=":material/undo:"):
            take(lambda: decided(accepts=False, reason=reason), t("answer_returned_now", bureau=markdown(names[bureau])))


def _all_answers(question: Question, rows: list[AnswerRow]) -> None:
    part_heading(t("question_answers"))
    if not rows:
        prose.caption(t("question_answers_none"))
        return
    headings, cells = answer_table(question, rows, bureau_names(), language())
    prose.markdown(t("question_answers_lead", bureaus=len({row.bureau_code for row in rows}), rows=len(rows)))
    data_table(pd.DataFrame(cells, columns=headings))
    with st.container(horizontal=True):
        name = partial(file_name, question.title_ja, question.question_code, "answers")
        save_button(t("csv"), answers_csv(headings, cells), name(ending=".csv"), key="csv_answers")
        book = partial(answers_book, headings, cells, title=question.title_ja)
        save_button(t("question_xlsx"), book, name(ending=".xlsx"), key="xlsx_answers")


def _closing(store: Store, question: Question, replies: list[Reply], *, actor: str) -> None:
    missing = sum(reply.state != ReplyState.ACCEPTED for reply in replies)
    with st.popover(t("question_close"), icon=":material/lock:"):
        prose.markdown(t("question_close_lead", open=missing))
        if st.button(t("question_close"), type="primary", key="close_question"):
            take(
                lambda: questions.close(store, question.question_code, actor=actor),
                t("question_closed_now", code=question.question_code),
            )


def _indicator(question: Question, rows: list[AnswerRow]) -> None:
    """Draw the form that makes files for a new indicator from a numeric column of a closed question; nothing is stored."""
    with st.expander(t("indicator_from"), icon=":material/query_stats:"):
        prose.markdown(t("indicator_from_lead"))
        numbers = {c.name: heading(c, language()) for c in question.columns if c.type in NUMBERS}
        own, moment = government(), cached.moment()
        sources = {row.source_code: row.title for row in moment.rows(tables.Source) if not row.source_code.startswith("report-")}
        periods = _periods(question)
        with st.form(key := f"indicator_{question.question_code}"):
            left, right = st.columns(2, gap="medium")
            column = left.selectbox(t("indicator_from_column"), list(numbers), format_func=numbers.__getitem__, key=f"column_{key}")
            code = right.text_input(t("indicator_from_code"), value=f"question_{question.question_code.lower()}", key=f"code_{key}")
            kind = left.selectbox(
                t("indicator_from_kind"), ["stock", "level"], format_func=lambda k: t(f"indicator_from_{k}"), key=f"kind_{key}"
            )
            direction = right.selectbox(
                t("indicator_from_direction"),
                ["higher", "lower", "none"],
                format_func=lambda d: t(f"indicator_from_{d}"),
                key=f"direction_{key}",
            )
            period = left.selectbox(
                t("indicator_from_period"), periods, format_func=lambda p: parse_period(p).label(language()), key=f"period_{key}"
            )
            theme = right.selectbox(
                t("indicator_from_theme"), list(own.themes), format_func=lambda c: named(own.themes[c], "name"), key=f"theme_{key}"
            )
            source = st.selectbox(
                t("indicator_from_source"), list(sources), format_func=lambda c: f"{c} {sources[c]}"[:90], key=f"source_{key}"
            )
            pressed = st.form_submit_button(t("indicator_from_make"), type="primary", icon=":material/build:")
        if pressed:
            wish = Wish(
                indicator_code=code, column=column, kind=kind, direction=direction, theme=theme, source_code=source, period_code=period,
                scope_code=next(unit.code for unit in moment.organisation.units if unit.kind == "whole"),
            )  # fmt: skip
            st.session_state.pop(_MADE, None)
            try:
                made = indicator_files(question, rows, wish, listed=settings().catalogue_dir / "indicators.csv")
            except MierukaError as refused:
                refusal_box(refused)
                return
            st.session_state[_MADE] = (question.question_code, made)
        files = st.session_state.get(_MADE)
        if files and files[0] == question.question_code:
            name = file_name(question.title_ja, question.question_code, "indicator", ending=".zip")
            save_button(t("indicator_from_save"), files[1], name, icon=":material/folder_zip:", key="save_indicator")


def _periods(question: Question) -> list[str]:
    """Return the periods that answers may refer to: quarter, year and month of the due date, and the quarter and year before."""
    before = fiscal_year_start(question.due_on) - timedelta(days=1)
    quarter = parse_period(quarter_code(question.due_on))
    earlier = quarter_code(quarter.start - timedelta(days=1))
    return [quarter.code, earlier, fiscal_year_code(question.due_on), fiscal_year_code(before), month_code(question.due_on)]
