"""People, and the reports of bureaus from draft to approval."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from kpis import reporting_vocabulary as reporting_words
from kpis import vocabulary as words
from kpis.store.fields import KEY, Instant, MaybeInstant, NumberedRow, TableRow, one_of, refers


class UserAccount(TableRow, table=True):
    """A person who may sign in, identified by a verified e-mail."""

    email: Annotated[str, KEY]
    display_name: str = ""
    is_active: bool = True
    created_at: Instant


class UserRole(NumberedRow, table=True):
    """A role of a person, for a bureau (blank = the whole organisation) or a section of one."""

    __table_args__ = (one_of("role", reporting_words.Role), UniqueConstraint("email", "role", "bureau_code", "section_code"))
    email: Annotated[str, refers("user_account.email")]
    role: str
    bureau_code: Annotated[str | None, refers("bureau.bureau_code")] = None
    section_code: str = ""


class Deputy(NumberedRow, table=True):
    """A deputy within a bureau, for a range of days; ``ended_at`` where it was ended early."""

    __table_args__ = (
        CheckConstraint("until_date >= from_date", name="ends_after_it_begins"),
        CheckConstraint("email <> stands_in_for", name="somebody_else"),
    )
    email: Annotated[str, refers("user_account.email")]
    stands_in_for: Annotated[str, refers("user_account.email")]
    from_date: date
    until_date: date
    named_by: str
    named_at: Instant
    ended_by: str | None = None
    ended_at: MaybeInstant = None


class IssuedTemplate(TableRow, table=True):
    """An issued workbook: person, time and rows; older templates are recorded only in the audit trail."""

    template_id: Annotated[str, KEY]
    bureau_code: Annotated[str, refers("bureau.bureau_code")]
    period_code: str
    part: str = ""  # a section's code, the template's own number where rows were chosen, or blank for the whole
    rows_json: str = ""  # chosen rows
    filled_json: str = ""  # the content of the report in progress, where the workbook was prefilled with it
    issued_by: str
    issued_at: Instant


class Submission(NumberedRow, table=True):
    """One bureau's report of one period, from draft to approval."""

    __table_args__ = (
        one_of("state", reporting_words.ReportState),
        CheckConstraint("state <> 'returned' OR return_reason <> ''", name="a_return_has_a_reason"),
        CheckConstraint("decided_by IS NULL OR decided_by <> submitted_by", name="four_eyes"),
        # One report per bureau and period can be in progress: two uploads at the same second cannot both open one.
        Index(
            "submission_open_once", "bureau_code", "period_code", unique=True,
            sqlite_where=text(f"state IN ({words.quoted(reporting_words.OPEN_STATES)})"),
            postgresql_where=text(f"state IN ({words.quoted(reporting_words.OPEN_STATES)})"),
        ),
    )  # fmt: skip
    bureau_code: Annotated[str, refers("bureau.bureau_code")]
    period_code: Annotated[str, refers("reporting_period.period_code")]
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
    asked_count: int | None = None  # figures that the template asked for; unknown for reports from before this was counted
    open_json: str = ""  # (indicator, period) of each figure left open
    is_on_behalf: bool = False  # so far all of it was taken in by the reform office on behalf of the bureau


class SubmissionUpload(TableRow, table=True):
    """One file merged into a report: person, part and, where the office took it in, its origin."""

    submission_id: int = Field(foreign_key="submission.id", primary_key=True, sa_column_kwargs={"autoincrement": False})
    revision: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    file_sha256: Annotated[str | None, refers("original_file.sha256")] = None
    file_name: str = ""
    template_id: str | None = None
    uploaded_by: str
    uploaded_at: Instant
    part: str = ""
    rows_count: int = 0
    is_on_behalf: bool = False
    how_it_came: str = ""


class SubmissionCheck(NumberedRow, table=True):
    """One step of a report within its own bureau: prepared, checked, sent back, or changed again; append-only."""

    __table_args__ = (
        one_of("decision", reporting_words.CheckStep),
        CheckConstraint("decision <> 'sent_back' OR note <> ''", name="sent_back_with_a_reason"),
    )
    submission_id: int = Field(foreign_key="submission.id", index=True)
    revision: int
    step_code: str = ""
    decision: str
    decided_by: str
    decided_at: Instant
    stands_in_for: str = ""
    note: str = ""


class SubmissionContributor(TableRow, table=True):
    """One row per report and contributor, in any of its uploads: none of them decides on it."""

    submission_id: int = Field(foreign_key="submission.id", primary_key=True, sa_column_kwargs={"autoincrement": False})
    email: Annotated[str, KEY]


class SubmissionRow(NumberedRow, table=True):
    """One validated row of a submission, as drafted: its kind, the cell it came from and its fields as JSON.

    Rows of earlier uploads (``revision``) of the same submission stay. ``choices_json`` holds the resolutions of
    conflicts, ``claims_json`` the writer and time of each cell.
    """

    __table_args__ = (UniqueConstraint("submission_id", "revision", "row_kind", "row_key", name="one_row_per_key"),)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    revision: int = 1
    row_kind: str
    row_key: str = ""
    choices_json: str = ""
    claims_json: str = ""
    sheet: str = ""
    cell: str = ""
    fields_json: str
    reason_class: str | None = None
    reason_text: str = ""
    comment: str = ""


class SubmissionWarning(NumberedRow, table=True):
    """A warning on a report that the bureau confirms with a reason before it may submit."""

    __table_args__ = (
        CheckConstraint("confirmed_by IS NULL OR confirmed_reason <> ''", name="a_confirmation_has_a_reason"),
    )  # fmt: skip
    submission_id: int = Field(foreign_key="submission.id", index=True)
    revision: int
    rule: str = ""  # name of the doubt; ``incomplete`` is about the report as a whole
    row_kind: str = ""  # of the row concerned, if any
    row_key: str = ""
    sheet: str = ""
    cell: str = ""
    found: str
    found_en: str = ""  # blank where it is the same, as the content of a cell
    expected_ja: str
    expected_en: str
    remedy_ja: str = ""
    remedy_en: str = ""
    confirmed_by: Annotated[str | None, refers("user_account.email")] = None
    confirmed_at: MaybeInstant = None
    confirmed_reason: str = ""


class ReviewComment(NumberedRow, table=True):
    """A comment of the reform office on one cell of a report it returns."""

    __table_args__ = (CheckConstraint("comment <> ''", name="says_something"),)
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


class ReportingException(NumberedRow, table=True):
    """Leave granted by the reform office to report a period outside its days; append-only, the last one counts."""

    __table_args__ = (CheckConstraint("reason <> ''", name="an_exception_has_a_reason"),)
    bureau_code: Annotated[str, refers("bureau.bureau_code")]
    period_code: Annotated[str, refers("reporting_period.period_code")]
    until: date
    reason: str
    granted_by: Annotated[str, refers("user_account.email")]
    granted_at: Instant


class RefusedFile(NumberedRow, table=True):
    """A workbook refused on upload, with its problems; kept for a limited time, and limited in number per bureau."""

    __table_args__ = (Index("refused_by_bureau", "bureau_code", "refused_at"),)
    bureau_code: Annotated[str, refers("bureau.bureau_code")]
    period_code: str
    name: str
    sha256: str
    # blank where the file has active content: then only its arrival is recorded
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    bytes_count: int
    uploaded_by: Annotated[str, refers("user_account.email")]
    refused_at: Instant
    problems_count: int
    problems_json: str
