"""What stands in the way of a step: another person, another state, another upload, cells not decided, contradictions. Inside a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from kpis.errors import ChangedMeanwhile, NotAllowed, StepRefused
from kpis.languages import written
from kpis.message import few
from kpis.periods import local_time
from kpis.reporting.access import is_same_person, next_state
from kpis.reporting.commentaries import unspoken
from kpis.reporting.comparison import Comparison, ReportedRow
from kpis.reporting.contradictions import ContradictingRow, contradictions_of
from kpis.reporting.kept import RowKey, Warning, asked_to_confirm, id_of
from kpis.reporting.people import allow
from kpis.reporting.reports import seen, warnings_of
from kpis.store import tables
from kpis.store.store import Store
from kpis.text import Named


def report_for_step(session: Session, report_id: int, actor: str, action: str, revision: int) -> tables.Submission:
    """Return the report that the actor may take this step with, as the actor saw it."""
    row = seen(session, report_id, actor)
    allow(session, actor, action, row.bureau_code)
    next_state(row.state, action)
    if row.revision != revision:
        raise ChangedMeanwhile("report_replaced", created_by=row.created_by, revision=row.revision)
    return row


def same_place(session: Session, bureau_code: str, period_code: str) -> list[tables.Submission]:
    """Return the reports of a bureau for a period that were not withdrawn, the latest first."""
    query = select(tables.Submission).where(
        tables.Submission.bureau_code == bureau_code, tables.Submission.period_code == period_code,
        tables.Submission.state != "withdrawn",
    )  # fmt: skip
    return list(session.exec(query.order_by(col(tables.Submission.id).desc())))


def refuse_other(now_open: tables.Submission | None, replaces: tuple[int, int] | None) -> None:
    """Refuse an upload beside an open report that its sender had not seen; ``replaces``: its number and revision as they were seen."""
    seen_open = (id_of(now_open), now_open.revision) if now_open is not None else None
    if seen_open == replaces:
        return
    if now_open is None:
        raise ChangedMeanwhile("draft_gone")
    when = f"{local_time(now_open.created_at):%Y-%m-%d %H:%M:%S}"
    raise ChangedMeanwhile(
        "report_stored_first", created_by=now_open.created_by, when=when, id=now_open.id, revision=now_open.revision
    )


def not_yet_asked(
    session: Session, submission: tables.Submission, comparison: Comparison, current: Mapping[RowKey, Any]
) -> list[ContradictingRow]:
    """Return what the report contradicts by now without having been asked about it; refuse what is impossible by now."""
    asked = {(w.rule, w.sheet, w.cell, w.found) for w in warnings_of(session, submission)}
    contradictions = contradictions_of(session, submission.bureau_code, comparison, current)
    if impossible := [each for each in contradictions if each.contradiction.grade == "error"]:
        raise StepRefused("figures_impossible_now", places=partial(places_of, impossible))
    return [
        each
        for each in contradictions
        if (each.contradiction.rule, each.row.sheet, each.cell, each.contradiction.found) not in asked
    ]


def as_warning(row: ContradictingRow) -> Warning:
    """Return a contradiction as what the bureau is asked to confirm."""
    contradiction, place = row.contradiction, {"sheet": row.row.sheet, "cell": row.cell}
    return asked_to_confirm(contradiction.found, contradiction.expected, contradiction.remedy, **place, rule=contradiction.rule)


def places_of(contradictions: Sequence[ContradictingRow], language: str) -> str:
    """Say where and what, of the first three."""
    said = [
        f"{' '.join(each.row.key)} {each.row.sheet}!{each.cell}: {each.contradiction.found} / {written(each.contradiction.expected, language)}"
        for each in contradictions[:3]
    ]
    return "; ".join(said) + (" …" if len(contradictions) > 3 else "")


def refuse_unready(comparison: Comparison) -> None:
    """Refuse a report with cells that are not decided or corrections without a reason, and name them."""
    for key, cells in {
        "cells_not_decided": [c.place for c in comparison.unread],
        "cells_in_conflict": [c.place for c in comparison.unresolved],
        "corrections_unexplained": [r.cells[0].place for r in comparison.unexplained],
    }.items():
        if cells:
            places = ", ".join(cells[:5]) + (" …" if len(cells) > 5 else "")
            raise StepRefused(key, count=len(cells), places=places)


def refuse_silent(
    store: Store,
    row: tables.Submission,
    rows: Sequence[ReportedRow],
    comparison: Comparison,
    current: Mapping[RowKey, Any],
    *,
    today: date,
) -> None:
    """Refuse a report that does not say why a figure of its bureau is behind, missed, moving away or unreported, and name these."""
    place = {"bureau": row.bureau_code, "period": row.period_code}
    silent = unspoken(store, **place, rows=rows, comparison=comparison, current=current, as_of=today)
    if silent:
        raise StepRefused("causes_missing", count=len(silent), figures=few([Named(item.entry.definition) for item in silent], 5))


def refuse_own(session: Session, row: tables.Submission, actor: str) -> None:
    """Refuse to let a person decide on a report of which they wrote a part: upload, reason, choice, confirmation or submission."""
    written_by = select(tables.SubmissionContributor.email).where(tables.SubmissionContributor.submission_id == row.id)
    if any(is_same_person(actor, email) for email in (row.created_by, row.submitted_by or "", *session.exec(written_by))):
        raise NotAllowed("own_report")
