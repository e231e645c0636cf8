"""The steps of a report: upload, explain, submit, withdraw, return, approve. Each is one transaction.

Each step reads the actor's roles, the report's state and what is stored inside its own transaction, believes no page, and
writes an audit line. Writers queue (``Store.writing``), so of two who act at the same second one is done and the other finds
the new state and is refused by name. ``revision`` is the upload that the actor was looking at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from kpis.errors import ChangedMeanwhile, FigureRefused, MierukaError, NotAllowed, NotFound, StepRefused
from kpis.periods import local_time, parse_period
from kpis.registers import LISTS, REGISTERS
from kpis.reporting.access import next_state
from kpis.reporting.comparison import (
    OBSERVATIONS,
    OURS,
    REASON_CLASSES,
    THEIRS,
    Comparison,
    Completeness,
    ReportedRow,
    compare,
    reading_key,
)
from kpis.reporting.contradictions import Contradiction, contradictions_of
from kpis.reporting.deadlines import window_of
from kpis.reporting.filing import (
    Choices,
    current_of,
    packed,
    refuse_rows,
    row_key,
    rows_of,
    unpacked,
    values_of,
)
from kpis.reporting.people import allow, record
from kpis.reporting.reports import INCOMPLETE, completeness_of, seen, warnings_of
from kpis.store import tables, vintages
from kpis.store.store import Store, utc_now
from kpis.store.tables import table_of
from kpis.store.vintages import Origin
from kpis.vocabulary import OPEN_STATES

RowKey = tuple[str, tuple[str, ...]]
CellKey = tuple[str, tuple[str, ...], str]


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


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of an upload: the report and its revision; ``is_repeat`` where the same file was there already."""

    report_id: int
    revision: int
    state: str
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Approval:
    """What came of one approval among several: the number of changed rows, or why it was refused."""

    report_id: int
    changed: int = 0
    refusal: MierukaError | None = None


def upload(
    store: Store,
    *,
    actor: str,
    bureau_code: str,
    period_code: str,
    rows: Sequence[ReportedRow],
    content: bytes,
    name: str,
    warnings: Sequence[Warning] = (),
    template_id: str | None = None,
    replaces: tuple[int, int] | None = None,
    completeness: Completeness | None = None,
) -> Uploaded:
    """Keep a workbook that was read without errors as a draft, or as the next upload of an open report.

    Args:
        rows: what it says.
        content: its bytes, kept by their SHA-256.
        warnings: to be confirmed before it is submitted.
        replaces: (report, revision) that the actor saw and means to replace; ``None`` where there was none to see.
        completeness: how many figures were asked and which it leaves open; ``None`` = not counted.

    Raises:
        NotAllowed: the actor does not report for this bureau, or a row belongs to another.
        ChangedMeanwhile: there is an open report other than the one named.
        StepRefused: the report is with the reform office.
        FigureRefused: a row says something no report may say.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        with store.writing() as session:
            allow(session, actor, "upload", bureau_code)
            held = _same_place(session, bureau_code, period_code)
            for known in held:
                if known.file_sha256 == sha256:
                    return Uploaded(_id(known), known.revision, known.state, True)
            now_open = next((s for s in held if s.state in OPEN_STATES), None)
            _refuse_other(now_open, replaces)
            refuse_rows(session, bureau_code, period_code, rows)
            vintages.ensure_periods(session, {period_code, *(row.key[2] for row in rows if row.kind == OBSERVATIONS)})
            vintages.keep_original(session, name=name, content=content, kind="report", received_at=utc_now())
            before: list[ReportedRow] = []
            before_choices: Choices = {}
            confirmed: dict[tuple[str, str, str], tuple[str, Any, str]] = {}
            asked_count = completeness.asked if completeness is not None else None
            left_open = json.dumps(completeness.open) if completeness is not None else ""
            if now_open is None:
                row = tables.Submission(
                    bureau_code=bureau_code, period_code=period_code, created_by=actor, created_at=utc_now(),
                    file_sha256=sha256, template_id=template_id, asked_count=asked_count, open_json=left_open,
                )  # fmt: skip
                session.add(row)
                session.flush()
            else:
                row = now_open
                next_state(row.state, "upload")
                before, before_choices = rows_of(session, row)
                kept = session.exec(
                    select(tables.SubmissionWarning).where(
                        tables.SubmissionWarning.submission_id == row.id, tables.SubmissionWarning.revision == row.revision
                    )
                )
                # What stays open is confirmed anew where it is not the same as before.
                confirmed = {
                    (w.sheet, w.cell, w.found): (w.confirmed_by, w.confirmed_at, w.confirmed_reason)
                    for w in kept
                    if w.confirmed_by and (w.rule != INCOMPLETE or left_open == row.open_json)
                }
                row.asked_count, row.open_json = asked_count, left_open
                row.revision += 1
                row.file_sha256, row.template_id = sha256, template_id
                row.created_by, row.created_at = actor, utc_now()
                session.flush()
            _keep_rows(session, row, rows, before, before_choices)
            _keep_warnings(session, row, warnings, confirmed)
            detail = f"{bureau_code} {period_code} revision {row.revision}: {name}, {len(rows)} rows, {len(warnings)} warnings"
            detail += f"; {completeness.told()}" if completeness is not None else ""
            record(session, actor, "uploaded", _subject(row), file_sha256=sha256, detail=detail)
            return Uploaded(_id(row), row.revision, row.state)
    except IntegrityError as clash:
        raise ChangedMeanwhile(
            "同じ局・期間の報告が同時に保存されました。画面を開き直して、今の下書きを確かめてください。",
            "Another report of the same bureau and period was stored at the same time. Open the page again and see the draft.",
        ) from clash


def explain(store: Store, report_id: int, *, actor: str, revision: int, reasons: Mapping[RowKey, tuple[str, str]]) -> None:
    """Give corrections their reason class and text, by (kind, key) of the row.

    Raises:
        FigureRefused: the class is not known, the text is blank, or the report has no such row.
    """
    with store.writing() as session:
        row = _taken(session, report_id, actor, "explain", revision)
        rows = _stored_rows(session, row)
        for (kind, key), (reason_class, text) in reasons.items():
            if reason_class not in REASON_CLASSES or not text.strip():
                raise FigureRefused(
                    "訂正には理由の区分と説明の両方が必要です。", "A correction needs both a reason class and a text."
                )
            stored = _one(rows, kind, key)
            stored.reason_class, stored.reason_text = reason_class, text.strip()
            place = f"{stored.sheet}!{stored.cell}".strip("!")
            record(
                session, actor, "explained", _subject(row), file_sha256=row.file_sha256, cell=place,
                detail=f"{' '.join(key)}: {reason_class} {text.strip()}",
            )  # fmt: skip


def resolve(store: Store, report_id: int, *, actor: str, revision: int, choices: Mapping[CellKey, str]) -> None:
    """Resolve conflicts: for each cell keep ``ours`` (this report) or ``theirs`` (what is stored by now).

    The choice holds against the vintage that is stored now; should it change once more, the cell is a conflict again.
    """
    with store.writing() as session:
        row = _taken(session, report_id, actor, "explain", revision)
        rows = _stored_rows(session, row)
        current = current_of(session, [unpacked(r) for r in rows.values()])
        for (kind, key, column), choice in choices.items():
            stored, found = _one(rows, kind, key), current.get((kind, key))
            if choice not in (OURS, THEIRS) or found is None:
                raise FigureRefused(
                    "この局の値か、登録済みの値かを選んでください。", "Choose this report's value or the stored one."
                )
            taken = json.loads(stored.choices_json or "{}")
            taken[column] = (choice, found.vintage)
            stored.choices_json = json.dumps(taken)
            cell = unpacked(stored).cell(column)
            record(
                session, actor, "conflict_resolved", _subject(row), file_sha256=row.file_sha256, cell=f"{stored.sheet}!{cell}",
                detail=f"{' '.join(key)} {column}: {choice}",
            )  # fmt: skip


def choose_readings(store: Store, report_id: int, *, actor: str, revision: int, chosen: Mapping[CellKey, float]) -> None:
    """Say which value a cell means, of those it may mean (0.881 as 88.1 % or as 0.881 %), by cell.

    Raises:
        FigureRefused: the cell is not asked about, or does not offer the value.
    """
    with store.writing() as session:
        row = _taken(session, report_id, actor, "explain", revision)
        rows = _stored_rows(session, row)
        for (kind, key, column), value in chosen.items():
            stored = _one(rows, kind, key)
            reported = unpacked(stored)
            if value not in reported.readings.get(column, ()):
                raise FigureRefused(
                    "このセルについて示された値から選んでください。", "Choose one of the values that are offered for this cell."
                )
            taken = json.loads(stored.choices_json or "{}")
            taken[reading_key(column)] = (repr(float(value)), row.revision)
            stored.choices_json = json.dumps(taken)
            record(
                session, actor, "reading_chosen", _subject(row), file_sha256=row.file_sha256,
                cell=f"{stored.sheet}!{reported.cell(column)}",
                detail=f"{' '.join(key)} {column}: {reported.fields[column]} → {value} ({' / '.join(map(str, reported.readings[column]))})",
            )  # fmt: skip


def confirm(store: Store, report_id: int, *, actor: str, revision: int, reasons: Mapping[int, str]) -> None:
    """Confirm warnings, by their number, each with a reason.

    Raises:
        FigureRefused: a reason is blank or the report has no such warning.
    """
    with store.writing() as session:
        row = _taken(session, report_id, actor, "explain", revision)
        for number, reason in reasons.items():
            warning = session.get(tables.SubmissionWarning, number)
            if warning is None or warning.submission_id != row.id or warning.revision != row.revision or not reason.strip():
                raise FigureRefused("確認の理由を書いてください。", "Write the reason why the warning is confirmed.")
            warning.confirmed_by, warning.confirmed_at, warning.confirmed_reason = actor, utc_now(), reason.strip()
            record(
                session, actor, "warning_confirmed", _subject(row), file_sha256=row.file_sha256,
                cell=f"{warning.sheet}!{warning.cell}", detail=f"{warning.found}: {reason.strip()}",
            )  # fmt: skip


def submit(store: Store, report_id: int, *, actor: str, revision: int, today: date) -> None:
    """Hand a report to the reform office.

    What it contradicts by now but did not when its file was read becomes a warning to confirm, and the report stays with its bureau.

    Raises:
        StepRefused: it is not the time, or something is still unexplained, unresolved or unconfirmed.
    """
    with store.writing() as session:
        row = _taken(session, report_id, actor, "submit", revision)
        refusal = window_of(session, row.bureau_code, row.period_code).refusal(today, is_again=row.state == "returned")
        if refusal is not None:
            raise refusal
        comparison, current = _compared(session, row)
        _refuse_unready(comparison)
        open_warnings = [w for w in warnings_of(session, row) if w.confirmed_by is None]
        if open_warnings:
            places = ", ".join(f"{w.sheet}!{w.cell}" for w in open_warnings[:5])
            raise StepRefused(
                f"確認されていない警告が{len(open_warnings)}件あります({places})。理由を書いて確認してください。",
                f"{len(open_warnings)} warnings are not confirmed ({places}). Confirm each with a reason.",
            )
        unasked = _unasked(session, row, comparison, current)
        if not unasked:
            row.state = next_state(row.state, "submit")
            row.submitted_by, row.submitted_at = actor, utc_now()
            row.decided_by = row.decided_at = None
            detail = f"{len(comparison.cells)} cells differ, {comparison.unchanged} rows unchanged"
            counted = completeness_of(row)
            detail += f"; {counted.told()}" if counted is not None else ""
            record(session, actor, "submitted", _subject(row), file_sha256=row.file_sha256, detail=detail)
            return
        _keep_warnings(session, row, [_as_warning(each) for each in unasked], {})
    raise StepRefused(
        f"ファイルを確かめた後に登録された値と食い違うところがあります({_told(unasked, 0)})。警告に理由を書いて確認してください。",
        f"The report contradicts figures stored since its file was checked ({_told(unasked, 1)}). Confirm the warnings with a reason.",
    )


def withdraw(store: Store, report_id: int, *, actor: str, revision: int) -> None:
    """Take a report back that is not approved; it stays on record."""
    with store.writing() as session:
        row = _taken(session, report_id, actor, "withdraw", revision)
        row.state = next_state(row.state, "withdraw")
        record(session, actor, "withdrawn", _subject(row), file_sha256=row.file_sha256)


def give_back(
    store: Store, report_id: int, *, actor: str, revision: int, reason: str, comments: Mapping[CellKey, str] | None = None
) -> None:
    """Return a report to its bureau with a reason, and comments at the cells it concerns.

    Raises:
        FigureRefused: the reason is blank, or a comment names a cell that the report does not have.
        NotAllowed: the actor submitted it.
    """
    with store.writing() as session:
        row = _taken(session, report_id, actor, "return", revision)
        if not reason.strip():
            raise FigureRefused("差し戻しには理由が必要です。", "A return needs a reason.")
        _refuse_own(row, actor)
        row.state = next_state(row.state, "return")
        row.return_reason, row.decided_by, row.decided_at = reason.strip(), actor, utc_now()
        rows = _stored_rows(session, row)
        for (kind, key, column), text in (comments or {}).items():
            if not text.strip():
                continue
            stored = _one(rows, kind, key)
            cell = unpacked(stored).cell(column) or stored.cell
            session.add(
                tables.ReviewComment(
                    submission_id=_id(row), revision=row.revision, row_kind=kind, row_key=row_key(key), column_name=column,
                    sheet=stored.sheet, cell=cell, comment=text.strip(), written_by=actor, written_at=utc_now(),
                )
            )  # fmt: skip
            record(
                session, actor, "commented", _subject(row), file_sha256=row.file_sha256, cell=f"{stored.sheet}!{cell}",
                detail=text.strip(),
            )  # fmt: skip
        record(session, actor, "returned", _subject(row), file_sha256=row.file_sha256, detail=reason.strip())


def approve(store: Store, report_id: int, *, actor: str, revision: int) -> int:
    """Make a submitted report current: figures become new vintages, registers change, each with its submission.

    Returns:
        The number of rows that are new or changed.

    Raises:
        NotAllowed: the actor uploaded or submitted it.
        StepRefused: it is not submitted, somebody changed the same cells since, or figures stored since contradict it.
    """
    try:
        with store.writing() as session:
            row = _taken(session, report_id, actor, "approve", revision)
            _refuse_own(row, actor)
            after = next_state(row.state, "approve")
            comparison, current = _compared(session, row)
            _refuse_unready(comparison)
            if unasked := _unasked(session, row, comparison, current):
                raise StepRefused(
                    f"提出の後に登録された値と食い違うところがあります({_told(unasked, 0)})。差し戻して、局に理由の確認を求めてください。",
                    f"The report contradicts figures stored since it was submitted ({_told(unasked, 1)}). Return it, so that the "
                    "bureau corrects or confirms it.",
                )
            now = utc_now()
            source = _source_of(session, row)
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
            record(session, actor, "approved", _subject(row), file_sha256=row.file_sha256, detail=f"{changed} rows")
            _record_cells(session, row, actor, comparison)
            return changed
    except IntegrityError as refused:
        raise FigureRefused(
            f"登録の規則に合わない値があるため承認できません({refused.orig})。理由を付けて差し戻してください。",
            f"A value breaks a rule of the database ({refused.orig}). Return the report with this as the reason.",
        ) from refused


def approve_several(store: Store, chosen: Mapping[int, int], *, actor: str) -> list[Approval]:
    """Approve several reports, (number → revision seen), each in its own transaction; one refused does not stop the others."""
    done = []
    for report_id, revision in chosen.items():
        try:
            done.append(Approval(report_id, approve(store, report_id, actor=actor, revision=revision)))
        except MierukaError as refusal:
            done.append(Approval(report_id, refusal=refusal))
    return done


def grant_exception(store: Store, *, actor: str, bureau_code: str, period_code: str, until: date, reason: str) -> None:
    """Let a bureau report a period outside its days, up to a day.

    Raises:
        FigureRefused: the reason is blank.
    """
    with store.writing() as session:
        allow(session, actor, "grant_exception", bureau_code)
        if not reason.strip():
            raise FigureRefused("例外には理由が必要です。", "An exception needs a reason.")
        if session.get(tables.Bureau, bureau_code) is None:
            raise NotFound(f"局「{bureau_code}」は登録されていません。", f"There is no bureau {bureau_code!r}.")
        vintages.ensure_periods(session, {parse_period(period_code).code})
        session.add(
            tables.ReportingException(
                bureau_code=bureau_code, period_code=period_code, until=until, reason=reason.strip(), granted_by=actor,
                granted_at=utc_now(),
            )
        )  # fmt: skip
        record(session, actor, "exception_granted", f"{bureau_code} {period_code}", detail=f"until {until}: {reason.strip()}")


# Inside a transaction -------------------------------------------------------------------------------------------------


def _id(row: tables.Submission) -> int:
    assert row.id is not None
    return row.id


def _subject(row: tables.Submission) -> str:
    return f"submission {row.id}"


def _taken(session: Session, report_id: int, actor: str, action: str, revision: int) -> tables.Submission:
    """Return the report that the actor may take this step with, as the actor saw it."""
    row = seen(session, report_id, actor)
    allow(session, actor, action, row.bureau_code)
    next_state(row.state, action)
    if row.revision != revision:
        raise ChangedMeanwhile(
            f"この報告は{row.created_by}が新しいファイルに差し替えました(第{row.revision}版)。開き直して確かめてください。",
            f"{row.created_by} replaced the workbook of this report (revision {row.revision}). Open it again.",
        )
    return row


def _same_place(session: Session, bureau_code: str, period_code: str) -> list[tables.Submission]:
    query = select(tables.Submission).where(
        tables.Submission.bureau_code == bureau_code, tables.Submission.period_code == period_code,
        tables.Submission.state != "withdrawn",
    )  # fmt: skip
    return list(session.exec(query.order_by(tables.Submission.id.desc())))  # type: ignore[union-attr]


def _refuse_other(now_open: tables.Submission | None, replaces: tuple[int, int] | None) -> None:
    seen_open = (_id(now_open), now_open.revision) if now_open is not None else None
    if seen_open == replaces:
        return
    if now_open is None:
        raise ChangedMeanwhile(
            "置き換えようとした下書きは、もうありません。画面を開き直してください。",
            "The draft you meant to replace is no longer open. Open the page again.",
        )
    when = f"{local_time(now_open.created_at):%Y-%m-%d %H:%M:%S}"
    raise ChangedMeanwhile(
        f"{now_open.created_by} が先に同じ局・期間の報告を保存しました({when}、報告 {now_open.id} 第{now_open.revision}版)。"
        "画面を開き直し、内容を確かめてから差し替えてください。",
        f"{now_open.created_by} stored a report of the same bureau and period first ({when}, report {now_open.id}, revision "
        f"{now_open.revision}). Open the page again, look at it, and then replace it if you must.",
    )


def _keep_rows(
    session: Session, submission: tables.Submission, rows: Sequence[ReportedRow], before: Sequence[ReportedRow], choices: Choices
) -> None:
    # A reason given on the page for a row that says the same again is still its reason; so is which value a cell means.
    said = {(r.kind, r.key): r for r in before if r.reason_class}
    asked = {(r.kind, r.key): r for r in before if r.readings}
    values = []
    for row in rows:
        old = said.get((row.kind, row.key))
        keeps = row.reason_class is None and old is not None and dict(old.fields) == dict(row.fields)
        was = asked.get((row.kind, row.key))
        same = [c for c in row.readings if was and was.readings.get(c) == row.readings[c] and was.fields.get(c) == row.fields[c]]
        read = {reading_key(c): choices[found] for c in same if (found := (row.kind, row.key, reading_key(c))) in choices}
        values.append(
            {
                "submission_id": submission.id, "revision": submission.revision, "row_kind": row.kind, "row_key": row_key(row.key),
                "sheet": row.sheet, "cell": row.cell(next(iter(row.columns), "")), "fields_json": packed(row),
                "reason_class": old.reason_class if keeps and old else row.reason_class,
                "reason_text": old.reason_text if keeps and old else row.reason_text, "comment": "", "choices_json": json.dumps(read) if read else "",
            }
        )  # fmt: skip
    if values:
        session.execute(insert(table_of(tables.SubmissionRow)), values)


def _keep_warnings(
    session: Session,
    submission: tables.Submission,
    warnings: Sequence[Warning],
    confirmed: Mapping[tuple[str, str, str], tuple[str, Any, str]],
) -> None:
    for w in warnings:
        by, at, reason = confirmed.get((w.sheet, w.cell, w.found), (None, None, ""))
        session.add(
            tables.SubmissionWarning(
                submission_id=_id(submission), revision=submission.revision, rule=w.rule, sheet=w.sheet, cell=w.cell, found=w.found,
                expected_ja=w.expected_ja, expected_en=w.expected_en, remedy_ja=w.remedy_ja, remedy_en=w.remedy_en,
                confirmed_by=by, confirmed_at=at, confirmed_reason=reason,
            )
        )  # fmt: skip


def _stored_rows(session: Session, submission: tables.Submission) -> dict[tuple[str, str], tables.SubmissionRow]:
    query = select(tables.SubmissionRow).where(
        tables.SubmissionRow.submission_id == submission.id, tables.SubmissionRow.revision == submission.revision
    )
    return {(row.row_kind, row.row_key): row for row in session.exec(query)}


def _one(rows: Mapping[tuple[str, str], tables.SubmissionRow], kind: str, key: tuple[str, ...]) -> tables.SubmissionRow:
    stored = rows.get((kind, row_key(key)))
    if stored is None:
        raise FigureRefused(f"報告に {' '.join(key)} の行はありません。", f"The report has no row {' '.join(key)}.")
    return stored


def _compared(session: Session, submission: tables.Submission) -> tuple[Comparison, dict[RowKey, Any]]:
    rows, choices = rows_of(session, submission)
    current = current_of(session, rows)
    return compare(rows, current, choices=choices), current


def _unasked(
    session: Session, submission: tables.Submission, comparison: Comparison, current: Mapping[RowKey, Any]
) -> list[Contradiction]:
    """Return what the report contradicts by now without having been asked about it; refuse what is impossible by now."""
    asked = {(w.rule, w.sheet, w.cell, w.found) for w in warnings_of(session, submission)}
    found = contradictions_of(session, submission.bureau_code, comparison, current)
    if impossible := [each for each in found if each.finding.grade == "error"]:
        raise StepRefused(
            f"登録の変更により成り立たなくなった値があります({_told(impossible, 0)})。直したファイルをアップロードしてください。",
            f"Figures became impossible by what was stored since ({_told(impossible, 1)}). Upload a corrected workbook.",
        )
    return [each for each in found if (each.finding.rule, each.row.sheet, each.cell, each.finding.found) not in asked]


def _as_warning(contradiction: Contradiction) -> Warning:
    found = contradiction.finding
    return Warning(
        found.found, *found.expected, *found.remedy, sheet=contradiction.row.sheet, cell=contradiction.cell, rule=found.rule
    )


def _told(contradictions: Sequence[Contradiction], language: int) -> str:
    """Say where and what, of the first three; ``language`` 0 is Japanese, 1 is English."""
    said = [
        f"{' '.join(each.row.key)} {each.row.sheet}!{each.cell}: {each.finding.found} / {each.finding.expected[language]}"
        for each in contradictions[:3]
    ]
    return "; ".join(said) + (" …" if len(contradictions) > 3 else "")


def _refuse_unready(comparison: Comparison) -> None:
    for cells, ja, en in (
        ([c.place for c in comparison.unread],
         "二通りに読めるセルがあります。どちらの値か選んでください", "Cells may mean two values; choose which is meant"),
        ([c.place for c in comparison.unresolved],
         "様式の発行後に変わったセルがあります。どちらの値にするか選んでください",
         "Cells changed after the template was issued; choose which value stands"),
        ([r.cells[0].place for r in comparison.unexplained],
         "訂正の理由(区分と説明)が足りません", "Corrections lack a reason class or text"),
    ):  # fmt: skip
        if cells:
            places = ", ".join(cells[:5]) + (" …" if len(cells) > 5 else "")
            raise StepRefused(f"{ja}({len(cells)}件: {places})。", f"{en} ({len(cells)}: {places}).")


def _refuse_own(row: tables.Submission, actor: str) -> None:
    if actor in (row.created_by, row.submitted_by):
        raise NotAllowed(
            "自分がアップロードまたは提出した報告は、自分では承認・差し戻しできません。別の担当者に依頼してください。",
            "You uploaded or submitted this report, so somebody else must approve or return it.",
        )


def _source_of(session: Session, row: tables.Submission) -> str:
    """Make the report a source of its own, so that each figure it brings names it."""
    bureau = session.get(tables.Bureau, row.bureau_code)
    assert bureau is not None
    code = f"report-{row.id}"
    period = parse_period(row.period_code)
    session.add(tables.Source(source_code=code, url="", title=f"{bureau.name_ja} {period.label()}報告", grade="primary"))
    session.flush()
    return code


def _record_cells(session: Session, row: tables.Submission, actor: str, comparison: Comparison) -> None:
    for change in comparison.withdrawn:
        record(session, actor, "figure_withdrawn", " ".join(change.row.key), file_sha256=row.file_sha256,
               detail=f"{_subject(row)}: {change.row.reason_class} {change.row.reason_text}")  # fmt: skip
    lines = [
        {
            "occurred_at": row.decided_at, "actor": actor, "action": "cell_changed", "subject": _subject(row),
            "file_sha256": row.file_sha256, "cell": cell.place,
            "detail": f"{LISTS[cell.row.kind].file} {' '.join(cell.row.key)} {cell.column}: {cell.old} → {cell.new}",
        }
        for cell in comparison.cells
        if cell.counts
    ]  # fmt: skip
    if lines:
        session.execute(insert(table_of(tables.AuditEvent)), lines)
