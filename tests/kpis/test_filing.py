"""How the rows of a report are kept: what is read back is what was read, also after an upgrade."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from kpis.reporting.comparison import ReportedRow
from kpis.reporting.filing import packed, row_key, rows_of
from kpis.store import tables
from kpis.store.store import Store
from tests.older import Row, put_into_tables_of
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


def with_file_names(_table: str, row: Row) -> Row:
    """Return a row as it was before 0012, when the name of a file said what a row is."""
    files = {"observation": "observations.csv", "procedure": "procedures.csv", "facility": "facilities.csv"}
    files |= {"reporting_period": "calendar.csv", "milestone": "milestones.csv"}
    return {**row, **{column: files[row[column]] for column in ("row_kind", "list_kind") if column in row}}


def with_every_cell(table: str, row: Row) -> Row:
    """Return a row as it was before 0007, when a row of a report held the address of every cell and each value that it was given with."""
    if table != "submission_row":
        return with_file_names(table, row)
    said, days = json.loads(row["fields_json"]), ("planned_end", "actual_end")

    def dated(values: Row) -> Row:
        return {name: {"day": value} if name in days and value else value for name, value in values.items()}

    issued = {} if said["changed_from"] is None else {**said["fields"], **said["changed_from"]}
    cells = {name: f"{letters}{said['row']}" for name, letters in said["columns"].items() if letters}
    older = {"key": json.loads(row["row_key"]), "fields": dated(said["fields"]), "row": said["row"], "cells": cells}
    older |= {"issued": dated(issued), "issued_vintage": said["vintage"]}
    return with_file_names(table, {**row, "fields_json": json.dumps(older, ensure_ascii=False)})


@pytest.mark.edition
def test_what_a_row_is_becomes_its_word_instead_of_the_name_of_its_file(reporting: Store) -> None:
    """Before 0012 it was the name of a file: of rows and comments of a report, and of what was decided of a list."""
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
    put_into_tables_of("0011", reporting, with_file_names)
    assert kinds() == ["calendar.csv", "facilities.csv", "observations.csv", "observations.csv", "procedures.csv"]
    reporting.migrate()
    assert kinds() == ["facility", "observation", "observation", "procedure", "reporting_period"]


@pytest.mark.edition
def test_rows_kept_in_the_form_of_an_earlier_version_say_the_same(reporting: Store) -> None:
    """As the version before 0007 kept them: every row of a draft as it was, days and cleared cells among them."""
    kept = register_row("milestone", "M1", planned_end=date(2023, 3, 31), actual_end=None, name_ja="公開")
    changed = replace(kept, fields={**kept.fields, "actual_end": date(2023, 4, 2)}, issued=dict(kept.fields), issued_vintage=2)
    rows = [figure(value=70.0), changed]
    with reporting.writing() as session:
        withdrawn_report(session, rows)
    put_into_tables_of("0006", reporting, with_every_cell)
    with reporting.engine.connect() as connection:
        old = connection.execute(text("SELECT fields_json FROM submission_row ORDER BY id")).scalars().all()
    assert json.loads(old[1])["issued"]["planned_end"] == {"day": "2023-03-31"} and json.loads(old[1])["cells"]["name_ja"] == "H5"
    reporting.migrate()
    with reporting.reading() as session:
        found, _ = rows_of(session, session.exec(select(tables.Submission)).one())
    assert found == rows and found[1].changed == ("actual_end",)


@pytest.mark.edition
def test_what_was_found_in_both_languages_is_divided_and_stays_confirmed(reporting: Store) -> None:
    """Before 0032 one column held both; what quotes a cell is left as it is."""
    said = [
        ("incomplete", "4件中1件を記入", "1 of 4 filled in"),
        ("without_denominator", "空欄", "blank"),
        ("jump", "会館 / ホール", ""),
    ]
    with reporting.writing() as session:
        report = withdrawn_report(session, [])
        for rule, ja, en in said:
            words = {"found": ja, "found_en": en, "expected_ja": "値", "expected_en": "a value"}
            confirmed = {"confirmed_by": ANNA, "confirmed_at": datetime(2023, 1, 2), "confirmed_reason": "確認"}
            session.add(tables.SubmissionWarning(submission_id=report.id, revision=1, rule=rule, **words, **confirmed))

    def before(table: str, row: Row) -> Row:
        joined = table == "submission_warning" and row["found_en"]
        return {**row, "found": f"{row['found']} / {row['found_en']}"} if joined else row

    put_into_tables_of("0031", reporting, before)
    with reporting.engine.connect() as connection:
        assert (
            connection.execute(text("SELECT found FROM submission_warning ORDER BY id")).scalars().first()
            == "4件中1件を記入 / 1 of 4 filled in"
        )
    reporting.migrate()
    stored = [(row["rule"], row["found"], row["found_en"]) for row in reporting.all_of(tables.SubmissionWarning)]
    assert stored == said and {row["confirmed_reason"] for row in reporting.all_of(tables.SubmissionWarning)} == {"確認"}
