"""Where a bureau's own figures come from: a source without an address, since a report is no public page."""

from __future__ import annotations

from sqlalchemy import Table, insert, select
from sqlmodel import Session

from kpis import models
from kpis.errors import NotFound


def report_source(session: Session, bureau_code: str) -> str:
    """Return the source code of a bureau's reports, and create the source within the caller's transaction if need be.

    A report is primary and has no address: ``url`` is blank, pages show the title without a link.

    Args:
        session: from ``Store.writing()``.
        bureau_code: of the bureau that reports.

    Raises:
        NotFound: the bureau is not known.
    """
    code = f"report-{bureau_code}"
    sources: Table = models.Source.__table__  # type: ignore[attr-defined]
    if session.execute(select(sources.c.source_code).where(sources.c.source_code == code)).first() is None:
        bureau = session.get(models.Bureau, bureau_code)
        if bureau is None:
            raise NotFound(f"局コード「{bureau_code}」は登録されていません。", f"No bureau has the code {bureau_code!r}.")
        session.execute(
            insert(sources).values(
                source_code=code, url="", title=f"{bureau.name_ja}の報告", grade="primary",
                note="reported by the bureau in its workbook and approved by a second person",
            )
        )  # fmt: skip
    return code
