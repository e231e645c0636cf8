"""The steps of a report: upload (``uploads``), explain, settle, submit, withdraw, return, approve. Each is one transaction.

Each step reads the actor's roles, the report's state and the stored data inside its own transaction, trusts no page, and
writes an audit line, even when refused. Writers queue (``Store.writing``), so of two concurrent steps one is done and the other finds
the new state and is refused with a named error. ``revision`` is the upload that the actor was looking at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy.exc import IntegrityError

from kpis.as_text import typed
from kpis.errors import FigureRefused, MierukaError, NotFound, StepRefused
from kpis.government import government
from kpis.periods import parse_period
from kpis.registers import REGISTERS
from kpis.reporting.access import next_state
from kpis.reporting.answering import report_to_answer
from kpis.reporting.comparison import OBSERVATIONS, OURS, THEIRS, CellKey, RowKey, Value, is_same_value, reading_key
from kpis.reporting.deadlines import window_of
from kpis.reporting.filing import current_of, kept_row, row_key, unpacked, values_of
from kpis.reporting.hindrances import (
    as_warning,
    is_for_bureau,
    not_yet_asked,
    places_of,
    ready,
    refuse_own,
    refuse_rows_of_others,
    refuse_unchecked,
    refuse_unready,
    report_for_step,
)
from kpis.reporting.kept import (
    compared,
    id_of,
    keep_warnings,
    record_cells,
    record_step,
    rekept,
    row_kept,
    rows_kept,
    source_of,
    subject_of,
)
from kpis.reporting.merging import Hand, answered, stated, taken_out
from kpis.reporting.people import acting, existing, record
from kpis.reporting.reports import completeness_of
from kpis.reporting.uploads import FilledWorkbook, Uploaded, upload
from kpis.store import tables, vintages
from kpis.store.store import Store, instant
from kpis.store.vintages import Origin

__all__ = [
    "Approval", "CellKey", "FilledWorkbook", "Uploaded", "approve", "approve_several", "choose_readings", "confirm", "explain", "give_back",
    "grant_exception", "resolve", "settle", "submit", "take_out", "upload", "withdraw",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Approval:
    """The result of one of several approvals: the number of changed rows, or the reason of refusal."""

    report_id: int
    changed: int = 0
    refusal: MierukaError | None = None


def explain(store: Store, report_id: int, *, actor: str, revision: int, reasons: Mapping[RowKey, tuple[str, str]]) -> None:
    """Give corrections their reason class and text, by (kind, key) of the row.

    Raises:
        FigureRefused: the class is not known, the text is blank, or the report has no such row.
    """
    with acting(store, actor, "explain", subject_of(report_id)) as session:
        answering = report_to_answer(session, report_id, actor, revision, reasons)
        row = answering.row
        rows, hand = rows_kept(session, row), Hand(by=actor, part=answering.part, at=instant(session), upload=row.revision)
        for (kind, key), (reason_class, text) in reasons.items():
            if reason_class not in government().reasons or not typed(text):
                raise FigureRefused("correction_without_reason")
            stored = row_kept(rows, kind, key)
            rekept(stored, stated(kept_row(row, stored), {"reason_class": reason_class, "reason_text": typed(text)}, hand))
            place = f"{stored.sheet}!{stored.cell}".strip("!")
            record_step(session, row, actor, "explained", cell=place, detail=f"{' '.join(key)}: {reason_class} {typed(text)}")


def settle(store: Store, report_id: int, *, actor: str, revision: int, choices: Mapping[CellKey, Value]) -> None:
    """Decide clashes between hands, by cell.

    Raises:
        FigureRefused: the cell has no clash, or nobody wrote the value there.
    """
    with acting(store, actor, "settle", subject_of(report_id)) as session:
        row = report_to_answer(session, report_id, actor, revision, [key[:2] for key in choices]).row
        rows = rows_kept(session, row)
        for (kind, key, column), value in choices.items():
            stored = row_kept(rows, kind, key)
            own = (kept := kept_row(row, stored)).cells.get(column)
            if own is None or not own.is_open or not any(is_same_value(value, option) for option in own.values):
                raise FigureRefused("choose_written_value")
            rekept(stored, answered(kept, column, value, by=actor, at=instant(session)))
            written = " / ".join(f"{c.value} ({c.hand.by} {c.hand.part})".replace(" )", ")") for c in own.claims)
            record_step(
                session, row, actor, "clash_settled", cell=own.holds.place, detail=f"{' '.join(key)} {column}: {value} ({written})"
            )


def take_out(store: Store, report_id: int, *, actor: str, revision: int, rows: Sequence[RowKey]) -> None:
    """Remove rows from a report: they are not reported, and their stored values stay unchanged.

    Raises:
        FigureRefused: the report has no such row.
    """
    with acting(store, actor, "take_out", subject_of(report_id)) as session:
        row = report_to_answer(session, report_id, actor, revision, None).row
        stored_rows, hand = rows_kept(session, row), Hand(by=actor, at=instant(session), upload=row.revision)
        for kind, key in rows:
            stored = row_kept(stored_rows, kind, key)
            was = kept_row(row, stored)
            rekept(stored, taken_out(was, hand))
            listed = ", ".join(f"{column} {cell.holds.value}" for column, cell in was.cells.items())
            record_step(
                session, row, actor, "row_taken_out", cell=f"{stored.sheet}!{stored.cell}", detail=f"{' '.join(key)}: {listed}"
            )


def resolve(store: Store, report_id: int, *, actor: str, revision: int, choices: Mapping[CellKey, str]) -> None:
    """Resolve conflicts: for each cell keep ``ours`` (this report) or ``theirs`` (the stored value).

    The choice is bound to the vintage stored now; if that changes again, the cell is a conflict again.
    """
    with acting(store, actor, "resolve", subject_of(report_id)) as session:
        row = report_to_answer(session, report_id, actor, revision, [key[:2] for key in choices]).row
        rows = rows_kept(session, row)
        current = current_of(session, [unpacked(r) for r in rows.values()])
        for (kind, key, column), choice in choices.items():
            stored, now = row_kept(rows, kind, key), current.get((kind, key))
            if choice not in (OURS, THEIRS) or now is None:
                raise FigureRefused("choose_either_value")
            taken = json.loads(stored.choices_json or "{}")
            taken[column] = (choice, now.vintage)
            stored.choices_json = json.dumps(taken)
            place = f"{stored.sheet}!{unpacked(stored).cell(column)}"
            record_step(session, row, actor, "conflict_resolved", cell=place, detail=f"{' '.join(key)} {column}: {choice}")


def choose_readings(store: Store, report_id: int, *, actor: str, revision: int, chosen: Mapping[CellKey, float]) -> None:
    """Choose the value of ambiguous cells (0.881 as 88.1 % or as 0.881 %), by cell.

    Raises:
        FigureRefused: the cell is not ambiguous, or the value not among its possible ones.
    """
    with acting(store, actor, "choose_readings", subject_of(report_id)) as session:
        row = report_to_answer(session, report_id, actor, revision, [key[:2] for key in chosen]).row
        rows = rows_kept(session, row)
        for (kind, key, column), value in chosen.items():
            stored = row_kept(rows, kind, key)
            reported = unpacked(stored)
            if value not in reported.readings.get(column, ()):
                raise FigureRefused("choose_offered_value")
            taken = json.loads(stored.choices_json or "{}")
            taken[reading_key(column)] = (repr(float(value)), row.revision)
            stored.choices_json = json.dumps(taken)
            offered = " / ".join(map(str, reported.readings[column]))
            detail = f"{' '.join(key)} {column}: {reported.fields[column]} → {value} ({offered})"
            record_step(session, row, actor, "reading_chosen", cell=f"{stored.sheet}!{reported.cell(column)}", detail=detail)


def confirm(store: Store, report_id: int, *, actor: str, revision: int, reasons: Mapping[int, str]) -> None:
    """Confirm warnings, by their number, each with a reason.

    Raises:
        FigureRefused: a reason is blank or the report has no such warning.
    """
    with acting(store, actor, "confirm", subject_of(report_id)) as session:
        warned = {number: session.get(tables.SubmissionWarning, number) for number in reasons}
        about = [(w.row_kind, tuple(json.loads(w.row_key))) for w in warned.values() if w is not None and w.row_key]
        row = report_to_answer(session, report_id, actor, revision, about if len(about) == len(warned) else None).row
        for number, reason in reasons.items():
            warning = warned[number]
            if warning is None or warning.submission_id != row.id or warning.revision != row.revision or not typed(reason):
                raise FigureRefused("confirmation_without_reason")
            warning.confirmed_by, warning.confirmed_at, warning.confirmed_reason = actor, instant(session), typed(reason)
            place, detail = (
                f"{warning.sheet}!{warning.cell}",
                f"{' / '.join(filter(None, (warning.found, warning.found_en)))}: {typed(reason)}",
            )
            record_step(session, row, actor, "warning_confirmed", cell=place, detail=detail)


def submit(store: Store, report_id: int, *, actor: str, revision: int, today: date) -> None:
    """Submit a report to the reform office.

    New contradictions since its file was read become warnings to confirm, and the report stays with its bureau.

    Raises:
        StepRefused: it is not the time, something is still unexplained, unresolved or unconfirmed, or a step of the bureau is missing.
    """
    with acting(store, actor, "submit", subject_of(report_id)) as session:
        row = report_for_step(session, report_id, actor, "submit", revision)
        refusal = window_of(session, row.bureau_code, row.period_code).refusal(today, is_again=row.state == "returned")
        if refusal is not None:
            raise refusal
        comparison, current = ready(store, session, row, today=today)
        refuse_unchecked(session, row, actor)
        unasked = not_yet_asked(session, row, comparison, current)
        if not unasked:
            row.state = next_state(row.state, "submit")
            row.submitted_by, row.submitted_at = actor, instant(session)
            row.decided_by = row.decided_at = None
            detail = f"{len(comparison.cells)} cells differ, {comparison.unchanged} rows unchanged"
            counted = completeness_of(row)
            detail += f"; {counted.sentence()}" if counted is not None else ""
            detail += "; on behalf of the bureau" if is_for_bureau(session, row, actor) else ""
            record_step(session, row, actor, "submitted", detail=detail)
            return
        refusal, warnings = (
            StepRefused("contradicts_since_check", places=partial(places_of, unasked)),
            [as_warning(doubt) for doubt in unasked],
        )
        keep_warnings(session, row, warnings, {})
        for warning in warnings:
            record_step(session, row, actor, "warning_asked", cell=f"{warning.sheet}!{warning.cell}", detail=warning.in_both)
        record(session, actor, "refused", subject_of(report_id), detail=f"submit: {refusal.message.key}")
    raise refusal


def withdraw(store: Store, report_id: int, *, actor: str, revision: int) -> None:
    """Withdraw a report that is not approved; it stays on record."""
    with acting(store, actor, "withdraw", subject_of(report_id)) as session:
        row = report_for_step(session, report_id, actor, "withdraw", revision)
        row.state = next_state(row.state, "withdraw")
        record_step(session, row, actor, "withdrawn")


def give_back(
    store: Store, report_id: int, *, actor: str, revision: int, reason: str, comments: Mapping[CellKey, str] | None = None
) -> None:
    """Return a report to its bureau with a reason, and comments on cells.

    Raises:
        FigureRefused: the reason is blank, or a comment names a cell outside the report.
        NotAllowed: the actor contributed to it.
    """
    with acting(store, actor, "return", subject_of(report_id)) as session:
        row = report_for_step(session, report_id, actor, "return", revision)
        if not typed(reason):
            raise FigureRefused("return_without_reason")
        refuse_own(session, row, actor)
        row.state = next_state(row.state, "return")
        row.return_reason, row.decided_by, row.decided_at = typed(reason), actor, instant(session)
        rows = rows_kept(session, row)
        for (kind, key, column), text in (comments or {}).items():
            if not typed(text):
                continue
            stored = row_kept(rows, kind, key)
            cell = unpacked(stored).cell(column) or stored.cell
            session.add(
                tables.ReviewComment(
                    submission_id=id_of(row), revision=row.revision, row_kind=kind, row_key=row_key(key), column_name=column,
                    sheet=stored.sheet, cell=cell, comment=typed(text), written_by=actor, written_at=instant(session),
                )
            )  # fmt: skip
            record_step(session, row, actor, "commented", cell=f"{stored.sheet}!{cell}", detail=typed(text))
        record_step(session, row, actor, "returned", detail=typed(reason))


def approve(store: Store, report_id: int, *, actor: str, revision: int) -> int:
    """Make a submitted report current: figures become new vintages, registers change, each linked to its submission.

    Returns:
        The number of rows that are new or changed.

    Raises:
        NotAllowed: the actor contributed to it.
        StepRefused: it is not submitted, somebody changed the same cells since, rows are another bureau's by now, or figures
            stored since contradict it.
    """
    try:
        with acting(store, actor, "approve", subject_of(report_id)) as session:
            row = report_for_step(session, report_id, actor, "approve", revision)
            refuse_own(session, row, actor)
            after = next_state(row.state, "approve")
            comparison, current = compared(session, row)
            refuse_rows_of_others(session, row, comparison)
            refuse_unready(comparison)
            if unasked := not_yet_asked(session, row, comparison, current):
                raise StepRefused("contradicts_since_submission", places=partial(places_of, unasked))
            now = instant(session)
            source = source_of(session, row)
            changed = 0
            for kind in (OBSERVATIONS, *REGISTERS):
                own = [c for c in comparison.rows if c.row.kind == kind and any(cell.counts for cell in c.cells)]
                if not own:
                    continue
                values = [values_of(c, current.get((kind, c.row.key)), row.bureau_code, source) for c in own]
                reasons = {c.row.key[0]: (c.row.reason_class, c.row.reason_text) for c in own if c.row.reason_class}
                origin = Origin(now, row.file_sha256, row.id, reasons)
                changed += vintages.apply_report(session, kind, values, origin=origin)
            row.state, row.decided_by, row.decided_at = after, actor, now
            record_step(session, row, actor, "approved", detail=f"{changed} rows")
            record_cells(session, row, actor, comparison)
            return changed
    except IntegrityError as refused:
        raise FigureRefused("database_refuses", rule=refused.orig) from refused


def approve_several(store: Store, chosen: Mapping[int, int], *, actor: str) -> list[Approval]:
    """Approve several reports (number → revision seen), each in its own transaction; a refusal does not stop the others."""
    done = []
    for report_id, revision in chosen.items():
        try:
            done.append(Approval(report_id, approve(store, report_id, actor=actor, revision=revision)))
        except MierukaError as refusal:
            done.append(Approval(report_id, refusal=refusal))
    return done


def grant_exception(store: Store, *, actor: str, bureau_code: str, period_code: str, until: date, reason: str) -> None:
    """Grant a bureau leave to report a period outside its days, up to a day.

    Raises:
        FigureRefused: the reason is blank.
    """
    period_code = parse_period(period_code).code
    with acting(
        store, actor, "grant_exception", f"{bureau_code} {period_code}", needs="grant_exception", bureau_code=bureau_code
    ) as session:
        if not typed(reason):
            raise FigureRefused("exception_without_reason")
        existing(session, tables.Bureau, bureau_code, NotFound("bureau_not_registered", code=bureau_code))
        vintages.ensure_periods(session, {period_code})
        session.add(
            tables.ReportingException(
                bureau_code=bureau_code, period_code=period_code, until=until, reason=typed(reason), granted_by=actor,
                granted_at=instant(session),
            )
        )  # fmt: skip
        record(session, actor, "exception_granted", f"{bureau_code} {period_code}", detail=f"until {until}: {typed(reason)}")
