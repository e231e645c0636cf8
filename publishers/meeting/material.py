"""The meeting material of a quarter: everything the reform office's quarterly meeting asks, gathered once and judged on its last day.

``publishers.meeting.workbook`` writes it as a workbook with native charts and tables, ``publishers.meeting.page`` as a page to print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from kpis.errors import PeriodUnreadable
from kpis.figures.bureaus import BureauReport, bureau_reports
from kpis.figures.organisation import RollUp
from kpis.figures.projects import Milestone, ProjectReport, project_reports
from kpis.figures.records import BAD, Figure
from kpis.figures.scorecard import Book, Scored, path_of, score_all, shown_figure
from kpis.figures.shifts import Shift, shifts
from kpis.figures.targets import planned_on
from kpis.periods import Period, parse_period, quarter_code
from kpis.store import tables as models
from kpis.store.queries import by_bureau
from kpis.store.store import Store
from kpis.text import status_word
from telling import projects as told_projects
from telling.overview import conclusion, headlines, lead, own_scope
from telling.words import Words

PROJECT_TABLES = (
    models.Project, models.StrategyVersion, models.ProjectVersion, models.ProjectBureau, models.MilestoneDate, models.ProjectConfidence,
)  # fmt: skip
BUREAU_TABLES = (models.Indicator, models.Submission)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One headline indicator with a history: (period, actual, planned on its last day), in order of time."""

    scored: Scored
    points: tuple[tuple[Period, float, float | None], ...]


@dataclass(frozen=True, slots=True)
class QuarterReport:
    """The material of one quarter in one language.

    Args:
        scored: every indicator for its own scope, judged on the quarter's last day.
        shifts: those that stand otherwise than on the last day of the quarter before.
        milestones: those due, done or reported in the quarter.
        coverage: per indicator that bureaus report, what the quarter's reports add up to.
    """

    period: Period
    words: Words
    is_sample: bool
    book: Book
    scored: tuple[Scored, ...]
    shifts: tuple[Shift, ...]
    projects: tuple[ProjectReport, ...]
    milestones: tuple[Milestone, ...]
    bureaus: tuple[BureauReport, ...]
    coverage: tuple[tuple[Scored, RollUp], ...]

    @property
    def as_of(self) -> date:
        """Return the day everything is judged on."""
        return self.period.end

    @property
    def title(self) -> str:
        """Return the title of the material."""
        return self.words("report_title", period=self.period.label(self.words.language))

    @property
    def core(self) -> list[ProjectReport]:
        """Return the core and leading projects that existed, or have figures or milestones by the day."""
        return [p for p in self.projects if p.row["kind"] != "programme"]

    def sentences(self) -> list[str]:
        """Return the conclusions of the meeting, each a sentence: the whole, what fell short, projects, bureaus, milestones."""
        words, language = self.words, self.words.language
        said = [conclusion(list(self.scored), words), lead(list(self.scored), words, as_of=self.as_of)]
        for item in self.scored:
            if item.judgement.status in BAD and item.judgement.standing == "current":
                sentence = item.judgement.sentence_en if language == "en" else item.judgement.sentence_ja
                said.append(f"{words.named(item.entry.definition)}: {status_word(item.judgement.status, language)}。{sentence}" if language == "ja"
                            else f"{words.named(item.entry.definition)}: {status_word(item.judgement.status, language)}. {sentence}")  # fmt: skip
        for project in self.projects:
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
        found = []
        for item in headlines(self.scored):
            valued = sorted((f for f in item.figures if f.value is not None), key=lambda f: (f.period.end, f.period.start))
            if len(valued) < 2:
                continue
            path = path_of(item, as_of=self.as_of)
            points = tuple((f.period, float(f.value or 0.0), planned_on(path, f.period.end)) for f in valued)
            found.append(Drawn(item, points))
        return found

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


def quarter_report(store: Store, period_code: str, *, language: str = "ja", known_at: datetime | None = None) -> QuarterReport:
    """Gather the material of a quarter.

    Args:
        store: the working figures, or an edition.
        period_code: as ``FY2022-Q3``.
        language: ``ja`` or ``en``.
        known_at: only what was known by this UTC instant counts; ``None`` means all.
    """
    period = quarter(period_code)
    book = store.book()
    every = score_all(book, as_of=period.end, known_at=known_at)
    own = own_scope(every)
    before = own_scope(score_all(book, as_of=period.start - timedelta(days=1), known_at=known_at))
    tables: dict[str, Sequence[Mapping[str, Any]]] = {
        **{model.__name__: store.all_of(model) for model in (*PROJECT_TABLES, *BUREAU_TABLES)},
        **{model.__name__: store.known(model, known_at=known_at) for model in (models.Milestone, models.Facility)},
        "Procedure": by_bureau(store, as_of=period.end, known_at=known_at),
    }
    projects = project_reports(tables, every, as_of=period.end, known_at=known_at)
    bureaus = bureau_reports(book.organisation, every, projects, tables, as_of=period.end)
    return QuarterReport(
        period, Words(language), store.is_sample(), book, tuple(own), tuple(shifts(before, own, since=period.start - timedelta(days=1))),
        tuple(projects), tuple(m for p in projects for m in p.milestones if of_quarter(m, period)),
        tuple(b for b in bureaus if b.is_valid), tuple(_coverage(own, period)),
    )  # fmt: skip


def of_quarter(milestone: Milestone, period: Period) -> bool:
    """Say whether a milestone was due, done or reported in a quarter."""
    days = [milestone.due, milestone.actual]
    return milestone.reported_period == period.code or any(g is not None and period.contains(g.day) for g in days)


def _coverage(own: Sequence[Scored], period: Period) -> list[tuple[Scored, RollUp]]:
    """Return for each indicator the last reports of the quarter, with what they add up to."""
    found = []
    for item in own:
        ended = [r for r in item.rolled if quarter_code(parse_period(r.period_code).end) == period.code]
        held = [r for r in ended if not r.is_published_only]
        if held:
            found.append((item, held[-1]))
    return found
