"""Records of measurement: indicator definition, figure, target, baseline, and the judgement computed from them. Pure.

``value_of`` is the only function that returns a figure's value; ``kpis.figures.measures`` judges, ``kpis.figures.sentences`` words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import date, datetime
from statistics import median
from typing import Any

from kpis.grouped import grouped
from kpis.kinds import KINDS
from kpis.periods import Period, parse_period
from kpis.vocabulary import Status

RULE_VERSION = "2026-4"
STATUSES = Status.values()
GOOD = ("reached", "on_track")
BAD = ("behind", "missed", "moving_away", "reached_then_lost")
FELL_SHORT = (*BAD, "slightly_behind")  # of plan, or of target
JUDGED = (*GOOD, "slightly_behind", *BAD)  # statuses that compare an indicator with its target
SETTLED = ("met", "missed")  # known results of a target
NEAR = 1e-9  # tolerance for equal values


@dataclass(frozen=True, slots=True)
class Definition:
    """The properties of an indicator needed to judge it."""

    code: str
    kind: str
    direction: str  # ``higher``, ``lower``, ``keep`` or ``none``
    name_ja: str
    name_en: str
    unit_ja: str
    unit_en: str
    decimals: int = 0
    threshold_on_track: float = 0.95
    threshold_behind: float = 0.60
    tolerance: float = 0.0
    stale_after_days: int = 200
    publication_lag_days: int = 92  # after a target's day, before its result counts as unreported
    minimum_value: float | None = None  # of its figures
    maximum_value: float | None = None  # of its figures
    # the same fact in another unit has a published baseline: the first figure is no starting point
    has_sibling_baseline: bool = False
    # name and unit in languages other than Japanese and English, as ``name_fr``
    further: Mapping[str, str] = field(default_factory=dict, hash=False)

    def without_unit(self) -> Definition:
        """Return the same definition without its unit, to format bare numbers."""
        further = {name: text for name, text in self.further.items() if not name.startswith("unit_")}
        return replace(self, unit_ja="", unit_en="", further=further)

    @property
    def sign(self) -> int:
        """Return −1 where lower is better, else 1."""
        return -1 if self.direction == "lower" else 1


@dataclass(frozen=True, slots=True)
class Figure:
    """One vintage of one observation; ``value`` as published, in the indicator's unit."""

    period_code: str
    value: float | None
    _: KW_ONLY
    numerator: float | None = None
    denominator: float | None = None
    base_value: float | None = None
    text_ja: str = ""
    text_en: str = ""
    is_approximate: bool = False
    is_lower_bound: bool = False
    is_year_to_date: bool = False
    is_base_estimated: bool = False
    sample_size: float | None = None
    is_preliminary: bool = False  # a final value is expected
    vintage: int = 1
    known_at: datetime | None = None
    source_code: str = ""
    is_sample: bool = False
    is_rolled_up: bool = False  # the sum of bureaus' reports, see kpis.figures.rollup
    is_recast: bool = False  # recast from a predecessor by its share
    is_worked_out: bool = False  # computed from its parts, neither published nor reported
    reason_class: str = ""
    reason_text: str = ""
    withdraws_vintage: int | None = None  # withdraws that earlier vintage, without content of its own
    finalises_vintage: int | None = None  # the final value of that earlier, preliminary vintage: no correction
    note_ja: str = ""
    note_en: str = ""
    other_fields: tuple[tuple[str, Any], ...] = ()  # fields of an observation unused here: (name, value)

    @property
    def has_round_whole(self) -> bool:
        """Return whether its whole is approximate where it is known to be rounded: about 7,000 of about 14,600, but about 70 of 78."""
        return self.denominator is not None and not self.denominator % 100

    @property
    def period(self) -> Period:
        """Return the period that the figure is of."""
        return parse_period(self.period_code)


@dataclass(frozen=True, slots=True)
class Goal:
    """A target: the value to be met by the end of its period."""

    period_code: str
    value: float
    _: KW_ONLY
    set_on: date | None = None
    set_order: int = 1
    is_approximate: bool = False
    source_code: str = ""
    set_on_precision: str = "unknown"  # if not exact, set_on is the last day by which the target had been set
    withdrawn_on: date | None = None  # the day from which it no longer counts as ever set
    withdrawn_reason: str = ""

    def is_withdrawn(self, as_of: date) -> bool:
        """Return whether the target had been withdrawn by a day."""
        return self.withdrawn_on is not None and self.withdrawn_on <= as_of

    @property
    def period(self) -> Period:
        """Return the period at whose end the target is due."""
        return parse_period(self.period_code)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The starting point of the planned path; ``is_first_figure`` where none was published."""

    period_code: str
    value: float
    _: KW_ONLY
    is_approximate: bool = False
    is_estimated: bool = False
    source_code: str = ""
    is_first_figure: bool = False

    @property
    def day(self) -> date:
        """Return the day on which the path starts."""
        return parse_period(self.period_code).end


@dataclass(frozen=True, slots=True)
class LastDue:
    """The latest target that was due by the day asked, and its result."""

    goal: Goal
    result: str  # ``met``, ``missed``, ``awaiting`` (its day has passed, its publication lag not yet) or ``unknown``
    figure: Figure | None = None  # that of the target's day
    gap: float | None = None  # its value − the target's


@dataclass(frozen=True, slots=True)
class Judgement:
    """A status with every input of its computation; ``kpis.figures.sentences.sentence`` words it."""

    status: str
    figure: Figure | None = None
    previous: Figure | None = None
    year_earlier: Figure | None = None
    goal: Goal | None = None
    baseline: Baseline | None = None
    planned_value: float | None = None
    variance: float | None = None
    progress: float | None = None
    planned_progress: float | None = None
    ratio: float | None = None
    is_stale: bool = False
    age_days: int | None = None
    last_due: LastDue | None = None
    last_settled: LastDue | None = None  # where that result is not known: the newest target that was met or missed
    unreported_goals: tuple[Goal, ...] = ()  # fell due after the last figure, publication lag over, by due day
    is_awaiting: bool = False  # 結果待ち: a target fell due after the last figure, within its publication lag
    is_part: bool = False  # the figure covers a part of the target's period: on or off the path, but neither reached nor missed
    could_be: tuple[str, ...] = ()  # other statuses within the rounding of 約 or 超
    thresholds: dict[str, float] = field(default_factory=dict)
    rule_version: str = RULE_VERSION

    @property
    def missed_before(self) -> LastDue | None:
        """Return the last target with a known result, if it was missed and is not the one being judged."""
        last = self.last_settled or self.last_due
        return last if last is not None and last.result == "missed" and last.goal != self.goal else None

    @property
    def standing(self) -> str:
        """Return how the judgement is counted: ``current``, ``last_known`` (stale), ``unreported``, or ``unjudged``."""
        if self.status == "unreported":
            return "unreported"
        if self.status not in JUDGED:
            return "unjudged"
        return "last_known" if self.is_stale else "current"


def current_vintages(figures: Iterable[Figure], *, known_at: datetime | None = None) -> list[Figure]:
    """Return the current vintage of each period at an instant (``None``: now), in order of time.

    It is the last one then known that is neither a withdrawal nor withdrawn; a period all of whose vintages are withdrawn
    has none. A withdrawal takes effect at the instant at which it became known.
    """
    figures_then = [f for f in figures if known_at is None or f.known_at is None or f.known_at <= known_at]
    taken_back = {(f.period_code, f.withdraws_vintage) for f in figures_then if f.withdraws_vintage is not None}
    latest: dict[str, Figure] = {}
    for figure in figures_then:
        if figure.withdraws_vintage is not None or (taken_back and (figure.period_code, figure.vintage) in taken_back):
            continue
        newest = latest.get(figure.period_code)
        if newest is None or figure.vintage > newest.vintage:
            latest[figure.period_code] = figure
    return sorted(latest.values(), key=last_day_order)


def standing_vintages(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the stored vintages of one row or figure that are neither a withdrawal nor withdrawn."""
    taken_back = {row["withdraws_vintage"] for row in rows}
    return [row for row in rows if row["withdraws_vintage"] is None and row["vintage"] not in taken_back]


def counting_vintage(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the current one of the stored vintages of one period, as ``current_vintages`` does for records."""
    vintages = list(rows)
    if len(vintages) == 1 and vintages[0]["withdraws_vintage"] is None:  # the usual case
        return vintages[0]
    return max(standing_vintages(vintages), key=lambda row: int(row["vintage"]), default=None)


@dataclass(frozen=True, slots=True)
class Revision:
    """A later vintage of a period: a correction, or with ``is_withdrawal`` a withdrawal."""

    vintage: Figure
    before: Figure | None  # counted until it became known; ``None`` where no figure did
    after: Figure | None  # counts since; ``None`` where no figure does

    @property
    def is_withdrawal(self) -> bool:
        """Return whether a figure was withdrawn, not replaced."""
        return self.vintage.withdraws_vintage is not None

    @property
    def is_final(self) -> bool:
        """Return whether a final value replaced a preliminary one, which is no correction."""
        return self.vintage.finalises_vintage is not None


@dataclass(frozen=True, slots=True)
class Revised:
    """A preliminary value and its final one."""

    first: float
    last: float

    @property
    def difference(self) -> float:
        """Return final − preliminary, in the unit."""
        return self.last - self.first

    @property
    def relative(self) -> float | None:
        """Return the difference relative to the preliminary value; ``None`` where that is 0."""
        return self.difference / abs(self.first) if self.first else None


def revised(definition: Definition, revision: Revision) -> Revised | None:
    """Return a preliminary value and its final one; ``None`` for any other revision, or where either has no number."""
    if not revision.is_final or revision.before is None or revision.after is None:
        return None
    first, last = value_of(definition, revision.before), value_of(definition, revision.after)
    if first is None or last is None:
        return None
    return Revised(first, last)


def is_final_of(counting: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Return whether the given fields are the final value of the current, preliminary ones."""
    return bool(counting.get("is_preliminary")) and not given.get("is_preliminary")


def typical_revision(definition: Definition, changes: Iterable[Revision]) -> tuple[int, float] | None:
    """Return the number of preliminary values with a final one and their median absolute difference, or ``None``."""
    sizes = [abs(size.difference) for change in changes if (size := revised(definition, change)) is not None]
    return (len(sizes), median(sizes)) if sizes else None


def revisions(figures: Iterable[Figure], *, known_at: datetime | None = None) -> list[Revision]:
    """Return every correction and withdrawal known by an instant, by period, in vintage order."""
    figures_then = (f for f in figures if known_at is None or f.known_at is None or f.known_at <= known_at)
    changes = []
    for vintages in grouped((figure.period_code, figure) for figure in figures_then).values():
        vintages.sort(key=lambda f: f.vintage)
        for place, figure in enumerate(vintages):
            if figure.vintage > 1:
                before, after = (next(iter(current_vintages(vintages[:until])), None) for until in (place, place + 1))
                changes.append(Revision(figure, before, after))
    return changes


def last_day_order(figure: Figure) -> tuple[date, int]:
    """Return the sort key that puts figures in order of time."""
    # On the same day the longer period takes precedence: the whole year over its last month.
    period = figure.period
    return period.end, (period.end - period.start).days


def in_time(figure: Figure) -> tuple[date, date]:
    """Return the sort key of lists of figures: of those that end on one day the longer period first."""
    period = figure.period
    return period.end, period.start


def series_key(figure: Figure) -> tuple[str, bool]:
    """Return the series of a figure: its kind of period, and whether it is year-to-date.

    Only figures of one series are compared, joined by one line and forecast from each other: a full year does not
    follow a first quarter, nor a single month a year-to-date total.
    """
    return figure.period.kind, figure.is_year_to_date


def are_mixed(kind: str, figures: Iterable[Figure]) -> bool:
    """Return whether figures of one kind and period mix year-to-date with single-period ones, which cannot be added.

    In the first month or quarter of a fiscal year, and in a whole year, both are equal; a stock is a value of one day anyway.
    """
    if KINDS[kind].is_on_a_day:
        return False
    return len({figure.is_year_to_date for figure in figures if figure.period.has_year_before}) > 1


def by_series(figures: Iterable[Figure]) -> dict[tuple[str, bool], list[Figure]]:
    """Return figures by series, each in order of time; the series in order of their first figures."""
    return grouped((series_key(figure), figure) for figure in sorted(figures, key=last_day_order))


def value_of(definition: Definition, figure: Figure) -> float | None:
    """Return the published value; for a ratio without one, n / d in percent, for a reduction 1 − n / base in percent.

    A missing or zero denominator or base gives no value.
    """
    return (
        figure.value
        if figure.value is not None
        else rate_of(definition.kind, figure.numerator, figure.denominator, figure.base_value)
    )


# The flags of a figure (``is_…``), in display order.
MARKS = ("preliminary", "approximate", "lower_bound", "year_to_date", "base_estimated", "worked_out")


def rate_of(kind: str, numerator: float | None, denominator: float | None, base: float | None) -> float | None:
    """Return n / d of a ratio, or 1 − n / base of a reduction, in percent; ``None`` where a part is missing or the divisor zero."""
    rate, divisor = KINDS[kind].rate, base if KINDS[kind].divisor == "base_value" else denominator
    return rate(numerator, divisor) if rate is not None and numerator is not None and divisor else None


def worked_out(definition: Definition, figure: Figure) -> Figure:
    """Return a figure with its value, computed from its parts where none was published."""
    if figure.value is not None or figure.numerator is None:
        return figure
    value = value_of(definition, figure)
    return figure if value is None else replace(figure, value=value, is_worked_out=True)
