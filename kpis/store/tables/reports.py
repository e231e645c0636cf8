"""People and the reports of bureaus on their way from draft to approval."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from kpis import vocabulary as words
from kpis.store.fields import KEY, Instant, MaybeInstant, one_of, refers


class UserAccount(SQLModel, table=True):
    """A person who may sign in, known by a verified e-mail."""

    __tablename__ = "user_account"
    email: Annotated[str, KEY]
    display_name: str = ""
    is_active: bool = True
    created_at: Instant


class UserRole(SQLModel, table=True):
    """What a person may do, and for which bureau (blank bureau = the whole organisation)."""

    __tablename__ = "user_role"
    __table_args__ = (
        one_of("role", words.Role),
        UniqueConstraint("email", "role", "bureau_code"),
    )
    id: Annotated[int | None, KEY] = None
    email: Annotated[str, refers("user_account.email")]
    role: str
    bureau_code: Annotated[str | None, refers("bureau.bureau_code")] = None


class Submission(SQLModel, table=True):
    """One bureau's report of one period on its way from draft to approval."""

    __table_args__ = (
        one_of("state", words.ReportState),
        CheckConstraint("state <> 'returned' OR return_reason <> ''", name="a_return_has_a_reason"),
        CheckConstraint("decided_by IS NULL OR decided_by <> submitted_by", name="four_eyes"),
        # One report of a bureau and period at a time is on its way: two uploads at the same second cannot both open one.
        Index(
            "submission_open_once", "bureau_code", "period_code", unique=True,
            sqlite_where=text(f"state IN ({words.quoted(words.OPEN_STATES)})"), postgresql_where=text(f"state IN ({words.quoted(words.OPEN_STATES)})"),
        ),
    )  # fmt: skip
    id: Annotated[int | None, KEY] = None
    bureau_code: Annotated[str, refers("bureau.bureau_code")]
    period_code: Annotated[
        str,
        refers("reporting_period.period_code"),
    ]
    state: str = "draft"
    revision: int = 1
    file_sha256: Annotated[str | None, refers("original_file.sha256")] = None
    template_id: str | None = None
    created_by: Annotated[str, refers("user_account.email")]
    created_at: Instant
    submitted_by: Annotated[str | None, refers("user_account.email")] = None
    submitted_at: MaybeInstant = None
    decided_by: Annotated[str | None, refers("user_account.email")] = None
    decided_at: MaybeInstant = None
    return_reason: str = ""
    asked_count: int | None = None  # figures that the template asked for; not known of reports from before this was counted
    open_json: str = ""  # (indicator, period) of each that stays without a figure


class SubmissionContributor(SQLModel, table=True):
    """One row per report and person who wrote a part of it, in any of its uploads: none of them decides on it."""

    __tablename__ = "submission_contributor"
    submission_id: int = Field(foreign_key="submission.id", primary_key=True, sa_column_kwargs={"autoincrement": False})
    email: Annotated[str, KEY]


class SubmissionRow(SQLModel, table=True):
    """One validated row of a submission, as drafted: the file's kind, the cell it came from and its fields as JSON.

    Rows of an earlier upload (``revision``) of the same submission stay. ``choices_json`` holds how conflicts were resolved.
    """

    __tablename__ = "submission_row"
    __table_args__ = (UniqueConstraint("submission_id", "revision", "row_kind", "row_key"),)
    id: Annotated[int | None, KEY] = None
    submission_id: int = Field(foreign_key="submission.id", index=True)
    revision: int = 1
    row_kind: str
    row_key: str = ""
    choices_json: str = ""
    sheet: str = ""
    cell: str = ""
    fields_json: str
    reason_class: str | None = None
    reason_text: str = ""
    comment: str = ""


class SubmissionWarning(SQLModel, table=True):
    """A warning on a report that the bureau confirms with a reason before it may submit."""

    __tablename__ = "submission_warning"
    __table_args__ = (
        CheckConstraint("confirmed_by IS NULL OR confirmed_reason <> ''", name="a_confirmation_has_a_reason"),
    )  # fmt: skip
    id: Annotated[int | None, KEY] = None
    submission_id: int = Field(foreign_key="submission.id", index=True)
    revision: int
    rule: str = ""  # which doubt it is; ``incomplete`` is about the report as a whole
    sheet: str = ""
    cell: str = ""
    found: str
    expected_ja: str
    expected_en: str
    remedy_ja: str = ""
    remedy_en: str = ""
    confirmed_by: Annotated[str | None, refers("user_account.email")] = None
    confirmed_at: MaybeInstant = None
    confirmed_reason: str = ""


class ReviewComment(SQLModel, table=True):
    """What the reform office says at one cell of a report it returns."""

    __tablename__ = "review_comment"
    __table_args__ = (CheckConstraint("comment <> ''", name="says_something"),)
    id: Annotated[int | None, KEY] = None
    submission_id: int = Field(foreign_key="submission.id", index=True)
    revision: int
    row_kind: str
    row_key: str
    column_name: str
    sheet: str = ""
    cell: str = ""
    comment: str
    written_by: Annotated[str, refers("user_account.email")]
    written_at: Instant


class ReportingException(SQLModel, table=True):
    """Leave of the reform office to report a period outside its days; append-only, the last one counts."""

    __tablename__ = "reporting_exception"
    __table_args__ = (CheckConstraint("reason <> ''", name="an_exception_has_a_reason"),)
    id: Annotated[int | None, KEY] = None
    bureau_code: Annotated[str, refers("bureau.bureau_code")]
    period_code: Annotated[
        str,
        refers("reporting_period.period_code"),
    ]
    until: date
    reason: str
    granted_by: Annotated[str, refers("user_account.email")]
    granted_at: Instant
