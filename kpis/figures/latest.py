"""The latest changes of figures and targets, for returning readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kpis.figures.records import Figure, Goal
from kpis.figures.scorecard import Scored, SourceNote
from kpis.periods import local_day


@dataclass(frozen=True, slots=True)
class Change:
    """One change: a figure of a new period, a corrected or withdrawn figure, or a new target."""

    kind: str  # ``new``, ``corrected``, ``final`` (of a preliminary figure), ``withdrawn`` or ``target``
    day: date  # of publication, correction or setting
    scored: Scored
    before: Figure | Goal | None
    after: Figure | Goal | None  # of a withdrawal the figure that counts again, or none
    is_period_end: bool = False  # the day of publication is not known: ``day`` is the last day of the figure's period
    reason: Figure | None = None  # the vintage that states the reason


def latest_changes(scored: Iterable[Scored], sources: Mapping[str, SourceNote], *, as_of: date, count: int) -> list[Change]:
    """Return the latest changes, newest first.

    Args:
        scored: judgements, each with its entry.
        sources: by code, for the day of publication of a figure.
        as_of: ignore changes known later.
    """
    changes: list[Change] = []
    for item in scored:
        figure = item.judgement.figure
        if figure is not None and figure.vintage == 1:
            source = sources.get(figure.source_code)
            published = source.published_on if source else None
            day = published if published is not None and published >= figure.period.end else figure.period.end
            changes.append(Change("new", day, item, item.judgement.previous, figure, is_period_end=day != published))
        for made in item.revisions:
            if made.vintage.known_at is not None and (made.before is not None or made.is_withdrawal):
                kind = "withdrawn" if made.is_withdrawal else "final" if made.is_final else "corrected"
                day = local_day(made.vintage.known_at)
                changes.append(Change(kind, day, item, made.before, made.after, reason=made.vintage))
        for goal in item.goals:
            earlier = [g for g in item.goals if g.period_code == goal.period_code and g.set_order < goal.set_order]
            if earlier and goal.set_on is not None:
                changes.append(Change("target", goal.set_on, item, max(earlier, key=lambda g: g.set_order), goal))
    changes_then = [change for change in changes if change.day <= as_of]
    return sorted(changes_then, key=lambda change: change.day, reverse=True)[:count]
