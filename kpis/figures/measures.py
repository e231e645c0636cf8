"""The engine that judges figures against targets. Pure: no session, no clock, no file.

The method is published in ``docs/method.md``; ``kpis.figures.records.RULE_VERSION`` changes whenever a status could change.

    progress         = (actual − baseline) / (target − baseline)
    planned progress = (planned − baseline) / (target − baseline), planned interpolated on the planned path on the figure's day
    ratio            = progress / planned progress

The planned path runs in straight lines from the baseline through the yearly targets. An indicator of kind ``ceiling`` is judged
by its pace instead, since actual / target misleads where lower is better:

    budget to date = cap × elapsed share of the cap's period;  ratio = 2 − use / budget to date

A target whose day lies between the last figure and the day asked has no known result: ``unreported`` once the indicator's
publication lag is over; until then the last judgement stands, marked as awaiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from kpis.errors import FigureRefused
from kpis.figures.records import (
    JUDGED,
    NEAR,
    SETTLED,
    STATUSES,
    Baseline,
    Definition,
    Figure,
    Goal,
    Judgement,
    are_mixed,
    in_time,
    last_day_order,
    rate_of,
    series_key,
    value_of,
)
from kpis.figures.targets import (
    goal_in_force,
    goals_due_unseen,
    goals_known,
    is_kept,
    is_of,
    is_of_a_period,
    is_open,
    is_part_of,
    last_due_of,
    last_settled_of,
    meets,
    planned_on,
    planned_path,
    settles,
)
from kpis.kinds import KINDS
from kpis.text import PUBLISHED

WHOLE_YEARS = ("year", "calendar_year")
LADDER = ("moving_away", "behind", "slightly_behind", "on_track", "reached")


def judge(
    definition: Definition, figures: Sequence[Figure], goals: Sequence[Goal], *, baseline: Baseline | None, as_of: date
) -> Judgement:
    """Judge an indicator as of a day (``docs/method.md``, rule 11).

    Args:
        figures: one current vintage per period (see ``current_vintages``).
        goals: every target ever set; those set later than ``as_of`` do not count.
        baseline: the published starting point, if any.
        as_of: ignore figures of periods that end later.

    Returns:
        The judgement, with all inputs.
    """
    judgement = stand(definition, figures, goals, baseline=baseline, as_of=as_of)
    return replace(judgement, could_be=_could_be(definition, judgement, figures, goals, baseline=baseline, as_of=as_of))


def stand(
    definition: Definition, figures: Sequence[Figure], goals: Sequence[Goal], *, baseline: Baseline | None, as_of: date
) -> Judgement:
    """Judge without the rounding alternatives of ``judge``: enough for a history, which shows the status only."""
    ended = sorted((f for f in figures if f.period.end <= as_of), key=last_day_order)
    thresholds = {
        "on_track": definition.threshold_on_track, "behind": definition.threshold_behind, "tolerance": definition.tolerance,
    }  # fmt: skip
    if KINDS[definition.kind].is_text:
        return Judgement("qualitative", figure=ended[-1] if ended else None, thresholds=thresholds)
    usable = [f for f in ended if value_of(definition, f) is not None]
    speaking = [f for f in usable if f.is_year_to_date or f.period.kind in WHOLE_YEARS] if KINDS[definition.kind].is_cap else usable
    usable = speaking or usable  # a single month does not show the use of a yearly cap; only year-to-date totals do
    judgement = Judgement("no_data", baseline=baseline, thresholds=thresholds)
    if usable:
        judgement = _with_figure(definition, judgement, usable, as_of)
    goals_then = goals_known(goals, as_of)
    if not goals_then or definition.direction == "none":
        return replace(judgement, status="not_applicable") if usable else judgement
    day = usable[-1].period.end if usable else date.min
    unreported, awaited = goals_due_unseen(goals_then, after=day, as_of=as_of, lag_days=definition.publication_lag_days)
    judgement = replace(
        judgement, last_due=last_due_of(definition, usable, goals_then, baseline=baseline, as_of=as_of), is_awaiting=bool(awaited) and not unreported,
        unreported_goals=tuple(unreported),
    )  # fmt: skip
    if judgement.last_due is not None and judgement.last_due.result not in SETTLED:
        judgement = replace(judgement, last_settled=last_settled_of(definition, usable, goals_then, baseline=baseline, as_of=as_of))
    if unreported:
        return replace(judgement, status="unreported", goal=unreported[0])
    if not usable:
        return replace(judgement, goal=goal_in_force(goals_then, as_of))
    goal = goal_in_force(goals_then, day, figure=usable[-1])
    assert goal is not None
    due = judgement.last_due
    if due is not None and goal.period.end < day:
        goal = due.goal  # no later target: of several due last, the one whose result is given
    if goal.period.end < day and due is not None and due.figure is None:
        # No later target, and the figures after its day are of other periods: they do not give its result.
        if due.result == "awaiting":
            return replace(judgement, status="not_applicable", goal=goal, is_awaiting=True)
        return replace(judgement, status="unreported", goal=goal, unreported_goals=(goal,))
    judgement = replace(judgement, goal=goal, is_part=is_part_of(definition, usable[-1], goal))
    if KINDS[definition.kind].is_cap:
        return _judge_ceiling(definition, judgement, usable[-1], goal)
    return _judge_path(definition, judgement, usable, goals_then)


def _with_figure(definition: Definition, judgement: Judgement, usable: Sequence[Figure], as_of: date) -> Judgement:
    """Add the last figure, its age, and the earlier figures of its series for comparison."""
    figure = usable[-1]
    alike = [f for f in usable if series_key(f) == series_key(figure)]
    year = figure.period.fiscal_year if figure.is_year_to_date else None  # a year-to-date total is compared within its year only
    earlier = [f for f in alike if f.period.end < figure.period.end and year in (None, f.period.fiscal_year)]
    year_code = figure.period.year_earlier().code
    age = (as_of - figure.period.end).days
    return replace(
        judgement, figure=figure, previous=earlier[-1] if earlier else None,
        year_earlier=next((f for f in alike if f.period_code == year_code), None),
        is_stale=age > definition.stale_after_days, age_days=age,
    )  # fmt: skip


def _judge_ceiling(definition: Definition, judgement: Judgement, figure: Figure, goal: Goal) -> Judgement:
    actual, period, day = value_of(definition, figure), goal.period, figure.period.end
    assert actual is not None
    if day < period.start:
        return replace(judgement, status="not_due")
    if day > period.end:
        return replace(judgement, status="not_applicable", goal=None)  # last year's cap does not apply to this year
    if not is_of(figure, goal):
        return replace(judgement, status="not_applicable")
    is_over = not meets(definition, actual, goal)
    if day >= period.end:
        is_unknown = is_open(definition, figure, goal, is_met=not is_over)
        return replace(
            judgement, status="not_applicable" if is_unknown else "missed" if is_over else "reached", planned_value=goal.value,
            variance=actual - goal.value,
            ratio=_pace_ratio(definition, actual, goal.value),
        )  # fmt: skip
    planned = goal.value * ((day - period.start).days + 1) / ((period.end - period.start).days + 1)
    ratio = _pace_ratio(definition, actual, planned)
    judgement = replace(judgement, planned_value=planned, variance=actual - planned, ratio=ratio)
    if is_over and definition.sign < 0:
        return replace(judgement, status="behind")  # the cap is used up; a floor not yet reached is judged by its pace
    return replace(judgement, status="not_due" if ratio is None else _by_ratio(definition, ratio))


def _pace_ratio(definition: Definition, actual: float, budget: float) -> float | None:
    """Return 2 − pace, where pace = use / budget to date: an equal relative overshoot gives an equal ratio all year."""
    return None if abs(budget) < NEAR else 1 + definition.sign * (actual - budget) / abs(budget)


def _judge_path(definition: Definition, judgement: Judgement, usable: Sequence[Figure], goals_then: Sequence[Goal]) -> Judgement:
    figure, goal = judgement.figure, judgement.goal
    assert figure is not None and goal is not None
    actual, day = value_of(definition, figure), figure.period.end
    assert actual is not None
    is_keep = is_kept(definition, goal, judgement.baseline)
    base = judgement.baseline or _first_as_baseline(definition, usable, before=min(goal.period.end, day))
    planned = planned_on(planned_path(definition, goals_then, baseline=base, in_force=goal), day) if base else None
    progress = planned_progress = ratio = None
    if base is not None and abs(goal.value - base.value) > NEAR:
        progress = (actual - base.value) / (goal.value - base.value)
        if planned is not None:
            planned_progress = (planned - base.value) / (goal.value - base.value)
            if planned_progress > NEAR:
                ratio = progress / planned_progress
    judgement = replace(
        judgement, baseline=base, planned_value=planned, progress=progress, planned_progress=planned_progress, ratio=ratio,
        variance=None if planned is None else actual - planned,
    )  # fmt: skip
    is_due = day >= goal.period.end
    is_met = meets(definition, actual, goal, baseline=judgement.baseline)
    if (is_due or definition.direction == "keep") and is_open(definition, figure, goal, is_met=is_met):
        return replace(judgement, status="not_applicable")
    if is_met:
        return replace(judgement, status="reached" if is_due or not (is_keep or is_of_a_period(definition, figure)) else "on_track")
    # At or better than the plan is on track, whatever direction the plan takes; a level to keep exactly has no better side.
    is_as_planned = planned is not None and definition.direction != "keep" and definition.sign * (actual - planned) >= -NEAR
    if is_keep and not is_due:
        if is_as_planned:
            return replace(judgement, status="on_track")
        off = abs(actual - goal.value)
        return replace(judgement, status="slightly_behind" if off <= 2 * definition.tolerance + NEAR else "behind")
    since = base.day if base else date.min
    before = [f for f in usable if since < f.period.end < day and settles(definition, f, goal)]
    was_reached = any(meets(definition, value, goal) for f in before if (value := value_of(definition, f)) is not None)
    if is_due and (is_keep or not (was_reached and day > goal.period.end)):
        return replace(judgement, status="missed")
    if was_reached:
        return replace(judgement, status="reached_then_lost")
    if base is None or planned is None or day <= base.day:
        return replace(judgement, status="not_due")
    if is_as_planned:
        return replace(judgement, status="on_track")
    if meets(definition, base.value, goal) or definition.sign * (actual - base.value) < -NEAR:
        # Worse than at the start; a baseline beyond the target cannot be worse in another way.
        return replace(judgement, status="moving_away")
    assert ratio is not None  # between a baseline short of the target and a plan ahead of it
    return replace(judgement, status=_by_ratio(definition, ratio))


def _first_as_baseline(definition: Definition, usable: Sequence[Figure], *, before: date) -> Baseline | None:
    """Use the first figure as baseline where none was published, for this or for the same fact in another unit."""
    first = min(usable, key=in_time)
    if definition.has_sibling_baseline or first.period.end >= before:
        return None
    value = value_of(definition, first)
    assert value is not None
    return Baseline(
        period_code=first.period_code,
        value=value,
        is_approximate=first.is_approximate,
        is_estimated=False,
        source_code=first.source_code,
        is_first_figure=True,
    )


def _by_ratio(definition: Definition, ratio: float) -> str:
    if ratio >= definition.threshold_on_track - NEAR:
        return "on_track"
    return "slightly_behind" if ratio >= definition.threshold_behind - NEAR else "behind"


def rounding_step(definition: Definition, value: float) -> float:
    """Return the step to which a figure published as "about" was rounded (``docs/method.md``, rule 13)."""
    number = Decimal(repr(value)).normalize()
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if exponent < 0:
        # Computed from approximate parts: no more digits than shown.
        return float(Decimal(10) ** exponent) if -exponent <= PUBLISHED else 0.1
    if definition.unit_ja == "%" or not number:
        return 1.0
    return float(Decimal(10) ** max(min(exponent, number.adjusted() - 1), 0))


def _could_be(
    definition: Definition,
    judgement: Judgement,
    figures: Sequence[Figure],
    goals: Sequence[Goal],
    *,
    baseline: Baseline | None,
    as_of: date,
) -> tuple[str, ...]:
    """Return the other statuses within the rounding of the figure or of the target in force."""
    figure, goal = judgement.figure, judgement.goal
    if figure is None or goal is None or judgement.status not in JUDGED:
        return ()
    if figure.is_lower_bound:
        return _neighbour(definition, judgement)
    value = value_of(definition, figure)
    assert value is not None
    half = rounding_step(definition, value) / 2 if figure.is_approximate else 0.0
    is_moved = goal.is_approximate and not is_kept(definition, goal, baseline)
    half_goal = rounding_step(definition, goal.value) / 2 if is_moved else 0.0
    if not half and not half_goal:
        return ()
    statuses: list[str] = []
    for actual in {value - half, value + half}:
        for target in {goal.value - half_goal, goal.value + half_goal}:
            moved = [replace(f, value=actual) if f is figure else f for f in figures]
            meant = [replace(g, value=target) if _same(g, goal) else g for g in goals]
            statuses.append(stand(definition, moved, meant, baseline=baseline, as_of=as_of).status)
    return tuple(s for s in STATUSES if s in statuses and s != judgement.status)


def _same(one: Goal, other: Goal) -> bool:
    return (one.period_code, one.set_order, one.value) == (other.period_code, other.set_order, other.value)


def _neighbour(definition: Definition, judgement: Judgement) -> tuple[str, ...]:
    """Return the status that a value published as "more than" might have: the next better, or for lower-is-better the next worse."""
    if definition.direction == "keep" or judgement.status not in LADDER:
        return ()
    at = LADDER.index(judgement.status) + (1 if definition.direction == "higher" else -1)
    return (LADDER[at],) if 0 <= at < (len(LADDER) - 1 if definition.direction == "higher" else len(LADDER)) else ()


def roll_up(kind: str, parts: Sequence[Figure]) -> Figure:
    """Aggregate the figures of sub-units of one period to their whole.

    Args:
        kind: the indicator kind. Ratios are Σn / Σd; reductions 1 − Σvalue / Σbase (n is the value); ceilings, stocks
            and completions are sums (of each unit's last cumulative value).
        parts: one figure per sub-unit, of one period.

    Raises:
        FigureRefused: levels and texts cannot be added, or the parts are of different periods, or year-to-date beside
            single-period ones.
    """
    if not KINDS[kind].is_additive or len({p.period_code for p in parts}) != 1 or are_mixed(kind, parts):
        raise FigureRefused("figures_not_added")

    def total(name: str) -> float | None:
        values = [getattr(p, name) for p in parts]
        return None if any(v is None for v in values) else sum(values)

    n, d, base = total("numerator"), total("denominator"), total("base_value")
    value = total("value") if KINDS[kind].rate is None else rate_of(kind, n, d, base)
    return Figure(
        period_code=parts[0].period_code,
        value=value,
        numerator=n,
        denominator=d,
        base_value=base,
        is_approximate=any(p.is_approximate for p in parts),
        is_lower_bound=any(p.is_lower_bound for p in parts),
        is_year_to_date=any(p.is_year_to_date for p in parts),
        is_base_estimated=any(p.is_base_estimated for p in parts),
        is_preliminary=any(p.is_preliminary for p in parts),
    )
