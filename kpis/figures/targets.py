"""Targets: the one in force on a day, the planned path, whether a figure meets one, and the result of the last one due. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from kpis.figures.records import NEAR, SETTLED, Baseline, Definition, Figure, Goal, LastDue, last_day_order, value_of
from kpis.kinds import KINDS


def goals_known(goals: Iterable[Goal], as_of: date) -> list[Goal]:
    """Return the last target per period set and not withdrawn by a day, by due day; one without a day of setting counts."""
    latest: dict[str, Goal] = {}
    for goal in goals:
        if goal.set_on is not None and goal.set_on > as_of:
            continue
        if goal.is_withdrawn(as_of):
            continue
        newest = latest.get(goal.period_code)
        if newest is None or goal.set_order >= newest.set_order:  # not withdrawn on this day
            latest[goal.period_code] = goal if goal.withdrawn_on is None else replace(goal, withdrawn_on=None, withdrawn_reason="")
    return sorted(latest.values(), key=due_order)


def due_order(goal: Goal) -> tuple[date, int]:
    """Return the sort key of targets: the due day, and on the same day the shortest period first."""
    return goal.period.end, (goal.period.end - goal.period.start).days


def goal_in_force(goals: Sequence[Goal], day: date, *, figure: Figure | None = None) -> Goal | None:
    """Return the target in force on a day.

    Args:
        day: the figure's last day, or the day asked where there is no figure.
        figure: prefer the target of its own period; for a year-to-date figure that of the fiscal year.

    Returns:
        Of the targets whose period contains the day the figure's own, else the shortest; else the next due; else the last.
    """
    holding = [g for g in goals if g.period.contains(day)]
    if holding:
        return min(holding, key=lambda g: (not (figure and is_of(figure, g)), due_order(g)[1]))
    coming = [g for g in goals if g.period.end >= day]
    if coming:
        return min(coming, key=due_order)
    last = max((g.period.end for g in goals), default=None)
    return min((g for g in goals if g.period.end == last), key=due_order, default=None)


def is_of(figure: Figure, goal: Goal) -> bool:
    """Return whether a figure is of a target's own period: the same period, or year-to-date with a fiscal year's target."""
    return goal.period.kind == "year" if figure.is_year_to_date else figure.period == goal.period


def planned_path(
    definition: Definition,
    goals: Sequence[Goal],
    *,
    baseline: Baseline | None,
    first: Figure | None = None,
    in_force: Goal | None = None,
) -> list[tuple[date, float]]:
    """Return the corners of the planned path, in order of time.

    Args:
        goals: targets; for each period the last one set counts.
        baseline: start of the path; default ``first``.
        first: the first figure on record.
        in_force: the target judged against, which counts before others due on its day.

    Returns:
        (day, value) pairs. For a ceiling each cap rises from 0 before its period, so that its first day counts (rule 12).
    """
    goals_then = goals_known(goals, date.max)
    if KINDS[definition.kind].is_cap:
        return [corner for g in goals_then for corner in ((g.period.start - timedelta(days=1), 0.0), (g.period.end, g.value))]
    shortest = {g.period.end: g.value for g in reversed(goals_then)}  # of several due on one day that of the shortest period counts
    if in_force is not None and in_force in goals_then:
        shortest[in_force.period.end] = in_force.value
    corners = sorted(shortest.items())
    start = None if baseline is None else (baseline.day, baseline.value)
    if start is None and first is not None and first.value is not None:
        start = (first.period.end, first.value)
    if start is None:
        return corners
    ahead = [c for c in corners if c[0] > start[0]]
    return [start, *ahead] if ahead else []


def path_stretches(definition: Definition, path: Sequence[tuple[date, float]]) -> list[Sequence[tuple[date, float]]]:
    """Return a planned path in segments to draw as lines: each cap separately, since each starts anew; any other path whole."""
    if not path:
        return []
    return [path[at : at + 2] for at in range(0, len(path), 2)] if KINDS[definition.kind].is_cap else [path]


def planned_on(path: Sequence[tuple[date, float]], day: date) -> float | None:
    """Interpolate a planned path on a day: linear between corners, constant after the last, ``None`` before the first."""
    if not path or day < path[0][0]:
        return None
    for (left, low), (right, high) in pairwise(path):
        if left <= day <= right:
            span = (right - left).days
            return high if span == 0 else low + (high - low) * (day - left).days / span
    return path[-1][1]


def goals_due_unseen(goals: Sequence[Goal], *, after: date, as_of: date, lag_days: int) -> tuple[list[Goal], list[Goal]]:
    """Return the targets due after the last figure: those unreported, and those still awaited.

    Args:
        goals: those known, by due day.
        after: the last figure's last day (``date.min`` where there is none).
        lag_days: publication lag of results.
    """
    passed = [g for g in goals if after < g.period.end <= as_of]
    late = [g for g in passed if (as_of - g.period.end).days > lag_days]
    return late, [g for g in passed if g not in late]


def is_part_of(definition: Definition, figure: Figure, goal: Goal) -> bool:
    """Return whether a figure covers only a part of the target's period."""
    period, whole = figure.period, goal.period
    return whole.start <= period.start and period.end < whole.end and is_of_a_period(definition, figure)


def settles(definition: Definition, figure: Figure, goal: Goal) -> bool:
    """Return whether a figure can have reached a target: from the due day on, or before it as a count on a day."""
    return figure.period.end >= goal.period.end or not is_of_a_period(definition, figure)


def is_of_a_period(definition: Definition, figure: Figure) -> bool:
    """Return whether a figure is measured over a period, not counted on a day."""
    return figure.is_year_to_date or not (KINDS[definition.kind].is_on_a_day or KINDS[definition.kind].is_text)


def is_kept(definition: Definition, goal: Goal, baseline: Baseline | None) -> bool:
    """Return whether a target means to keep the level: by its direction, or equal to the published baseline."""
    if KINDS[definition.kind].is_cap:
        return False
    if definition.direction == "keep":
        return True
    return baseline is not None and not baseline.is_first_figure and abs(goal.value - baseline.value) <= NEAR


def is_open(definition: Definition, figure: Figure, goal: Goal, *, is_met: bool) -> bool:
    """Return whether a value published as "more than" leaves open if a target is met; any below a level to keep does."""
    if definition.direction == "keep":
        value = value_of(definition, figure)
        return figure.is_lower_bound and (is_met or (value is not None and value < goal.value))
    return figure.is_lower_bound and is_met == (definition.direction == "lower")


def meets(definition: Definition, value: float, goal: Goal, *, baseline: Baseline | None = None) -> bool:
    """Return whether a value meets a target: at or beyond it, or within the tolerance of a level to keep."""
    if is_kept(definition, goal, baseline) and abs(value - goal.value) <= definition.tolerance + NEAR:
        return True
    return definition.direction != "keep" and definition.sign * (value - goal.value) >= -NEAR


def _own_first(goal: Goal, figures: Sequence[Figure]) -> tuple[bool, int]:
    """Return the sort key of targets of one day: those with a figure of their own period, longest first; then the others, shortest first."""
    days = (goal.period.end - goal.period.start).days
    has_own = any(is_of(f, goal) for f in figures)
    return not has_own, -days if has_own else days


def _figure_of_day(definition: Definition, figures: Sequence[Figure], goal: Goal) -> Figure | None:
    """Return the figure that decides a target: that of its day, else, for counts on a day, the first after it."""
    on_day = [f for f in figures if f.period.end == goal.period.end]
    if KINDS[definition.kind].is_cap:
        on_day = [f for f in on_day if is_of(f, goal)]
    if on_day:
        return max(on_day, key=lambda f: (is_of(f, goal), not f.is_year_to_date, last_day_order(f)))
    after = [f for f in figures if f.period.end > goal.period.end and not f.is_year_to_date]
    if not KINDS[definition.kind].tells_later or not after:
        return None
    first = after[0].period.end
    return max((f for f in after if f.period.end == first), key=last_day_order)


def last_due_of(
    definition: Definition, figures: Sequence[Figure], goals: Sequence[Goal], *, baseline: Baseline | None, as_of: date
) -> LastDue | None:
    """Return the last target due by a day, with its result.

    Args:
        figures: usable ones with a value (see ``judge``), in order of time.
        baseline: the published starting point, if any.
    """
    due = [g for g in goals if g.period.end <= as_of]
    return _due_on(due[-1].period.end, definition, figures, due, baseline=baseline, as_of=as_of) if due else None


def last_settled_of(
    definition: Definition, figures: Sequence[Figure], goals: Sequence[Goal], *, baseline: Baseline | None, as_of: date
) -> LastDue | None:
    """Return the newest target due by a day with a known result, met or missed; arguments as in ``last_due_of``."""
    due = [g for g in goals if g.period.end <= as_of]
    for day in sorted({g.period.end for g in due}, reverse=True):
        last = _due_on(day, definition, figures, due, baseline=baseline, as_of=as_of)
        if last.result in SETTLED:
            return last
    return None


def _due_on(
    day: date, definition: Definition, figures: Sequence[Figure], due: Sequence[Goal], *, baseline: Baseline | None, as_of: date
) -> LastDue:
    on_day = [f for f in figures if f.period.end == day]
    goal = min((g for g in due if g.period.end == day), key=lambda g: _own_first(g, on_day))
    figure = _figure_of_day(definition, figures, goal)
    if figure is None:
        return LastDue(goal, "awaiting" if (as_of - day).days <= definition.publication_lag_days else "unknown")
    value = value_of(definition, figure)
    assert value is not None
    is_met = meets(definition, value, goal, baseline=baseline)
    result = "unknown" if is_open(definition, figure, goal, is_met=is_met) else "met" if is_met else "missed"
    return LastDue(goal, result, figure, value - goal.value)
