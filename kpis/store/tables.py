"""The tables: what an instance remembers. One class per table, the row grain in each docstring.

Table classes do not validate on construction (SQLModel); incoming rows are validated by the plain models of
``loaders.rows`` and again by the CHECK, UNIQUE and foreign keys here. Days are ``DATE``; instants (``_at``) are UTC.
Catalogue tables hold the present definition; observations are append-only vintages.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from kpis import vocabulary as words
from kpis.vocabulary import Vocabulary


def _one_of(column: str, vocabulary: type[Vocabulary], *, optional: bool = False) -> CheckConstraint:
    null = f"{column} IS NULL OR " if optional else ""
    return CheckConstraint(f"{null}{column} IN ({vocabulary.sql()})", name=f"{column}_known")


def _instant(*, optional: bool = False) -> Column:
    return Column(DateTime(timezone=False), nullable=optional)  # always UTC, stored naive


def _reference(target: str, *, optional: bool = False, index: bool = False) -> Column:
    # A fresh Column per table; ON DELETE is left at NO ACTION: nothing referenced is ever deleted.
    return Column(Text, ForeignKey(target), nullable=optional, index=index)


def table_of(model: type[SQLModel]) -> Table:
    """Return the table behind a class."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


class Source(SQLModel, table=True):
    """A page or file that figures were read from; one row per source.

    ``published_by`` is the last day by which it was public, ``published_basis`` what proves it (``page``, ``source``, ``quarter``).
    """

    __table_args__ = (_one_of("grade", words.Grade),)
    source_code: str = Field(primary_key=True)
    url: str
    title: str
    published_on: date | None = None
    published_by: date | None = None
    published_basis: str | None = None
    grade: str
    note: str = ""


class Bureau(SQLModel, table=True):
    """An organisation unit and one life of its name; one row per unit and life."""

    __table_args__ = (
        _one_of("valid_from_precision", words.Precision),
        _one_of("valid_to_precision", words.Precision),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="life_runs_forward"),
    )
    bureau_code: str = Field(primary_key=True)
    name_ja: str
    name_en: str = ""
    is_name_en_official: bool = False
    kind: str
    parent_code: str | None = Field(default=None, sa_column=_reference("bureau.bureau_code", optional=True))
    valid_from: date | None = None
    valid_from_precision: str = "unknown"
    valid_to: date | None = None
    valid_to_precision: str = "unknown"
    is_current: bool = True
    sort_order: int = 0
    source_code: str | None = Field(default=None, sa_column=_reference("source.source_code", optional=True))
    note: str = ""


class Succession(SQLModel, table=True):
    """A reorganisation; one row per predecessor, successor and relation. A blank share is not known."""

    __table_args__ = (
        UniqueConstraint("predecessor_code", "successor_code", "relation"),
        _one_of("relation", words.Relation),
        CheckConstraint("share IS NULL OR (share >= 0 AND share <= 1)", name="share_is_a_share"),
    )
    id: int | None = Field(default=None, primary_key=True)
    predecessor_code: str = Field(sa_column=_reference("bureau.bureau_code"))
    successor_code: str = Field(sa_column=_reference("bureau.bureau_code"))
    relation: str
    effective_date: date | None = None
    date_precision: str = "unknown"
    share: float | None = None
    source_code: str | None = Field(default=None, sa_column=_reference("source.source_code", optional=True))
    note: str = ""


class Project(SQLModel, table=True):
    """A core or leading project, or the programme itself; one row per project code."""

    __table_args__ = (_one_of("kind", words.ProjectKind),)
    project_code: str = Field(primary_key=True)
    kind: str
    category_ja: str = ""
    category_en: str = ""
    name_ja: str
    name_en: str
    is_name_official: bool = True
    goal_ja: str = ""
    goal_en: str = ""
    goal_source_code: str | None = None
    successor_code: str | None = Field(default=None, sa_column=_reference("project.project_code", optional=True))
    sort_order: int = 0
    source_code: str = Field(sa_column=_reference("source.source_code"))
    note: str = ""


class StrategyVersion(SQLModel, table=True):
    """A version of the strategy, in the order in which they followed each other; one row per version."""

    __tablename__ = "strategy_version"
    __table_args__ = (_one_of("adopted_precision", words.Precision),)
    version_code: str = Field(primary_key=True)
    name_ja: str
    name_en: str
    adopted_on: date | None = None
    adopted_precision: str = "unknown"
    published_by: date | None = None
    horizon_year: int | None = None
    first_year: int | None = None
    last_year: int | None = None
    keywords_ja: str = ""
    keywords_en: str = ""
    concept_ja: str = ""
    concept_en: str = ""
    is_renumbered: bool = False
    sort_order: int = 0
    source_code: str = Field(sa_column=_reference("source.source_code"))
    note: str = ""


class ProjectVersion(SQLModel, table=True):
    """The name of a project in one version of the strategy."""

    __tablename__ = "project_version"
    project_code: str = Field(sa_column=Column(Text, ForeignKey("project.project_code"), primary_key=True))
    strategy_version: str = Field(primary_key=True)
    name_ja: str
    name_en: str
    source_code: str = Field(sa_column=_reference("source.source_code"))
    note: str = ""


class ProjectBureau(SQLModel, table=True):
    """Who leads or takes part in a project, and when."""

    __tablename__ = "project_bureau"
    __table_args__ = (
        _one_of("role", words.Part),
        _one_of("valid_from_precision", words.Precision),
        _one_of("valid_to_precision", words.Precision),
        UniqueConstraint("project_code", "bureau_code", "role"),
    )
    id: int | None = Field(default=None, primary_key=True)
    project_code: str = Field(sa_column=_reference("project.project_code"))
    bureau_code: str = Field(sa_column=_reference("bureau.bureau_code"))
    role: str
    valid_from: date | None = None
    valid_from_precision: str = "unknown"
    valid_to: date | None = None
    valid_to_precision: str = "unknown"
    source_code: str | None = Field(default=None, sa_column=_reference("source.source_code", optional=True))
    note: str = ""


class Indicator(SQLModel, table=True):
    """The definition of an indicator, and the thresholds it is judged by; one row per indicator."""

    __table_args__ = (
        _one_of("kind", words.IndicatorKind),
        _one_of("direction", words.Direction),
        CheckConstraint("threshold_behind <= threshold_on_track", name="thresholds_in_order"),
    )
    indicator_code: str = Field(primary_key=True)
    project_code: str = Field(sa_column=_reference("project.project_code"))
    theme: str
    kind: str
    direction: str
    unit_ja: str
    unit_en: str
    decimals: int = 0
    name_ja: str
    name_en: str
    definition_ja: str
    definition_en: str
    frequency: str
    scope_code: str = Field(sa_column=_reference("bureau.bureau_code"))
    is_headline: bool = False
    is_reported_by_bureaus: bool = False
    base_ja: str = ""
    base_en: str = ""
    exclusions_ja: str = ""
    exclusions_en: str = ""
    threshold_on_track: float = 0.95
    threshold_behind: float = 0.60
    tolerance: float = 0.0
    stale_after_days: int = 200
    publication_lag_days: int = 92
    minimum_value: float | None = None
    maximum_value: float | None = None
    sibling_code: str | None = None
    replaced_by_code: str | None = Field(default=None, sa_column=_reference("indicator.indicator_code", optional=True))
    paired_with_code: str | None = Field(default=None, sa_column=_reference("indicator.indicator_code", optional=True))
    sort_order: int = 0
    source_code: str = Field(sa_column=_reference("source.source_code"))
    note_ja: str = ""
    note_en: str = ""


class Baseline(SQLModel, table=True):
    """The starting point that progress is measured from; one row per indicator and unit."""

    indicator_code: str = Field(sa_column=Column(Text, ForeignKey("indicator.indicator_code"), primary_key=True))
    bureau_code: str = Field(sa_column=Column(Text, ForeignKey("bureau.bureau_code"), primary_key=True))
    period_code: str
    value: float
    is_approximate: bool = False
    is_estimated: bool = False
    source_code: str = Field(sa_column=_reference("source.source_code"))
    note: str = ""


class Target(SQLModel, table=True):
    """A target as it was set; one row per indicator, unit, period and order in which it was set."""

    __table_args__ = (
        UniqueConstraint("indicator_code", "bureau_code", "period_code", "set_order"),
        _one_of("set_on_precision", words.Precision),
    )
    id: int | None = Field(default=None, primary_key=True)
    indicator_code: str = Field(sa_column=_reference("indicator.indicator_code", index=True))
    bureau_code: str = Field(sa_column=_reference("bureau.bureau_code"))
    period_code: str = Field(sa_column=_reference("reporting_period.period_code"))
    value: float
    numerator: float | None = None
    denominator: float | None = None
    is_approximate: bool = False
    set_on: date | None = None
    set_on_precision: str = "unknown"
    set_order: int = 1
    strategy_version: str | None = None
    withdrawn_on: date | None = None
    withdrawn_reason: str = ""
    source_code: str = Field(sa_column=_reference("source.source_code"))
    verified: bool = False
    note_ja: str = ""
    note_en: str = ""


class ReportingPeriod(SQLModel, table=True):
    """A period that figures or targets refer to, with the days on which reporting opens, is due and locks."""

    __tablename__ = "reporting_period"
    __table_args__ = (CheckConstraint("end_date >= start_date", name="period_runs_forward"),)
    period_code: str = Field(primary_key=True)
    kind: str
    start_date: date
    end_date: date = Field(index=True)
    opens_on: date | None = None
    due_on: date | None = None
    locks_on: date | None = None


class OriginalFile(SQLModel, table=True):
    """The bytes of every file that was loaded, by their SHA-256."""

    __tablename__ = "original_file"
    sha256: str = Field(primary_key=True)
    name: str
    kind: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    bytes_count: int
    rows_count: int | None = None
    received_at: datetime = Field(sa_column=_instant())


class UserAccount(SQLModel, table=True):
    """A person who may sign in, known by a verified e-mail."""

    __tablename__ = "user_account"
    email: str = Field(primary_key=True)
    display_name: str = ""
    is_active: bool = True
    created_at: datetime = Field(sa_column=_instant())


class UserRole(SQLModel, table=True):
    """What a person may do, and for which bureau (blank bureau = the whole organisation)."""

    __tablename__ = "user_role"
    __table_args__ = (
        _one_of("role", words.Role),
        UniqueConstraint("email", "role", "bureau_code"),
    )
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(sa_column=_reference("user_account.email"))
    role: str
    bureau_code: str | None = Field(default=None, sa_column=_reference("bureau.bureau_code", optional=True))


class Submission(SQLModel, table=True):
    """One bureau's report of one period on its way from draft to approval."""

    __table_args__ = (
        _one_of("state", words.ReportState),
        CheckConstraint("state <> 'returned' OR return_reason <> ''", name="a_return_has_a_reason"),
        CheckConstraint("decided_by IS NULL OR decided_by <> submitted_by", name="four_eyes"),
        # One report of a bureau and period at a time is on its way: two uploads at the same second cannot both open one.
        Index(
            "submission_open_once", "bureau_code", "period_code", unique=True,
            sqlite_where=text(f"state IN ({words.quoted(words.OPEN_STATES)})"), postgresql_where=text(f"state IN ({words.quoted(words.OPEN_STATES)})"),
        ),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    bureau_code: str = Field(sa_column=_reference("bureau.bureau_code"))
    period_code: str = Field(sa_column=_reference("reporting_period.period_code"))
    state: str = "draft"
    revision: int = 1
    file_sha256: str | None = Field(default=None, sa_column=_reference("original_file.sha256", optional=True))
    template_id: str | None = None
    created_by: str = Field(sa_column=_reference("user_account.email"))
    created_at: datetime = Field(sa_column=_instant())
    submitted_by: str | None = Field(default=None, sa_column=_reference("user_account.email", optional=True))
    submitted_at: datetime | None = Field(default=None, sa_column=_instant(optional=True))
    decided_by: str | None = Field(default=None, sa_column=_reference("user_account.email", optional=True))
    decided_at: datetime | None = Field(default=None, sa_column=_instant(optional=True))
    return_reason: str = ""
    asked_count: int | None = None  # figures that the template asked for; not known of reports from before this was counted
    open_json: str = ""  # (indicator, period) of each that stays without a figure


class SubmissionRow(SQLModel, table=True):
    """One validated row of a submission, as drafted: the file's kind, the cell it came from and its fields as JSON.

    Rows of an earlier upload (``revision``) of the same submission stay. ``choices_json`` holds how conflicts were resolved.
    """

    __tablename__ = "submission_row"
    __table_args__ = (UniqueConstraint("submission_id", "revision", "row_kind", "row_key"),)
    id: int | None = Field(default=None, primary_key=True)
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
    id: int | None = Field(default=None, primary_key=True)
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
    confirmed_by: str | None = Field(default=None, sa_column=_reference("user_account.email", optional=True))
    confirmed_at: datetime | None = Field(default=None, sa_column=_instant(optional=True))
    confirmed_reason: str = ""


class ReviewComment(SQLModel, table=True):
    """What the reform office says at one cell of a report it returns."""

    __tablename__ = "review_comment"
    __table_args__ = (CheckConstraint("comment <> ''", name="says_something"),)
    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    revision: int
    row_kind: str
    row_key: str
    column_name: str
    sheet: str = ""
    cell: str = ""
    comment: str
    written_by: str = Field(sa_column=_reference("user_account.email"))
    written_at: datetime = Field(sa_column=_instant())


class ReportingException(SQLModel, table=True):
    """Leave of the reform office to report a period outside its days; append-only, the last one counts."""

    __tablename__ = "reporting_exception"
    __table_args__ = (CheckConstraint("reason <> ''", name="an_exception_has_a_reason"),)
    id: int | None = Field(default=None, primary_key=True)
    bureau_code: str = Field(sa_column=_reference("bureau.bureau_code"))
    period_code: str = Field(sa_column=_reference("reporting_period.period_code"))
    until: date
    reason: str
    granted_by: str = Field(sa_column=_reference("user_account.email"))
    granted_at: datetime = Field(sa_column=_instant())


class Observation(SQLModel, table=True):
    """One reported value: indicator × unit × period × vintage. Append-only; a correction is a new vintage.

    A withdrawal is a vintage as well: it names in ``withdraws_vintage`` the one it takes back and says nothing of its own.
    """

    __table_args__ = (
        UniqueConstraint("indicator_code", "bureau_code", "period_code", "vintage"),
        _one_of("reason_class", words.CorrectionReason, optional=True),
        CheckConstraint("vintage >= 1", name="vintage_counts_from_one"),
        CheckConstraint("vintage = 1 OR (reason_class IS NOT NULL AND reason_text <> '')", name="a_correction_has_a_reason"),
        CheckConstraint(
            "withdraws_vintage IS NOT NULL OR value IS NOT NULL OR numerator IS NOT NULL OR text_ja <> ''", name="says_something"
        ),
        CheckConstraint(
            "withdraws_vintage IS NULL OR (withdraws_vintage < vintage AND value IS NULL AND numerator IS NULL AND text_ja = '')",
            name="a_withdrawal_says_nothing_else",
        ),
        UniqueConstraint("indicator_code", "bureau_code", "period_code", "withdraws_vintage", name="withdrawn_once"),
        Index("observation_by_indicator", "indicator_code", "bureau_code", "known_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    indicator_code: str = Field(sa_column=_reference("indicator.indicator_code"))
    bureau_code: str = Field(sa_column=_reference("bureau.bureau_code"))
    period_code: str = Field(sa_column=_reference("reporting_period.period_code"))
    vintage: int = 1
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    base_value: float | None = None
    text_ja: str = ""
    text_en: str = ""
    is_approximate: bool = False
    is_lower_bound: bool = False
    is_year_to_date: bool = False
    is_base_estimated: bool = False
    is_sample: bool = False
    sample_size: float | None = None
    published_on: date | None = None
    known_at: datetime = Field(sa_column=_instant())
    recorded_at: datetime = Field(sa_column=_instant())
    source_code: str = Field(sa_column=_reference("source.source_code"))
    submission_id: int | None = Field(default=None, foreign_key="submission.id")
    file_sha256: str | None = Field(default=None, sa_column=_reference("original_file.sha256", optional=True))
    verified: bool = False
    reason_class: str | None = None
    reason_text: str = ""
    withdraws_vintage: int | None = None
    note_ja: str = ""
    note_en: str = ""


class Reading(SQLModel, table=True):
    """The same fact read elsewhere, agreeing or not; or a figure whose date is not stated. Never judged."""

    id: int | None = Field(default=None, primary_key=True)
    indicator_code: str = Field(sa_column=_reference("indicator.indicator_code", index=True))
    bureau_code: str = Field(sa_column=_reference("bureau.bureau_code"))
    period_code: str | None = None
    value: float | None = None
    text_ja: str = ""
    is_target: bool = False
    is_approximate: bool = False
    agrees: bool
    source_code: str = Field(sa_column=_reference("source.source_code"))
    note_ja: str = ""
    note_en: str = ""


class Milestone(SQLModel, table=True):
    """A milestone of a project with planned, re-planned and actual days side by side."""

    __table_args__ = (_one_of("ended_reason", words.EndedReason, optional=True),)
    milestone_code: str = Field(primary_key=True)
    project_code: str = Field(sa_column=_reference("project.project_code", index=True))
    name_ja: str
    name_en: str
    planned_start: date | None = None
    planned_start_precision: str = "unknown"
    planned_end: date | None = None
    planned_end_precision: str = "unknown"
    replanned_end: date | None = None
    replanned_end_precision: str = "unknown"
    actual_end: date | None = None
    actual_end_precision: str = "unknown"
    stage_ja: str = ""
    is_missed: bool = False
    reported_period: str | None = None
    ended_on: date | None = None
    ended_on_precision: str = "unknown"
    ended_reason: str | None = None  # ``mistake``: the row never stood for anything, on no day
    successor_code: str | None = None
    listed_in: str = ""  # the list that brought the row; blank where a report did
    vintage: int = 1
    first_known_at: datetime | None = Field(default=None, sa_column=_instant(optional=True))
    supersedes_code: str | None = Field(default=None, sa_column=_reference("milestone.milestone_code", optional=True))
    is_sample: bool = False
    source_code: str = Field(sa_column=_reference("source.source_code"))
    verified: bool = False
    note: str = ""


class MilestoneDate(SQLModel, table=True):
    """Every date a milestone was ever given; append-only, so that re-planning twice keeps all three.

    A day that was given by mistake is withdrawn by a row of its own, which repeats it and names its vintage.
    """

    __tablename__ = "milestone_date"
    __table_args__ = (
        _one_of("date_kind", words.DateKind),
        UniqueConstraint("milestone_code", "date_kind", "vintage"),
    )
    id: int | None = Field(default=None, primary_key=True)
    milestone_code: str = Field(sa_column=_reference("milestone.milestone_code", index=True))
    date_kind: str
    vintage: int = 1
    day: date
    precision: str = "day"
    withdraws_vintage: int | None = None
    known_at: datetime = Field(sa_column=_instant())
    source_code: str = Field(sa_column=_reference("source.source_code"))
    submission_id: int | None = Field(default=None, foreign_key="submission.id")


class RegisterChange(SQLModel, table=True):
    """One change of one row of a register (procedure, facility, milestone); append-only, so that no state is lost.

    ``vintage`` is the row's after the change; ``before_json`` and ``after_json`` hold the fields that changed. A row that
    was never changed has no entry here; ``first_known_at`` of the row itself says when it came (``None``: before that was
    noted). What a row was on any day is worked out by ``kpis.store.register_history``.
    """

    __tablename__ = "register_change"
    __table_args__ = (
        _one_of("register_name", words.RegisterName),
        _one_of("reason_class", words.CorrectionReason, optional=True),
        CheckConstraint("reason_class IS NULL OR reason_text <> ''", name="a_correction_has_a_reason"),
        UniqueConstraint("register_name", "row_code", "vintage"),
        Index("register_change_by_instant", "register_name", "known_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    register_name: str
    row_code: str
    vintage: int
    before_json: str
    after_json: str
    known_at: datetime = Field(sa_column=_instant())
    submission_id: int | None = Field(default=None, foreign_key="submission.id")
    file_sha256: str | None = Field(default=None, sa_column=_reference("original_file.sha256", optional=True))
    reason_class: str | None = None
    reason_text: str = ""


class ProjectConfidence(SQLModel, table=True):
    """A person's confidence in a project, with reason and date; stands beside the computed status."""

    __tablename__ = "project_confidence"
    __table_args__ = (_one_of("confidence", words.Confidence), CheckConstraint("reason <> ''", name="has_reason"))
    id: int | None = Field(default=None, primary_key=True)
    project_code: str = Field(sa_column=_reference("project.project_code"))
    confidence: str
    reason: str
    reviewer: str
    reviewed_on: date
    is_sample: bool = False


class Procedure(SQLModel, table=True):
    """A named administrative procedure (or, where ``counted_as`` says so, one process of it), as last reported.

    Counts are applications a year; ``details_json`` keeps what the source's own layout says besides.
    """

    __table_args__ = (
        _one_of("counted_as", words.CountedAs),
        _one_of("process_type", words.ProcessType),
        _one_of("applicant", words.Party),
        _one_of("recipient", words.Party),
        _one_of("authority", words.Authority),
        _one_of("digital_status", words.DigitalStatus),
        _one_of("ended_reason", words.EndedReason, optional=True),
        _one_of("smartphone_ready", words.YesNo),
        *(_one_of(f"{step}_step", words.StepForm) for step in ("identity", "fee", "attachment", "result")),
        CheckConstraint("applications_count IS NULL OR applications_count >= 0", name="applications_not_negative"),
        CheckConstraint("online_count IS NULL OR online_count >= 0", name="online_not_negative"),
        Index("procedure_by_bureau", "bureau_code", "digital_status"),
        Index("procedure_first_known", "first_known_at"),
        # Narrow enough to be searched whole: see migration 0005.
        Index(
            "procedure_listed",
            "procedure_code",
            "bureau_code",
            "digital_status",
            "digitised_date",
            "planned_for",
            "planned_for_precision",
            "process_type",
            "applicant",
            "authority",
            "is_priority",
            "online_channel",
            "ended_on",
            "ended_reason",
            "search_text",
        ),
    )
    procedure_code: str = Field(primary_key=True)
    name_ja: str
    name_en: str = ""
    bureau_code: str | None = Field(default=None, sa_column=_reference("bureau.bureau_code", optional=True))
    organisation_ja: str = ""
    category_en: str = ""
    counted_as: str = "procedure"
    process_type: str = "unknown"
    applicant: str = "unknown"
    recipient: str = "unknown"
    authority: str = "unknown"
    law_name: str = ""
    law_article: str = ""
    is_priority: bool = False
    digital_status: str
    not_done_reason: str = ""
    digitised_date: date | None = None
    digitised_precision: str = "unknown"
    planned_for: date | None = None
    planned_for_precision: str = "unknown"
    online_channel: str = ""
    identity_step: str = "unknown"
    fee_step: str = "unknown"
    attachment_step: str = "unknown"
    result_step: str = "unknown"
    smartphone_ready: str = "unknown"
    applications_count: float | None = None
    online_count: float | None = None
    is_count_estimated: bool = False
    details_json: str = ""
    search_text: str = ""  # written by the store: see kpis.figures.registers.searchable
    ended_on: date | None = None
    ended_on_precision: str = "unknown"
    ended_reason: str | None = None  # ``mistake``: the row never stood for anything, on no day
    successor_code: str | None = None
    listed_in: str = ""  # the list that brought the row; blank where a report did
    vintage: int = 1
    first_known_at: datetime | None = Field(default=None, sa_column=_instant(optional=True))
    is_sample: bool = False
    source_code: str = Field(sa_column=_reference("source.source_code"))
    verified: bool = False
    note: str = ""


class Facility(SQLModel, table=True):
    """A facility that takes fees, or a class of them; the list never adds up to a published numerator."""

    __table_args__ = (
        _one_of("cashless_status", words.CashlessStatus),
        _one_of("ended_reason", words.EndedReason, optional=True),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="a_point_has_both"),
    )
    facility_code: str = Field(primary_key=True)
    name_ja: str
    kind: str
    is_class: bool = False
    bureau_code: str | None = Field(default=None, sa_column=_reference("bureau.bureau_code", optional=True, index=True))
    organisation_ja: str = ""
    municipality_ja: str = ""
    latitude: float | None = None
    longitude: float | None = None
    payment_methods: str = ""
    cashless_since: date | None = None
    cashless_since_precision: str = "unknown"
    planned_for: date | None = None
    planned_for_precision: str = "unknown"
    cashless_status: str
    ended_on: date | None = None
    ended_on_precision: str = "unknown"
    ended_reason: str | None = None  # ``mistake``: the row never stood for anything, on no day
    successor_code: str | None = None
    listed_in: str = ""  # the list that brought the row; blank where a report did
    vintage: int = 1
    first_known_at: datetime | None = Field(default=None, sa_column=_instant(optional=True))
    is_sample: bool = False
    source_code: str = Field(sa_column=_reference("source.source_code"))
    verified: bool = False
    note: str = ""


class Withdrawal(SQLModel, table=True):
    """A wish to take a figure back: asked for by one person, decided by another; approved, it becomes a vintage."""

    __table_args__ = (
        _one_of("state", words.WithdrawalState),
        _one_of("reason_class", words.CorrectionReason),
        CheckConstraint("reason_text <> ''", name="a_withdrawal_has_a_reason"),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="four_eyes"),
        Index(
            "withdrawal_asked_once", "indicator_code", "bureau_code", "period_code", "vintage", unique=True,
            sqlite_where=text("state = 'asked'"), postgresql_where=text("state = 'asked'"),
        ),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    indicator_code: str = Field(sa_column=_reference("indicator.indicator_code"))
    bureau_code: str = Field(sa_column=_reference("bureau.bureau_code"))
    period_code: str = Field(sa_column=_reference("reporting_period.period_code"))
    vintage: int
    reason_class: str
    reason_text: str
    state: str = "asked"
    asked_by: str = Field(sa_column=_reference("user_account.email"))
    asked_at: datetime = Field(sa_column=_instant())
    decided_by: str | None = Field(default=None, sa_column=_reference("user_account.email", optional=True))
    decided_at: datetime | None = Field(default=None, sa_column=_instant(optional=True))
    decision_text: str = ""


class ListDecision(SQLModel, table=True):
    """What was decided of a row that a reloaded list no longer holds; append-only, the last one counts."""

    __tablename__ = "list_decision"
    __table_args__ = (
        _one_of("decision", words.ListDecision),
        Index("list_decision_by_list", "list_kind", "list_name"),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    list_kind: str
    list_name: str
    row_key: str
    decision: str
    ended_on: date | None = None
    reason: str = ""
    decided_at: datetime = Field(sa_column=_instant())


class Publication(SQLModel, table=True):
    """A numbered, immutable edition for the public, chained to the one before by checksum."""

    edition: int = Field(primary_key=True)
    published_at: datetime = Field(sa_column=_instant())
    as_of: date
    known_at: datetime
    note: str
    rule_version: str
    sha256: str
    previous_sha256: str | None = None
    published_by: str | None = Field(default=None, sa_column=_reference("user_account.email", optional=True))


class AuditEvent(SQLModel, table=True):
    """Who did what, when, from which file and cell; append-only."""

    __tablename__ = "audit_event"
    id: int | None = Field(default=None, primary_key=True)
    occurred_at: datetime = Field(sa_column=_instant())
    actor: str
    action: str
    subject: str
    file_sha256: str | None = None
    cell: str = ""
    detail: str = ""


class DataRevision(SQLModel, table=True):
    """One row: the number that rises with every committed change, the key of every cache; and whether all is a sample."""

    __tablename__ = "data_revision"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: int = Field(default=1, primary_key=True)
    revision: int = 0
    is_sample: bool = False
