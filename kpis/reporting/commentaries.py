"""Judge a bureau as if its report were approved, and find the figures and projects it must still explain. Above the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kpis.figures.attention import OPEN_STATES
from kpis.figures.commented import NEEDING, commentary_code, says_why
from kpis.figures.consistency import outside_time
from kpis.figures.projects import Milestone, milestones_on, project_status
from kpis.figures.records import Figure
from kpis.figures.scorecard import WHOLE, Scored, score_all, tally
from kpis.grouped import grouped
from kpis.languages import say
from kpis.periods import parse_period, periods_asked
from kpis.reporting.comparison import OBSERVATIONS, Comparison, Current, ReportedRow, RowKey, figure_of, merged, with_figures
from kpis.store import tables
from kpis.store.fields import records
from kpis.store.store import Store
from kpis.text import named, status_word
from kpis.vocabulary import Part, RowKind

Figures = dict[tuple[str, str], list[Figure]]  # (indicator, unit)
Stored = Mapping[RowKey, Current]


def figures_of(comparison: Comparison, current: Stored) -> Figures:
    """Return the figures of a report as the newest vintages; undecided cells give none."""
    figures: Figures = {}
    for change in comparison.rows:
        row = change.row
        if row.kind != OBSERVATIONS or not any(c.counts for c in change.cells) or any(c.is_unread for c in change.cells):
            continue
        stored = current.get((row.kind, row.key))
        vintage = stored.vintage + 1 if stored else 1
        withdrawn = stored.values["vintage"] if change.withdraws and stored else None
        assert withdrawn is None or isinstance(withdrawn, int)
        figure = figure_of(row.key, merged(row, change.cells, stored), vintage=vintage, withdraws_vintage=withdrawn)
        figures.setdefault((row.key[0], row.key[1]), []).append(figure)
    return figures


def asked_of(store: Store, bureau: str, period: str) -> list[str]:
    """Return the indicators that a bureau must report for a period, in catalogue order."""
    organisation, report = store.organisation(), parse_period(period)

    def is_asked(row: Mapping[str, object]) -> bool:
        periods = periods_asked(str(row["frequency"]), report)
        return bool(row["is_reported_by_bureaus"]) and any(
            outside_time(bureau, parse_period(p), organisation) is None for p in periods
        )

    return [row["indicator_code"] for row in store.all_of(tables.Indicator) if is_asked(row)]


def standing(store: Store, bureau: str, codes: Sequence[str], *, as_of: date, figures: Figures | None = None) -> dict[str, Scored]:
    """Return the bureau's judgements for these indicators, including figures not stored yet."""
    book = store.book(codes, units=[bureau])
    if figures:
        book = with_figures(book, figures)
    return {item.entry.definition.code: item for item in score_all(book, as_of=as_of, unit=bureau)}


@dataclass(frozen=True, slots=True)
class Unspoken:
    """An indicator or project that a bureau must still explain."""

    code: str
    named: object  # its row, for its name
    scored: Scored | None = None  # the indicator's judgement; ``None`` for a project
    status: str = ""  # as computed; for a project with late milestones only, that of its indicators
    late: tuple[Milestone, ...] = ()  # a project's milestones whose day has passed without a result

    @property
    def is_project(self) -> bool:
        """Return whether it is a project."""
        return self.scored is None

    def sentence(self, language: str = "ja") -> str:
        """Return its status in words: for a project the status and its late milestones."""
        if self.scored is not None:
            return self.scored.sentence(language)
        names = (
            f"{named(milestone, language=language)} {milestone.due.label(language) if milestone.due else ''}".strip()
            for milestone in self.late
        )
        parts = [status_word(self.status, language)] if self.status in NEEDING else []
        if self.late:
            parts.append(say("milestones_late", language, milestones=say("list_comma", language).join(names)))
        return say("list_comma", language).join(parts)


def projects_led(store: Store, bureau: str, *, as_of: date) -> list[str]:
    """Return the projects that a bureau leads on a day, in catalogue order: only these it must explain."""
    rows = store.all_of(tables.ProjectBureau, bureau_code=bureau, role=Part.LEAD)
    led = {
        row["project_code"] for row in rows if (row["valid_from"] or as_of) <= as_of <= (row["valid_to"] or as_of)
    }  # fmt: skip
    return [row["project_code"] for row in store.all_of(tables.Project) if row["project_code"] in led]


def needing(
    store: Store, bureau: str, *, as_of: date, figures: Figures | None = None, rows: Iterable[ReportedRow] = ()
) -> tuple[Unspoken, ...]:
    """Return the projects that a bureau leads and must explain: off track by their indicators, or with a late milestone.

    Args:
        figures: not stored yet.
        rows: of the report, whose milestone days count.
    """
    led = projects_led(store, bureau, as_of=as_of)
    if not led:
        return ()
    codes = [row["indicator_code"] for row in store.all_of(tables.Indicator) if row["project_code"] in led]
    book = store.book(codes)
    book = with_figures(book, figures) if figures else book
    scored = (item for item in score_all(book, as_of=as_of, view=WHOLE) if item.entry.is_own_scope)
    own = grouped((item.entry.project_code, item) for item in scored)
    late = _late(store, led, as_of, rows)
    projects = {row["project_code"]: row for row in store.all_of(tables.Project)}
    led_projects = [
        Unspoken(code, projects[code], None, project_status(tally(own.get(code, ()))), tuple(late.get(code, ()))) for code in led
    ]
    return tuple(project for project in led_projects if project.status in NEEDING or project.late)


def _late(store: Store, led: Sequence[str], as_of: date, rows: Iterable[ReportedRow]) -> dict[str, list[Milestone]]:
    given = {row.key[0]: row.fields for row in rows if row.kind == RowKind.MILESTONE}
    listed = records(tables.Milestone, [row for code in led for row in store.all_of(tables.Milestone, project_code=code)])
    days = records(tables.MilestoneDate, store.all_of(tables.MilestoneDate))
    late: dict[str, list[Milestone]] = {}
    for milestone in milestones_on(listed, days, as_of=as_of):
        days_of = given.get(milestone.code, {})
        done, again = days_of.get("actual_end"), days_of.get("replanned_end")
        is_answered = bool(days_of.get("ended_reason")) or (isinstance(done, date) and done <= as_of)
        if milestone.state in OPEN_STATES and not is_answered and not (isinstance(again, date) and again >= as_of):
            late.setdefault(milestone.project_code, []).append(milestone)
    return late


def unspoken(
    store: Store, *, bureau: str, period: str, rows: Iterable[ReportedRow], comparison: Comparison, current: Stored, as_of: date
) -> tuple[Unspoken, ...]:
    """Return the figures and projects that a bureau must explain and has not, judged as if its report were approved, in catalogue order.

    They are judged on the last day of the report's period: a commentary is on that period, even if reported or corrected later.

    Args:
        current: stored values of its rows.
        as_of: the present day; the period may not be over.
    """
    codes, as_of = asked_of(store, bureau, period), min(as_of, parse_period(period).end)
    rows, figures = list(rows), figures_of(comparison, current)
    lacking = [
        Unspoken(code, item.entry.definition, item, item.judgement.status)
        for code, item in standing(store, bureau, codes, as_of=as_of, figures=figures).items()
        if item.judgement.status in NEEDING
    ]
    lacking += needing(store, bureau, as_of=as_of, figures=figures, rows=rows)
    if not lacking:
        return ()
    by_code = {row["commentary_code"]: row for row in store.all_of(tables.Commentary, bureau_code=bureau, period_code=period)}
    commentaries: dict[str, Mapping[str, object]] = {code: row for code, row in by_code.items()}
    for row in rows:
        if row.kind == RowKind.COMMENTARY:
            commentaries[row.key[0]] = {**commentaries.get(row.key[0], {}), **row.fields}
    return tuple(
        subject for subject in lacking if not says_why(commentaries.get(commentary_code(bureau, subject.code, period), {}))
    )
