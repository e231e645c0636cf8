"""A series prepared for drawing: its chart, marks of figures, and machine-readable rows."""

from __future__ import annotations

import pandas as pd

from charts.plotly.styled import Finished, in_language
from charts.plotly.trajectory import trajectory
from charts.series import Annotation
from charts.svg.printed import printed_series
from kpis.figures.records import MARKS, Figure
from kpis.figures.scorecard import Book, Scored, forecast_of
from pages.parts import cached
from pages.parts.text import csv_file, language, t, viewer_words
from pages.parts.when import as_of
from telling import indicator
from telling.blocks import Telling


def marks_of(figure: Figure) -> str:
    """Return the marks of a figure as text: preliminary, rounded, lower bound, year to date, estimated base, computed."""
    return t("list_comma").join(t(f"mark_{mark}") for mark in MARKS if getattr(figure, f"is_{mark}"))


def csv_of(scored: Scored, book: Book) -> bytes:
    """Return an indicator's figures as CSV in machine-readable form: one row per figure, one datum per cell, unit in its own column."""
    definition = scored.entry.definition
    rows = [
        {
            "indicator_code": definition.code, "unit_code": scored.entry.unit_code, "period_code": f.period_code,
            "end_date": f.period.end, "value": f.value, "unit": definition.unit_en, "numerator": f.numerator,
            "denominator": f.denominator, "text_ja": f.text_ja, "is_approximate": f.is_approximate,
            "is_lower_bound": f.is_lower_bound, "is_year_to_date": f.is_year_to_date,
            "is_base_estimated": f.is_base_estimated, "is_preliminary": f.is_preliminary, "is_sample": f.is_sample, "vintage": f.vintage,
            "source_url": book.sources[f.source_code].url if f.source_code in book.sources else None,
        }
        for f in scored.figures
    ]  # fmt: skip
    return cached.drawn(("figures as csv", rows), lambda: csv_file(pd.DataFrame(rows)))


def series_chart(scored: Scored) -> tuple[Finished, str, str, tuple[Annotation, ...]] | None:
    """Return the chart of a series, the same for paper, the meaning of its lines, and the events marked in it; ``None`` if there is nothing to draw."""
    words = viewer_words()
    shape = indicator.series(scored, Telling(words, cached.moment()))
    if shape is None or not shape.is_course:
        return None
    alt = f"{words.named(scored.entry.definition)}: {scored.sentence(language())}"

    def both() -> tuple[Finished, str]:
        return Finished(in_language(trajectory(shape), language())), printed_series(shape, alt=alt)

    return *cached.drawn((shape, alt), both), indicator.legend(shape, forecast_of(scored, as_of=as_of()), words), shape.annotations
