"""Projects and their milestones: planned, re-planned and actual days, and the computed status of a project. Pure.

The computed status of a project follows from its indicators by one rule (``PROJECT_RULE``, published in
``docs/projects.md``); a person's confidence stands beside it and never changes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from kpis.figures.assessed import contradicts, history
from kpis.figures.records import BAD
from kpis.figures.scorecard import Scored, Tally, tally
from kpis.grouped import grouped
from kpis.periods import fiscal_year_start, quarter_code, quarter_of
from kpis.store import tables
from kpis.text import known_day, named, text_of
from kpis.vocabulary import DateKind, MilestoneState

PROJECT_RULE = "2026-2"
MILESTONE_STATES = MilestoneState.values()
_DATE_KINDS = DateKind.values()


@dataclass(frozen=True, slots=True)
class GivenDay:
    """One recorded day of a milestone; with another ``precision`` the last day of the month, quarter or year."""

    day: date
    precision: str = "day"
    known_at: datetime | None = None
    is_reported: bool = False

    @property
    def first_day(self) -> date:
        """Return the first day within the precision."""
        if self.precision == "month":
            return self.day.replace(day=1)
        if self.precision == "quarter":
            return quarter_of(self.day).start
        return fiscal_year_start(self.day) if self.precision == "year" else self.day

    def label(self, language: str = "ja") -> str:
        """Format the day at its precision: a day, a month, a quarter or a fiscal year."""
        return known_day(self.day, self.precision, language)


@dataclass(frozen=True, kw_only=True, slots=True)
class Milestone:
    """A milestone as of a day: all its recorded days, its state and its slip.

    ``state``: ``done``; ``late`` (the planned day passed without a reported result); ``missed`` (it
    passed, and the published result fell short); ``not_seen``
    (it passed, but published pages were only partly readable, so that the result may exist); ``coming``; ``undated``;
    ``cancelled`` (it ended on a day without a result; one that was entered by mistake is left out).
    ``slip_days`` runs from the first planned day to the actual, else the last re-planned day; 0 where the two fall within
    each other's precision; ``is_slip_exact`` where both are days. ``further``: its name in every language, as ``name_fr``.
    """

    code: str
    project_code: str
    name_ja: str
    name_en: str
    planned_start: date | None
    planned: tuple[GivenDay, ...]
    replanned: tuple[GivenDay, ...]
    actual: GivenDay | None
    state: str
    slip_days: int | None
    is_slip_exact: bool
    stage_ja: str
    reported_period: str
    source_code: str
    is_sample: bool
    note_ja: str
    note_en: str
    further: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def due(self) -> GivenDay | None:
        """Return the due day: as last re-planned, else as last planned."""
        return self.replanned[-1] if self.replanned else (self.planned[-1] if self.planned else None)

    @property
    def last_day(self) -> date | None:
        """Return the latest known day of the milestone, for sorting."""
        days = [g.day for g in (*self.planned, *self.replanned, self.actual) if g is not None]
        return max(days, default=self.planned_start)


def slip(first: GivenDay | None, final: GivenDay | None) -> tuple[int | None, bool]:
    """Return the days from the first planned day to another, and whether both are exact to the day."""
    if first is None or final is None:
        return None, False
    exact = first.precision == "day" and final.precision == "day"
    if not exact and final.first_day <= first.day and first.first_day <= final.day:
        return 0, False
    return (final.day - first.day).days, exact


def reported_code(text: str | None) -> str:
    """Return the quarter in which a milestone was reported as a period code: ``FY2021-Q2`` for ``FY2021Q2``."""
    quarter = re.fullmatch(r"FY(\d{4})-?Q([1-4])", text or "")
    return f"FY{quarter[1]}-Q{quarter[2]}" if quarter else (text or "")


def milestones_on(
    rows: Iterable[tables.Milestone], dates: Iterable[tables.MilestoneDate], *, as_of: date, known_at: datetime | None = None
) -> list[Milestone]:
    """Return every milestone as of a day.

    Args:
        dates: of the table ``milestone_date``: every recorded day.
        as_of: actual days after it are ignored.
        known_at: days that became known after this UTC instant are ignored.
    """
    given: dict[str, dict[str, list[GivenDay]]] = {}
    days_then = [d for d in dates if known_at is None or d.known_at <= known_at]
    taken_back = {(d.milestone_code, d.date_kind, d.withdraws_vintage) for d in days_then}
    for entry in sorted(days_then, key=lambda d: (d.milestone_code, d.date_kind, d.vintage)):
        if entry.withdraws_vintage is not None or (entry.milestone_code, entry.date_kind, entry.vintage) in taken_back:
            continue  # a withdrawn day
        kinds = given.setdefault(entry.milestone_code, {kind: [] for kind in _DATE_KINDS})
        day = GivenDay(entry.day, entry.precision, entry.known_at, entry.submission_id is not None)
        kinds[entry.date_kind].append(day)
    none: dict[str, list[GivenDay]] = {kind: [] for kind in _DATE_KINDS}
    stood = (row for row in rows if row.ended_reason != "mistake")
    return [_milestone(row, given.get(row.milestone_code, none), as_of) for row in stood]


def _milestone(row: tables.Milestone, given: Mapping[str, list[GivenDay]], as_of: date) -> Milestone:
    planned, replanned = given["planned"], given["replanned"]
    actual = next((g for g in given["actual"][-1:] if g.day <= as_of), None)  # the last stated; one corrected since does not count
    due = replanned[-1] if replanned else (planned[-1] if planned else None)
    is_kept = row.is_sample or any(g.is_reported for days_of_kind in given.values() for g in days_of_kind)
    if actual is not None:
        state = "done"
    elif row.ended_on is not None and row.ended_on <= as_of:
        state = "cancelled"
    elif due is None:
        state = "undated"
    elif due.day >= as_of:
        state = "coming"
    else:
        state = "missed" if row.is_missed else "late" if is_kept or (not row.stage_ja and due.precision == "day") else "not_seen"
    days, exact = slip(planned[0] if planned else None, actual or (replanned[-1] if replanned else None))
    return Milestone(
        code=row.milestone_code, project_code=row.project_code, name_ja=named(row),
        name_en=text_of(row, "name", "en"), planned_start=row.planned_start, planned=tuple(planned),
        replanned=tuple(replanned), actual=actual, state=state, slip_days=days, is_slip_exact=exact, stage_ja=row.stage_ja,
        reported_period=reported_code(row.reported_period),
        source_code=row.source_code, is_sample=row.is_sample, note_ja=row.note_ja, note_en=row.note_en,
        further={name: text for name, text in vars(row).items() if name.startswith("name_")},
    )  # fmt: skip


def project_status(counts: Tally) -> str:
    """Judge a project from the statuses of its own indicators.

    Only indicators judged by a current figure vote. None behind and none slightly behind: ``reached`` if all are
    reached, else ``on_track``. Half or more of them behind (or missed, moving away, lost): ``behind``. Otherwise
    ``slightly_behind``. Without a vote: ``unreported`` where a target's day has passed without a result, else ``no_current``
    where there was a judgement earlier, else ``no_data`` where no figure is known at all, else ``not_applicable``.
    """
    if not counts.judged:
        if counts.unreported:
            return "unreported"
        if counts.last_known:
            return "no_current"
        return "not_applicable" if any(n for s, n in counts.unjudged.items() if s != "no_data") else "no_data"
    bad = counts.now(*BAD)
    if bad * 2 >= counts.judged:
        return "behind"
    if bad or counts.now("slightly_behind"):
        return "slightly_behind"
    return "reached" if counts.now("reached") == counts.judged else "on_track"


@dataclass(frozen=True, slots=True)
class NameInVersion:
    """The name of a project in a strategy version: the stored row, and the version, or ``None`` where it is not listed."""

    row: tables.ProjectVersion
    version: tables.StrategyVersion | None

    @property
    def version_code(self) -> str:
        """Return the code of the version."""
        return self.row.strategy_version

    def version_name(self, language: str) -> str:
        """Return the name of the version, or its code where it is not listed."""
        return named(self.version, language=language) if self.version else self.version_code


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectReport:
    """A project as of a day: its row, its names by strategy version, its bureaus, and its status."""

    row: tables.Project
    names: tuple[NameInVersion, ...]  # in the order of versions
    bureaus: tuple[tables.ProjectBureau, ...]  # in the order of units
    scored: tuple[Scored, ...]
    milestones: tuple[Milestone, ...]
    tally: Tally
    status: str
    confidence: tables.Assessment | None  # the last one reviewed by the day
    confidences: tuple[tables.Assessment, ...]
    predecessor_codes: tuple[str, ...]  # of the projects that it succeeds
    version: tables.StrategyVersion | None = None  # the first that names the project

    @property
    def code(self) -> str:
        """Return the project's code."""
        return self.row.project_code

    @property
    def is_contradicted(self) -> bool:
        """Return whether the confidence and the computed status contradict each other."""
        return self.confidence is not None and contradicts(self.confidence.confidence, self.status)

    @property
    def first_version(self) -> str:
        """Return the first strategy version that names the project; blank where none does."""
        return self.names[0].version_code if self.names else ""

    @property
    def last_reported(self) -> str:
        """Return the last quarter in which a milestone was reported or an indicator has a figure; blank where none."""
        quarters = [m.reported_period for m in self.milestones if m.reported_period]
        quarters += [quarter_code(s.judgement.figure.period.end) for s in self.scored if s.judgement.figure]
        return max(quarters, default="")

    def count_of(self, state: str) -> int:
        """Return the number of milestones in a state."""
        return sum(1 for m in self.milestones if m.state == state)


def in_order(versions: Iterable[tables.StrategyVersion]) -> list[tables.StrategyVersion]:
    """Return the strategy versions in chronological order, which their codes do not give."""
    return sorted(versions, key=lambda v: v.sort_order)


def numberings(versions: Iterable[tables.StrategyVersion]) -> list[list[tables.StrategyVersion]]:
    """Return the versions grouped by shared project numbers: a version with new numbers begins a group."""
    lists: list[list[tables.StrategyVersion]] = []
    for version in in_order(versions):
        if not lists or version.is_renumbered:
            lists.append([])
        lists[-1].append(version)
    return lists


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectRows:
    """All stored rows of projects."""

    projects: Sequence[tables.Project]  # in catalogue order
    versions: Iterable[tables.StrategyVersion]
    names: Iterable[tables.ProjectVersion]
    bureaus: Iterable[tables.ProjectBureau]
    milestones: Iterable[tables.Milestone]  # as known at the instant asked
    dates: Iterable[tables.MilestoneDate]  # every recorded day of milestones
    confidences: Iterable[tables.Assessment]  # assessments by the reform office


def project_reports(
    rows: ProjectRows, scored: Iterable[Scored], *, as_of: date, known_at: datetime | None = None
) -> list[ProjectReport]:
    """Return every project as of a day, in catalogue order.

    Args:
        scored: judgements of the same day; those of an indicator's own scope count.
        known_at: ignore milestone days and confidences that became known later (UTC); ``None`` ignores nothing.
    """
    own = grouped((item.entry.project_code, item) for item in scored if item.entry.is_own_scope)
    by_project = grouped(
        (milestone.project_code, milestone)
        for milestone in milestones_on(rows.milestones, rows.dates, as_of=as_of, known_at=known_at)
    )
    version_of = {v.version_code: v for v in in_order(rows.versions)}
    order = {code: place for place, code in enumerate(version_of)}
    in_time = sorted(rows.names, key=lambda n: (order.get(n.strategy_version, len(order)), n.strategy_version))
    names_of = grouped((name.project_code, name) for name in in_time)
    bureaus_of = grouped((b.project_code, b) for b in sorted(rows.bureaus, key=lambda b: (b.valid_from or date.min, b.id)))
    said_of = history(rows.confidences, as_of=as_of, known_at=known_at)
    before = grouped((row.successor_code, row.project_code) for row in rows.projects if row.successor_code)
    reports = []
    for row in rows.projects:
        code = row.project_code
        found_own = tally(own.get(code, ()))
        assessments = said_of.get(code, ())
        called = tuple(NameInVersion(name, version_of.get(name.strategy_version)) for name in names_of.get(code, ()))
        reports.append(
            ProjectReport(
                row=row, names=called, bureaus=tuple(bureaus_of.get(code, ())),
                scored=tuple(own.get(code, ())), milestones=tuple(by_project.get(code, ())), tally=found_own,
                status=project_status(found_own),
                confidence=assessments[-1] if assessments else None, confidences=assessments, predecessor_codes=tuple(before.get(code, ())),
                version=called[0].version if called else None,
            )
        )  # fmt: skip
    return reports
