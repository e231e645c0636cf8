"""A second implementation of rules 18 and 19 (what it takes, and the chance), written from ``docs/method.md`` alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tests.method.given import Aim, Mark, Measure, Start
from tests.method.recount import SAME, in_force, own, standing, usable


@dataclass(frozen=True)
class Takes:
    """What the method says of a target ahead."""

    target: str
    remaining: float
    months: int
    unseen: int
    per_quarter: float | None
    brought: float | None
    brought_months: int | None


def months_between(first: date, last: date) -> int:
    """Return how many months lie between the months of two days."""
    return (last.year - first.year) * 12 + last.month - first.month


def is_met(measure: Measure, value: float, aim: Aim, start: Start | None) -> bool:
    """Say whether a value meets a target, or keeps what is to be kept (8, 11.7)."""
    is_keep = measure.kind != "ceiling" and (
        measure.direction == "keep" or (start is not None and abs(start.value - aim.value) <= SAME)
    )
    if is_keep and abs(value - aim.value) <= measure.tolerance + SAME:
        return True
    if measure.direction == "keep":
        return False
    return value <= aim.value + SAME if measure.direction == "lower" else value >= aim.value - SAME


def takes(measure: Measure, marks: Sequence[Mark], aims: Sequence[Aim], start: Start | None, as_of: date) -> Takes | None:
    """Say what it takes to reach the next target, or nothing (18)."""
    held = usable(measure, marks, as_of)
    if not held or measure.direction == "none" or measure.kind == "qualitative":
        return None
    figure = held[-1]
    assert figure.value is not None
    is_old = (as_of - figure.term.last).days > measure.stale_after
    is_rate = measure.kind in ("ratio", "reduction") or measure.unit == "%"
    is_bound_to_its_period = figure.to_date or measure.kind == "ceiling"
    if is_old or figure.more_than or (is_bound_to_its_period and is_rate):
        return None
    ahead = [a for a in standing(aims, as_of) if a.term.last > as_of]
    if is_bound_to_its_period:
        ahead = [a for a in ahead if own(figure, a) and a.term.first <= figure.term.last <= a.term.last]
    if not ahead:
        return None
    first = in_force(standing(aims, as_of), figure.term.last, figure)
    aim = next((a for a in ahead if a is first and a.term.last == ahead[0].term.last), ahead[0])
    is_budget = measure.kind == "ceiling" and measure.direction == "lower"
    if not is_budget and is_met(measure, figure.value, aim, start):
        return None
    remaining, months = aim.value - figure.value, months_between(figure.term.last, aim.term.last)
    tomorrow = as_of + timedelta(days=1)
    ended = months_between(figure.term.last, as_of) - (tomorrow.month == as_of.month)
    brought, over = _sum_of_a_year(figure, marks, measure, as_of) if figure.to_date else _change(figure, held)
    if measure.kind == "ceiling" and not figure.to_date:
        brought, over = _change(figure, [m for m in usable(measure, marks, as_of)])
    per_quarter = None if is_budget and remaining < 0 else 3 * remaining / months
    return Takes(aim.code, remaining, months, max(ended, 0), per_quarter, brought, over)


def _change(figure: Mark, held: Sequence[Mark]) -> tuple[float | None, int | None]:
    """Return the change a quarter since the same series' figure of twelve months before, or the oldest one within these."""
    alike = [m for m in held if m.term.sort == figure.term.sort and m.to_date == figure.to_date]
    spans = {months_between(m.term.last, figure.term.last): m for m in alike}
    for months in range(12, 2, -1):
        if months in spans:
            before = spans[months].value
            assert before is not None and figure.value is not None
            return (figure.value - before) * 3 / months, months
    return None, None


def _sum_of_a_year(figure: Mark, marks: Sequence[Mark], measure: Measure, as_of: date) -> tuple[float | None, int | None]:
    """Return what twelve months up to the figure added up to a quarter, else what this fiscal year did so far."""
    assert figure.value is not None
    known = usable(measure, marks, as_of)
    same = [
        m for m in known if m.to_date and m.term.sort == figure.term.sort and months_between(m.term.last, figure.term.last) == 12
    ]
    whole = [m for m in known if m.term.sort == "fiscal year" and m.term.april == figure.term.april - 1]
    if same and whole:
        assert same[0].value is not None and whole[0].value is not None
        return (figure.value + whole[0].value - same[0].value) / 4, 12
    months = months_between(date(figure.term.april, 3, 31), figure.term.last)
    return figure.value * 3 / months, months


def chance(measure: Measure, expected: float, errors: Sequence[float], steps: int, aim: Aim, start: Start | None = None) -> float:
    """Return how likely a target is to be reached (19)."""
    met = [e for e in errors if is_met(measure, expected + steps**0.5 * e, aim, start)]
    return (len(met) + 1) / (len(errors) + 2)
