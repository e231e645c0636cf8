"""Charts on a page: the sentence, the chart, and the same numbers in a table with CSV, one click away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from charts.plotly.styled import CONFIG, Finished, in_language
from kpis.as_text import markdown
from pages.parts import cached, prose
from pages.parts.data_table import ShownGrid, Texts, arrow_of, blocks_of, grid, grid_or_blocks, link_columns, show_grid, texts_table
from pages.parts.raw_html import draw_for_paper, draw_html
from pages.parts.saving import save_button
from pages.parts.text import csv_file, language, t
from pages.parts.titled import section_heading
from pages.parts.when import as_of, view
from telling.file_names import file_name


@dataclass(frozen=True, slots=True)
class ChartNumbers:
    """The numbers of a chart ready to draw: as a grid or an HTML table, as blocks for phones and print, and as CSV."""

    table: ShownGrid  # the grid
    texts: Texts | None  # the HTML table, drawn instead of the grid; ``None`` if the table is too long for it
    blocks: Texts | None  # the first rows of an open grid as blocks; ``None`` for any other table
    csv: bytes  # the CSV file; empty if the table is
    is_open: bool  # the table is the main content and is not collapsed


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """A chart with sentence and numbers ready to draw, so that nothing is converted at each run."""

    numbers: ChartNumbers
    sentence: str = ""  # what the chart shows, in one sentence; also its ``alt``
    title: str = ""
    figure: Finished | None = None  # the chart; ``None`` if there is nothing to draw, in which case ``why_empty`` is shown instead
    wide: Finished | None = None  # another form of the chart for windows wider than a phone's
    paper: str = ""  # the chart as images for print
    legend: str = ""  # meaning of the chart's fills, as HTML above it
    notes: tuple[str, ...] = ()  # captions under the chart, as the meaning of marks
    why_empty: str = ""  # the reason why there is no chart
    chart: str = ""  # the name under which it is published


def numbers_of(
    table: pd.DataFrame, *, csv: pd.DataFrame | None = None, texts: Texts | None = None, is_open: bool = False
) -> ChartNumbers:
    """Prepare the numbers of a chart for drawing.

    Args:
        table: the numbers in the viewer's language, headings included.
        csv: the same numbers machine-readable (one datum per cell, unit in its own column); ``table`` if omitted.
        texts: the same as an HTML table, if short enough; otherwise the table is a grid.
        is_open: the table is the main content and is not collapsed.
    """
    shown = arrow_of(table)
    content = csv_file(table if csv is None else csv) if len(table) else b""
    blocks = blocks_of(shown) if is_open and texts is None else None
    laid = grid(shown, column_config=link_columns() if t("source") in shown.column_names else {})
    return ChartNumbers(laid, texts, blocks, content, is_open)


def finished(figure: go.Figure | None) -> Finished | None:
    """Return a chart ready to draw in the viewer's language; ``None`` if there is none."""
    return Finished(in_language(figure, language())) if figure is not None else None


def kept_block(key: str, make: Callable[[], Ready], *, suffix: str = "") -> Ready:
    """Draw a chart cached per revision, moment, language, key and suffix, and return it.

    Args:
        key: unique on the page; also the name of the CSV file.
        make: makes it; called only if it is not cached.
        suffix: everything else that the chart depends on, as a selected period.
    """
    code = f"{key} {view()} {suffix}"
    kept = cached.made("figure", code=code, make=make)
    show(kept, key=key, about=suffix)
    return kept


def show(made: Ready, *, key: str, about: str = "") -> None:
    """Draw a prepared chart; the title is omitted if nothing follows it.

    Args:
        key: unique on the page; with ``about`` and the day of the view it makes the name of the CSV file.
        about: what the chart depends on besides, as a selected period.
    """
    if made.title and (made.sentence or made.why_empty or made.figure is not None or len(made.numbers.table.data)):
        section_heading(markdown(made.title))
    if made.sentence:
        prose.markdown(markdown(made.sentence))
    if made.figure is None and made.why_empty:
        prose.caption(markdown(made.why_empty))
    elif made.figure is not None:
        alt = f"{made.title}: {made.sentence}" if made.title else made.sentence
        if made.legend:
            draw_html(made.legend)
        if made.wide is not None:  # api/assets/page.css shows this one or the next
            st.plotly_chart(made.wide, theme=None, config=CONFIG, alt=alt, key=f"wide_{key}")
        st.plotly_chart(made.figure, theme=None, config=CONFIG, alt=alt, key=f"chart_{key}")
        draw_for_paper(made.paper)
        for note in made.notes:
            prose.caption(markdown(note))
    if len(made.numbers.table.data):
        with st.container() if made.numbers.is_open else st.expander(t("table"), icon=":material/table:"):
            if made.numbers.texts is not None:
                texts_table(made.numbers.texts)
            elif made.numbers.blocks is not None:
                grid_or_blocks(made.numbers.table, made.numbers.blocks, key=key)
            else:
                show_grid(made.numbers.table)
            save_button(t("csv"), made.numbers.csv, file_name(key, about, as_of().isoformat(), ending=".csv"), key=f"csv_{key}")
