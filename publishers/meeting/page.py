"""The meeting material as one page for print: self-contained HTML without script or external resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from charts.svg.series import NARROW, drawing
from kpis.as_text import shown
from kpis.figures.scorecard import Scored
from kpis.periods import Period
from kpis.text import format_date
from publishers.site.labels import quoted
from publishers.site.lines import in_column, lined
from publishers.site.numbered import numbered
from telling import indicator, meeting
from telling.blocks import Block, Cell, Link, Number, Telling
from telling.meeting import QuarterReport
from telling.words import Words

TEMPLATES = Path(__file__).resolve().parent / "templates"
HALF_A_SHEET = (440, 250)  # in the drawing's units, of which 13 are the font size: on 88 millimetres 7.4 points


@dataclass(frozen=True, slots=True)
class _Chart:
    svg: str  # twice: for screens, and as wide as half a sheet
    name: str
    sentence: str
    happened: str  # what its circled numbers mean


@dataclass(frozen=True, slots=True)
class _Table:
    """A block prepared for print: the columns that fit on paper; (text, whether it is a number) per heading and cell."""

    title: str
    header: list[tuple[str, bool]]
    rows: list[list[tuple[str, bool]]]
    why_empty: str


def report_page(report: QuarterReport) -> str:
    """Return the page as HTML."""
    words, language = report.words, report.words.language
    day = format_date(report.as_of, language)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, finalize=shown
    )
    html = environment.get_template("report.html").render(
        report=report, words=words, day=day, sentences=report.sentences(),
        statuses=meeting.statuses(report).rows, charts=[_chart(report, series_drawn.scored) for series_drawn in report.drawn()],
        tables=list(_tables(report)), sheet=quoted(f"{words('site')} — {report.title} — {words('report_as_of', day=day)}"),
    )  # fmt: skip
    return lined(html)


def _chart(report: QuarterReport, item: Scored) -> _Chart:
    sentence, name = item.sentence(report.words.language), report.words.named(item.entry.definition)
    shape = indicator.series(item, Telling(report.words, report.moment))
    assert shape is not None  # only series with figures are drawn
    alt = f"{name}: {sentence}"
    drawn = drawing(shape, alt=alt, size=NARROW, name="seen") + drawing(shape, alt=alt, size=HALF_A_SHEET, name="printed")
    return _Chart(drawn, name, sentence, numbered(shape.annotations, report.words))


def _tables(report: QuarterReport) -> Iterator[_Table]:
    figures = meeting.indicators(report, called=Period.short)
    has_figure = figures.columns.index(report.words("period"))
    printed = (  # the indicators without any figure are in the workbook
        (replace(figures, rows=tuple(row for row in figures.rows if row[has_figure])), (
            "indicators_one", "period", "actual", "target", "compare_variance", "previous", "year_earlier", "statuses_one",
        )),
        (meeting.projects(report), (
            "project_code", "project_name", "computed_status", "confidence", "state_done", "state_late", "state_missed", "state_not_seen",
        )),
        (meeting.milestones(report), (
            "project_code", "milestones", "planned_day", "replanned_day", "actual_day", "slip_days", "milestone_state",
        )),
        (meeting.coverage(report, called=Period.short), (
            "indicators_one", "period", "report_reported", "report_owing", "report_sum", "report_official", "report_judgeable",
            "report_missing",
        )),
        (meeting.changes(report), ("since_indicator", "since_before", "since_after")),
    )  # fmt: skip
    for block, columns in printed:
        if block.rows:
            yield _printed(block, [report.words(c) for c in columns], report.words)
        else:
            yield _Table(block.title, [], [], block.why_empty)


def _printed(block: Block, columns: list[str], words: Words) -> _Table:
    at = [block.columns.index(name) for name in columns]
    rows = [[_text(row[n], words) for n in at] for row in block.rows]
    header = [(name, any(row[n][1] for row in rows)) for n, name in enumerate(columns)]
    return _Table(block.title, header, [[(in_column(text), is_number) for text, is_number in row] for row in rows], block.why_empty)


def _text(cell: Cell, words: Words) -> tuple[str, bool]:
    if isinstance(cell, (Number, Link)):
        return (cell.text if isinstance(cell, Number) else cell.words) or "―", False
    return (words.number(cell), True) if isinstance(cell, int) else (str(cell or "―"), False)
