"""Reports on bureaus: indicators owed and reported, statuses, milestones and registers, for one bureau and for all. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kpis.figures import facilities as registered
from kpis.figures.facilities import Facility
from kpis.figures.listed import APART, RowStanding
from kpis.figures.organisation import Organisation, Succession, Unit
from kpis.figures.projects import Milestone, ProjectReport
from kpis.figures.scorecard import Scored, Tally, tally
from kpis.government import government
from kpis.grouped import grouped
from kpis.store import tables


@dataclass(frozen=True, kw_only=True, slots=True)
class BureauReport:
    """One bureau on a day."""

    unit: Unit
    is_valid: bool  # it exists on the day
    scored: tuple[Scored, ...]  # judgements of its part of indicators shared with other bureaus, with figures, in catalogue order
    own: tuple[Scored, ...]  # judgements of indicators of its own scope, with figures, not comparable with those of other bureaus
    owed: tuple[str, ...]  # codes of the indicators that every bureau reports
    # of the projects it leads (or led on the milestone's day); those of shared leads count for each leading bureau
    milestones: tuple[Milestone, ...]
    project_codes: tuple[str, ...]  # of the projects it leads
    shared_codes: tuple[str, ...]  # of those it takes part in without leading
    procedures: Mapping[str, int]  # count of the register's procedures by ``digital_status``
    facilities: Mapping[str, int]  # the same by ``cashless_status``
    listed: Mapping[str, Mapping[str, int]]  # sheet → status → number of rows, for the registers shown on generic pages
    before: tuple[Succession, ...]  # successions into it
    after: tuple[Succession, ...]  # successions out of it

    @property
    def code(self) -> str:
        """Return the bureau's code."""
        return self.unit.code

    @property
    def reported(self) -> tuple[str, ...]:
        """Return the codes of the owed indicators for which the bureau has a figure."""
        codes = {s.entry.definition.code for s in self.scored if s.judgement.figure is not None}
        return tuple(code for code in self.owed if code in codes)

    @property
    def figures(self) -> tuple[Scored, ...]:
        """Return every judgement of the bureau with figures: indicators common to all bureaus, then its own."""
        return (*self.scored, *self.own)

    @property
    def tally(self) -> Tally:
        """Return the tally of its indicators by status."""
        return tally(self.figures)

    @property
    def has_anything(self) -> bool:
        """Return whether any data exist for the bureau."""
        return bool(self.figures or self.milestones or self.procedures or self.facilities or any(self.listed.values()))


def milestones_once(reports: Iterable[BureauReport]) -> list[Milestone]:
    """Return the milestones of several bureaus without duplicates from shared leads."""
    return list({m.code: m for r in reports for m in r.milestones}.values())


def home(organisation: Organisation, code: str, *, as_of: date, view: str) -> str:
    """Return the bureau under which a bureau's register rows are shown: in ``now``, its successor where there is exactly one."""
    if view != "now":
        return code
    last = organisation.last_day(code)
    if last is None or last >= as_of:
        return code
    shares, _ = organisation.shares(code, last, on=as_of)
    return next(iter(shares)) if len(shares) == 1 else code


def leads_of(report: ProjectReport, organisation: Organisation, day: date, *, role: str = "lead") -> set[str]:
    """Return the bureaus that lead a project on a day, else those that ever led it, preferring those that still exist."""
    leads = [b for b in report.bureaus if b.role == role]
    then = [b for b in leads if (b.valid_from or day) <= day <= (b.valid_to or day)] or leads
    alive = {b.bureau_code for b in then if organisation.by_code[b.bureau_code].is_valid_on(day)}
    return alive or {b.bureau_code for b in then}


@dataclass(frozen=True, slots=True)
class _OfProjects:
    """Milestones, codes of projects led and codes of projects shared in, each by bureau code."""

    milestones: dict[str, list[Milestone]]
    led: dict[str, list[str]]
    shared: dict[str, list[str]]


def _of_projects(organisation: Organisation, projects: Iterable[ProjectReport], *, as_of: date, view: str) -> _OfProjects:
    """Return milestones and projects by bureau; a milestone belongs to its day's leads, or in ``now`` to the leads on ``as_of``."""

    def homes(report: ProjectReport, day: date, role: str = "lead") -> set[str]:
        return {home(organisation, code, as_of=as_of, view=view) for code in leads_of(report, organisation, day, role=role)}

    by_bureau = _OfProjects(defaultdict(list), defaultdict(list), defaultdict(list))
    for report in projects:
        for milestone in report.milestones:
            day = milestone.due.day if milestone.due else (milestone.actual.day if milestone.actual else as_of)
            for code in homes(report, as_of if view == "now" else min(day, as_of)):
                by_bureau.milestones[code].append(milestone)
        leading = homes(report, as_of)
        for code in leading:
            by_bureau.led[code].append(report.code)
        for code in homes(report, as_of, "member") - leading:
            by_bureau.shared[code].append(report.code)
    return by_bureau


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterRows:
    """The rows of the registers as of a day, to be counted by bureau."""

    listed: Mapping[str, Iterable[RowStanding]] = field(default_factory=dict)
    facilities: Iterable[Facility] = ()
    procedures: Iterable[tuple[str, str, int]] = ()  # (bureau, status, count): a national register has tens of thousands


def bureau_reports(
    organisation: Organisation,
    scored: Iterable[Scored],
    projects: Sequence[ProjectReport],
    registers: RegisterRows,
    *,
    as_of: date,
    view: str = "then",
    owed: Iterable[str] = (),
) -> list[BureauReport]:
    """Return every bureau that exists on a day, then abolished ones with data, in catalogue order.

    Args:
        scored: judgements of the day, in the same view.
        view: ``then``: milestones and registers under the bureau of their day; ``now``: under its successor.
        owed: codes of the indicators that every bureau reports.
    """
    parts: dict[str, list[Scored]] = {}
    own: dict[str, list[Scored]] = {}
    for item in scored:
        if item.figures:
            (own if item.entry.is_own_scope else parts).setdefault(item.entry.unit_code, []).append(item)
    of_projects = _of_projects(organisation, projects, as_of=as_of, view=view)

    def counted(statuses: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = defaultdict(Counter)
        for bureau, status, count in statuses:
            if bureau:
                counts[home(organisation, bureau, as_of=as_of, view=view)][status] += count
        return dict(counts)

    procedures_of = counted(registers.procedures)
    facilities_of = counted((f.bureau, f.status, 1) for f in registered.counted(registers.facilities))
    listed_of = {
        sheet: counted((r.bureau, r.status, 1) for r in rows if r.status not in APART) for sheet, rows in registers.listed.items()
    }
    every_owed = tuple(owed)
    reports = []
    for unit in organisation.units:
        if unit.kind not in government().bureau_kinds:
            continue
        reports.append(
            BureauReport(
                unit=unit, is_valid=unit.is_valid_on(as_of), scored=tuple(parts.get(unit.code, ())),
                own=tuple(own.get(unit.code, ())), owed=every_owed,
                milestones=tuple(of_projects.milestones.get(unit.code, ())), project_codes=tuple(of_projects.led.get(unit.code, ())),
                shared_codes=tuple(of_projects.shared.get(unit.code, ())), procedures=procedures_of.get(unit.code, {}),
                facilities=facilities_of.get(unit.code, {}),
                listed={sheet: counts.get(unit.code, {}) for sheet, counts in listed_of.items()},
                before=tuple(s for s in organisation.successions if s.successor_code == unit.code),
                after=tuple(s for s in organisation.successions if s.predecessor_code == unit.code),
            )
        )  # fmt: skip
    return sorted((r for r in reports if r.is_valid or r.has_anything), key=lambda r: not r.is_valid)


def reports_of_bureaus(
    organisation: Organisation, submissions: Iterable[tables.Submission], *, as_of: date, view: str
) -> dict[str, tuple[tables.Submission, ...]]:
    """Return the reports of each bureau, newest period first, by the bureau under which they are shown."""
    newest = sorted(submissions, key=lambda s: (s.period_code, s.revision), reverse=True)
    by_bureau = grouped((home(organisation, row.bureau_code, as_of=as_of, view=view), row) for row in newest)
    return {code: tuple(rows) for code, rows in by_bureau.items()}
