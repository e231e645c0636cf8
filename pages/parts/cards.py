"""Shared parts of pages that show a judged indicator: status, value, and a chart with sentence, table and CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st
from markupsafe import Markup

from charts.plotly.styled import CONFIG, Finished
from kpis.as_text import markdown
from kpis.figures.records import Figure, Judgement
from kpis.figures.scorecard import Book, Scored, Tally, dated_text, shown_figure
from kpis.kinds import KINDS
from kpis.text import format_date
from pages.parts import address, cached, prose
from pages.parts.data_table import ShownGrid, arrow_of, grid, link_columns, show_grid
from pages.parts.menu import page
from pages.parts.raw_html import draw_for_paper, draw_html
from pages.parts.saving import save_button
from pages.parts.series import csv_of, marks_of, series_chart
from pages.parts.taken import indicator_downloads
from pages.parts.text import grid_source, language, named, source_link, t, viewer_words
from pages.parts.titled import section_heading
from pages.parts.when import as_of, view
from publishers.site import seen
from publishers.site.numbered import numbered
from telling import facts, happened
from telling.cards import dated
from telling.file_names import file_name
from telling.overview import table_word


def explain_empty() -> None:
    """Draw the reason why a page is empty: no figure is loaded at all, or none of the whole organisation up to the day of the view."""
    why_empty = (
        t("empty_then", day=format_date(as_of(), language()), bureaus=t("nav_bureau"))
        if any(entry.figures for entry in cached.moment().book.entries)
        else t("empty")
    )
    prose.info(why_empty, icon=":material/info:")


def list_of(group: str, status: str, whose: Mapping[str, str]) -> str:
    """Return the address of the list behind a count.

    Args:
        group: a group of a tally, or ``milestone``.
        status: status of the indicators, or state of the milestones.
        whose: ``project`` or ``bureau`` → its code; empty: all.
    """
    return address.path("standing", list=f"{group}.{status}", **whose)


def status_counts(tally: Tally, *, whose: Mapping[str, str]) -> None:
    """Draw the counts of judgements by status, each linked to its list; ``whose`` as in ``list_of``."""

    def make() -> str:
        return seen.tallied(tally, lambda group, status: list_of(group, status, whose), viewer_words())

    draw_html(cached.drawn(("status counts", tally, dict(whose), address.link()), make))


def status_badge(judgement: Judgement) -> None:
    """Draw an indicator's status mark, and the notes that qualify it."""
    draw_html(Markup("<p class='st'>{}</p>").format(seen.stands(judgement, viewer_words())))


def status_and_value(scored: Scored) -> None:
    """Draw an indicator's status and, below it, its value in large type with its period."""

    def make() -> str:
        figure, words = scored.judgement.figure, viewer_words()
        value = seen.large(headline_value(scored, figure), is_text=KINDS[scored.entry.definition.kind].is_text)
        return Markup("<p class='st'>{}</p><p class='cd-value'><b>{}</b> <span>{}</span></p>").format(
            seen.stands(scored.judgement, words), value, dated(figure, words) if figure else ""
        )

    draw_html(cached.made("stand and value", code=_key(scored), make=make))


def headline_value(scored: Scored, figure: Figure | None) -> str:
    """Return a figure as text for a card: ``72.0 %``, ``78 / 78``, a text status, or a dash if ``None``."""
    return shown_figure(scored, figure, language())


def dated_value(scored: Scored, figure: Figure | None) -> str:
    """Return a figure with the short name of its period, for use beside a figure of another period; a dash if ``None``."""
    return dated_text(scored, figure, language())


def indicator_link(code: str) -> None:
    """Draw a link to the page of an indicator."""
    st.page_link(page("indicator"), label=t("details"), icon=":material/arrow_forward:", query_params=address.link(code=code))


def _key(scored: Scored) -> str:
    # A bureau's series differs in today's organisation; that of the whole does not.
    return f"{scored.entry.definition.code} {scored.entry.unit_code}" + ("" if scored.entry.is_own_scope else f" {view()}")


@dataclass(frozen=True, slots=True)
class _Block:
    text: str
    chart: Finished | None
    paper: str
    notes: str
    happened: str
    signs: Mapping[date, str]
    table: ShownGrid | None
    table_word: str
    csv: bytes
    sources: str


def _block(scored: Scored, book: Book) -> _Block:
    chart, paper, notes, notable = series_chart(scored) or (None, "", "", ())
    table = series_table(scored, book) if scored.figures else None
    csv = csv_of(scored, book) if scored.figures else b""
    made = str(numbered(notable, viewer_words()))
    word = table_word(scored, viewer_words())
    return _Block(
        scored.sentence(language()), chart, paper, notes, made, happened.signs(notable), table, word, csv, sources_of(scored, book)
    )


def chart_with_table(scored: Scored, book: Book, *, heading: str | None = None, is_explained: bool = True) -> Mapping[date, str]:
    """Draw a series with its sentence, chart, events, the same numbers in a table, and their CSV.

    Args:
        heading: its title, where the page writes none.
        is_explained: explain lines and marks below the chart; a page of many charts does so only once.

    Returns:
        Day → circled number of the event marked on that day in the chart.
    """
    key = _key(scored)
    block = cached.made("block", code=key, make=lambda: _block(scored, book))
    if heading:
        section_heading(markdown(heading))
    prose.markdown(markdown(block.text))
    if block.chart is not None:
        alt = f"{named(scored.entry.definition)}: {block.text}"
        st.plotly_chart(block.chart, theme=None, config=CONFIG, alt=alt, key=f"chart_{key.replace(' ', '_')}")
        draw_for_paper(block.paper)
        if block.happened:
            draw_html(block.happened)
        if is_explained:
            prose.caption(markdown(block.notes))
    elif scored.judgement.figure is None:
        prose.info(t("no_series"), icon=":material/info:")
    if block.sources:  # directly below the chart: few key presses away for keyboard users
        prose.markdown(block.sources)
    if block.table is not None:
        with st.expander(block.table_word, icon=":material/table:"):
            show_grid(block.table)
            name = file_name(*key.split(), as_of().isoformat(), ending=".csv")
            save_button(t("csv"), block.csv, name, key=f"csv_{key.replace(' ', '_')}")
    if block.chart is not None:
        indicator_downloads(scored)
    return block.signs


def series_table(scored: Scored, book: Book) -> ShownGrid:
    """Return the figures of an indicator as a grid: one row per period in order of time, with marks and source."""
    rows = [
        {
            t("period"): figure.period.label(language()), t("period_end"): format_date(figure.period.end, language()),
            t("value"): headline_value(scored, figure), t("ed_numerator"): figure.numerator, t("ed_denominator"): figure.denominator,
            t("unit"): facts.unit_beside(viewer_words(), scored, figure), t("marks"): marks_of(figure),
            t("source"): grid_source(book.sources.get(figure.source_code)),
        }
        for figure in sorted(scored.figures, key=lambda f: (f.period.end, f.period.start))
    ]  # fmt: skip
    return cached.drawn(("figures as grid", rows), lambda: grid(arrow_of(pd.DataFrame(rows)), column_config=link_columns()))


def values_for_paper(scored: Scored) -> None:
    """Draw the values of a chart as a list for print, where its table is collapsed; hidden on screens; none for texts."""
    if KINDS[scored.entry.definition.kind].is_text:
        return

    def make() -> str:
        marked = [(f, marks_of(f)) for f in sorted(scored.figures, key=lambda f: (f.period.end, f.period.start))]
        rows = [
            Markup("<li>{} <b>{}</b>{}</li>").format(
                f.period.label(language()), headline_value(scored, f), t("in_brackets", text=marks) if marks else ""
            )
            for f, marks in marked
        ]
        return (
            Markup('<div class="paper-values"><p>{}</p><ul>{}</ul></div>').format(t("value"), Markup().join(rows)) if rows else ""
        )

    if made := cached.made("values for paper", code=_key(scored), make=make):
        draw_html(made)


def sources_of(scored: Scored, book: Book) -> str:
    """Return the sources of a judgement as one line of Markdown, each linked to its address; "" if none."""
    named_sources = [book.sources[code] for code in scored.source_codes if code in book.sources]
    links = [
        source_link(s) + (t("in_brackets", text=t("source_secondary")) if s.grade == "secondary" else "") for s in named_sources
    ]
    # Not a caption: its faded links would have a contrast below 4.5.
    return f":small[{t('source')}: {' ・ '.join(links)}]" if links else ""


def find(scored: Sequence[Scored], code: str) -> Scored | None:
    """Return the first judgement of an indicator, which is the one for its own scope; ``None`` if there is none."""
    return next((s for s in scored if s.entry.definition.code == code), None)
