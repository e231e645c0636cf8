"""Preconditions of a step: person, state, revision, undecided cells, contradictions. Inside a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from kpis.errors import ChangedMeanwhile, NotAllowed, StepRefused
from kpis.government import government
from kpis.languages import written
from kpis.message import few
from kpis.reporting.access import acts_for, is_same_mailbox, next_state
from kpis.reporting.commentaries import unspoken
from kpis.reporting.comparison import Comparison, ReportedRow, RowKey, is_same_value
from kpis.reporting.contradictions import ContradictingRow, contradictions_of
from kpis.reporting.filing import kept_of, row_key, rows_of, rows_of_others
from kpis.reporting.kept import Warning, asked_to_confirm, compared, way_of
from kpis.reporting.merging import KeptRow, clashes
from kpis.reporting.people import allow, grants_of
from kpis.reporting.reports import seen, warnings_of
from kpis.store import tables
from kpis.store.store import Store
from kpis.text import Named

_ON_BEHALF = frozenset({"explain", "submit", "withdraw"})


def report_for_step(session: Session, report_id: int, actor: str, action: str, revision: int) -> tables.Submission:
    """Return the report at the revision that the actor saw, if the actor may take this step."""
    row = seen(session, report_id, actor)
    allow(session, actor, "take_in" if action in _ON_BEHALF and is_for_bureau(session, row, actor) else action, row.bureau_code)
    next_state(row.state, action)
    if row.revision != revision:
        raise ChangedMeanwhile("report_replaced", created_by=row.created_by, revision=row.revision)
    return row


def is_for_bureau(session: Session, row: tables.Submission, actor: str) -> bool:
    """Return whether a person acts for a bureau that cannot: reports received by mail, and only these, are completed by the office."""
    return row.is_on_behalf and acts_for(grants_of(session, actor), row.bureau_code)


def same_place(session: Session, bureau_code: str, period_code: str, *, is_withdrawn: bool = False) -> list[tables.Submission]:
    """Return the reports of a bureau for a period that were not withdrawn, or those that were, latest first."""
    query = select(tables.Submission).where(
        tables.Submission.bureau_code == bureau_code, tables.Submission.period_code == period_code,
        (col(tables.Submission.state) == "withdrawn") == is_withdrawn,
    )  # fmt: skip
    return list(session.exec(query.order_by(col(tables.Submission.id).desc())))


def refuse_clashes(rows: Sequence[KeptRow]) -> None:
    """Refuse a report with clashes between hands, naming the cells."""
    if open_cells := clashes(rows):
        places = ", ".join(f"{' '.join(c.row.key)} {c.column}" for c in open_cells[:5]) + (" …" if len(open_cells) > 5 else "")
        raise StepRefused("cells_written_twice", count=len(open_cells), places=places)


def refuse_unconfirmed(session: Session, row: tables.Submission) -> None:
    """Refuse a report with unconfirmed warnings."""
    if open_warnings := [w for w in warnings_of(session, row) if w.confirmed_by is None]:
        places = ", ".join(f"{w.sheet}!{w.cell}" for w in open_warnings[:5])
        raise StepRefused("warnings_open", count=len(open_warnings), places=places)


def not_yet_asked(
    session: Session, submission: tables.Submission, comparison: Comparison, current: Mapping[RowKey, Any]
) -> list[ContradictingRow]:
    """Return the present contradictions of the report without a warning yet; refuse figures that are now impossible."""
    warned = warnings_of(session, submission)
    confirmed = {(w.rule, w.sheet, w.cell, w.found) for w in warned if not w.row_key} | {
        (w.rule, w.row_kind, w.row_key, w.found) for w in warned
    }
    contradictions = contradictions_of(session, submission.bureau_code, comparison, current)
    if impossible := [contradiction for contradiction in contradictions if contradiction.contradiction.grade == "error"]:
        raise StepRefused("figures_impossible_now", places=partial(places_of, impossible))
    return [
        contradiction
        for contradiction in contradictions
        if not confirmed
        & {
            (contradiction.contradiction.rule, *place, written(contradiction.contradiction.found))
            for place in ((contradiction.row.sheet, contradiction.cell), (contradiction.row.kind, row_key(contradiction.row.key)))
        }
    ]


def as_warning(row: ContradictingRow) -> Warning:
    """Return a contradiction as a warning for the bureau to confirm."""
    contradiction, place = row.contradiction, {"sheet": row.row.sheet, "cell": row.cell}
    about = (row.row.kind, row.row.key)
    return asked_to_confirm(
        contradiction.found, contradiction.expected, contradiction.remedy, **place, rule=contradiction.rule, row=about
    )


def places_of(contradictions: Sequence[ContradictingRow], language: str) -> str:
    """Return places and descriptions of the first three, in words."""
    places = [
        f"{' '.join(row.row.key)} {row.row.sheet}!{row.cell}: {written(row.contradiction.found, language)} / {written(row.contradiction.expected, language)}"
        for row in contradictions[:3]
    ]
    return "; ".join(places) + (" …" if len(contradictions) > 3 else "")


def refuse_unready(comparison: Comparison) -> None:
    """Refuse a report with undecided cells or corrections without a reason, naming them."""
    for key, cells in {
        "cells_not_decided": [c.place for c in comparison.unread],
        "cells_in_conflict": [c.place for c in comparison.unresolved],
        "corrections_unexplained": [r.cells[0].place for r in comparison.unexplained],
    }.items():
        if cells:
            places = ", ".join(cells[:5]) + (" …" if len(cells) > 5 else "")
            raise StepRefused(key, count=len(cells), places=places)


def refuse_rows_of_others(session: Session, row: tables.Submission, comparison: Comparison) -> None:
    """Refuse a report with changes of rows that are no longer for its bureau to report, naming them.

    Between the upload and a later step a row may have got another owner, or a new code may have been taken by another bureau.
    """
    changed = {(c.row.kind, c.row.key): c for c in comparison.rows if any(cell.counts for cell in c.cells)}
    others = rows_of_others(session, row.bureau_code, row.period_code, [c.row for c in changed.values()])
    if others:
        places = [f"{' '.join(o.key)} {changed[o.kind, o.key].cells[0].place}" for o in others]
        listed = ", ".join(places[:5]) + (" …" if len(places) > 5 else "")
        raise StepRefused("rows_of_others_now", bureau=row.bureau_code, count=len(places), places=listed)


def ready(store: Store, session: Session, row: tables.Submission, *, today: date) -> tuple[Comparison, dict[RowKey, Any]]:
    """Refuse a report with any open question; return its comparison with the stored data, and the stored values of its rows."""
    refuse_clashes(kept_of(session, row))
    comparison, current = compared(session, row)
    refuse_rows_of_others(session, row, comparison)
    refuse_unready(comparison)
    refuse_silent(store, row, rows_of(session, row)[0], comparison, current, today=today)
    refuse_unconfirmed(session, row)
    return comparison, current


def refuse_unchecked(session: Session, row: tables.Submission, actor: str) -> None:
    """Refuse a report without all check steps of its bureau; one that the office took in and submits is checked by the office alone."""
    due = way_of(session, row).next_step(government().steps_of(row.bureau_code))
    if due is not None and not is_for_bureau(session, row, actor):
        raise StepRefused("not_checked_yet", step=Named(due.model_dump()))


def refuse_silent(
    store: Store,
    row: tables.Submission,
    rows: Sequence[ReportedRow],
    comparison: Comparison,
    current: Mapping[RowKey, Any],
    *,
    today: date,
) -> None:
    """Refuse a report with figures or projects that are behind, missed, moving away, unreported or late and not explained, naming these."""
    place = {"bureau": row.bureau_code, "period": row.period_code}
    silent = unspoken(store, **place, rows=rows, comparison=comparison, current=current, as_of=today)
    if silent:
        raise StepRefused("causes_missing", count=len(silent), figures=few([Named(item.named) for item in silent], 5))


def refuse_own(session: Session, row: tables.Submission, actor: str) -> None:
    """Refuse to let a person decide on a report to which they contributed, or which they prepared or checked within its bureau.

    Contributions are uploads (on behalf of the bureau too), reasons, choices, confirmations and the submission; also those to a
    withdrawn report, where a colleague reports its file or values of theirs again.
    """
    checked_by = select(tables.SubmissionCheck.decided_by).where(tables.SubmissionCheck.submission_id == row.id)
    if wrote_a_part(session, row, actor) or any(is_same_mailbox(actor, email) for email in session.exec(checked_by)):
        raise NotAllowed("own_report")


def wrote_a_part(session: Session, row: tables.Submission, actor: str) -> bool:
    """Return whether a person contributed to a report, in any of its uploads, or to a withdrawn one that it repeats."""
    return _contributed(session, row, actor) or any(
        _contributed(session, earlier, actor) and _is_repeated(session, earlier, row, actor)
        for earlier in same_place(session, row.bureau_code, row.period_code, is_withdrawn=True)
    )


def _contributed(session: Session, row: tables.Submission, actor: str) -> bool:
    written_by = select(tables.SubmissionContributor.email).where(tables.SubmissionContributor.submission_id == row.id)
    return any(is_same_mailbox(actor, email) for email in (row.created_by, row.submitted_by or "", *session.exec(written_by)))


def _is_repeated(session: Session, earlier: tables.Submission, row: tables.Submission, actor: str) -> bool:
    """Return whether a report has a file of a withdrawn one, or a value that the actor wrote there."""
    files = select(tables.SubmissionUpload.file_sha256).where(col(tables.SubmissionUpload.file_sha256).is_not(None))
    of_both = [{r.file_sha256, *session.exec(files.where(tables.SubmissionUpload.submission_id == r.id))} for r in (earlier, row)]
    if of_both[0] & of_both[1] - {None}:
        return True
    values = {
        (kept_row.key, column): cell.holds.value for kept_row in kept_of(session, row) for column, cell in kept_row.cells.items()
    }
    return any(
        is_same_mailbox(actor, claim.hand.by)
        and not is_same_value(claim.value, claim.was)
        and (kept_row.key, column) in values
        and is_same_value(claim.value, values[kept_row.key, column])
        for kept_row in kept_of(session, earlier)
        for column, cell in kept_row.cells.items()
        for claim in cell.claims
    )
