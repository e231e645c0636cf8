"""The Digital Agency's own layout: recognised, every row accounted for, problems at their cells, rates as pandas finds them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from kpis.figures import registers
from kpis.government import settled
from kpis.settings import settings
from kpis.store import queries, tables
from kpis.store.store import Store
from loaders.catalogue import load_folder
from loaders.load import load_file
from manage import app
from tests import census

pytestmark = pytest.mark.edition

TODAY = date(2026, 1, 1)
HEADINGS = [
    "手続ID", "所管府省庁", "手続名", "法令名", "法令番号", "根拠条項号", "手続類型", "手続主体", "手続の受け手", "経由機関",
    "独立行政法人等の名称", "事務区分", "府省共通手続", "実施府省庁", "オンライン化の実施状況", "オンライン化の実施予定及び検討時の懸念点",
    "オンライン化実施時期", "申請等における本人確認手法", "手数料等の納付有無", "手数料等の納付方法", "手数料等のオンライン納付時の優遇措置",
    "処理期間(オンライン)", "処理期間(非オンライン)", "情報システム(申請)", "情報システム(事務処理)", "総手続件数", "オンライン手続件数",
    "非オンライン手続件数", "申請書等に記載させる情報", "申請時に添付させる書類", "添付書類等提出の撤廃/省略状況", "添付書類等の提出方法",
    "添付書類等への電子署名", "添付形式等が定められた規定", "手続が行われるイベント(個人)", "手続が行われるイベント(法人)",
    "申請に関連する士業", "申請を提出する機関",
]  # fmt: skip
USUAL = {
    "手続ID": "7", "所管府省庁": "デジタル庁", "手続名": "届出", "法令名": "法", "手続類型": "1 申請等", "手続主体": "5 国民等",
    "オンライン化の実施状況": "1 実施済", "総手続件数": "1200", "オンライン手続件数": "300", "非オンライン手続件数": "900",
}  # fmt: skip


def answer(**overrides: str) -> list[str]:
    """One row of the census; ``ｰ`` where nothing is given."""
    return [{**USUAL, **overrides}.get(heading, "ｰ") for heading in HEADINGS]


def census_file(path: Path, *rows: list[str], above: tuple[list[str], ...] = ()) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([*above, HEADINGS, *rows])
    return path


@pytest.fixture
def japan(store: Store) -> Iterator[Store]:
    """A store whose catalogue has the ministries as bureaus; nothing of Tokyo in it."""
    with settled(census.CATALOGUE):
        reports = load_folder(store, census.CATALOGUE, official=census.OFFICIAL)
        assert not [p for r in reports for p in r.problems]
        yield store


def stored(store: Store) -> dict[str, dict]:
    return {row["procedure_code"]: row for row in store.all_of(tables.Procedure)}


def test_answers_become_our_columns_and_the_rest_is_kept_under_its_own_heading(japan: Store, tmp_path: Path) -> None:
    row = answer(
        手続名="届\n出", オンライン化実施時期="2 2025年度", 手数料等の納付有無="2 手数料等有り",
        手数料等の納付方法="1-1 行政機関の窓口; 2-3 クレジットカード払い", 添付書類等の提出方法="2 原紙での提出のみ",
        申請時に添付させる書類="定款", 申請等における本人確認手法="2 押印; 6 本人確認不要", 申請に関連する士業="弁護士; 行政書士",
    )  # fmt: skip
    report = load_file(japan, census_file(tmp_path / "c.csv", row))
    assert (report.rows, report.accepted, report.problems) == (1, 1, [])
    found = stored(japan)["7"]
    assert (found["bureau_code"], found["digital_status"], found["process_type"], found["applicant"]) == (
        "DIGITAL", "done", "application", "resident",
    )  # fmt: skip
    assert (found["name_ja"], found["planned_for"], found["planned_for_precision"]) == ("届 出", date(2026, 3, 31), "year")
    assert [found[f"{s}_step"] for s in registers.STEPS] == ["paper", "either", "paper", "unknown"]
    assert (found["applications_count"], found["online_count"], found["is_count_estimated"]) == (1200, 300, True)
    assert json.loads(found["details_json"])["申請に関連する士業"] == "弁護士; 行政書士"


def test_no_attachment_and_no_fee_are_steps_that_do_not_exist(japan: Store, tmp_path: Path) -> None:
    row = answer(申請時に添付させる書類="添付書類なし", 手数料等の納付有無="1 手数料等無し")
    load_file(japan, census_file(tmp_path / "c.csv", row))
    assert [stored(japan)["7"][f"{s}_step"] for s in registers.STEPS] == ["unknown", "none", "none", "unknown"]


def test_a_count_of_zero_is_unknown_and_no_rate_is_made_of_it(japan: Store, tmp_path: Path) -> None:
    row = answer(総手続件数="0", オンライン手続件数="0", 非オンライン手続件数="0")
    report = load_file(japan, census_file(tmp_path / "c.csv", row))
    found = stored(japan)["7"]
    assert not report.problems and (found["applications_count"], found["online_count"]) == (None, None)
    total = registers.tally(queries.groups(japan, as_of=TODAY))
    assert (total.with_applications, total.applications_rate_pct, total.usage_of_all_pct) == (0, None, None)


def test_a_plan_for_a_year_or_later_is_never_overdue(japan: Store, tmp_path: Path) -> None:
    row = answer(オンライン化の実施状況="2 未実施", オンライン化実施時期="7 2030年度以降")
    load_file(japan, census_file(tmp_path / "c.csv", row))
    assert stored(japan)["7"]["planned_for_precision"] == "or_later"
    late = date(2040, 1, 1)
    made = registers.plan(queries.dated(japan, "planned_for", as_of=late), queries.groups(japan, as_of=late), as_of=late)
    assert (made.planned, made.overdue) == (1, 0)
    assert queries.search(japan, queries.Filter(due="overdue"), as_of=late)[0] == 0


@pytest.mark.parametrize(
    ("overrides", "cell", "kind"),
    [
        ({"所管府省庁": "存在しない省"}, "B4", "unknown_code"),
        ({"オンライン化の実施状況": "9 検討中"}, "O4", "choice"),
        ({"総手続件数": "約三百"}, "Z4", "number"),
        ({"総手続件数": "約300"}, "Z4", "number"),
        ({"総手続件数": "1200①"}, "Z4", "number"),
        ({"総手続件数": "85%"}, "Z4", "number"),
        ({"総手続件数": "5億円"}, "Z4", "number"),
        ({"オンライン手続件数": "50%"}, "AA4", "number"),
        ({"手続類型": "2-①"}, "G4", "choice"),
        ({"手数料等の納付有無": "2 手数料等有り", "手数料等の納付方法": "1-1 窓口; 3-1 小切手"}, "T4", "choice"),
        ({"手続名": "ｰ"}, "C4", "missing"),
        ({"手続ID": "不明 1"}, "A4", "rule"),
    ],
)
def test_a_problem_is_named_at_its_cell_and_nothing_is_stored(
    japan: Store, tmp_path: Path, overrides: dict[str, str], cell: str, kind: str
) -> None:
    """The heading stands in row 2, under a title; the bad row is the second one, in row 4."""
    rows = answer(手続ID="1"), answer(**overrides)
    report = load_file(japan, census_file(tmp_path / "c.csv", *rows, above=(["悉皆調査結果", ""],)))
    assert [(p.cell, p.kind, p.grade) for p in report.problems] == [(cell, kind, "error")]
    assert report.accepted == 0 and japan.count(tables.Procedure) == 0


def test_rows_on_another_sheet_of_a_known_layout_are_named(japan: Store, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("続き")
    assert first is not None
    for sheet, row in ((first, answer()), (second, answer(手続ID="8"))):
        for line in (["悉皆調査結果"], HEADINGS, row):
            sheet.append(line)
    book.save(tmp_path / "c.xlsx")
    report = load_file(japan, tmp_path / "c.xlsx")
    assert [(p.kind, p.sheet, p.row, p.grade) for p in report.problems] == [("sheet", "続き", 2, "error")]
    assert report.accepted == 0 and japan.count(tables.Procedure) == 0


def test_a_row_twice_is_refused(japan: Store, tmp_path: Path) -> None:
    report = load_file(japan, census_file(tmp_path / "c.csv", answer(), answer()))
    assert [(p.kind, p.row) for p in report.problems] == [("duplicate", 3)] and japan.count(tables.Procedure) == 0


@pytest.mark.parametrize(
    ("overrides", "cell"),
    [({"オンライン化の実施状況": "ｰ"}, "O2"), ({"手続主体": "ｰ"}, "H2"), ({"オンライン手続件数": "1300"}, "AA2")],
)
def test_what_the_publisher_left_blank_or_wrong_is_stored_as_unknown_and_named(
    japan: Store, tmp_path: Path, overrides: dict[str, str], cell: str
) -> None:
    report = load_file(japan, census_file(tmp_path / "c.csv", answer(**overrides)))
    assert [(p.cell, p.grade) for p in report.problems] == [(cell, "warning")] and report.accepted == 1
    found = stored(japan)["7"]
    assert "unknown" in (found["digital_status"], found["applicant"]) or found["online_count"] is None


def test_a_missing_column_is_named(japan: Store, tmp_path: Path) -> None:
    path = census_file(tmp_path / "c.csv", answer())
    path.write_text(path.read_text(encoding="utf-8-sig").replace("総手続件数", "件数"), encoding="utf-8")
    report = load_file(japan, path)
    assert [(p.kind, p.found) for p in report.problems] == [("header", "総手続件数")]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_whole_census_loads_in_one_command_and_its_rates_are_those_of_pandas(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = census.reference()
    if source is None:
        pytest.skip(f"{census.REFERENCE} がありません / is absent: the national census is not part of the project's own tree")
    table = census.published(source)
    path = tmp_path / f"20250729_procedures-survey-results.{form}"
    (census.write_csv if form == "csv" else census.write_xlsx)(table, path)
    del table
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'japan.db'}")
    monkeypatch.setenv("CATALOGUE_DIR", str(census.CATALOGUE))
    monkeypatch.setenv("OFFICIAL_DIR", str(census.OFFICIAL))
    settings.cache_clear()
    try:
        runner = CliRunner()
        assert runner.invoke(app, ["load"]).exit_code == 0
        result = runner.invoke(app, ["load", str(path), "--json"])
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert result.exit_code == 0, result.output[:2000]
    report = json.loads(result.stdout)
    assert report["rows"] == report["accepted"] == 75_071
    assert {p["grade"] for p in report["problems"]} == {"warning"} and all(p["cell"] for p in report["problems"])

    frame = pd.read_parquet(source)
    japan = Store(f"sqlite:///{tmp_path / 'japan.db'}")
    names = {b["bureau_code"]: b["name_ja"] for b in japan.all_of(tables.Bureau)}
    groups = queries.groups(japan, as_of=TODAY)
    found = {names[code]: t for code, t in registers.tally_by(groups, "bureau").items()}
    done = frame["オンライン化の実施状況"] == "1 実施済"
    expected = done.groupby(frame["所管府省庁"].astype(str)).mean() * 100
    assert {name: round(t.rate_pct, 9) for name, t in found.items()} == {k: round(v, 9) for k, v in expected.items()}
    # Blank or contradictory cells of the source, counted independently, are exactly what is named.
    odd = frame[["手続類型", "手続主体", "オンライン化の実施状況"]].isna().sum().sum()
    odd += (frame["オンライン手続件数"].astype(int) > frame["総手続件数"].astype(int)).sum()
    assert len(report["problems"]) == odd
    # By applications, and both definitions of online usage.
    known = frame[frame["総手続件数"] > 0].astype({"総手続件数": float, "オンライン手続件数": float})
    known = known[known["オンライン手続件数"] <= known["総手続件数"]]
    online = known["オンライン化の実施状況"].isin(["1 実施済", "5 一部実施済"])
    whole = registers.tally(groups)
    first = known[known["オンライン化の実施状況"] == "1 実施済"]["総手続件数"].sum() / known["総手続件数"].sum()
    assert whole.applications_rate_pct == pytest.approx(first * 100)
    assert whole.usage_of_all_pct == pytest.approx(known["オンライン手続件数"].sum() / known["総手続件数"].sum() * 100)
    assert whole.usage_of_online_pct == pytest.approx(
        known[online]["オンライン手続件数"].sum() / known[online]["総手続件数"].sum() * 100
    )
