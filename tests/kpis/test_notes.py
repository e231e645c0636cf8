"""Notes of registers were one column without a language: what bureaus wrote there, and where it is kept besides, is their Japanese."""

from __future__ import annotations

import csv
import json
import re
from typing import Any

import pytest
from sqlalchemy import text

from kpis.settings import ROOT
from kpis.store import tables
from kpis.store.store import Store
from tests.kpis.test_upgrade import filled

pytestmark = pytest.mark.store

OF_PROCEDURE = {"fields": {"note": "後"}, "changed_from": {"note": "前"}, "vintage": 1, "row": 9, "columns": {"note": "Z"}}
AFTER = {"fields": {"note_ja": "後"}, "changed_from": {"note_ja": "前"}, "vintage": 1, "row": 9, "columns": {"note_ja": "Z"}}


@pytest.mark.edition
def test_a_note_keeps_its_words_its_history_and_its_place_in_a_report(bare: Store) -> None:
    filled(bare, "0014")
    bare.migrate(to="0028")
    with bare.engine.begin() as connection:

        def put(table: str, **values: Any) -> None:
            connection.execute(
                text(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(f':{name}' for name in values)})"), values
            )

        connection.execute(text("UPDATE procedure SET note = '後'"))
        (code,) = connection.execute(text("SELECT min(procedure_code) FROM procedure")).one()
        (report,) = connection.execute(text("SELECT min(id) FROM submission")).one()
        put(
            "register_change", id=9001, register_name="procedure", row_code=code, vintage=2, before_json='{"note": "前"}', after_json='{"note": "後"}',
            known_at="2026-05-01 00:00:00", reason_text="",
        )  # fmt: skip
        for number, kind in ((9001, "procedure"), (9002, "commentary")):
            put(
                "submission_row", id=number, submission_id=report, revision=99, row_kind=kind, row_key=f'["{kind}"]', sheet="s", cell="Z9",
                choices_json='{"note": ["ours", 1]}', claims_json='{"cells": {"note": {"claims": []}}}', reason_text="", comment="",
                fields_json=json.dumps(OF_PROCEDURE),
            )  # fmt: skip
        put(
            "issued_template", template_id="t", bureau_code="GENERAL", period_code="FY2022-Q3", part="", rows_json="", issued_by="a",
            filled_json=json.dumps([[["procedures", code], {"note": "後"}]]), issued_at="2026-05-01 00:00:00",
        )  # fmt: skip
    bare.migrate()
    row = bare.one_of(tables.Procedure, code)
    assert (row["note_ja"], row["note_en"]) == ("後", "")
    (change,) = [c for c in bare.all_of(tables.RegisterChange) if c["row_code"] == code and c["vintage"] == 2]
    assert (change["before_json"], change["after_json"]) == ('{"note_ja": "前"}', '{"note_ja": "後"}')
    kept = {r["row_kind"]: r for r in bare.all_of(tables.SubmissionRow, revision=99)}
    own, other = kept["procedure"], kept["commentary"]
    assert json.loads(own["fields_json"]) == AFTER and json.loads(other["fields_json"]) == OF_PROCEDURE
    assert own["choices_json"] == '{"note_ja": ["ours", 1]}' and own["claims_json"] == '{"cells": {"note_ja": {"claims": []}}}'
    (issued,) = bare.all_of(tables.IssuedTemplate, template_id="t")
    assert json.loads(issued["filled_json"]) == [[["procedures", code], {"note_ja": "後"}]]


def test_every_note_of_the_shipped_lists_is_written_in_both_languages() -> None:
    for name in ("procedures", "facilities", "milestones"):
        with (ROOT / "data" / "official" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            notes = [(row["note_ja"], row["note_en"]) for row in csv.DictReader(file)]
        assert [pair for pair in notes if bool(pair[0]) != bool(pair[1])] == [] and any(ja for ja, _ in notes)
        assert [ja for ja, en in notes if ja == en and re.search("[A-Za-z]", ja)] == []
