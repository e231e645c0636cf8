"""Read bureaus' reports: visibility, effect on the current data, and reporting status.

Everything here only reads. Each function checks the viewer's roles in the same session that reads; a report that the viewer may not
see is treated exactly as one that does not exist.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from kpis.collector import collector_paused
from kpis.errors import NotFound
from kpis.figures.scorecard import score_all
from kpis.reporting.access import Viewer, may
from kpis.reporting.commentaries import Unspoken, figures_of, unspoken
from kpis.reporting.comparison import (
    Comparison,
    Completeness,
    Current,
    Flip,
    ReportedRow,
    RowKey,
    Value,
    compare,
    flips,
    with_figures,
)
from kpis.reporting.filing import current_of, kept_with_choices, rows_of
from kpis.reporting.kept import Remark, way_of
from kpis.reporting.merging import Clash, KeptRow, clashes
from kpis.reporting.people import Event, acting, events, grants_of, record, refusals_recorded
from kpis.reporting.way import Way
from kpis.reporting_vocabulary import OPEN_STATES
from kpis.store import tables
from kpis.store.fields import record_of
from kpis.store.store import Store
from kpis.store.tables import table_of

INCOMPLETE = "incomplete"  # the warning about figures left open: confirmed once for all of them


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One bureau's report of one period: its state and the person of each step."""

    id: int
    bureau_code: str
    period_code: str
    state: str
    revision: int
    file_sha256: str | None
    file_name: str
    template_id: str | None
    created_by: str
    created_at: datetime
    submitted_by: str | None
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    return_reason: str
    completeness: Completeness | None = None  # unknown for reports from before it was counted
    is_on_behalf: bool = False

    @property
    def subject(self) -> str:
        """Return its subject in the audit trail."""
        return f"submission {self.id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Warned(Remark):
    """A warning of a report, with the person and reason of its confirmation."""

    id: int
    confirmed_by: str | None
    confirmed_at: datetime | None
    confirmed_reason: str
    rule: str = ""
    row_kind: str = ""
    row_key: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """A comment of the reform office at a cell, and the upload it refers to."""

    revision: int
    row_kind: str
    row_key: tuple[str, ...]
    column: str
    sheet: str
    cell: str
    text: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """A file merged into a report: the upload, person, time and part, and its origin where the office took it in."""

    revision: int
    file_sha256: str | None
    file_name: str
    uploaded_by: str
    uploaded_at: datetime
    part: str
    rows_count: int
    is_on_behalf: bool
    how_it_came: str
    is_asked: bool = False  # it had a warning at a cell


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A report with everything a reader of it needs."""

    report: Report
    comparison: Comparison
    flips: tuple[Flip, ...]
    warnings: tuple[Warned, ...]
    comments: tuple[Comment, ...]
    events: tuple[Event, ...]
    rows_count: int
    uploads: tuple[Brought, ...] = ()
    rows: tuple[KeptRow, ...] = ()
    way: Way = field(default_factory=Way)
    unspoken: tuple[Unspoken, ...] = ()  # figures and projects that the bureau must still explain

    @cached_property
    def clashes(self) -> list[Clash]:
        """Return the cells with different values of several hands and no decision."""
        return clashes(self.rows)

    @property
    def obstacles(self) -> int:
        """Return the number of items to explain or resolve before submission."""
        open_warnings = sum(1 for w in self.warnings if w.confirmed_by is None)
        compared = self.comparison
        differing = len(self.clashes) + len(compared.unresolved) + len(compared.unread)
        return differing + len(compared.unexplained) + open_warnings + len(self.unspoken)


def reports(store: Store, *, viewer: str, bureau_code: str | None = None) -> list[Report]:
    """Return the reports that a viewer may see, newest first.

    Args:
        viewer: the e-mail; roles are read here.
        bureau_code: restrict to this bureau.
    """
    with store.reading() as session:
        reach = Viewer(viewer, grants=grants_of(session, viewer)).bureaus("see_report")
        query = select(tables.Submission).order_by(tables.Submission.id.desc())  # type: ignore[union-attr]
        if reach is not None:
            query = query.where(tables.Submission.bureau_code.in_(reach))  # type: ignore[attr-defined]
        if bureau_code is not None:
            query = query.where(tables.Submission.bureau_code == bureau_code)
        return [_report(session, row) for row in session.exec(query)]


def report(store: Store, report_id: int, *, viewer: str) -> Report:
    """Return one report.

    Raises:
        NotFound: there is none, or the viewer may not see it.
    """
    with store.reading() as session:
        return _report(session, seen(session, report_id, viewer))


def seen(session: Session, report_id: int, viewer: str, action: str = "see_report") -> tables.Submission:
    """Return a submission that a person may see.

    Raises:
        NotFound: there is none, or the person may not see it.
    """
    row = session.get(tables.Submission, report_id)
    if row is None or not may(grants_of(session, viewer), action, row.bureau_code):
        raise NotFound("report_unknown", number=report_id)
    return row


def original(store: Store, report_id: int, *, viewer: str, revision: int | None = None) -> tuple[str, bytes]:
    """Return the name and bytes of the workbook of a report; reads and refusals are recorded.

    Args:
        revision: of the upload; default the latest.

    Raises:
        NotFound: there is none, or the viewer may not see it.
    """
    with acting(store, viewer, "read_original", f"submission {report_id}", is_figures=False) as session:
        row = seen(session, report_id, viewer, "read_original")
        brought = session.get(tables.SubmissionUpload, (report_id, revision)) if revision is not None else None
        sha256, name = (brought.file_sha256, brought.file_name) if brought else (row.file_sha256 if revision is None else None, "")
        kept = session.get(tables.OriginalFile, sha256) if sha256 else None
        if kept is None:
            raise NotFound("report_without_original", number=report_id)
        record(session, viewer, "original_read", f"submission {report_id}", file_sha256=kept.sha256)
        return name or kept.name, kept.content


@collector_paused()
def opened(store: Store, report_id: int, *, viewer: str, as_of: date) -> Opened:
    """Return a report with the changes it would make, judged on a day.

    Raises:
        NotFound: there is none, or the viewer may not see it.
    """
    with refusals_recorded(store, viewer, "see_report", f"submission {report_id}"), store.reading() as session:
        row = seen(session, report_id, viewer)
        bureau_report = _report(session, row)
        kept_rows, choices = kept_with_choices(session, row)
        rows = [kept_row.row for kept_row in kept_rows]
        current = current_of(session, rows)
        comparison = compare(rows, current, choices=choices)
        warnings = warnings_of(session, row)
        comments = comments_of(session, report_id)
        trail = events(session, subject=bureau_report.subject, limit=200)
        uploads, way = uploads_of(session, row), way_of(session, row)
    settled = row.state not in OPEN_STATES  # an approved report is itself the current data
    turned = [] if settled else _flips(store, comparison, current, as_of=as_of)
    place = {"bureau": row.bureau_code, "period": row.period_code}
    silent = () if settled else unspoken(store, **place, rows=rows, comparison=comparison, current=current, as_of=as_of)
    return Opened(
        report=bureau_report,
        comparison=comparison,
        flips=tuple(turned),
        warnings=warnings,
        comments=comments,
        events=tuple(trail),
        rows_count=len(rows),
        uploads=uploads,
        rows=tuple(kept_rows),
        way=way,
        unspoken=silent,
    )


@dataclass(frozen=True, slots=True)
class Redone:
    """A cell that one upload changed from the one before."""

    row: ReportedRow
    column: str
    before: Value
    after: Value

    @property
    def place(self) -> str:
        """Return the cell address for display, in the newer workbook if it exists there."""
        return f"{self.row.sheet}!{self.row.cell(self.column)}".rstrip("!")


def redone(store: Store, report_id: int, *, viewer: str) -> list[Redone]:
    """Return the cells that the newest upload changed from the one before; empty for a first one.

    Raises:
        NotFound: there is none, or the viewer may not see it.
    """
    with store.reading() as session:
        row = seen(session, report_id, viewer)
        if row.revision == 1:
            return []
        now, _ = rows_of(session, row)
        was, _ = rows_of(session, row, revision=row.revision - 1)
    older, newer = {(r.kind, r.key): r for r in was}, {(r.kind, r.key): r for r in now}
    cells = []
    for key in dict.fromkeys([*newer, *older]):
        left, right = older.get(key), newer.get(key)
        shown = right or left
        assert shown is not None
        for column in shown.fields:
            before = left.fields.get(column) if left else None
            after = right.fields.get(column) if right else None
            if before != after and (before or after):
                cells.append(Redone(shown, column, before, after))
    return cells


def _flips(store: Store, comparison: Comparison, current: Mapping[RowKey, Current], *, as_of: date) -> list[Flip]:
    figures = figures_of(comparison, current)
    if not figures:
        return []
    book = store.book(sorted({indicator for indicator, _ in figures}))
    return flips(score_all(book, as_of=as_of), score_all(with_figures(book, figures), as_of=as_of))


def warnings_of(session: Session, submission: tables.Submission) -> tuple[Warned, ...]:
    """Return the warnings of the newest upload."""
    query = (
        select(tables.SubmissionWarning)
        .where(tables.SubmissionWarning.submission_id == submission.id, tables.SubmissionWarning.revision == submission.revision)
        .order_by(tables.SubmissionWarning.id)  # type: ignore[arg-type]
    )
    return tuple(record_of(Warned, row) for row in session.exec(query))


def uploads_of(session: Session, submission: tables.Submission) -> tuple[Brought, ...]:
    """Return the files merged into a report, in order of arrival."""
    query = select(tables.SubmissionUpload).where(tables.SubmissionUpload.submission_id == submission.id)
    warned = tables.SubmissionWarning
    revisions = {*session.exec(select(warned.revision).where(warned.submission_id == submission.id, warned.cell != "").distinct())}
    uploads = session.exec(query.order_by(col(tables.SubmissionUpload.revision)))
    return tuple(record_of(Brought, row, is_asked=row.revision in revisions) for row in uploads)


def completeness_of(row: tables.Submission) -> Completeness | None:
    """Return the completeness of a report, where it was counted."""
    if row.asked_count is None:
        return None
    return Completeness(row.asked_count, tuple((code, period) for code, period in json.loads(row.open_json or "[]")))


def comments_of(session: Session, report_id: int) -> tuple[Comment, ...]:
    """Return the reform office's comments at cells of a report, oldest first."""
    query = (
        select(tables.ReviewComment).where(tables.ReviewComment.submission_id == report_id).order_by(tables.ReviewComment.id)  # type: ignore[arg-type]
    )
    return tuple(
        record_of(Comment, c, row_key=tuple(json.loads(c.row_key)), column=c.column_name, text=c.comment)
        for c in session.exec(query)
    )


def _report(session: Session, row: tables.Submission) -> Report:
    name = ""
    if row.file_sha256:
        table = table_of(tables.OriginalFile)
        name = session.execute(sql_select(table.c.name).where(table.c.sha256 == row.file_sha256)).scalar() or ""
    return record_of(Report, row, file_name=name, completeness=completeness_of(row))
