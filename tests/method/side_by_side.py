"""The engine's judgement in the words of the second implementation, so that the two can be held side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any

from kpis.figures.records import Judgement
from tests.method import shipped
from tests.method.given import Aim, Found, Mark, Measure, Start
from tests.method.recount import judge

NEAR = 1e-6


def as_found(judged: Judgement) -> Found:
    """Return an engine's judgement as the second implementation states its own."""
    due, settled = judged.last_due, judged.last_settled
    return Found(
        status=judged.status,
        figure=judged.figure.period_code if judged.figure else None,
        target=judged.goal.period_code if judged.goal else None,
        due=due.goal.period_code if due else None,
        result=due.result if due else None,
        gap=due.gap if due else None,
        settled=settled.goal.period_code if settled else None,
        settled_result=settled.result if settled else None,
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


def from_json(item: dict[str, Any]) -> Found:
    """Return an answer of ``/api/v1/status`` as the second implementation states its own."""
    due, settled = item["last_due"], item["last_settled"]
    return Found(
        status=item["status"],
        figure=item["period"],
        target=item["target"]["period"] if item["target"] else None,
        due=due["target"]["period"] if due else None,
        result=due["result"] if due else None,
        gap=due["gap"] if due else None,
        settled=settled["target"]["period"] if settled else None,
        settled_result=settled["result"] if settled else None,
        unreported=tuple(t["period"] for t in item["unreported_targets"]),
        is_awaiting=item["is_awaiting"],
        is_part=item["is_part"],
        could_be=frozenset(item["could_be"]),
        is_stale=item["is_stale"],
        is_current=item["is_current"],
        planned=item["planned_value"],
        ratio=item["ratio"],
        previous=item["previous"]["period"] if item["previous"] else None,
        year_earlier=item["year_earlier"]["period"] if item["year_earlier"] else None,
    )


def recounted_from_json(item: dict[str, Any], as_of: date) -> Found:
    """Work an answer of ``/api/v1/status`` out again from nothing but the figures, targets and baseline in it."""
    limits, start = item["thresholds"], item["baseline"]
    measure = Measure(
        item["kind"],
        item["direction"],
        item["unit"],
        good=limits["on_track"],
        poor=limits["behind"],
        tolerance=limits["tolerance"],
        stale_after=item["stale_after_days"],
        lag=item["publication_lag_days"],
        sibling_has_start=item["has_sibling_baseline"],
    )
    marks = [
        Mark(
            f["period"], f["value"], about=f["is_approximate"], more_than=f["is_lower_bound"], to_date=f["is_year_to_date"],
            n=f["numerator"], d=f["denominator"], base=f["base_value"],
        )
        for f in item["figures"]
    ]  # fmt: skip
    aims = [
        Aim(
            t["period"], t["value"], about=t["is_approximate"], order=t["set_order"],
            set_on=date.fromisoformat(t["set_on"]) if t["set_on"] else None,
            gone_on=date.fromisoformat(t["withdrawn_on"]) if t["withdrawn_on"] else None,
        )
        for t in item["targets"]
    ]  # fmt: skip
    published = None
    if start and not start["is_first_figure"]:
        published = Start(date.fromisoformat(start["end_date"]), start["value"])
    return judge(measure, marks, aims, published, as_of)


def recounted(
    files: dict[tuple[str, str], shipped.Series], as_of: date, known_on: date | None = None
) -> dict[tuple[str, str], Found]:
    """Work every series of the files out as of a day."""
    return {key: judge(s.measure, s.marks, s.aims, s.start, as_of, known_on) for key, s in files.items()}


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


def unequal(mine: dict[tuple[str, str], Found], theirs: dict[tuple[str, str], Found], day: date) -> list[str]:
    """Return what differs between two answers of one day."""
    if mine.keys() != theirs.keys():
        return [f"{day}: only one of the two knows {sorted(mine.keys() ^ theirs.keys())}"]
    return [f"{day} {code} {unit}: {d}" for (code, unit), found in mine.items() for d in differences(found, theirs[code, unit])]
