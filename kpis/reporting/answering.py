"""Permission to answer the open questions of a report: its bureau all of them, a section those about its own rows.

Questions about the whole report (figures left open, rows removed) are for the coordinator.
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
    """A report with an open question to answer, and the section whose rows are concerned; blank: any row."""

    row: tables.Submission
    part: str = ""


def report_to_answer(session: Session, report_id: int, actor: str, revision: int, about: Iterable[RowKey] | None) -> Answering:
    """Return the report whose questions about these rows the actor may answer, at the revision that the actor saw.

    Args:
        revision: the upload that the actor saw.
        about: the rows concerned; ``None``: the report as a whole.

    Raises:
        NotAllowed: a row belongs to another section.
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
    """Return a report with only the questions that the viewer may answer; unchanged for those responsible for the whole report."""
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
    """Return the key of the row that decides who must explain an indicator or project."""
    if is_project:
        return RowKind.COMMENTARY, (commentary_code(bureau, subject, period), subject)
    return OBSERVATIONS, (subject, bureau, period)


def _about(key: RowKey) -> dict[str, Value]:
    """Return the project of a row from ``place_of``; empty for any other row."""
    return {"project_code": key[1][1]} if key[0] == RowKind.COMMENTARY and len(key[1]) == 2 else {}


def _reach(session: Session, email: str, bureau_code: str) -> Collection[str]:
    """Return the sections to whose rows a person is restricted; empty without restriction, or for a person outside the bureau."""
    grants = grants_of(session, email)
    if not may(grants, "explain", bureau_code):
        return ()
    return sections(grants, "explain", bureau_code) or ()


def _own(session: Session, reach: Collection[str], rows: Iterable[KeptRow], keys: Iterable[RowKey]) -> set[RowKey]:
    """Return the keys of the rows of these sections: by the catalogue, and new register rows that one of them wrote."""
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
