"""The engine's judgement in the words of the second implementation, so that the two can be held side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from kpis.figures import Judgement
from tests.method.recount import Found

NEAR = 1e-6


def as_found(judged: Judgement) -> Found:
    """Return an engine's judgement as the second implementation states its own."""
    due = judged.last_due
    return Found(
        status=judged.status,
        figure=judged.figure.period_code if judged.figure else None,
        target=judged.goal.period_code if judged.goal else None,
        due=due.goal.period_code if due else None,
        result=due.result if due else None,
        gap=due.gap if due else None,
        unreported=tuple(g.period_code for g in judged.unreported_goals),
        is_awaiting=judged.is_awaiting,
        is_part=judged.is_part,
        could_be=frozenset(judged.could_be),
        is_stale=judged.is_stale,
        is_current=judged.standing == "current",
        planned=judged.planned_value,
        ratio=judged.ratio,
        previous=judged.previous.period_code if judged.previous else None,
        year_earlier=judged.year_earlier.period_code if judged.year_earlier else None,
    )


def differences(mine: Found, theirs: Found) -> Iterator[str]:
    """Yield every field in which two answers differ, with both values."""
    for field in fields(Found):
        here, there = getattr(mine, field.name), getattr(theirs, field.name)
        if not _same(here, there):
            yield f"{field.name}: recounted {here!r}, engine {there!r}"


def _same(here: Any, there: Any) -> bool:
    if isinstance(here, float) and isinstance(there, float):
        return abs(here - there) <= NEAR * max(1.0, abs(here))
    return bool(here == there)
