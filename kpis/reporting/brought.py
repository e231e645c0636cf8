"""The notices due on a day: reports due, actions due, statuses that changed. The rules are pure; ``look`` stores their results.

Two processes that examine the same day produce the same notices, and the outbox stores each once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from kpis.figures.scorecard import Scored
from kpis.moment import Moment
from kpis.reporting.deadlines import ReportStanding, Window, owing, standings_in, windows_in
from kpis.reporting.notices import put
from kpis.reporting.occasions import Due
from kpis.reporting.refused import age_out
from kpis.reporting_vocabulary import Occasion
from kpis.store import tables
from kpis.store.changed import StateOf
from kpis.store.store import Store
from kpis.store.tables import table_of
from kpis.vocabulary import LIVING_ACTIONS, Part, Status

_NOT_JUDGED = frozenset({Status.NOT_DUE, Status.NO_DATA, Status.NOT_APPLICABLE, Status.QUALITATIVE})
SOON, NEAR, AFTERWARDS = 14, 3, 31  # days
ACTION_NEAR = 3
PERIODS_AHEAD = 8  # shown in a calendar
PERIODS = 400  # days: no reminders of periods ended longer ago


@dataclass(frozen=True, slots=True)
class OpenAction:
    """An open action with a due day, neither done nor abandoned."""

    code: str
    bureau_code: str
    due_on: date


def of_reports(standings: Iterable[ReportStanding], windows: Mapping[tuple[str, str], Window], *, today: date) -> Iterator[Due]:
    """Yield the notices of a day about reports: due soon, due in a few days, overdue; each once per due day.

    A reminder that fell on a holiday is sent later, unless a nearer one is due. Reports due long ago, before
    this program sent notices, are not reminded of.

    Args:
        standings: the state of each bureau's report of each period.
        windows: (bureau, period) → reporting days, with leave.
    """
    for standing in standings:
        window = windows[standing.bureau_code, standing.period_code]
        if standing.is_approved or standing.state not in ("not_started", "draft", "returned") or window.due_on is None:
            continue
        due = max(window.due_on, window.leave_until or window.due_on)
        left = (due - today).days
        last = max(window.locks_on or due, due + timedelta(days=AFTERWARDS))
        if left >= 0 and (window.opens_on is None or window.opens_on > today):
            continue
        if left > SOON or today > last:
            continue
        occasion = Occasion.OVERDUE if left < 0 else Occasion.DUE_IN_3 if left <= NEAR else Occasion.DUE_IN_14
        yield Due(
            occasion, f"{standing.bureau_code} {standing.period_code} {due}", standing.bureau_code,
            {"bureau": standing.bureau_code, "period": standing.period_code, "day": due.isoformat()},
            expires_on=None if left < 0 else due if left <= NEAR else due - timedelta(days=NEAR + 1),
        )  # fmt: skip


def of_actions(actions: Iterable[OpenAction], *, today: date) -> Iterator[Due]:
    """Yield notices of the open actions due within a few days or due recently; each once per due day."""
    for action in actions:
        if -AFTERWARDS <= (action.due_on - today).days <= ACTION_NEAR:
            yield Due(
                Occasion.ACTION_DUE, f"{action.code} {action.due_on}", action.bureau_code,
                {"action": action.code, "bureau": action.bureau_code, "day": action.due_on.isoformat()},
            )  # fmt: skip


def has_turned(before: str, after: str) -> bool:
    """Return whether a status change calls for a notice: not between two statuses without a judgement."""
    return before != after and not (before in _NOT_JUDGED and after in _NOT_JUDGED)


def of_status(item: Scored, before: str, turn: int, bureaus: Iterable[str]) -> Iterator[Due]:
    """Yield the notices of a changed status: one to the office, and one to each bureau concerned.

    Args:
        item: the present judgement.
        before: the status of the last notice.
        turn: number of changes so far, so that a recurring status is announced again.
        bureaus: concerned besides the office.
    """
    code, unit = item.entry.definition.code, item.entry.unit_code
    facts = {"indicator": code, "unit": unit, "before": before, "after": str(item.judgement.status)}
    for bureau in ("", *bureaus):
        yield Due(Occasion.STATUS_TURNED, f"{code} {unit} {turn}", bureau, {**facts, "bureau": bureau})


def look(moment: Moment) -> int:
    """Add the notices of a day that are not yet in the outbox; return their number. Also deletes refused files that are too old.

    Args:
        moment: the working figures as known now, on the day at the office.
    """
    store, today = moment.state.store, moment.as_of
    scored = list(moment.scored)
    leads = _leads(moment)
    with store.writing(is_figures=False, any_clock=True) as session:
        dues = [*_reports(session, today), *of_actions(open_actions(session), today=today)]
        is_of = StateOf.read(session.execute(select(table_of(tables.DataRevision))).one())
        if is_of.figures == moment.state.is_of.figures:  # else figures changed since they were judged: left to the next run
            dues += _turned(session, scored, leads)
        age_out(session)
        return put(session, dues)


def ahead(
    store: Store, bureaus: Collection[str] | None, *, today: date
) -> tuple[list[ReportStanding], dict[tuple[str, str], Window], list[OpenAction]]:
    """Return the coming and recent due dates of bureaus: reports with their days, and open actions.

    Args:
        bureaus: restrict to these; ``None`` means every one.
    """
    table = tables.ReportingPeriod
    with store.reading() as session:
        organisation = Store.organisation_in(session)
        query = select(col(table.period_code)).where(col(table.due_on) >= today - timedelta(days=AFTERWARDS))
        owed = {
            code: [unit for unit in owing(organisation, code) if bureaus is None or unit in bureaus]
            for code in session.execute(query.order_by(col(table.due_on)).limit(PERIODS_AHEAD)).scalars()
        }
        days = windows_in(session, list(owed))
        standings = standings_in(session, owed, today)
        actions = [action for action in open_actions(session) if bureaus is None or action.bureau_code in bureaus]
        return standings, {(s.bureau_code, s.period_code): days.of(s.bureau_code, s.period_code) for s in standings}, actions


def open_actions(session: Session) -> list[OpenAction]:
    """Return the open actions with their due day: the new one, where it was moved."""
    table = table_of(tables.Action)
    living = select(table).where(table.c.action_state.in_(LIVING_ACTIONS), table.c.ended_on.is_(None), ~table.c.is_sample)
    return [
        OpenAction(row.action_code, row.bureau_code or "", day)
        for row in session.execute(living.order_by(table.c.action_code))
        if (day := row.new_due_on or row.due_on) is not None
    ]


def _reports(session: Session, today: date) -> Iterator[Due]:
    table = tables.ReportingPeriod
    query = select(col(table.period_code)).where(
        col(table.opens_on) <= today, col(table.due_on).is_not(None), col(table.end_date) >= today - timedelta(days=PERIODS)
    )
    organisation = Store.organisation_in(session)
    owed = {code: owing(organisation, code) for code in session.execute(query).scalars()}
    windows = windows_in(session, list(owed))
    standings = standings_in(session, owed, today)
    return of_reports(
        standings, {(s.bureau_code, s.period_code): windows.of(s.bureau_code, s.period_code) for s in standings}, today=today
    )


def _leads(moment: Moment) -> dict[str, list[str]]:
    """Return the bureaus that lead the project of each indicator on the day."""
    leads: dict[str, list[str]] = {}
    for row in moment.rows(tables.ProjectBureau):
        is_now = (row.valid_from is None or row.valid_from <= moment.as_of) and (
            row.valid_to is None or row.valid_to > moment.as_of
        )
        if row.role == Part.LEAD and is_now:
            leads.setdefault(row.project_code, []).append(row.bureau_code)
    return {code: leads.get(row.project_code or "", []) for code, row in moment.indicators.items()}


def _turned(session: Session, scored: Iterable[Scored], leads: Mapping[str, list[str]]) -> list[Due]:
    """Return the notices of statuses that differ from the last announced ones, and store them; the first run announces none."""
    table = table_of(tables.ToldStatus)
    turned = {(row.indicator_code, row.unit_code): row for row in session.execute(select(table))}
    dues: list[Due] = []
    new = []
    for item in scored:
        code, unit, status = item.entry.definition.code, item.entry.unit_code, str(item.judgement.status)
        was = turned.get((code, unit))
        if was is None:
            new.append({"indicator_code": code, "unit_code": unit, "status": status, "turns": 0})
        elif was.status != status:
            turn = was.turns + 1
            here = (table.c.indicator_code == code) & (table.c.unit_code == unit)
            session.execute(update(table).where(here).values(status=status, turns=turn))
            if has_turned(was.status, status):
                dues += of_status(item, was.status, turn, [unit] if not item.entry.is_own_scope else leads.get(code, ()))
    if new:
        session.execute(insert(table), new)
    return dues
