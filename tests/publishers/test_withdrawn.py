"""A figure that was withdrawn is seen nowhere as a figure, and everywhere as withdrawn: API, edition, feed, open data."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.reform import REFORM_ROUTES
from api.routes import ROUTES
from kpis.settings import settings
from kpis.store.store import Store
from publishers.editions import on_disk
from tests.publishers.house import House, published_first

pytestmark = pytest.mark.edition

CODE, PERIOD, WHY = "paper_reduction_rate", "FY2022", "別の指標の数値"


@pytest.fixture(scope="module")
def house(tokyo: Store, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The shipped figures, published, one of them withdrawn, published again."""
    made = published_first(tokyo, tmp_path_factory.mktemp("withdrawn"))
    made.correct(CODE, PERIOD, value="", numerator="", is_withdrawn="1", reason_text=WHY)
    made.publish()
    return made


def test_the_api_never_gives_it_as_a_figure_and_tells_of_the_withdrawal(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", house.store.url)
    settings.cache_clear()
    try:
        api = TestClient(Starlette(routes=[*ROUTES, *REFORM_ROUTES]))
        asked = {"indicator": CODE, "unit": "HQ"}
        held = api.get("/api/v1/observations", params=asked).json()
        assert held and not [o for o in held if o["period"] == PERIOD]
        every = [o for o in api.get("/api/v1/observations", params={**asked, "vintages": "all"}).json() if o["period"] == PERIOD]
        assert [(o["vintage"], o["value"], o["withdraws_vintage"], o["reason_text"]) for o in every] == [
            (1, 72.0, None, None), (2, None, 1, WHY),
        ]  # fmt: skip
        (status,) = [i for i in api.get("/api/v1/status", params={"unit": "HQ"}).json()["indicators"] if i["code"] == CODE]
        assert PERIOD not in {f["period"] for f in status["figures"]} | {status["period"]}
        changes = api.get("/api/v1/changes", params={"since": "2026-01-01"}).json()["changes"]
        own = [c for c in changes if c["after"]["indicator"] == CODE]
        assert {"reason": "withdrawn", "text": WHY} in [r for c in own for r in c["reasons"]]
    finally:
        settings.cache_clear()


def test_the_edition_its_log_its_feed_and_its_open_data_say_so(house: House) -> None:
    edition = on_disk.opened(house.folder, 2)
    (change,) = [c for c in edition.changes() if c["kind"].startswith("figure")]
    assert (change["kind"], change["code"], change["reason_class"], change["reason_text"]) == (
        "figure_withdrawn",
        CODE,
        "error",
        WHY,
    )
    site = Path(edition.folder) / "site"
    feed = (site / "feed.atom").read_text(encoding="utf-8")
    assert WHY in feed and 'term="figure_withdrawn"' in feed
    page = (site / "indicators" / f"{CODE}.html").read_text(encoding="utf-8")
    assert WHY in page and "取下げ" in page

    def rows(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO((site / "data" / name).read_bytes().decode("utf-8-sig"))))

    assert not [
        r for r in rows("observations.csv") if (r["indicator_code"], r["bureau_code"], r["period_code"]) == (CODE, "HQ", PERIOD)
    ]
    kept = [r for r in rows("vintages.csv") if (r["indicator_code"], r["bureau_code"], r["period_code"]) == (CODE, "HQ", PERIOD)]
    assert [(r["vintage"], r["withdraws_vintage"]) for r in kept] == [("1", ""), ("2", "1")]
    was = Path(on_disk.opened(house.folder, 1).folder) / "site" / "data" / "observations.csv"
    assert "72" in was.read_text(encoding="utf-8-sig")
