"""The sentence of a judgement. Pure, but for its texts: ``sentences.po`` of a language is the only table of them.

The wording against plan or target (above, below, short of it, over the cap) follows from the numbers and the direction;
its status follows in brackets, so that "above" is never read as good where less is better.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import reduce

from kpis.figures.records import NEAR, SETTLED, Definition, Figure, Goal, Judgement, LastDue, value_of
from kpis.kinds import KINDS
from kpis.languages import say
from kpis.text import Apart, format_date, format_percent, format_value, named, status_word, told_apart


@dataclass(frozen=True, slots=True)
class Numbers:
    """The formatted numbers of a judgement, such that no two of them look alike unless they are equal."""

    actual: str
    target: str
    planned: str
    goal_gap: Apart | None  # against the target, with its side; 約 is part of the texts
    plan_gap: Apart | None  # against the plan
    base: str = ""


def is_derived(figure: Figure) -> bool:
    """Return whether a figure's value was computed here, so that its digits are not those of a publication."""
    return figure.value is None or figure.is_worked_out or figure.is_rolled_up or figure.is_recast


def marked(number: str, figure: Figure | None, language: str) -> str:
    """Add 約 and 超 to the formatted value of a figure."""
    if figure is not None and figure.is_approximate:
        number = say("say_about", language, number=number)
    if figure is not None and figure.is_lower_bound:
        number = say("say_more_than", language, number=number)
    if figure is not None and figure.is_preliminary:
        number = say("say_preliminary", language, number=number)
    return number


def about(number: str, language: str = "ja") -> str:
    """Add 約 before a formatted number."""
    return say("say_about", language, number=number)


def goal_text(definition: Definition, goal: Goal, language: str = "ja") -> str:
    """Format a target, with 約 where it is approximate."""
    written = format_value(goal.value, definition, language)
    return about(written, language) if goal.is_approximate else written


def numbers_of(definition: Definition, judgement: Judgement, language: str = "ja") -> Numbers:
    """Return the formatted figure, target, plan and differences that every page shows."""
    figure, goal = judgement.figure, judgement.goal
    value = value_of(definition, figure) if figure is not None else None
    if figure is None or value is None:
        return Numbers(
            actual="", target=goal_text(definition, goal, language) if goal else "", planned="", goal_gap=None, plan_gap=None
        )
    others = (goal.value if goal else None, judgement.planned_value, judgement.baseline.value if judgement.baseline else None)
    beside, derived = tuple(v for v in others if v is not None), is_derived(figure)
    goal_gap = plan_gap = None
    if goal is not None:
        goal_gap = told_apart(
            value, goal.value, definition, language, apart_from=beside, is_approximate=figure.is_approximate,
            is_other_approximate=goal.is_approximate, is_worked_out=derived,
        )  # fmt: skip
    if judgement.planned_value is not None:
        plan_gap = told_apart(
            value, judgement.planned_value, definition, language, apart_from=beside, is_approximate=figure.is_approximate,
            is_other_approximate=is_plan_rough(judgement), is_worked_out=derived, is_planned=True,
        )  # fmt: skip
    actual = marked(format_value(value, definition, language, apart_from=beside, is_worked_out=derived), figure, language)
    target = goal_gap.other if goal_gap else ""
    if goal is not None and goal.is_approximate:
        target = about(target, language)
    planned, base = plan_gap.other if plan_gap else "", ""
    if judgement.baseline is not None:
        base = told_apart(value, judgement.baseline.value, definition, language, apart_from=beside, is_worked_out=derived).other
    return Numbers(
        actual=actual,
        target=target,
        planned=about(planned, language) if planned and is_plan_rough(judgement) else planned,
        goal_gap=goal_gap,
        plan_gap=plan_gap,
        base=base,
    )


def target_text(definition: Definition, judgement: Judgement, language: str = "ja") -> str:
    """Format the target of a judgement, or a dash."""
    return numbers_of(definition, judgement, language).target or "―"


def planned_text(definition: Definition, judgement: Judgement, language: str = "ja") -> str:
    """Format the planned value as in the sentence, or a dash."""
    return numbers_of(definition, judgement, language).planned or "―"


def variance_text(definition: Definition, judgement: Judgement, language: str = "ja") -> str:
    """Format the variance: the figure's distance above (+) or below (−) its plan, or a dash."""
    gap = numbers_of(definition, judgement, language).plan_gap
    if gap is None or judgement.figure is None:
        return "―"
    return about(gap.signed_gap, language) if judgement.figure.is_approximate or is_plan_rough(judgement) else gap.signed_gap


def sentence(definition: Definition, judgement: Judgement, *, as_of: date, language: str = "ja") -> str:
    """Return the sentence of a judgement: the figure against its target or plan, the difference, the day, and necessary remarks."""
    between = say("say_between", language)
    numbers = numbers_of(definition, judgement, language)
    if judgement.status == "unreported" and judgement.unreported_goals:
        sentences = [_unreported(definition, judgement, numbers, language)]
    elif judgement.figure is None:
        sentences = [say("say_no_figure", language, day=format_date(as_of, language))]
    else:
        sentences = [_main(definition, judgement, numbers, language)]
    sentences += _besides(definition, judgement, language)
    return between.join(sentences)


def short_sentence(definition: Definition, judgement: Judgement, *, language: str = "ja", is_last: bool = True) -> str:
    """Return a short sentence to follow the indicator's name; blank where there is no target.

    Args:
        is_last: no clause follows; else Japanese uses the continuative form (上回り).
    """
    if judgement.status == "unreported" and judgement.unreported_goals:
        return say("brief_unreported", language, target=goal_text(definition, judgement.unreported_goals[0], language))
    numbers = numbers_of(definition, judgement, language)
    if judgement.goal is None or numbers.goal_gap is None:
        return ""
    status, cap = judgement.status, _is_limit(definition)
    goal_gap, plan_gap = _gap(judgement, numbers.goal_gap, language), _gap(judgement, numbers.plan_gap, language, is_planned=True)
    side = numbers.plan_gap.side if numbers.plan_gap else 0
    if status == "reached":
        return say("brief_cap_reached" if cap else "brief_reached", language, target=numbers.target)
    if cap and numbers.goal_gap.side > 0:
        return say("brief_cap_over", language, target=numbers.target, gap=goal_gap)
    if status == "missed":
        how = "short" if _falls_short(definition, numbers.goal_gap) else _off(definition, numbers.goal_gap)
        return say(f"brief_missed_{how}", language, target=numbers.target, gap=goal_gap)
    if status == "reached_then_lost":
        return say(f"brief_lost_{_off(definition, numbers.goal_gap)}", language, target=numbers.target, gap=goal_gap)
    if numbers.plan_gap is None or status in ("not_due", "not_applicable"):
        return say("brief_on_track", language) if status == "on_track" else ""
    if status == "on_track":
        if (_is_kept(definition, judgement) and not _is_on_its_plan_only(definition, judgement)) or not side:
            return say("brief_on_track" if _is_kept(definition, judgement) else "brief_plan_equal", language)
        if side * definition.sign < 0:
            return say("brief_on_track" if _is_well(definition, numbers.goal_gap) else "brief_tolerated", language)
        return say(f"brief_plan_{_way(side)}{'' if is_last else '_and'}", language, gap=plan_gap)
    word = status_word(status, language)
    if _is_kept(definition, judgement):
        way = _way(numbers.goal_gap.side or side)
        return say(f"brief_keep_{way}", language, target=numbers.target, gap=goal_gap, status=word)
    return say(f"brief_off_{_off(definition, numbers.plan_gap)}", language, gap=plan_gap, status=word)


def _way(side: int) -> str:
    return ("below", "equal", "above")[side + 1]


def _off(definition: Definition, gap: Apart) -> str:
    """Return the side on which a figure misses its target; never ``equal``."""
    return _way(gap.side or -definition.sign)


def _is_well(definition: Definition, gap: Apart) -> bool:
    """Return whether a figure is at its target or on the better side of it."""
    return definition.sign * gap.side >= 0


def _is_limit(definition: Definition) -> bool:
    """Return whether a target is a cap to stay within; the yearly total of more is better is a target to reach."""
    return KINDS[definition.kind].is_cap and definition.sign < 0


def _aim(definition: Definition, language: str) -> str:
    return say("say_aim_cap" if _is_limit(definition) else "say_aim_target", language)


def _falls_short(definition: Definition, gap: Apart) -> bool:
    return definition.direction == "higher" and gap.side < 0


def _is_kept(definition: Definition, judgement: Judgement) -> bool:
    """Return whether the target is to keep the present level."""
    base, goal = judgement.baseline, judgement.goal
    is_same = base is not None and not base.is_first_figure and goal is not None and abs(goal.value - base.value) <= NEAR
    return not KINDS[definition.kind].is_cap and (definition.direction == "keep" or is_same)


def _is_on_its_plan_only(definition: Definition, judgement: Judgement) -> bool:
    """Return whether a figure falls short of a level to be kept, but is on track because its plan asks for less by its day."""
    value = value_of(definition, judgement.figure) if judgement.figure else None
    if judgement.status != "on_track" or judgement.goal is None or value is None or definition.direction == "keep":
        return False
    return definition.sign * (value - judgement.goal.value) < -definition.tolerance - NEAR


def is_plan_rough(judgement: Judgement) -> bool:
    """Return whether the planned path has an approximate target or baseline."""
    return any(end is not None and end.is_approximate for end in (judgement.goal, judgement.baseline))


def _gap(judgement: Judgement, gap: Apart | None, language: str, *, is_planned: bool = False) -> str:
    """Format a difference: with 約 where either value is approximate, "at most" or "more than" where the figure is a lower bound."""
    if gap is None:
        return ""
    against = is_plan_rough(judgement) if is_planned else judgement.goal is not None and judgement.goal.is_approximate
    rough = against or (judgement.figure is not None and judgement.figure.is_approximate)
    written = about(gap.gap, language) if rough else gap.gap
    if judgement.figure is not None and judgement.figure.is_lower_bound:
        return say("say_at_most" if gap.side < 0 else "say_more_than", language, number=written)
    return written


def _main(definition: Definition, judgement: Judgement, numbers: Numbers, language: str) -> str:
    figure = judgement.figure
    assert figure is not None
    stale = say("say_stale", language) if judgement.is_stale else ""
    day = format_date(figure.period.end, language)
    if numbers.actual == "":
        text = named(figure, "text", language)
        return text + say("say_end_plain", language, day=day, stale=stale)
    key = _key(definition, judgement, numbers)
    against_plan = key.startswith(("say_plan", "say_away"))
    goal = judgement.goal
    sentence_text = say(
        key, language, actual=numbers.actual, target=numbers.target, planned=numbers.planned,
        gap=_gap(judgement, numbers.plan_gap if against_plan else numbers.goal_gap, language, is_planned=against_plan),
        due=format_date(goal.period.end, language) if goal else "",
        base=numbers.base, aim=_aim(definition, language),
    )  # fmt: skip
    if goal is None or judgement.status == "not_applicable":
        return sentence_text + say("say_end_plain", language, day=day, stale=stale)
    pace, planned, value = "", judgement.planned_value, value_of(definition, figure)
    if KINDS[definition.kind].is_cap and against_plan and planned and value is not None:
        pace = say("say_pace", language, pace=format_percent(value / planned * 100, language, 0))
    return sentence_text + say("say_end", language, status=status_word(judgement.status, language), pace=pace, day=day, stale=stale)


def _key(definition: Definition, judgement: Judgement, numbers: Numbers) -> str:
    """Return the key of the sentence in the table of texts."""
    status, goal_gap, plan_gap = judgement.status, numbers.goal_gap, numbers.plan_gap
    cap = "cap_" if _is_limit(definition) else ""
    if goal_gap is None:
        return "say_no_target" if judgement.last_due is None else "say_no_target_now"
    if status in ("not_due", "not_applicable"):
        return f"say_{cap}{'not_due' if status == 'not_due' else 'not_judged'}"
    is_worse = not _is_well(definition, goal_gap)
    if cap and is_worse:
        return "say_cap_over"
    if cap and status == "reached":
        return "say_cap_within"
    if _is_kept(definition, judgement) and not _is_on_its_plan_only(definition, judgement):
        unlike = definition.direction == "keep" or is_worse
        tolerated = "_tolerated" if goal_gap.side and unlike and status in ("on_track", "reached") else ""
        return f"say_keep_{_way(goal_gap.side)}{tolerated}"
    if status == "reached":
        return "say_reached"
    if status == "reached_then_lost":
        return f"say_lost_{_off(definition, goal_gap)}"
    if status == "missed" or plan_gap is None:
        return "say_short" if _falls_short(definition, goal_gap) else f"say_goal_{_way(goal_gap.side)}"
    if status == "moving_away" and judgement.baseline is not None and plan_gap.side:
        return f"say_away_{_way(plan_gap.side)}"  # the engine returns it only where it is worse than both
    tolerated = "_tolerated" if status == "on_track" and definition.sign * plan_gap.side < 0 else ""
    if tolerated and not is_worse:
        return f"say_goal_{_way(goal_gap.side)}"  # on track by its target, which a plan beyond it does not take back
    return f"say_plan_{_way(plan_gap.side)}{tolerated}"


def _unreported(definition: Definition, judgement: Judgement, numbers: Numbers, language: str) -> str:
    first, more = judgement.unreported_goals[0], len(judgement.unreported_goals) - 1
    text = say(
        "say_cap_unreported" if _is_limit(definition) else "say_unreported", language,
        target=goal_text(definition, first, language), due=format_date(first.period.end, language),
    )  # fmt: skip
    if more:
        text += say("say_more_due", language, count=more)
    if judgement.figure is None:
        last = say("say_never_published", language)
    else:
        actual = numbers.actual or named(judgement.figure, "text", language)
        last = say("say_last_figure", language, actual=actual, day=format_date(judgement.figure.period.end, language))
    return text + say("say_between", language) + last


def _besides(definition: Definition, judgement: Judgement, language: str) -> list[str]:
    """Return the remarks beside the judgement: last target due, partial periods, rounding, start of the plan."""
    sentences = [*_last_due(definition, judgement, language)]
    if judgement.is_part and judgement.goal is not None and judgement.status not in ("unreported", "not_due"):
        sentences.append(say("say_part_of_year" if judgement.goal.period.kind == "year" else "say_part", language))
    if judgement.could_be and judgement.figure is not None:
        by = "bound" if judgement.figure.is_lower_bound else "rounded" if judgement.figure.is_approximate else "goal"
        quoted = (say("say_quoted", language, status=status_word(s, language)) for s in judgement.could_be)
        either = reduce(lambda first, second: say("say_either", language, first=first, second=second), quoted)
        sentences.append(say(f"say_could_be_{by}", language, statuses=either))
    base = judgement.baseline
    if (
        base is not None
        and base.is_first_figure
        and judgement.planned_value is not None
        and judgement.status not in ("reached", "missed")
    ):
        written = format_value(base.value, definition, language)
        number = about(written, language) if base.is_approximate else written
        sentences.append(say("say_first_figure", language, day=format_date(base.day, language), base=number))
    return sentences


def _last_due(definition: Definition, judgement: Judgement, language: str) -> list[str]:
    last, settled = judgement.last_due, judgement.last_settled
    before = [_told(definition, settled, language)] if settled is not None and settled.goal != judgement.goal else []
    if last is None or (last.result != "awaiting" and last.goal == judgement.goal):
        return [say("say_awaiting", language)] if judgement.is_awaiting else [*_judged_later(judgement, language), *before]
    if judgement.status == "unreported" and last.result == "unknown":
        return before
    return [_told(definition, last, language), *before]


def _judged_later(judgement: Judgement, language: str) -> list[str]:
    """Return the remark that a target is judged by a figure of a later day than its own."""
    figure, goal = judgement.figure, judgement.goal
    if figure is None or goal is None or judgement.status not in ("reached", "missed") or figure.period.end <= goal.period.end:
        return []
    return [say("say_judged_later", language, due=format_date(goal.period.end, language))]


def _told(definition: Definition, last: LastDue, language: str) -> str:
    """Return the result of a target that fell due, with the day of the figure where that is a later one."""
    due, target = format_date(last.goal.period.end, language), goal_text(definition, last.goal, language)
    key, gap, after = f"say_due_{last.result}", "", ""
    if last.figure is not None and last.figure.period.end > last.goal.period.end:
        day = format_date(last.figure.period.end, language)
        after = say(f"say_{last.result}_after", language, day=day) if last.result in SETTLED else ""
    if last.result == "unknown" and last.figure is not None:
        key = "say_due_open"
    if last.result == "missed" and last.figure is not None:
        value = value_of(definition, last.figure)
        assert value is not None
        apart = told_apart(
            value, last.goal.value, definition, language, is_approximate=last.figure.is_approximate,
            is_other_approximate=last.goal.is_approximate, is_worked_out=is_derived(last.figure),
        )  # fmt: skip
        rough = last.figure.is_approximate or last.goal.is_approximate
        gap = about(apart.gap, language) if rough else apart.gap
        short = "short" if _falls_short(definition, apart) else _way(apart.side)
        key = f"say_due_missed_{'over' if _is_limit(definition) else short}"
    return say(key, language, due=due, target=target, gap=gap, aim=_aim(definition, language), after=after)


def standing_word(judgement: Judgement, language: str = "ja") -> str:
    """Return the word of a status; with its day for a figure that is no longer current."""
    word = status_word(judgement.status, language)
    if judgement.standing != "last_known" or judgement.figure is None:
        return word
    day = format_date(judgement.figure.period.end, language)
    return say("status_then", language, word=word, day=day)
