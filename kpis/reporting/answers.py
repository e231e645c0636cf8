"""The steps of an answer to a question of the office: upload, submission, return or acceptance; and all answers as one table.

``draft → submitted → returned → submitted → accepted``. A new upload replaces the one before, which is kept. Whoever uploaded or
submitted any version of it neither accepts nor returns it. Each step is one transaction with an audit line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlmodel import Session, col

from kpis.as_text import typed
from kpis.errors import ChangedMeanwhile, FigureRefused, NotAllowed, NotFound, StepRefused
from kpis.message import Message
from kpis.reporting.access import Grant, is_same_mailbox, may
from kpis.reporting.asking import Answer, columns_from_json, refuse_row, values_from_json, values_to_json
from kpis.reporting.people import acting, allow, existing, grants_of, record
from kpis.reporting.questions import replies_of, seen, stored
from kpis.reporting_vocabulary import QuestionState, ReplyState
from kpis.store import tables, vintages
from kpis.store.store import Store, instant
from kpis.store.tables import table_of

UPLOADED, SUBMITTED, RETURNED, ACCEPTED = "answer_uploaded", "answer_submitted", "answer_returned", "answer_accepted"
_WITH_OFFICE = (ReplyState.SUBMITTED.value, ReplyState.ACCEPTED.value)
STEPS: Mapping[tuple[str, str], str] = {
    ("waiting", "upload"): "draft",
    ("draft", "upload"): "draft",
    ("returned", "upload"): "returned",
    ("draft", "submit"): "submitted",
    ("returned", "submit"): "submitted",
    ("submitted", "return"): "returned",
    ("submitted", "accept"): "accepted",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerRow:
    """One row of an answer: bureau, row number, and values by column."""

    bureau_code: str
    number: int
    state: str
    values: Mapping[str, Answer]


@dataclass(frozen=True, kw_only=True, slots=True)
class FilledAnswers:
    """A workbook of answers that was read without errors. ``rows``: column → value."""

    rows: Sequence[Mapping[str, Answer]]
    content: bytes
    name: str
    template_id: str


def upload(store: Store, workbook: FilledAnswers, *, actor: str, code: str, bureau_code: str, replaces: int) -> int:
    """Store a workbook as the bureau's answer; return its revision. The same file twice is a no-op.

    Args:
        workbook: what the bureau answers.
        replaces: the revision that the actor saw; 0 where there was none.

    Raises:
        NotAllowed: the actor does not answer for the bureau.
        NotFound: the question was not sent to the bureau.
        StepRefused: the question is not open, or the answer is with the office.
        ChangedMeanwhile: somebody else uploaded first.
        FigureRefused: a row does not fit the columns of the question.
    """
    with acting(store, actor, "upload_answer", _subject(code, bureau_code), is_figures=False) as session:
        question, reply = _for_step(session, code, bureau_code, actor, "answer_question")
        sha256 = hashlib.sha256(workbook.content).hexdigest()
        last = session.get(tables.QuestionUpload, (code, bureau_code, reply.revision))
        if last is not None and last.file_sha256 == sha256:
            return reply.revision
        state = _next(reply, "upload")
        if reply.revision != replaces:
            raise ChangedMeanwhile("answer_uploaded_first", who=last.uploaded_by if last else "", revision=reply.revision)
        columns = columns_from_json(question.columns_json)
        if len(workbook.rows) > question.most_rows:
            raise FigureRefused("question_rows_too_many", count=len(workbook.rows), most=question.most_rows)
        for number, values in enumerate(workbook.rows, start=1):
            refuse_row(values, columns, number)
        now = instant(session)
        vintages.keep_original(session, name=workbook.name, content=workbook.content, kind="answer", received_at=now)
        reply.revision, reply.state = reply.revision + 1, state
        session.flush()
        session.add(
            tables.QuestionUpload(
                question_code=code, bureau_code=bureau_code, revision=reply.revision, file_sha256=sha256,
                template_id=workbook.template_id, uploaded_by=actor, uploaded_at=now,
            )
        )  # fmt: skip
        session.flush()
        if workbook.rows:
            key = {"question_code": code, "bureau_code": bureau_code, "revision": reply.revision}
            kept = [{**key, "row_number": n, "values_json": values_to_json(row)} for n, row in enumerate(workbook.rows, start=1)]
            session.execute(insert(table_of(tables.QuestionAnswer)), kept)
        detail = f"revision {reply.revision}, {len(workbook.rows)} rows"
        record(session, actor, UPLOADED, _subject(code, bureau_code), file_sha256=sha256, detail=detail)
        return reply.revision


def submit(store: Store, code: str, bureau_code: str, *, actor: str, revision: int, is_nothing: bool = False) -> None:
    """Submit an answer to the office.

    Args:
        revision: the upload that the actor saw.
        is_nothing: confirms that an answer without rows is intended.

    Raises:
        NotAllowed, NotFound, StepRefused, ChangedMeanwhile: as ``upload``; an answer without rows must be confirmed.
    """
    with acting(store, actor, "submit_answer", _subject(code, bureau_code), is_figures=False) as session:
        _, reply = _for_step(session, code, bureau_code, actor, "answer_question")
        state = _next(reply, "submit")
        _refuse_other(reply, revision)
        answers = tables.QuestionAnswer
        newest = (col(answers.question_code) == code, col(answers.bureau_code) == bureau_code, col(answers.revision) == revision)
        if not is_nothing and session.execute(select(col(answers.row_number)).where(*newest)).first() is None:
            raise StepRefused("answer_without_rows")
        reply.state, reply.submitted_by, reply.submitted_at = state, actor, instant(session)
        reply.decided_by, reply.decided_at, reply.return_reason = None, None, ""
        record(session, actor, SUBMITTED, _subject(code, bureau_code), detail=f"revision {revision}")


def decide(store: Store, code: str, bureau_code: str, *, actor: str, revision: int, accepts: bool, reason: str = "") -> None:
    """Accept an answer, or return it with a reason.

    Raises:
        NotAllowed: the actor is not of the office, or contributed to the answer.
        NotFound, StepRefused, ChangedMeanwhile: as ``upload``.
        FigureRefused: it is returned without a reason.
    """
    step = "accept" if accepts else "return"
    with acting(store, actor, f"{step}_answer", _subject(code, bureau_code), is_figures=False) as session:
        _, reply = _for_step(session, code, bureau_code, actor, "decide_answer")
        uploads, trail = tables.QuestionUpload, tables.AuditEvent
        whose = select(col(uploads.uploaded_by)).where(col(uploads.question_code) == code, col(uploads.bureau_code) == bureau_code)
        # Of a reply, only who submitted it last is kept; the trail has everybody.
        sent = select(col(trail.actor)).where(col(trail.subject) == _subject(code, bureau_code), col(trail.action) == SUBMITTED)
        if any(is_same_mailbox(actor, email) for query in (whose, sent) for email in session.execute(query).scalars()):
            raise NotAllowed("own_answer")
        state = _next(reply, step)
        _refuse_other(reply, revision)
        if not accepts and not typed(reason):
            raise FigureRefused("answer_returned_without_reason")
        reply.decided_by, reply.decided_at = actor, instant(session)
        reply.return_reason, reply.state = ("" if accepts else typed(reason)), state
        record(session, actor, ACCEPTED if accepts else RETURNED, _subject(code, bureau_code), detail=reply.return_reason)


def rows_of(store: Store, code: str, *, viewer: str, bureau_code: str | None = None) -> list[AnswerRow]:
    """Return the rows of every bureau's newest upload, in catalogue order; the office sees submitted ones, a bureau its own.

    Raises:
        NotFound: as ``kpis.reporting.questions.question``.
    """
    answers = tables.QuestionAnswer
    with store.reading() as session:
        columns = seen(session, code, viewer, bureau_code).columns
        grants = grants_of(session, viewer)
        allowed = {row.bureau_code: row for row in replies_of(session, code) if _may_read(grants, row)}
        query = select(answers).where(col(answers.question_code) == code).order_by(col(answers.row_number))
        rows_of: dict[str, list[AnswerRow]] = {bureau: [] for bureau in allowed if bureau_code in (None, bureau)}
        for row in session.execute(query).scalars():
            if row.bureau_code in rows_of and row.revision == allowed[row.bureau_code].revision:
                state, values = allowed[row.bureau_code].state, values_from_json(row.values_json, columns)
                rows_of[row.bureau_code].append(
                    AnswerRow(bureau_code=row.bureau_code, number=row.row_number, state=state, values=values)
                )
        return [row for rows in rows_of.values() for row in rows]


def _may_read(grants: Sequence[Grant], reply: tables.QuestionReply) -> bool:
    """Return whether a person may read an answer: its bureau always, the office once it is submitted or accepted."""
    if may(grants, "answer_question", reply.bureau_code):
        return True
    return reply.state in _WITH_OFFICE and may(grants, "decide_answer", reply.bureau_code)


def _for_step(
    session: Session, code: str, bureau_code: str, actor: str, action: str
) -> tuple[tables.Question, tables.QuestionReply]:
    allow(session, actor, action, bureau_code)
    question_row = stored(session, code)
    reply = existing(session, tables.QuestionReply, (code, bureau_code), NotFound("question_unknown", code=code))
    if question_row.state != QuestionState.OPEN:
        raise StepRefused("question_state", code=code, state=Message(f"question_is_{question_row.state}"))
    return question_row, reply


def _next(reply: tables.QuestionReply, step: str) -> str:
    after = STEPS.get((reply.state, step))
    if after is None:
        raise StepRefused("answer_state", state=Message(f"reply_is_{reply.state}"))
    return after


def _refuse_other(reply: tables.QuestionReply, revision: int) -> None:
    if reply.revision != revision:
        raise ChangedMeanwhile("answer_replaced", revision=reply.revision)


def _subject(code: str, bureau_code: str) -> str:
    return f"answer {code} {bureau_code}"
