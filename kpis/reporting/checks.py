"""Checks of a report within its own bureau: prepared by its coordinator, checked step by step by its approvers, or sent back.

The four-eyes rule holds here too: whoever wrote a part of it, prepared it or took an earlier step does not take the next one.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from kpis.as_text import typed
from kpis.errors import FigureRefused, NotAllowed, StepRefused
from kpis.government import government
from kpis.government_files import StepFields
from kpis.reporting.hindrances import ready, report_for_step, wrote_a_part
from kpis.reporting.kept import add_check, record_step, subject_of, way_of
from kpis.reporting.people import acting
from kpis.reporting_vocabulary import CheckStep
from kpis.store import tables
from kpis.store.store import Store
from kpis.text import Named


def prepare(store: Store, report_id: int, *, actor: str, revision: int, today: date) -> None:
    """Hand a report to the approvers within its bureau.

    Raises:
        StepRefused: the bureau has no such step, one is pending already, or questions are open.
    """
    with acting(store, actor, "prepare", subject_of(report_id)) as session:
        row = report_for_step(session, report_id, actor, "prepare", revision)
        if not government().steps_of(row.bureau_code):
            raise StepRefused("no_steps_in_bureau")
        if way_of(session, row).is_open:
            raise StepRefused("prepared_already")
        ready(store, session, row, today=today)
        add_check(session, row, actor, CheckStep.PREPARED)
        record_step(session, row, actor, "prepared")


def check(store: Store, report_id: int, *, actor: str, revision: int, note: str = "") -> None:
    """Approve the report as it is in the step that is due.

    Raises:
        NotAllowed: the actor wrote a part of it, prepared it or took an earlier step.
        StepRefused: it was not prepared, or no step is due.
    """
    with acting(store, actor, "check", subject_of(report_id)) as session:
        row = report_for_step(session, report_id, actor, "check", revision)
        step = _due(session, row, actor)
        add_check(session, row, actor, CheckStep.CHECKED, step_code=step.step_code, note=note)
        record_step(session, row, actor, "checked", detail=f"{step.step_code} {typed(note)}".strip())


def send_back(store: Store, report_id: int, *, actor: str, revision: int, reason: str) -> None:
    """Send a report back to its coordinator, with a reason.

    Raises:
        FigureRefused: the reason is blank.
        NotAllowed, StepRefused: as ``check``.
    """
    with acting(store, actor, "send_back", subject_of(report_id)) as session:
        row = report_for_step(session, report_id, actor, "check", revision)
        if not typed(reason):
            raise FigureRefused("return_without_reason")
        step = _due(session, row, actor)
        add_check(session, row, actor, CheckStep.SENT_BACK, step_code=step.step_code, note=reason)
        record_step(session, row, actor, "sent_back", detail=f"{step.step_code} {typed(reason)}")


def _due(session: Session, row: tables.Submission, actor: str) -> StepFields:
    way = way_of(session, row)
    step = way.next_step(government().steps_of(row.bureau_code))
    if not way.is_open or step is None:
        raise StepRefused("nothing_to_check")
    if wrote_a_part(session, row, actor) or way.has_acted(actor):
        raise NotAllowed("own_check", step=Named(step.model_dump()))
    return step
