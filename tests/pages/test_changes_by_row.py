"""What a report changes, as it is read: a row for each row of a sheet; and what the audit trail keeps of a cell, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from markupsafe import Markup

from kpis.languages import say
from kpis.reporting.people import Event
from pages.parts.reported import event_detail
from pages.parts.whatchanges import by_row

HEADS = ("cell", "row", "column", "old_value", "new_value", "nature", "jump")


def _table(*rows: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[say(head) for head in HEADS])


def test_cells_of_one_row_of_a_sheet_are_lines_of_one_row() -> None:
    first, second = by_row(
        _table(
            ("指標の実績!H4", "電子決定率 2023年4月", "分子", "5", "<8", "→ 更新", "+60.0%"),
            ("指標の実績!J5", "削減率", "値", "空欄", "3", "✚ 新規", ""),
            ("指標の実績!I4", "電子決定率 2023年4月", "分母", "空欄", "9", "✚ 新規", ""),
        )
    )
    assert first[say("cell")] == "指標の実績!H4, I4"
    assert first["現在 → 報告"] == Markup("分子: 5 → &lt;8(+60.0%)<br>分母: 空欄 → 9")
    assert first[say("nature")] == "→ 更新、✚ 新規"
    assert second[say("row")] == "削減率"


def test_rows_of_two_sheets_stay_apart_though_they_have_one_name() -> None:
    rows = by_row(
        _table(
            ("指標の実績!H4", "削減率", "値", "1", "2", "→ 更新", ""), ("要因!D2", "削減率", "要因", "空欄", "遅れ", "✚ 新規", "")
        )
    )
    assert [row[say("cell")] for row in rows] == ["指標の実績!H4", "要因!D2"]


@pytest.mark.parametrize(
    ("action", "kept", "read"),
    [
        ("cell_changed", "actions.csv TAX-01 due_on: None → 2027-05-10", "TAX-01 期限: 空欄 → 2027-05-10"),
        ("cell_changed", "actions.csv TAX-01 indicator_code: None → fax", "TAX-01 指標: 空欄 → fax"),
        ("cell_changed", "gone.csv TAX-01 due_on: None → 1", "gone.csv TAX-01 due_on: None → 1"),
        ("returned", "actions.csv TAX-01 due_on: None → 1", "actions.csv TAX-01 due_on: None → 1"),
    ],
)
def test_the_audit_trail_names_columns_by_their_headings(action: str, kept: str, read: str) -> None:
    assert (
        event_detail(
            Event(
                occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
                actor="",
                action=action,
                subject="",
                cell="",
                detail=kept,
                file_sha256=None,
            )
        )
        == read
    )
