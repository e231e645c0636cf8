"""What rows of a catalogue say against each other: what cannot be is refused with both rows named, what may be unfinished is a warning."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kpis.errors import GovernmentUnreadable
from kpis.languages import written
from kpis.store.store import Store
from loaders.catalogue import load_folder
from loaders.new_catalogue import ToDo, look_over
from tests.cases.test_catalogues import BUREAUS, CITY, INDICATORS, Change, columns, raw, successions
from tests.command import command


def city(tmp_path: Path, *changes: Change) -> Path:
    for part in ("catalogue", "official"):
        shutil.copytree(CITY / part, tmp_path / part)
    for change in changes:
        change(tmp_path / "catalogue")
    return tmp_path


def looked_at(tmp_path: Path, *changes: Change) -> list[ToDo]:
    listed = list(look_over(city(tmp_path, *changes)))
    assert all(written(each.remedy) != written(each.remedy, "en") for each in listed)
    return listed


def rows(name: str, *lines: str) -> Change:
    return lambda folder: (folder / name).write_text("\n".join(lines) + "\n", "utf-8")


PLACES = "municipality_code,name_ja,name_en,column,row", "1,北,North,1,2"
STEPS = "bureau_code,step_code,name_ja,name_en", "PARKS,A,係長,Chief"
KINDS = "project_code,kind,name_ja,name_en,source_code"


@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        (columns("themes.csv", shown_as=lambda _: "chart"), "themes.csv", "shown_as が chart なのは1行だけ(2行目にもある)"),
        (columns("themes.csv", of_register=lambda _: "facilities"), "themes.csv", "of_register が facilities なのは1行だけ(2行目にもある)"),
        (rows("municipalities.csv", *PLACES, "2,南,South,1,2"), "municipalities.csv", "column, row が 1, 2 なのは1行だけ(2行目にもある)"),
        (rows("municipalities.csv", *PLACES, "1,南,South,2,2"), "municipalities.csv", "municipality_code が 1 なのは1行だけ(2行目にもある)"),
        (rows("approval_steps.csv", *STEPS, "PARKS,a,課長,Head"), "approval_steps.csv", "なのは1行だけ(2行目にもある)"),
    ],
)  # fmt: skip
def test_what_one_row_alone_may_have_is_refused_of_two_and_both_are_named(
    tmp_path: Path, store: Store, change: Change, place: str, says: str
) -> None:
    (found,) = looked_at(tmp_path, change)
    assert found.stops and found.place == place and says in written(found.remedy)
    with pytest.raises(GovernmentUnreadable) as refused:
        load_folder(store, tmp_path / "catalogue", official=tmp_path / "official")
    assert says in str(refused.value)


VERSIONS = "version_code,name_ja,name_en,source_code,adopted_on,adopted_precision,first_year,last_year,horizon_year"
ENDED = {"valid_to": lambda row: "2020-03-31" if row["bureau_code"] == "PARKS" else ""}
STAYS = "PARKS,LIBRARIES,rename,2022-04-01,1"


@pytest.mark.edition
@pytest.mark.parametrize(
    ("changes", "place", "says", "stops"),
    [
        ([columns(BUREAUS, **ENDED)], f"{BUREAUS} F3", "is_current=1, valid_to=2020-03-31: 最後の日が", False),
        (
            [columns(BUREAUS, is_current=lambda _: "0", valid_to=lambda row: "2199-03-31" if row["bureau_code"] == "PARKS" else "")],
            f"{BUREAUS} F3", "is_current=0, valid_to=2199-03-31: 最後の日が", False,
        ),
        ([columns(BUREAUS, name_ja=lambda row: "局" if row["kind"] == "department" else "市")], f"{BUREAUS} B4", "PARKS と区別できる名前", False),
        ([columns(INDICATORS, name_en=lambda _: "Figure")], f"{INDICATORS} ", "canopy_rate と区別できる名前", False),
        ([columns("themes.csv", name_en=lambda _: "Theme")], "themes.csv", "name_en が Theme なのは1行だけ(2行目にもある)", False),
        ([columns(BUREAUS, valid_from_precision=lambda _: "day")], f"{BUREAUS} G2", "valid_from がある", False),
        ([successions("PARKS,LIBRARIES,split,2022-04-01,0.7", "PARKS,WATER,split,2022-04-01,0.7")], "successions.csv E2", "(今は 1.4)", True),
        (
            [
                successions("PARKS,LIBRARIES,split,2022-04-01,0.3", "PARKS,WATER,split,2022-04-01,0.3"),
                columns(BUREAUS, valid_to=lambda row: "2022-03-31" if row["bureau_code"] == "PARKS" else "", is_current=lambda row: str(int(row["bureau_code"] != "PARKS"))),
            ],
            "successions.csv E2", "(今は 0.6)", False,
        ),
        ([successions(STAYS), columns(BUREAUS, valid_from=lambda row: "2024-01-01" if row["bureau_code"] == "PARKS" else "")], "successions.csv D2", "PARKS がある間の日(2024-01-01から…まで)", False),
        ([successions(STAYS), columns(BUREAUS, valid_to=lambda row: "2199-01-01" if row["bureau_code"] == "PARKS" else "")], "successions.csv D2", "PARKS の最後の日(今は 2199-01-01)", False),
        ([rows("strategy_versions.csv", VERSIONS, "1,一,One,PLAN,,unknown,2023,2022,")], "strategy_versions.csv H2", "first_year は last_year 以下", True),
        ([rows("strategy_versions.csv", VERSIONS, "1,一,One,PLAN,,unknown,2023,,")], "strategy_versions.csv H2", "first_year と last_year は両方", True),
        ([rows("strategy_versions.csv", VERSIONS, "1,一,One,PLAN,,unknown,2023,2024,2022")], "strategy_versions.csv G2", "first_year は horizon_year 以下", True),
        (
            [rows("strategy_versions.csv", VERSIONS, "1,一,One,PLAN,2023-01-01,day,,,", "2,二,Two,PLAN,2022-01-01,day,,,")],
            "strategy_versions.csv E3", "1 の策定日(2023年1月1日)以後", False,
        ),
    ],
)  # fmt: skip
def test_columns_that_contradict_each_other_are_named_at_their_cell(
    tmp_path: Path, changes: list[Change], place: str, says: str, stops: bool
) -> None:
    found = [each for each in looked_at(tmp_path, *changes) if each.place.startswith(place) and says in written(each.remedy)]
    assert found and {each.stops for each in found} == {stops}


@pytest.mark.parametrize(
    ("name", "head", "lines", "says"),
    [
        ("projects.csv", f"{KINDS},successor_code", ("A,project,甲,A,PLAN,B", "B,project,乙,B,PLAN,A"), "自分自身に戻らない"),
        ("projects.csv", f"{KINDS},successor_code", ("A,project,甲,A,PLAN,A",), "successor_code は自分以外"),
        ("project_bureaus.csv", "project_code,bureau_code,role,source_code,valid_from,valid_to", ("A,PARKS,lead,PLAN,2022-01-02,2022-01-01",), "valid_to は valid_from より前"),
    ],
)  # fmt: skip
def test_projects_lead_onward_and_parts_in_them_run_forward(
    tmp_path: Path, name: str, head: str, lines: tuple[str, ...], says: str
) -> None:
    kinds = rows("project_kinds.csv", "kind_code,name_ja,name_en,plural_en,shown_as", "project,計画,project,projects,lines")
    found = [written(each.remedy) for each in looked_at(tmp_path, kinds, rows(name, head, *lines)) if each.stops]
    assert any(says in each for each in found), found


def test_a_row_that_follows_another_may_have_its_name(tmp_path: Path) -> None:
    same = columns(
        INDICATORS, name_ja=lambda row: "数" if row["indicator_code"] in ("canopy_rate", "water_used") else row["name_ja"],
        replaced_by_code=lambda row: "water_used" if row["indicator_code"] == "canopy_rate" else "",
    )  # fmt: skip
    lives = raw(BUREAUS, lambda content: content + "OLD,公園局,Old parks,department,CITY,0\n".encode())
    assert looked_at(tmp_path, same, lives) == []


OLD = "OLD,市民局,Citizens,department,CITY,2015-03-31,1\n"


@pytest.mark.edition
def test_check_ends_as_load_would(tmp_path: Path) -> None:
    """A warning is shown and stops neither; what load refuses ends the check with 1."""
    folder = city(
        tmp_path, raw(BUREAUS, lambda c: c.replace(b"is_current", b"valid_to,is_current").replace(b",1\n", b",,1\n") + OLD.encode())
    )
    checked = command("check", str(folder))
    assert (checked.returncode, "警告" in checked.stderr) == (0, True), checked.stderr
    around = {
        "CATALOGUE_DIR": str(folder / "catalogue"),
        "OFFICIAL_DIR": str(folder / "official"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}",
    }
    loaded = command("load", **around)
    assert loaded.returncode == 0 and "is_current" in loaded.stderr, loaded.stderr
    columns("themes.csv", shown_as=lambda _: "chart")(folder / "catalogue")
    assert command("check", str(folder)).returncode == 1
    assert command("load", **{**around, "DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}"}).returncode != 0
