"""The office's assessments of indicators and projects: confidence, period and reason; the role is checked again at each write.

They are visible inside at once. Where the government opens assessments (``OpenPart.ASSESSMENT``), they enter an edition once a second
person of the office has confirmed them.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from kpis.as_text import typed
from kpis.errors import FigureRefused, NotAllowed, NotFound, StepRefused
from kpis.figures.assessed import subject_of
from kpis.periods import parse_period
from kpis.reporting.access import is_same_mailbox, may
from kpis.reporting.people import acting, existing, grants_of, record
from kpis.settings import settings
from kpis.store import tables
from kpis.store.store import Store, instant

LEVELS = ("high", "medium", "low")


def may_review(session: Session, reviewer: str) -> bool:
    """Return whether a person may state a confidence: by role where the person is known; on a local instance anybody may."""
    grants = grants_of(session, reviewer)
    return may(grants, "state_confidence") if grants else settings().mode == "local"


def record_confidence(
    store: Store,
    code: str,
    *,
    confidence: str,
    reason: str,
    reviewer: str,
    reviewed_on: date,
    period: str = "",
    reason_en: str = "",
) -> None:
    """Record a person's confidence in an indicator or a project; earlier ones are kept.

    Args:
        confidence: ``high``, ``medium`` or ``low``.
        reviewer: the e-mail of a known person, or a name on a local instance.
        period: of the assessment; blank without a particular one.

    Raises:
        NotFound: there is no such indicator or project.
        FigureRefused: the level is not known, or reason or reviewer is missing.
        PeriodUnreadable: there is no such period.
    """
    if confidence not in LEVELS or not typed(reason) or not typed(reviewer):
        raise FigureRefused("confidence_incomplete")
    with acting(store, typed(reviewer), "state_confidence", code) as session:
        if not may_review(session, typed(reviewer)):
            raise NotAllowed("confidence_not_permitted")
        is_indicator = session.get(tables.Indicator, code) is not None
        if not is_indicator and session.get(tables.Project, code) is None:
            raise NotFound("project_not_listed", project_code=code)  # fmt: skip
        about = parse_period(period).code if period else ""
        session.add(
            tables.Assessment(
                indicator_code=code if is_indicator else None, project_code=None if is_indicator else code, period_code=about,
                confidence=confidence, reason_ja=typed(reason), reason_en=typed(reason_en), reviewer=typed(reviewer),
                reviewed_on=reviewed_on, recorded_at=instant(session),
            )
        )  # fmt: skip
        record(
            session, typed(reviewer), "confidence", code, detail=" ".join(filter(None, (about, f"{confidence}: {typed(reason)}")))
        )


def confirm_assessment(store: Store, number: int, *, actor: str) -> None:
    """Confirm an assessment as a second person, so that it may become public where assessments are open.

    Raises:
        NotAllowed: the actor is not of the office, or wrote it.
        NotFound: there is no assessment with this number.
        StepRefused: it was confirmed already.
    """
    with acting(store, actor, "confirm_assessment", str(number), needs="state_confidence") as session:
        row = existing(session, tables.Assessment, number, NotFound("assessment_unknown", number=number))
        if is_same_mailbox(actor, row.reviewer):
            raise NotAllowed("own_assessment")
        if row.confirmed_by is not None:
            raise StepRefused("assessment_confirmed_before", by=row.confirmed_by)
        row.confirmed_by, row.confirmed_at = actor, instant(session)
        record(session, actor, "assessment_confirmed", subject_of(row), detail=f"{row.confidence}: {row.reason_ja}")
