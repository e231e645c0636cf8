"""Causes and actions in the bureau workbook: prefilled, read back, and each column says whether it becomes public."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from kpis.government import government, read
from kpis.languages import written
from kpis.store import tables, vintages
from kpis.store.store import Store, utc_now
from kpis.store.vintages import Origin
from loaders.files.addresses import column_letters
from loaders.files.problems import Problem
from loaders.load import check_content, load_file
from loaders.workbook.door import read_workbook
from loaders.workbook.layout import load_layout
from tests.loaders.filled import BUREAU, PERIOD, edited, make_store, template

CAUSES, ACTIONS = "要因・課題・対応", "取組"
RATE = "electronic_decision_rate"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = make_store(tmp_path_factory.mktemp("commentary"))
    low = f"indicator_code,bureau_code,period_code,numerator,denominator,source_code\n{RATE},{BUREAU},2022-10,300,1000,shintosei-8a0d3d80\n"
    assert not load_file(store, low.encode(), name="low.csv", kind="observations.csv").problems
    row: dict[str, Any] = {
        "bureau_code": BUREAU, "indicator_code": RATE, "project_code": None, "period_code": "FY2022-Q2", "measure_ja": "端末の更新",
        "section_ja": "総務課", "due_on": date(2023, 3, 31), "due_on_precision": "day", "source_code": "shintosei-8a0d3d80",
    }  # fmt: skip
    states = {"A-OPEN": "open", "A-DONE": "done", "A-LONG": "continued"}
    values = [{**_blank(tables.Action), **row, "action_code": code, "action_state": state} for code, state in states.items()]
    with store.writing() as session:
        vintages.apply_report(session, "action", values, origin=Origin(utc_now()))
    return store


def _blank(model: Any) -> dict[str, Any]:
    return {
        n: f.default
        for n, f in model.model_fields.items()
        if not f.is_required() and n not in ("listed_in", "vintage", "first_known_at")
    }


def places(book: Workbook, sheet: str) -> dict[str, int]:
    return {str(cell.value).split("\n")[0]: cell.column for cell in book[sheet][1]}


@pytest.mark.edition
def test_every_subject_has_a_row_and_open_actions_come_prefilled(store: Store) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(store)))
    at = places(book, CAUSES)
    rows = [[book[CAUSES].cell(n, at[h]).value for h in ("要因コード", "現在の判定")] for n in range(2, book[CAUSES].max_row + 1)]
    assert [f"{BUREAU}-C-{PERIOD}-{RATE}" in row for row in rows].count(True) == 1
    assert any("要因は必須" in str(status) for _, status in rows), "one of its figures is behind"
    at = places(book, ACTIONS)
    codes = [book[ACTIONS].cell(n, at["取組コード"]).value for n in range(2, book[ACTIONS].max_row + 1)]
    assert codes[:2] == ["A-LONG", "A-OPEN"] and "A-DONE" not in codes
    assert book[ACTIONS].cell(2, at["指標・プロジェクト"]).value == f"電子決定率 ({RATE})"


def test_headings_say_what_becomes_public_and_either_decision_is_read(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = {c.name: c for c in load_layout().columns["actions"]}
    layout = load_layout()
    assert layout.heading(columns["measure_ja"]).endswith("【公表】") and layout.heading(columns["role_ja"]).endswith(
        "【内部限り】"
    )
    assert layout.heading(columns["person"]).endswith("【内部限り】") and "【" not in layout.heading(columns["subject"]).replace(
        "【新しい行だけ入力】", ""
    )
    for mark in ("【公表】", "【内部限り】"):
        assert layout.headings("actions")[f"取組の内容Action【入力】{mark}".casefold()].name == "measure_ja"
    assert government().open_parts >= {"cause", "measure"} and "role" not in government().open_parts
    facts = (government().folder / "government.toml").read_text(encoding="utf-8").split("[open]")
    for name in government().folder.iterdir():
        if name.is_file():
            (tmp_path / name.name).write_bytes(name.read_bytes())
    (tmp_path / "government.toml").write_text(facts[0] + "\n[themes]" + facts[1].split("[themes]")[1], encoding="utf-8")
    assert read(tmp_path).open_parts == frozenset(), "what is not decided stays inside"


@pytest.mark.edition
def test_what_is_written_is_read_back_as_rows_of_the_two_registers(store: Store) -> None:
    def change(book: Workbook) -> None:
        at = places(book, CAUSES)
        for number in range(2, book[CAUSES].max_row + 1):
            if str(book[CAUSES].cell(number, at["要因コード"]).value).endswith(RATE):
                book[CAUSES].cell(number, at["要因"]).value = "機器の更新が遅れた"
        at = places(book, ACTIONS)
        answered = {"状態": "完了", "完了した日": date(2022, 12, 1)}
        for heading, value in answered.items():
            book[ACTIONS].cell(3, at[heading]).value = value
        new = {
            "指標・プロジェクト": "電子決定率",
            "取組の内容": "研修",
            "担当課": "人事課",
            "期限": date(2023, 6, 30),
            "見込む効果": 5,
        }
        for heading, value in new.items():
            book[ACTIONS].cell(4, at[heading]).value = value

    reading = read_workbook(edited(template(store), change), store=store)
    assert reading.errors == []
    rows = {row.key[0]: row for row in reading.rows}
    assert rows[f"{BUREAU}-C-{PERIOD}-{RATE}"].fields["cause_ja"] == "機器の更新が遅れた"
    assert rows[f"{BUREAU}-C-{PERIOD}-{RATE}"].fields["period_code"] == PERIOD
    assert rows["A-OPEN"].changed == ("action_state", "done_on", "done_on_precision")
    (new,) = (row for row in rows.values() if row.fields.get("measure_ja") == "研修")
    assert (new.fields["indicator_code"], new.fields["period_code"], new.fields["action_state"]) == (RATE, PERIOD, "open")
    assert len(rows) == 3


@pytest.mark.edition
@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"状態": "中止"}, "変更・中止の理由"),
        ({"状態": "継続(期限を変更)", "変更・中止の理由": "納入待ち"}, "変更後の期限"),
        ({"状態": "完了"}, "完了した日"),
    ],
)
def test_an_answer_without_what_it_needs_is_named_at_its_cell(store: Store, cells: dict[str, str], told: str) -> None:
    def change(book: Workbook) -> None:
        at = places(book, ACTIONS)
        for heading, value in cells.items():
            book[ACTIONS].cell(3, at[heading]).value = value

    (problem,) = read_workbook(edited(template(store), change), store=store).errors
    assert problem.sheet == ACTIONS and problem.row == 3 and told in str(problem)


@pytest.mark.edition
def test_an_action_for_nothing_known_is_refused(store: Store) -> None:
    def change(book: Workbook) -> None:
        at = places(book, ACTIONS)
        for heading, value in {
            "指標・プロジェクト": "知らない指標",
            "取組の内容": "研修",
            "担当課": "人事課",
            "期限": date(2023, 6, 30),
        }.items():
            book[ACTIONS].cell(4, at[heading]).value = value

    assert any(
        p.kind == "unknown_code" and p.sheet == ACTIONS for p in read_workbook(edited(template(store), change), store=store).errors
    )


def test_a_list_of_actions_is_held_to_the_same_rules(store: Store) -> None:
    head = "action_code,bureau_code,indicator_code,project_code,period_code,measure_ja,section_ja,due_on,action_state,source_code\n"
    for row in (
        f"X1,{BUREAU},{RATE},,FY2022-Q2,研修,人事課,2023-03-31,given_up,shintosei-8a0d3d80",
        f"X1,{BUREAU},,,FY2022-Q2,研修,人事課,2023-03-31,open,shintosei-8a0d3d80",
        f"X1,{BUREAU},{RATE},,FY2022-Q2,,人事課,2023-03-31,open,shintosei-8a0d3d80",
    ):
        assert load_file(store, (head + row).encode(), name="actions.csv").problems
    assert not load_file(
        store, (head + f"X1,{BUREAU},{RATE},,FY2022-Q2,研修,人事課,2023-03-31,open,shintosei-8a0d3d80").encode(), name="actions.csv"
    ).problems


@pytest.mark.edition
@pytest.mark.parametrize(
    ("effect", "number_format", "is_taken"),
    [("5ポイント", "", True), ("5%", "", True), ("5件", "", False), ("5億円", "", False), (0.05, "0%", False), (5, '0"件"', False), (5, '0"%"', True)],
)  # fmt: skip
def test_an_effect_is_in_the_unit_of_its_indicator(store: Store, effect: object, number_format: str, is_taken: bool) -> None:
    def change(book: Workbook) -> None:
        at = places(book, ACTIONS)
        new = {
            "指標・プロジェクト": "電子決定率",
            "取組の内容": "研修",
            "担当課": "人事課",
            "期限": date(2023, 6, 30),
            "見込む効果": effect,
        }
        for heading, value in new.items():
            book[ACTIONS].cell(4, at[heading]).value = value
        book[ACTIONS].cell(4, at["見込む効果"]).number_format = number_format or "General"
        book[ACTIONS].cell(3, at["見込む効果"]).value = effect
        book[ACTIONS].cell(3, at["見込む効果"]).number_format = number_format or "General"

    errors = read_workbook(edited(template(store), change), store=store).errors
    at = places(openpyxl.load_workbook(io.BytesIO(template(store))), ACTIONS)["見込む効果"]
    wanted = [] if is_taken else [("number", f"{column_letters(at)}{row}") for row in (3, 4)]
    assert sorted((p.kind, p.cell) for p in errors) == wanted


@pytest.mark.parametrize(
    ("effect", "about", "is_taken"),
    [("5ポイント", f"{RATE},", True), ("▲5%", f"{RATE},", True), ("5件", f"{RATE},", False), ("5億円", f"{RATE},", False), ("500枚", "paper_sheets,", True),
     ("5%", "paper_sheets,", False), ("5件", "paper_sheets,", False), ("5", ",CP1", True), ("5%", ",CP1", False)],
)  # fmt: skip
def test_an_effect_of_a_list_is_in_the_unit_of_its_indicator(store: Store, effect: str, about: str, is_taken: bool) -> None:
    errors = problems_of_effect(store, effect, about)
    assert [(p.kind, p.cell, p.rule) for p in errors] == ([] if is_taken else [("number", "J2", "other_unit")])


@pytest.mark.parametrize("effect", ["約5", " 約5", "およそ 5ポイント"])
def test_an_effect_that_is_about_is_refused_since_nothing_would_say_so(store: Store, effect: str) -> None:
    (problem,) = problems_of_effect(store, effect, f"{RATE},")
    assert (problem.cell, written(problem.expected)) == ("J2", "「約」などの付かない数")


def problems_of_effect(store: Store, effect: str, about: str) -> list[Problem]:
    head = "action_code,bureau_code,indicator_code,project_code,period_code,measure_ja,section_ja,due_on,action_state,effect_value,source_code\n"
    row = f"X2,{BUREAU},{about},FY2022-Q2,研修,人事課,2023-03-31,open,{effect},shintosei-8a0d3d80\n"
    return [p for p in check_content((head + row).encode(), "actions.csv", store=store).problems if p.kind == "number"]
