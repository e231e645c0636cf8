"""How the rows of a report are kept: what is read back is what was read, also after an upgrade."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlmodel import Session, select

from kpis.reporting.comparison import ReportedRow
from kpis.reporting.filing import packed, row_key, rows_of
from kpis.store import tables
from kpis.store.store import Store
from kpis.store.upgrade import MIGRATIONS
from tests.shared import brought_up
from tests.small_government import ANNA, figure, register_row


def keep_rows(session: Session, report: tables.Submission, rows: list[ReportedRow]) -> None:
    for row in rows:
        session.add(
            tables.SubmissionRow(
                submission_id=report.id, row_kind=row.kind, row_key=row_key(row.key), sheet=row.sheet, fields_json=packed(row)
            )
        )  # fmt: skip


def withdrawn_report(session: Session, rows: list[ReportedRow]) -> tables.Submission:
    """Keep a report of these rows that is on its way no longer, and return it."""
    report = tables.Submission(
        bureau_code="GENERAL", period_code="FY2022-Q3", state="withdrawn", created_by=ANNA, created_at=datetime(2023, 1, 1)
    )
    session.add(report)
    session.flush()
    keep_rows(session, report, rows)
    return report


def test_what_a_row_is_moves_between_its_word_and_the_name_of_its_file(reporting: Store) -> None:
    """Down to the version before 0012 and up again: rows and comments of a report, and what was decided of a list."""
    row = register_row("procedure", "P1", digital_status="done")
    with reporting.writing() as session:
        report = withdrawn_report(session, [figure(value=70.0), row])
        session.add(
            tables.ReviewComment(
                submission_id=report.id, revision=1, row_kind="observation", row_key="[]", column_name="value", comment="確認",
                written_by=ANNA, written_at=datetime(2023, 1, 2),
            )
        )  # fmt: skip
        for kind in ("reporting_period", "facility"):
            session.add(
                tables.ListDecision(
                    list_kind=kind, list_name="a.csv", row_key="X", decision="keep", decided_at=datetime(2023, 1, 3)
                )
            )
    stored = "SELECT row_kind FROM submission_row UNION ALL SELECT row_kind FROM review_comment UNION ALL SELECT list_kind FROM list_decision"

    def kinds() -> list[str]:
        with reporting.engine.connect() as connection:
            return sorted(connection.execute(text(stored)).scalars())

    assert kinds() == ["facility", "observation", "observation", "procedure", "reporting_period"]
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with reporting.engine.connect().execution_options(writes=True) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0011")
        connection.commit()
    assert kinds() == ["calendar.csv", "facilities.csv", "observations.csv", "observations.csv", "procedures.csv"]
    reporting.migrate()
    assert kinds() == ["facility", "observation", "observation", "procedure", "reporting_period"]


def test_rows_kept_in_the_form_of_an_earlier_version_say_the_same(reporting: Store, tmp_path: Path) -> None:
    """Down to the version before and up again: every row of a draft as it was, days and cleared cells among them."""
    reporting = brought_up(reporting, tmp_path / "before.db")
    kept = register_row("milestone", "M1", planned_end=date(2023, 3, 31), actual_end=None, name_ja="公開")
    changed = replace(kept, fields={**kept.fields, "actual_end": date(2023, 4, 2)}, issued=dict(kept.fields), issued_vintage=2)
    rows = [figure(value=70.0), changed]
    with reporting.writing() as session:
        withdrawn_report(session, rows)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with reporting.engine.connect().execution_options(writes=True) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0006")
        old = connection.execute(text("SELECT fields_json FROM submission_row ORDER BY id")).scalars().all()
        connection.commit()
    assert json.loads(old[1])["issued"]["planned_end"] == {"day": "2023-03-31"} and json.loads(old[1])["cells"]["name_ja"] == "H5"
    reporting.migrate()
    with reporting.reading() as session:
        found, _ = rows_of(session, session.exec(select(tables.Submission)).one())
    assert found == rows and found[1].changed == ("actual_end",)
