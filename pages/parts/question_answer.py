"""A question as the bureau sees it: due date, workbook, upload with its problems, answers read, and submission."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from kpis.as_text import markdown
from kpis.reporting import answers
from kpis.reporting.questions import Question, Reply
from kpis.reporting_vocabulary import QuestionState, ReplyState
from kpis.store.store import Store
from kpis.text import format_date
from loaders.workbook.annotate import mark_problems
from loaders.workbook.questions import AnswerReading, issue, receive
from pages.parts import prose
from pages.parts.brought import free_upload
from pages.parts.choices import choose
from pages.parts.data_table import data_table
from pages.parts.problems import problem_list
from pages.parts.reported import bureau_names, time_left
from pages.parts.saving import save_button
from pages.parts.steps import form_key, last_file, take
from pages.parts.text import language, t, viewer_words
from pages.parts.titled import section_heading
from pages.parts.uploader import workbook_uploader
from pages.parts.viewer import until_step
from telling.file_names import file_name
from telling.questions import answer_table

_LAST_UPLOAD = "answer_problems"  # session key of the last uploaded file
_TO_UPLOAD = (ReplyState.WAITING.value, ReplyState.DRAFT.value, ReplyState.RETURNED.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Upload:
    """An uploaded workbook of answers: question, bureau, content, and the revision it became; 0 if it was refused."""

    code: str
    bureau: str
    name: str
    content: bytes
    reading: AnswerReading
    revision: int


def answered_by(store: Store, question: Question, replies: list[Reply], *, actor: str) -> None:
    """Draw the answering part of a question, for one bureau; who answers for several selects one."""
    if not replies:
        return
    names, by_bureau = bureau_names(), {answer.bureau_code: answer for answer in replies}
    bureau = replies[0].bureau_code
    if len(replies) > 1:
        bureau = choose("bureau", list(by_bureau), t("bureau"), names.__getitem__, default=bureau, is_whole=True)
    reply = by_bureau[bureau]
    section_heading(t("answer_is_mine", bureau=markdown(names[bureau])))
    due = time_left(question.due_on)
    if reply.state not in _TO_UPLOAD or question.state == QuestionState.CLOSED:
        due = format_date(question.due_on, language())
        prose.markdown(t("answer_state_line", state=t(f"reply_is_{reply.state}"), day=due, left=t(f"question_is_{question.state}")))
    else:
        day = format_date(question.due_on, language())
        prose.markdown(t("answer_state_line", state=t(f"reply_is_{reply.state}"), day=day, left=due))
    if reply.state == ReplyState.RETURNED:
        prose.warning(
            t("answer_returned_because", reason=markdown(viewer_words().half(reply.return_reason))), icon=":material/undo:"
        )
    if question.state == QuestionState.CLOSED:
        prose.info(t("answer_closed"), icon=":material/lock:")
    elif reply.state in _TO_UPLOAD:
        _answering(store, question, reply, actor=actor)
    else:
        is_done = reply.state == ReplyState.ACCEPTED
        prose.info(
            t("answer_done" if is_done else "answer_with_office"),
            icon=":material/check_circle:" if is_done else ":material/hourglass_empty:",
        )
    if reply.revision:
        _what_was_read(store, question, reply, actor=actor)


def _answering(store: Store, question: Question, reply: Reply, *, actor: str) -> None:
    code, bureau = question.question_code, reply.bureau_code
    left, right = st.columns(2, gap="medium")
    with left:
        prose.markdown(t("answer_workbook_lead"))
        name = file_name(bureau_names()[bureau], question.title_ja, bureau, code, ending=".xlsx")
        made = partial(issue, store, code, bureau, actor=actor)
        save_button(t("answer_workbook"), made, name, type="primary", key=f"workbook_{code}_{bureau}")
    key = form_key("answer")
    with right, st.form(key, border=True):
        file = workbook_uploader("answer_upload", key=f"file_{key}", explained=t("answer_upload_help"))
        pressed = st.form_submit_button(t("answer_upload_button"), type="primary", icon=":material/fact_check:")
    if pressed and file is None:
        prose.warning(t("upload_none"), icon=":material/info:")
    if pressed and file is not None:
        content, last = file.getvalue(), last_file(_LAST_UPLOAD)

        def read() -> int:
            reading, revision = receive(store, content, code, bureau, actor=actor, name=file.name, replaces=reply.revision)
            last[:] = [_Upload(code=code, bureau=bureau, name=file.name, content=content, reading=reading, revision=revision)]
            if revision:
                free_upload(file)
            return revision

        take(read, form="answer", is_written=bool)
    _upload_result(code, bureau)


def _upload_result(code: str, bureau: str) -> None:
    upload: _Upload | None = next(iter(last_file(_LAST_UPLOAD)), None)
    if upload is None or (upload.code, upload.bureau) != (code, bureau):
        return
    name, reading, revision = upload.name, upload.reading, upload.revision
    if revision:
        prose.success(
            t("answer_upload_done", name=markdown(name), revision=revision, rows=len(reading.rows)), icon=":material/check_circle:"
        )
        return
    problems = reading.problems
    prose.error(t("answer_upload_refused", name=markdown(name), count=len(problems)), icon=":material/error:")
    if reading.can_be_marked:
        made, name = partial(mark_problems, upload.content, problems), file_name(bureau, code, "marked", ending=".xlsx")
        save_button(t("marked_button"), made, name, icon=":material/format_color_fill:", key="marked_answer")
    problem_list(problems, key=f"problems_{code}_{bureau}")


def _what_was_read(store: Store, question: Question, reply: Reply, *, actor: str) -> None:
    code, bureau = question.question_code, reply.bureau_code
    rows = until_step("answers", make=lambda: answers.rows_of(store, code, viewer=actor, bureau_code=bureau), key=(code, bureau))
    if rows:
        headings, cells = answer_table(question, rows, bureau_names(), language(), is_of_one=True)
        data_table(pd.DataFrame(cells, columns=headings))
    if question.state != QuestionState.OPEN or reply.state not in _TO_UPLOAD:
        if not rows:
            prose.caption(t("answer_nothing"))
        return
    is_nothing = bool(not rows and st.checkbox(t("answer_is_nothing"), key=f"nothing_{code}_{bureau}_{reply.revision}"))
    if st.button(
        t("answer_submit"),
        type="primary",
        icon=":material/send:",
        disabled=not rows and not is_nothing,
        key=f"submit_answer_{code}_{bureau}_{reply.revision}",
    ):
        last = last_file(_LAST_UPLOAD)
        step = {"actor": actor, "revision": reply.revision, "is_nothing": is_nothing}

        def done() -> None:
            answers.submit(store, code, bureau, **step)  # type: ignore[arg-type]
            last.clear()

        take(done, t("answer_submitted_now"))
