"""Plausibility of a single figure or place, by its kind and its history: impossible, doubtful, or ambiguous. Pure.

The rules for one figure by itself, used by every input (workbook, list, ``pull``, reload). Rules between the figures of a unit
(falling totals, a unit's life) are in ``kpis.figures.consistency``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from kpis.figures.records import NEAR, Definition, Figure, rate_of, value_of
from kpis.kinds import KINDS, is_percent
from kpis.message import Message
from kpis.periods import Period
from kpis.text import Named, with_unit

Severity = Literal["error", "question", "warning"]

PARTS = ("numerator", "denominator", "base_value", "sample_size")
NUMBERS = ("value", *PARTS)
_NO_PARTS = (None,) * len(PARTS)
FACTOR = 10.0  # ratio to the previous figure from which a figure is doubted
_FEW, _POINTS = 100.0, 20.0  # below it counts vary freely; rates are doubted from this many points on
_BEYOND = 1e10  # a count of one unit is doubted from here on

CORRECT = Message("remedy_correct")
CONFIRM = Message("remedy_confirm_or_correct")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A finding on one column of a figure: impossible (``error``), doubtful (``warning``) or ambiguous (``question``)."""

    rule: str  # name of the rule
    column: str  # our column
    severity: Severity
    found: str | Message  # in display form
    expected: Message
    remedy: Message
    readings: tuple[float, ...] = ()  # for a question, the possible values of the cell


class Area(NamedTuple):
    """The bounding area of a catalogue, in decimal degrees."""

    south: float
    north: float
    west: float
    east: float


class Earlier:
    """The figures of one indicator and unit, of any period, to find the one a further figure is compared with."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._alike: dict[tuple[object, ...], list[tuple[date, int, Figure]]] = {}
        for figure in figures:
            period = figure.period
            for group in _compared(figure, period):
                self._alike.setdefault(group, []).append((period.end, figure.vintage, figure))
        for alike in self._alike.values():
            alike.sort(key=itemgetter(0, 1))

    def before(self, figure: Figure) -> Figure | None:
        """Return the latest figure that ends before this one and has the same kind of period."""
        period = figure.period
        latest: tuple[date, int, Figure] | None = None
        for group in _compared(figure, period):
            alike = self._alike.get(group, [])
            place = bisect_left(alike, (period.end,))
            if place and (latest is None or alike[place - 1][:2] > latest[:2]):
                latest = alike[place - 1]
        return latest[2] if latest is not None else None


def _compared(figure: Figure, period: Period) -> list[tuple[object, ...]]:
    """Return the groups in which a figure is compared; year-to-date: the same part of other years, and its own fiscal year."""
    if not figure.is_year_to_date:
        return [(period.kind,)]
    return [(period.kind, "part", period.start.month), (period.kind, "year", period.fiscal_year)]


def check_figure(
    definition: Definition, figure: Figure, earlier: Earlier | None = None, *, form_columns: Collection[str] = (),
    sure: Collection[str] = (),
) -> list[Doubt]:  # fmt: skip
    """Return the findings on one figure, by itself and against earlier figures of the unit.

    Args:
        definition: of its indicator, with the bounds of the catalogue.
        figure: as reported; an unreadable column is ``None``.
        earlier: the figures of the same indicator and unit.
        form_columns: columns that the form requires beside the value.
        sure: columns written with their unit (``0.5%``), whose scale is not asked about.
    """
    return Rules(definition).doubts(figure, earlier, form_columns=form_columns, sure=sure)


class Rules:
    """The rules for one indicator, selected once and applied to the thousands of figures of a list."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.is_count, self.is_rate = is_count(definition), is_rate(definition)
        self.is_on_a_day = KINDS[definition.kind].is_on_a_day

    def doubts(
        self, figure: Figure, earlier: Earlier | None = None, *, form_columns: Collection[str] = (), sure: Collection[str] = ()
    ) -> list[Doubt]:
        """Return the findings of ``check_figure``."""
        definition = self.definition
        has_parts = (figure.numerator, figure.denominator, figure.base_value, figure.sample_size) != _NO_PARTS
        names = NUMBERS if has_parts else ("value",)
        given = [(name, number) for name in names if (number := getattr(figure, name)) is not None]
        if infinite := [name for name, number in given if not isfinite(number)]:
            return [Doubt("not_finite", name, "error", "NaN / inf", Message("finite_number"), CORRECT) for name in infinite]
        doubts = [*_bounds(definition, figure)]
        if self.is_count or has_parts:
            doubts += _counts(definition, figure)
        if self.is_on_a_day:
            doubts += _parts(definition, figure, form_columns)
        question = ask_scale(definition, figure) if self.is_rate and "value" not in sure else None
        if question is not None:
            doubts.append(question)
        elif has_parts:
            doubts += _own_numbers(definition, figure)
        far = list(_magnitude(definition, figure, earlier.before(figure) if earlier else None, names))
        if doubts and far:
            faulty = {f.column for f in doubts if f.severity in ("error", "question")}
            far = [f for f in far if f.column not in faulty]
        return doubts + far


def ask_scale(definition: Definition, figure: Figure, *, shown: float | None = None) -> Doubt | None:
    """Return the question whether a rate was written in percent or as a share, where the scale is ambiguous.

    Args:
        shown: the value in the cell's own format, where that differs from the stored one.
    """
    value = figure.value
    if value is None or not is_rate(definition):
        return None
    if shown is None:
        if definition.unit_ja == "ポイント" or not 0 < abs(value) <= 1:
            return None
        shown = float(f"{value * 100:.15g}")
        worked = _worked(definition, figure)
        if (worked is None and _has_parts(definition, figure)) or (
            worked is not None and not _agree(definition, figure, shown, worked)
        ):
            return None
    low, high = limits(definition)
    readings = tuple(r for r in dict.fromkeys((value, shown)) if _within(r, low, high))
    if not readings:
        return None  # impossible in either scale, and refused as such
    unit = definition.unit_ja
    choices = [with_unit(written(r), unit) for r in readings]
    plain, quoted = written(max(readings, key=abs)), written(min(readings, key=abs))
    return Doubt(
        "scale", "value", "question", written(value),
        Message("which_of_two", first=choices[0], second=choices[1]) if len(choices) > 1 else Message("whether_meant", reading=choices[0]),
        Message("remedy_plain_or_with_unit", plain=plain, quoted=quoted),
        readings,
    )  # fmt: skip


def check_row(fields: Mapping[str, Any], area: Area | None, *, begun: str, today: date | None) -> list[Doubt]:
    """Return the findings on one row of a register.

    Args:
        fields: of the row; an unreadable one is ``None``.
        area: of the catalogue.
        begun: the column of the day of completion; blank where the register has none.
        today: later days of completion are doubted; ``None`` = not checked.
    """
    doubts = [
        Doubt("not_whole", name, "error", written(value), Message("whole_number"), CORRECT)
        for name in ("applications_count", "online_count")
        if isinstance(value := fields.get(name), float) and value != round(value)
    ]
    doubts += check_point(fields.get("latitude"), fields.get("longitude"), area)
    day = fields.get(begun)
    if today is not None and isinstance(day, date) and day > today:
        until = Message("day_until", day=today)
        doubts.append(Doubt("done_in_future", begun, "warning", day.isoformat(), until, CONFIRM))
    applications, online = fields.get("applications_count"), fields.get("online_count")
    if isinstance(applications, float) and isinstance(online, float) and online > applications:
        more = f"{written(online)} > {written(applications)}"
        doubts.append(Doubt("online_above_applications", "online_count", "warning", more, Message("at_most_applications"), CONFIRM))
    return doubts


def check_point(latitude: float | None, longitude: float | None, area: Area | None) -> list[Doubt]:
    """Return the finding on a place: outside the globe, latitude and longitude swapped, or outside the area."""
    given = {"latitude": (latitude, 90.0), "longitude": (longitude, 180.0)}
    place = (latitude, longitude) if latitude is not None and longitude is not None else None
    if place and area is not None and not _inside(*place, area) and _inside(place[1], place[0], area):
        right = Message("place_swapped", longitude=longitude, latitude=latitude)
        remedy = Message("remedy_exchange_place")
        return [Doubt("swapped", "latitude", "error", f"{latitude:g}", right, remedy)]
    wrong = [
        Doubt("no_place", name, "error", f"{value:g}", Message("degrees_within", most=most), CORRECT)
        for name, (value, most) in given.items()
        if value is not None and not (isfinite(value) and abs(value) <= most)
    ]  # fmt: skip
    if wrong or area is None:
        return wrong
    for name, value, low, high in (
        ("latitude", latitude, area.south, area.north), ("longitude", longitude, area.west, area.east),
    ):  # fmt: skip
        if value is not None and not low <= value <= high:
            wrong.append(
                Doubt("outside_area", name, "warning", f"{value:g}", Message("from_to", low=low, high=high), CONFIRM)
            )  # fmt: skip
    return wrong


def written(value: float) -> str:
    """Return a number with all its digits, up to the fifteen that spreadsheets keep."""
    return f"{value:,.15g}"


def is_rate(definition: Definition) -> bool:
    """Return whether an indicator is in percent or points, so that 0.5 may mean 50."""
    return is_percent(definition.kind, definition.unit_ja) or definition.unit_ja == "ポイント"


def limits(definition: Definition) -> tuple[float | None, float | None]:
    """Return the least and greatest possible value: of the catalogue, else of the kind."""
    kind = KINDS[definition.kind]
    low = kind.least if definition.minimum_value is None else definition.minimum_value
    high = kind.most if definition.maximum_value is None else definition.maximum_value
    return low, high


def is_count(definition: Definition) -> bool:
    """Return whether an indicator's value is a count: whole and not negative."""
    return KINDS[definition.kind].is_count and definition.decimals == 0 and not definition.unit_ja.endswith(("%", "％", "円"))


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low - NEAR) and (high is None or value <= high + NEAR)


def _between(low: float | None, high: float | None) -> tuple[Message, ...]:
    parts = []
    if low is not None:
        parts.append(Message("at_least", low=written(low)))
    if high is not None:
        parts.append(Message("at_most", high=written(high)))
    return tuple(parts)


def _inside(latitude: float, longitude: float, area: Area) -> bool:
    return area.south <= latitude <= area.north and area.west <= longitude <= area.east


def _has_parts(definition: Definition, figure: Figure) -> bool:
    whole = getattr(figure, KINDS[definition.kind].against)
    return figure.numerator is not None and whole is not None


def _bounds(definition: Definition, figure: Figure) -> Iterator[Doubt]:
    value, unit = figure.value, definition.unit_ja
    low, high = limits(definition)
    if value is not None and not _within(value, low, high):
        within = Message("value_within", bounds=_between(low, high), unit=Named(definition, "unit"))
        yield Doubt("out_of_bounds", "value", "error", with_unit(written(value), unit), within, CORRECT)  # fmt: skip
    elif (
        value is not None
        and definition.unit_ja in ("%", "％")
        and low is None
        and definition.minimum_value is None
        and value < -100
    ):
        yield Doubt("very_negative", "value", "warning", with_unit(written(value), unit), Message("more_than_doubled"), CONFIRM)  # fmt: skip
    elif value is not None and KINDS[definition.kind].is_level and unit in ("%", "％") and high is None and value > 100:
        yield Doubt("above_hundred", "value", "warning", with_unit(written(value), unit), Message("at_most_hundred"), CONFIRM)
    worked = value_of(definition, figure) if value is None else None
    if worked is not None and KINDS[definition.kind].divisor == "base_value" and worked < -100 and low is None:
        yield Doubt("very_negative", "numerator", "warning", f"{worked:,.1f}%", Message("more_than_doubled"), CONFIRM)  # fmt: skip
    part, whole = figure.numerator, figure.denominator
    if (
        part is not None
        and whole is not None
        and KINDS[definition.kind].divisor == "denominator"
        and KINDS[definition.kind].is_percent  # else it is no share of a whole, as visitors for each counter
        and part > whole
        and (high is None or part > whole * high / 100)
    ):
        yield Doubt("numerator_above_denominator", "numerator", "error", f"{written(part)} > {written(whole)}", Message("at_most_denominator"), CORRECT)  # fmt: skip
    if whole is not None and KINDS[definition.kind].is_count:
        for name in ("numerator", "value"):
            own = getattr(figure, name)
            if own is not None and own > whole:
                yield Doubt("numerator_above_denominator", name, "warning", f"{written(own)} > {written(whole)}", Message("at_most_denominator"), CONFIRM)  # fmt: skip
                break
    if KINDS[definition.kind].divisor == "denominator" and whole == 0 and part:
        yield Doubt("nothing_in_scope", "denominator", "error", "0", Message("one_or_more"), CORRECT)


def _counts(definition: Definition, figure: Figure) -> Iterator[Doubt]:
    names = (*PARTS, "value") if is_count(definition) else PARTS
    for name in names:
        value = getattr(figure, name)
        if value is None:
            continue
        if value < 0 and name != "value":
            yield Doubt("negative", name, "error", written(value), Message("whole_not_negative"), CORRECT)
        elif abs(value - round(value)) > NEAR * max(1.0, abs(value)):
            yield Doubt("not_whole", name, "error", written(value), Message("whole_number"), CORRECT)


def _parts(definition: Definition, figure: Figure, form_columns: Collection[str]) -> Iterator[Doubt]:
    if figure.value is None or not KINDS[definition.kind].is_on_a_day:
        return
    if "denominator" in form_columns and figure.denominator is None:
        yield Doubt("without_denominator", "denominator", "warning", Message("blank"), Message("the_denominator"), CONFIRM)
    if figure.numerator is not None and figure.numerator != figure.value:
        yield Doubt(
            "numerator_differs", "numerator", "warning", f"{written(figure.numerator)} ≠ {written(figure.value)}",
            Message("same_as_value"), CONFIRM,
        )  # fmt: skip


def _worked(definition: Definition, figure: Figure) -> float | None:
    """Return the rate by the figure's own numbers; ``None`` where it has none."""
    return rate_of(definition.kind, figure.numerator, figure.denominator, figure.base_value)


def _agree(definition: Definition, figure: Figure, value: float, worked: float) -> bool:
    """Return whether a rate is that of its numbers, but for rounding: half of its last digit; of rounded counts a point."""
    places = max(definition.decimals, 0 if value == round(value) else 1)  # a decimal fraction is exact to its last digit
    allowed = 1.0 if figure.is_approximate else 0.5 * 10**-places
    return abs(value - worked) <= allowed + 1e-9


def _own_numbers(definition: Definition, figure: Figure) -> Iterator[Doubt]:
    value, worked = figure.value, _worked(definition, figure)
    if value is not None and worked is not None and not _agree(definition, figure, value, worked):
        expected = Message("rate_by_its_numbers", worked=worked)
        yield Doubt("rate_disagrees", "value", "warning", f"{value:,.15g}%", expected, CONFIRM)


def _magnitude(definition: Definition, figure: Figure, before: Figure | None, names: Sequence[str]) -> Iterator[Doubt]:
    for name in names[:4]:  # the number of respondents may vary freely
        value = getattr(figure, name)
        if value is None:
            continue
        past = getattr(before, name) if before is not None else None
        if name == "value" and before is not None and past is None:
            past = value_of(definition, before)
        if past and value and _far(value, past, is_points=name == "value" and is_rate(definition)):
            assert before is not None
            yield Doubt(
                "magnitude", name, "warning", written(value),
                Message("near_figure_of", period=before.period.label, value=written(past)), CONFIRM,
            )  # fmt: skip
        elif not past and abs(value) >= _BEYOND and "円" not in definition.unit_ja:
            yield Doubt("magnitude", name, "warning", written(value), Message("less_than", most=_BEYOND), CONFIRM)


def _far(value: float, past: float, *, is_points: bool) -> bool:
    small, large = sorted((abs(value), abs(past)))
    enough = large - small >= _POINTS if is_points else large >= _FEW
    return enough and large > FACTOR * small
