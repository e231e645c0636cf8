"""The organisation in time: units, successions, and the bureaus that owe a report on a day (``docs/organisation.md``).

Pure: no session, no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from kpis.government import government
from kpis.grouped import grouped

NEAR = 1e-9  # tolerance for equal shares
SHARES_DO_NOT_ADD = "shares_do_not_add"


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation unit and one life of its name."""

    code: str
    name_ja: str
    name_en: str
    kind: str
    parent_code: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None  # its last day: blank and not current = end not known
    is_current: bool = True
    # its name in languages other than Japanese and English, as ``name_fr``
    further: Mapping[str, str] = field(default_factory=dict, hash=False)

    def is_valid_on(self, day: date) -> bool:
        """Return whether the unit existed on a day; one that ended on an unknown day counts as not existing."""
        if self.valid_from is not None and day < self.valid_from:
            return False
        if self.valid_to is None:
            return self.is_current
        return day <= self.valid_to


@dataclass(frozen=True, slots=True)
class Succession:
    """One predecessor–successor pair: the ``share`` (0 to 1, blank = not known) of the work transferred on a day."""

    predecessor_code: str
    successor_code: str
    relation: str
    effective_date: date | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """A reorganisation across which figures cannot be recast; the history stays under ``unit_code``.

    ``reason``: ``share_unknown``, ``shares_do_not_add`` (they must add up to 1 where the predecessor ends), ``day_unknown``, or
    ``not_additive`` (a level, a text, a rate without its parts, or a year-to-date beside a single-period figure).
    """

    unit_code: str
    day: date | None
    successor_codes: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Event:
    """All successions of one predecessor on one day; ``problem`` is the reason why figures cannot be recast."""

    day: date | None
    parts: tuple[Succession, ...]
    lives_on: bool
    problem: str

    def as_break(self) -> Break:
        first = self.parts[0].predecessor_code
        return Break(first, self.day, tuple(p.successor_code for p in self.parts), self.problem)


@dataclass(frozen=True)
class Organisation:
    """Every unit an instance ever had, in catalogue order, with all successions."""

    units: tuple[Unit, ...] = ()
    successions: tuple[Succession, ...] = ()
    _members: dict[str, tuple[Unit, ...]] = field(default_factory=dict, init=False, compare=False, repr=False)
    _owing: dict[tuple[str, date], tuple[str, ...]] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def by_code(self) -> Mapping[str, Unit]:
        """Return the units by their code."""
        return {unit.code: unit for unit in self.units}

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Return the position of each unit in the catalogue."""
        return {unit.code: place for place, unit in enumerate(self.units)}

    def members(self, scope_code: str) -> tuple[Unit, ...]:
        """Return the reporting units, of any time, whose figures add up to a scope: the next level below it.

        A unit of kind ``scope`` (as "headquarters departments") groups bureaus: its members are those of its parent.
        """
        if scope_code not in self._members:
            scope = self.by_code.get(scope_code)
            root = scope.parent_code if scope is not None and scope.kind == "scope" and scope.parent_code else scope_code
            self._members[scope_code] = tuple(
                u for u in self.units if u.kind in government().bureau_kinds and self._is_next_below(u, root)
            )
        return self._members[scope_code]

    def _is_next_below(self, unit: Unit, root: str) -> bool:
        above, passed = unit.parent_code, {unit.code}
        while above is not None and above not in passed:
            if above == root:
                return True
            passed.add(above)
            parent = self.by_code.get(above)
            if parent is None or parent.kind in government().bureau_kinds:
                return False
            above = parent.parent_code
        return False

    def owing(self, scope_code: str, day: date) -> tuple[str, ...]:
        """Return the codes of the bureaus that owe a report for a period ending on a day, in catalogue order."""
        key = (scope_code, day)
        if key not in self._owing:
            self._owing[key] = tuple(u.code for u in self.members(scope_code) if u.is_valid_on(day))
        return self._owing[key]

    @cached_property
    def _events(self) -> Mapping[str, tuple[_Event, ...]]:
        moves = grouped(((succession.predecessor_code, succession.effective_date), succession) for succession in self.successions)
        events: dict[str, list[_Event]] = {}
        for (code, day), parts in moves.items():
            lives_on = self._lives_on(code, day, parts)
            shares = [p.share for p in parts if p.share is not None]
            problem = ""
            if len(shares) < len(parts):
                problem = "share_unknown"
            elif sum(shares) > 1 + NEAR or (not lives_on and sum(shares) < 1 - NEAR):
                problem = SHARES_DO_NOT_ADD
            elif day is None and (lives_on or sum(1 for c, _ in moves if c == code) > 1):
                problem = "day_unknown"
            events.setdefault(code, []).append(_Event(day, tuple(parts), lives_on, problem))
        return {code: tuple(sorted(events_of_unit, key=lambda e: e.day or date.max)) for code, events_of_unit in events.items()}

    def shares_that_do_not_add(self) -> Iterator[tuple[str, date | None, float]]:
        """Yield the reorganisations whose shares, all known, cannot be right: the unit before, the day, and their sum."""
        for code, events in self._events.items():
            for event in events:
                if event.problem == SHARES_DO_NOT_ADD:
                    yield code, event.day, sum(part.share or 0.0 for part in event.parts)

    def _lives_on(self, code: str, day: date | None, parts: Sequence[Succession]) -> bool:
        unit = self.by_code.get(code)
        if unit is None:
            return False
        if unit.valid_to is not None and day is not None:
            return unit.valid_to >= day
        return unit.is_current or all(p.relation == "transfer" for p in parts)

    def last_day(self, code: str) -> date | None:
        """Return the last day of a unit: as recorded, else the day before the reorganisation that ended it."""
        unit = self.by_code.get(code)
        if unit is not None and unit.valid_to is not None:
            return unit.valid_to
        ends = [e.day for e in self._events.get(code, ()) if e.day is not None and not e.lives_on]
        return min(ends) - timedelta(days=1) if ends else None

    def shares(self, code: str, day: date, *, on: date) -> tuple[dict[str, float], tuple[Break, ...]]:
        """Return the distribution of a unit's work of one day over the organisation of another day.

        Args:
            code: the unit as it was.
            day: the day of the figures.
            on: follow reorganisations up to this day, one after another.

        Returns:
            unit code → share, adding up to 1; and the breaks at which the history stays with its unit.
        """
        shares: dict[str, float] = {}
        breaks: dict[Break, None] = {}
        self._follow(code, day, 1.0, on, shares, breaks)
        return shares, tuple(breaks)

    def _follow(self, code: str, day: date, weight: float, on: date, shares: dict[str, float], breaks: dict[Break, None]) -> None:
        for event in self._events.get(code, ()):
            if event.day is not None and (event.day <= day or event.day > on):
                continue
            if event.problem:
                breaks[event.as_break()] = None
                break  # later events might move work that has left before: stay here
            since = event.day or day
            for part in event.parts:
                if part.share:
                    self._follow(part.successor_code, since, weight * part.share, on, shares, breaks)
            weight *= 1 - sum(part.share or 0.0 for part in event.parts)
            day = since
            if not event.lives_on or weight <= NEAR:
                return
        shares[code] = shares.get(code, 0.0) + weight
