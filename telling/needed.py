"""The change required to reach the next target, beside that of the last quarters, and its probability, in words and as data."""

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
FAR = 0.1  # relative to the exact amount: larger rounding differences are stated


def _decimals(value: float) -> int:
    exponent = Decimal(repr(round(value, 6))).normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def amount(definition: Definition, value: float, figure: Figure, goal: Goal, words: Words) -> str:
    """Format a quantity computed from a figure and a target, without sign and with no more digits than those have.

    If a figure or target is approximate, so is the quantity, rounded to their precision; its first digit always stays. One that
    rounding puts far from what it is (1.5 as 2) is approximate too. A quantity below half the last place is stated as less than that.
    """
    size = abs(value)
    step, places, is_rough = _exact_to(definition, size, figure, goal)
    if 0 < size < step / 2:
        return words("need_under", amount=_written(definition, step, places, words))
    nearest = round(size / step) * step
    written = _written(definition, nearest, places, words)
    return about(written, words.language) if is_rough or abs(nearest - size) > FAR * size else written


def each_quarter(definition: Definition, needed: Needed, words: Words) -> str:
    """Format the required change per quarter, as ``amount`` does, but rounded so that it suffices: up, and for a cap down.

    A large rounding difference is stated. A dash where there is no value.
    """
    if needed.per_quarter is None:
        return "―"
    size = abs(needed.per_quarter)
    step, places, is_rough = _exact_to(definition, size, needed.figure, needed.goal)
    steps = round(size / step, 9)  # floating point noise is not a step
    whole = floor(steps) if needed.is_budget else ceil(steps)
    if size > 0 and (steps < 0.5 or not whole):
        return words("need_under", amount=_written(definition, step, places, words))
    written = _written(definition, whole * step, places, words)
    written = about(written, words.language) if is_rough else written
    if abs(whole - steps) <= FAR * steps:
        return written
    return words("need_rounded_down" if needed.is_budget else "need_rounded_up", amount=written)


def _exact_to(definition: Definition, size: float, figure: Figure, goal: Goal) -> tuple[float, int, bool]:
    """Return the precision step of a quantity computed from a figure and a target, its decimals, and whether it is approximate."""
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


def _remaining(definition: Definition, needed: Needed, words: Words) -> str:
    value = value_of(definition, needed.figure)
    assert value is not None
    gap = told_apart(
        value, needed.goal.value, definition, words.language, is_approximate=needed.figure.is_approximate,
        is_other_approximate=needed.goal.is_approximate, is_worked_out=is_derived(needed.figure),
    ).gap  # fmt: skip
    return about(gap, words.language) if needed.figure.is_approximate or needed.goal.is_approximate else gap


def chance_words(share: float, words: Words) -> str:
    """Format a probability in tenths: few forecast errors allow no finer measure."""
    if share < 0.1:
        return words("need_chance_low")
    return words("need_chance_high") if share > 0.9 else words("need_chance_tenths", tenths=round(share * 10))


def sentences(definition: Definition, needed: Needed, words: Words) -> list[str]:
    """Return the required change since the last figure, that of the last quarters and, if known, the probability; one each."""
    due, target = needed.goal.period.label(words.language), goal_text(definition, needed.goal, words.language)
    left = _remaining(definition, needed, words)
    values = {"target": target, "due": due, "remaining": left}
    if needed.per_quarter is None:
        sentences = [words("need_used_up", **values)]
    else:
        each = each_quarter(definition, needed, words)
        way = "budget" if needed.is_budget else "fall" if needed.remaining < 0 else "rise"
        sentences = [
            words(f"need_{way}", each=each, since=needed.figure.period.label(words.language), months=needed.months_left, **values)
        ]
    if needed.unseen_months:
        sentences.append(words("need_unseen", months=needed.unseen_months))
    if needed.brought is not None and needed.brought_months is not None:
        each = amount(definition, needed.brought, needed.figure, needed.goal, words)
        is_other_way = not needed.is_budget and needed.brought * needed.remaining < 0
        way = "used" if needed.is_budget else "away" if is_other_way else "still" if not needed.brought else "came"
        sentences.append(words(f"need_{way}", each=each, months=needed.brought_months))
    if needed.times is not None:
        sentences.append(words("need_times", times=words.number(round(needed.times, 1), ",.1f")))
    if needed.chance is not None:
        coverage = format_percent(needed.chance.coverage_pct, words.language)
        chance, count = chance_words(needed.chance.share, words), words.number(needed.chance.test_count)
        sentences.append(words("need_chance", chance=chance, coverage=coverage, count=count))
    return sentences


def sentence(item: Scored, words: Words) -> str:
    """Return the required change to the next target in one sentence; blank where it is not computed."""
    needed = needed_of(item, as_of=item.as_of)
    return words.together(sentences(item.entry.definition, needed, words)) if needed is not None else ""


def block(item: Scored, words: Words) -> Block | None:
    """Return the required change as a table: target, remaining, per quarter, last quarters, probability; else ``None``."""
    needed, definition = needed_of(item, as_of=item.as_of), item.entry.definition
    if needed is None:
        return None

    def each(value: float | None) -> Cell:
        return "―" if value is None else Number(value, amount(definition, value, needed.figure, needed.goal, words))

    rows: list[tuple[Cell, ...]] = [
        (words("need_target"), Number(needed.goal.value, goal_text(definition, needed.goal, words.language) + words("in_brackets", text=needed.goal.period.label(words.language)))),
        (words("need_left"), Number(needed.remaining, _remaining(definition, needed, words))),
        (words("need_each"), "―" if needed.per_quarter is None else Number(needed.per_quarter, each_quarter(definition, needed, words))),
        (words("need_before"), each(needed.brought)),
    ]  # fmt: skip
    if needed.chance is not None:
        rows.append((words("need_chance_head"), Number(needed.chance.share, chance_words(needed.chance.share, words))))
    return Block(
        key="needed", title=words("need_heading"), sentence=words.together(sentences(definition, needed, words)),
        columns=(words("item"), words("value")), rows=tuple(rows), flat=(flat(item, needed),), is_table_open=True, file=FILE,
    )  # fmt: skip


def flat(item: Scored, needed: Needed) -> Flat:
    """Return the required change as one flat row."""
    return {
        "indicator_code": item.entry.definition.code, "bureau_code": item.entry.unit_code, "period_code": needed.figure.period_code,
        "unit_ja": item.entry.definition.unit_ja, "unit_en": item.entry.definition.unit_en,
        "target_period": needed.goal.period_code, "target_value": needed.goal.value, "remaining": needed.remaining, "months_left": needed.months_left,
        "unseen_months": needed.unseen_months, "per_quarter": needed.per_quarter, "brought_per_quarter": needed.brought,
        "brought_months": needed.brought_months, "is_budget": needed.is_budget, "chance": needed.chance.share if needed.chance else None,
        "coverage_pct": needed.chance.coverage_pct if needed.chance else None, "back_test_count": needed.chance.test_count if needed.chance else None,
    }  # fmt: skip


def everything(telling: Telling) -> Block:
    """Return the required change of every indicator with a future target as flat rows, one each."""
    needed_rows = ((item, needed_of(item, as_of=telling.as_of)) for item in telling.moment.scored)
    rows = tuple(flat(item, needed) for item, needed in needed_rows if needed is not None)
    return Block(key="needed", columns=(), rows=(), flat=rows, file=FILE)
