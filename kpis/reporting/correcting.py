"""Corrections of single cells on the page, without another upload: one more contribution with writer and time. One transaction.

Values, problems and doubts of the cells have been determined by the rules of the workbook (``loaders.workbook.present``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from kpis.as_text import shown
from kpis.errors import FigureRefused
from kpis.reporting.access import decides, sections
from kpis.reporting.comparison import OBSERVATIONS, THEIRS, ReportedRow, RowKey, Value, as_read
from kpis.reporting.hindrances import report_for_step
from kpis.reporting.kept import id_of, record_step, subject_of
from kpis.reporting.merging import Claim, Hand, clashes, kept, merge
from kpis.reporting.people import acting, grants_of, record
from kpis.reporting.reports import Comment, comments_of, seen
from kpis.reporting.sections import refuse_rows_of_others
from kpis.reporting.uploads import ToConfirm, Uploaded, as_it_is, keep_merged, next_revision
from kpis.store import tables, vintages
from kpis.store.store import Store, instant


@dataclass(frozen=True, slots=True)
class Present:
    """A report in its present state: its claims by row and cell, and its reviewer's comments."""

    bureau_code: str
    period_code: str
    state: str
    revision: int
    rows: Mapping[RowKey, ReportedRow]
    # Our field → value of each cell that the report fills or changes, reasons included; all fields of a new row.
    fields: Mapping[RowKey, Mapping[str, Value]]
    comments: tuple[Comment, ...]  # from the reviewer's latest return


def present(store: Store, report_id: int, *, viewer: str) -> Present:
    """Return a report in its present state.

    Raises:
        NotFound: there is none, or the viewer may not see it.
    """
    with store.reading() as session:
        row = seen(session, report_id, viewer)
        current = as_it_is(session, row)
        comments = comments_of(session, report_id)
    rows = {kept_row.key: as_read(kept_row.row, current.choices) for kept_row in current.rows}
    fields_of: dict[RowKey, Mapping[str, Value]] = {}
    for key, own in rows.items():
        columns = own.changed if own.issued else own.fields
        values = {c: own.fields[c] for c in columns if current.choices.get((*key, c), ("", 0))[0] != THEIRS}
        reasons: dict[str, Value] = {"reason_class": own.reason_class, "reason_text": own.reason_text}
        if values and (own.issued or own.changed):
            fields_of[key] = {**values, **{name: text for name, text in reasons.items() if text}}
    latest = max((c.revision for c in comments), default=0)
    return Present(
        row.bureau_code,
        row.period_code,
        row.state,
        row.revision,
        rows,
        fields_of,
        tuple(c for c in comments if c.revision == latest),
    )


def correct(
    store: Store, report_id: int, rows: Sequence[ReportedRow], to_confirm: ToConfirm, *, actor: str, revision: int
) -> Uploaded:
    """Merge cells corrected on the page into the report at the revision that the actor saw.

    Args:
        to_confirm: of the report with these rows.

    Raises:
        NotAllowed: the actor does not report for the bureau, or not these rows; the reform office never.
        StepRefused: the report is with the office, or was decided.
        ChangedMeanwhile: somebody else changed it since.
        FigureRefused: no cell is changed.
    """
    with acting(store, actor, "upload", subject_of(report_id)) as session:
        row = report_for_step(session, report_id, actor, "upload", revision)
        reach = sections(grants_of(session, actor), "upload", row.bureau_code)
        if reach is not None:
            refuse_rows_of_others(session, reach, rows)
        before = as_it_is(session, row)
        places = {kept_row.key: kept_row.row for kept_row in before.rows}
        own = [_placed(edited, places.get((edited.kind, edited.key))) for edited in rows]
        hand = Hand(by=actor, part=min(reach) if reach else "", at=instant(session), upload=row.revision + 1)
        claims = [(edited, column, claim) for edited in own for column, claim in _written(edited, hand)]
        if not claims:
            raise FigureRefused("nothing_corrected")
        vintages.ensure_periods(session, {edited.key[2] for edited in own if edited.kind == OBSERVATIONS})
        next_revision(session, row, actor)
        merged = merge(before.rows, own, hand, decides=decides(grants_of(session, actor), row.bureau_code))
        keep_merged(session, row, before, merged, own, to_confirm)
        session.add(
            tables.SubmissionUpload(
                submission_id=id_of(row), revision=row.revision, uploaded_by=actor, uploaded_at=instant(session), part=hand.part,
                rows_count=len(own),
            )
        )  # fmt: skip
        _record(session, row, actor, claims)
        return Uploaded(id_of(row), row.revision, row.state, clashes=len(clashes(merged)))


def _placed(row: ReportedRow, there: ReportedRow | None) -> ReportedRow:
    """Return a row with the cell addresses of the workbook that brought it, so that remarks on these cells keep their place."""
    return row if there is None or not there.row else replace(row, sheet=there.sheet, row=there.row, columns=there.columns)


def _written(row: ReportedRow, hand: Hand) -> list[tuple[str, Claim]]:
    return [(column, cell.holds) for column, cell in kept(row, hand).cells.items()]


def _record(session: Session, row: tables.Submission, actor: str, claims: Sequence[tuple[ReportedRow, str, Claim]]) -> None:
    """Record the step, and a line for each cell with its old and new value."""
    record_step(session, row, actor, "corrected", detail=f"revision {row.revision}: {len(claims)} cells")
    for own, column, claim in claims:
        old = own.filled.get(column, claim.was)
        record(
            session, actor, "cell_corrected", subject_of(id_of(row)), cell=claim.place,
            detail=f"{' '.join(own.key)} {column}: {shown(old)} → {shown(claim.value)}",
        )  # fmt: skip
