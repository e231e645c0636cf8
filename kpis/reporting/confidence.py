"""A person's confidence in a project, written down with its reason; the role is checked again at each write."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from kpis.as_text import typed
from kpis.errors import FigureRefused, NotAllowed, NotFound
from kpis.reporting.access import may
from kpis.reporting.people import acting, grants_of, record
from kpis.settings import settings
from kpis.store import tables
from kpis.store.store import Store, instant

LEVELS = ("high", "medium", "low")


def may_review(session: Session, reviewer: str) -> bool:
    """Say whether a person may state a confidence: by role where the person is known; on one's own machine anybody may."""
    grants = grants_of(session, reviewer)
    return may(grants, "state_confidence") if grants else settings().mode == "local"


def record_confidence(store: Store, project_code: str, *, confidence: str, reason: str, reviewer: str, reviewed_on: date) -> None:
    """Write down how confident a person is in a project; earlier ones are kept.

    Args:
        store: where.
        project_code: the project.
        confidence: ``high``, ``medium`` or ``low``.
        reason: in the person's words; compulsory.
        reviewer: the e-mail of a known person, or a name on a local instance.
        reviewed_on: the day of the review.

    Raises:
        NotAllowed: the person's role does not permit it.
        NotFound: there is no such project.
        FigureRefused: the level is not known, or reason or reviewer is missing.
    """
    if confidence not in LEVELS or not typed(reason) or not typed(reviewer):
        raise FigureRefused("confidence_incomplete")
    with acting(store, typed(reviewer), "state_confidence", project_code) as session:
        if not may_review(session, typed(reviewer)):
            raise NotAllowed("confidence_not_permitted")
        if session.get(tables.Project, project_code) is None:
            raise NotFound("project_not_listed", project_code=project_code)  # fmt: skip
        session.add(
            tables.ProjectConfidence(
                project_code=project_code, confidence=confidence, reason=typed(reason), reviewer=typed(reviewer),
                reviewed_on=reviewed_on, recorded_at=instant(session),
            )
        )  # fmt: skip
        record(session, typed(reviewer), "confidence", project_code, detail=f"{confidence}: {typed(reason)}")
