"""What is said of an indicator that stands otherwise than on an earlier day: how it stood, and why that changed."""

from __future__ import annotations

from collections.abc import Iterable

from kpis.figures.scorecard import Scored, shown_figure
from kpis.figures.sentences import standing_word
from kpis.figures.shifts import Shift
from kpis.periods import parse_period
from telling.words import Words


def stood(item: Scored, words: Words) -> str:
    """Say how an indicator stood: value, period and status."""
    figure, language = item.judgement.figure, words.language
    status = standing_word(item.judgement, language)
    return f"{shown_figure(item, figure, language)} ({figure.period.label(language)}) {status}" if figure else status


def reasons(shift: Shift, words: Words) -> Iterable[str]:
    """Say why an indicator stands otherwise, reason by reason."""
    for kind, text in shift.reasons:
        if kind == "new_period":
            yield words("reason_new_period", period=parse_period(text).label(words.language))
        else:
            yield words.reason("reason_", kind, text=text)
