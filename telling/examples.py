"""Worked examples of the method: selected judgements of the day shown, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kpis.as_text import markdown
from kpis.figures.records import Goal, value_of
from kpis.figures.scorecard import Scored, number_text
from kpis.figures.sentences import about, goal_text, is_plan_rough
from kpis.kinds import IndicatorKind
from kpis.text import RATIO, format_date, format_part, format_ratio, format_value, status_word, told_apart
from telling.words import Words

MOST = 9  # decimals of a share in an example, at most


@dataclass(frozen=True, slots=True)
class Example:
    """One worked judgement: the rules applied, its subject, and each step in words."""

    rules: tuple[str, ...]
    item: Scored
    steps: tuple[str, ...]


def text(scored: Iterable[Scored], words: Words) -> str:
    """Return the examples in markdown, each under its rules and the name of its indicator."""
    parts = []
    for example in examples(scored, words):
        heading = words(
            "example_of_rules" if len(example.rules) > 1 else "example_of",
            rules=words("list_comma").join(example.rules), name=words.named(example.item.entry.definition),
        )  # fmt: skip
        parts.append(f"**{markdown(heading)}**\n\n" + "\n".join(f"- {markdown(step)}" for step in example.steps))
    return "\n\n".join(parts)


def examples(scored: Iterable[Scored], words: Words) -> list[Example]:
    """Return one example of each way of judging with figures on the day: progress, ceiling, due target, missing result."""
    every = sorted(scored, key=lambda item: item.judgement.is_stale)  # current judgements first, otherwise catalogue order
    ways: tuple[tuple[tuple[str, ...], Callable[[Scored, Words], tuple[str, ...]]], ...] = (
        (("5", "9", "11"), _by_progress), (("12",), _by_budget), (("8",), _by_its_day), (("6",), _overdue),
    )  # fmt: skip
    made: list[Example] = []
    for rules, steps_of in ways:
        cases = (
            (item, steps_of(item, words))
            for item in every
            if item.entry.definition.code not in {e.item.entry.definition.code for e in made}
        )
        first = next(((item, steps) for item, steps in cases if steps), None)
        if first is not None:
            made.append(
                Example(
                    rules,
                    first[0],
                    (*first[1], words("example_status", status=status_word(first[0].judgement.status, words.language))),
                )
            )
    return made


def _by_progress(item: Scored, words: Words) -> tuple[str, ...]:
    judged = item.judgement
    if judged.ratio is None or judged.progress is None or judged.planned_progress is None or judged.planned_progress == 1:
        return ()
    base, planned = judged.baseline, judged.planned_value
    if base is None or planned is None or judged.goal is None:
        return ()
    values = {
        "figure": _figure(item, words),
        "target": _goal(item, judged.goal, words),
        "base": _rough(_value(item, base.value, words), base.is_approximate, words),
    }
    places = _places_for(judged.progress, judged.planned_progress, judged.ratio)
    whole, share = judged.goal.value - base.value, judged.planned_progress
    plan = format_part(
        planned, item.entry.definition, words.language,
        serves=lambda part: round((part - base.value) / whole, places) == round(share, places),
    )  # fmt: skip
    own = {"planned": _rough(plan, is_plan_rough(judged), words)}
    shares = {
        "progress": format_ratio(judged.progress, words.language, decimals=places),
        "planned_progress": format_ratio(share, words.language, decimals=places),
        "ratio": format_ratio(judged.ratio, words.language),
    }
    limits = {name: format_ratio(judged.thresholds[name], words.language) for name in ("on_track", "behind")}
    return (
        words("example_figure", **values, **own, period=_period(item, words), due=_due(judged.goal, words)),
        words("example_progress", **values, progress=shares["progress"]),
        words("example_planned", **values, **own, progress=shares["planned_progress"]),
        words("example_ratio", progress=shares["progress"], planned=shares["planned_progress"], ratio=shares["ratio"], **limits),
    )


def _places_for(progress: float, planned: float, ratio: float) -> int:
    """Return with how many decimals progress and planned progress give the ratio shown, divided as shown."""
    enough = (
        n
        for n in range(RATIO, MOST)
        if round(planned, n) and round(round(progress, n) / round(planned, n), RATIO) == round(ratio, RATIO)
    )
    return next(enough, MOST)


def _by_budget(item: Scored, words: Words) -> tuple[str, ...]:
    judged = item.judgement
    if (
        item.entry.definition.kind != IndicatorKind.CEILING
        or judged.ratio is None
        or not judged.planned_value
        or judged.goal is None
    ):
        return ()
    figure = judged.figure
    value = value_of(item.entry.definition, figure) if figure else None
    if value is None:
        return ()
    pace = value / judged.planned_value
    budget = format_part(
        judged.planned_value, item.entry.definition, words.language, serves=lambda part: round(value / part, RATIO) == round(pace, RATIO)
    )  # fmt: skip
    shares = {"pace": format_ratio(pace, words.language), "ratio": format_ratio(judged.ratio, words.language)}
    return (
        words("example_cap", figure=_figure(item, words), period=_period(item, words), target=_goal(item, judged.goal, words)),
        words("example_budget", figure=_figure(item, words), budget=_rough(budget, judged.goal.is_approximate, words), **shares),
    )


def _by_its_day(item: Scored, words: Words) -> tuple[str, ...]:
    judged, last = item.judgement, item.judgement.last_due
    value = value_of(item.entry.definition, last.figure) if last and last.figure else None
    if last is None or value is None or last.gap is None or last.goal != judged.goal or last.figure != judged.figure:
        return ()
    values = {"figure": _figure(item, words), "target": _goal(item, last.goal, words)}
    gap = told_apart(value, last.goal.value, item.entry.definition, words.language).signed_gap
    is_rough = last.goal.is_approximate or (last.figure is not None and last.figure.is_approximate)
    return (
        words("example_due", **values, due=_due(last.goal, words)),
        words("example_gap", **values, gap=_rough(gap, is_rough, words)),
    )


def _overdue(item: Scored, words: Words) -> tuple[str, ...]:
    judged, lag = item.judgement, item.entry.definition.publication_lag_days
    if judged.status != "unreported" or judged.figure is None or not judged.unreported_goals:
        return ()
    goal = judged.unreported_goals[0]
    return (
        words("example_last", figure=_figure(item, words), period=_period(item, words), target=_goal(item, goal, words), due=_due(goal, words)),
        words(
            "example_overdue", due=_due(goal, words), asked=format_date(item.as_of, words.language),
            days=words.number((item.as_of - goal.period.end).days), lag=words.number(lag),
        ),
    )  # fmt: skip


def _figure(item: Scored, words: Words) -> str:
    figure = item.judgement.figure
    value = value_of(item.entry.definition, figure) if figure else None
    return (
        ""
        if figure is None or value is None
        else number_text(item.entry.definition, figure, value, words.language, apart_from=item.beside).replace("-", "−")
    )


def _period(item: Scored, words: Words) -> str:
    return item.judgement.figure.period.label(words.language) if item.judgement.figure else ""


def _due(goal: Goal, words: Words) -> str:
    return format_date(goal.period.end, words.language)


def _goal(item: Scored, goal: Goal, words: Words) -> str:
    return goal_text(item.entry.definition, goal, words.language).replace("-", "−")


def _rough(number: str, is_approximate: bool, words: Words) -> str:
    return about(number, words.language) if is_approximate else number


def _value(item: Scored, value: float, words: Words) -> str:
    return format_value(value, item.entry.definition, words.language).replace("-", "−")
