"""Totals of registers: pure counting over groups of procedures and over facilities. No session, no clock.

The database counts procedures in groups (``Group``: one row per combination of attributes), since a
national register has tens of thousands; every number on the pages and in the open API is added up from these groups.
A done procedure whose day lies after the day asked counts as planned; one ended by that day is not counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from kpis.figures.records import Definition, Figure
from kpis.government import government
from kpis.grouped import grouped
from kpis.languages import SOURCE, say
from kpis.store.tables.registers import values_in
from kpis.vocabulary import CountedAs, EndedReason

ENDED = "ended"  # of a procedure abolished or merged by the day: counted only among the ended
MISTAKE = EndedReason.MISTAKE.value  # the reason of a row entered by mistake: it was valid on no day
STATUSES = ("done", "partly_done", "planned", "not_done", "other", "unknown", "exempt")
ONLINE = ("done", "partly_done")
FINISHED = ("done", "exempt", ENDED)
STEPS = ("identity", "fee", "attachment", "result")
FORMS = ("online", "either", "paper", "none", "unknown")
DIMENSIONS = ("bureau", "process_type", "applicant", "authority", "priority", "channel")
SURE = ("day", "month", "quarter", "year")  # a date of these precisions can be overdue


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Procedures with the same attributes; one row per combination."""

    bureau: str
    status: str
    process_type: str
    applicant: str
    authority: str
    is_priority: bool
    smartphone: str
    counted_as: str
    is_sample: bool
    steps: tuple[str, str, str, str]
    count: int
    with_applications: int
    applications: float
    with_usage: int
    usage_total: float  # only of procedures whose online count is known
    usage_online: float  # only of these


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """Procedures of one status with one date (digitised or planned) and its precision; one row per combination."""

    day: date
    precision: str
    status: str  # of procedures ended by the day asked the one before
    bureau: str
    count: int
    ended: date | None = None  # that day


@dataclass(slots=True)
class ProcedureTally:
    """The totals of a set of procedures."""

    procedures: int = 0
    ended: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    sample: int = 0
    with_applications: int = 0
    applications: float = 0
    applications_done: float = 0
    with_usage: int = 0
    usage_total: float = 0
    usage_online: float = 0
    usage_total_of_online: float = 0
    usage_online_of_online: float = 0
    smartphone: Counter[str] = field(default_factory=Counter)

    @property
    def done(self) -> int:
        """Return the number of digitised procedures."""
        return self.statuses["done"]

    @property
    def is_unknown(self) -> bool:
        """Return whether the state of every procedure is unknown: then no rate of digitisation can be given."""
        return self.statuses["unknown"] == self.procedures

    @property
    def rate_pct(self) -> float | None:
        """Return the digitisation rate by procedures: done / all of the register, exempt and unknown ones included."""
        return None if self.is_unknown else pct(self.done, self.procedures)

    @property
    def rate_with_partly_pct(self) -> float | None:
        """Return the rate with partly digitised procedures counted as done."""
        return None if self.is_unknown else pct(self.done + self.statuses["partly_done"], self.procedures)

    @property
    def applications_rate_pct(self) -> float | None:
        """Return the digitisation rate by applications: those of done procedures / all, of procedures with a known count."""
        return None if self.is_unknown else pct(self.applications_done, self.applications)

    @property
    def usage_of_online_pct(self) -> float | None:
        """Return online usage, first definition: online applications / applications of procedures that can be done online."""
        return pct(self.usage_online_of_online, self.usage_total_of_online)

    @property
    def usage_of_all_pct(self) -> float | None:
        """Return online usage, second definition: online applications / applications of all procedures."""
        return pct(self.usage_online, self.usage_total)

    def to_json(self) -> dict[str, Any]:
        """Return every number, rates unrounded in percent."""
        return {
            "procedures_count": self.procedures, "ended_count": self.ended, "statuses": {s: self.statuses[s] for s in STATUSES},
            "counted_as": self.units, "sample_count": self.sample, "done_count": self.done, "rate_pct": self.rate_pct,
            "rate_with_partly_pct": self.rate_with_partly_pct, "with_applications_count": self.with_applications,
            "applications_count": self.applications, "applications_done_count": self.applications_done,
            "applications_rate_pct": self.applications_rate_pct, "with_usage_count": self.with_usage,
            "usage_online_count": self.usage_online, "usage_total_count": self.usage_total,
            "usage_of_online_pct": self.usage_of_online_pct, "usage_of_all_pct": self.usage_of_all_pct,
            "smartphone": self.smartphone,
        }  # fmt: skip


def pct(part: float, whole: float) -> float | None:
    """Return a share in percent; ``None`` for a zero denominator, never 0 %."""
    return part / whole * 100 if whole else None


def tally(groups: Iterable[Group]) -> ProcedureTally:
    """Add up groups; ended procedures are counted separately and enter no other number."""
    t = ProcedureTally()
    for g in groups:
        if g.status == ENDED:
            t.ended += g.count
            continue
        t.procedures += g.count
        t.statuses[g.status] += g.count
        t.units[g.counted_as] += g.count
        t.sample += g.count if g.is_sample else 0
        t.with_applications += g.with_applications
        t.applications += g.applications
        t.with_usage += g.with_usage
        t.usage_total += g.usage_total
        t.usage_online += g.usage_online
        if g.status == "done":
            t.applications_done += g.applications
        if g.status in ONLINE:
            t.usage_total_of_online += g.usage_total
            t.usage_online_of_online += g.usage_online
            t.smartphone[g.smartphone] += g.count
    return t


_KEYS: dict[str, Callable[[Group], str]] = {
    "bureau": lambda g: g.bureau,
    "process_type": lambda g: g.process_type,
    "applicant": lambda g: g.applicant,
    "authority": lambda g: g.authority,
    "priority": lambda g: "yes" if g.is_priority else "no",
}


def tally_by(
    groups: Iterable[Group], dimension: str, *, order: Sequence[str] = (), home: Callable[[str], str] = lambda code: code
) -> dict[str, ProcedureTally]:
    """Add up groups by one of ``DIMENSIONS`` (but ``channel``), in the given order, other values after it by name.

    Args:
        order: values in display order.
        home: maps a bureau to the one under which its procedures are shown, as its successor.
    """
    key, shown_under = _KEYS[dimension], cache(home)
    values = ((key(group), group) for group in groups)
    parts = grouped((shown_under(value) if dimension == "bureau" and value else value, group) for value, group in values)
    place = {value: i for i, value in enumerate(order)}
    tallies = {value: tally(parts[value]) for value in sorted(parts, key=lambda v: (place.get(v, len(place)), v))}
    return {value: counts for value, counts in tallies.items() if counts.procedures}


def channels(rows: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """Count procedures by channel and status, most used first; one with several channels counts under each.

    Args:
        rows: (channels as written, status, count).
    """
    by_channel: dict[str, dict[str, int]] = defaultdict(Counter)
    for written, status, count in rows:
        for name in values_in("online_channel", written) or ("",):
            by_channel[name][status] += count
    return dict(sorted(by_channel.items(), key=lambda item: (not item[0], -sum(item[1].values()), item[0])))


def steps(groups: Iterable[Group]) -> dict[str, dict[str, int]]:
    """Count how each step is done, over the procedures that can be done online; ``paper`` is the remainder."""
    counts = {step: dict.fromkeys(FORMS, 0) for step in STEPS}
    for g in groups:
        if g.status in ONLINE:
            for step, form in zip(STEPS, g.steps, strict=True):
                counts[step][form] += g.count
    return counts


@dataclass(frozen=True, slots=True)
class Plan:
    """Open procedures by planned day: planned, overdue, and planned without a day."""

    by_day: tuple[tuple[date, str, int], ...]
    overdue: int
    undated: int

    @property
    def planned(self) -> int:
        """Return the number of open procedures with a planned day."""
        return sum(count for _, _, count in self.by_day)

    def to_json(self) -> dict[str, Any]:
        """Return every number."""
        days = [{"day": day.isoformat(), "precision": precision, "count": count} for day, precision, count in self.by_day]
        return {"planned_count": self.planned, "overdue_count": self.overdue, "undated_count": self.undated, "by_day": days}


def plan(dated: Iterable[Dated], groups: Iterable[Group], *, as_of: date) -> Plan:
    """Group planned procedures by day; overdue is an open procedure whose planned day lies before ``as_of``."""
    days: Counter[tuple[date, str]] = Counter()
    planned = 0
    for d in dated:
        if d.status not in FINISHED and d.ended is None:
            days[d.day, d.precision] += d.count
            planned += d.count if d.status == "planned" else 0
    overdue = sum(n for (day, precision), n in days.items() if precision in SURE and day < as_of)
    planned_count = sum(g.count for g in groups if g.status == "planned")
    return Plan(tuple((*key, days[key]) for key in sorted(days)), overdue, max(planned_count - planned, 0))


def cumulated(dated: Iterable[Dated]) -> list[tuple[date, int, int]]:
    """Return (day, newly digitised, digitised and not ended by then) for procedures available online with a known day."""
    days, gone = Counter[date](), Counter[date]()
    for d in dated:
        if d.status in ONLINE and (d.ended is None or d.ended > d.day):
            days[d.day] += d.count
            if d.ended is not None:
                gone[d.ended] += d.count
    so_far, sums = 0, []
    for day in sorted({*days, *gone}):
        so_far += days[day] - gone[day]
        sums.append((day, days[day], so_far))
    return sums


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """A published count beside that of the register."""

    indicator_code: str
    period_code: str
    unit: str
    value: float | None
    numerator: float | None
    denominator: float | None
    is_approximate: bool
    is_total_approximate: bool  # as published: no difference to the unit follows from it
    is_of_other_unit: bool  # it counts processes where the register counts procedures, or the other way round
    counted: int
    registered: int

    @property
    def difference(self) -> float | None:
        """Return registered − published total, where an exact one was published of what the register counts."""
        if self.denominator is None or self.is_total_approximate or self.is_of_other_unit:
            return None
        return self.registered - self.denominator

    def to_json(self) -> dict[str, Any]:
        """Return every number."""
        return {
            "indicator": self.indicator_code, "period": self.period_code, "unit": self.unit, "published_value": self.value,
            "published_numerator": self.numerator, "published_denominator": self.denominator,
            "is_approximate": self.is_approximate, "is_total_approximate": self.is_total_approximate,
            "register_done_count": self.counted, "register_count": self.registered,
            "difference": self.difference,
        }  # fmt: skip


def published_beside(definition: Definition, figure: Figure, total: ProcedureTally) -> Published:
    """Pair a published figure with the register's total; neither is computed from the other."""
    others = {say(f"unit_{unit}", SOURCE) for unit in CountedAs if set(total.units) != {unit}} if total.procedures else set[str]()
    is_about = definition.code in government().about_totals and not figure.is_rolled_up
    return Published(
        indicator_code=definition.code, period_code=figure.period_code, unit=definition.unit_ja, value=figure.value,
        numerator=figure.numerator, denominator=figure.denominator,
        is_approximate=figure.is_approximate,
        is_total_approximate=figure.has_round_whole and (figure.is_approximate or is_about),
        is_of_other_unit=definition.unit_ja in others, counted=total.done, registered=total.procedures,
    )  # fmt: skip
