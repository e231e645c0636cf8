"""What a report changes, as it is read: a row for each row of a sheet; and what the audit trail keeps of a cell, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest
from markupsafe import Markup

from kpis.languages import say
from kpis.reporting.people import Event
from pages.parts.recorded import Trail
from pages.parts.reported import place_name
from pages.parts.whatchanges import by_row, unlisted

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


def test_cells_that_only_repeat_the_name_of_their_row_are_counted() -> None:
    table = _table(
        ("取組!B2", "紙の削減率 2023年4月 総務局", "指標", "空欄", "紙の削減率", "✚ 新規", ""),
        ("取組!C2", "紙の削減率 2023年4月 総務局", "期間", "空欄", "2023年4月", "✚ 新規", ""),
        ("取組!D2", "紙の削減率 2023年4月 総務局", "内容", "空欄", "会議を減らす", "✚ 新規", ""),
    )
    assert by_row(table)[0]["現在 → 報告"] == Markup("内容: 空欄 → 会議を減らす") and unlisted(table) == 2
    assert unlisted(_table(("要因!D2", "削減率", "要因", "空欄", "遅れ", "✚ 新規", ""))) == 0


READ = Trail({"TAX": "主税局", "fax": "FAX送受信件数の削減率"}, {139: ("TAX", "FY2023-Q1")})


def _step(action: str, detail: str = "", subject: str = "") -> Event:
    return Event(
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
        actor="",
        action=action,
        subject=subject,
        cell="",
        detail=detail,
        file_sha256=None,
    )


@pytest.mark.parametrize(
    ("action", "kept", "read"),
    [
        ("cell_changed", "actions.csv TAX-01 due_on: None → 2027-05-10", "TAX-01 期限: 空欄 → 2027年5月10日"),
        ("cell_changed", "actions.csv TAX-01 indicator_code: None → fax", "TAX-01 指標: 空欄 → FAX送受信件数の削減率"),
        ("cell_changed", "actions.csv TAX-01 action_state: None → open", "TAX-01 状態: 空欄 → 実施中"),
        ("cell_changed", "actions.csv TAX-01 effect_value: 5.0 → 1200.0", "TAX-01 見込む効果: 5 → 1,200"),
        ("cell_changed", "actions.csv TAX-01 period_code: None → FY2023-Q1", "TAX-01 期間: 空欄 → 令和5年度第1四半期"),
        ("cell_changed", "gone.csv TAX-01 due_on: None → 1", "gone.csv TAX-01 due_on: None → 1"),
        ("returned", "actions.csv TAX-01 due_on: None → 1", "actions.csv TAX-01 due_on: None → 1"),
        ("person_added", "bureau_manager TAX", "局担当 主税局"),
        ("template_issued", '{"bureau_code": "TAX", "period_code": "FY2022-Q1", "revision": 71}', "主税局、令和4年度第1四半期、第71版"),
        ("submitted", "33 cells differ, 0 rows unchanged; 13件中11件を記入 / 11 of 13 filled in; on behalf of the bureau",
         "33セルが変わり、0行は変わらず; 13件中11件を記入; 局に代わって提出"),
        ("uploaded", "TAX FY2022-Q1 revision 1: TAX_FY2022-Q1.xlsx, 15 rows, 0 warnings", "主税局 令和4年度第1四半期 第1版: TAX_FY2022-Q1.xlsx, 15行, 警告0件"),
        ("exception_granted", "until 2026-12-31: 見本", "2026年12月31日まで: 見本"),
        ("approved", "14 rows", "14行"),
        ("refused", "see_voices: role_not_permitted", "この操作の権限がありません。担当局や役割が違う場合は、構造改革室に登録を依頼してください。"),
    ],
)  # fmt: skip
def test_the_audit_trail_is_read_in_words(action: str, kept: str, read: str) -> None:
    assert READ.detail(_step(action, kept)) == read


def test_the_audit_trail_says_in_words_what_a_step_was_about() -> None:
    told = [
        READ.subject(s)
        for s in ("submission 139", "submission 7", "TAX FY2023-Q1", "meeting FY2023-Q1", "edition 4", "a@example.org")
    ]
    assert told == [
        "主税局の令和5年度第1四半期の報告", "報告7", "主税局 令和5年度第1四半期", "令和5年度第1四半期の会議", "公表版第4版", "a@example.org",
    ]  # fmt: skip


def test_what_no_cell_of_its_own_holds_stands_in_a_row_of_the_sheet() -> None:
    assert [place_name(place) for place in ("要因・課題・対応!4:4", "指標の実績!H4", "4:41")] == [
        "要因・課題・対応!行4",
        "指標の実績!H4",
        "4:41",
    ]
