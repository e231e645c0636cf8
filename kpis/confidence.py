"""A person's confidence in a project, written down with its reason; the role is checked again at each write."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlmodel import Session

from kpis import models
from kpis.errors import FigureRefused, NotAllowed, NotFound
from kpis.settings import settings
from kpis.store import Store, utc_now

LEVELS = ("high", "medium", "low")
REVIEWING_ROLES = ("reform_office", "administrator")


def may_review(session: Session, reviewer: str) -> bool:
    """Say whether a person may state a confidence: the reform office may; on one's own machine anybody may."""
    if settings().mode == "local":
        return True
    held = (
        select(models.UserRole.role)  # type: ignore[call-overload]
        .join(models.UserAccount, models.UserAccount.email == models.UserRole.email)
        .where(models.UserAccount.email == reviewer, models.UserAccount.is_active, models.UserRole.role.in_(REVIEWING_ROLES))  # type: ignore[attr-defined]
    )
    return session.execute(held).first() is not None


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
    if confidence not in LEVELS or not reason.strip() or not reviewer.strip():
        raise FigureRefused(
            "確信度・理由・記入者をすべて入力してから保存してください。", "Give a level, a reason and a name, then save again."
        )
    with store.writing() as session:
        if not may_review(session, reviewer.strip()):
            raise NotAllowed(
                "確信度を書けるのは構造改革室だけです。構造改革室に依頼してください。",
                "Only the reform office may state a confidence. Ask the reform office.",
            )
        if session.get(models.Project, project_code) is None:
            raise NotFound(f"プロジェクト「{project_code}」はありません。一覧から選んでください。",
                           f"There is no project {project_code!r}. Choose one from the list.")  # fmt: skip
        session.add(
            models.ProjectConfidence(
                project_code=project_code, confidence=confidence, reason=reason.strip(), reviewer=reviewer.strip(),
                reviewed_on=reviewed_on,
            )
        )  # fmt: skip
        session.add(
            models.AuditEvent(
                occurred_at=utc_now(), actor=reviewer.strip(), action="confidence", subject=project_code,
                detail=f"{confidence}: {reason.strip()}",
            )
        )  # fmt: skip
