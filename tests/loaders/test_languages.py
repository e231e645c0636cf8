"""Names and definitions in any language: a column of the file, a row of the store, a column of what is read and published."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import select

from kpis import languages
from kpis.declared import translated
from kpis.registers import LIST_OF_FILE
from kpis.settings import ROOT
from kpis.store import tables
from kpis.store.store import Store
from kpis.store.tables import table_of
from loaders.load import check_content, load_file
from tests.shared import copied, shipped

FILES = [
    "bureaus.csv",
    "projects.csv",
    "strategy_versions.csv",
    "project_versions.csv",
    "indicators.csv",
    "targets.csv",
    "milestones.csv",
]


def path_of(name: str) -> Path:
    return next(path for part in ("catalogue", "official") if (path := ROOT / "data" / part / name).is_file())


def written(name: str, **columns: str) -> bytes:
    """The shipped file with further columns, the same text in every row."""
    rows = list(csv.DictReader(path_of(name).read_text(encoding="utf-8").splitlines()))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys([*rows[0], *columns])), lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, **columns} for row in rows)
    return out.getvalue().encode()


def languages_of(store: Store, name: str) -> dict[str, int]:
    """How many texts of a list are held in each language."""
    found: dict[str, int] = {}
    for row in store.all_of(tables.Translation, table_name=LIST_OF_FILE[name].kind.value):
        found[row["language"]] = found.get(row["language"], 0) + 1
    return found


@pytest.fixture
def made(tmp_path: Path) -> Store:
    return copied(shipped(), tmp_path / "copy.db")


@pytest.mark.parametrize("name", FILES)
def test_a_third_language_is_loaded_kept_and_removed_with_its_column(made: Store, name: str) -> None:
    model, before = LIST_OF_FILE[name].table, languages_of(made, name)
    field = next(iter(translated(model)))
    rows = made.all_of(model)
    assert load_file(made, written(name, **{f"{field}_fr": "Le nom"}), name=name).problems == []
    assert languages_of(made, name) == {**before, "fr": len(rows)}
    again = made.all_of(model)
    assert {row[f"{field}_fr"] for row in again} == {"Le nom"}
    assert [{k: v for k, v in row.items() if k not in (f"{field}_fr", "id", "vintage")} for row in again] == [
        {k: v for k, v in row.items() if k not in ("id", "vintage")} for row in rows
    ], "nothing else of them changed"
    assert load_file(made, written(name, **{f"{field}_fr": "Le titre"}), name=name).problems == []
    assert {row[f"{field}_fr"] for row in made.all_of(model)} == {"Le titre"}
    assert load_file(made, written(name, **{f"{field}_zh-Hant": "名"}), name=name).problems == []
    assert languages_of(made, name) == {**before, "zh-Hant": len(rows)}, "a language that the file has no column for is taken out"


@pytest.mark.parametrize("name", FILES)
def test_the_same_texts_again_are_no_change(made: Store, name: str) -> None:
    assert languages_of(made, name).keys() == {"ja", "en"}
    field = next(iter(translated(LIST_OF_FILE[name].table)))
    first = load_file(made, written(name, **{f"{field}_fr": "Le nom"}), name=name)
    assert first.accepted == len(made.all_of(LIST_OF_FILE[name].table))
    before = made.all_of(tables.Translation)
    again = load_file(made, written(name, **{f"{field}_fr": "Le nom", f"{field}_de": ""}), name=name)
    assert not again.problems and again.accepted == (0 if LIST_OF_FILE[name].stored == "by_key" else first.accepted)
    assert made.all_of(tables.Translation) == before


@pytest.mark.parametrize("heading", ["name_", "name_12", "name_francais", "name_FR", "name_fr-", "keywords_f"])
def test_a_heading_that_names_no_language_is_a_problem_there(made: Store, heading: str) -> None:
    columns = (ROOT / "data" / "catalogue" / "strategy_versions.csv").read_text(encoding="utf-8").split("\n", 1)[0].split(",")
    report = check_content(written("strategy_versions.csv", **{heading: "x"}), "strategy_versions.csv", store=made)
    (problem,) = report.problems
    assert (problem.kind, problem.found, problem.cell) == ("header", heading, f"{chr(65 + len(columns))}1")
    assert "name_fr" in languages.written(problem.expected) and "name_fr" in languages.written(problem.expected, "en")


def test_japanese_is_compulsory_as_before_and_its_cell_is_named(made: Store) -> None:
    content = written("strategy_versions.csv", name_ja="", name_fr="Le nom")
    report = load_file(made, content, name="strategy_versions.csv")
    assert {(p.kind, p.found) for p in report.problems} == {("missing", "name_ja=")} and report.problems[0].cell == "B2"
    missing = written("strategy_versions.csv").replace(b"name_en", b"name_fr", 1)
    assert [(p.kind, p.found) for p in check_content(missing, "strategy_versions.csv", store=made).problems] == [
        ("header", "name_en")
    ]


def test_every_text_is_of_a_row_that_is_there(made: Store) -> None:
    """There is no foreign key to seven tables at once: the store writes a text with its row and takes it out with it."""
    for name in FILES:
        listed = LIST_OF_FILE[name]
        field = next(iter(translated(listed.table)))
        assert not load_file(made, written(name, **{f"{field}_fr": "Le nom"}), name=name).problems
        rows = {" ".join(str(row[key]) for key in listed.key) for row in made.all_of(listed.table)}
        texts = made.all_of(tables.Translation, table_name=listed.kind.value)
        assert {text["row_key"] for text in texts} <= rows
        assert {text["field"] for text in texts} <= translated(listed.table).keys()
    with made.reading() as session:
        named = set(session.execute(select(table_of(tables.Translation).c.table_name)).scalars())
    assert named == {LIST_OF_FILE[name].kind.value for name in FILES}
