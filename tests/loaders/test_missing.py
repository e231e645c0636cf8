"""Rows that a reloaded list holds no longer: named with the remedy, decided, and nothing is lost in silence."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import manage
from kpis.errors import FigureRefused
from kpis.figures import facilities, registers
from kpis.figures.records import current_vintages
from kpis.languages import written
from kpis.settings import settings
from kpis.store import queries, tables
from kpis.store.fields import records
from kpis.store.store import Store
from loaders.catalogue import load_folder
from loaders.load import check_content, load_file
from loaders.missing import decision_of
from loaders.pull import pull_all
from tests.small_government import settle, write_small_government

pytestmark = pytest.mark.store

DAY = date(2023, 1, 31)


def rows_of(folder: Path, name: str) -> tuple[list[str], list[dict[str, str]]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        return list(reader.fieldnames or []), rows


def without(folder: Path, name: str, *codes: str) -> Path:
    """Take rows out of a file by their first cell."""
    head, rows = rows_of(folder, name)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, head, lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if row[head[0]] not in codes)
    return folder / name


@pytest.fixture
def settled(tmp_path: Path) -> tuple[Store, Path, Path]:
    store = settle(Store(f"sqlite:///{tmp_path / 'm.db'}"), tmp_path / "data")
    catalogue, official = write_small_government(tmp_path / "data")
    return store, catalogue, official


def total(store: Store, as_of: date = DAY) -> tuple[int, int]:
    found = registers.tally(queries.groups(store, as_of=as_of))
    return found.procedures, found.ended


def test_rows_gone_from_a_register_are_named_and_nothing_is_stored(settled: tuple[Store, Path, Path]) -> None:
    store, _, official = settled
    path = without(official, "procedures.csv", "P2")
    before = store.revision()
    for report in (check_content(path.read_bytes(), path.name, store=store), load_file(store, path)):
        (problem,) = report.problems
        assert (
            problem.found == "P2 施設の使用許可"
            and "--missing" in written(problem.remedy, "en")
            and "ended_on" in written(problem.remedy)
        )
    assert store.revision() == before and total(store) == (3, 0)
    other = path.rename(path.with_name("手続一覧.csv"))
    assert [p.found for p in load_file(store, other, kind="procedures.csv").problems] == ["P2 施設の使用許可"], (
        "known by its sources"
    )


def test_each_decision_does_what_it_says(settled: tuple[Store, Path, Path]) -> None:
    store, _, official = settled
    path = without(official, "procedures.csv", "P2")
    assert not load_file(store, path, missing=decision_of("end=2022-12-31", "窓口の廃止")).problems
    assert (total(store, date(2022, 12, 30)), total(store)) == ((3, 0), (2, 1))
    log = store.all_of(tables.RegisterChange, row_code="P2")
    assert [c["reason_text"] for c in log] == ["窓口の廃止"]
    path = without(official, "procedures.csv", "P2", "D1")
    assert [p.found for p in load_file(store, path).problems] == ["D1 他局の手続"], "what has ended need not stand in the list"
    assert not load_file(store, path, missing=decision_of("never", "二重登録")).problems
    assert total(store, date(2020, 1, 1)) == (2, 1)


def test_what_is_kept_is_not_asked_about_again(settled: tuple[Store, Path, Path]) -> None:
    store, _, official = settled
    path = without(official, "facilities.csv", "F1")
    assert not load_file(store, path, missing=decision_of("keep")).problems
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert not load_file(store, path).problems
    assert (
        facilities.summary(facilities.standing(records(tables.Facility, store.all_of(tables.Facility)), as_of=DAY))[
            "facilities_count"
        ]
        == 1
    )
    assert [(d["row_key"], d["decision"]) for d in store.all_of(tables.ListDecision)] == [("F1", "keep")]


def test_a_figure_gone_from_its_list_is_withdrawn_or_kept_but_a_part_of_a_list_is_a_part(settled: tuple[Store, Path, Path]) -> None:
    store, _, official = settled
    head, rows = rows_of(official, "observations.csv")
    whole = [{**rows[0], "period_code": f"FY2021-Q{n}"} for n in (1, 2, 3)]

    def write(*lines: dict[str, str]) -> Path:
        with (official / "observations.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, head, lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)
        return official / "observations.csv"

    def periods() -> list[str]:
        entry = next(e for e in store.book([rows[0]["indicator_code"]]).entries if e.unit_code == "GENERAL")
        return [f.period_code for f in current_vintages(entry.figures)]

    assert not load_file(store, write(*rows, *whole)).problems
    (said,) = (supplement := load_file(store, write({**rows[0], "period_code": "FY2021-Q4"}))).problems
    assert (said.rule, said.grade, supplement.accepted) == ("part_of_list", "warning", 1), "fewer than half: a supplement, and said"
    assert f"{len(rows) + len(whole)} 行" in written(said.expected) and written(said.remedy).startswith(
        "一覧の全体のつもりなら、--missing never"
    )
    assert len(periods()) == 5
    again = write(*rows, *whole[:2], {**rows[0], "period_code": "FY2021-Q4"})
    (problem,) = load_file(store, again).problems
    assert problem.found.startswith("electronic_decision_rate GENERAL FY2021-Q3") and "is_withdrawn" in written(problem.remedy)
    assert "FY2021-Q3" in periods()
    with pytest.raises(FigureRefused):
        decision_of("never")  # no reason
    assert [p.rule for p in load_file(store, again, missing=decision_of("end=2022-03-31", "x")).problems] == ["row_gone"]
    assert not load_file(store, again, missing=decision_of("never", "予定の数値だった")).problems
    assert "FY2021-Q3" not in periods() and "FY2021-Q2" in periods()
    assert not load_file(store, write(whole[0]), missing=decision_of("never", "一覧の全体だった")).problems, "a part, but decided"
    assert periods() == ["FY2021-Q1"]


def test_a_target_gone_from_its_list_is_kept_or_taken_out_by_choice(settled: tuple[Store, Path, Path]) -> None:
    store, catalogue, _ = settled
    head, rows = rows_of(catalogue, "targets.csv")
    path = catalogue / "targets.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, head, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[:1])
    assert [p.found for p in load_file(store, path).problems] == ["electronic_decision_rate GENERAL FY2023 1"]
    assert len(store.all_of(tables.Target)) == 2
    assert not load_file(store, path, missing=decision_of("keep")).problems
    assert len(store.all_of(tables.Target)) == 2
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert not load_file(store, path).problems
    assert len(store.all_of(tables.Target)) == 2, "kept rows stay kept"


def test_a_server_starts_with_its_lists_and_says_what_they_no_longer_hold(settled: tuple[Store, Path, Path]) -> None:
    store, catalogue, official = settled
    without(official, "procedures.csv", "P2")
    without(catalogue, "targets.csv", "electronic_decision_rate")
    without(official, "facilities.csv", "F1")
    (official / "dropped.csv").write_text(
        "list,row_key,decision,ended_on,reason\nfacilities.csv,F1,end,2022-12-31,閉館\n", encoding="utf-8"
    )
    strict = [p for r in load_folder(store, catalogue, official=official) for p in r.problems]
    assert len(strict) == 3 and all(p.grade == "error" for p in strict)
    reports = load_folder(store, catalogue, official=official, is_start=True)
    told = {r.file: [p.found for p in r.problems] for r in reports if r.problems}
    assert told == {
        "procedures.csv": ["P2 施設の使用許可"],
        "targets.csv": ["electronic_decision_rate TMG FY2023 1", "electronic_decision_rate GENERAL FY2023 1"],
    }
    assert all(p.grade == "warning" for r in reports for p in r.problems)
    assert total(store) == (3, 0) and store.all_of(tables.Target) == []
    assert store.one_of(tables.Facility, "F1")["ended_on"] == date(2022, 12, 31)


def test_a_pulled_list_that_lacks_rows_fails_by_name_and_takes_the_decision_of_its_source(
    settled: tuple[Store, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _, official = settled
    path = without(official, "procedures.csv", "P2")
    listed = f'[[source]]\nname = "p"\nlocation = "{path}"\n'
    (tmp_path / "sources.toml").write_text(listed, encoding="utf-8")
    (result,) = pull_all(store, tmp_path / "sources.toml", state_dir=tmp_path / "state")
    assert result.outcome == "failed" and "P2" in result.detail and "--missing" in result.detail
    (tmp_path / "sources.toml").write_text(listed + 'missing = "keep"\n', encoding="utf-8")
    (result,) = pull_all(store, tmp_path / "sources.toml", state_dir=tmp_path / "state")
    assert result.outcome == "loaded" and total(store) == (3, 0)


def test_the_command_line_decides(settled: tuple[Store, Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    store, _, official = settled
    monkeypatch.setenv("DATABASE_URL", store.url)
    settings.cache_clear()
    path = without(official, "procedures.csv", "P2")

    def run(*words: str) -> Any:
        return CliRunner().invoke(manage.app, ["load", str(path), *words])

    try:
        first = run()
        assert first.exit_code == 1 and "P2" in re.sub(r"\s", "", first.output)
        assert isinstance(run("--missing", "end=2022-12-31").exception, FigureRefused)  # no reason
        done = run("--missing", "end=2022-12-31", "--reason", "窓口の廃止")
        assert done.exit_code == 0, done.output
    finally:
        settings.cache_clear()
    assert total(store) == (2, 1)
