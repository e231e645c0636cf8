"""Deadlines of reports: the calendar, exceptions, the bureaus that owe a report, and their present states."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from kpis.declared import Row
from kpis.errors import StepRefused
from kpis.figures.organisation import Organisation
from kpis.government import government
from kpis.periods import parse_period
from kpis.reporting.access import Viewer, require
from kpis.reporting.kept import id_of, subject_of
from kpis.reporting.people import COMMAND_LINE, allow, grants_of
from kpis.store import tables
from kpis.store.definition_history import before_changes
from kpis.store.fields import record_of
from kpis.store.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The reporting days of a period, and the leave to report outside them."""

    period_code: str
    opens_on: date | None
    due_on: date | None
    locks_on: date | None
    leave_until: date | None = None

    def refusal(self, today: date, *, is_again: bool) -> StepRefused | None:
        """Return the reason why a report cannot be submitted on a day, or ``None``.

        Args:
            is_again: the report was submitted in time and returned; it may be resubmitted until the period locks.
        """
        if self.leave_until is not None and today <= self.leave_until:
            return None
        period = parse_period(self.period_code).label
        if self.opens_on is None or self.due_on is None:
            return StepRefused("period_not_in_calendar", period=period)
        if today < self.opens_on:
            return StepRefused("period_not_open", period=period, day=self.opens_on)
        if self.locks_on is not None and today > self.locks_on:
            return StepRefused("period_locked", period=period, day=self.locks_on)
        if today > self.due_on and not is_again:
            return StepRefused("period_overdue", period=period, day=self.due_on)
        return None

    def is_late(self, today: date) -> bool:
        """Return whether the due day has passed without leave."""
        return self.due_on is not None and today > self.due_on and not (self.leave_until and today <= self.leave_until)


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    """An exception from the calendar: bureau, period, last day, reason, and who granted it."""

    bureau_code: str
    period_code: str
    until: date
    reason: str
    granted_by: str
    granted_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportStanding:
    """One bureau × period: the state of its newest report, ``not_started`` without one, and whether it is late."""

    bureau_code: str
    period_code: str
    state: str
    is_late: bool
    report_id: int | None
    is_approved: bool = False  # an earlier report was approved; a correction in progress is not late


def window_of(session: Session, bureau_code: str, period_code: str, known_at: datetime | None = None) -> Window:
    """Return the reporting days of a bureau for a period."""
    return windows_in(session, [period_code], known_at).of(bureau_code, period_code)


@dataclass(frozen=True, slots=True)
class Windows:
    """The reporting days of several periods, and all leave, by period or by bureau and period."""

    periods: Mapping[str, Window]  # without leave
    leaves: Mapping[tuple[str, str], date]

    def of(self, bureau_code: str, period_code: str) -> Window:
        """Return the reporting days of a bureau for a period."""
        period, until = self.periods.get(period_code), self.leaves.get((bureau_code, period_code))
        if period is None:
            return Window(period_code=period_code, opens_on=None, due_on=None, locks_on=None, leave_until=until)
        return replace(period, leave_until=until)


def windows_in(session: Session, periods: Sequence[str], known_at: datetime | None = None) -> Windows:
    """Return the reporting days of several periods, as known at an instant, within a session."""
    period_table, leave = tables.ReportingPeriod, tables.ReportingException
    query = select(leave).where(col(leave.period_code).in_(periods)).order_by(col(leave.id))  # the newest takes precedence
    granted = session.exec(query if known_at is None else query.where(leave.granted_at <= known_at))
    before, listed = (
        before_changes(session, period_table, known_at),
        select(period_table).where(col(period_table.period_code).in_(periods)),
    )
    return Windows(
        {row.period_code: _as_it_stood(record_of(Window, row), before.get(row.period_code, {})) for row in session.exec(listed)},
        {(row.bureau_code, row.period_code): row.until for row in granted},
    )


def _as_it_stood(window: Window, before: Row) -> Window:
    """Return the days of a period with those that later changed."""
    return replace(window, **{name: day for name, day in before.items() if name != "publishes_on"})


def window(store: Store, bureau_code: str, period_code: str, *, known_at: datetime | None = None) -> Window:
    """Return the reporting days of a bureau for a period, as known at an instant; they are not confidential."""
    with store.reading() as session:
        return window_of(session, bureau_code, period_code, known_at)


def windows_of(store: Store, bureau_code: str, periods: Sequence[str]) -> list[Window]:
    """Return the reporting days of a bureau for several periods, in their order, with the leave granted to it."""
    with store.reading() as session:
        windows = windows_in(session, periods)
        return [windows.of(bureau_code, code) for code in periods]


def to_report(windows: Sequence[Window], standings: Sequence[ReportStanding], *, today: date) -> str:
    """Return the period that a bureau is offered first: one that waits for it and can be reported now, else one that can, else the latest.

    Args:
        windows: of the bureau, newest first.
        standings: of the bureau; a period that it does not owe has none.
    """
    state_of = {standing.period_code: standing.state for standing in standings}
    now = [w for w in windows if (state := state_of.get(w.period_code)) and w.refusal(today, is_again=state == "returned") is None]
    waiting = [w for w in now if state_of[w.period_code] in ("not_started", "draft", "returned")]
    opened = [w for w in windows if w.opens_on is not None and w.opens_on <= today]
    return [*waiting, *now, *opened, *reversed(windows)][0].period_code


def leaves(store: Store, *, viewer: str) -> list[Leave]:
    """Return every exception, newest first."""
    with store.reading() as session:
        require(grants_of(session, viewer), "grant_exception")
        query = select(tables.ReportingException).order_by(tables.ReportingException.id.desc())  # type: ignore[union-attr]
        return [record_of(Leave, row) for row in session.exec(query)]


def within_reach(windows: Sequence[Window], on_their_way: Collection[str], *, today: date, most: int) -> list[Window]:
    """Return the periods offered on a page: the latest opened, and any older one with a report in progress.

    Args:
        windows: newest first.
        on_their_way: the periods with a report that is neither approved nor withdrawn.
        most: number of the latest opened periods.
    """
    opened = [w for w in windows if w.opens_on and w.opens_on <= today]
    return [*opened[:most], *(w for w in opened[most:] if w.period_code in on_their_way)]


def reported_periods(store: Store) -> list[Window]:
    """Return the periods of the calendar, newest first."""
    with store.reading() as session:
        table = tables.ReportingPeriod
        query = select(table).where(table.opens_on.is_not(None)).order_by(table.end_date.desc())  # type: ignore[union-attr, attr-defined]
        return [record_of(Window, row) for row in session.exec(query)]


def owing(organisation: Organisation, period_code: str) -> list[str]:
    """Return the bureaus that owe a report of a period, in catalogue order: those existing on its last day."""
    end = parse_period(period_code).end
    return [unit.code for unit in organisation.units if unit.kind in government().bureau_kinds and unit.is_valid_on(end)]


def coverage(
    store: Store, periods: Sequence[str], *, viewer: str, today: date, known_at: datetime | None = None
) -> list[ReportStanding]:
    """Return the state of the report of each bureau visible to the viewer for each period, as known at an instant."""
    with store.reading() as session:
        allow(session, viewer, "see_standings")
        own = None if viewer == COMMAND_LINE else Viewer(grants=grants_of(session, viewer)).bureaus("see_standings")
        organisation = Store.organisation_in(session, known_at)
        owed = {code: [b for b in owing(organisation, code) if own is None or b in own] for code in periods}
        return standings_in(session, owed, today, known_at)


def overdue(store: Store, *, viewer: str, today: date) -> list[tuple[ReportStanding, date]]:
    """Return the overdue reports that may still be submitted, of the bureaus visible to the viewer, each with its due day."""
    still = [w for w in reported_periods(store) if w.is_late(today) and (w.locks_on is None or today <= w.locks_on)]
    due = {w.period_code: w.due_on for w in still}
    standings = coverage(store, list(due), viewer=viewer, today=today) if due else []
    return [(standing, day) for standing in standings if standing.is_late and (day := due[standing.period_code]) is not None]


def standings_of(store: Store, bureau_code: str, periods: Sequence[str], *, viewer: str, today: date) -> list[ReportStanding]:
    """Return the states of one bureau's reports, for the periods that it owes."""
    with store.reading() as session:
        require(grants_of(session, viewer), "see_report", bureau_code)
        organisation = Store.organisation_in(session)
        return standings_in(session, {code: [bureau_code] for code in periods if bureau_code in owing(organisation, code)}, today)


def _states(session: Session, reports: Sequence[tables.Submission], known_at: datetime | None) -> dict[int | None, str]:
    """Return the state of each report: now, or after the steps recorded until an instant. Later reports are left out.

    The trail alone says how a report stood: each later step writes over its columns, a new upload over the day of the first.
    """
    if known_at is None:
        return {report.id: report.state for report in reports}
    begins, steps = ("uploaded", "taken_in"), ("submitted", "returned", "approved", "withdrawn")
    numbers = {subject_of(id_of(report)): report.id for report in reports}
    states: dict[int | None, str] = {}
    event = tables.AuditEvent
    taken = select(event).where(
        col(event.subject).in_(list(numbers)), col(event.action).in_((*begins, *steps)), event.occurred_at <= known_at
    )
    for step in session.exec(taken.order_by(col(event.id))):
        if step.action in begins:  # a corrected upload keeps the state
            states.setdefault(numbers[step.subject], "draft")
        else:
            states[numbers[step.subject]] = step.action
    return states


def standings_in(
    session: Session, owed: Mapping[str, Sequence[str]], today: date, known_at: datetime | None = None
) -> list[ReportStanding]:
    """Return the report states of the given bureaus by period, in a constant number of queries."""
    windows = windows_in(session, list(owed), known_at)
    query = select(tables.Submission).where(col(tables.Submission.period_code).in_(list(owed)))
    reports_of: dict[tuple[str, str], tables.Submission] = {}
    approved: set[tuple[str, str]] = set()
    reports = session.exec(query.order_by(col(tables.Submission.id))).all()
    states = _states(session, reports, known_at)
    for report in reports:
        # A withdrawn report leaves no trace in the matrix; one in progress represents the bureau, else the last approved.
        if states.get(report.id, "withdrawn") != "withdrawn":
            reports_of[report.bureau_code, report.period_code] = report
        if states.get(report.id) == "approved":
            approved.add((report.bureau_code, report.period_code))
    standings = []
    for period_code, bureaus in owed.items():
        for code in bureaus:
            row, is_approved = reports_of.get((code, period_code)), (code, period_code) in approved
            state = states[row.id] if row else "not_started"
            waits = state in ("not_started", "draft", "returned") and not is_approved
            late = waits and windows.of(code, period_code).is_late(today)
            standings.append(
                ReportStanding(
                    bureau_code=code, period_code=period_code, state=state, is_late=late, report_id=row.id if row else None,
                    is_approved=is_approved,
                )
            )  # fmt: skip
    return standings
