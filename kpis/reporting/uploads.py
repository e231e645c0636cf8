"""Merge an uploaded workbook into its bureau's report, row by row, without losing earlier content.

It is uploaded by the bureau itself, by one of its sections, or by the reform office on its behalf where it came by mail.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any

from sqlalchemy import select as sql_select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from kpis.as_text import named_file, typed
from kpis.collector import collector_paused
from kpis.errors import ChangedMeanwhile, FigureRefused, NotAllowed, NotFound
from kpis.reporting.access import acts_for, decides, next_state, sections
from kpis.reporting.comparison import OBSERVATIONS, Choices, Completeness, ReportedRow, RowKey
from kpis.reporting.filing import kept_with_choices, refuse_rows, row_key
from kpis.reporting.hindrances import same_place
from kpis.reporting.kept import Warning, id_of, keep_rows, keep_warnings, record_step
from kpis.reporting.merging import Hand, KeptRow, clashes, left_open, merge
from kpis.reporting.people import acting, existing, grants_of
from kpis.reporting.reports import INCOMPLETE, Warned, warnings_of
from kpis.reporting.sections import refuse_rows_of_others
from kpis.reporting_vocabulary import OPEN_STATES
from kpis.store import tables, vintages
from kpis.store.fields import record_of
from kpis.store.store import Store, instant
from kpis.store.tables import table_of

Confirmed = dict[tuple[str, ...], tuple[str, Any, str]]


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The result of an upload: the report and its revision."""

    report_id: int
    revision: int
    state: str
    is_repeat: bool = False  # the same file had been merged already
    clashes: int = 0  # number of cells in which it differs from another hand


@dataclass(frozen=True, kw_only=True, slots=True)
class ToConfirm:
    """What a reading of rows leaves to be confirmed before submission."""

    warnings: Sequence[Warning] = ()
    completeness: Completeness | None = None  # number of figures asked, and those left open; ``None`` = not counted
    about_open: Callable[[Completeness], Warning | None] | None = None  # makes the warning about figures left open


@dataclass(frozen=True, kw_only=True, slots=True)
class FilledWorkbook(ToConfirm):
    """A workbook that was read without errors."""

    rows: Sequence[ReportedRow]
    content: bytes
    name: str
    template_id: str | None = None  # of the template that it was made from
    part: str = ""  # a section, or a template of chosen rows; blank for the whole


@dataclass(frozen=True, slots=True)
class _File:
    """A workbook to record; ``how_it_came`` where the reform office took it in on behalf of the bureau, else blank."""

    sha256: str
    name: str
    template_id: str | None
    how_it_came: str

    @property
    def is_on_behalf(self) -> bool:
        """Return whether the reform office took it in."""
        return bool(self.how_it_came)


@collector_paused()
def upload(
    store: Store, workbook: FilledWorkbook, *, actor: str, bureau_code: str, period_code: str, adds_to: int | None = None,
    how_it_came: str = "",
) -> Uploaded:  # fmt: skip
    """Store a workbook that was read without errors: as a new draft, or merged row by row into the report in progress.

    Args:
        adds_to: the report in progress that the actor saw; ``None`` where there was none.
        how_it_came: if taken in by the reform office on behalf of the bureau: sender, time and way; blank: the bureau's own.

    Raises:
        NotAllowed: the actor does not report for this bureau or these rows, a row belongs to another, or they would take in what
            they report themselves.
        ChangedMeanwhile: the report that the actor saw is no longer in progress.
        StepRefused: the report is with the reform office.
        FigureRefused: a row has content that no report may have.
    """
    sha256 = hashlib.sha256(workbook.content).hexdigest()
    file = _File(sha256, named_file(workbook.name), workbook.template_id, typed(how_it_came))
    action, part = "take_in" if how_it_came else "upload", workbook.part
    try:
        with acting(store, actor, action, f"{bureau_code} {period_code}", needs=action, bureau_code=bureau_code) as session:
            if how_it_came and not file.how_it_came:
                raise FigureRefused("taken_in_without_saying_how")
            if how_it_came and not acts_for(grants_of(session, actor), bureau_code):
                raise NotAllowed("taken_in_for_oneself", bureau=bureau_code)
            existing(session, tables.Bureau, bureau_code, NotFound("bureau_not_registered", code=bureau_code))
            reach = None if how_it_came else sections(grants_of(session, actor), action, bureau_code)
            if reach is not None and part not in reach:
                part = min(reach)
            reports = same_place(session, bureau_code, period_code)
            if (brought_before := _brought_before(session, reports, sha256)) is not None:
                return Uploaded(id_of(brought_before), brought_before.revision, brought_before.state, True)
            now_open = next((s for s in reports if s.state in OPEN_STATES), None)
            if adds_to is not None and (now_open is None or now_open.id != adds_to):
                raise ChangedMeanwhile("draft_gone")
            refuse_rows(session, bureau_code, period_code, workbook.rows)
            if reach is not None:
                refuse_rows_of_others(session, reach, workbook.rows)
            reported_periods = {row.key[2] for row in workbook.rows if row.kind == OBSERVATIONS}
            vintages.ensure_periods(session, {period_code, *reported_periods})
            vintages.keep_original(session, name=file.name, content=workbook.content, kind="report", received_at=instant(session))
            before = as_it_is(session, now_open) if now_open is not None else Before()
            row = now_open or tables.Submission(
                bureau_code=bureau_code, period_code=period_code, created_by=actor, created_at=instant(session), is_on_behalf=file.is_on_behalf
            )  # fmt: skip
            _bring(session, row, actor, file)
            hand = Hand(by=actor, part=part, at=instant(session), upload=row.revision)
            differing = _merge(session, row, before, workbook, hand, file)
            return Uploaded(id_of(row), row.revision, row.state, clashes=differing)
    except IntegrityError as clash:
        raise ChangedMeanwhile("report_stored_at_once") from clash


def _merge(
    session: Session, row: tables.Submission, before: Before, workbook: FilledWorkbook, hand: Hand, file: _File
) -> int:  # fmt: skip
    """Merge a workbook into a report and record it; return the number of cells in which it differs from another hand."""
    is_whole = not file.is_on_behalf and decides(grants_of(session, hand.by), row.bureau_code)
    merged = merge(before.rows, workbook.rows, hand, decides=is_whole)
    counted, asked_count = keep_merged(session, row, before, merged, workbook.rows, workbook)
    differing = len(clashes(merged))
    _note(session, row, hand, file, rows_count=len(workbook.rows), asked_count=asked_count, differing=differing, counted=counted)
    return differing


def _bring(session: Session, row: tables.Submission, actor: str, file: _File) -> None:
    """Create a report, or the next revision of one in progress, from a file."""
    row.file_sha256, row.template_id = file.sha256, file.template_id
    if row.id is None:
        session.add(row)
        session.flush()
    else:
        next_state(row.state, "upload")
        next_revision(session, row, actor, is_on_behalf=file.is_on_behalf)


def _note(
    session: Session, row: tables.Submission, hand: Hand, file: _File, *, rows_count: int, asked_count: int, differing: int,
    counted: Completeness | None,
) -> None:  # fmt: skip
    """Record a file as merged into a report, with its audit line."""
    session.add(
        tables.SubmissionUpload(
            submission_id=id_of(row), revision=row.revision, file_sha256=file.sha256, file_name=file.name, template_id=file.template_id,
            uploaded_by=hand.by, uploaded_at=instant(session), part=hand.part, rows_count=rows_count, is_on_behalf=file.is_on_behalf,
            how_it_came=file.how_it_came,
        )
    )  # fmt: skip
    detail = f"{row.bureau_code} {row.period_code} revision {row.revision}: {file.name}, {rows_count} rows, {asked_count} warnings"
    detail += f", part {hand.part}" if hand.part else ""
    detail += f", {differing} cells written twice" if differing else ""
    detail += f"; {counted.sentence()}" if counted is not None else ""
    detail += f"; {file.how_it_came}" if file.how_it_came else ""
    record_step(session, row, hand.by, "taken_in" if file.is_on_behalf else "uploaded", detail=detail)


def _brought_before(session: Session, reports: Sequence[tables.Submission], sha256: str) -> tables.Submission | None:
    """Return the report into which the same file was merged already; not one that was approved and whose figures were withdrawn."""
    brought = tables.SubmissionUpload
    query = select(brought.submission_id).where(
        col(brought.submission_id).in_([id_of(report) for report in reports]), brought.file_sha256 == sha256
    )
    numbers = set(session.exec(query))
    merged = (report for report in reports if report.file_sha256 == sha256 or id_of(report) in numbers)
    return next((report for report in merged if report.state != "approved" or not _is_withdrawn(session, report)), None)


def _is_withdrawn(session: Session, report: tables.Submission) -> bool:
    """Return whether a figure of an approved report was withdrawn since."""
    figure = table_of(tables.Observation)
    later = figure.alias()
    same = (later.c[name] == figure.c[name] for name in vintages.FIGURE_KEY)
    query = sql_select(figure.c.vintage).where(
        figure.c.submission_id == report.id, *same, later.c.withdraws_vintage == figure.c.vintage
    )
    return session.execute(query.limit(1)).first() is not None


def next_revision(session: Session, row: tables.Submission, actor: str, *, is_on_behalf: bool = False) -> None:
    """Start the next revision of a report in progress, so that steps on the previous one are refused."""
    row.revision += 1
    row.created_by, row.created_at = actor, instant(session)
    row.is_on_behalf = row.is_on_behalf and is_on_behalf
    session.flush()


def keep_merged(
    session: Session,
    row: tables.Submission,
    before: Before,
    merged: Sequence[KeptRow],
    rows: Sequence[ReportedRow],
    to_confirm: ToConfirm,
) -> tuple[Completeness | None, int]:
    """Store a report after a merge, with its present questions; return its completeness, and the number of questions."""
    unconfirmed = [*before.still_asked(rows, merged), *to_confirm.warnings]
    counted = None if to_confirm.completeness is None else left_open(to_confirm.completeness, merged)
    row.asked_count = counted.asked_count if counted is not None else None
    row.open_json = json.dumps(counted.open) if counted is not None else ""
    if counted is not None and to_confirm.about_open is not None and (open_ := to_confirm.about_open(counted)) is not None:
        unconfirmed.append(open_)
    keep_rows(session, row, merged, before.rows, before.choices)
    keep_warnings(session, row, _once(unconfirmed), before.confirmed(row.open_json))
    return counted, len(unconfirmed)


@dataclass(frozen=True, slots=True)
class Before:
    """The state of a report before a merge."""

    rows: Sequence[KeptRow] = ()
    choices: Choices = field(default_factory=dict)
    warnings: Sequence[Warned] = ()
    open_json: str = ""

    def _row_of(self, warning: Warned) -> RowKey | None:
        """Return the row of a warning; for one stored without its row, found by its cell."""
        if warning.row_key:
            return warning.row_kind, tuple(json.loads(warning.row_key))
        number = warning.cell.lstrip(ascii_uppercase)
        at = (kept_row.key for kept_row in self.rows if kept_row.row.sheet == warning.sheet and str(kept_row.row.row) == number)
        return next(at, None)

    def still_asked(self, rows: Sequence[ReportedRow], merged: Sequence[KeptRow]) -> list[Warning]:
        """Return the warnings on rows that an upload leaves unchanged; rows that it rewrites are checked anew."""
        touched, after = {(row.kind, row.key) for row in rows}, {kept_row.key: kept_row for kept_row in merged}
        was = {kept_row.key: kept_row for kept_row in self.rows}
        kept = []
        for warning in self.warnings:
            key = self._row_of(warning)
            if key is None or key not in was or warning.rule == INCOMPLETE:
                continue
            if key in touched and any(
                after[key].row.fields.get(column) != cell.holds.value
                for column, cell in was[key].cells.items()
                if column in was[key].row.fields
            ):
                continue
            kept.append(record_of(Warning, warning, row=key))
        return kept

    def confirmed(self, open_json: str) -> Confirmed:
        """Return earlier confirmations by row or place, and text; that on open figures only where the same are open."""
        confirmed_before: Confirmed = {}
        for w in self.warnings:
            if w.confirmed_by is None or (w.rule == INCOMPLETE and open_json != self.open_json):
                continue
            given = (w.confirmed_by, w.confirmed_at, w.confirmed_reason)
            if (key := self._row_of(w)) is not None and w.rule != INCOMPLETE:
                confirmed_before[key[0], row_key(key[1]), w.found] = given
            confirmed_before["", "", w.sheet, w.cell, w.found] = given
        return confirmed_before


def as_it_is(session: Session, row: tables.Submission) -> Before:
    """Return a report in its present state."""
    return Before(*kept_with_choices(session, row), warnings_of(session, row), row.open_json)


def _once(warnings: Sequence[Warning]) -> list[Warning]:
    """Return warnings without duplicates: for each row and finding the first one."""
    once = {(w.row or (w.sheet, w.cell), w.rule, w.found): w for w in reversed(warnings)}
    return list(once.values())[::-1]
