"""A correction says whose figure it is, in what unit and on which day of the office; a figure never reads as its target."""

from __future__ import annotations

import re
from datetime import date, datetime
from html import unescape
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.reform import REFORM_ROUTES
from kpis.moment import Moment
from kpis.settings import ROOT, settings
from kpis.state import State
from kpis.store import store as stored
from kpis.store import tables
from kpis.store.store import Store
from loaders import load
from loaders.load import load_file
from publishers.editions import on_disk
from telling.overview import phrase
from telling.words import Words
from tests.publishers.house import House, built, published_first

pytestmark = pytest.mark.edition

ROUNDS = ROOT / "tests" / "cases" / "files" / "rounds-to-target.csv"
MORNING = datetime(2026, 11, 24, 23, 30)  # UTC: 08:30 on 25 November in Tokyo


def site_of(house: House, number: int) -> Path:
    return on_disk.opened(house.folder, number).folder / "site"


def words_in(path: Path) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8"))))


@pytest.fixture(scope="module")
def corrected(tokyo: Store, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Two editions; between them a figure of the waterworks was corrected at 08:30 in Tokyo."""
    house = built(tokyo, tmp_path_factory.mktemp("corrected"))
    blank = {"indicator_code": "electronic_decision_rate", "bureau_code": "WATERWORKS", "period_code": "2026-09"}
    source = next(r["source_code"] for r in house.store.all_of(tables.Source) if not r["published_on"])
    rows = [{**blank, "value": v, "source_code": source, "reason_class": c, "reason_text": t} for v, c, t in
            (("90", "", ""), ("95", "error", "集計漏れ"))]  # fmt: skip
    with house.store.engine.begin() as connection:  # what is shipped was loaded before
        connection.exec_driver_sql("UPDATE data_revision SET stamped_at = '2026-11-01 00:00:00.000000'")
        connection.exec_driver_sql("UPDATE observation SET recorded_at = '2026-11-01 00:00:00.000000'")
    with pytest.MonkeyPatch.context() as monkeypatch:
        for module in (load, stored):
            monkeypatch.setattr(module, "utc_now", lambda: datetime(2026, 11, 20))
        house.load("observations.csv", rows[:1])
        house.at = datetime(2026, 11, 21)
        house.publish()
        for module in (load, stored):
            monkeypatch.setattr(module, "utc_now", lambda: MORNING)
        house.load("observations.csv", rows[1:])
        house.at = datetime(2026, 11, 25)
        house.publish()
    return house


def test_the_static_edition_and_the_feed_say_whose_figure_was_corrected(corrected: House) -> None:
    site = site_of(corrected, 2)
    assert "水道局 2026年9月 90.0% 95.0% 2026年11月25日 誤り: 集計漏れ 2" in words_in(
        site / "indicators/electronic_decision_rate.html"
    )
    assert "電子決定率 ・ 水道局 ・ 2026年9月" in words_in(site / "revisions.html")
    assert "訂正: 電子決定率(水道局) 2026年9月 90.0% → 95.0%" in words_in(site / "feed.atom")
    assert "(Bureau of Waterworks)" in words_in(site / "en/feed.atom")


def test_the_api_names_every_unit_whose_figure_was_corrected(corrected: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", corrected.store.url)
    settings.cache_clear()
    answer = TestClient(Starlette(routes=REFORM_ROUTES)).get("/api/v1/changes?since=2026-11-24&as_of=2026-11-26").json()
    settings.cache_clear()
    (found,) = [c for c in answer["changes"] if c["after"]["scope"] == "WATERWORKS"]
    assert (found["after"]["indicator"], found["after"]["unit"]) == ("electronic_decision_rate", "%")
    assert found["corrections"] == [
        {"period": "2026-09",
         "before": 90.0, "before_denominator": None, "before_is_approximate": False, "before_is_lower_bound": False,
         "after": 95.0, "after_denominator": None, "after_is_approximate": False, "after_is_lower_bound": False, "vintage": 2, "known_at": "2026-11-24T23:30:00", "is_withdrawal": False,
         "reason_class": "error", "reason_text": "集計漏れ"}
    ]  # fmt: skip


def test_a_figure_that_rounds_to_its_target_is_never_shown_as_its_target(tokyo: Store, tmp_path: Path) -> None:
    house = published_first(tokyo, tmp_path)
    assert not load_file(house.store, ROUNDS).problems
    day = date(2023, 6, 30)
    item = next(s for s in Moment(state=State(house.store), as_of=day).own if s.entry.definition.code == "electronic_decision_rate")
    assert item.judgement.status == "missed"
    assert item.sentence().startswith("目標 100.0% に対し 99.96%、0.04ポイント届かず(未達、")
    assert item.sentence("en").startswith("99.96% against a target of 100.0%: short by 0.04 points (missed, ")
    assert phrase(item, Words("ja")) == "電子決定率は目標100.0%に0.04ポイント届かず"
    house.publish()
    site = site_of(house, 2)
    assert "99.8% → 99.96%" in words_in(site / "feed.atom")
    for page in (
        "indicators/electronic_decision_rate.html",
        "embed/electronic_decision_rate.svg",
        "embed/electronic_decision_rate-en.svg",
    ):
        assert "99.96%" in words_in(site / page), page
    assert "+0.16ポイント" in words_in(site / "feed.atom")
