"""Another government begins with an empty catalogue, and is told what is missing until it can be loaded."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from kpis.declared import file_columns
from kpis.errors import FigureRefused
from kpis.government import FACTS, LISTED
from kpis.languages import written
from kpis.settings import ROOT
from loaders.new_catalogue import look_over, write_new
from loaders.rows import CATALOGUE_FILES, OFFICIAL_FILES
from tests.command import command

CITY = ROOT / "tests" / "city"
pytestmark = pytest.mark.edition


def test_every_file_has_its_columns_and_what_they_mean_in_both_languages(tmp_path: Path) -> None:
    write_new(tmp_path / "own")
    for part, lists in (("catalogue", {**LISTED, **CATALOGUE_FILES}), ("official", OFFICIAL_FILES)):
        guide = (tmp_path / "own" / part / "README.md").read_text(encoding="utf-8")
        for name, model in lists.items():
            with (tmp_path / "own" / part / name).open(encoding="utf-8", newline="") as file:
                header = next(csv.reader(file))
                assert header == file_columns(model) and sorted(header) == sorted(model.model_fields)
            told = guide.split(f"## {name}\n", 1)[1].split("\n## ")[0]
            assert [c for c in model.model_fields if f"| `{c}` |" not in told] == [], name
            lead, table = told.split("\n| ", 1)
            japanese, english = lead.strip().split("\n\n")
            assert max(japanese) >= "ぁ" and english.isascii(), f"{name}: what a row is, in both languages"
            rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| `")]
            assert [row[0] for row in rows if not (row[1].strip() and row[2].strip())] == [], f"{name}: a column without meaning"
            assert [row[3] for row in rows if len(words := row[3].split(", ")) != len(set(words))] == [], f"{name}: a word twice"
    facts = (tmp_path / "own" / "catalogue" / "government.toml").read_text(encoding="utf-8")
    assert "会計年度の最初の月" in facts and "first month of the fiscal year" in facts


def test_what_is_missing_is_named_by_file_with_what_to_do(tmp_path: Path) -> None:
    write_new(tmp_path / "own")
    found = list(look_over(tmp_path / "own"))
    lists = ["themes.csv", "unit_kinds.csv", "correction_reasons.csv", "sources.csv", "bureaus.csv", "indicators.csv"]
    assert list(dict.fromkeys(name for name in (each.place for each in found))) == [*lists, "government.toml"], (
        "all in the first round, each once"
    )
    said = " ".join(written(to_do, "en") for to_do in (each.remedy for each in found))
    for value in ("publisher.name_ja", "office.name_en", "calendar.first_month", "calendar.time_zone", "calendar.first_day"):
        assert value in said, value
    assert all(written(to_do) != written(to_do, "en") for to_do in (each.remedy for each in found))
    # The facts filled in, each list is still asked for once.
    shutil.copy(CITY / "catalogue" / FACTS, tmp_path / "own" / "catalogue" / FACTS)
    assert [each.place for each in look_over(tmp_path / "own")] == lists
    assert any(
        each.place == "correction_reasons.csv" and "is_error" in written(each.remedy, "en") for each in look_over(tmp_path / "own")
    )


def test_a_catalogue_that_is_filled_in_lacks_nothing(tmp_path: Path) -> None:
    """The city's rows put into a new catalogue, whose headings have every column."""
    write_new(tmp_path / "own")
    for part in ("catalogue", "official"):
        for path in (CITY / part).glob("*.*"):
            if path.suffix == ".toml":
                shutil.copy(path, tmp_path / "own" / part / path.name)
                continue
            rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
            target = tmp_path / "own" / part / path.name
            names = target.read_text(encoding="utf-8").strip().split(",")
            with target.open("a", encoding="utf-8", newline="") as file:
                csv.DictWriter(file, names, lineterminator="\n").writerows({n: row.get(n, "") for n in names} for row in rows)
    assert list(look_over(tmp_path / "own")) == []


def test_a_faulty_row_is_named_at_its_cell(tmp_path: Path) -> None:
    shutil.copytree(CITY, tmp_path / "own")
    path = tmp_path / "own" / "catalogue" / "indicators.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",waiting,", ",wating,"), encoding="utf-8")
    found = [(each.place, written(each.remedy, "en")) for each in look_over(tmp_path / "own")]
    assert len(found) == 3
    assert all((place.startswith("indicators.csv ") and "'greening' or 'waiting'" in en) or "greening" in en for place, en in found)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FigureRefused, match="not empty"):
        write_new(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_the_commands_write_and_look_over(tmp_path: Path) -> None:
    assert command("new", str(tmp_path / "own")).returncode == 0
    looked = command("check", str(tmp_path / "own"))
    assert looked.returncode == 1 and "indicators.csv" in looked.stderr
    assert command("check", str(CITY)).returncode == 0
