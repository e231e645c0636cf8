"""The content of an indicator card, in rows aligned with those of neighbouring cards; and the same content as a table row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from charts.svg.sparkline import card_picture
from kpis.figures.records import BAD, Definition, Figure, Judgement, value_of
from kpis.figures.scorecard import Scored, dated_text, path_of, shown_figure
from kpis.figures.sentences import planned_text, target_text, variance_text
from kpis.figures.targets import path_stretches
from kpis.kinds import KINDS
from kpis.text import status_word
from telling.indicator import stretches_judged
from telling.words import Words

Pairs = tuple[tuple[str, str], ...]  # label and value


@dataclass(frozen=True, slots=True)
class CardRows:
    """The rows of a card."""

    title: str  # the theme it represents; blank where it represents itself
    code: str
    name: str
    status: str
    word: str
    is_old: bool
    value: str
    is_text: bool
    period: str
    aims: Pairs  # plan and target
    before: Pairs  # the previous figure and the one a year earlier
    notes: tuple[str, ...]  # qualify the status
    gap: str  # of the value above or below its plan
    picture: str  # SVG; blank where there is nothing to draw
    alt: str  # its text alternative: the sentence of the judgement


def card_of(scored: Scored, words: Words, *, as_of: date, title: str = "", is_narrow: bool = False) -> CardRows:
    """Return the card of a judged indicator.

    Args:
        as_of: the day; targets set later are not drawn.
        title: the theme it represents.
        is_narrow: target and earlier values do without the unit, which is written beside the value.
    """
    definition, judged = scored.entry.definition, scored.judgement
    figure = judged.figure
    beside = bare(definition) if is_narrow else definition
    value = value_of(definition, figure) if figure is not None else None
    sentence = scored.sentence(words.language)
    return CardRows(
        title=title, code=definition.code, name=words.named(definition), status=judged.status, word=status_word(judged.status, words.language),
        is_old=judged.standing == "last_known", value=shown_figure(scored, figure, words.language),
        is_text=figure is not None and value is None, period=dated(figure, words) if figure else "",
        aims=_aims(scored, words, beside), before=_before(scored, words, beside) if value is not None else (), notes=notes_of(judged, words),
        gap=variance_text(definition, judged, words.language) if judged.variance is not None else "",
        picture=picture_of(scored, as_of=as_of, alt=sentence), alt=sentence,
    )  # fmt: skip


def dated(figure: Figure, words: Words) -> str:
    """Return the period of a figure, with a remark if it was computed here and not published."""
    period = figure.period.label(words.language)
    return period + (words("in_brackets", text=words("mark_worked_out")) if figure.is_worked_out else "")


def bare(definition: Definition) -> Definition:
    """Return the definition without its unit, which is written beside the value; % stays, as part of the number."""
    return definition if definition.unit_ja == "%" else definition.without_unit()


def _aims(scored: Scored, words: Words, definition: Definition) -> Pairs:
    judged = scored.judgement
    if judged.goal is None:
        return ((words("target"), words("no_target_short")),)
    due = target_text(definition, judged, words.language) + words("in_brackets", text=judged.goal.period.brief(words.language))
    goal = (words("target"), due)
    if judged.planned_value is None:
        return (goal,)
    return (words("planned"), planned_text(definition, judged, words.language)), goal


def _before(scored: Scored, words: Words, definition: Definition) -> Pairs:
    judged = scored.judgement
    return tuple(
        (words(word), dated_text(scored, other, words.language, definition=definition))
        for word, other in (("previous", judged.previous), ("year_earlier", judged.year_earlier))
    )


def notes_of(judged: Judgement, words: Words) -> tuple[str, ...]:
    """Return the notes that qualify a status: an awaited result, an earlier missed target, an old figure."""
    notes = []
    if judged.is_awaiting:
        notes.append(words("awaiting"))
    if judged.missed_before is not None:
        notes.append(words("missed_before"))
    if judged.is_stale and judged.status != "unreported":
        notes.append(words("stale" if judged.standing == "last_known" else "stale_figure"))
    return tuple(notes)


def picture_of(scored: Scored, *, as_of: date, alt: str = "") -> str:
    """Return an indicator's sparkline as inline SVG: series, plan and target; blank if there is nothing to draw.

    Args:
        as_of: the day; targets set later are not drawn.
    """
    definition, judged, stretches = scored.entry.definition, scored.judgement, stretches_judged(scored)
    if not stretches:
        return ""
    figure, goal = judged.figure, judged.goal
    return card_picture(
        stretches, path_stretches(definition, path_of(scored, as_of=as_of)),
        value=value_of(definition, figure) if figure is not None and goal is not None and definition.direction in ("higher", "lower") else None,
        target=goal.value if goal else None,
        full=(figure.denominator or 0.0) if figure is not None and KINDS[definition.kind].is_on_a_day else 0.0,
        is_short=judged.status in BAD, alt=alt,
    )  # fmt: skip
