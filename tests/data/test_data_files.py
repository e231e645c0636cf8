"""The shipped data files are themselves tested: shape, references, sources, and nothing lost from the strategy."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from kpis.settings import ROOT
from loaders.prepared import Prepared
from loaders.rows import CATALOGUE_FILES, OFFICIAL_FILES

WITHOUT_PUBLISHED = ("commentaries.csv", "actions.csv")  # bureaus write these; nothing of the kind was published
FILES = [(f"data/catalogue/{n}") for n in CATALOGUE_FILES] + [
    f"data/official/{n}" for n in OFFICIAL_FILES if n not in WITHOUT_PUBLISHED
]


def rows_of(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader((ROOT / path).read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("path", FILES)
def test_a_file_is_readable_without_a_problem(path: str) -> None:
    file = Prepared(Path(path).name, (ROOT / path).read_bytes(), Path(path).name)
    assert file.problems == [] and file.numbered


def test_every_indicator_has_definition_unit_direction_and_source() -> None:
    sources = {r["source_code"] for r in rows_of("data/catalogue/sources.csv")}
    for row in rows_of("data/catalogue/indicators.csv"):
        assert row["definition_ja"] and row["definition_en"] and row["unit_ja"] and row["direction"], row["indicator_code"]
        assert row["source_code"] in sources


def test_every_core_project_has_goals_and_indicators() -> None:
    own: dict[str, set[str]] = {}
    for row in rows_of("data/catalogue/indicators.csv"):
        own.setdefault(row["project_code"], set()).add(row["kind"])
    for project in rows_of("data/catalogue/projects.csv"):
        if re.fullmatch(r"CP\d", project["project_code"]):
            assert project["goal_ja"] and own[project["project_code"]]


def test_the_counts_of_the_reference_are_kept() -> None:
    assert len(rows_of("data/official/milestones.csv")) == 309
    assert len(rows_of("data/official/procedures.csv")) == 69
    assert len(rows_of("data/official/facilities.csv")) == 61
    projects = [r["kind"] for r in rows_of("data/catalogue/projects.csv")]
    assert projects.count("core") == 14 and projects.count("leading") == 27 and projects.count("programme") == 2


def test_a_facility_whose_source_speaks_of_its_class_alone_is_not_among_those_named() -> None:
    rows = [r for r in rows_of("data/official/facilities.csv") if r["is_class"] == "0"]
    by_class = [r for r in rows if re.search("種別として(まとめて|の)記載", r["note_ja"])]
    named = {r["facility_code"] for r in by_class if "この園の名は2022年6月の都民の声への回答にあり" in r["note_ja"]}
    assert len(by_class) == 23 and named == {"F009", "F013"}
    assert [r["facility_code"] for r in by_class if (r["cashless_status"] == "introduced") != (r["facility_code"] in named)] == []


def test_no_figure_claims_to_be_verified_and_none_is_a_future_one() -> None:
    for row in rows_of("data/official/observations.csv"):
        assert row["verified"] == "0" and row["source_code"]
        assert not re.search(r"20(2[6-9]|[3-9]\d)-", row["period_code"])


def test_source_hosts_carry_no_trailing_dot() -> None:
    assert not [r["url"] for r in rows_of("data/catalogue/sources.csv") if re.match(r"https?://[^/]*\.(/|$)", r["url"])]


def test_the_two_lives_of_the_citizens_bureau_are_two_bureaus() -> None:
    lives = [r for r in rows_of("data/catalogue/bureaus.csv") if r["name_ja"] == "生活文化局"]
    assert len({r["bureau_code"] for r in lives}) == 2


def test_raised_targets_are_kept_in_order() -> None:
    offices = [r for r in rows_of("data/catalogue/targets.csv") if r["indicator_code"] == "office_divisions_year"]
    raised = {(r["period_code"], r["set_order"]): float(r["value"]) for r in offices}
    assert raised["FY2021", "1"] == 5 and raised["FY2021", "2"] == 6
    assert raised["FY2022", "1"] == 15 and raised["FY2022", "2"] == 17
    assert raised["FY2023", "1"] == 30 and raised["FY2023", "2"] == 35
