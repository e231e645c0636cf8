"""The context of a template or check: the stored data of one bureau and period, read with a handful of queries."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from kpis.declared import Row, type_of
from kpis.errors import FigureRefused, NotFound
from kpis.figures.commented import commentary_code
from kpis.figures.consistency import Known, outside_time
from kpis.figures.organisation import Organisation
from kpis.figures.plausible import Area
from kpis.figures.records import counting_vintage
from kpis.government import government
from kpis.periods import Period, parse_period, periods_asked
from kpis.registers import OF_SHEET, REGISTERS
from kpis.reporting.contradictions import known_of, stored_beside
from kpis.reporting.deadlines import Window, window_of
from kpis.reporting.filing import owners_in, projects_of
from kpis.store import tables
from kpis.store.store import Store
from kpis.store.tables import table_of
from kpis.store.translations import with_texts
from kpis.text import Named
from kpis.vocabulary import LIVING_ACTIONS, Part, RowKind

NOT_REPORTING = ("whole", "scope", "comparison")
DAYS = {n for register in OF_SHEET.values() for n in register.fields.model_fields if type_of(register.fields, n) is date}
Record = Row
_SAID = REGISTERS[RowKind.COMMENTARY].sheet
SheetKey = tuple[str, ...]  # (sheet, key …) of a row: ("observations", indicator, period) or (register, code)


@dataclass(frozen=True, kw_only=True)
class ReportContext:
    """One bureau and period with all stored data that its workbook shows or is compared with."""

    bureau: Record
    period: Period
    revision: int  # of the data when this was read
    indicators: Mapping[str, Record]  # by code, in catalogue order: those that bureaus report
    observations: Mapping[tuple[str, str], list[Record]]  # (indicator, period) → every vintage, oldest first, of all periods
    registers: Mapping[str, Mapping[str, Record]]  # sheet, as ``procedures`` → code → current row
    projects: Mapping[str, Record]  # code → row, of the projects that the bureau leads or takes part in
    facility_kinds: tuple[str, ...] = ()  # every kind in the register, of any bureau
    changes: Mapping[tuple[str, str], list[Record]] = field(default_factory=dict)
    window: Window | None = None  # the days on which the report is accepted; ``None`` where the calendar does not list the period
    area: Area | None = None  # the land area of the catalogue; ``None`` where it names none
    # the figures to check against, including those of other bureaus for the same periods
    known: Known = field(default_factory=lambda: Known({}, {}, Organisation()))
    leads: frozenset[str] = frozenset()  # the codes of the projects that it leads
    # indicator or project → the bureau's last commentary of an earlier period
    earlier: Mapping[str, Record] = field(default_factory=dict)
    standing: Mapping[str, str] = field(default_factory=dict)  # indicator → the bureau's status in a word, where requested
    only: frozenset[SheetKey] | None = None  # the rows of a partial template; ``None`` = all
    # (sheet, key …) → our field → value in a pending report, reasons included: a workbook of that report shows it in place of the
    # stored value
    filled: Mapping[SheetKey, Record] = field(default_factory=dict)

    def as_filled(self, key: SheetKey, record: Record | None) -> Record | None:
        """Return a stored row with the values of the pending report."""
        filled = self.filled.get(key)
        return record if filled is None else {**(record or {}), **filled}

    @property
    def rows(self) -> dict[SheetKey, Record]:
        """Return every row of its template as (sheet, key …), with its stored record."""
        rows: dict[SheetKey, Record] = {("observations", *key): {} for key in self.figure_keys}
        for code, subject in self.commentaries.items():
            rows[_SAID, code] = {"indicator_code" if subject in self.indicators else "project_code": subject}
        stored = {(sheet, code): self.registers[sheet][code] for sheet in self.registers for code in self.prefilled(sheet)}
        return rows | stored | {key: fields for key, fields in self.filled.items() if key not in rows | stored}

    def part(self, only: Collection[SheetKey]) -> ReportContext:
        """Return the same context limited to some rows, for a partial template."""
        registers = {s: {c: row for c, row in rows.items() if (s, c) in only} for s, rows in self.registers.items()}
        filled = {key: fields for key, fields in self.filled.items() if key in only}
        return replace(self, registers=registers, only=frozenset(only), filled=filled)

    @cached_property
    def subjects(self) -> dict[str, Record]:
        """Return the possible subjects of commentary and actions: code → row, of requested indicators and led projects."""
        codes = dict.fromkeys(code for code, _ in self.figure_keys)
        subjects = {code: self.indicators[code] for code in codes} | {
            code: row for code, row in self.projects.items() if code in self.leads
        }
        own, period = self.bureau["bureau_code"], self.period.code
        if self.only is None:
            return subjects
        return {code: row for code, row in subjects.items() if (_SAID, commentary_code(own, code, period)) in self.only}

    @cached_property
    def commentaries(self) -> dict[str, str]:
        """Return the code of each subject's commentary in the report's period → the code of the subject."""
        own, period = self.bureau["bureau_code"], self.period.code
        return {commentary_code(own, subject, period): subject for subject in self.subjects}

    def prefilled(self, sheet: str) -> list[str]:
        """Return the codes of the stored register rows shown on its sheet; of actions only open ones."""
        rows = self.registers[sheet]
        if OF_SHEET[sheet].kind != RowKind.ACTION:
            return list(rows)
        return [code for code, row in rows.items() if row["action_state"] in LIVING_ACTIONS and not row["ended_reason"]]

    def counting(self, code: str) -> dict[str, Record]:
        """Return the valid stored figures of an indicator by period: the last vintage that was not withdrawn."""
        vintages = ((p, counting_vintage(rows)) for (c, p), rows in self.observations.items() if c == code)
        return {period: dict(row) for period, row in vintages if row is not None}

    @property
    def figure_keys(self) -> list[tuple[str, str]]:
        """Return (indicator, period) of every requested figure, in catalogue order and order of time.

        Months before the bureau began or after it ended are not requested.
        """
        code = self.bureau["bureau_code"]
        return [
            (indicator, period)
            for indicator, row in self.indicators.items()
            for period in periods_asked(row["frequency"], self.period)
            if outside_time(code, parse_period(period), self.known.organisation) is None
            and (self.only is None or ("observations", indicator, period) in self.only)
        ]

    def current(self, sheet: str, key: tuple[str, ...]) -> Record | None:
        """Return the current row, or ``None``."""
        if sheet == "observations":
            return _plain(counting_vintage(self.observations.get((key[0], key[1]), ())))
        return self.registers[sheet].get(key[0])

    def as_issued(self, sheet: str, key: tuple[str, ...], vintage: int) -> Record | None:
        """Return the row in a given vintage, as prefilled in a template issued then; 0 = nothing was stored."""
        if vintage == 0:
            return None
        if sheet == "observations":
            vintages = self.observations.get((key[0], key[1]), [])
            return next((row for row in vintages if row["vintage"] == vintage), None)
        row = self.registers[sheet].get(key[0])
        if row is None or row["vintage"] == vintage:
            return row
        past = dict(row)
        for change in reversed(self.changes.get((sheet, key[0]), [])):
            if change["vintage"] > vintage:
                past.update(json.loads(change["before_json"]))
        for name, value in past.items():
            # A date that is now empty has no type to go by; the registers declare which fields are dates.
            is_day = isinstance(row[name], date) if row.get(name) else name in DAYS
            if isinstance(value, str) and is_day:
                past[name] = date.fromisoformat(value)
        return {**past, "vintage": vintage}


def _plain(row: Mapping[str, Any] | None) -> Record | None:
    return None if row is None else dict(row)


def catalogue_area() -> Area | None:
    """Return the government's land area; ``None`` where its catalogue names none."""
    own = government().area
    return None if own is None else Area(own.south, own.north, own.west, own.east)


def _records(session: Session, model: type[SQLModel], query: Any) -> list[Record]:
    return list(with_texts(session, model, session.execute(query)))


def gather(store: Store, bureau_code: str, period_code: str) -> ReportContext:
    """Read all data that the workbook of one bureau and period needs.

    Args:
        store: a migrated store with a catalogue.
        period_code: a month, quarter or fiscal year.

    Raises:
        NotFound: the bureau is unknown.
        FigureRefused: the bureau does not report, had ended before the period began, or the period is a calendar year.
        PeriodUnreadable: the period code is invalid.
    """
    period = parse_period(period_code)
    if period.kind == "calendar_year":
        raise FigureRefused("no_calendar_year_report", period=period_code)
    with store.reading() as session:
        bureaus = table_of(tables.Bureau)
        bureau = next(iter(_records(session, tables.Bureau, select(bureaus).where(bureaus.c.bureau_code == bureau_code))), None)
        if bureau is None:
            reporting = session.execute(
                select(bureaus.c.bureau_code).where(bureaus.c.kind.not_in(NOT_REPORTING), bureaus.c.is_current)
            )
            raise NotFound("bureau_code_unknown", code=bureau_code, known=tuple(reporting.scalars()))
        organisation = store.organisation()
        _refuse_bureau(bureau, period, organisation)
        revision = session.execute(select(table_of(tables.DataRevision).c.revision)).scalar() or 0
        table = table_of(tables.Indicator)
        query = select(table).where(table.c.is_reported_by_bureaus).order_by(table.c.sort_order)
        indicators = {row["indicator_code"]: row for row in _records(session, tables.Indicator, query)}
        periods = {code for row in indicators.values() for code in periods_asked(row["frequency"], period)}
        stored = stored_beside(session, indicators, bureau_code, periods)
        observations = {
            (code, figure_period): [dict(row) for row in vintages]
            for (code, unit, figure_period), vintages in stored.items()
            if unit == bureau_code
        }
        projects = _projects(session, bureau_code, period)
        registers: dict[str, dict[str, Record]] = {}
        for sheet, register in OF_SHEET.items():
            table, (key,) = table_of(register.table), register.key
            own = table.c[register.owner].in_(projects if register.owner == "project_code" else [bureau_code])
            wanted = select(table).where(own).order_by(table.c[key])
            if register.of_period:
                wanted = wanted.where(table.c[register.of_period] == period.code)
            registers[sheet] = {row[key]: row for row in _records(session, register.table, wanted)}
        kinds = session.execute(select(table_of(tables.Facility).c.kind).distinct()).scalars()
        return ReportContext(
            bureau=bureau, period=period, revision=revision, indicators=indicators, observations=observations, registers=registers,
            projects=projects, facility_kinds=tuple(sorted(kinds)),
            changes=_changes(session, registers), window=window_of(session, bureau_code, period.code), area=catalogue_area(),
            known=known_of(indicators, stored, organisation), leads=_led(session, bureau_code), earlier=_earlier(session, bureau_code, period),
        )  # fmt: skip


def _refuse_bureau(bureau: Record, period: Period, organisation: Organisation) -> None:
    name, code = Named(bureau, "name"), bureau["bureau_code"]
    if bureau["kind"] in NOT_REPORTING:
        raise FigureRefused("unit_does_not_report", name=name, code=code)
    if outside_time(code, period, organisation) is not None:
        raise FigureRefused("unit_not_at_the_time", name=name, code=code, period=period.label)


def _projects(session: Session, bureau_code: str, period: Period) -> dict[str, Record]:
    table = table_of(tables.Project)
    query = select(table).where(table.c.project_code.in_(projects_of(bureau_code, period))).order_by(table.c.sort_order)
    return {row["project_code"]: row for row in _records(session, tables.Project, query)}


def _led(session: Session, bureau_code: str) -> frozenset[str]:
    part = table_of(tables.ProjectBureau)
    return frozenset(
        session.execute(select(part.c.project_code).where(part.c.bureau_code == bureau_code, part.c.role == Part.LEAD)).scalars()
    )


def _earlier(session: Session, bureau_code: str, period: Period) -> dict[str, Record]:
    """Read the bureau's last commentary on each indicator and project before the period."""
    table = table_of(tables.Commentary)
    query = select(table).where(table.c.bureau_code == bureau_code, table.c.ended_reason.is_(None))
    rows = [row for row in _records(session, tables.Commentary, query) if parse_period(row["period_code"]).end < period.end]
    rows.sort(key=lambda row: parse_period(row["period_code"]).end)
    return {row["indicator_code"] or row["project_code"]: row for row in rows}


def _changes(session: Session, registers: Mapping[str, Mapping[str, Record]]) -> dict[tuple[str, str], list[Record]]:
    """Read the change history of register rows, oldest first."""
    table = table_of(tables.RegisterChange)
    changes: dict[tuple[str, str], list[Record]] = {}
    for sheet, rows in registers.items():
        changed = [code for code, row in rows.items() if row["vintage"] > 1]
        query = select(table).where(table.c.register_name == OF_SHEET[sheet].kind).order_by(table.c.vintage)
        for row in _records(session, tables.RegisterChange, query.where(table.c.row_code.in_(changed))) if changed else ():
            changes.setdefault((sheet, row["row_code"]), []).append(row)
    return changes


def owners(store: Store, sheet: str, codes: Iterable[str]) -> dict[str, str]:
    """Return those of the codes that are already in the register, with their owners.

    Args:
        sheet: of a register, as ``procedures``.
        codes: any.

    Returns:
        Code → bureau code, or project code of a milestone; blank if unknown.
    """
    with store.reading() as session:
        return {code: whose or "" for code, whose in owners_in(session, OF_SHEET[sheet], codes).items()}
