"""What it takes to reach the next target, beside what the last quarters brought, and the chance of it, in words and for machines."""

from __future__ import annotations

from decimal import Decimal
from math import ceil, floor, log10

from kpis.figures.measures import rounding_step
from kpis.figures.needed import Needed
from kpis.figures.records import Definition, Figure, Goal, value_of
from kpis.figures.scorecard import Scored, needed_of
from kpis.figures.sentences import about, goal_text, is_derived
from kpis.text import format_percent, format_value, told_apart
from telling.blocks import Block, Cell, Flat, Number, Telling
from telling.words import Words

FILE = "needed"
FAR = 0.1  # of the exact amount: what is rounded up or down by more says so


def _decimals(value: float) -> int:
    exponent = Decimal(repr(round(value, 6))).normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def amount(definition: Definition, value: float, figure: Figure, goal: Goal, words: Words) -> str:
    """Write a quantity that was worked out from a figure and a target, without its sign and with no more digits than those have.

    Where a figure or target is about, so is the quantity, to the place to which that is exact; its first digit always stays. What is
    less than half the last place is said to be less than that.
    """
    size = abs(value)
    step, places, is_rough = _exact_to(definition, size, figure, goal)
    if 0 < size < step / 2:
        return words("need_under", amount=_written(definition, step, places, words))
    written = _written(definition, round(size / step) * step, places, words)
    return about(written, words.language) if is_rough else written


def each_quarter(definition: Definition, told: Needed, words: Words) -> str:
    """Write what it takes a quarter, as ``amount`` does, so that it suffices: rounded up, and of a cap down.

    Where that is far from the exact amount it is said. A dash where nothing is told.
    """
    if told.per_quarter is None:
        return "―"
    size = abs(told.per_quarter)
    step, places, is_rough = _exact_to(definition, size, told.figure, told.goal)
    steps = round(size / step, 9)  # what a float adds is no step
    whole = floor(steps) if told.is_budget else ceil(steps)
    if size > 0 and (steps < 0.5 or not whole):
        return words("need_under", amount=_written(definition, step, places, words))
    written = _written(definition, whole * step, places, words)
    written = about(written, words.language) if is_rough else written
    if abs(whole - steps) <= FAR * steps:
        return written
    return words("need_rounded_down" if told.is_budget else "need_rounded_up", amount=written)


def _exact_to(definition: Definition, size: float, figure: Figure, goal: Goal) -> tuple[float, int, bool]:
    """Return the step to which a quantity worked out from a figure and a target is exact, its decimals, and whether it is about."""
    actual = value_of(definition, figure) or 0.0
    places = max(_decimals(goal.value), definition.decimals if is_derived(figure) else _decimals(actual))
    step = 10.0**-places
    rough = [end for end, is_about in ((actual, figure.is_approximate), (goal.value, goal.is_approximate)) if is_about]
    if rough and size:
        step = max(step, min(max(rounding_step(definition, end) for end in rough), 10.0 ** floor(log10(size))))
    return step, places, bool(rough)


def _written(definition: Definition, value: float, places: int, words: Words) -> str:
    if definition.unit_ja == "%":
        return words("points", count=words.number(value, f",.{places}f"))
    return format_value(round(value, places), definition, words.language)


def _remaining(definition: Definition, told: Needed, words: Words) -> str:
    value = value_of(definition, told.figure)
    assert value is not None
    gap = told_apart(
        value, told.goal.value, definition, words.language, is_approximate=told.figure.is_approximate,
        is_other_approximate=told.goal.is_approximate, is_worked_out=is_derived(told.figure),
    ).gap  # fmt: skip
    return about(gap, words.language) if told.figure.is_approximate or told.goal.is_approximate else gap


def chance_words(share: float, words: Words) -> str:
    """Write a chance in tenths: few errors are no finer measure."""
    if share < 0.1:
        return words("need_chance_low")
    return words("need_chance_high") if share > 0.9 else words("need_chance_tenths", tenths=round(share * 10))


def sentences(definition: Definition, told: Needed, words: Words) -> list[str]:
    """Say what it takes from the last figure on, what the last quarters brought, and where it can be told the chance; a sentence each."""
    due, target = told.goal.period.label(words.language), goal_text(definition, told.goal, words.language)
    left = _remaining(definition, told, words)
    of = {"target": target, "due": due, "remaining": left}
    if told.per_quarter is None:
        said = [words("need_used_up", **of)]
    else:
        each = each_quarter(definition, told, words)
        way = "budget" if told.is_budget else "fall" if told.remaining < 0 else "rise"
        said = [words(f"need_{way}", each=each, since=told.figure.period.label(words.language), months=told.months_left, **of)]
    if told.unseen_months:
        said.append(words("need_unseen", months=told.unseen_months))
    if told.brought is not None and told.brought_months is not None:
        each = amount(definition, told.brought, told.figure, told.goal, words)
        is_other_way = not told.is_budget and told.brought * told.remaining < 0
        way = "used" if told.is_budget else "away" if is_other_way else "still" if not told.brought else "came"
        said.append(words(f"need_{way}", each=each, months=told.brought_months))
    if told.times is not None:
        said.append(words("need_times", times=words.number(round(told.times, 1), ",.1f")))
    if told.chance is not None:
        coverage = format_percent(told.chance.coverage_pct, words.language)
        said.append(
            words(
                "need_chance",
                chance=chance_words(told.chance.share, words),
                coverage=coverage,
                count=words.number(told.chance.test_count),
            )
        )
    return said


def sentence(item: Scored, words: Words) -> str:
    """Say what it takes to reach the next target; blank where that is not told."""
    told = needed_of(item, as_of=item.as_of)
    return words.together(sentences(item.entry.definition, told, words)) if told is not None else ""


def block(item: Scored, words: Words) -> Block | None:
    """Tell what it takes as a table: target, remaining, per quarter, what the last quarters brought, chance; nothing where it is not told."""
    told, definition = needed_of(item, as_of=item.as_of), item.entry.definition
    if told is None:
        return None

    def each(value: float | None) -> Cell:
        return "―" if value is None else Number(value, amount(definition, value, told.figure, told.goal, words))

    rows: list[tuple[Cell, ...]] = [
        (words("need_target"), Number(told.goal.value, f"{goal_text(definition, told.goal, words.language)} ({told.goal.period.short(words.language)})")),
        (words("need_left"), Number(told.remaining, _remaining(definition, told, words))),
        (words("need_each"), "―" if told.per_quarter is None else Number(told.per_quarter, each_quarter(definition, told, words))),
        (words("need_before"), each(told.brought)),
    ]  # fmt: skip
    if told.chance is not None:
        rows.append((words("need_chance_head"), Number(told.chance.share, chance_words(told.chance.share, words))))
    return Block(
        key="needed", title=words("need_heading"), sentence=words.together(sentences(definition, told, words)),
        columns=(words("item"), words("value")), rows=tuple(rows), flat=(flat(item, told),), is_table_open=True, file=FILE,
    )  # fmt: skip


def flat(item: Scored, told: Needed) -> Flat:
    """Return what it takes as one row for machines."""
    return {
        "indicator_code": item.entry.definition.code, "bureau_code": item.entry.unit_code, "period_code": told.figure.period_code,
        "unit_ja": item.entry.definition.unit_ja, "unit_en": item.entry.definition.unit_en,
        "target_period": told.goal.period_code, "target_value": told.goal.value, "remaining": told.remaining, "months_left": told.months_left,
        "unseen_months": told.unseen_months, "per_quarter": told.per_quarter, "brought_per_quarter": told.brought,
        "brought_months": told.brought_months, "is_budget": told.is_budget, "chance": told.chance.share if told.chance else None,
        "coverage_pct": told.chance.coverage_pct if told.chance else None, "back_test_count": told.chance.test_count if told.chance else None,
    }  # fmt: skip


def everything(telling: Telling) -> Block:
    """Tell for machines what every indicator with a target ahead takes, one row each."""
    held = ((item, needed_of(item, as_of=telling.as_of)) for item in telling.moment.scored)
    return Block(
        key="needed", columns=(), rows=(), flat=tuple(flat(item, told) for item, told in held if told is not None), file=FILE
    )
