"""Indicators and milestones that need attention: off track on a day, their status at past quarter ends, and since when. Pure.

The status at a quarter end is judged as of that day with the knowledge of the day when the publication lag was over
(``known_then``): figures of a quarter arrive weeks after its end, and later figures and corrections were not known. The last
quarter ended is the present one: its status is that of the day asked (``docs/time.md``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kpis.figures.projects import Milestone, ProjectReport, project_status
from kpis.figures.records import BAD, Judgement
from kpis.figures.scorecard import Scored, tally
from kpis.periods import Period, last_instant, quarter_of

QUARTERS = 8  # of a strip
FURTHEST = 40  # quarters examined for the start of a run
OFF = (*BAD, "slightly_behind", "unreported")  # statuses that require attention
WORST_FIRST = ("missed", "moving_away", "behind", "reached_then_lost", "slightly_behind")
OPEN_STATES = ("missed", "late")  # of milestones whose day has passed without a result


@dataclass(frozen=True, slots=True)
class Stood:
    """The status of an indicator or project at the end of a quarter."""

    quarter: Period
    status: str  # that of the judgement, or ``no_current`` where its figure was stale by then
    judgement: Judgement | None = None  # only for a single indicator


@dataclass(frozen=True, slots=True)
class Since:
    """The first quarter of an unbroken run, and the length of the run in quarters."""

    quarter: Period
    count: int
    is_longer: bool = False  # the run began before the earliest quarter examined
    first_status: str = ""  # of that first quarter, which may be about another target than the present one
    last_status: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OffTrack:
    """One indicator or milestone that is off track on a day."""

    kind: str  # ``indicator`` or ``milestone``
    code: str
    # of the indicator's judgement, or the milestone's state (``missed``, ``late``, or ``slipped``: still to come, later than
    # planned)
    status: str
    project_code: str  # of its project; blank where it has none
    scored: Scored | None = None
    milestone: Milestone | None = None
    stood: tuple[Stood, ...] = ()  # the indicator's status at the end of the last quarters, oldest first
    since: Since | None = None  # start and length of the unbroken run off track

    @property
    def is_known(self) -> bool:
        """Return whether it is known to be off track now: no stale or missing figure, and no day still ahead."""
        if self.scored is not None:
            return self.scored.judgement.standing == "current"
        return self.status in OPEN_STATES


def quarters_until(day: date, count: int = QUARTERS) -> tuple[Period, ...]:
    """Return the last quarters ended by a day, oldest first."""
    quarters: list[Period] = []
    period = quarter_of(day)
    if period.end > day:
        period = _before(period)
    while len(quarters) < count:
        quarters.append(period)
        period = _before(period)
    return tuple(reversed(quarters))


def _before(quarter: Period) -> Period:
    return quarter_of(quarter.start - timedelta(days=1))


def known_then(quarter: Period, lag_days: int, known_at: datetime | None) -> datetime:
    """Return the instant whose knowledge a past quarter is judged by: the end of its publication lag, or ``known_at`` if earlier."""
    then = last_instant(quarter.end + timedelta(days=lag_days))
    return then if known_at is None else min(then, known_at)


def stood_at(quarter: Period, judgement: Judgement) -> Stood:
    """Return the status of an indicator at the end of a quarter; a stale figure says nothing of the quarter."""
    status = "no_current" if judgement.standing == "last_known" else judgement.status
    return Stood(quarter, status, judgement)


def project_stood(quarter: Period, indicators: Iterable[Judgement]) -> Stood:
    """Return the status of a project at the end of a quarter, by the rule of projects from its indicators' statuses."""
    return Stood(quarter, project_status(tally(indicators)))


def run_of(backwards: Iterable[Stood]) -> Since | None:
    """Return the run of quarters off track that lasts until now, from quarters newest first; ``None`` where the newest is not off track.

    It ends at the first quarter that is not off track or is unknown: unknown quarters are not counted.
    """
    run: list[Stood] = []
    for stood in backwards:
        if stood.status not in OFF:
            return _since(run)
        run.append(stood)
    return _since(run, is_longer=True)


def _since(run: Sequence[Stood], *, is_longer: bool = False) -> Since | None:
    if not run:
        return None
    return Since(run[-1].quarter, len(run), is_longer=is_longer, first_status=run[-1].status, last_status=run[0].status)


def off_track(own: Iterable[Scored], projects: Iterable[ProjectReport]) -> Iterator[OffTrack]:
    """Yield every indicator and milestone that is off track, without ``since``.

    An indicator with a stale last figure is included: it does not leave the list by no longer being reported. A milestone
    is included where its day has passed and the result fell short or was never given, and where it is still to come but later
    than first planned; not where the result may be on pages that could not be read.
    """
    for item in own:
        if item.judgement.status in OFF:
            code = item.entry.definition.code
            yield OffTrack(
                kind="indicator", code=code, status=item.judgement.status, project_code=item.entry.project_code, scored=item
            )
    for report in projects:
        for milestone in report.milestones:
            state = milestone.state
            if state == "coming" and (milestone.slip_days or 0) > 0:
                state = "slipped"
            if state in OPEN_STATES or state == "slipped":
                yield OffTrack(
                    kind="milestone", code=milestone.code, status=state, project_code=milestone.project_code, milestone=milestone
                )


def weight(item: OffTrack) -> tuple[int, int, int]:
    """Return the sort key of the list: known to be off track first, then by severity, then by duration.

    After these follow milestones whose day has passed, unreported results, stale figures, and milestones that slipped.
    """
    lasted = item.since.count if item.since else 0
    if item.milestone is not None:
        days = item.milestone.slip_days or 0
        return (1, 0, -days) if item.is_known else (4, 0, -days)
    if item.status == "unreported":
        return 2, 0, -lasted
    return (0 if item.is_known else 3), WORST_FIRST.index(item.status), -lasted


def in_order(listed: Iterable[OffTrack]) -> list[OffTrack]:
    """Return the list sorted by ``weight``; items of equal weight stay in catalogue order."""
    return sorted(listed, key=weight)
