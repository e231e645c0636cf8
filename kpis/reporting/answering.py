"""Who may answer what is asked of a report: its bureau everything, a section what is asked about its own rows.

What is of the whole report (what it leaves open, rows taken out) is the coordinator's.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlmodel import Session

from kpis.errors import NotAllowed
from kpis.figures.commented import commentary_code
from kpis.reporting.access import may, sections
from kpis.reporting.comparison import OBSERVATIONS, ReportedRow, RowKey, Value
from kpis.reporting.filing import kept_of
from kpis.reporting.hindrances import report_for_step
from kpis.reporting.merging import KeptRow
from kpis.reporting.people import grants_of
from kpis.reporting.reports import Opened
from kpis.reporting.sections import own_keys
from kpis.store import tables
from kpis.store.store import Store
from kpis.vocabulary import RowKind


@dataclass(frozen=True, slots=True)
class Answering:
    """A report of which somebody answers a question, and the section for whose rows they do; a blank: for any row."""

    row: tables.Submission
    part: str = ""


def report_to_answer(session: Session, report_id: int, actor: str, revision: int, about: Iterable[RowKey] | None) -> Answering:
    """Return the report whose questions about these rows the actor may answer, as the actor saw it.

    Args:
        session: of the transaction.
        report_id: of the report.
        actor: who answers.
        revision: the upload that the actor saw.
        about: the rows that are asked about; ``None``: the report as a whole.

    Raises:
        NotAllowed: a section answers for rows of its own.
    """
    row = report_for_step(session, report_id, actor, "explain", revision)
    reach = _reach(session, actor, row.bureau_code)
    if not reach:
        return Answering(row)
    subjects = None if about is None else list(about)
    if subjects is None or (others := set(subjects) - _own(session, reach, kept_of(session, row), subjects)):
        key = "" if subjects is None else " ".join(min(others)[1])
        raise NotAllowed("not_asked_of_section", key=key)
    return Answering(row, min(reach))


def part_of(store: Store, opened: Opened, *, viewer: str) -> Opened:
    """Return a report with the questions alone that the viewer may answer; as it is for whoever answers for the whole of it."""
    with store.reading() as session:
        reach = _reach(session, viewer, opened.report.bureau_code)
        if not reach:
            return opened
        compared, period = opened.comparison.rows, opened.report.period_code
        bureau = opened.report.bureau_code
        why = {place_of(each.code, bureau, period, is_project=each.is_project): each for each in opened.unspoken}
        warned = {each.id: (each.row_kind, tuple(json.loads(each.row_key))) for each in opened.warnings if each.row_key}
        keys = [*((c.row.kind, c.row.key) for c in compared), *(each.key for each in opened.rows), *why, *warned.values()]
        own = _own(session, reach, opened.rows, keys)
    return replace(
        opened,
        comparison=replace(opened.comparison, rows=tuple(c for c in compared if (c.row.kind, c.row.key) in own)),
        rows=tuple(each for each in opened.rows if each.key in own),
        warnings=tuple(each for each in opened.warnings if warned.get(each.id) in own),
        unspoken=tuple(item for key, item in why.items() if key in own),
    )  # fmt: skip


def place_of(subject: str, bureau: str, period: str, *, is_project: bool) -> RowKey:
    """Return the row by which it is told whose it is to say why an indicator or project stands as it does."""
    if is_project:
        return RowKind.COMMENTARY, (commentary_code(bureau, subject, period), subject)
    return OBSERVATIONS, (subject, bureau, period)


def _about(key: RowKey) -> dict[str, Value]:
    """Return the project that a row of ``place_of`` is about; nothing of any other."""
    return {"project_code": key[1][1]} if key[0] == RowKind.COMMENTARY and len(key[1]) == 2 else {}


def _reach(session: Session, email: str, bureau_code: str) -> Collection[str]:
    """Return the sections for whose rows alone a person answers; none where for every row, or where the person is none of the bureau."""
    grants = grants_of(session, email)
    if not may(grants, "explain", bureau_code):
        return ()
    return sections(grants, "explain", bureau_code) or ()


def _own(session: Session, reach: Collection[str], rows: Iterable[KeptRow], keys: Iterable[RowKey]) -> set[RowKey]:
    """Return which rows are these sections': by the catalogue, and what is new in a register where one of them wrote it."""
    rows_of = {row.key: row for row in rows}
    listed = [
        rows_of[key].row if key in rows_of else ReportedRow(kind=key[0], key=key[1], fields=_about(key))
        for key in dict.fromkeys(keys)
    ]
    own, new = own_keys(session, reach, listed)
    wrote = {
        key for key in new
        if key in rows_of and any(claim.hand.part in reach for cell in rows_of[key].cells.values() for claim in cell.claims)
    }  # fmt: skip
    return own | wrote
