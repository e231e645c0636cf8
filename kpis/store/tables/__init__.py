"""The tables of an instance.

One class per table, the row grain in each docstring; catalogue tables hold the present definition, observations are append-only vintages.
Days are ``DATE``; instants (``_at``) are UTC.

The fields of a list are declared on a class of their own, which validates a row of its file (``kpis.store.fields``); a table class does
not validate: CHECK, UNIQUE and foreign keys do.
"""

# mypy: implicit-reexport
# ruff: noqa: F401  # what is imported here is for others, as ``tables.Observation``

from __future__ import annotations

from sqlmodel import SQLModel

from kpis.store.fields import table_of
from kpis.store.tables.assessments import Assessment
from kpis.store.tables.commentary import Action, ActionFields, Commentary, CommentaryFields
from kpis.store.tables.indicators import (
    Baseline,
    BaselineFields,
    FigureFields,
    Indicator,
    IndicatorFields,
    Observation,
    ObservationFields,
    Reading,
    ReadingFields,
    ReportingPeriod,
    Target,
    TargetFields,
    Withdrawal,
)
from kpis.store.tables.instance import AuditEvent, DataRevision, EditionPointer, EndedSignIn, OriginalFile, Publication, SigningKey
from kpis.store.tables.meetings import Decision, Meeting
from kpis.store.tables.notices import Notice, NoticeChoice, NoticeReader, ToldStatus, Webhook
from kpis.store.tables.organisation import Bureau, BureauFields, Source, SourceFields, Succession, SuccessionFields
from kpis.store.tables.projects import (
    Milestone,
    MilestoneDate,
    MilestoneFields,
    Project,
    ProjectBureau,
    ProjectBureauFields,
    ProjectFields,
    ProjectVersion,
    ProjectVersionFields,
    StrategyVersion,
    StrategyVersionFields,
)
from kpis.store.tables.questions import Question, QuestionAnswer, QuestionReply, QuestionUpload
from kpis.store.tables.registers import (
    DefinitionChange,
    Facility,
    FacilityFields,
    ListDecision,
    Procedure,
    ProcedureFields,
    RegisterChange,
)
from kpis.store.tables.reports import (
    Deputy,
    IssuedTemplate,
    RefusedFile,
    ReportingException,
    ReviewComment,
    Submission,
    SubmissionCheck,
    SubmissionContributor,
    SubmissionRow,
    SubmissionUpload,
    SubmissionWarning,
    UserAccount,
    UserRole,
)
from kpis.store.tables.texts import Translation
