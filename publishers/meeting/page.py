"""The meeting material as one page to print: self-contained HTML, no script, nothing fetched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from charts.svg.series import NARROW, drawing
from kpis.figures.records import value_of
from kpis.figures.scorecard import Scored, dated_text, tally
from kpis.figures.sentences import standing_word, target_text, variance_text
from kpis.periods import parse_period
from kpis.text import format_date, format_value, status_word
from publishers.meeting.material import QuarterReport
from telling import indicator
from telling.overview import stands
from telling.shifts import stood

TEMPLATES = Path(__file__).resolve().parent / "templates"


@dataclass(frozen=True, slots=True)
class _Chart:
    svg: str
    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Table:
    title: str
    header: list[str]
    rows: list[list[Any]]
    why_empty: str


def report_page(report: QuarterReport) -> str:
    """Return the page as HTML."""
    words, language = report.words, report.words.language
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("report.html").render(
        report=report, words=words, day=format_date(report.as_of, language), sentences=report.sentences(),
        statuses=[(text, count) for _, _, text, count in stands(tally(report.scored), words)],
        charts=[_chart(report, drawn.scored) for drawn in report.drawn()],
        tables=[_indicators(report), _projects(report), _milestones(report), _coverage(report), _changes(report)],
    )  # fmt: skip


def _said(report: QuarterReport, item: Scored) -> str:
    return item.judgement.sentence_en if report.words.language == "en" else item.judgement.sentence_ja


def _chart(report: QuarterReport, item: Scored) -> _Chart:
    sentence, name = _said(report, item), report.words.named(item.entry.definition)
    shape = indicator.series(item, report.words, as_of=report.as_of)
    assert shape is not None  # only what has figures is drawn
    return _Chart(drawing(shape, alt=f"{name}: {sentence}", size=NARROW), name, sentence)


def _indicators(report: QuarterReport) -> _Table:
    words, language = report.words, report.words.language
    rows = []
    for item in report.scored:
        judged, definition = item.judgement, item.entry.definition
        if judged.figure is None:
            continue
        rows.append(
            [
                words.named(definition), judged.figure.period.label(language), report.shown(item, judged.figure),
                target_text(definition, judged, language),
                variance_text(definition, judged, language),
                dated_text(item, judged.previous, language), dated_text(item, judged.year_earlier, language), standing_word(judged, language),
            ]
        )  # fmt: skip
    header = [
        words("indicators_one"), words("period"), words("actual"), words("target"), words("compare_variance"), words("previous"),
        words("year_earlier"), words("statuses_one"),
    ]  # fmt: skip
    return _Table(words("report_indicators"), header, rows, words("no_series"))


def _projects(report: QuarterReport) -> _Table:
    words, language = report.words, report.words.language
    rows = [
        [
            p.code, words.named(p.row), status_word(p.status, language),
            words("confidence_" + p.confidence["confidence"]) if p.confidence else words("confidence_none"),
            p.count_of("done"), p.count_of("late"), p.count_of("missed"), p.count_of("not_seen"),
        ]
        for p in report.core
    ]  # fmt: skip
    header = [
        words("project_code"), words("project_name"), words("computed_status"), words("confidence"), words("state_done"),
        words("state_late"), words("state_missed"), words("state_not_seen"),
    ]  # fmt: skip
    return _Table(words("report_projects"), header, rows, words("empty"))


def _milestones(report: QuarterReport) -> _Table:
    words, language = report.words, report.words.language

    def days(given: Any) -> str:
        return " → ".join(g.label(language) for g in given) or "―"

    rows = [
        [
            m.project_code, words.named(m), days(m.planned), days(m.replanned), days((m.actual,) if m.actual else ()),
            "―" if m.slip_days is None else m.slip_days, words("state_" + m.state),
        ]
        for m in report.milestones
    ]  # fmt: skip
    header = [
        words("project_code"), words("milestones"), words("planned_day"), words("replanned_day"), words("actual_day"), words("slip_days"),
        words("milestone_state"),
    ]  # fmt: skip
    return _Table(words("report_milestones"), header, rows, words("report_no_milestones"))


def _coverage(report: QuarterReport) -> _Table:
    words, language = report.words, report.words.language
    names = {u.code: words.named(u) for u in report.moment.organisation.units}
    rows = []
    for item, rolled in report.coverage:
        definition = item.entry.definition
        total = value_of(definition, rolled.figure) if rolled.figure else None
        rows.append(
            [
                words.named(definition), parse_period(rolled.period_code).label(language), f"{rolled.reported_count} / {rolled.owing_count}",
                "―" if total is None else format_value(total, definition, language, is_worked_out=True),
                report.shown(item, rolled.official) if rolled.official else "―",
                words("report_complete") if rolled.is_complete else words("report_partial"),
                words("list_comma").join(names.get(c, c) for c in rolled.left_out) or "―",
            ]
        )  # fmt: skip
    header = [
        words("indicators_one"), words("period"), f"{words('report_reported')} / {words('report_owing')}", words("report_sum"),
        words("report_official"), words("report_judgeable"), words("report_missing"),
    ]  # fmt: skip
    return _Table(words("report_bureaus"), header, rows, words("report_no_bureaus"))


def _changes(report: QuarterReport) -> _Table:
    words, language = report.words, report.words.language

    rows = [[words.named(s.after.entry.definition), stood(s.before, words), stood(s.after, words)] for s in report.shifts]
    header = [words("since_indicator"), words("since_before"), words("since_after")]
    return _Table(words("report_changes"), header, rows, words("since_none", day=format_date(report.period.start, language)))
