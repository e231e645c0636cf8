"""The engine: what a figure means against its target. Pure: no session, no clock, no file.

The method is published in ``docs/method.md``; ``kpis.figures.RULE_VERSION`` changes whenever a status could change.

    progress         = (actual − baseline) / (target − baseline)
    planned progress = (planned − baseline) / (target − baseline), planned read off the planned path on the figure's day
    ratio            = progress / planned progress

The planned path runs in straight lines from the baseline through the yearly targets. An indicator of kind ``ceiling``
is judged by its remaining budget instead, since actual / target misleads where lower is better:

    planned = cap × elapsed share of the cap's period;  ratio = (cap − actual) / (cap − planned)

A cap holds for the whole of its period, on whatever day it was set, and for no other period.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from kpis.errors import FigureRefused
from kpis.figures import NEAR, Baseline, Definition, Figure, Goal, Judgement, are_mixed, last_day_order, value_of
from kpis.sentences import sentence


def goals_known(goals: Iterable[Goal], as_of: date) -> list[Goal]:
    """Return per period the target last set by a day, by due day; a target without a day of setting counts."""
    latest: dict[str, Goal] = {}
    for goal in goals:
        if goal.set_on is not None and goal.set_on > as_of:
            continue
        held = latest.get(goal.period_code)
        if held is None or goal.set_order >= held.set_order:
            latest[goal.period_code] = goal
    return sorted(latest.values(), key=lambda g: (g.period.end, g.period.start))


def goal_in_force(goals: Sequence[Goal], day: date) -> Goal | None:
    """Return the target whose period contains the day (the shortest such), else the next one due, else the last."""
    holding = [g for g in goals if g.period.contains(day)]
    if holding:
        return min(holding, key=lambda g: (g.period.end - g.period.start).days)
    coming = [g for g in goals if g.period.end >= day]
    return coming[0] if coming else (goals[-1] if goals else None)


def planned_path(
    definition: Definition, goals: Sequence[Goal], *, baseline: Baseline | None, first: Figure | None = None
) -> list[tuple[date, float]]:
    """Return the corners of the planned path, in order of time.

    Args:
        goals: targets; of several for one period the last set counts.
        baseline: where the path starts; without one it starts at ``first``.
        first: the first figure on record.

    Returns:
        (day, value) pairs. For a ceiling each cap rises from 0 at the start of its period.
    """
    known = goals_known(goals, date.max)
    if definition.kind == "ceiling":
        return [corner for g in known for corner in ((g.period.start, 0.0), (g.period.end, g.value))]
    corners = [(g.period.end, g.value) for g in known]
    start = None if baseline is None else (baseline.day, baseline.value)
    if start is None and first is not None and first.value is not None:
        start = (first.period.end, first.value)
    if start is None:
        return corners
    return [start, *(c for c in corners if c[0] > start[0])] if corners else []


def planned_on(path: Sequence[tuple[date, float]], day: date) -> float | None:
    """Read a planned path on a day: straight lines between corners, level after the last, nothing before the first."""
    if not path or day < path[0][0]:
        return None
    for (left, low), (right, high) in pairwise(path):
        if left <= day <= right:
            span = (right - left).days
            return high if span == 0 else low + (high - low) * (day - left).days / span
    return path[-1][1]


def judge(
    definition: Definition, figures: Sequence[Figure], goals: Sequence[Goal], *, baseline: Baseline | None, as_of: date
) -> Judgement:
    """Judge an indicator as of a day.

    Args:
        figures: one vintage per period (see ``current_vintages``).
        goals: every target ever set; those set later than ``as_of`` do not count.
        baseline: the published starting point, if any.
        as_of: figures of periods that end later do not count.

    Returns:
        The judgement, with ``sentence_ja``, ``sentence_en`` and all inputs.
    """
    ended = sorted((f for f in figures if f.period.end <= as_of), key=last_day_order)
    thresholds = {
        "on_track": definition.threshold_on_track, "behind": definition.threshold_behind, "tolerance": definition.tolerance,
    }  # fmt: skip
    if definition.kind == "qualitative":
        latest = ended[-1] if ended else None
        return _worded(definition, Judgement("qualitative", figure=latest, thresholds=thresholds), as_of)
    usable = [f for f in ended if value_of(definition, f) is not None]
    if definition.kind == "ceiling":
        # A lone month says nothing about a yearly cap; only sums since the start of the year do.
        usable = [f for f in usable if f.is_year_to_date or f.period.kind in ("year", "calendar_year")] or usable
    if not usable:
        return _worded(definition, Judgement("no_data", thresholds=thresholds), as_of)
    figure = usable[-1]
    earlier = [f for f in usable[:-1] if f.period.end < figure.period.end]
    year_code = figure.period.year_earlier().code
    known = goals_known(goals, as_of)
    goal = goal_in_force(known, figure.period.end)
    age = (as_of - figure.period.end).days
    found = Judgement(
        "not_applicable", figure=figure, previous=earlier[-1] if earlier else None,
        year_earlier=next((f for f in usable if f.period_code == year_code), None), goal=goal, baseline=baseline,
        is_stale=age > definition.stale_after_days, age_days=age, thresholds=thresholds,
    )  # fmt: skip
    if goal is None or definition.direction == "none":
        return _worded(definition, found, as_of)
    if definition.kind == "ceiling":
        return _worded(definition, _judge_ceiling(definition, found, figure, goal), as_of)
    return _worded(definition, _judge_path(definition, found, usable, known), as_of)


def _judge_ceiling(definition: Definition, found: Judgement, figure: Figure, goal: Goal) -> Judgement:
    actual, period, day = value_of(definition, figure), goal.period, figure.period.end
    assert actual is not None
    whole = figure.period.kind in ("year", "calendar_year")
    if not (whole or figure.is_year_to_date):
        return found
    if day < period.start:
        return replace(found, status="not_due")
    if day > period.end:
        return replace(found, goal=None)  # last year's cap says nothing about this year
    share = 1.0 if whole or day >= period.end else ((day - period.start).days + 1) / ((period.end - period.start).days + 1)
    planned = goal.value * share
    room = goal.value - planned
    ratio = None if abs(room) < NEAR else (goal.value - actual) / room
    within = definition.sign * (actual - goal.value) >= -NEAR
    if not within:
        status = "missed"  # a spent budget does not come back
    elif share >= 1:
        status = "reached"
    else:
        status = _by_ratio(definition, ratio if ratio is not None else 1.0)
    return replace(found, status=status, planned_value=planned, variance=actual - planned, ratio=ratio)


def _judge_path(definition: Definition, found: Judgement, usable: Sequence[Figure], known: Sequence[Goal]) -> Judgement:
    figure, goal, sign = found.figure, found.goal, definition.sign
    assert figure is not None and goal is not None
    actual, day = value_of(definition, figure), figure.period.end
    assert actual is not None
    base = found.baseline
    if base is None and usable[0] is not figure and usable[0].period.end < min(goal.period.end, day):
        start = value_of(definition, usable[0])
        assert start is not None
        base = Baseline(usable[0].period_code, start, usable[0].is_approximate, False, usable[0].source_code, True)
    planned = planned_on(planned_path(definition, known, baseline=base), day) if base else None
    progress = planned_progress = ratio = None
    if base is not None and abs(goal.value - base.value) > NEAR:
        progress = (actual - base.value) / (goal.value - base.value)
        if planned is not None:
            planned_progress = (planned - base.value) / (goal.value - base.value)
            if planned_progress > NEAR:
                ratio = progress / planned_progress
    found = replace(
        found, baseline=base, planned_value=planned, progress=progress, planned_progress=planned_progress, ratio=ratio,
        variance=None if planned is None else actual - planned,
    )  # fmt: skip
    is_due = day >= goal.period.end
    published = base is not None and not base.is_first_figure
    if definition.direction == "keep" or (published and base is not None and abs(goal.value - base.value) <= NEAR):
        return replace(found, status=_kept(definition, actual, goal.value, is_due=is_due))
    if sign * (actual - goal.value) >= -NEAR:
        return replace(found, status="reached")
    before = [f for f in usable[:-1] if f.period.end < day and f.period.end > (base.day if base else date.min)]
    was_reached = any(sign * ((value_of(definition, f) or 0.0) - goal.value) >= -NEAR for f in before)
    if is_due and figure.is_lower_bound:
        return replace(found, status="not_applicable")
    if is_due and not (was_reached and day > goal.period.end):
        return replace(found, status="missed")
    if was_reached:
        return replace(found, status="reached_then_lost")
    if progress is not None and progress < -NEAR:
        return replace(found, status="moving_away")
    if ratio is None:
        return replace(found, status="not_due")
    return replace(found, status=_by_ratio(definition, ratio))


def _kept(definition: Definition, actual: float, target: float, *, is_due: bool) -> str:
    off = abs(actual - target)
    better = definition.direction != "keep" and definition.sign * (actual - target) > 0
    if better or off <= definition.tolerance + NEAR:
        return "reached" if is_due else "on_track"
    if is_due:
        return "missed"
    return "slightly_behind" if off <= 2 * definition.tolerance else "behind"


def _by_ratio(definition: Definition, ratio: float) -> str:
    if ratio >= definition.threshold_on_track - NEAR:
        return "on_track"
    return "slightly_behind" if ratio >= definition.threshold_behind - NEAR else "behind"


def same_period_reduction(value: float, base: float | None) -> float | None:
    """Return the reduction against the same period of the base year, in percent: (1 − value / base) × 100."""
    return None if not base else (1 - value / base) * 100


def roll_up(kind: str, parts: Sequence[Figure]) -> Figure:
    """Add the figures of sub-units of one period up to their whole.

    Args:
        kind: the indicator kind. Ratios are Σn / Σd; reductions 1 − Σvalue / Σbase (n is the value); ceilings, stocks
            and completions are sums (of each unit's last cumulative value).
        parts: one figure per sub-unit, of one period.

    Raises:
        FigureRefused: levels and texts cannot be added, or the parts are of different periods, or year-to-date beside
            single-period ones.
    """
    if kind in ("level", "qualitative") or len({p.period_code for p in parts}) != 1 or are_mixed(kind, parts):
        raise FigureRefused(
            "この種類または期間の異なる数値は合計できません。単位ごとに表示してください。",
            "Figures of this kind, or of different periods, cannot be added up. Show them by unit.",
        )

    def total(name: str) -> float | None:
        values = [getattr(p, name) for p in parts]
        return None if any(v is None for v in values) else sum(values)

    n, d, base = total("numerator"), total("denominator"), total("base_value")
    if kind == "ratio":
        value = None if n is None or not d else n / d * 100
    elif kind == "reduction":
        value = None if n is None else same_period_reduction(n, base)
    else:
        value = total("value")
    return Figure(
        parts[0].period_code,
        value,
        numerator=n,
        denominator=d,
        base_value=base,
        is_approximate=any(p.is_approximate for p in parts),
        is_lower_bound=any(p.is_lower_bound for p in parts),
        is_year_to_date=any(p.is_year_to_date for p in parts),
        is_base_estimated=any(p.is_base_estimated for p in parts),
    )


def _worded(definition: Definition, found: Judgement, as_of: date) -> Judgement:
    return replace(
        found,
        sentence_ja=sentence(definition, found, as_of=as_of, language="ja"),
        sentence_en=sentence(definition, found, as_of=as_of, language="en"),
    )
