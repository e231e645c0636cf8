"""Where to look: what is off track on a day, how it stood at the end of each quarter, and since when it has been so. Pure.

How something stood at a quarter's end is judged as of that day by what was known when the indicator's publication lag after it was over
(``known_then``): a figure of a quarter comes weeks after its end, and what came or was corrected later was not known. The last
quarter ended is the present one: it stands as it does on the day asked (``docs/time.md``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kpis.figures.projects import Milestone, ProjectReport, project_status
from kpis.figures.records import BAD, Judgement
from kpis.figures.scorecard import Scored, tally
from kpis.periods import Period, last_instant, parse_period, quarter_code

QUARTERS = 8  # of a strip
FURTHEST = 40  # quarters that are looked back through for the first of a run
OFF = (*BAD, "slightly_behind", "unreported")  # statuses that ask for somebody's attention
WORST_FIRST = ("missed", "moving_away", "behind", "reached_then_lost", "slightly_behind")
OPEN_STATES = ("missed", "late")  # of milestones whose day has passed without their result


@dataclass(frozen=True, slots=True)
class Stood:
    """How something stood at the end of a quarter.

    ``status`` is that of its judgement; ``no_current`` where it rested on a figure that was old by then. ``judgement`` is there where
    there is one indicator to judge.
    """

    quarter: Period
    status: str
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class Since:
    """The first quarter of a run without a break, and how many quarters it has lasted.

    ``is_longer``: it began before what was looked back through.
    """

    quarter: Period
    count: int
    is_longer: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class OffTrack:
    """One thing that is off track on a day: an indicator, or a milestone.

    Args:
        kind: ``indicator`` or ``milestone``.
        code: of the indicator or milestone.
        status: of the indicator's judgement, or the milestone's state (``missed``, ``late``, or ``slipped``: still to come, later than planned).
        project_code: the project it belongs to; blank where it has none.
        scored: the indicator's judgement.
        milestone: the milestone.
        stood: how the indicator stood at the end of the last quarters, oldest first.
        since: since when it has been off track without a break.
    """

    kind: str
    code: str
    status: str
    project_code: str
    scored: Scored | None = None
    milestone: Milestone | None = None
    stood: tuple[Stood, ...] = ()
    since: Since | None = None

    @property
    def is_known(self) -> bool:
        """Say whether it is known to be off track now: not an old figure, nor one that never came, nor a day still ahead."""
        if self.scored is not None:
            return self.scored.judgement.standing == "current"
        return self.status in OPEN_STATES


def quarters_until(day: date, count: int = QUARTERS) -> tuple[Period, ...]:
    """Return the last quarters that ended by a day, oldest first."""
    quarters: list[Period] = []
    period = parse_period(quarter_code(day))
    if period.end > day:
        period = _before(period)
    while len(quarters) < count:
        quarters.append(period)
        period = _before(period)
    return tuple(reversed(quarters))


def _before(quarter: Period) -> Period:
    return parse_period(quarter_code(quarter.start - timedelta(days=1)))


def known_then(quarter: Period, lag_days: int, known_at: datetime | None) -> datetime:
    """Return the instant by whose knowledge a past quarter is judged: when the publication lag after it was over, or sooner where asked."""
    then = last_instant(quarter.end + timedelta(days=lag_days))
    return then if known_at is None else min(then, known_at)


def stood_at(quarter: Period, judgement: Judgement) -> Stood:
    """Return how an indicator stood at the end of a quarter: what rests on an old figure says nothing of the quarter."""
    status = "no_current" if judgement.standing == "last_known" else judgement.status
    return Stood(quarter, status, judgement)


def project_stood(quarter: Period, indicators: Iterable[Judgement]) -> Stood:
    """Return how a project stood at the end of a quarter, from how its indicators did, by the rule of projects."""
    return Stood(quarter, project_status(tally(indicators)))


def run_of(backwards: Iterable[Stood]) -> Since | None:
    """Return the run of quarters off track that lasts until now, from the newest quarter backwards; ``None`` where the newest is not.

    It ends with the first quarter that is not off track, or of which nothing is known: what is not known is not counted.
    """
    first, count = None, 0
    for stood in backwards:
        if stood.status not in OFF:
            return Since(first.quarter, count) if first else None
        first, count = stood, count + 1
    return Since(first.quarter, count, is_longer=True) if first else None


def off_track(own: Iterable[Scored], projects: Iterable[ProjectReport]) -> Iterator[OffTrack]:
    """Yield every indicator and milestone that is off track, without how long it has been so.

    An indicator counts also where its last known figure is old: what was behind does not leave the list by falling silent. A milestone
    counts where its day passed and the result fell short or whoever keeps it gave none, and where it is still to come but later
    than first planned; one whose result may exist on pages that could not be read does not.
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
    """Return what the list is put in order by: what is known to be off track first, the worst first, then the longest.

    After what is known come milestones whose day has passed, results that never came, old figures, and milestones that slipped.
    """
    lasted = item.since.count if item.since else 0
    if item.milestone is not None:
        days = item.milestone.slip_days or 0
        return (1, 0, -days) if item.is_known else (4, 0, -days)
    if item.status == "unreported":
        return 2, 0, -lasted
    return (0 if item.is_known else 3), WORST_FIRST.index(item.status), -lasted


def in_order(listed: Iterable[OffTrack]) -> list[OffTrack]:
    """Return the list in the order of ``weight``; what weighs the same stays in the order of the catalogue."""
    return sorted(listed, key=weight)


def lines_up(strips: Sequence[Sequence[Stood]]) -> Iterator[tuple[Period, list[Judgement]]]:
    """Yield each quarter with the judgements of several strips of the same quarters."""
    for cells in zip(*strips, strict=True):
        yield cells[0].quarter, [cell.judgement for cell in cells if cell.judgement is not None]
