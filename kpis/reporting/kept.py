"""Persistence of a report: its rows, its warnings, and the audit lines of an approval. Inside a transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from kpis.as_text import clean, typed
from kpis.errors import FigureRefused
from kpis.languages import SOURCE, pair, say, side
from kpis.message import Message
from kpis.periods import parse_period
from kpis.registers import LISTS
from kpis.reporting.comparison import Choices, Comparison, ReportedRow, RowKey, compare, reading_key
from kpis.reporting.filing import current_of, packed, packed_claims, row_key, rows_of
from kpis.reporting.merging import KeptRow
from kpis.reporting.people import record, stands_in_for
from kpis.reporting.way import Check, Way, way
from kpis.reporting_vocabulary import CheckStep
from kpis.store import tables, trail
from kpis.store.fields import record_of
from kpis.store.many import insert_many
from kpis.store.store import Store, instant
from kpis.store.tables import table_of

# Steps that contribute to a report; the others withdraw it or decide on it.
WRITING = frozenset(
    {
        "uploaded",
        "taken_in",
        "explained",
        "corrected",
        "conflict_resolved",
        "clash_settled",
        "row_taken_out",
        "reading_chosen",
        "warning_confirmed",
        "submitted",
    }
)


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark at a place of a workbook: the finding, expectation and remedy, in Japanese and English."""

    found: str
    expected_ja: str
    expected_en: str
    remedy_ja: str = ""
    remedy_en: str = ""
    sheet: str = ""
    cell: str = ""
    found_en: str = ""  # blank where it is the same, as the content of a cell

    @property
    def is_content(self) -> bool:
        """Return whether the finding is the content of the cell, and not words."""
        return not self.found_en

    @property
    def in_both(self) -> str:
        """Return the finding and what was expected in both languages, for a line of the audit trail."""
        return f"{' / '.join(filter(None, (self.found, self.found_en)))}: {self.expected_ja} / {self.expected_en}"

    def found_in(self, language: str) -> str:
        """Return the finding in a language."""
        return self.found if side(language) == SOURCE else self.found_en or self.found


@dataclass(frozen=True, slots=True)
class Warning(Remark):
    """A warning that the bureau confirms with a reason before it submits."""

    rule: str = ""
    row: RowKey | None = None  # the row concerned


def remarked(finding: str | Message, expected: Message, remedy: Message, *, sheet: str = "", cell: str = "") -> dict[str, str]:
    """Return the fields of a remark, in Japanese and English."""
    (ja, en), (expected_ja, expected_en), (remedy_ja, remedy_en) = map(pair, (finding, expected, remedy))
    return {
        "found": ja, "found_en": "" if en == ja else en, "expected_ja": expected_ja, "expected_en": expected_en,
        "remedy_ja": remedy_ja, "remedy_en": remedy_en, "sheet": sheet, "cell": cell,
    }  # fmt: skip


def asked_to_confirm(
    finding: str | Message, expected: Message, remedy: Message, *, sheet: str = "", cell: str = "", rule: str = "", row: RowKey | None = None
) -> Warning:  # fmt: skip
    """Return a warning with what it says in Japanese and English."""
    return Warning(**remarked(finding, expected, remedy, sheet=sheet, cell=cell), rule=rule, row=row)


def id_of(row: tables.Submission) -> int:
    """Return the number of a stored report."""
    assert row.id is not None
    return row.id


def subject_of(report_id: int) -> str:
    """Return the subject of a report in the audit trail."""
    return f"submission {report_id}"


def record_step(session: Session, row: tables.Submission, actor: str, action: str, *, cell: str = "", detail: str = "") -> None:
    """Record a step of a report in the audit trail, with its file; whoever writes a part becomes a contributor."""
    if action in WRITING and session.get(tables.SubmissionContributor, (id_of(row), actor)) is None:
        session.add(tables.SubmissionContributor(submission_id=id_of(row), email=actor))
        session.flush()
    if action in WRITING - {"submitted"} and way_of(session, row).is_open:
        add_check(session, row, actor, CheckStep.REOPENED)
    record(session, actor, action, subject_of(id_of(row)), file_sha256=row.file_sha256, cell=cell, detail=detail)


def way_of(session: Session, row: tables.Submission) -> Way:
    """Return the progress of a report through the checks of its own bureau."""
    query = (
        select(tables.SubmissionCheck)
        .where(tables.SubmissionCheck.submission_id == row.id)
        .order_by(col(tables.SubmissionCheck.id))
    )
    return way([record_of(Check, step) for step in session.exec(query)])


def add_check(session: Session, row: tables.Submission, actor: str, decision: str, *, step_code: str = "", note: str = "") -> None:
    """Store one step of a report within its bureau."""
    session.add(
        tables.SubmissionCheck(
            submission_id=id_of(row), revision=row.revision, step_code=step_code, decision=decision, decided_by=actor,
            decided_at=instant(session), stands_in_for=stands_in_for(session), note=typed(note),
        )
    )  # fmt: skip
    session.flush()


def keep_rows(
    session: Session, submission: tables.Submission, rows: Sequence[KeptRow], before: Sequence[KeptRow], choices: Choices
) -> None:
    """Store the rows of a report after an upload; earlier choices stay where the cell has the same value again."""
    was = {kept_row.key: kept_row.row for kept_row in before}
    chosen: dict[RowKey, dict[str, tuple[str, int]]] = {}
    for (kind, key, column), choice in choices.items():
        chosen.setdefault((kind, key), {})[column] = choice
    values = []
    for kept_row in rows:
        row, old = kept_row.row, was.get(kept_row.key)
        same = {
            column: choice for column, choice in chosen.get(kept_row.key, {}).items() if old and _says_the_same(old, row, column)
        }
        values.append(
            {
                "submission_id": submission.id, "revision": submission.revision, "row_kind": row.kind, "row_key": row_key(row.key),
                "sheet": row.sheet, "cell": row.cell(next(iter(row.columns), "")), "fields_json": packed(row), "claims_json": packed_claims(kept_row),
                "reason_class": row.reason_class, "reason_text": typed(row.reason_text), "comment": "",
                "choices_json": json.dumps(same) if same else "",
            }
        )  # fmt: skip
    insert_many(session, table_of(tables.SubmissionRow), values)


def _says_the_same(old: ReportedRow, row: ReportedRow, choice: str) -> bool:
    column = choice.removesuffix(reading_key(""))
    return old.fields.get(column) == row.fields.get(column) and old.readings.get(column) == row.readings.get(column)


def keep_warnings(
    session: Session, submission: tables.Submission, warnings: Sequence[Warning], confirmed: Mapping[tuple[str, ...], tuple[str, Any, str]],
) -> None:  # fmt: skip
    """Store the warnings for the bureau to confirm; confirmed identical ones stay confirmed."""
    for w in warnings:
        kind, key = (w.row[0], row_key(w.row[1])) if w.row else ("", "")
        by, at, reason = confirmed.get((kind, key, *(() if key else (w.sheet, w.cell)), clean(w.found)), (None, None, ""))
        session.add(
            tables.SubmissionWarning(
                submission_id=id_of(submission), revision=submission.revision, rule=w.rule, row_kind=kind, row_key=key,
                confirmed_by=by, confirmed_at=at, confirmed_reason=reason,
                **{name: getattr(w, name) for name in Remark.__dataclass_fields__} | {"found": clean(w.found), "found_en": clean(w.found_en)},
            )
        )  # fmt: skip


def rekept(stored: tables.SubmissionRow, kept_row: KeptRow) -> None:
    """Store a row of a report again, after its claims changed."""
    row = kept_row.row
    stored.fields_json, stored.claims_json = packed(row), packed_claims(kept_row)
    stored.reason_class, stored.reason_text = row.reason_class, typed(row.reason_text)


def rows_kept(session: Session, submission: tables.Submission) -> dict[tuple[str, str], tables.SubmissionRow]:
    """Return the stored rows of a report in its present state, by kind and serialised key."""
    query = select(tables.SubmissionRow).where(
        tables.SubmissionRow.submission_id == submission.id, tables.SubmissionRow.revision == submission.revision
    )
    return {(row.row_kind, row.row_key): row for row in session.exec(query)}


def row_kept(rows: Mapping[tuple[str, str], tables.SubmissionRow], kind: str, key: tuple[str, ...]) -> tables.SubmissionRow:
    """Return one stored row."""
    stored = rows.get((kind, row_key(key)))
    if stored is None:
        raise FigureRefused("report_row_unknown", key=" ".join(key))
    return stored


def compared(session: Session, submission: tables.Submission) -> tuple[Comparison, dict[RowKey, Any]]:
    """Return the comparison of a report with the stored data, and the stored values of its rows."""
    rows, choices = rows_of(session, submission)
    current = current_of(session, rows)
    return compare(rows, current, choices=choices), current


def source_of(session: Session, row: tables.Submission) -> str:
    """Store the report as a source, which each of its figures names."""
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
    """Record an audit line for each figure withdrawn and each cell changed."""
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
