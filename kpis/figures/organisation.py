"""The organisation in time: who owes a report, what bureaus' reports add up to, and figures recast after reorganisations.

Pure: no session, no clock. Two rules decide everything here (``docs/organisation.md``):

- A sum over bureaus is complete only when every bureau that owed a report is in it. A complete sum may be judged; a partial
  one is shown with its coverage and never judged. The published figure of the whole stands wherever there is one.
- Figures are never rewritten. The organisation of today is another view of them: what is additive moves from predecessor to
  successor by the dated share; where the share is not known, the history stays under the predecessor's name, as a break.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from kpis.errors import FigureRefused
from kpis.figures.measures import roll_up
from kpis.figures.records import Figure, are_mixed
from kpis.government import government
from kpis.kinds import KINDS

_NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation unit and one life of its name; ``valid_to`` is its last day, blank and not current = end not known.

    ``further``: its name in languages beyond Japanese and English, as ``name_fr``.
    """

    code: str
    name_ja: str
    name_en: str
    kind: str
    parent_code: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    is_current: bool = True
    further: Mapping[str, str] = field(default_factory=dict, hash=False)

    def is_valid_on(self, day: date) -> bool:
        """Say whether the unit existed on a day; a unit that is gone since nobody knows when is not taken to have."""
        if self.valid_from is not None and day < self.valid_from:
            return False
        if self.valid_to is None:
            return self.is_current
        return day <= self.valid_to


@dataclass(frozen=True, slots=True)
class Succession:
    """A part (``share``, 0 to 1, blank = not known) of a predecessor's work that a successor took over on a day."""

    predecessor_code: str
    successor_code: str
    relation: str
    effective_date: date | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """A reorganisation that figures cannot be carried across; the history stays under ``unit_code``.

    ``reason``: ``share_unknown``, ``shares_do_not_add`` (they must make 1 where the predecessor ends), ``day_unknown``, or
    ``not_additive`` (a level, a text, a rate without its parts, or a year-to-date beside a single-period figure).
    """

    unit_code: str
    day: date | None
    successor_codes: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Event:
    """Every succession of one predecessor on one day; ``problem`` is why figures cannot follow it."""

    day: date | None
    parts: tuple[Succession, ...]
    lives_on: bool
    problem: str

    def as_break(self, reason: str = "") -> Break:
        first = self.parts[0].predecessor_code
        return Break(first, self.day, tuple(p.successor_code for p in self.parts), reason or self.problem)


@dataclass(frozen=True)
class Organisation:
    """Every unit an instance ever had, in catalogue order, and how they followed each other."""

    units: tuple[Unit, ...] = ()
    successions: tuple[Succession, ...] = ()

    @cached_property
    def by_code(self) -> Mapping[str, Unit]:
        """Return the units by their code."""
        return {unit.code: unit for unit in self.units}

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Return each unit's place in the catalogue."""
        return {unit.code: place for place, unit in enumerate(self.units)}

    @cached_property
    def _members(self) -> dict[str, tuple[Unit, ...]]:
        return {}

    def members(self, scope_code: str) -> tuple[Unit, ...]:
        """Return the reporting units, of any time, whose figures make up a scope: those next below it.

        A unit of kind ``scope`` (as "headquarters departments") cuts through bureaus: its members are those of its parent.
        """
        if scope_code not in self._members:
            scope = self.by_code.get(scope_code)
            root = scope.parent_code if scope is not None and scope.kind == "scope" and scope.parent_code else scope_code
            self._members[scope_code] = tuple(
                u for u in self.units if u.kind in government().bureau_kinds and self._is_next_below(u, root)
            )
        return self._members[scope_code]

    def _is_next_below(self, unit: Unit, root: str) -> bool:
        above, seen = unit.parent_code, {unit.code}
        while above is not None and above not in seen:
            if above == root:
                return True
            seen.add(above)
            parent = self.by_code.get(above)
            if parent is None or parent.kind in government().bureau_kinds:
                return False
            above = parent.parent_code
        return False

    @cached_property
    def _owing(self) -> dict[tuple[str, date], tuple[str, ...]]:
        return {}

    def owing(self, scope_code: str, day: date) -> tuple[str, ...]:
        """Return the codes of the bureaus that owe a report for a period ending on a day, in catalogue order."""
        key = (scope_code, day)
        if key not in self._owing:
            self._owing[key] = tuple(u.code for u in self.members(scope_code) if u.is_valid_on(day))
        return self._owing[key]

    @cached_property
    def _events(self) -> Mapping[str, tuple[_Event, ...]]:
        grouped: dict[tuple[str, date | None], list[Succession]] = {}
        for succession in self.successions:
            grouped.setdefault((succession.predecessor_code, succession.effective_date), []).append(succession)
        events: dict[str, list[_Event]] = {}
        for (code, day), parts in grouped.items():
            lives_on = self._lives_on(code, day, parts)
            known = [p.share for p in parts if p.share is not None]
            problem = ""
            if len(known) < len(parts):
                problem = "share_unknown"
            elif sum(known) > 1 + _NEAR or (not lives_on and sum(known) < 1 - _NEAR):
                problem = "shares_do_not_add"
            elif day is None and (lives_on or sum(1 for c, _ in grouped if c == code) > 1):
                problem = "day_unknown"
            events.setdefault(code, []).append(_Event(day, tuple(parts), lives_on, problem))
        return {code: tuple(sorted(found, key=lambda e: e.day or date.max)) for code, found in events.items()}

    def _lives_on(self, code: str, day: date | None, parts: Sequence[Succession]) -> bool:
        unit = self.by_code.get(code)
        if unit is None:
            return False
        if unit.valid_to is not None and day is not None:
            return unit.valid_to >= day
        return unit.is_current or all(p.relation == "transfer" for p in parts)

    def last_day(self, code: str) -> date | None:
        """Return a unit's last day: as recorded, else the day before the reorganisation that ended it."""
        unit = self.by_code.get(code)
        if unit is not None and unit.valid_to is not None:
            return unit.valid_to
        ends = [e.day for e in self._events.get(code, ()) if e.day is not None and not e.lives_on]
        return min(ends) - timedelta(days=1) if ends else None

    def shares(self, code: str, day: date, *, on: date) -> tuple[dict[str, float], tuple[Break, ...]]:
        """Say what became of a unit's work of one day in the organisation of another.

        Args:
            code: the unit as it was.
            day: the day the figures are of.
            on: reorganisations up to this day are followed, one after another.

        Returns:
            unit code → share, adding up to 1; and the breaks at which the history stayed where it was.
        """
        found: dict[str, float] = {}
        breaks: dict[Break, None] = {}
        self._follow(code, day, 1.0, on, found, breaks)
        return found, tuple(breaks)

    def _follow(self, code: str, day: date, weight: float, on: date, found: dict[str, float], breaks: dict[Break, None]) -> None:
        for event in self._events.get(code, ()):
            if event.day is not None and (event.day <= day or event.day > on):
                continue
            if event.problem:
                breaks[event.as_break()] = None
                break  # what comes later would carry work along that may have left before: stay here
            since = event.day or day
            for part in event.parts:
                if part.share:
                    self._follow(part.successor_code, since, weight * part.share, on, found, breaks)
            weight *= 1 - sum(part.share or 0.0 for part in event.parts)
            day = since
            if not event.lives_on or weight <= _NEAR:
                return
        found[code] = found.get(code, 0.0) + weight


@dataclass(frozen=True, kw_only=True, slots=True)
class RollUp:
    """What the bureaus' reports of one indicator and period add up to, and how many of those that owe one are in it.

    Args:
        figure: the sum over ``added``; ``None`` where figures of this kind cannot be added, or none could.
        official: the published figure of the whole for the same days; it stands, and the sum is shown beside it.
        added: bureaus in the sum.
        unaddable: bureaus that reported without what a sum needs (a rate without its parts).
        missing: bureaus that owe a report and gave none.
        year_to_date: bureaus that reported since April where others reported the period alone; then nothing is added.
        single_period: those others.
        is_published_only: no bureau reported for the period; what there is was found in published pages.
    """

    period_code: str
    figure: Figure | None
    official: Figure | None
    added: tuple[str, ...]
    unaddable: tuple[str, ...]
    missing: tuple[str, ...]
    year_to_date: tuple[str, ...] = ()
    single_period: tuple[str, ...] = ()
    is_published_only: bool = False

    @property
    def with_figures(self) -> tuple[str, ...]:
        """Return the bureaus that have a figure of the period, in the sum or not."""
        return (*self.added, *self.unaddable, *self.year_to_date, *self.single_period)

    @property
    def is_complete(self) -> bool:
        """Say whether every bureau that owes a report is in the sum; only then may it be judged."""
        return self.figure is not None and not self.missing and not self.unaddable

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return the bureaus that are not in the sum: without a report, or with one that cannot be added to the others."""
        return (*self.missing, *self.unaddable, *self.year_to_date, *self.single_period)

    @property
    def reported_count(self) -> int:
        """Return k of "k of m bureaus reported"."""
        return len(self.with_figures)

    @property
    def owing_count(self) -> int:
        """Return m of "k of m bureaus reported"."""
        return self.reported_count + len(self.missing)


def is_addable(kind: str, figure: Figure) -> bool:
    """Say whether a figure holds what a sum of its kind needs."""
    if KINDS[kind].whole:
        return figure.numerator is not None and getattr(figure, KINDS[kind].whole) is not None
    return KINDS[kind].is_additive and figure.value is not None


def roll_up_bureaus(
    kind: str,
    by_unit: Mapping[str, Sequence[Figure]],
    official: Sequence[Figure],
    *,
    organisation: Organisation,
    scope_code: str,
) -> tuple[RollUp, ...]:
    """Add the bureaus' reports of one indicator up to its scope, for every period of which any bureau reported.

    Args:
        kind: the indicator's kind.
        by_unit: unit code → its figures, one vintage per period; units that are no members of the scope are left out.
        official: the scope's own figures, one vintage per period.
        organisation: who owes a report.
        scope_code: the indicator's scope.

    Returns:
        One per period, in order of time. Year-to-date and single-period reports of one period are never added to each other.
        A unit that ended within a period counts with what it reported for its part of
        it, except for stocks, which only units alive on the last day can hold.
    """
    periods: dict[str, dict[str, Figure]] = {}
    for unit in organisation.members(scope_code):
        for figure in by_unit.get(unit.code, ()):
            if KINDS[kind].is_on_a_day and unit.valid_to is not None and unit.valid_to < figure.period.end:
                continue
            periods.setdefault(figure.period_code, {})[unit.code] = figure
    published = {figure.period.end: figure for figure in official}
    rolled = []
    for code, reported in periods.items():
        end = next(iter(reported.values())).period.end
        addable = {unit: figure for unit, figure in reported.items() if is_addable(kind, figure)}
        missing = tuple(unit for unit in organisation.owing(scope_code, end) if unit not in reported)
        unaddable = tuple(unit for unit in reported if unit not in addable)
        if are_mixed(kind, addable.values()):
            to_date = tuple(unit for unit, figure in addable.items() if figure.is_year_to_date)
            alone = tuple(unit for unit in addable if unit not in to_date)
            rolled.append(
                RollUp(
                    period_code=code,
                    figure=None,
                    official=published.get(end),
                    added=(),
                    unaddable=unaddable,
                    missing=missing,
                    year_to_date=to_date,
                    single_period=alone,
                )
            )
            continue
        total = _summed(kind, list(addable.values())) if addable else None
        rolled.append(
            RollUp(
                period_code=code,
                figure=total,
                official=published.get(end),
                added=tuple(addable),
                unaddable=unaddable,
                missing=missing,
            )
        )
    return tuple(sorted(rolled, key=lambda r: _when(r.period_code, periods)))


def _when(code: str, periods: Mapping[str, Mapping[str, Figure]]) -> tuple[date, date]:
    period = next(iter(periods[code].values())).period
    return period.end, period.start


def _summed(kind: str, parts: Sequence[Figure]) -> Figure | None:
    try:
        total = roll_up(kind, parts)
    except FigureRefused:
        return None
    known = [part.known_at for part in parts if part.known_at is not None]
    sources = {part.source_code for part in parts}
    return replace(
        total,
        known_at=max(known, default=None),
        source_code=sources.pop() if len(sources) == 1 else "",
        is_rolled_up=True,
        is_sample=any(part.is_sample for part in parts),
        is_recast=any(part.is_recast for part in parts),
    )


def judged_sums(rolled: Iterable[RollUp]) -> list[Figure]:
    """Return the sums that may be judged: complete, of days for which nothing was published."""
    return [r.figure for r in rolled if r.is_complete and r.official is None and r.figure is not None]


@dataclass(frozen=True, slots=True)
class Recast:
    """Figures by unit in another organisation, and the breaks at which a history stayed under its old name."""

    by_unit: Mapping[str, tuple[Figure, ...]]
    breaks: tuple[Break, ...]


@dataclass(slots=True)
class _Piece:
    """A figure, or its share, on its way from one unit to another."""

    home: str
    figure: Figure
    is_addable: bool
    reason_break: Break | None = field(default=None)


def recast(kind: str, by_unit: Mapping[str, Sequence[Figure]], *, organisation: Organisation, on: date) -> Recast:
    """Show figures in the organisation of a day (現在の組織) instead of that in which they were reported (当時の組織).

    Args:
        kind: the indicator's kind.
        by_unit: unit code → its figures, one vintage per period.
        organisation: units and dated successions.
        on: the day whose organisation is wanted.

    Returns:
        Sums over all units are the same as before. Numerators, denominators, bases, and values of additive kinds move by
        share. A figure counts as of its period's last day, or of its unit's last day where that came earlier. What cannot be
        added (levels, texts, rates without parts) moves only where a unit merely changed its name.
    """
    held: dict[tuple[str, str], list[_Piece]] = {}
    breaks: dict[Break, None] = {}
    for code, figures in by_unit.items():
        last = organisation.last_day(code)
        followed: dict[date, tuple[dict[str, float], tuple[Break, ...]]] = {}
        for figure in figures:
            day = figure.period.end if last is None else min(figure.period.end, last)
            if day not in followed:
                followed[day] = organisation.shares(code, day, on=on)
            shares, met = followed[day]
            breaks.update(dict.fromkeys(met))
            addable = is_addable(kind, figure)
            if set(shares) == {code}:
                held.setdefault((code, figure.period_code), []).append(_Piece(code, figure, addable))
                continue
            stays = Break(code, None, tuple(shares), "not_additive")
            if not addable and len(shares) > 1:
                breaks[stays] = None
                held.setdefault((code, figure.period_code), []).append(_Piece(code, figure, addable))
                continue
            for unit, share in shares.items():
                moved = _scaled(kind, figure, share)
                held.setdefault((unit, figure.period_code), []).append(_Piece(code, moved, addable, stays))
    _send_home(kind, held, breaks)
    result: dict[str, list[Figure]] = {}
    for (unit, _), pieces in held.items():
        if not pieces:
            continue
        made = pieces[0].figure if len(pieces) == 1 else _summed(kind, [p.figure for p in pieces])
        assert made is not None  # pieces that cannot be added were sent home
        moved_in = len(pieces) > 1 or pieces[0].home != unit
        result.setdefault(unit, []).append(replace(made, is_rolled_up=False, is_recast=made.is_recast or moved_in))
    ordered = sorted(result, key=lambda unit: organisation.order.get(unit, len(organisation.order)))
    return Recast(
        {unit: tuple(sorted(result[unit], key=lambda f: (f.period.end, f.period.start))) for unit in ordered}, tuple(breaks)
    )


def _send_home(kind: str, held: dict[tuple[str, str], list[_Piece]], breaks: dict[Break, None]) -> None:
    """Where pieces meet that cannot be added, send those back that came from elsewhere, until nothing clashes."""
    moving = True
    while moving:
        moving = False
        for (unit, period), pieces in list(held.items()):
            if len(pieces) < 2 or (all(p.is_addable for p in pieces) and not are_mixed(kind, (p.figure for p in pieces))):
                continue
            strangers = [p for p in pieces if p.home != unit and not p.is_addable] or [p for p in pieces if p.home != unit]
            for piece in strangers:
                pieces.remove(piece)
                held.setdefault((piece.home, period), []).append(piece)
                if piece.reason_break is not None:
                    breaks[piece.reason_break] = None
                moving = True


def _scaled(kind: str, figure: Figure, share: float) -> Figure:
    if abs(share - 1) <= _NEAR:
        return figure

    def part(value: float | None) -> float | None:
        return None if value is None else value * share

    return replace(
        figure,
        value=figure.value if KINDS[kind].rate is not None else part(figure.value),  # a rate is the same in every part
        numerator=part(figure.numerator),
        denominator=part(figure.denominator),
        base_value=part(figure.base_value),
        is_recast=True,
    )
