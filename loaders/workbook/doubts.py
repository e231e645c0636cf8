"""Checks of a report: errors for the impossible, questions, and warnings that the bureau confirms with a reason.

The plausibility of a single figure is defined in ``kpis.figures.plausible``.

A jump is measured against the indicator's own past changes by median and median absolute deviation (MAD), which one outlier
does not move: a change is doubted beyond ``JUMP`` robust standard deviations (1.4826 × MAD). With fewer than
``FEWEST`` past changes no warning is raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from statistics import median

from kpis.figures.plausible import CONFIRM, NUMBERS, Doubt, Earlier, ask_scale, check_figure, check_row
from kpis.figures.records import Figure, value_of
from kpis.kinds import KINDS
from kpis.message import Message
from kpis.periods import Period, parse_period
from kpis.registers import REGISTERS
from kpis.reporting.comparison import OBSERVATIONS, ReportedRow, figure_of
from kpis.reporting.contradictions import definition_of
from loaders.files.problems import Kind, Problem
from loaders.workbook.context import ReportContext

JUMP, FEWEST = 5.0, 6
_PLACE = frozenset({"latitude", "longitude"})
_OF_THE_ROW = ("without_denominator", "rate_disagrees")  # doubts of several cells, whichever of them changed
_LEAST_SPREAD = 0.01  # share of the usual level: a constant series is not doubted for a small change


def find_doubts(
    rows: Sequence[ReportedRow], context: ReportContext, *, today: date | None = None,
    faulty: Sequence[tuple[ReportedRow, frozenset[str]]] = (),
) -> list[Problem]:  # fmt: skip
    """Return errors, questions and warnings about reported rows, in row order.

    Args:
        rows: without errors.
        context: from ``gather``: definitions and the bureau's own past.
        today: later completion dates raise a doubt; ``None`` = not checked.
        faulty: rows with an error, and their unreadable fields: their other errors are reported as well.
    """
    reported = {(row.key[0], row.key[2]): row for row in rows if row.kind == OBSERVATIONS}
    series = {code: _series(code, reported, context) for code in {code for code, _ in reported}}
    doubts: list[Problem] = []
    for row in rows:
        if row.kind == OBSERVATIONS:
            doubts += _asked(row, context)
            doubts += _by_itself(row, context, reported)
            doubts += _of_figure(row, series[row.key[0]], context)
        else:
            doubts += _of_register(row, context, today)
    for row, refused in faulty:
        problems = (
            _by_itself(row, context, reported, refused) if row.kind == OBSERVATIONS else _of_register(row, context, today, refused)
        )
        doubts += [problem for problem in problems if problem.grade == "error"]
    return doubts


def _doubt(row: ReportedRow, rule: str, column: str, text: object, expected: Message) -> Problem:
    return _problem(row, Doubt(rule, column, "warning", str(text), expected, CONFIRM))


def _problem(row: ReportedRow, doubt: Doubt) -> Problem:
    kind: Kind = "doubt" if doubt.severity == "warning" else "rule" if doubt.severity == "question" else "number"
    return Problem(
        kind, doubt.found, doubt.expected, doubt.remedy, sheet=row.sheet,
        cell=row.cell(doubt.column), row=row.row, grade=doubt.severity, rule=doubt.rule, key=row.key,
    )  # fmt: skip


def _asked(row: ReportedRow, context: ReportContext) -> Iterator[Problem]:
    """Ask about a cell with several possible values."""
    for column, readings in row.readings.items():
        if column in row.changed:
            definition = definition_of(context.indicators[row.key[0]])
            question = ask_scale(definition, figure_of(row.key, row.fields), shown=readings[-1])
            if question is not None:
                yield _problem(row, replace(question, column=column))


def _by_itself(
    row: ReportedRow, context: ReportContext, reported: Mapping[tuple[str, str], ReportedRow], refused: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    """Check a figure against its kind and earlier reports; unchanged values are not reported again."""
    code, _, own = row.key
    definition = definition_of(context.indicators[code])
    fields = {**row.fields, **dict.fromkeys((*refused, *row.readings))}
    past: dict[str, Mapping[str, object]] = {p: row for p, row in context.counting(code).items() if p != own}
    past |= {p: other.fields for (c, p), other in reported.items() if c == code and p != own and not other.readings}
    earlier = Earlier(figure_of((code, "", p), values) for p, values in past.items())  # type: ignore[arg-type]
    form_columns = {"denominator"} - refused if KINDS[definition.kind].is_on_a_day else set()
    for doubt in check_figure(definition, figure_of(row.key, fields), earlier, form_columns=form_columns, sure=NUMBERS):
        if doubt.severity != "warning" or doubt.column in row.changed or doubt.rule in _OF_THE_ROW:
            yield _problem(row, doubt)


@dataclass(frozen=True, slots=True)
class _Point:
    period: Period
    value: float


def _series(code: str, reported: Mapping[tuple[str, str], ReportedRow], context: ReportContext) -> list[_Point]:
    """Return the indicator's values, reported ones replacing stored ones, by the end of their periods."""
    indicator = context.indicators[code]
    definition = definition_of(indicator)
    by_period: dict[str, Mapping[str, object]] = dict(context.counting(code))
    by_period |= {p: row.fields for (c, p), row in reported.items() if c == code and not row.readings}
    points = []
    for period, fields in by_period.items():
        figure = Figure(period_code=period, **{n: fields.get(n) for n in ("value", "numerator", "denominator", "base_value")})  # type: ignore[arg-type]
        value = value_of(definition, figure)
        if value is not None:
            points.append(_Point(parse_period(period), value))
    return sorted(points, key=lambda p: (p.period.end, p.period.start))


def _of_figure(row: ReportedRow, series: Sequence[_Point], context: ReportContext) -> Iterator[Problem]:
    indicator, period, fields = context.indicators[row.key[0]], parse_period(row.key[2]), row.fields
    kind = indicator["kind"]
    numbers = {n: v for n in ("value", "numerator", "denominator", "base_value") if isinstance(v := fields.get(n), float)}
    own = None if row.readings else next((p.value for p in series if p.period.code == period.code), None)
    if own is None:
        return
    column = "value" if "value" in numbers else "numerator"
    yield from _jump(row, period, own, series, column, is_cumulative=KINDS[kind].is_cap)


def _jump(
    row: ReportedRow, period: Period, own: float, series: Sequence[_Point], column: str, *, is_cumulative: bool
) -> Iterator[Problem]:
    past = [p for p in series if p.period.end < period.end and p.period.kind == period.kind]
    changes = [_change(a, b, is_cumulative) for a, b in pairwise(past)]
    if len(changes) < FEWEST:
        return
    usual = median(changes)
    spread = max(1.4826 * median(abs(c - usual) for c in changes), _LEAST_SPREAD * median(abs(p.value) for p in past), 1e-9)
    change = _change(past[-1], _Point(period, own), is_cumulative)
    if abs(change - usual) > JUMP * spread:
        low, high = usual - JUMP * spread, usual + JUMP * spread
        yield _doubt(row, "jump", column, f"{own:,.15g}({change:+,.4g})",
                     Message("change_since_before", low=low, high=high))  # fmt: skip


def _change(before: _Point, after: _Point, is_cumulative: bool) -> float:
    # A year-to-date total restarts each year: the increase within the period is compared, not the total.
    if is_cumulative and before.period.fiscal_year != after.period.fiscal_year:
        return after.value
    return after.value - before.value


def _of_register(
    row: ReportedRow, context: ReportContext, today: date | None, refused: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    fields = {**row.fields, **dict.fromkeys(refused)}
    is_moved = not _PLACE.isdisjoint(row.changed)
    for doubt in check_row(fields, context.area, begun=REGISTERS[row.kind].begun, today=today):
        if doubt.column in row.changed or (is_moved and doubt.column in _PLACE) or doubt.rule == "online_above_applications":
            yield _problem(row, doubt)
