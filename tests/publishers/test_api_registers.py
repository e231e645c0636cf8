"""The registers in the open API: paged, narrowed, as CSV, and refusing what it cannot read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.registers import REGISTER_ROUTES
from kpis.settings import settings
from kpis.store import tables
from kpis.store.store import Store

pytestmark = pytest.mark.edition


@pytest.fixture(scope="module")
def api(tokyo: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    patch = pytest.MonkeyPatch()
    patch.setenv("DATABASE_URL", tokyo.url)
    patch.setenv("EDITIONS_DIR", str(Path(tmp_path_factory.mktemp("editions"))))
    settings.cache_clear()
    yield TestClient(Starlette(routes=REGISTER_ROUTES))
    patch.undo()
    settings.cache_clear()


def test_pages_of_the_list_hold_every_procedure_once(api: TestClient) -> None:
    first = api.get("/api/v1/procedures?size=40").json()
    second = api.get("/api/v1/procedures?size=40&page=2").json()
    codes = [p["procedure_code"] for p in first["procedures"] + second["procedures"]]
    assert (first["total"], first["pages"], len(codes), len(set(codes))) == (69, 2, 69, 69)


def test_the_file_holds_what_the_list_holds_and_no_inner_column(api: TestClient) -> None:
    for query in ("", "?status=done", "?q=許可&bureau=URBAN", "?priority=yes", "?q=nowhere"):
        told = api.get(f"/api/v1/procedures{query}{'&' if query else '?'}size=500").json()
        rows = list(csv.DictReader(io.StringIO(api.get(f"/api/v1/procedures.csv{query}").content.decode("utf-8-sig"))))
        assert [r["procedure_code"] for r in rows] == [p["procedure_code"] for p in told["procedures"]], query
        assert all("search_text" not in r for r in rows)


def test_a_summary_adds_up_to_the_list(api: TestClient, tokyo: Store) -> None:
    told = api.get("/api/v1/registers/procedures").json()
    assert told["total"]["procedures_count"] == tokyo.count(tables.Procedure) == 69
    for dimension, parts in told["by"].items():
        assert sum(p["procedures_count"] for p in parts.values()) == 69, dimension
        assert sum(p["done_count"] for p in parts.values()) == told["total"]["done_count"] == 32
    assert [(p["published_denominator"], p["is_total_approximate"], p["difference"]) for p in told["published"]] == [
        (30000, True, None), (28000, True, None), (119, False, told["priority"]["procedures_count"] - 119),
    ]  # fmt: skip
    assert told["plan"]["undated_count"] == 7 and told["over_time"][-1]["so_far_count"] + told["undated_count"] == 32


def test_the_organisation_of_today_holds_the_same_totals(api: TestClient) -> None:
    then, now = (api.get(f"/api/v1/registers/procedures?view={v}").json() for v in ("then", "now"))
    assert sum(p["procedures_count"] for p in now["by"]["bureau"].values()) == then["total"]["procedures_count"]


def test_facilities_are_narrowed_and_their_published_count_stands_apart(api: TestClient) -> None:
    told = api.get("/api/v1/registers/facilities").json()
    assert (told["published"]["numerator"], told["published"]["denominator"], told["statuses"]["introduced"]) == (78, 78, 9)
    zoo = api.get("/api/v1/facilities?kind=zoo").json()
    assert zoo["total"] == 3 and {f["status"] for f in zoo["facilities"]} == {"introduced"}


@pytest.mark.parametrize(
    "query",
    ["procedures?status=finished", "procedures?page=0", "procedures?size=9999", "procedures?page=x", "procedures?colour=red",
     "procedures.csv?due=soon", "facilities?status=cash", "registers/procedures?as_of=1月"],
)  # fmt: skip
def test_a_query_that_cannot_be_read_is_refused(api: TestClient, query: str) -> None:
    answer = api.get(f"/api/v1/{query}")
    assert answer.status_code == 400 and answer.json()["error"]
