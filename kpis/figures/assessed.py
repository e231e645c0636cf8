"""Assessments of indicators and projects by the reform office: the latest of each, and contradictions with the computed status. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from kpis.figures.records import BAD, GOOD
from kpis.grouped import grouped
from kpis.periods import local_day
from kpis.store import tables


def contradicts(confidence: str | None, status: str) -> bool:
    """Return whether a confidence and a computed status contradict each other: high and off track, low and well."""
    return (confidence == "high" and status in BAD) or (confidence == "low" and status in GOOD)


def subject_of(row: tables.Assessment) -> str:
    """Return the code of the indicator or project that an assessment is about."""
    return row.indicator_code or row.project_code or ""


def history(
    rows: Iterable[tables.Assessment], *, as_of: date | None = None, known_at: datetime | None = None
) -> dict[str, tuple[tables.Assessment, ...]]:
    """Return the assessments of each indicator and project, oldest first: the last one counts.

    Args:
        as_of: ignore assessments of a later day; ``None`` keeps all, as for a meeting held after the quarter.
        known_at: ignore assessments recorded later; where the instant was not kept, those of a later day.
    """

    def counts(row: tables.Assessment) -> bool:
        if as_of is not None and row.reviewed_on > as_of:
            return False
        if known_at is None:
            return True
        return row.recorded_at <= known_at if row.recorded_at is not None else row.reviewed_on <= local_day(known_at)

    in_time = sorted((r for r in rows if counts(r)), key=lambda r: (r.reviewed_on, r.id or 0))
    return {code: tuple(own) for code, own in grouped((subject_of(row), row) for row in in_time).items()}
