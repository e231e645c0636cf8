"""What the overview says: its conclusion, how old the figures are, the core projects, and what changed last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from kpis.as_text import markdown
from kpis.figures.projects import ProjectReport
from kpis.figures.records import Figure, Goal
from kpis.figures.scorecard import Book, Change, Scored, latest_changes, tally
from kpis.store import tables
from kpis.text import format_date, format_value
from pages.parts import cached
from pages.parts.cards import badge_line, headline_value, tally_marks
from pages.parts.entry import as_of
from pages.parts.series import arrow
from pages.parts.text import language, shown_name, t
from telling import projects as told_projects
from telling.overview import conclusion, exclusions, lead
from telling.words import Words

CHANGES = 6


@dataclass(frozen=True, slots=True)
class Summary:
    """The texts of the page, made once per revision, day and language."""

    title: str
    lead: str
    marks: str
    excluded: tuple[str, str]
    projects_heading: str
    projects: pa.Table
    changes: str


def core_projects(reports: Sequence[ProjectReport]) -> pa.Table:
    """Return the core projects, each with the statuses of its indicators in words."""
    rows = [
        (
            told_projects.called(r, Words(language())),
            tally_marks(r.tally, wraps=True, whose={"project": r.code}) or t("no_indicator"),
        )
        for r in reports
    ]
    return arrow({t("project"): [markdown(name) for name, _ in rows], t("status"): [marks for _, marks in rows]})


def changed_last(every: list[Scored], book: Book) -> str:
    """Return what changed last as a list: day, indicator, old value, new value, and why where it was corrected."""
    return "\n".join(f"- {line(change)}" for change in latest_changes(every, book.sources, as_of=as_of(), count=CHANGES))


def line(change: Change) -> str:
    """Return one change as a line of markdown."""
    item, after = change.scored, change.after

    def shown(value: Figure | Goal | None) -> str:
        if isinstance(value, Goal):
            return format_value(value.value, item.entry.definition, language())
        return markdown(headline_value(item, value))

    day = t("as_at" if change.is_period_end else "on_day", day=format_date(change.day, language()))
    said = f"{day} :gray-badge[{t('change_' + change.kind)}] {shown_name(item.entry.definition)} "
    if change.kind == "target":
        said += f"{t('target')} "
    last = t("no_figure") if after is None else shown(after)
    said += f"{shown(change.before)} → **{last}**" if change.before else f"**{last}**"
    if change.kind == "new":
        said += f" {badge_line(item.judgement)}"
    why = change.reason or (after if isinstance(after, Figure) else None)
    if why is not None and why.reason_class:
        said += t("because", reason=Words(language()).reason("why_", why.reason_class), text=markdown(why.reason_text))
    return said


def summary(every: list[Scored], book: Book, *, lessons: Sequence[Scored], others: Sequence[Scored]) -> Summary:
    """Make every text of the page; ``lessons`` and ``others`` are the indicators shown at its top and below."""
    words = Words(language())
    rows = cached.moment().rows(tables.Indicator)
    core = told_projects.core_with_goals(cached.moment().projects)
    return Summary(
        title=markdown(conclusion(every, words)),
        lead=markdown(lead(every, words, as_of=as_of())),
        marks=tally_marks(tally(every), whose={}),
        excluded=(markdown(exclusions(lessons, rows, words)), markdown(exclusions(others, rows, words))),
        projects_heading=told_projects.overview_heading(core, cached.moment().rows(tables.StrategyVersion), words),
        projects=core_projects(core),
        changes=changed_last(every, book),
    )
