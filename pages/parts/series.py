"""A series made ready to show: its chart, the same numbers as a table, and as machine-readable rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pyarrow as pa

from charts.trajectory import trajectory
from kpis.figures import Figure, value_of
from kpis.forecast import Forecast
from kpis.scorecard import Book, Scored, forecast_of, path_of
from kpis.text import format_value
from pages.parts.entry import as_of
from pages.parts.text import language, named, t


def arrow(columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    """Return columns as an Arrow table, the form in which a table is sent: made once, it need not be converted at each run."""
    return pa.table(dict(columns))


def points(scored: Scored) -> list[tuple[date, float]]:
    """Return (period end, value) of every figure with a value, in order of time."""
    return [(figure.period.end, value) for figure, value in valued(scored)]


def valued(scored: Scored) -> list[tuple[Figure, float]]:
    """Return every figure with its value, published or worked out from its parts, in order of time."""
    ordered = sorted(scored.figures, key=lambda f: f.period.end)
    return [(f, value) for f in ordered if (value := value_of(scored.entry.definition, f)) is not None]


def path(scored: Scored) -> list[tuple[date, float]]:
    """Return the corners of the planned path, from the targets set by the viewer's day."""
    return path_of(scored, as_of=as_of())


def marks_of(figure: Figure) -> str:
    """Return the words for what is marked on a figure: rounded, lower bound, year to date, estimated base."""
    marks = ("approximate", "lower_bound", "year_to_date", "base_estimated")
    return "、".join(t(f"mark_{mark}") for mark in marks if getattr(figure, f"is_{mark}"))


def long_form(scored: Scored, book: Book) -> pd.DataFrame:
    """Return the figures machine-readable: one datum per cell, unit in its own column, one row per period."""
    definition = scored.entry.definition
    return pd.DataFrame(
        [
            {
                "indicator_code": definition.code, "unit_code": scored.entry.unit_code, "period_code": f.period_code,
                "end_date": f.period.end, "value": f.value, "unit": definition.unit_en, "numerator": f.numerator,
                "denominator": f.denominator, "text_ja": f.text_ja, "is_approximate": f.is_approximate,
                "is_lower_bound": f.is_lower_bound, "is_year_to_date": f.is_year_to_date,
                "is_base_estimated": f.is_base_estimated, "is_sample": f.is_sample, "vintage": f.vintage,
                "source_url": book.sources[f.source_code].url if f.source_code in book.sources else None,
            }
            for f in scored.figures
        ]
    )  # fmt: skip


def series_chart(scored: Scored) -> tuple[go.Figure, float | None]:
    """Return the chart of a series, and the past error of its forecast where there is one."""
    definition, goal = scored.entry.definition, scored.judgement.goal
    actual, plan = _drawn(scored)
    expected = forecast_of(scored, as_of=as_of())
    unit, decimals, divisor = named(definition, "unit"), definition.decimals, 1.0
    ahead = _expected_frame(expected)
    if max(actual["value"].max(), plan["value"].max()) >= 1_000_000:  # 200,000,000 is no label for an axis
        divisor, word, decimals = (1e6, "million ", 2) if language() == "en" else (1e4, "万", 0)
        for frame, columns in ((actual, ["value"]), (plan, ["value"]), (ahead, ["value", "low", "high"])):
            frame[columns] = frame[columns].astype(float) / divisor
        unit = word + unit
    figure = trajectory(
        actual,
        plan,
        unit=unit,
        plan_word=t("planned"),
        goal_label=f"{t('target')} {format_value(goal.value, definition, language())}" if goal else "",
        goal=(goal.period.end, goal.value / divisor) if goal else None,
        decimals=decimals,
        expected=ahead,
        year_format="%Y" if language() == "en" else "%Y年",
    )
    return figure, expected.past_error if expected else None


def _drawn(scored: Scored) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the series and its planned path for a chart; a yearly counter is broken between fiscal years."""
    is_ceiling = scored.entry.definition.kind == "ceiling"
    rows: list[tuple[date, float | None, str]] = []
    year = None
    for figure, value in valued(scored):
        if is_ceiling and year not in (None, figure.period.fiscal_year):
            rows.append((figure.period.start, None, ""))
        rows.append((figure.period.end, value, figure.period.label(language())))
        year = figure.period.fiscal_year
    corners: list[tuple[date, float | None]] = []
    for day, planned in path(scored):
        if is_ceiling and planned == 0 and corners:
            corners.append((day, None))
        corners.append((day, planned))
    return pd.DataFrame(rows, columns=["end_date", "value", "label"]), pd.DataFrame(corners, columns=["end_date", "value"])


def _expected_frame(expected: Forecast | None) -> pd.DataFrame:
    """Return a forecast as a frame: ``end_date``, ``value``, ``low``, ``high``; no rows where there is none."""
    days = zip(expected.points, expected.band(), strict=True) if expected else ()
    rows = [(day, value, low, high) for (day, value), (_, low, high) in days]
    return pd.DataFrame(rows, columns=["end_date", "value", "low", "high"])
