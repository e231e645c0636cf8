"""Days of lists that contradict each other or the calendar: named at their cell, by check and load alike; what is only odd is told."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from kpis.periods import first_instant, year_before
from kpis.store import tables
from kpis.store.store import Store, utc_now
from loaders.catalogue import load_folder
from tests.cases.test_catalogues import CITY, OFFICIAL, Change, columns, looked_over
from tests.small_government import settle

OBSERVATIONS, TARGETS, BASELINES, INDICATORS = f"{OFFICIAL}/observations.csv", "targets.csv", "baselines.csv", "indicators.csv"
FIRST = {"indicator_code": "canopy_rate", "bureau_code": "CITY", "period_code": "FY2025-Q1"}


def added(name: str, like: dict[str, str], **values: str) -> Change:
    """Return a change that adds a row like another one."""

    def change(folder: Path) -> None:
        rows = [*csv.DictReader(io.StringIO((folder / name).read_text("utf-8")))]
        row = next(row for row in rows if like.items() <= row.items())
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows([*rows, {**row, **values}])

    return change


def of(like: dict[str, str], column: str, value: str, name: str = OBSERVATIONS) -> Change:
    """Return a change of one cell."""
    return columns(name, **{column: lambda row: value if like.items() <= row.items() else row.get(column, "")})


@pytest.mark.edition
@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        (of(FIRST, "published_on", "2199-01-01"), "observations.csv J6", "以前の日付"),
        (of(FIRST, "published_on", "2024-12-31"), "observations.csv J6", "期間の初日(2025-01-01)以後"),
        (
            added(OBSERVATIONS, FIRST, numerator="300", published_on="2025-02-01", reason_class="mistake", reason_text="試験"),
            "observations.csv J24", "訂正する値の公表日(2025-04-20)以後",
        ),
        (of(FIRST, "period_code", f"CY{utc_now().year}"), "observations.csv I6", "終わっていない期間"),
        (columns("sources.csv", published_on=lambda _: "2199-01-01"), "sources.csv D2", "以前の日付"),
        (
            added(TARGETS, {"bureau_code": "CITY", "indicator_code": "canopy_rate"}, set_on="2023-12-31", set_order="2"),
            "targets.csv G7", "1番目の目標を定めた日(2024-01-10)以後",
        ),
        (of({"period_code": "FY2025"}, "set_on", "2026-01-01", TARGETS), "targets.csv E4", "目標の期限(2025-12-31)以前"),
        (of({"bureau_code": "PARKS"}, "period_code", "FY2026", BASELINES), "baselines.csv C3", "計画線がなく"),
        (of({"bureau_code": "PARKS"}, "period_code", "FY2199", BASELINES), "baselines.csv C3", "始まった期間"),
        (of({}, "period_code", "2199-01", f"{OFFICIAL}/readings.csv"), "readings.csv C2", "始まった期間"),
        (of({"kind": "ceiling"}, "direction", "keep", INDICATORS), "indicators.csv D3", "lower か higher"),
        (
            columns("calendar.csv", opens_on=lambda _: "2024-01-01", due_on=lambda _: "2024-12-31"), "calendar.csv C2",
            "期間の初日(2025-01-01)以後",
        ),
    ],
)  # fmt: skip
def test_days_that_contradict_each_other_are_named_at_their_cell(tmp_path: Path, change: Change, place: str, says: str) -> None:
    found = looked_over(tmp_path, change)
    assert any(line.startswith(place) and says in line for line in found), found


@pytest.mark.edition
def test_a_target_may_be_set_anew_on_the_same_day_or_in_an_earlier_part_of_a_year(tmp_path: Path) -> None:
    like = {"bureau_code": "CITY", "indicator_code": "canopy_rate"}
    assert looked_over(tmp_path, added(TARGETS, like, set_on="2024-01-10", set_order="2", value="45")) == []


def test_a_target_known_to_the_year_alone_contradicts_no_day_of_that_year(tmp_path: Path) -> None:
    like = {"bureau_code": "CITY", "indicator_code": "canopy_rate"}
    year = added(TARGETS, like, set_on="2024-12-31", set_order="0", set_on_precision="year")
    assert not any("定めた日" in line for line in looked_over(tmp_path, year))


@pytest.mark.edition
def test_a_figure_of_a_page_older_than_its_period_is_known_since_it_was_loaded(tmp_path: Path) -> None:
    """A page that goes on was published once; a figure of a later period was known years before the period began."""
    store = settle(Store(f"sqlite:///{tmp_path / 'small.db'}"), tmp_path / "data")
    for name, day in (("older", "2020-01-10"), ("within", "2022-08-01")):
        (tmp_path / "data" / "catalogue" / "sources.csv").write_text(
            f"source_code,url,title,grade,published_on\nPLAN,https://example.jp/plan,計画 Plan,primary,{day}\n", encoding="utf-8"
        )
        (tmp_path / "data" / "official" / "observations.csv").write_text(
            "indicator_code,bureau_code,period_code,numerator,denominator,source_code,reason_class,reason_text\n"
            f"electronic_decision_rate,DIGITAL,FY2022-Q2,{len(name)},1000,PLAN,error,{name}\n",
            encoding="utf-8",
        )
        reports = load_folder(store, tmp_path / "data" / "catalogue", official=tmp_path / "data" / "official")
        assert not [problem for report in reports for problem in report.problems if problem.stops]
    older, within = sorted(store.all_of(tables.Observation, bureau_code="DIGITAL"), key=lambda row: row["vintage"])
    assert older["known_at"] == older["recorded_at"] and within["known_at"] == first_instant(date(2022, 8, 1))


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2024, 2, 29), date(2023, 2, 28)), (date(2024, 12, 31), date(2023, 12, 31)), (date(2025, 3, 31), date(2024, 3, 31)),
        (date(2025, 2, 28), date(2024, 2, 28)), (date(2025, 3, 1), date(2024, 3, 1)),
    ],
)  # fmt: skip
def test_a_year_before_is_the_same_day(day: date, before: date) -> None:
    """The page of changes began on 28 December for a 31st, the API after a leap day one day too late."""
    assert year_before(day) == before


@pytest.mark.edition
def test_the_city_itself_contradicts_nothing(tmp_path: Path) -> None:
    assert CITY.is_dir() and looked_over(tmp_path) == []
