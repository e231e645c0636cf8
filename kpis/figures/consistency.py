"""Rules between figures: contradictions with each other, with the life of a unit and with the calendar, for every input. Pure.

Workbook, lists, ``pull`` and reload call ``find_contradictions`` and convert each ``Contradiction`` to their own form. Impossible
figures are errors; unusual ones are warnings: a bureau confirms them with a reason, a list answers them in its column
``reason_text``. No unusual figure is stored without a reason.

| rule | grade | when |
|---|---|---|
| ``unit_outside_time`` | error | the unit did not exist on any day of the period |
| ``period_not_begun`` | error | the period begins after today |
| ``period_not_ended`` | warning | the period ends after today: the figure can cover only part of it |
| ``unit_ended_within`` | warning | the unit ended within the period: the figure can cover only part of it |
| ``cumulative_falls`` | warning | a year-to-date total, or a stock that is to rise, below an earlier one of the fiscal year |
| ``year_to_date_mixed`` | warning | year-to-date beside single-period reports of the bureaus of one sum |
| ``predecessor_and_successor`` | warning | both report the period in which one followed the other |
| ``same_days_differ`` | warning | two figures of one unit cover the same days (year and last quarter) and differ |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from kpis.figures.organisation import Organisation
from kpis.figures.records import Definition, Figure, value_of
from kpis.kinds import KINDS
from kpis.message import Message, few
from kpis.periods import Period, first_month_word, fiscal_year_start
from kpis.text import Named

Key = tuple[str, str, str]  # indicator, unit, period
_PARTS = ("value", "numerator", "denominator", "base_value")
_CORRECT = Message("remedy_confirm_or_correct")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One contradiction: the rule violated, the key of the figure, the column concerned, and the remedy."""

    rule: str
    grade: Literal["error", "warning"]
    key: Key
    column: str
    found: str | Message
    expected: Message
    remedy: Message = _CORRECT


@dataclass(frozen=True)
class Known:
    """The data that reported figures are compared with."""

    definitions: Mapping[str, Definition]
    scopes: Mapping[str, str]  # indicator → the unit that its bureaus add up to
    organisation: Organisation
    # (indicator, unit) → current figures, one vintage per period
    figures: Mapping[tuple[str, str], Sequence[Figure]] = field(default_factory=dict)


def find_contradictions(reported: Mapping[Key, Figure], known: Known, *, today: date | None = None) -> list[Contradiction]:
    """Return the contradictions of reported figures, in the order of the report.

    Args:
        reported: the figures that are new or changed, by (indicator, unit, period); each takes the place of a stored one. One
            without any number is a text, or withdraws what is stored: it is not checked.
        known: definitions, units and what is stored. Figures of unknown indicators or units are passed over.
        today: periods that begin later are refused; ``None`` = not asked.
    """
    by_series: dict[tuple[str, str], dict[str, Figure]] = {
        whose: {figure.period_code: figure for figure in known.figures.get(whose, ())}
        for whose in {(code, unit) for code, unit, _ in reported} | set(known.figures)
    }
    for key, figure in reported.items():
        by_series[key[:2]].pop(key[2], None)
        if figure.value is not None or figure.numerator is not None:
            by_series[key[:2]][key[2]] = figure
    reported = {key: figure for key, figure in reported.items() if key[2] in by_series[key[:2]]}
    mixed = _mixed(reported, known, by_series)
    series: dict[tuple[str, str], _Series] = {}
    lives: dict[str, _Life] = {}
    contradictions: list[Contradiction] = []
    for key, figure in reported.items():
        code, unit, _ = key
        definition = known.definitions.get(code)
        if definition is None or unit not in known.organisation.by_code:
            continue
        period = figure.period  # computed once: a list has 50,000 of them
        life = lives.get(unit)
        if life is None:
            life = lives[unit] = _Life(unit, known.organisation)
        if not life.holds(period) or (today is not None and period.end > today):
            out_of_time = list(_out_of_time(key, period, known.organisation, today=today))
            contradictions += out_of_time
            if any(f.grade == "error" for f in out_of_time):
                continue
        own = series.get((code, unit))
        if own is None:
            own = series[code, unit] = _Series(definition, by_series[code, unit].values())
        clashes = [_falling(key, figure, period, own, definition, reported), *mixed.get(key, ())]
        if own.adds_up and life.successions:
            clashes.append(_followed(key, figure, period, by_series, known.organisation, life, reported))
        if len(own.by_days[_days_of(definition, figure, period)]) > 1:
            clashes.append(_same_days(key, figure, period, own, definition, reported))
        contradictions += [clash for clash in clashes if clash is not None]
    return contradictions


class _Life:
    """The life of a unit, with its predecessors and successors."""

    def __init__(self, unit: str, organisation: Organisation) -> None:
        self.begins, self.ends = organisation.by_code[unit].valid_from, organisation.last_day(unit)
        self.successions = [s for s in organisation.successions if unit in (s.predecessor_code, s.successor_code)]

    def holds(self, period: Period) -> bool:
        """Return whether the unit exists on the last day of a period, so that no contradiction arises."""
        return (self.ends is None or self.ends >= period.end) and (self.begins is None or self.begins <= period.end)


class _Series:
    """The figures of one indicator and unit, by fiscal year in order of time and by the days they cover."""

    def __init__(self, definition: Definition, figures: Iterable[Figure]) -> None:
        self.adds_up = _adds_over_a_period(definition)
        self.by_year: dict[int, list[Figure]] = {}
        self.by_days: dict[tuple[date, date], list[Figure]] = {}
        for period, figure in sorted(
            ((f.period, f) for f in figures), key=lambda known_figures: (known_figures[0].end, known_figures[0].start)
        ):
            if period.kind != "calendar_year":
                self.by_year.setdefault(period.fiscal_year, []).append(figure)
            self.by_days.setdefault(_days_of(definition, figure, period), []).append(figure)


def outside_time(unit_code: str, period: Period, organisation: Organisation) -> Message | None:
    """Return the life of a unit in words if it did not exist on any day of a period; ``None`` where it did or is not known."""
    unit = organisation.by_code.get(unit_code)
    if unit is None:
        return None
    last = organisation.last_day(unit_code)
    if last is not None and last < period.start:
        return Message("until_end_of_unit", day=last, unit=Named(unit, "name"))
    if unit.valid_from is not None and unit.valid_from > period.end:
        return Message("from_begin_of_unit", day=unit.valid_from, unit=Named(unit, "name"))
    return None


def _out_of_time(key: Key, period: Period, organisation: Organisation, *, today: date | None) -> Iterator[Contradiction]:
    _, unit, code = key
    when = outside_time(unit, period, organisation)
    if when is not None:
        remedy = Message("remedy_unit_or_period")
        yield Contradiction("unit_outside_time", "error", key, "period_code", f"{unit} {code}", when, remedy)
    if today is not None and period.start > today:
        expected = Message("begun_by", day=today)
        yield Contradiction("period_not_begun", "error", key, "period_code", code, expected, Message("remedy_period"))
    elif today is not None and period.end > today:
        yield Contradiction("period_not_ended", "warning", key, "period_code", code, Message("ended_by", day=today))
    last = organisation.last_day(unit)
    if last is not None and period.start <= last < period.end:
        expected = Message("until_unit_ended", day=last)
        yield Contradiction("unit_ended_within", "warning", key, "period_code", f"{unit} {code}", expected)


# A total since the year began that falls ----------------------------------------------------------------------------------------


def _adds_over_a_period(definition: Definition) -> bool:
    kind = KINDS[definition.kind]
    return kind.is_additive and not kind.is_on_a_day


def _running_parts(definition: Definition, figure: Figure, period: Period) -> tuple[str, ...]:
    """Return the parts of a figure that can only grow within a fiscal year; none for a single-period figure."""
    kind = KINDS[definition.kind]
    if kind.is_on_a_day:
        return (
            ("value",) if definition.direction not in ("lower", "keep") else ()
        )  # a fall is what is wanted, or no worse than a rise
    if not (figure.is_year_to_date or period.kind == "year"):
        return ()
    if kind.divisor:
        return ("numerator", kind.divisor)
    return ("value",) if kind.is_cap or (kind.is_level and "%" not in definition.unit_ja) else ()


def _falling(
    key: Key, figure: Figure, period: Period, own: _Series, definition: Definition, reported: Mapping[Key, Figure]
) -> Contradiction | None:
    parts = _running_parts(definition, figure, period)
    if not parts or period.kind == "calendar_year":
        return None
    code, unit, _ = key
    same_year = own.by_year[period.fiscal_year]
    for part in parts:
        value = getattr(figure, part)
        if value is None:
            continue
        figures = [f for f in same_year if part in _running_parts(definition, f, f.period) and getattr(f, part) is not None]
        earlier = [f for f in figures if f.period.end < period.end]
        later = [f for f in figures if f.period.end > period.end]
        if earlier and value < getattr(earlier[-1], part) and not _rounded_alike(figure, earlier[-1], part):
            against, least = earlier[-1], True
        elif later and value > getattr(later[0], part) and not _rounded_alike(figure, later[0], part):
            against, least = later[0], False
            if (code, unit, against.period_code) in reported:
                continue  # reported at the later of the two
        else:
            continue
        bound = f"{getattr(against, part):,.15g}"
        expected = Message("at_least_of_period" if least else "at_most_of_period", bound=bound, period=against.period.label)
        return Contradiction("cumulative_falls", "warning", key, part, f"{value:,.15g}", expected)
    return None


def _rounded_alike(one: Figure, other: Figure, part: str) -> bool:
    """Return whether two values agree within their rounding: 約7,000 and 7,012, more than 40 and 43."""
    a: float = getattr(one, part)
    b: float = getattr(other, part)
    if (one.is_lower_bound and b >= a) or (other.is_lower_bound and a >= b):
        return True
    allowed = max((_half_of_last_digit(v) for v, f in ((a, one), (b, other)) if f.is_approximate), default=0.0)
    return abs(a - b) <= allowed + 1e-9 * max(abs(a), abs(b), 1.0)


def _half_of_last_digit(value: float) -> float:
    """Return half the place value of the last non-zero digit: 500 for 7,000, 0.05 for 73.1."""
    digits, _, exponent = f"{abs(value):.14e}".partition("e")
    written = len(digits.replace(".", "").rstrip("0")) or 1
    return 0.5 * 10.0 ** (int(exponent) - written + 1)


# Two figures of the same days --------------------------------------------------------------------------------------------


def _days_of(definition: Definition, figure: Figure, period: Period) -> tuple[date, date]:
    """Return the first and last day that a figure covers: the last day for a stock, since the start of the fiscal year for year-to-date."""
    if KINDS[definition.kind].is_on_a_day:
        return period.end, period.end
    return (fiscal_year_start(period.end) if figure.is_year_to_date else period.start), period.end


def _same_days(
    key: Key, figure: Figure, period: Period, own: _Series, definition: Definition, reported: Mapping[Key, Figure]
) -> Contradiction | None:
    if KINDS[definition.kind].is_text:
        return None
    days, (code, unit, _) = _days_of(definition, figure, period), key
    for other in own.by_days[days]:
        if other.period_code == figure.period_code:
            continue
        # Where both are reported, the figure of the longer period is questioned.
        if (code, unit, other.period_code) in reported and other.period.start < period.start:
            continue
        part = _differing(definition, figure, other)
        if part is not None:
            value = value_of(definition, other) if part == "value" else getattr(other, part)
            own_value = value_of(definition, figure) if part == "value" else getattr(figure, part)
            expected = Message("same_as_period", period=other.period.label, value=f"{value:,.15g}")
            return Contradiction("same_days_differ", "warning", key, part, f"{own_value:,.15g}", expected)
    return None


def _differing(definition: Definition, one: Figure, other: Figure) -> str | None:
    for part in _PARTS:
        a, b = getattr(one, part), getattr(other, part)
        if a is not None and b is not None:
            if abs(a - b) > 1e-9 * max(abs(a), abs(b), 1.0) and not _rounded_alike(one, other, part):
                return part
        elif part == "value":
            a, b = value_of(definition, one), value_of(definition, other)
            if a is None or b is None:
                continue
            is_whole = any(v == round(v) for v in (one.value, other.value) if v is not None)
            if abs(a - b) > 0.5 * 10 ** -max(definition.decimals, 0 if is_whole else 1) + 1e-9:
                return None if one.is_approximate or other.is_approximate else part
    return None


# Sums over bureaus -------------------------------------------------------------------------------------------------------


def _mixed(
    reported: Mapping[Key, Figure], known: Known, by_series: Mapping[tuple[str, str], Mapping[str, Figure]]
) -> dict[Key, list[Contradiction]]:
    """Find reports whose year-to-date flag differs from that of the other bureaus of the same sum."""
    contradictions: dict[Key, list[Contradiction]] = {}
    for code, period in dict.fromkeys((code, period) for code, _, period in reported):
        definition, scope = known.definitions.get(code), known.scopes.get(code)
        if definition is None or scope is None or not _adds_over_a_period(definition):
            continue
        units = [u.code for u in known.organisation.members(scope)]
        by_unit = {u: f for u in units if (f := by_series.get((code, u), {}).get(period)) is not None and f.period.has_year_before}
        since_begun = {u for u, f in by_unit.items() if f.is_year_to_date}
        if not since_begun or len(since_begun) == len(by_unit):
            continue
        alone = set(by_unit) - since_begun
        ours = [u for u in by_unit if (code, u, period) in reported]
        sides = [side for side in (alone, since_begun) if side & set(ours)]
        odd = min(sides, key=len)  # where both sides are reported, the smaller one is questioned
        for unit in ours:
            if unit not in odd:
                continue
            others = sorted(set(by_unit) - odd, key=units.index)
            to_date = unit in since_begun
            contradictions[code, unit, period] = [
                Contradiction(
                    "year_to_date_mixed", "warning", (code, unit, period), "is_year_to_date",
                    Message("total_since", month=first_month_word) if to_date else Message("period_alone"),
                    Message("alone_as_others" if to_date else "total_as_others", bureaus=few(others, 5), month=first_month_word),
                )
            ]  # fmt: skip
    return contradictions


def _followed(
    key: Key, figure: Figure, period: Period, by_series: Mapping[tuple[str, str], Mapping[str, Figure]], organisation: Organisation,
    life: _Life, reported: Mapping[Key, Figure],
) -> Contradiction | None:  # fmt: skip
    code, unit, period_code = key
    for succession in life.successions:
        last = organisation.last_day(succession.predecessor_code)
        if last is None or not period.start <= last < period.end:
            continue
        other = succession.successor_code if unit == succession.predecessor_code else succession.predecessor_code
        if period_code not in by_series.get((code, other), {}):
            continue
        if unit == succession.predecessor_code and (code, other, period_code) in reported:
            continue  # reported at the successor
        since = last + timedelta(days=1)
        return Contradiction(
            "predecessor_and_successor", "warning", key, next((p for p in _PARTS if getattr(figure, p) is not None), "value"),
            f"{succession.predecessor_code} + {succession.successor_code} {period_code}",
            Message("predecessor_and_successor_parts", day=last, since=since),
        )  # fmt: skip
    return None
