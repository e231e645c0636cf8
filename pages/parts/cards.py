"""What pages share to show a judged indicator: badges, cards, and a chart with its sentence, table and CSV."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from charts.sparkline import bullet, sparkline
from charts.style import CONFIG
from charts.trajectory import trajectory
from kpis.forecast import Forecast, forecast
from kpis.measures import STATUSES, Figure, Judgement, planned_path
from kpis.scorecard import Book, Scored, figure_text
from kpis.text import format_date, format_difference, format_value, status_colour, status_icon, status_word
from pages.parts import cached
from pages.parts.entry import as_of, view
from pages.parts.text import language, named, t


def status_badges(counts: dict[str, int]) -> None:
    """Show the count of every status that occurs, as icon, word and colour."""
    with st.container(horizontal=True, gap="small"):
        for status in STATUSES:
            if counts.get(status):
                label = f"{status_word(status, language())} {counts[status]}"
                st.badge(label, icon=status_icon(status), color=status_colour(status))  # type: ignore[arg-type]


def status_marks(counts: dict[str, int]) -> str:
    """Return the count of every status that occurs as one line of markdown: icon, word and colour."""
    return " ".join(
        f":{status_colour(s)}-badge[{status_icon(s)} {status_word(s, language())} {counts[s]}]" for s in STATUSES if counts.get(s)
    )


def status_badge(judgement: Judgement) -> None:
    """Show one status, and beside it that the data are old where they are."""
    with st.container(horizontal=True, gap="xsmall"):
        status = judgement.status
        st.badge(status_word(status, language()), icon=status_icon(status), color=status_colour(status))  # type: ignore[arg-type]
        if judgement.is_stale and judgement.age_days is not None:
            st.badge(t("stale"), icon=":material/schedule:", color="gray")


def headline_value(scored: Scored, figure: Figure | None) -> str:
    """Return a figure as a card shows it: ``72.0 %``, ``78 / 78``, a text status, or a dash."""
    return figure_text(scored.entry.definition, figure, language())


def indicator_card(scored: Scored, *, title: str | None = None) -> None:
    """Show an indicator as a card: status, value with its date, target, plan, previous, year earlier and its shape."""
    entry, judged = scored.entry, scored.judgement
    definition, figure = entry.definition, judged.figure
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{title or named(definition)}**")
        status_badge(judged)
        if title:
            st.caption(named(definition))
        is_text = figure is not None and figure.value is None
        st.markdown(f"{'####' if is_text else '##'} {headline_value(scored, figure)}")
        if figure is not None:
            st.caption(f"{figure.period.label(language())}({format_date(figure.period.end, language())})")
        st.caption(_comparisons(scored))
        drawn = _points(scored)
        if drawn:
            st.image(
                sparkline(drawn, planned_path(definition, entry.goals, baseline=entry.baseline, first=_first(scored))),
                width="stretch", alt=sentence(judged),
            )  # fmt: skip
            if figure is not None and figure.value is not None and judged.goal is not None and definition.direction == "higher":
                full = figure.denominator if definition.kind in ("completion", "stock") and figure.denominator else 0.0
                st.image(bullet(figure.value, judged.goal.value, full=full), width="stretch", alt=sentence(judged))
        st.page_link(
            "pages/indicator.py", label=t("details"), icon=":material/arrow_forward:",
            query_params={"code": definition.code, "lang": language()},
        )  # fmt: skip


def _comparisons(scored: Scored) -> str:
    definition, judged = scored.entry.definition, scored.judgement
    parts = []
    if judged.goal is None:
        parts.append(t("no_target"))
    else:
        end = format_date(judged.goal.period.end, language())
        parts.append(f"{t('target')} {format_value(judged.goal.value, definition, language())}({end})")
    if judged.planned_value is not None:
        parts.append(f"{t('planned')} {format_value(judged.planned_value, definition, language())}")
    for word, other in (("previous", judged.previous), ("year_earlier", judged.year_earlier)):
        if judged.figure is not None and judged.figure.value is not None:
            shown = f"{headline_value(scored, other)} ({other.period.label(language())})" if other else "―"
            parts.append(f"{t(word)} {shown}")
    return " ・ ".join(parts)


def sentence(judged: Judgement) -> str:
    """Return the sentence of a judgement in the viewer's language."""
    return judged.sentence_en if language() == "en" else judged.sentence_ja


def _points(scored: Scored) -> list[tuple[date, float]]:
    return [(f.period.end, f.value) for f in sorted(scored.figures, key=lambda f: f.period.end) if f.value is not None]


def _first(scored: Scored) -> Figure | None:
    valued = [f for f in scored.figures if f.value is not None]
    return min(valued, key=lambda f: f.period.end) if valued else None


def series_table(scored: Scored, book: Book) -> pd.DataFrame:
    """Return the figures of an indicator as people read them: one row per period, with marks and source."""
    rows = []
    for figure in sorted(scored.figures, key=lambda f: (f.period.end, f.period.start)):
        source = book.sources.get(figure.source_code)
        marks = [
            t(f"mark_{mark}")
            for mark in ("approximate", "lower_bound", "year_to_date", "base_estimated")
            if getattr(figure, f"is_{mark}")
        ]
        rows.append(
            {
                t("period"): figure.period.label(language()), t("period_end"): figure.period.end,
                t("value"): headline_value(scored, figure), "n": figure.numerator, "d": figure.denominator,
                t("unit"): named(scored.entry.definition, "unit"), t("marks"): "、".join(marks),
                t("source"): source.url if source else "",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


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
                "is_base_estimated": f.is_base_estimated, "vintage": f.vintage,
                "source_url": book.sources[f.source_code].url if f.source_code in book.sources else None,
            }
            for f in scored.figures
        ]
    )  # fmt: skip


def _chart(scored: Scored) -> tuple[go.Figure, float | None]:
    """Return the chart of a series, and the past error of its forecast where there is one."""
    entry, goal = scored.entry, scored.judgement.goal
    definition = entry.definition
    actual, plan = _drawn(scored)
    last_due = max((g.period.end for g in entry.goals), default=None)
    expected = forecast(definition, scored.figures, until=last_due) if last_due else None
    unit, decimals = named(definition, "unit"), definition.decimals
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
        decimals=decimals,
        expected=ahead,
    )
    return figure, expected.past_error if expected else None


def chart_with_table(scored: Scored, book: Book, *, heading: str | None = None) -> None:
    """Show a series with its sentence, its chart, the same numbers in a table, and their CSV."""
    entry, judged = scored.entry, scored.judgement
    definition = entry.definition

    def kept(what: str, make: Callable[[], Any]) -> Any:
        key = f"{definition.code} {entry.unit_code}" + ("" if entry.is_own_scope else f" {view()}")
        return cached.made(what, code=key, as_of=as_of(), language=language(), make=make)

    if heading:
        st.markdown(f"**{heading}**")
    st.markdown(sentence(judged))
    points = _points(scored)
    if not points:
        if judged.figure is None:
            st.info(t("no_series"), icon=":material/info:")
    else:
        figure, error = kept("chart", lambda: _chart(scored))
        st.plotly_chart(
            figure,
            theme=None,
            config=CONFIG,
            alt=f"{named(definition)}: {sentence(judged)}",
            key=f"chart_{definition.code}_{entry.unit_code}",
        )
        st.caption(t("legend"))
        if error is not None:
            st.caption(t("forecast", error=format_difference(round(error, 1), definition, language())))
    if scored.figures:
        with st.expander(t("table"), icon=":material/table:"):
            st.dataframe(
                kept("table", lambda: series_table(scored, book)), hide_index=True, width="stretch",
                column_config={t("source"): st.column_config.LinkColumn()},
            )  # fmt: skip
            st.download_button(
                t("csv"), kept("csv", lambda: long_form(scored, book).to_csv(index=False).encode("utf-8-sig")), f"{definition.code}.csv",
                "text/csv", icon=":material/download:", key=f"csv_{definition.code}", on_click="ignore",
            )  # fmt: skip
    source_line(scored, book)


def _drawn(scored: Scored) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the series and its planned path for a chart; a yearly counter is broken between fiscal years."""
    definition, entry = scored.entry.definition, scored.entry
    shown = sorted((f for f in scored.figures if f.value is not None), key=lambda f: f.period.end)
    rows: list[tuple[date, float | None, str]] = []
    year = None
    for figure in shown:
        if definition.kind == "ceiling" and year not in (None, figure.period.fiscal_year):
            rows.append((figure.period.start, None, ""))
        rows.append((figure.period.end, figure.value, figure.period.label(language())))
        year = figure.period.fiscal_year
    path: list[tuple[date, float | None]] = []
    for day, value in planned_path(definition, entry.goals, baseline=entry.baseline, first=_first(scored)):
        if definition.kind == "ceiling" and value == 0 and path:
            path.append((day, None))
        path.append((day, value))
    return pd.DataFrame(rows, columns=["end_date", "value", "label"]), pd.DataFrame(path, columns=["end_date", "value"])


def _expected_frame(expected: Forecast | None) -> pd.DataFrame:
    """Return a forecast as a frame: ``end_date``, ``value``, ``low``, ``high``; no rows where there is none."""
    points = zip(expected.points, expected.band(), strict=True) if expected else ()
    rows = [(day, value, low, high) for (day, value), (_, low, high) in points]
    return pd.DataFrame(rows, columns=["end_date", "value", "low", "high"])


def source_line(scored: Scored, book: Book) -> None:
    """Name the sources of a judgement, each with its address."""
    named_sources = [book.sources[code] for code in scored.source_codes if code in book.sources]
    links = [
        f"[{s.title.replace('[', '［').replace(']', '］')}]({s.url})"
        + (f"({t('source_secondary')})" if s.grade == "secondary" else "")
        for s in named_sources
    ]
    if links:
        # Not a caption: those fade, and a faded link falls below the contrast of 4.5.
        st.markdown(f":small[{t('source')}: {' ・ '.join(links)}]")


def find(scored: Sequence[Scored], code: str, unit: str | None = None) -> Scored | None:
    """Return the judgement of an indicator, for its own scope unless a unit is named."""
    return next((s for s in scored if s.entry.definition.code == code and unit in (None, s.entry.unit_code)), None)
