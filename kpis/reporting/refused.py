"""Workbooks refused on upload: kept for a time with their problems, for the uploader and for the reform office.

Their content has no effect. They are limited in days, and in files and bytes per bureau; the oldest are deleted first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlmodel import Session

from kpis.as_text import clean, named_file
from kpis.errors import NotFound
from kpis.reporting.access import is_same_person, may
from kpis.reporting.kept import Remark
from kpis.reporting.people import acting, allow, grants_of, record
from kpis.settings import settings
from kpis.store import tables
from kpis.store.fields import record_of
from kpis.store.store import Store, instant, utc_now
from kpis.store.tables import table_of

DAYS = 90
MOST_FILES = 20  # per bureau
MOST_UPLOADS = 5  # in multiples of the largest upload: total bytes of a bureau's refused files
MOST_PROBLEMS = 200  # stored per file; all of them are counted
_TABLE = table_of(tables.RefusedFile)
_LISTED = (
    select(*(column for column in _TABLE.c if column.name != "content"), _TABLE.c.content.is_not(None).label("is_kept"))
    .where(_TABLE.c.refused_at >= bindparam("since"))
    .order_by(_TABLE.c.id.desc())
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found(Remark):
    """One problem of a file, as reported."""

    grade: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedUpload:
    """A file that was refused; ``is_kept`` is false for one with active content, whose bytes were not kept."""

    id: int
    bureau_code: str
    period_code: str
    name: str
    uploaded_by: str
    refused_at: datetime
    problems_count: int
    problems: tuple[Found, ...]
    is_kept: bool

    @property
    def subject(self) -> str:
        """Return its subject in the audit trail."""
        return f"refused file {self.id}"


def keep_refused(
    store: Store, content: bytes, *, actor: str, bureau_code: str, period_code: str, name: str, problems: Sequence[Found], is_safe: bool
) -> None:  # fmt: skip
    """Store a refused file, and delete those beyond the limits. The caller has checked that the actor reports for the bureau.

    Args:
        is_safe: its bytes may be downloaded again.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    with acting(store, actor, "upload", f"{bureau_code} {period_code}", is_figures=False) as session:
        kept = is_safe and len(content) <= settings().max_upload_bytes
        row = tables.RefusedFile(
            bureau_code=bureau_code, period_code=period_code, name=named_file(name), sha256=sha256, content=content if kept else None,
            bytes_count=len(content), uploaded_by=actor, refused_at=instant(session), problems_count=len(problems),
            problems_json=json.dumps([_cleaned(problem) for problem in problems[:MOST_PROBLEMS]], ensure_ascii=False),
        )  # fmt: skip
        session.add(row)
        session.flush()
        detail = f"{bureau_code} {period_code} {row.name}: {len(problems)}"
        record(session, actor, "file_refused", f"refused file {row.id}", file_sha256=sha256, detail=detail)
        age_out(session)
        _let_go(session, bureau_code)


def _cleaned(problem: Found) -> dict[str, str]:
    """Return the fields of a problem; what it quotes of the file is without unseen characters, as every text stored."""
    return {name: clean(value) for name, value in asdict(problem).items()}


def age_out(session: Session) -> None:
    """Delete the files refused too long ago."""
    table = table_of(tables.RefusedFile)
    session.execute(delete(table).where(table.c.refused_at < instant(session) - timedelta(days=DAYS)))


def _let_go(session: Session, bureau_code: str) -> None:
    table = table_of(tables.RefusedFile)
    query = select(table.c.id, table.c.content.is_not(None), table.c.bytes_count).where(table.c.bureau_code == bureau_code)
    count, room, gone = 0, MOST_UPLOADS * settings().max_upload_bytes, []
    for number, is_kept, size in session.execute(query.order_by(table.c.id.desc())):
        count, room = count + 1, room - (size if is_kept else 0)
        if count > MOST_FILES or room < 0:
            gone.append(number)
    session.execute(delete(table).where(table.c.id.in_(gone)))


def refused_files(store: Store, *, viewer: str, bureau_code: str | None = None) -> list[RefusedUpload]:
    """Return the refused files that a viewer may see, newest first: their own; the reform office every one."""
    query = _LISTED if bureau_code is None else _LISTED.where(_TABLE.c.bureau_code == bureau_code)
    with store.engine.connect() as connection:
        there = connection.execute(query, {"since": utc_now() - timedelta(days=DAYS)}).all()
    if not there:  # the usual case: opening a session to check roles took 3 ms of the 17 of two pages. Not kept between runs: it raises no revision
        return []
    with store.reading() as session:
        sees_all = may(grants_of(session, viewer), "see_queue")
    rows = [row for row in there if sees_all or is_same_person(viewer, row.uploaded_by)]
    return [
        record_of(RefusedUpload, row, problems=tuple(Found(**problem) for problem in json.loads(row.problems_json))) for row in rows
    ]


def refused_content(store: Store, number: int, *, viewer: str) -> bytes:
    """Return the bytes of a refused file; reads and refusals are recorded.

    Raises:
        NotFound: it does not exist, is too old, was stored without bytes, or the viewer may not see it.
    """
    with acting(store, viewer, "read_original", f"refused file {number}", is_figures=False) as session:
        row = session.get(tables.RefusedFile, number)
        theirs = row is not None and (is_same_person(viewer, row.uploaded_by) or may(grants_of(session, viewer), "see_queue"))
        if row is None or not theirs or row.content is None or row.refused_at < instant(session) - timedelta(days=DAYS):
            raise NotFound("refused_file_gone", number=number)
        if not may(grants_of(session, viewer), "see_queue"):
            allow(session, viewer, "upload", row.bureau_code)  # persons who no longer report for the bureau lose access
        record(session, viewer, "original_read", f"refused file {number}", file_sha256=row.sha256)
        return row.content
