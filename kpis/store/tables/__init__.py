"""The tables: what an instance remembers.

One class per table, the row grain in each docstring; catalogue tables hold the present definition, observations are append-only vintages. Days are ``DATE``; instants (``_at``) are UTC.

The fields of a list stand on a class of their own, which validates a row of its file (``kpis.store.fields``); a table class does
not validate, the CHECK, UNIQUE and foreign keys do.
"""

from __future__ import annotations

from sqlmodel import SQLModel

from kpis.store.fields import table_of
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
from kpis.store.tables.organisation import Bureau, BureauFields, Source, SourceFields, Succession, SuccessionFields
from kpis.store.tables.projects import (
    Milestone,
    MilestoneDate,
    MilestoneFields,
    Project,
    ProjectBureau,
    ProjectBureauFields,
    ProjectConfidence,
    ProjectFields,
    ProjectVersion,
    ProjectVersionFields,
    StrategyVersion,
    StrategyVersionFields,
)
from kpis.store.tables.registers import Facility, FacilityFields, ListDecision, Procedure, ProcedureFields, RegisterChange
from kpis.store.tables.reports import (
    ReportingException,
    ReviewComment,
    Submission,
    SubmissionContributor,
    SubmissionRow,
    SubmissionWarning,
    UserAccount,
    UserRole,
)
from kpis.store.tables.texts import Translation

__all__ = [
    "Action",
    "ActionFields",
    "AuditEvent",
    "Baseline",
    "BaselineFields",
    "Bureau",
    "BureauFields",
    "Commentary",
    "CommentaryFields",
    "DataRevision",
    "Decision",
    "EditionPointer",
    "EndedSignIn",
    "Facility",
    "FacilityFields",
    "FigureFields",
    "Indicator",
    "IndicatorFields",
    "ListDecision",
    "Meeting",
    "Milestone",
    "MilestoneDate",
    "MilestoneFields",
    "Observation",
    "ObservationFields",
    "OriginalFile",
    "Procedure",
    "ProcedureFields",
    "Project",
    "ProjectBureau",
    "ProjectBureauFields",
    "ProjectConfidence",
    "ProjectFields",
    "ProjectVersion",
    "ProjectVersionFields",
    "Publication",
    "Reading",
    "ReadingFields",
    "RegisterChange",
    "ReportingException",
    "ReportingPeriod",
    "ReviewComment",
    "SQLModel",
    "SigningKey",
    "Source",
    "SourceFields",
    "StrategyVersion",
    "StrategyVersionFields",
    "Submission",
    "SubmissionContributor",
    "SubmissionRow",
    "SubmissionWarning",
    "Succession",
    "SuccessionFields",
    "Target",
    "TargetFields",
    "Translation",
    "UserAccount",
    "UserRole",
    "Withdrawal",
    "table_of",
]
