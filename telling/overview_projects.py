"""The list of projects on the overview: status now and before, since when off track, milestones, and the next milestone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from charts.shapes import Strip
from kpis.figures.attention import run_of
from kpis.figures.projects import Milestone, ProjectReport
from kpis.figures.records import GOOD
from kpis.text import status_word
from telling import attention, projects
from telling.blocks import Telling

LATE = ("late", "missed")


@dataclass(frozen=True, slots=True)
class OverviewLine:
    """One project: ``good`` of ``judged`` indicators are well; ``done``, ``late`` and ``unseen`` count its milestones."""

    code: str
    name: str
    about: str
    status: str
    word: str
    strip: Strip | None
    since: str
    good: int
    judged: int
    done: int
    late: int
    unseen: int
    next_name: str  # the next milestone, or the last overdue one where none is ahead; blank where there is none
    next_day: str
    is_overdue: bool  # that one is overdue


def lines(
    telling: Telling, reports: Sequence[ProjectReport], *, about: Callable[[ProjectReport], str] | None = None
) -> list[OverviewLine]:
    """Return a line for each project; ``about`` returns the text below its name."""
    return [_line(telling, report, about(report) if about else "") for report in reports]


def _line(telling: Telling, report: ProjectReport, about: str) -> OverviewLine:
    words, stood = telling.words, telling.moment.project_stood(report)
    coming = _next(report.milestones)
    name = projects.called(report, words)
    return OverviewLine(
        code=report.code, name=name, about=about, status=report.status, word=status_word(report.status, words.language),
        strip=attention.strip(stood, words, name=name), since=attention.since_words(run_of(reversed(stood)), words),
        good=report.tally.now(*GOOD), judged=report.tally.judged, done=report.count_of("done"),
        late=sum(report.count_of(state) for state in LATE), unseen=report.count_of("not_seen"),
        next_name=words.named(coming) if coming else "", next_day=coming.due.label(words.language) if coming and coming.due else "",
        is_overdue=coming is not None and coming.state != "coming",
    )  # fmt: skip


def _next(milestones: Sequence[Milestone]) -> Milestone | None:
    dated = sorted((m for m in milestones if m.due is not None), key=lambda m: m.due.day)  # type: ignore[union-attr]
    coming = [m for m in dated if m.state == "coming"]
    late = [m for m in dated if m.state == "late"]
    return coming[0] if coming else late[-1] if late else None
