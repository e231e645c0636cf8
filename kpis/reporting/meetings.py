"""The steps of the office's quarterly stocktake: a decision recorded, revoked or carried out, and the minutes closed. A transaction each.

A decision for a bureau becomes an action of that bureau, which appears in its next workbook and is answered there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlmodel import Session

from kpis.as_text import typed
from kpis.errors import FigureRefused, NotFound, StepRefused
from kpis.figures.commented import is_living
from kpis.government import government
from kpis.languages import say
from kpis.periods import Period, local_day, parse_period
from kpis.reporting.people import acting, existing, record
from kpis.reporting_vocabulary import DecisionClosed
from kpis.store import tables
from kpis.store.store import Store, instant
from kpis.store.vintages import Origin, apply_report, ensure_periods
from kpis.vocabulary import RowKind

T = TypeVar("T")
LETTER = "D"  # prefix in the codes of actions decided by a meeting
LONGEST = 500  # maximum characters of a decision, a section, a role or a reason
STEP = "hold_meeting"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A decision: subject, owner and due day."""

    decided: str
    due_on: date | None
    indicator_code: str = ""
    project_code: str = ""
    milestone_code: str = ""
    bureau_code: str = ""  # of the owner; blank: the office itself
    section: str = ""  # of the bureau or the office
    role: str = ""  # of the person, never a name


def subject_of_meeting(period_code: str) -> str:
    """Return the subject of a meeting in the audit trail."""
    return f"meeting {period_code}"


def decide(store: Store, period_code: str, wanted: Wanted, *, actor: str) -> int:
    """Record a decision of a meeting; with a bureau as owner it becomes an open action of that bureau at once.

    Returns:
        The number of the decision.

    Raises:
        NotFound: there is no such indicator, project, milestone or bureau.
        FigureRefused: something is missing, too long, or due before it was decided.
    """
    quarter, texts = _quarter(period_code), {name: typed(getattr(wanted, name)) for name in ("decided", "section", "role")}
    with acting(store, actor, STEP, subject_of_meeting(quarter.code), needs=STEP) as session:
        now = instant(session)
        _refuse_incomplete(wanted, texts, today=local_day(now))
        _refuse_unknown(session, wanted)
        row = tables.Decision(
            period_code=quarter.code, indicator_code=wanted.indicator_code or None, project_code=wanted.project_code or None,
            milestone_code=wanted.milestone_code or None, decided=texts["decided"],
            section=texts["section"], role=texts["role"], due_on=wanted.due_on, written_by=actor, written_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        assert row.id is not None
        if wanted.bureau_code:
            row.action_code, row.bureau_code = _act(session, row, wanted.bureau_code), wanted.bureau_code
            session.flush()
        about = wanted.indicator_code or wanted.milestone_code or wanted.project_code
        detail = " ".join(filter(None, (str(row.id), about, wanted.bureau_code, f"{wanted.due_on}:", texts["decided"])))
        record(session, actor, "decided", subject_of_meeting(quarter.code), detail=detail)
        return row.id


def _quarter(period_code: str) -> Period:
    period = parse_period(period_code)
    if period.kind != "quarter":
        raise FigureRefused("quarter_expected", code=period_code)
    return period


def _refuse_incomplete(wanted: Wanted, texts: dict[str, str], *, today: date) -> None:
    if not texts["decided"] or wanted.due_on is None:
        raise FigureRefused("decision_incomplete")
    if any(len(text) > LONGEST for text in texts.values()):
        raise FigureRefused("decision_too_long", most=LONGEST)
    if wanted.due_on < today:
        raise FigureRefused("decision_due_past", day=wanted.due_on)
    if wanted.bureau_code and not texts["section"]:
        raise FigureRefused("decision_without_section")
    if wanted.bureau_code and not (wanted.indicator_code or wanted.project_code):
        raise FigureRefused("decision_without_subject")
    if wanted.indicator_code and (wanted.project_code or wanted.milestone_code):
        raise FigureRefused("decision_of_two")


def _refuse_unknown(session: Session, wanted: Wanted) -> None:

    def named(table: type[T], code: str) -> T | None:
        return existing(session, table, code, NotFound("decision_of_unknown", code=code)) if code else None

    named(tables.Indicator, wanted.indicator_code)
    named(tables.Project, wanted.project_code)
    milestone, bureau = named(tables.Milestone, wanted.milestone_code), named(tables.Bureau, wanted.bureau_code)
    if milestone is not None and milestone.project_code != wanted.project_code:
        raise NotFound("decision_of_unknown", code=wanted.milestone_code)
    if bureau is not None and (bureau.kind not in government().bureau_kinds or not bureau.is_current):
        raise FigureRefused("decision_for_no_bureau", code=wanted.bureau_code)


def _act(session: Session, row: tables.Decision, bureau: str) -> str:
    """Create the bureau's action of a decision, with a source of its own; return the code of the action."""
    quarter = parse_period(row.period_code)
    code, source = f"{bureau}-{LETTER}{row.id}", f"decision-{row.id}"
    ensure_periods(session, {quarter.code})
    session.add(tables.Source(source_code=source, url="", title=say("decision_as_source", period=quarter.label()), grade="primary"))
    session.flush()
    blank = {name: field.default for name, field in tables.ActionFields.model_fields.items() if not field.is_required()}
    values = {
        **blank, "action_code": code, "bureau_code": bureau, "indicator_code": row.indicator_code, "project_code": row.project_code,
        "period_code": quarter.code, "measure_ja": row.decided, "section_ja": row.section, "role_ja": row.role,
        "due_on": row.due_on, "due_on_precision": "day", "source_code": source,
    }  # fmt: skip
    apply_report(session, RowKind.ACTION.value, [values], origin=Origin(instant(session)))
    return code


def close(store: Store, decision_id: int, *, actor: str, closed_as: DecisionClosed, reason: str) -> None:
    """End a decision: the office carried out its own, or it is revoked with a reason.

    A bureau's action is ended by the bureau's answer; a revoked one ends as a mistake, unless the bureau answered it.

    Raises:
        NotFound: there is no such decision.
        StepRefused: it is closed already, or a bureau must answer it.
        FigureRefused: there is no reason.
    """
    with acting(store, actor, STEP, f"decision {decision_id}", needs=STEP) as session:
        row = existing(session, tables.Decision, decision_id, NotFound("decision_unknown", number=decision_id))
        if row.closed_as is not None:
            raise StepRefused("decision_is_closed")
        if not typed(reason) or len(typed(reason)) > LONGEST:
            raise FigureRefused("decision_says_no_reason")
        if row.action_code is not None:
            if closed_as == DecisionClosed.DONE:
                raise StepRefused("decision_is_a_bureaus")
            _take_back(session, row.action_code, reason=typed(reason))
        row.closed_as, row.closed_at, row.closed_by, row.closed_reason = closed_as.value, instant(session), actor, typed(reason)
        detail = f"{decision_id} {closed_as.value}: {typed(reason)}"
        record(session, actor, "decision_closed", subject_of_meeting(row.period_code), detail=detail)


def _take_back(session: Session, action_code: str, *, reason: str) -> None:
    action = session.get(tables.Action, action_code)
    if action is None or not is_living(action) or action.vintage > 1:
        raise StepRefused("decision_is_answered")
    now = instant(session)
    values = {"action_code": action_code, "ended_reason": "mistake", "ended_on": None, "ended_on_precision": "unknown"}
    origin = Origin(now, reasons={action_code: (government().error, reason)})
    apply_report(session, RowKind.ACTION.value, [values], origin=origin)


def close_minutes(store: Store, period_code: str, *, actor: str, held_on: date, note: str = "") -> int:
    """Close the minutes of a meeting: from now on they are rebuilt with the present state of knowledge, whatever comes later.

    Args:
        note: such as the participants, by role.

    Returns:
        The number of the minutes.

    Raises:
        FigureRefused: the day of the meeting lies before the end of the quarter, or after today.
    """
    quarter = _quarter(period_code)
    with acting(store, actor, STEP, subject_of_meeting(quarter.code), needs=STEP) as session:
        now = instant(session)
        if not quarter.end <= held_on <= local_day(now) or len(typed(note)) > LONGEST:
            raise FigureRefused("meeting_day_refused", first=quarter.end, last=local_day(now))
        row = tables.Meeting(
            period_code=quarter.code, held_on=held_on, as_of=quarter.end, known_at=now, note=typed(note), closed_by=actor
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        detail = f"{row.id} {held_on}: {typed(note)}".strip(": ")
        record(session, actor, "minutes_closed", subject_of_meeting(quarter.code), detail=detail)
        return row.id
