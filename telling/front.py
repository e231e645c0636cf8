"""The headline of the citizen's front page: of 100 procedures, how many are available online, by the newest published rate."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from kpis.figures.scorecard import Scored, figure_text
from kpis.text import format_date
from telling.blocks import Telling, published

OUT_OF = 100


@dataclass(frozen=True, slots=True)
class Opening:
    """The headline, the line below it, and the count of a hundred; ``None`` where no rate is published."""

    sentence: str
    line: str
    code: str = ""
    count: int | None = None


def opening(telling: Telling) -> Opening:
    """Return the headline of the newest published rate of procedures, rounded down so as never to overstate it."""
    w = telling.words
    item: Scored | None = published(telling.moment.scored, "procedures", "ratio")
    figure = item.judgement.figure if item else None
    if item is None or figure is None or figure.value is None or not 0 <= figure.value <= OUT_OF:
        return Opening(w("cz_no_rate"), w("cz_no_rate_line"))
    definition = item.entry.definition
    count = floor(figure.value)
    value, day = figure_text(definition, figure, w.language), format_date(figure.period.end, w.language)
    line = w("cz_line" if count == figure.value else "cz_line_cut", name=w.named(definition), value=value, day=day)
    return Opening(w("cz_of_hundred", count=w.number(count)), line, definition.code, count)


def online_word(status: str, telling: Telling) -> str:
    """Return whether a procedure is available online, by its digitisation status."""
    return telling.words(f"cz_online_{status if status in ('done', 'partly_done', 'not_done', 'planned') else 'other'}")
