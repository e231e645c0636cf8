"""What the overview says: its conclusion, how old the figures are, the core projects, and what changed last."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from kpis.measures import Figure, Goal
from kpis.scorecard import Book, Change, Scored, count_by_status, latest_changes
from kpis.text import format_date, format_difference, format_value, status_colour, status_icon, status_word
from pages.parts import cached
from pages.parts.cards import headline_value, status_marks
from pages.parts.entry import as_of
from pages.parts.series import arrow
from pages.parts.text import language, named, t
from pages.parts.themes import headlines

GOOD, BAD = ("reached", "on_track"), ("behind", "missed", "moving_away", "reached_then_lost")
UNJUDGED = ("not_due", "no_data", "not_applicable", "qualitative")
CHANGES = 6


@dataclass(frozen=True, slots=True)
class Summary:
    """The texts of the page, made once per revision, day and language."""

    title: str
    lead: str
    marks: str
    projects: pa.Table
    changes: str


def conclusion(every: list[Scored]) -> str:
    """Say in one sentence whether the reforms are on track, and name what is ahead and what fell short, and by how much."""
    counts = count_by_status(every)
    judged = sum(n for status, n in counts.items() if status not in UNJUDGED)
    said = t("conclusion", judged=judged, good=sum(counts.get(s, 0) for s in GOOD))
    shown = sorted(
        (s for s in headlines(every) if s.judgement.figure), key=lambda s: s.judgement.figure.period.end, reverse=True  # type: ignore[union-attr]
    )  # fmt: skip
    short = [p for s in shown if s.judgement.status in BAD and (p := phrase(s))][:2]
    ahead = [p for s in shown if s.judgement.status in GOOD and (p := phrase(s, is_last=not short))][:1]
    return t("conclusion_named", said=said, named=t("comma").join([*ahead, *short])) if ahead or short else said


def phrase(item: Scored, *, is_last: bool = True) -> str:
    """Return the few words with which the conclusion names an indicator; nothing where there is no target to name."""
    definition, judged = item.entry.definition, item.judgement
    if judged.goal is None or judged.figure is None or judged.figure.value is None:
        return ""
    gap = judged.figure.value - judged.goal.value if judged.status in ("missed", "reached_then_lost") else judged.variance or 0.0
    key = judged.status
    if key == "on_track" and definition.sign * gap > 0:
        key = "ahead" if is_last else "ahead_and"
    return t(
        f"phrase_{key}", name=named(definition), gap=format_difference(gap, definition, language()),
        target=format_value(judged.goal.value, definition, language()),
    )  # fmt: skip


def lead(every: list[Scored]) -> str:
    """Say how complete and how old the figures are."""
    counts = count_by_status(every)
    newest = max(s.judgement.figure.period.end for s in every if s.judgement.figure)
    return t(
        "conclusion_lead",
        total=len(every),
        as_of=format_date(as_of(), language()),
        judged=sum(n for status, n in counts.items() if status not in UNJUDGED),
        no_target=counts.get("not_applicable", 0),
        qualitative=counts.get("qualitative", 0),
        no_data=counts.get("no_data", 0),
        newest=format_date(newest, language()),
        age=f"{(as_of() - newest).days:,}",
    )


def core_projects(every: list[Scored]) -> pa.Table:
    """Return the core projects that have a stated goal, each with the statuses of its indicators in words."""
    rows = []
    for project in cached.rows("Project"):
        if project["kind"] == "core" and project["goal_ja"]:
            counts = count_by_status(s for s in every if s.entry.project_code == project["project_code"])
            judged = {status: n for status, n in counts.items() if status not in UNJUDGED}
            others = sum(counts.values()) - sum(judged.values())
            marks = f"{status_marks(judged)} {t('others', count=others) if judged else t('none_judged', count=others)}"
            rows.append((named(project), marks.strip()))
    return arrow({t("project"): [name for name, _ in rows], t("status"): [marks for _, marks in rows]})


def changed_last(every: list[Scored], book: Book) -> str:
    """Return what changed last as a list: day, indicator, old value, new value, and why where it was corrected."""
    return "\n".join(f"- {line(change)}" for change in latest_changes(every, book.sources, as_of=as_of(), count=CHANGES))


def line(change: Change) -> str:
    """Return one change as a line of markdown."""
    item, after = change.scored, change.after

    def shown(value: Figure | Goal | None) -> str:
        if isinstance(value, Goal):
            return format_value(value.value, item.entry.definition, language())
        return headline_value(item, value)

    day = t("as_at" if change.is_period_end else "on_day", day=format_date(change.day, language()))
    said = f"{day} :gray-badge[{t('change_' + change.kind)}] {named(item.entry.definition)} "
    if change.kind == "target":
        said += f"{t('target')} "
    said += f"{shown(change.before)} → **{shown(after)}**" if change.before else f"**{shown(after)}**"
    if change.kind == "new":
        status = item.judgement.status
        said += f" :{status_colour(status)}-badge[{status_icon(status)} {status_word(status, language())}]"
    if isinstance(after, Figure) and after.reason_class:
        said += t("because", reason=t("why_" + after.reason_class), text=after.reason_text)
    return said


def summary(every: list[Scored], book: Book) -> Summary:
    """Make every text of the page."""
    return Summary(
        conclusion(every), lead(every), status_marks(count_by_status(every)), core_projects(every), changed_last(every, book)
    )
