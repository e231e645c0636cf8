"""Judge all indicators of a book at once, for the pages and the open API alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from kpis.figures.forecast import Forecast, forecast
from kpis.figures.measures import judge, stand
from kpis.figures.needed import Needed, needed
from kpis.figures.organisation import Break, Organisation
from kpis.figures.recast import Recast, recast
from kpis.figures.records import (
    Baseline,
    Definition,
    Figure,
    Goal,
    Judgement,
    Revision,
    current_vintages,
    in_time,
    revisions,
    value_of,
    worked_out,
)
from kpis.figures.rollup import RollUp, roll_up_bureaus
from kpis.figures.sentences import about, is_derived, marked, sentence
from kpis.figures.targets import goals_known, planned_path
from kpis.kinds import KINDS
from kpis.languages import say
from kpis.periods import parse_period
from kpis.text import format_count, format_value, named

VIEWS = ("then", "now")  # 当時の組織 and 現在の組織
WHOLE = "whole"  # without bureaus: enough for most pages, and much faster


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceNote:
    """The source of a figure: address, title, day of publication and grade (``primary`` or ``secondary``)."""

    source_code: str
    url: str
    title: str
    published_on: date | None
    grade: str
    published_by: date | None = None  # the last day by which it was public
    published_basis: str | None = None  # the evidence: the ``page`` itself, another ``source``, or the ``quarter`` that it reports


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One indicator for one unit: definition, every vintage of its figures, every target, and their sources.

    ``scope_code`` is the unit of the indicator itself, whose entry may be judged by the sum of bureaus' reports.
    A bureau without targets of its own is judged by those of the whole where they are rates (``goals_of``).
    """

    definition: Definition
    unit_code: str
    project_code: str
    theme: str
    is_headline: bool
    figures: tuple[Figure, ...]
    goals: tuple[Goal, ...]
    baseline: Baseline | None
    scope_code: str = ""
    is_reported_by_bureaus: bool = False
    goals_of: str = ""  # the unit whose targets are used, where a bureau has none of its own

    @property
    def is_own_scope(self) -> bool:
        """Return whether this is the entry of the indicator's own scope."""
        return self.unit_code == self.scope_code


@dataclass(frozen=True, slots=True)
class Book:
    """Every entry of an instance, in catalogue order, with their sources and the organisation over time.

    Entries of one indicator are adjacent, that of its own scope first, the units after it in catalogue order.
    """

    entries: tuple[Entry, ...]
    sources: Mapping[str, SourceNote]
    organisation: Organisation = field(default_factory=Organisation)
    _sums: dict[tuple[str, datetime | None], tuple[RollUp, ...]] = field(default_factory=dict, compare=False, repr=False)

    def rolled_up(self, entries: Sequence[Entry], *, known_at: datetime | None = None) -> tuple[RollUp, ...]:
        """Return the sums of bureaus' reports of one indicator, for every period; computed once, independent of the day asked.

        Args:
            entries: of one indicator, that of its own scope first.
            known_at: ignore vintages that became known after this UTC instant.
        """
        first = entries[0]
        if not first.is_reported_by_bureaus or len(entries) < 2:
            return ()
        key = (first.definition.code, known_at)
        if key not in self._sums:
            members = self.members_of(first)
            parts = {e.unit_code: current_vintages(e.figures, known_at=known_at) for e in entries if e.unit_code in members}
            reported = {f.period_code for figures in parts.values() for f in figures if self.is_report(f)}
            rolled = roll_up_bureaus(
                first.definition.kind, parts, current_vintages(first.figures, known_at=known_at),
                organisation=self.organisation, scope_code=first.scope_code,
            )  # fmt: skip
            self._sums[key] = tuple(replace(r, is_published_only=r.period_code not in reported) for r in rolled)
        return self._sums[key]

    def members_of(self, first: Entry) -> set[str]:
        """Return the units whose figures add up to an indicator's scope, given the entry of that scope."""
        return {unit.code for unit in self.organisation.members(first.scope_code)} - {first.scope_code}

    def is_report(self, figure: Figure) -> bool:
        """Return whether a bureau's figure came from a report; figures from published pages have a source address."""
        source = self.sources.get(figure.source_code)
        return figure.is_sample or source is None or not source.url


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """An entry with its judgement and the figures behind it (one per period, as then known)."""

    entry: Entry
    judgement: Judgement
    # published or reported ones, and complete sums of bureaus' reports (``is_rolled_up``) where there were none
    figures: tuple[Figure, ...]
    rolled: tuple[RollUp, ...] = ()  # for an indicator's own scope, the bureaus' reports per period, with coverage
    breaks: tuple[Break, ...] = ()  # in the present organisation, the reorganisations across which this history could not be recast
    as_of: date = date.max  # the day of the judgement
    known_at: datetime | None = None  # the instant of its state of knowledge; ``None`` means now
    _expected: dict[date, Forecast | None] = field(default_factory=dict, init=False, compare=False, repr=False)

    def sentence(self, language: str = "ja") -> str:
        """Return the sentence of the judgement."""
        return sentence(self.entry.definition, self.judgement, as_of=self.as_of, language=language)

    @property
    def goals(self) -> list[Goal]:
        """Return every target not withdrawn by the day, by due day and the order in which they were set."""
        standing = (g for g in self.entry.goals if not g.is_withdrawn(self.as_of))
        return sorted(standing, key=lambda g: (g.period.end, g.set_order))

    @property
    def revisions(self) -> list[Revision]:
        """Return the corrections and withdrawals of the unit's own figures, as then known, in periods ended by the day."""
        revisions_then = revisions((worked_out(self.entry.definition, f) for f in self.entry.figures), known_at=self.known_at)
        return [r for r in revisions_then if r.vintage.period.end <= self.as_of]

    @property
    def beside(self) -> tuple[float, ...]:
        """Return the values shown beside a figure of this series: its targets, and the plan and baseline of the judgement."""
        base = (self.judgement.baseline.value,) if self.judgement.baseline else ()
        planned = () if self.judgement.planned_value is None else (self.judgement.planned_value,)
        return (*(goal.value for goal in self.entry.goals), *planned, *base)

    @property
    def source_codes(self) -> tuple[str, ...]:
        """Return the codes of the sources of the figure, target and baseline, without duplicates."""
        named = (self.judgement.figure, self.judgement.goal, self.judgement.baseline)
        return tuple(dict.fromkeys(part.source_code for part in named if part is not None and part.source_code))


def measured(entry: Entry, whole: Entry) -> Entry:
    """Give a bureau without targets the targets of the whole, where they are rates: a rate applies to a part as well."""
    if entry.goals or not whole.goals or KINDS[entry.definition.kind].rate is None:
        return entry
    return replace(entry, goals=whole.goals, goals_of=whole.unit_code)


def _judged(
    entry: Entry, figures: Iterable[Figure], as_of: date, *, known_at: datetime | None, rolled: tuple[RollUp, ...] = (),
    breaks: tuple[Break, ...] = (),
) -> Scored:  # fmt: skip
    ended = tuple(worked_out(entry.definition, f) for f in figures)
    judgement = judge(entry.definition, ended, entry.goals, baseline=entry.baseline, as_of=as_of)
    return Scored(entry=entry, judgement=judgement, figures=ended, rolled=rolled, breaks=breaks, as_of=as_of, known_at=known_at)


def _ended(entry: Entry, as_of: date, known_at: datetime | None) -> list[Figure]:
    return [f for f in current_vintages(entry.figures, known_at=known_at) if f.period.end <= as_of]


def _of_whole(
    entries: Sequence[Entry], book: Book, as_of: date, known_at: datetime | None
) -> tuple[list[Figure], tuple[RollUp, ...]]:
    """Return the figures of an indicator's own scope, with the bureau sums that may be judged, and all sums."""
    rolled = tuple(r for r in book.rolled_up(entries, known_at=known_at) if parse_period(r.period_code).end <= as_of)
    # A sum is judged where it is complete and no figure is published for the same days.
    sums = (r.figure for r in rolled if r.is_complete and r.official is None and r.figure is not None)
    return sorted([*_ended(entries[0], as_of, known_at), *sums], key=in_time), rolled


def score_indicator(
    entries: Sequence[Entry], book: Book, *, as_of: date, known_at: datetime | None = None, view: str = "then"
) -> list[Scored]:
    """Judge one indicator for its own scope and for every unit.

    Args:
        entries: of one indicator, that of its own scope first.
        book: that contains them, for the bureaus that owe a report and for successions.
        as_of: ignore figures of periods ended later; for ``now`` also the day whose organisation is shown.
        known_at: ignore vintages that became known after this UTC instant; ``None`` means all count.
        view: ``then`` shows units as they were (当時の組織), ``now`` recasts them (現在の組織); sums are the same in both.
            ``whole`` leaves bureaus out.

    Returns:
        The own scope first, with the sums of bureaus' reports; then units in catalogue order.
    """
    first, organisation, day = entries[0], book.organisation, (as_of, known_at)
    bureaus = book.members_of(first)
    scored: list[Scored] = []
    parts: dict[str, list[Figure]] = {}
    for entry in entries:
        if entry.unit_code in bureaus:
            if view == "now":
                parts[entry.unit_code] = _ended(entry, *day)
            elif view != WHOLE:
                scored.append(_judged(measured(entry, first), _ended(entry, *day), as_of, known_at=known_at))
            continue
        own, rolled = _of_whole(entries, book, *day) if entry.is_own_scope else (_ended(entry, *day), ())
        scored.append(_judged(entry, own, as_of, known_at=known_at, rolled=rolled))
    if parts:
        moved = recast(first.definition.kind, parts, organisation=organisation, on=as_of)
        entry_of = {entry.unit_code: entry for entry in entries}
        for code, figures in moved.by_unit.items():
            entry = entry_of.get(code) or replace(first, unit_code=code, figures=(), goals=(), baseline=None, is_headline=False)
            breaks = tuple(b for b in moved.breaks if b.unit_code == code)
            scored.append(_judged(measured(entry, first), figures, as_of, known_at=known_at, breaks=breaks))
        scored.sort(key=lambda s: (not s.entry.is_own_scope, organisation.order.get(s.entry.unit_code, -1)))
    return scored


def score_all(
    book: Book, *, as_of: date, known_at: datetime | None = None, unit: str | None = None, view: str = "then"
) -> list[Scored]:
    """Judge every entry of a book, in catalogue order; ``unit`` keeps one organisation unit, ``view`` as in ``score_indicator``."""
    return [
        scored
        for _, entries in groupby(book.entries, key=lambda e: e.definition.code)
        for scored in score_indicator(list(entries), book, as_of=as_of, known_at=known_at, view=view)
        if unit is None or scored.entry.unit_code == unit
    ]


def judged_then(
    entries: Sequence[Entry], unit: str, book: Book, *, as_of: date, known_at: datetime | None = None, view: str = "then",
    on: date | None = None, moved: Callable[[], Recast] | None = None,
) -> Judgement | None:  # fmt: skip
    """Judge one indicator for one unit alone, as ``score_indicator`` does for all, for the many days of a history.

    Args:
        entries: of the indicator, that of its own scope first.
        unit: the unit wanted.
        book: that contains them.
        as_of, known_at, view: as in ``score_indicator``, but for ``whole``.
        on: the day whose organisation ``now`` means; default ``as_of``.
        moved: returns the cached result of ``recast_then`` for the day; computed here by default.

    Returns:
        The judgement, without rounding alternatives; ``None`` where the unit has no data.
    """
    first, day = entries[0], (as_of, known_at)
    entry = next((e for e in entries if e.unit_code == unit), None)
    members = book.members_of(first)
    if unit == first.scope_code:
        figures, _ = _of_whole(entries, book, *day)
        entry = first
    elif view == "now" and unit in members:
        then = moved() if moved is not None else recast_then(entries, book, as_of=as_of, known_at=known_at, on=on or as_of)
        figures = list(then.by_unit.get(unit, ()))
        entry = measured(entry or replace(first, unit_code=unit, goals=(), baseline=None), first)
    elif entry is not None:
        figures = _ended(entry, *day)
        entry = measured(entry, first) if unit in members else entry
    else:
        return None
    points = [worked_out(entry.definition, f) for f in figures]
    return stand(entry.definition, points, entry.goals, baseline=entry.baseline, as_of=as_of)


def recast_then(entries: Sequence[Entry], book: Book, *, as_of: date, known_at: datetime | None, on: date) -> Recast:
    """Recast the bureaus' figures of an indicator as of a day into the organisation of another, ``on``."""
    members = book.members_of(entries[0])
    parts = {e.unit_code: _ended(e, as_of, known_at) for e in entries if e.unit_code in members}
    return recast(entries[0].definition.kind, parts, organisation=book.organisation, on=on)


def path_of(scored: Scored, *, as_of: date) -> list[tuple[date, float]]:
    """Return the corners (day, value) of the planned path to be drawn, from the targets set by a day.

    Empty where a judgement has no path either: without a published baseline, while the same fact in another unit has one (rule 4).
    """
    entry = scored.entry
    if entry.baseline is None and entry.definition.has_sibling_baseline and not KINDS[entry.definition.kind].is_cap:
        return []
    valued = (f for f in scored.figures if value_of(entry.definition, f) is not None)
    first = min(valued, key=in_time, default=None)
    if first is not None:
        first = replace(first, value=value_of(entry.definition, first))
    goals, in_force = goals_known(entry.goals, as_of), scored.judgement.goal
    return planned_path(entry.definition, goals, baseline=entry.baseline, first=first, in_force=in_force)


def forecast_of(scored: Scored, *, as_of: date) -> Forecast | None:
    """Return the forecast after a day, up to the last target set by it; ``None`` without a target or a reliable forecast.

    Cached: chart, legend and table need it, in each language.
    """
    expected = scored._expected
    if as_of not in expected:
        until = max((g.period.end for g in goals_known(scored.entry.goals, as_of)), default=None)
        expected[as_of] = forecast(scored.entry.definition, scored.figures, until=until, as_of=as_of) if until else None
    return expected[as_of]


def needed_of(scored: Scored, *, as_of: date) -> Needed | None:
    """Return the pace needed for the next target after a day; ``None`` where there is none, it is met, or cannot be computed."""
    entry = scored.entry
    return needed(
        entry.definition, scored.judgement, scored.figures, entry.goals, baseline=entry.baseline, as_of=as_of,
        expected=forecast_of(scored, as_of=as_of),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """Judgements counted by status, each once: current, last known, and without a judgement."""

    # by status, judgements of figures that are not stale; only these describe the present
    current: Mapping[str, int] = field(default_factory=dict)
    last_known: Mapping[str, int] = field(default_factory=dict)  # by status, judgements of stale figures, which describe the past
    unreported: int = 0  # judgements whose target's day has passed without a published result
    # by status, the rest (``not_due``, ``no_data``, ``not_applicable``, ``qualitative``)
    unjudged: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return the number of judgements."""
        return self.judged + sum(self.last_known.values()) + self.unreported + sum(self.unjudged.values())

    @property
    def judged(self) -> int:
        """Return the number of judgements by current figures."""
        return sum(self.current.values())

    def now(self, *statuses: str) -> int:
        """Return the number of current judgements with one of these statuses."""
        return sum(self.current.get(status, 0) for status in statuses)

    def to_json(self) -> dict[str, Any]:
        """Return the tally in the form of the open API."""
        return {
            "current": dict(self.current), "last_known": dict(self.last_known), "unreported": self.unreported,
            "unjudged": dict(self.unjudged),
        }  # fmt: skip


def tally(scored: Iterable[Scored | Judgement]) -> Tally:
    """Count judgements by group and status; every one is counted once, none is dropped."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for item in scored:
        judgement = item.judgement if isinstance(item, Scored) else item
        counts[judgement.standing][judgement.status] += 1
    return Tally(counts["current"], counts["last_known"], counts["unreported"].total(), counts["unjudged"])


def figure_text(definition: Definition, figure: Figure | None, language: str = "ja", *, apart_from: Iterable[float] = ()) -> str:
    """Format a figure for a card: ``72.0 %``, ``78 / 78``, a text status, or a dash where there is none.

    Args:
        apart_from: values shown beside it (``Scored.beside``): the figure is never rounded onto one of these.
    """
    if figure is None:
        return "―"
    value = value_of(definition, figure)
    if value is None:
        return named(figure, "text", language) or "―"
    if figure.denominator and is_of_whole(definition, figure):
        whole = format_count(figure.denominator, language)
        is_rough = figure.is_approximate and figure.has_round_whole
        return f"{marked(format_count(value, language), figure, language)} / {about(whole, language) if is_rough else whole}"
    return number_text(definition, figure, value, language, apart_from=apart_from)


def is_of_whole(definition: Definition, figure: Figure) -> bool:
    """Return whether a figure is written as a part of its whole (``78 / 78``), which is without its unit; every other number has it."""
    return KINDS[definition.kind].is_on_a_day and figure.value is not None and bool(figure.denominator)


def number_text(
    definition: Definition, figure: Figure, value: float, language: str = "ja", *, apart_from: Iterable[float] = ()
) -> str:
    """Format the value of a figure alone, without its denominator: marked as about, more than or preliminary; a computed one with the indicator's decimals.

    Args:
        value: its number (``value_of``).
        apart_from: values shown beside it (``Scored.beside``).
    """
    text = format_value(value, definition, language, apart_from=apart_from, is_worked_out=is_derived(figure))
    return marked(text, figure, language)


def shown_figure(scored: Scored, figure: Figure | None, language: str = "ja") -> str:
    """Format a figure of a judged series so that it differs from the targets, plan and baseline shown beside it."""
    return figure_text(scored.entry.definition, figure, language, apart_from=scored.beside)


def dated_text(
    scored: Scored, figure: Figure | None, language: str = "ja", *, definition: Definition | None = None, is_in_table: bool = False
) -> str:  # fmt: skip
    """Format a figure of a judged series with its period in brief, for use beside one of another period: ``55.1%(R3年度)``; or a dash.

    Args:
        definition: replaces that of the series, for a card that shows the unit once.
        is_in_table: in a table of many columns, where a quarter is R3 Q4.
    """
    if figure is None:
        return "―"
    shown = figure_text(definition or scored.entry.definition, figure, language, apart_from=scored.beside)
    period = figure.period.short(language) if is_in_table else figure.period.brief(language)
    return shown + say("in_brackets", language, text=period)
