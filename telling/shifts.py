"""Changes of an indicator's status since an earlier day: the earlier status, and the reason of the change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpis.figures.scorecard import Scored, shown_figure
from kpis.figures.sentences import standing_word
from kpis.figures.shifts import Shift
from kpis.periods import parse_period
from telling.words import Words


@dataclass(frozen=True, slots=True)
class IndicatorStanding:
    """An earlier status: its word (with the date where it is not the day asked), and the value with its period."""

    status: str
    word: str
    value: str


@dataclass(frozen=True, slots=True)
class Shifted:
    """An indicator whose status differs from that of an earlier day, and the reason."""

    code: str
    name: str
    why: str
    before: IndicatorStanding
    after: IndicatorStanding


def since(shift: Shift, name: str, words: Words) -> Shifted:
    """Return a changed indicator for display; for a bureau's figure ``name`` includes the bureau."""
    why = words("comma").join(reasons(shift, words))
    return Shifted(shift.after.entry.definition.code, name, why, standing(shift.before, words), standing(shift.after, words))


def standing(item: Scored, words: Words) -> IndicatorStanding:
    """Return the earlier status of an indicator."""
    figure, language = item.judgement.figure, words.language
    value = f"{shown_figure(item, figure, language)} ({figure.period.label(language)})" if figure else ""
    return IndicatorStanding(item.judgement.status, standing_word(item.judgement, language), value)


def stood(item: Scored, words: Words) -> str:
    """Return an indicator's value, period and status in words."""
    standing_then = standing(item, words)
    return f"{standing_then.value} {standing_then.word}" if standing_then.value else standing_then.word


def reasons(shift: Shift, words: Words) -> Iterable[str]:
    """Return the reasons of a change of status, one by one."""
    for kind, text in shift.reasons:
        if kind == "new_period":
            yield words("reason_new_period", period=parse_period(text).label(words.language))
        else:
            yield words.reason("reason_", kind, text=words.half(text))
