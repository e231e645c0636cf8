"""Questions of the office on matters that are not indicators, and the bureaus' answers. None of it becomes public."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field

from kpis import reporting_vocabulary as reporting_words
from kpis.store.fields import KEY, Instant, MaybeInstant, TableRow, one_of, refers

_REPLY = ["question_code", "bureau_code"]
_UPLOAD = [*_REPLY, "revision"]


class Question(TableRow, table=True):
    """One question: its texts, columns, addressees and due day."""

    __table_args__ = (
        one_of("state", reporting_words.QuestionState),
        CheckConstraint("title_ja <> ''", name="a_question_has_a_title"),
        CheckConstraint("most_rows >= 1", name="a_question_has_a_row"),
        CheckConstraint("state <> 'closed' OR closed_by IS NOT NULL", name="somebody_closed_it"),
    )
    question_code: Annotated[str, KEY]
    title_ja: str
    title_en: str = ""
    lead_ja: str = ""
    lead_en: str = ""
    columns_json: str  # made by ``kpis.reporting.asking``
    most_rows: int
    bureaus_json: str = ""  # the bureaus asked; blank: every one that reports when the question is opened
    due_on: date
    state: str = "draft"
    asked_by: Annotated[str, refers("user_account.email")]
    asked_at: Instant
    opened_at: MaybeInstant = None
    closed_by: Annotated[str | None, refers("user_account.email")] = None
    closed_at: MaybeInstant = None


class QuestionReply(TableRow, table=True):
    """One row per question and bureau asked: the state of its answer. ``revision`` is its newest upload; 0 = none."""

    __table_args__ = (
        one_of("state", reporting_words.ReplyState),
        CheckConstraint("state <> 'returned' OR return_reason <> ''", name="a_return_has_a_reason"),
        CheckConstraint("decided_by IS NULL OR decided_by <> submitted_by", name="four_eyes"),
    )
    question_code: Annotated[str, refers("question.question_code", key=True)]
    bureau_code: Annotated[str, refers("bureau.bureau_code", key=True)]
    state: str = "waiting"
    revision: int = 0
    submitted_by: Annotated[str | None, refers("user_account.email")] = None
    submitted_at: MaybeInstant = None
    decided_by: Annotated[str | None, refers("user_account.email")] = None
    decided_at: MaybeInstant = None
    return_reason: str = ""


class QuestionUpload(TableRow, table=True):
    """One row per workbook uploaded by a bureau: person, time and file. Earlier ones are kept."""

    __table_args__ = (ForeignKeyConstraint(_REPLY, [f"question_reply.{name}" for name in _REPLY]),)
    question_code: Annotated[str, KEY]
    bureau_code: Annotated[str, KEY]
    revision: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    file_sha256: Annotated[str, refers("original_file.sha256")]
    template_id: str
    uploaded_by: Annotated[str, refers("user_account.email")]
    uploaded_at: Instant


class QuestionAnswer(TableRow, table=True):
    """One row of a bureau's answer, as in one upload: column → value as JSON, days in ISO form."""

    __table_args__ = (ForeignKeyConstraint(_UPLOAD, [f"question_upload.{name}" for name in _UPLOAD]),)
    question_code: Annotated[str, KEY]
    bureau_code: Annotated[str, KEY]
    revision: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    row_number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    values_json: str
