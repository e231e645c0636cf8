"""The office's quarterly stocktakes: decisions, and the state of knowledge of each meeting."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from sqlalchemy import CheckConstraint, Index

from kpis import reporting_vocabulary as reporting_words
from kpis.store.fields import Instant, MaybeInstant, NumberedRow, one_of, refers


class Meeting(NumberedRow, table=True):
    """The closed minutes of a meeting: the day judged and the instant of its state of knowledge.

    Append-only: a meeting that is reopened and closed again has a second row.
    """

    period_code: str  # the quarter of the meeting
    held_on: date
    as_of: date
    known_at: Instant  # the meeting had everything stored by then
    note: str = ""
    closed_by: Annotated[str, refers("user_account.email")]


class Decision(NumberedRow, table=True):
    """One decision of a meeting: task, subject, owner and due day; with a bureau as owner it became an action of it."""

    __table_args__ = (
        one_of("closed_as", reporting_words.DecisionClosed, optional=True),
        CheckConstraint("indicator_code IS NULL OR project_code IS NULL", name="about_one_subject"),
        CheckConstraint("milestone_code IS NULL OR project_code IS NOT NULL", name="milestone_with_its_project"),
        CheckConstraint("decided <> ''", name="says_what"),
        CheckConstraint("(bureau_code IS NULL) = (action_code IS NULL)", name="a_bureau_acts"),
        CheckConstraint("(closed_as IS NULL) = (closed_at IS NULL)", name="closed_at_an_instant"),
        Index("decision_by_meeting", "period_code"),
    )
    period_code: str  # the quarter of the meeting
    indicator_code: Annotated[str | None, refers("indicator.indicator_code")] = None
    project_code: Annotated[str | None, refers("project.project_code")] = None
    milestone_code: Annotated[str | None, refers("milestone.milestone_code")] = None
    decided: str
    bureau_code: Annotated[str | None, refers("bureau.bureau_code")] = None  # ``None``: the office itself
    section: str = ""
    role: str = ""
    due_on: date | None = None
    action_code: Annotated[str | None, refers("action.action_code")] = None
    written_by: Annotated[str, refers("user_account.email")]
    written_at: Instant
    closed_as: str | None = None
    closed_at: MaybeInstant = None
    closed_by: Annotated[str | None, refers("user_account.email")] = None
    closed_reason: str = ""
