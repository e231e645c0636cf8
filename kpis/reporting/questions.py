"""Questions of the office on matters that are not indicators: drafted, opened to bureaus, closed, and kept.

A question that is open or closed no longer changes, so that every answer is to the same question. Each step is one transaction with an audit line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from kpis.as_text import LONGEST_NAME, LONGEST_TEXT, typed
from kpis.errors import ChangedMeanwhile, FigureRefused, NotAllowed, NotFound, StepRefused
from kpis.message import Message
from kpis.reporting.access import Grant, may, require
from kpis.reporting.asking import MOST_ROWS, AskedColumn, checked, columns_from_json, columns_to_json
from kpis.reporting.deadlines import owing
from kpis.reporting.people import acting, existing, grants_of, record
from kpis.reporting_vocabulary import QuestionState, ReplyState
from kpis.store import tables
from kpis.store.fields import record_of
from kpis.store.store import Store, instant

ASKED, REWRITTEN, OPENED, CLOSED = "question_asked", "question_rewritten", "question_opened", "question_closed"
_WAITS = (ReplyState.WAITING.value, ReplyState.DRAFT.value, ReplyState.RETURNED.value)
_WORDS = ("title_ja", "title_en", "lead_ja", "lead_en")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One question; ``bureaus``: its addressees, empty = every bureau that reports."""

    question_code: str
    title_ja: str
    title_en: str
    lead_ja: str
    lead_en: str
    columns: tuple[AskedColumn, ...]
    most_rows: int
    bureaus: tuple[str, ...]
    due_on: date
    state: str
    asked_by: str
    asked_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The state of one bureau's answer; ``is_late``: nothing was submitted by the due day."""

    question_code: str
    bureau_code: str
    state: str
    revision: int
    submitted_by: str | None
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    return_reason: str
    is_late: bool
    rows_count: int
    file_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionDraft:
    """A question as the office writes it."""

    words: Mapping[str, str]  # ``title_ja``, ``title_en``, ``lead_ja``, ``lead_en``
    columns: Sequence[AskedColumn]
    due_on: date  # the last day for answers
    most_rows: int = 50  # maximum number of rows of an answer
    bureaus: Sequence[str] = ()  # its addressees; empty = every bureau that reports when it is opened


def write(store: Store, draft: QuestionDraft, *, actor: str, code: str = "", before: Question | None = None) -> str:
    """Create a question, or rewrite one that is not open yet; return its code.

    Args:
        code: of the question to rewrite; a new one gets the next.
        before: that question as the actor saw it; ``None`` = whatever it is now.

    Raises:
        FigureRefused: it has no title, or its columns are invalid.
        NotFound: there is no such question or bureau.
        StepRefused: it is open or closed.
        ChangedMeanwhile: somebody else rewrote it since the actor saw it.
    """
    texts = {name: typed(draft.words.get(name, ""), LONGEST_NAME if name.startswith("title") else LONGEST_TEXT) for name in _WORDS}
    with acting(store, actor, "ask_question", code or "question", needs="ask_question", is_figures=False) as session:
        if not texts["title_ja"]:
            raise FigureRefused("question_without_title")
        if not 1 <= draft.most_rows <= MOST_ROWS:
            raise FigureRefused("question_rows_count", most=MOST_ROWS)
        reporting = _reporting(session, draft.due_on)
        for unknown in [bureau for bureau in draft.bureaus if bureau not in reporting]:
            raise NotFound("question_bureau_unknown", code=unknown)
        fields: dict[str, Any] = {
            **texts, "columns_json": columns_to_json(checked(draft.columns)), "most_rows": draft.most_rows, "due_on": draft.due_on,
            "bureaus_json": json.dumps([bureau for bureau in reporting if bureau in draft.bureaus]) if draft.bureaus else "",
        }  # fmt: skip
        if code:
            row = stored(session, code)
            _refuse_unless(row, QuestionState.DRAFT)
            _refuse_other(row, before)
            for name, value in fields.items():
                setattr(row, name, value)
        else:
            count = session.execute(select(func.count()).select_from(tables.Question)).scalar_one()
            # None is ever deleted.
            row = tables.Question(question_code=f"Q{count + 1:03d}", asked_by=actor, asked_at=instant(session), **fields)
        session.add(row)
        session.flush()
        record(session, actor, REWRITTEN if code else ASKED, _subject(row.question_code), detail=row.title_ja)
        return row.question_code


def open_to_bureaus(store: Store, code: str, *, actor: str, today: date, before: Question | None = None) -> int:
    """Open a question: from now on it does not change, and its bureaus can answer. Return their number.

    Raises:
        NotAllowed, NotFound, ChangedMeanwhile: as ``write``.
        StepRefused: it is open or closed already, or its day has passed.
    """
    with acting(store, actor, "open_question", _subject(code), needs="ask_question", is_figures=False) as session:
        row = stored(session, code)
        _refuse_unless(row, QuestionState.DRAFT)
        _refuse_other(row, before)
        if row.due_on < today:
            raise StepRefused("question_due_before", due=row.due_on)
        bureaus = json.loads(row.bureaus_json) if row.bureaus_json else _reporting(session, row.due_on)
        row.state, row.opened_at = QuestionState.OPEN.value, instant(session)
        session.add_all(tables.QuestionReply(question_code=code, bureau_code=bureau) for bureau in bureaus)
        session.flush()
        record(session, actor, OPENED, _subject(code), detail=f"{len(bureaus)}: {' '.join(bureaus)}")
        return len(bureaus)


def close(store: Store, code: str, *, actor: str) -> None:
    """Close a question: it is kept unchanged from now on, even if bureaus did not answer.

    Raises:
        NotAllowed, NotFound: as ``write``.
        StepRefused: it is not open, or an answer awaits the office's decision.
    """
    with acting(store, actor, "close_question", _subject(code), needs="ask_question", is_figures=False) as session:
        row = stored(session, code)
        _refuse_unless(row, QuestionState.OPEN)
        replies = replies_of(session, code)
        if waiting := [reply.bureau_code for reply in replies if reply.state == ReplyState.SUBMITTED]:
            raise StepRefused("question_answers_wait", count=len(waiting), bureaus=", ".join(waiting))
        row.state, row.closed_by, row.closed_at = QuestionState.CLOSED.value, actor, instant(session)
        answered = sum(reply.state == ReplyState.ACCEPTED for reply in replies)
        record(session, actor, CLOSED, _subject(code), detail=f"{answered}/{len(replies)}")


def covered(store: Store, *, viewer: str, today: date) -> list[tuple[Question, list[Reply]]]:
    """Return the questions that a person may see, newest first, each with what ``coverage`` returns of it: the office every one, a bureau its own.

    Raises:
        NotAllowed: the person may neither ask nor answer.
    """
    table, replies = tables.Question, tables.QuestionReply
    with store.reading() as session:
        grants = grants_of(session, viewer)
        require(grants, "see_questions")
        query, own = select(table).order_by(col(table.question_code).desc()), _own(grants)
        if not may(grants, "ask_question"):
            query = query.where(col(table.state) != QuestionState.DRAFT.value)
        if own is not None:
            query = query.where(
                col(table.question_code).in_(select(col(replies.question_code)).where(col(replies.bureau_code).in_(own)))
            )
        listed = [_question(row) for row in session.execute(query).scalars()]
        return [(each, _coverage(session, each, own, today)) for each in listed]


def question(store: Store, code: str, *, viewer: str) -> Question:
    """Return one question.

    Raises:
        NotFound: there is none, or no bureau of this person was asked.
    """
    with store.reading() as session:
        return seen(session, code, viewer)


def coverage(store: Store, code: str, *, viewer: str, today: date) -> list[Reply]:
    """Return the state of the answer of every bureau asked, in catalogue order; a bureau sees its own.

    Raises:
        NotFound: as ``question``.
    """
    with store.reading() as session:
        one = seen(session, code, viewer)
        return _coverage(session, one, _own(grants_of(session, viewer)), today)


def _coverage(session: Session, one: Question, own: frozenset[str] | None, today: date) -> list[Reply]:
    code = one.question_code
    uploads, files, answers = tables.QuestionUpload, tables.OriginalFile, tables.QuestionAnswer
    named = select(col(uploads.bureau_code), col(uploads.revision), col(files.name)).join(
        files, col(files.sha256) == col(uploads.file_sha256)
    )
    names = {(b, r): name for b, r, name in session.execute(named.where(col(uploads.question_code) == code))}
    counting = select(col(answers.bureau_code), col(answers.revision), func.count()).where(col(answers.question_code) == code)
    counts = {(b, r): n for b, r, n in session.execute(counting.group_by(col(answers.bureau_code), col(answers.revision)))}
    return [
        record_of(
            Reply, row, is_late=row.state in _WAITS and one.due_on < today, rows_count=counts.get((row.bureau_code, row.revision), 0),
            file_name=names.get((row.bureau_code, row.revision), ""),
        )
        for row in replies_of(session, code)
        if own is None or row.bureau_code in own
    ]  # fmt: skip


def seen(session: Session, code: str, viewer: str, bureau_code: str | None = None) -> Question:
    """Return a question if it, or a bureau's answer to it, is visible to a person; otherwise raise as if it did not exist."""
    grants = grants_of(session, viewer)
    row = session.get(tables.Question, code)
    is_written = row is not None and row.state == QuestionState.DRAFT and not may(grants, "ask_question")
    if row is not None and not is_written and may(grants, "see_questions", bureau_code):
        own = _own(grants)
        replies = tables.QuestionReply
        bureaus = set(session.execute(select(col(replies.bureau_code)).where(col(replies.question_code) == code)).scalars())
        if (own is None or bureaus & own) and (bureau_code is None or bureau_code in bureaus):
            return _question(row)
    raise NotFound("question_unknown", code=code)


def stored(session: Session, code: str) -> tables.Question:
    """Return the row of a question."""
    return existing(session, tables.Question, code, NotFound("question_unknown", code=code))


def replies_of(session: Session, code: str) -> list[tables.QuestionReply]:
    """Return the state of each bureau asked, in catalogue order."""
    replies, units = tables.QuestionReply, tables.Bureau
    query = select(replies).outerjoin(units, col(units.bureau_code) == col(replies.bureau_code))
    in_order = query.order_by(col(units.sort_order).nulls_last(), col(replies.bureau_code))
    return list(session.execute(in_order.where(col(replies.question_code) == code)).scalars())


def _own(grants: Sequence[Grant]) -> frozenset[str] | None:
    """Return the bureaus whose answers a person with these roles may see; ``None`` = every one."""
    bureaus = {grant.bureau_code for grant in grants if may([grant], "see_questions")}
    if None in bureaus:
        return None
    if not bureaus:
        raise NotAllowed("role_not_permitted")
    return frozenset(code for code in bureaus if code)


def _reporting(session: Session, day: date) -> list[str]:
    """Return the bureaus that report and exist on a day, in catalogue order."""
    return owing(Store.organisation_in(session), f"{day:%Y-%m}")


def _refuse_unless(row: tables.Question, state: QuestionState) -> None:
    if row.state != state:
        raise StepRefused("question_state", code=row.question_code, state=Message(f"question_is_{row.state}"))


def _refuse_other(row: tables.Question, before: Question | None) -> None:
    """Refuse to rewrite or open a draft that is not the one the actor saw: what somebody else wrote would be lost, or sent unseen."""
    if before is not None and _question(row) != before:
        raise ChangedMeanwhile("question_rewritten_since", code=row.question_code)


def _question(row: tables.Question) -> Question:
    bureaus = tuple(json.loads(row.bureaus_json)) if row.bureaus_json else ()
    return record_of(Question, row, columns=columns_from_json(row.columns_json), bureaus=bureaus)


def _subject(code: str) -> str:
    return f"question {code}"
