"""The meeting material of a quarter: everything the reform office's quarterly meeting asks, gathered once and judged on its last day.

``publishers.meeting.workbook`` writes it as a workbook with native charts and tables, ``publishers.meeting.page`` as a page to print.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from kpis.errors import PeriodUnreadable
from kpis.figures.bureaus import BureauReport
from kpis.figures.organisation import RollUp
from kpis.figures.projects import Milestone, ProjectReport
from kpis.figures.records import BAD, Figure
from kpis.figures.scorecard import Scored, path_of, shown_figure
from kpis.figures.shifts import Shift, shifts
from kpis.figures.targets import planned_on
from kpis.moment import Moment, State
from kpis.periods import Period, parse_period, quarter_code
from kpis.text import status_word
from telling import projects as told_projects
from telling.overview import conclusion, headlines, lead
from telling.words import Words


@dataclass(frozen=True, slots=True)
class Drawn:
    """One headline indicator with a history: (period, actual, planned on its last day), in order of time."""

    scored: Scored
    points: tuple[tuple[Period, float, float | None], ...]


@dataclass(frozen=True)
class QuarterReport:
    """The material of one quarter in one language: the quarter's last day, and the last day of the quarter before."""

    period: Period
    words: Words
    moment: Moment
    before: Moment

    @property
    def as_of(self) -> date:
        """Return the day everything is judged on."""
        return self.moment.as_of

    @property
    def is_sample(self) -> bool:
        """Say whether everything here is of the sample organisation."""
        return self.moment.state.is_sample()

    @property
    def scored(self) -> list[Scored]:
        """Return every indicator for its own scope, judged on the quarter's last day."""
        return self.moment.own

    @cached_property
    def shifts(self) -> list[Shift]:
        """Return those that stand otherwise than on the last day of the quarter before."""
        return shifts(self.before.own, self.moment.own, since=self.before.as_of)

    @cached_property
    def milestones(self) -> list[Milestone]:
        """Return those due, done or reported in the quarter."""
        return [m for p in self.moment.projects for m in p.milestones if of_quarter(m, self.period)]

    @cached_property
    def bureaus(self) -> list[BureauReport]:
        """Return the bureaus that exist on the quarter's last day."""
        return [b for b in self.moment.bureaus if b.is_valid]

    @cached_property
    def coverage(self) -> list[tuple[Scored, RollUp]]:
        """Return for each indicator that bureaus report the last reports of the quarter, with what they add up to."""
        held = []
        for item in self.scored:
            ended = [r for r in item.rolled if quarter_code(parse_period(r.period_code).end) == self.period.code]
            if reported := [r for r in ended if not r.is_published_only]:
                held.append((item, reported[-1]))
        return held

    @property
    def title(self) -> str:
        """Return the title of the material."""
        return self.words("report_title", period=self.period.label(self.words.language))

    @property
    def core(self) -> list[ProjectReport]:
        """Return the core and leading projects that existed, or have figures or milestones by the day."""
        return [p for p in self.moment.projects if p.row["kind"] != "programme"]

    def sentences(self) -> list[str]:
        """Return the conclusions of the meeting, each a sentence: the whole, what fell short, projects, bureaus, milestones."""
        words, language = self.words, self.words.language
        said = [conclusion(self.scored, words), lead(self.scored, words, as_of=self.as_of)]
        for item in self.scored:
            if item.judgement.status in BAD and item.judgement.standing == "current":
                sentence = item.judgement.sentence_en if language == "en" else item.judgement.sentence_ja
                said.append(f"{words.named(item.entry.definition)}: {status_word(item.judgement.status, language)}。{sentence}" if language == "ja"
                            else f"{words.named(item.entry.definition)}: {status_word(item.judgement.status, language)}. {sentence}")  # fmt: skip
        for project in self.moment.projects:
            if project.is_contradicted and project.confidence is not None:
                level = words("confidence_" + project.confidence["confidence"])
                told = words("contradiction", confidence=level, status=status_word(project.status, language))
                said.append(f"{words.named(project.row)}: {told}")
        if self.milestones:
            groups = told_projects.milestone_groups(self.milestones, words)
            said.append(words("report_milestones_line", total=len(self.milestones), groups=groups))
        else:
            said.append(words("report_no_milestones"))
        if self.coverage:
            partial = sum(not r.is_complete and r.figure is not None for _, r in self.coverage)
            said.append(words("report_coverage_line", count=len(self.coverage), partial=partial))
        else:
            said.append(words("report_no_bureaus"))
        return said

    def drawn(self) -> list[Drawn]:
        """Return the headline indicators with at least two values, with their plan on the same days."""
        drawn = []
        for item in headlines(self.scored):
            valued = sorted((f for f in item.figures if f.value is not None), key=lambda f: (f.period.end, f.period.start))
            if len(valued) < 2:
                continue
            path = path_of(item, as_of=self.as_of)
            points = tuple((f.period, float(f.value or 0.0), planned_on(path, f.period.end)) for f in valued)
            drawn.append(Drawn(item, points))
        return drawn

    def shown(self, item: Scored, figure: Figure | None) -> str:
        """Write a figure as people read it."""
        return shown_figure(item, figure, self.words.language)


def quarter(period_code: str) -> Period:
    """Read the code of a fiscal quarter.

    Raises:
        PeriodUnreadable: it is another kind of period, or none.
    """
    period = parse_period(period_code)
    if period.kind != "quarter":
        raise PeriodUnreadable(
            f"四半期で指定してください(例 FY2022-Q3): {period_code}", f"Name a fiscal quarter, as FY2022-Q3, not {period_code}."
        )
    return period


def quarter_report(state: State, period_code: str, *, language: str = "ja", known_at: datetime | None = None) -> QuarterReport:
    """Gather the material of a quarter.

    Args:
        state: of the working figures, or an edition.
        period_code: as ``FY2022-Q3``.
        language: ``ja`` or ``en``.
        known_at: only what was known by this UTC instant counts; ``None`` means all.
    """
    period = quarter(period_code)
    moment = Moment(state=state, as_of=period.end, known_at=known_at)
    return QuarterReport(period, Words(language), moment, before=moment.on(period.start - timedelta(days=1)))


def of_quarter(milestone: Milestone, period: Period) -> bool:
    """Say whether a milestone was due, done or reported in a quarter."""
    days = [milestone.due, milestone.actual]
    return milestone.reported_period == period.code or any(g is not None and period.contains(g.day) for g in days)
