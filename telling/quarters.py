"""An indicator at the end of each of the last quarters: status, figure, plan and the gap between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpis.figures.attention import Stood
from kpis.figures.records import Judgement, value_of
from kpis.figures.scorecard import Scored, shown_figure
from kpis.figures.sentences import planned_text, variance_text
from kpis.text import status_word
from telling.cards import bare
from telling.words import Words

NO_FIGURE = "―"


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter: short name, status with its word; figure, plan and gap as formatted text."""

    name: str
    status: str
    word: str
    actual: str
    period: str  # of the figure, where it differs from this quarter
    planned: str
    gap: str
    is_short: bool  # the gap is unfavourable


def quarters(item: Scored, stood: Sequence[Stood], words: Words) -> tuple[Quarter, ...]:
    """Return the quarters of an indicator, oldest first; empty if none had a current figure.

    Args:
        stood: its status at the end of each quarter (``Moment.stood``).
    """
    quarters_told = tuple(_quarter(item, stood_quarter, words) for stood_quarter in stood)
    return quarters_told if any(quarter.actual != NO_FIGURE for quarter in quarters_told) else ()


def speaks(stood: Stood) -> Judgement | None:
    """Return the judgement of a quarter, if its figure was current then."""
    judged = stood.judgement
    if judged is None or judged.figure is None or stood.status == "no_current":
        return None
    is_before = judged.figure.period.end < stood.quarter.start
    return None if stood.status == "unreported" and is_before else judged


def figures_then(stood: Stood) -> dict[str, str | float | None]:
    """Return figure, planned value and gap of a quarter as raw data."""
    judged = speaks(stood)
    return {
        "figure_period": judged.figure.period_code if judged and judged.figure else None,
        "actual_value": judged.figure.value if judged and judged.figure else None,
        "planned_value": judged.planned_value if judged else None, "variance": judged.variance if judged else None,
    }  # fmt: skip


def _quarter(item: Scored, stood: Stood, words: Words) -> Quarter:
    judged, definition = speaks(stood), item.entry.definition
    name, word = stood.quarter.short(words.language), status_word(stood.status, words.language)
    figure = judged.figure if judged is not None else None
    if judged is None or figure is None or value_of(definition, figure) is None:
        return Quarter(name, stood.status, word, NO_FIGURE, "", NO_FIGURE, NO_FIGURE, is_short=False)
    planned = planned_text(bare(definition), judged, words.language) if judged.planned_value is not None else NO_FIGURE
    return Quarter(
        name, stood.status, word, shown_figure(item, figure, words.language),
        figure.period.short(words.language) if figure.period.end < stood.quarter.start else "", planned,
        variance_text(definition, judged, words.language), is_short=(judged.variance or 0.0) * definition.sign < 0,
    )  # fmt: skip
