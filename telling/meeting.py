"""The quarterly meeting material of the reform office, collected once and judged as of the last day of the quarter.

Each table is a block, whose cells carry the value for the workbook (``publishers.meeting.workbook``) beside the text for the
printed page (``publishers.meeting.page``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from kpis.errors import PeriodUnreadable
from kpis.figures.bureaus import BureauReport
from kpis.figures.projects import Milestone, ProjectReport
from kpis.figures.records import FELL_SHORT, Figure, in_time, value_of
from kpis.figures.rollup import RollUp
from kpis.figures.scorecard import Scored, dated_text, path_of, shown_figure, tally
from kpis.figures.sentences import marked, planned_text, standing_word, target_text, variance_text
from kpis.figures.shifts import Shift, shifts
from kpis.figures.targets import planned_on
from kpis.government import government
from kpis.moment import Moment
from kpis.periods import Period, parse_period, quarter_code
from kpis.state import State
from kpis.store import tables
from kpis.text import format_date, format_value, status_word
from telling import projects as told_projects
from telling.blocks import Block, Cell, Number, Telling
from telling.overview import conclusion, headlines, lead, stands, theme_name
from telling.shifts import reasons, stood
from telling.words import Words


@dataclass(frozen=True, slots=True)
class Drawn:
    """One headline indicator with its history: (period, actual, planned on its last day), in order of time."""

    scored: Scored
    points: tuple[tuple[Period, float, float | None], ...]


@dataclass(frozen=True)
class QuarterReport:
    """The material of one quarter in one language: the last day of the quarter, and of the quarter before."""

    period: Period
    words: Words
    moment: Moment
    before: Moment

    @property
    def as_of(self) -> date:
        """Return the day of all judgements."""
        return self.moment.as_of

    @property
    def is_sample(self) -> bool:
        """Return whether the data are those of the sample organisation."""
        return self.moment.state.is_sample()

    @property
    def scored(self) -> list[Scored]:
        """Return every indicator for its own scope, judged as of the quarter's last day."""
        return self.moment.own

    @cached_property
    def shifts(self) -> list[Shift]:
        """Return the indicators whose status changed since the last day of the quarter before."""
        return shifts(self.before.own, self.moment.own, since=self.before.as_of)

    @cached_property
    def milestones(self) -> list[Milestone]:
        """Return the milestones due, done or reported in the quarter."""
        return [m for p in self.moment.projects for m in p.milestones if of_quarter(m, self.period)]

    @cached_property
    def bureaus(self) -> list[BureauReport]:
        """Return the bureaus that exist on the quarter's last day."""
        return [b for b in self.moment.bureaus if b.is_valid]

    @cached_property
    def coverage(self) -> list[tuple[Scored, RollUp]]:
        """Return for each indicator that bureaus report the roll-up of the last reports of the quarter."""
        counted = []
        for item in self.scored:
            ended = [r for r in item.rolled if quarter_code(parse_period(r.period_code).end) == self.period.code]
            if reported := [r for r in ended if not r.is_published_only]:
                counted.append((item, reported[-1]))
        return counted

    @property
    def title(self) -> str:
        """Return the title of the material."""
        return self.words("report_title", period=self.period.label(self.words.language))

    @property
    def core(self) -> list[ProjectReport]:
        """Return the projects that existed, or have figures or milestones by the day."""
        return [p for p in self.moment.projects if not government().project_kind(p.row.kind).is_programme]

    def sentences(self) -> list[str]:
        """Return the conclusions of the meeting, one sentence each: the whole, shortfalls, projects, bureaus, milestones."""
        words, language = self.words, self.words.language
        paragraphs = [conclusion(self.scored, words), lead(self.scored, words, as_of=self.as_of)]
        for item in self.scored:
            if item.judgement.status in FELL_SHORT and item.judgement.standing == "current":
                name, status = words.named(item.entry.definition), status_word(item.judgement.status, language)
                paragraphs.append(words("report_said", name=name, status=status, sentence=item.sentence(language)))
        for project in self.moment.projects:
            if project.is_contradicted and project.confidence is not None:
                level = words("confidence_" + project.confidence.confidence)
                contradiction = words("contradiction", confidence=level, status=status_word(project.status, language))
                paragraphs.append(f"{words.named(project.row)}: {contradiction}")
        if self.milestones:
            groups = told_projects.milestone_groups(self.milestones, words)
            paragraphs.append(words("report_milestones_line", total=len(self.milestones), groups=groups))
        else:
            paragraphs.append(words("report_no_milestones"))
        if self.coverage:
            partial = sum(not r.is_complete and r.figure is not None for _, r in self.coverage)
            paragraphs.append(words("report_coverage_line", count=len(self.coverage), partial=partial))
        else:
            paragraphs.append(words("report_no_bureaus"))
        return paragraphs

    def drawn(self) -> list[Drawn]:
        """Return the headline indicators with at least two values, with their plan on the same days."""
        return [drawn_series for item in headlines(self.scored) if (drawn_series := drawn_of(item, as_of=self.as_of)) is not None]

    def shown(self, item: Scored, figure: Figure | None) -> str:
        """Format a figure."""
        return shown_figure(item, figure, self.words.language)


def drawn_of(item: Scored, *, as_of: date) -> Drawn | None:
    """Return the history of an indicator as drawn; ``None`` with fewer than two values."""
    valued = sorted((f for f in item.figures if f.value is not None), key=in_time)
    if len(valued) < 2:
        return None
    path = path_of(item, as_of=as_of)
    return Drawn(item, tuple((f.period, float(f.value or 0.0), planned_on(path, f.period.end)) for f in valued))


def quarters(moment: Moment) -> list[str]:
    """Return the quarters with figures that ended by the day, newest first."""

    def of_figures() -> frozenset[str]:
        codes = {quarter_code(f.period.end) for item in moment.scored for f in item.figures}
        return frozenset(
            codes | {quarter_code(item.judgement.figure.period.end) for item in moment.scored if item.judgement.figure}
        )

    codes = moment.kept("judged", ("quarters of figures", moment.view), of_figures) | set(reported_quarters(moment))
    return sorted((code for code in codes if parse_period(code).end <= moment.as_of), key=_in_time, reverse=True)


def reported_quarters(moment: Moment) -> list[str]:
    """Return the quarters ended by the day with a bureau's report approved by the instant, newest first."""
    reports = moment.rows(tables.Submission) if not moment.state.store.is_frozen else ()
    approved = {
        row.period_code for row in reports
        if row.state == "approved" and row.decided_at and (moment.known_at is None or row.decided_at <= moment.known_at)
    }  # fmt: skip
    codes = {quarter_code(parse_period(code).end) for code in approved}
    return sorted((code for code in codes if parse_period(code).end <= moment.as_of), key=_in_time, reverse=True)


def last_reported(moment: Moment) -> str:
    """Return the default quarter of a meeting: the last reported by bureaus, else the newest with a figure, else blank.

    A figure published by a source for a later quarter does not change it.
    """
    return next(iter([*reported_quarters(moment), *quarters(moment)]), "")


def _in_time(code: str) -> date:
    return parse_period(code).end


def quarter(period_code: str) -> Period:
    """Parse the code of a fiscal quarter.

    Raises:
        PeriodUnreadable: it is another kind of period, or none.
    """
    period = parse_period(period_code)
    if period.kind != "quarter":
        raise PeriodUnreadable("quarter_expected", code=period_code)
    return period


def quarter_report(state: State, period_code: str, *, language: str = "ja", known_at: datetime | None = None) -> QuarterReport:
    """Collect the material of a quarter. ``known_at``: UTC instant of the state of knowledge; ``None`` means all."""
    period = quarter(period_code)
    moment = Moment(state=state, as_of=period.end, known_at=known_at)
    return QuarterReport(period, Words(language), moment, before=moment.on(period.start - timedelta(days=1)))


def of_quarter(milestone: Milestone, period: Period) -> bool:
    """Return whether a milestone was due, done or reported in a quarter."""
    days = [milestone.due, milestone.actual]
    return milestone.reported_period == period.code or any(g is not None and period.contains(g.day) for g in days)


def indicators(report: QuarterReport, *, called: Callable[[Period, str], str] = Period.label) -> Block:
    """Return every indicator: figure, target, plan, previous values, status and its sentence; one row per indicator.

    Args:
        called: names a period in a language; in narrow columns ``Period.short``.
    """
    w, language, telling = report.words, report.words.language, Telling(report.words, report.moment)
    rows: list[tuple[Cell, ...]] = []
    for item in report.scored:
        judged, definition = item.judgement, item.entry.definition
        figure = judged.figure
        # A workbook cell holds a number without its text, so the period of a figure is a separate column.
        earlier = [
            cell
            for f in (judged.previous, judged.year_earlier)
            for cell in (_number(item, f, dated_text(item, f, language, is_in_table=True)), called(f.period, language) if f else "")
        ]
        rows.append(
            (
                w.named(definition), item.entry.project_code, called(figure.period, language) if figure else "",
                _number(item, figure, report.shown(item, figure) if figure else ""), w.named(definition, "unit"),
                Number(judged.goal.value if judged.goal else None, target_text(definition, judged, language)),
                Number(judged.planned_value, planned_text(definition, judged, language)),
                Number(judged.variance, variance_text(definition, judged, language)), *earlier, standing_word(judged, language),
                item.sentence(w.language), telling.source(figure.source_code) if figure else "", bool(figure and figure.is_sample), definition.code,
            )
        )  # fmt: skip
    return _block(
        report, "indicators", rows,
        ("indicators_one", "project", "period", "actual", "unit", "target", "planned", "compare_variance", "previous", "previous_period",
         "year_earlier", "year_earlier_period", "statuses_one", "report_sentence", "source", "report_is_sample",
         "project_code"), why_empty=w("no_series"),
    )  # fmt: skip


def statuses(report: QuarterReport) -> Block:
    """Return the number of indicators by status."""
    rows = [(text, count) for _, _, text, count in stands(tally(report.scored), report.words)]
    return _block(report, "statuses", rows, ("statuses_one", "report_count"), title="report_status_chart")


def projects(report: QuarterReport) -> Block:
    """Return the projects: computed status, stated confidence, indicators and milestones; one row per project."""
    w, states = report.words, ("done", "late", "missed", "not_seen", "coming")
    rows: list[tuple[Cell, ...]] = []
    for project in report.core:
        assessment = project.confidence
        counts = ", ".join(f"{text} {count}" for _, _, text, count in stands(project.tally, w))
        rows.append(
            (
                project.code, w.named(project.row), status_word(project.status, w.language),
                w("confidence_" + assessment.confidence) if assessment else w("confidence_none"),
                w.named(assessment, "reason") if assessment else "", counts,
                *(project.count_of(s) for s in states), w.named(project.row, "goal"),
            )
        )  # fmt: skip
    heads = ("project_code", "project_name", "computed_status", "confidence", "confidence_reason", "report_judged")
    return _block(report, "projects", rows, (*heads, *(f"state_{s}" for s in states), "project_goal"), why_empty=w("empty"))


def milestones(report: QuarterReport) -> Block:
    """Return the milestones due, done or reported in the quarter."""
    block = told_projects.milestones(Telling(report.words, report.moment), report.milestones)
    return replace(block, title=report.words("report_milestones"), why_empty=report.words("report_no_milestones"))


def coverage(report: QuarterReport, *, called: Callable[[Period, str], str] = Period.label) -> Block:
    """Return how many bureaus reported each indicator, and the roll-up; where values cannot be added, only the missing bureaus.

    Args:
        called: as for ``indicators``.
    """
    w, language = report.words, report.words.language
    names = {u.code: w.named(u) for u in report.moment.organisation.units}
    rows: list[tuple[Cell, ...]] = []
    for item, rolled in report.coverage:
        definition, official = item.entry.definition, rolled.official
        total = value_of(definition, rolled.figure) if rolled.figure else None
        rows.append(
            (
                w.named(definition), called(parse_period(rolled.period_code), language), rolled.reported_count, rolled.owing_count,
                Number(total, "" if total is None else marked(format_value(total, definition, language, is_worked_out=True), rolled.figure, language)),
                Number(official.value, report.shown(item, official)) if official else "", w.named(definition, "unit"),
                w("report_not_added" if rolled.figure is None else "report_complete" if rolled.is_complete else "report_partial"),
                w("list_comma").join(names.get(c, c) for c in (rolled.missing if rolled.figure is None else rolled.left_out)),
                bool(rolled.figure and rolled.figure.is_sample),
            )
        )  # fmt: skip
    return _block(
        report, "coverage", rows,
        ("indicators_one", "period", "report_reported", "report_owing", "report_sum", "report_official", "unit", "report_judgeable",
         "report_missing", "report_is_sample"), title="report_bureaus", why_empty=w("report_no_bureaus"),
    )  # fmt: skip


def bureaus(report: QuarterReport) -> Block:
    """Return value and status of each bureau by theme, for themes that bureaus report; one row per bureau."""
    w = report.words
    headline_of = {i.entry.theme: i for i in reversed(report.scored) if i.entry.is_headline and i.entry.is_reported_by_bureaus}
    columns = [theme for theme in government().cards if theme in headline_of]
    rows: list[tuple[Cell, ...]] = []
    for bureau in report.bureaus:
        scored_of = {s.entry.definition.code: s for s in bureau.scored}
        row: list[Cell] = [w.named(bureau.unit)]
        for theme in columns:
            own = scored_of.get(headline_of[theme].entry.definition.code)
            if own is None:
                row += [w("no_report"), ""]
            else:
                figure = own.judgement.figure
                row += [_number(own, figure, report.shown(own, figure)), standing_word(own.judgement, w.language)]
        rows.append(tuple(row))
    heads = [head for theme in columns for head in (theme_name(theme, w), f"{theme_name(theme, w)} {w('statuses_one')}")]
    return Block(key="bureaus", title=w("report_bureaus"), columns=(w("bureau"), *heads), rows=tuple(rows))


def changes(report: QuarterReport) -> Block:
    """Return the indicators whose status changed within the quarter, with earlier status and reason."""
    w = report.words
    rows = [(w.named(s.after.entry.definition), *stood(s, w), w("list_comma").join(reasons(s, w))) for s in report.shifts]
    none = w("since_none", day=format_date(report.period.start, w.language))
    return _block(report, "changes", rows, ("since_indicator", "since_before", "since_after", "since_reason"), why_empty=none)


def _number(item: Scored, figure: Figure | None, text: str) -> Cell:
    """Return a figure with its text; the text alone if it is not numeric."""
    value = None if figure is None else value_of(item.entry.definition, figure)
    return text if figure is not None and value is None else Number(value, text)


def _block(
    report: QuarterReport, key: str, rows: Iterable[tuple[Cell, ...]], heads: Sequence[str], *, title: str = "", why_empty: str = ""
) -> Block:
    w = report.words
    return Block(key=key, title=w(title or f"report_{key}"), columns=tuple(map(w, heads)), rows=tuple(rows), why_empty=why_empty)
