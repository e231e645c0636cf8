"""The first page of the meeting pack, 今期の概況: the summary of the quarter, shared by PDF and slides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from charts.shapes import Strip
from kpis.figures.records import GOOD, value_of
from kpis.figures.scorecard import Scored, dated_text, shown_figure, tally
from kpis.figures.sentences import planned_text, standing_word, target_text
from kpis.text import format_date, status_word
from telling import attention
from telling.agenda import Agenda, Decided, Item
from telling.overview import groups, lead, shown_first, theme_name
from telling.shifts import stood
from telling.words import Words

LISTED, TO_DECIDE, CHANGED, PROJECTS = 8, 3, 4, 7  # lines of the first page; the number left out is stated


@dataclass(frozen=True, slots=True)
class PlanBar:
    """A value beside its plan and target, each as a share of the full bar; ``None`` where there is none."""

    value: float
    plan: float | None
    target: float | None


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline indicator in one line: status, theme, name, value, bar, earlier values, and strip."""

    status: str
    word: str
    theme: str
    name: str
    value: str
    bar: PlanBar | None
    before: str
    year_earlier: str
    strip: Strip | None


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A project in one line: status, whether the office's assessment differs, strip and milestones."""

    status: str
    word: str
    name: str
    is_contradicted: bool
    strip: Strip | None
    done: int
    late: int
    not_seen: int


@dataclass(frozen=True, slots=True)
class Front:
    """今期の概況."""

    headline: str
    lead: str
    counts: tuple[tuple[str, int, tuple[tuple[str, str, int], ...]], ...]  # (group label, total, (status, word, count) of each)
    decided: tuple[Decided, ...]  # decisions made
    to_decide: tuple[str, ...]  # decisions to make, where none was made
    rows: tuple[attention.OffTrackRow, ...]
    headlines: tuple[Headline, ...]
    projects: tuple[ProjectLine, ...]
    trend: Scored | None
    changes: tuple[tuple[str, str, str], ...]
    left_out: tuple[int, int, int, int]  # rows left out of decisions, changes, projects


def front(agenda: Agenda) -> Front:
    """Return the first page."""
    report, w = agenda.report, agenda.words
    counted, rows, wanted, shifts = tally(report.scored), agenda.rows, agenda.to_decide(), report.shifts
    first, projects = shown_first(report.scored), _projects(agenda)
    status_groups = [
        (label or status_word("unreported", w.language), sum(counts.values()), _each(counts, w))
        for _, label, counts in groups(counted, w)
    ]
    now = sum(1 for row in rows if row.is_current and row.kind == "indicator" and row.status != "unreported")
    headline = "conclusion_none" if not counted.judged else "pack_headline" if now else "pack_headline_none"
    return Front(
        headline=w(headline, judged=counted.judged, good=counted.now(*GOOD), off=now),
        lead=w.together((lead(report.scored, w, as_of=report.as_of), w("pack_two_days", day=format_date(agenda.day, w.language)))),
        counts=tuple(status_groups), decided=tuple(agenda.taken), to_decide=tuple(wanted[:TO_DECIDE]),
        rows=tuple(rows[:LISTED]), headlines=tuple(_headline(item, agenda) for item in first.of_themes), projects=tuple(projects[:PROJECTS]),
        trend=first.trend,
        changes=tuple((w.named(s.after.entry.definition), *stood(s, w)) for s in shifts[:CHANGED]),
        left_out=(max(0, len(rows) - LISTED), max(0, len(wanted) - TO_DECIDE), max(0, len(shifts) - CHANGED), max(0, len(projects) - PROJECTS)),
    )  # fmt: skip


def _each(counts: object, words: Words) -> tuple[tuple[str, str, int], ...]:
    count_of = dict(counts) if isinstance(counts, dict) else {}
    return tuple((status, status_word(status, words.language), count) for status, count in count_of.items() if count)


def _headline(item: Scored, agenda: Agenda) -> Headline:
    w, judged, moment = agenda.words, item.judgement, agenda.report.moment
    return Headline(
        status=judged.status if judged.standing != "last_known" else "no_current", word=standing_word(judged, w.language),
        theme=theme_name(item.entry.theme, w), name=w.named(item.entry.definition),
        value=shown_figure(item, judged.figure, w.language) if judged.figure else "―", bar=_bar(item),
        before=dated_text(item, judged.previous, w.language, is_in_table=True),
        year_earlier=dated_text(item, judged.year_earlier, w.language, is_in_table=True),
        strip=attention.strip(moment.stood(item), w, name=w.named(item.entry.definition)),
    )  # fmt: skip


def _bar(item: Scored) -> PlanBar | None:
    judged, definition = item.judgement, item.entry.definition
    value = value_of(definition, judged.figure) if judged.figure else None
    goal, plan = judged.goal.value if judged.goal else None, judged.planned_value
    ends = [end for end in (value, goal, plan) if end is not None]
    if value is None or (goal is None and plan is None) or min(ends) < 0 or not max(ends):
        return None
    full = 100.0 if definition.unit_ja == "%" and max(ends) <= 100 else max(ends) * 1.05
    return PlanBar(value / full, None if plan is None else plan / full, None if goal is None else goal / full)


def _projects(agenda: Agenda) -> list[ProjectLine]:
    report, w = agenda.report, agenda.words
    contradicted = {code for code in (p.code for p in report.core) if agenda.is_contradicted(code)}
    listed = sorted((p for p in report.core if p.scored or p.milestones), key=lambda p: not p.tally.judged)  # judged ones first
    return [
        ProjectLine(
            p.status, status_word(p.status, w.language), w.named(p.row), p.code in contradicted,
            attention.strip(report.moment.project_stood(p), w, name=w.named(p.row)) if p.scored else None,
            p.count_of("done"), p.count_of("late") + p.count_of("missed"), p.count_of("not_seen"),
        )
        for p in listed
    ]  # fmt: skip


def facts(item: Item, agenda: Agenda) -> list[tuple[str, str]]:
    """Return the head of an item's page as labels and values: gap, since when, owner, next action, due date."""
    w, row = agenda.words, item.row
    if row is None:
        return [(w("decision_state"), w("agenda_not_off"))]
    return [
        (w("att_gap"), row.gap.text), (w("att_since_head"), row.since or "―"),
        (w("att_bureau"), " ".join(filter(None, (row.bureau or w("att_undecided"), row.answer.owner)))),
        (w("att_due"), row.answer.due_said(w) or w("att_undecided")),
    ]  # fmt: skip


def targets(item: Item, agenda: Agenda) -> str:
    """Format plan and target of an item's indicator; blank for other items."""
    if item.scored is None:
        return ""
    w, judged, definition = agenda.words, item.scored.judgement, item.scored.entry.definition
    rows = [
        f"{w(key)} {text}"
        for key, text in (
            ("planned", planned_text(definition, judged, w.language)),
            ("target", target_text(definition, judged, w.language)),
        )
        if text.strip(" ―-")
    ]
    return w("list_comma").join(rows)


def cells(rows: Sequence[Sequence[object]]) -> list[list[str]]:
    """Return the cells of a block's rows as text."""
    return [[getattr(cell, "text", None) or ("" if cell is None else str(cell)) for cell in row] for row in rows]
