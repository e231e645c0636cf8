"""Consistency rules at import: the comparison of incoming with stored figures, and the wording of contradictions.

The rules themselves are in ``kpis.figures.consistency``. A workbook asks its bureau about an odd value (a warning, confirmed with
a reason); a list has nobody to ask, so the same contradiction is a problem there unless the row explains it in ``reason_text``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from kpis.declared import Row
from kpis.errors import FigureRefused
from kpis.figures.consistency import Contradiction, Key, Known, find_contradictions, outside_time
from kpis.figures.organisation import Organisation, Succession, Unit
from kpis.figures.plausible import Doubt, Earlier, Rules, Severity, check_figure, check_row
from kpis.figures.records import Definition, Figure, counting_vintage
from kpis.kinds import KINDS
from kpis.message import Message
from kpis.periods import parse_period
from kpis.registers import LISTS, REGISTERS
from kpis.reporting.comparison import ReportedRow, figure_of
from kpis.reporting.contradictions import counting_figures, definition_of
from kpis.store import tables
from kpis.store.fields import record_of
from kpis.store.store import Store
from kpis.store.vintages import COMPARED, next_vintage
from kpis.text import Named
from kpis.vocabulary import Relation, RowKind
from loaders.contradictions import find_in_catalogue
from loaders.days import find_in_days, find_published
from loaders.files.cells import IN_UNIT, fits_unit
from loaders.files.problems import Problem, of_column
from loaders.files.table import OF_INDICATOR
from loaders.prepared import Prepared
from loaders.workbook.context import ReportContext, catalogue_area

_ANSWER = Message("remedy_correct_or_reason_text")
_LEAVE = Message("remedy_correct_or_leave")
_NOTE = Message("remedy_correct_or_note")


# Workbook -------------------------------------------------------------------------------------------------------------


def findings_of_report(rows: Sequence[ReportedRow], context: ReportContext, *, today: date | None) -> list[Problem]:
    """Return the contradictions of a workbook's figures, each at its cell.

    Args:
        rows: of the report, without errors.
        today: figures of later periods are refused; ``None`` = not checked.
    """
    by_key = {
        (row.key[0], row.key[1], row.key[2]): row
        for row in rows
        if row.kind == RowKind.OBSERVATION and any(name in COMPARED for name in row.changed)
    }
    reported = {key: figure_of(row.key, row.fields) for key, row in by_key.items()}
    return [
        Problem(
            "doubt" if contradiction.grade == "warning" else "period", contradiction.found, contradiction.expected,
            contradiction.remedy, sheet=row.sheet,
            cell=row.cell(contradiction.column), row=row.row, grade=contradiction.grade, rule=contradiction.rule, key=row.key,
        )
        for contradiction in find_contradictions(reported, context.known, today=today) if (row := by_key[contradiction.key])
    ]  # fmt: skip


# Lists ------------------------------------------------------------------------------------------------------------------


def find_in_lists(store: Store, files: Sequence[Prepared], *, today: date) -> None:
    """Add problems to files loaded together: contradictory figures, and corrections without a reason.

    Args:
        store: the stored data; rows equal to them are skipped.
        files: without formal problems; their catalogue rows count as if stored.
        today: figures of later periods are refused.
    """
    lists = [file for file in files if file.kind in (RowKind.OBSERVATION, RowKind.READING)]
    units = [file for file in files if file.kind in (RowKind.BUREAU, RowKind.SUCCESSION)]
    _values(store, files)
    _rows(files, today=today)
    find_in_days(store, files, today=today)
    find_in_catalogue(store, files, lambda: _organisation(store, files), today=today)
    for file in files:
        _circles(store, file)
        if file.kind == RowKind.BUREAU:
            _one_whole(store, file)
    if not lists and not units:
        return
    organisation = _organisation(store, files)
    for file in lists:
        if file.kind == RowKind.READING:
            _readings(file, organisation)
    observed = [file for file in lists if file.kind == RowKind.OBSERVATION]
    changed: dict[Key, tuple[Prepared, int, Any]] = {}
    if observed:
        changed = _figures(store, files, observed, organisation, today=today)
    for file in units:
        if file.kind == RowKind.BUREAU:
            _lives(store, file, organisation, passed_over=set(changed))


# By kind of row: its code, the code it refers to, and the field in which rows of one chain agree (blank: none).
_LEADS_TO = {
    RowKind.BUREAU: ("bureau_code", "parent_code", ""),
    RowKind.INDICATOR: ("indicator_code", "replaced_by_code", ""),
    RowKind.PROJECT: ("project_code", "successor_code", ""),
    RowKind.SUCCESSION: ("predecessor_code", "successor_code", "effective_date"),
}


def _circles(store: Store, file: Prepared) -> None:
    """Report rows that form a cycle: a unit above its own parent, an indicator that replaced its own successor."""
    if file.kind not in _LEADS_TO:
        return
    code, other, within = _LEADS_TO[RowKind(file.kind)]
    numbered: list[tuple[int, Any]] = list(file.numbered)
    if file.kind == RowKind.SUCCESSION:  # two units may transfer parts of their work to each other on one day
        numbered = [(n, row) for n, row in numbered if row.relation != Relation.TRANSFER or row.effective_date is None]
    rows = [row for _, row in numbered]
    if file.kind != RowKind.SUCCESSION:  # always replaced as a whole; other lists may be partial
        own = {getattr(row, code) for row in rows}
        rows += [SimpleNamespace(**row) for row in store.all_of(LISTS[file.kind].table) if row[code] not in own]
    onward: dict[tuple[str, object], set[str]] = {}
    for row in rows:
        if getattr(row, other):
            onward.setdefault((getattr(row, code), getattr(row, within, None)), set()).add(getattr(row, other))
    for number, row in numbered:
        same, reached, next_codes = getattr(row, within, None), set[str](), {getattr(row, other)} - {None}
        while next_codes:
            reached |= next_codes
            next_codes = {each for at in next_codes for each in onward.get((at, same), ())} - reached
        if getattr(row, code) in reached:
            what = f"{getattr(row, code)} → {getattr(row, other)}"
            remedy = Message("remedy_break_circle")
            file.add_problem("rule", what, Message("no_circle"), remedy, row=number, column=other, rule="circle")


def _one_whole(store: Store, file: Prepared) -> None:
    """Report a second government, units of kind ``whole`` whose lives overlap, and units without any."""
    numbers = {row.bureau_code: number for number, row in file.numbered}  # type: ignore[attr-defined]
    rows = [SimpleNamespace(**row) for row in store.all_of(tables.Bureau) if row["bureau_code"] not in numbers]
    units: list[Any] = [*rows, *file.rows]
    wholes = [unit for unit in units if unit.kind == "whole"]
    if numbers and not wholes:
        expected, number = Message("a_whole"), min(numbers.values())
        file.add_problem("missing", "kind", expected, Message("remedy_a_whole"), row=number, column="kind", rule="one_whole")
    for at, later in enumerate(wholes):
        for earlier in wholes[:at]:
            first, last = sorted((earlier, later), key=lambda unit: unit.valid_from or date.min)
            is_over = any(unit.valid_to is None and not unit.is_current for unit in (first, last))
            is_over = is_over or (first.valid_to is not None and first.valid_to < (last.valid_from or date.min))
            if not is_over and later.bureau_code in numbers:
                remedy, rule = Message("remedy_one_whole"), "one_whole"
                number, what = numbers[later.bureau_code], f"kind=whole ({earlier.bureau_code}, {later.bureau_code})"
                file.add_problem("rule", what, Message("one_whole"), remedy, row=number, column="kind", rule=rule)
                break


_VALUES = (RowKind.OBSERVATION, RowKind.READING, RowKind.TARGET, RowKind.BASELINE)  # lists with values in an indicator's unit


def _values(store: Store, files: Sequence[Prepared]) -> None:
    """Check each value against the unit of its indicator; targets, baselines and readings also against possible values."""
    lists = [file for file in files if file.kind in (*_VALUES, RowKind.ACTION) and file.numbered]
    if not lists:
        return
    rows = [
        *store.all_of(tables.Indicator),
        *(vars(row) for file in files if file.kind == RowKind.INDICATOR for _, row in file.numbered),
    ]
    definitions = {row["indicator_code"]: definition_of(row) for row in rows}
    for file in lists:
        if file.kind == RowKind.ACTION:
            _effects(file, definitions)
            continue
        is_observed = file.kind == RowKind.OBSERVATION  # of figures only the unit is checked here
        written = {number for number, column in file.units if column in OF_INDICATOR}
        for number, row in ((n, r) for n, r in file.numbered if n in written) if is_observed else file.numbered:
            given: Any = row
            definition = definitions.get(given.indicator_code)
            if definition is None:
                continue
            key = given.indicator_code, given.bureau_code, given.period_code or ""
            unit = file.units.get((number, "value"))
            if number in written and _other_units(file, number, definition, key):
                continue
            if not is_observed and given.period_code and given.value is not None:
                n, d = (getattr(given, name, None) for name in ("numerator", "denominator"))
                figure = Figure(period_code=given.period_code, value=given.value, numerator=n, denominator=d)
                for odd in check_figure(definition, figure, sure={"value"} if unit and unit.is_sure else ()):
                    if odd.severity != "warning":
                        _add_doubt(odd, key, file, number)


def _effects(file: Prepared, definitions: Mapping[str, Definition]) -> None:
    """Check the unit of each action's expected effect; an action on a project has no unit to compare with."""
    for number, row in file.numbered:
        given: Any = row
        if given.indicator_code is None or given.indicator_code in definitions:
            _other_units(file, number, definitions.get(given.indicator_code), (given.action_code, "", ""))


def _other_units(file: Prepared, number: int, definition: Definition | None, key: Key) -> bool:
    """Report the numbers of a row that are written in another unit than its indicator's, and return whether there are any."""
    before = len(file.problems)
    for column in OF_INDICATOR:
        unit, own = file.units.get((number, column)), definition.unit_ja if definition else ""
        is_of_unit = definition is not None and (column in IN_UNIT or KINDS[definition.kind].is_count)
        if unit and not fits_unit(unit.unit, own, is_of_unit=is_of_unit, is_scaled=unit.is_scaled):
            in_unit = Message("number_in_unit", unit=Named(definition, "unit"))
            expected = in_unit if is_of_unit else Message("without_unit", number=Message("a_number"))
            remedy = Message("remedy_unit_of_indicator")
            file.add_problem(
                "number", f"{column}={unit.text}", expected, remedy, row=number, column=column, rule="other_unit", key=key
            )
    return len(file.problems) > before


def _rows(files: Sequence[Prepared], *, today: date) -> None:
    """Check each row of a register by itself; what is only odd of it is a warning, since it has no column for a reason."""
    area = catalogue_area()
    for file in files:
        register = REGISTERS.get(file.kind)
        for number, row in file.numbered if register is not None else ():
            assert register is not None
            for odd in check_row(vars(row), area, begun=register.begun, today=today):
                _add_doubt(odd, (getattr(row, register.key[0]), "", ""), file, number, grade=odd.severity)


def _figures(
    store: Store, files: Sequence[Prepared], observed: Sequence[Prepared], organisation: Organisation, *, today: date
) -> dict[Key, tuple[Prepared, int, Any]]:
    """Check the figures to be stored against the rules, and return the place of each new or changed figure."""
    codes = {row.indicator_code for file in observed for _, row in file.numbered}  # type: ignore[attr-defined]
    rows = [row for row in store.all_of(tables.Indicator) if row["indicator_code"] in codes]
    rows += [vars(row) for file in files if file.kind == RowKind.INDICATOR for _, row in file.numbered]
    definitions = {row["indicator_code"]: definition_of(row) for row in rows}
    scopes = {row["indicator_code"]: row["scope_code"] for row in rows}
    stored = store.vintages(sorted(codes))
    before = counting_figures(stored)
    places: dict[Key, tuple[Prepared, int, Any]] = {}
    for file in observed:
        doubled = {p.row for p in file.problems if p.kind == "duplicate"}
        for number, row in file.numbered:
            key = row.indicator_code, row.bureau_code, row.period_code  # type: ignore[attr-defined]
            if number not in doubled and _becomes_vintage(file, number, row, stored):
                places[key] = file, number, row
                find_published(file, number, row, stored[key][:-1], today=today)
    after = {key: counting_vintage(stored[key]) for key in places}
    reported = {key: figure_of(key, counting or {}) for key, counting in after.items()}
    for contradiction in find_contradictions(reported, Known(definitions, scopes, organisation, before), today=today):
        file, number, row = places[contradiction.key]
        if contradiction.grade == "error" or not row.reason_text.strip():
            _add_contradiction(contradiction, file, number)
    own = {whose: {f.period_code: f for f in before.get(whose, ())} for whose in {key[:2] for key in places}}
    for (code, unit, period), figure in reported.items():
        own[code, unit][period] = figure
    earlier = {whose: Earlier(figures.values()) for whose, figures in own.items()}
    rules = {code: Rules(definition) for code, definition in definitions.items()}
    for key, (file, number, row) in places.items():
        code, unit, _ = key
        if code not in rules or after[key] is None:
            continue
        unit_of = file.units.get((number, "value"))
        sure = ("value",) if unit_of and unit_of.is_sure else ()
        for odd in rules[code].doubts(reported[key], earlier[code, unit], sure=sure):
            if odd.rule == "rate_disagrees":  # stored as published, beside its numbers: told, unless a note tells readers
                if not (row.reason_text + row.note_ja + row.note_en).strip():
                    _add_doubt(odd, key, file, number, grade="warning")
            elif odd.severity != "warning" or not row.reason_text.strip():
                _add_doubt(odd, key, file, number)
    return places


def _add_doubt(doubt: Doubt, key: Key, file: Prepared, number: int, *, grade: Severity = "error") -> None:
    remedy = doubt.remedy
    if doubt.severity == "warning":
        remedy = _ANSWER if grade == "error" else _NOTE if doubt.rule == "rate_disagrees" else _LEAVE
    column = doubt.column if doubt.column in file.columns else "value"
    file.add_problem(
        "doubt" if doubt.severity == "warning" else "number", of_column(doubt.column, doubt.found), doubt.expected, remedy,
        row=number, column=column, rule=doubt.rule, key=key, grade=grade,
    )  # fmt: skip


def _becomes_vintage(file: Prepared, number: int, row: Any, stored: dict[Key, list[Row]]) -> bool:
    """Return whether a row becomes a vintage, and record it as stored; report one that may not, as a correction without reason."""
    key = row.indicator_code, row.bureau_code, row.period_code
    vintages = stored.setdefault(key, [])
    try:
        record = next_vintage(vintages, dict(vars(row)), row=number, key=" ".join(key))
    except FigureRefused:
        file.add_problem(
            "rule", " ".join(key), Message("correction_with_reason"), Message("remedy_correction_reason"), row=number, column="reason_class",
            rule="correction_without_reason",
        )  # fmt: skip
        return False
    if record is None:
        return False
    vintages.append(record)
    return True


def _add_contradiction(contradiction: Contradiction, file: Prepared, number: int) -> None:
    odd = contradiction.grade == "warning"
    column = contradiction.column if contradiction.column in file.columns else "period_code"
    file.add_problem(
        "doubt" if odd else "period", of_column(contradiction.column, contradiction.found), contradiction.expected,
        _ANSWER if odd else contradiction.remedy,
        row=number, column=column, rule=contradiction.rule, key=contradiction.key,
    )  # fmt: skip


def _readings(file: Prepared, organisation: Organisation) -> None:
    """Check that the unit of each reading existed at its time."""
    for number, row in file.numbered:
        code: str | None = row.period_code  # type: ignore[attr-defined]
        unit: str = row.bureau_code  # type: ignore[attr-defined]
        when = outside_time(unit, parse_period(code), organisation) if code else None
        if when is not None:
            what, remedy, rule = f"period_code={code}", Message("remedy_unit_or_period"), "unit_outside_time"
            file.add_problem("period", what, when, remedy, row=number, column="period_code", rule=rule)


def _lives(store: Store, file: Prepared, organisation: Organisation, *, passed_over: set[Key]) -> None:
    """Refuse validity dates of a unit that exclude figures stored for it."""
    before = store.organisation()
    numbers: dict[str, int] = {row.bureau_code: number for number, row in file.numbered}  # type: ignore[attr-defined]
    moved = [c for c in numbers if c in before.by_code and before.by_code[c] != organisation.by_code[c]]
    left: dict[str, list[tuple[str, str, Message]]] = {}
    for key, vintages in store.vintages(None, units=moved).items() if moved else ():
        (code, unit, period), period_days = key, parse_period(key[2])
        when = outside_time(unit, period_days, organisation)
        if when and not outside_time(unit, period_days, before) and key not in passed_over and counting_vintage(vintages):
            left.setdefault(unit, []).append((code, period, when))
    for unit, figures in left.items():
        code, period, when = figures[0]
        more = f" (+{len(figures) - 1})" if len(figures) > 1 else ""
        column = "valid_to" if organisation.last_day(unit) else "valid_from"
        file.add_problem(
            "period", f"{unit}: {code} {period}{more}", Message("life_with_figures", when=when), Message("remedy_life_or_figures"),
            row=numbers[unit], column=column, rule="unit_outside_time",
        )  # fmt: skip


def _organisation(store: Store, files: Sequence[Prepared]) -> Organisation:
    """Return all units and successions, stored ones combined with those of the files."""
    organisation = store.organisation()
    units = {unit.code: unit for unit in organisation.units}
    successions = organisation.successions
    for file in files:
        for _, row in file.numbered:
            if file.kind == RowKind.BUREAU:
                unit = record_of(Unit, row, code=row.bureau_code)  # type: ignore[attr-defined]
                units[unit.code] = unit
        if file.kind == RowKind.SUCCESSION:
            successions = tuple(record_of(Succession, row) for _, row in file.numbered)
    return replace(organisation, units=tuple(units.values()), successions=successions)
