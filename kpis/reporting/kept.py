"""What is kept of a report: its rows, what its bureau is asked to confirm, and the trace that approval leaves. Inside a transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, select

from kpis.as_text import clean, typed
from kpis.errors import FigureRefused
from kpis.languages import pair, say
from kpis.message import Message
from kpis.periods import parse_period
from kpis.registers import LISTS
from kpis.reporting.comparison import (
    Comparison,
    ReportedRow,
    compare,
    reading_key,
)
from kpis.reporting.filing import (
    Choices,
    current_of,
    packed,
    row_key,
    rows_of,
)
from kpis.reporting.people import record
from kpis.store import tables, trail
from kpis.store.store import Store
from kpis.store.tables import table_of

RowKey = tuple[str, tuple[str, ...]]
# Steps that write a part of a report; the others take it back or decide on it.
WRITING = frozenset({"uploaded", "explained", "conflict_resolved", "reading_chosen", "warning_confirmed", "submitted"})


@dataclass(frozen=True, slots=True)
class Warning:
    """Something unusual that the bureau confirms with a reason before it submits."""

    found: str
    expected_ja: str
    expected_en: str
    remedy_ja: str = ""
    remedy_en: str = ""
    sheet: str = ""
    cell: str = ""
    rule: str = ""


def asked_to_confirm(said: str, expected: Message, remedy: Message, *, sheet: str = "", cell: str = "", rule: str = "") -> Warning:
    """Return a warning with what is expected and what to do in Japanese and English."""
    return Warning(said, *pair(expected), *pair(remedy), sheet=sheet, cell=cell, rule=rule)


def id_of(row: tables.Submission) -> int:
    """Return the number of a stored report."""
    assert row.id is not None
    return row.id


def subject_of(report_id: int) -> str:
    """Return how the audit names a report."""
    return f"submission {report_id}"


def record_step(session: Session, row: tables.Submission, actor: str, action: str, *, cell: str = "", detail: str = "") -> None:
    """Write a step of a report to the audit trail, with the file it is of; who wrote a part of it is a contributor from then on."""
    if action in WRITING and session.get(tables.SubmissionContributor, (id_of(row), actor)) is None:
        session.add(tables.SubmissionContributor(submission_id=id_of(row), email=actor))
        session.flush()
    record(session, actor, action, subject_of(id_of(row)), file_sha256=row.file_sha256, cell=cell, detail=detail)


def keep_rows(
    session: Session, submission: tables.Submission, rows: Sequence[ReportedRow], before: Sequence[ReportedRow], choices: Choices
) -> None:
    """Keep the rows of an upload; what was said of the rows before holds for those that say the same again."""
    # A reason given on the page for a row that says the same again is still its reason; so is which value a cell means.
    said = {(r.kind, r.key): r for r in before if r.reason_class}
    asked = {(r.kind, r.key): r for r in before if r.readings}
    values = []
    for row in rows:
        old = said.get((row.kind, row.key))
        keeps = row.reason_class is None and old is not None and dict(old.fields) == dict(row.fields)
        was = asked.get((row.kind, row.key))
        same = [c for c in row.readings if was and was.readings.get(c) == row.readings[c] and was.fields.get(c) == row.fields[c]]
        read = {reading_key(c): choices[place] for c in same if (place := (row.kind, row.key, reading_key(c))) in choices}
        values.append(
            {
                "submission_id": submission.id, "revision": submission.revision, "row_kind": row.kind, "row_key": row_key(row.key),
                "sheet": row.sheet, "cell": row.cell(next(iter(row.columns), "")), "fields_json": packed(row),
                "reason_class": old.reason_class if keeps and old else row.reason_class,
                "reason_text": old.reason_text if keeps and old else typed(row.reason_text), "comment": "", "choices_json": json.dumps(read) if read else "",
            }
        )  # fmt: skip
    if values:
        session.execute(insert(table_of(tables.SubmissionRow)), values)


def keep_warnings(
    session: Session,
    submission: tables.Submission,
    warnings: Sequence[Warning],
    confirmed: Mapping[tuple[str, str, str], tuple[str, Any, str]],
) -> None:
    """Keep what the bureau is asked to confirm; what it confirmed before, of the same, stays confirmed."""
    for w in warnings:
        by, at, reason = confirmed.get((w.sheet, w.cell, clean(w.found)), (None, None, ""))
        session.add(
            tables.SubmissionWarning(
                submission_id=id_of(submission), revision=submission.revision, rule=w.rule, sheet=w.sheet, cell=w.cell, found=clean(w.found),
                expected_ja=w.expected_ja, expected_en=w.expected_en, remedy_ja=w.remedy_ja, remedy_en=w.remedy_en,
                confirmed_by=by, confirmed_at=at, confirmed_reason=reason,
            )
        )  # fmt: skip


def rows_kept(session: Session, submission: tables.Submission) -> dict[tuple[str, str], tables.SubmissionRow]:
    """Return the kept rows of a report as it is, by kind and packed key."""
    query = select(tables.SubmissionRow).where(
        tables.SubmissionRow.submission_id == submission.id, tables.SubmissionRow.revision == submission.revision
    )
    return {(row.row_kind, row.row_key): row for row in session.exec(query)}


def row_kept(rows: Mapping[tuple[str, str], tables.SubmissionRow], kind: str, key: tuple[str, ...]) -> tables.SubmissionRow:
    """Return one kept row."""
    stored = rows.get((kind, row_key(key)))
    if stored is None:
        raise FigureRefused("report_row_unknown", key=" ".join(key))
    return stored


def compared(session: Session, submission: tables.Submission) -> tuple[Comparison, dict[RowKey, Any]]:
    """Return a report held against what is stored, and what is stored of its rows."""
    rows, choices = rows_of(session, submission)
    current = current_of(session, rows)
    return compare(rows, current, choices=choices), current


def source_of(session: Session, row: tables.Submission) -> str:
    """Make the report a source of its own, so that each figure it brings names it."""
    bureau = Store.organisation_in(session).by_code[row.bureau_code]
    code = f"report-{row.id}"
    period = parse_period(row.period_code)
    session.add(
        tables.Source(
            source_code=code, url="", title=say("report_as_source", bureau=bureau.name_ja, period=period.label()), grade="primary"
        )
    )
    session.flush()
    return code


def record_cells(session: Session, row: tables.Submission, actor: str, comparison: Comparison) -> None:
    """Write an audit line for each figure withdrawn and each cell that changes."""
    for change in comparison.withdrawn:
        record(session, actor, "figure_withdrawn", " ".join(change.row.key), file_sha256=row.file_sha256,
               detail=f"{subject_of(id_of(row))}: {change.row.reason_class} {change.row.reason_text}")  # fmt: skip
    lines = [
        {
            "occurred_at": row.decided_at, "actor": actor, "action": "cell_changed", "subject": subject_of(id_of(row)),
            "file_sha256": row.file_sha256, "cell": cell.place,
            "detail": f"{LISTS[cell.row.kind].file} {' '.join(cell.row.key)} {cell.column}: {cell.old} → {cell.new}",
        }
        for cell in comparison.cells
        if cell.counts
    ]  # fmt: skip
    trail.append(session, lines)
