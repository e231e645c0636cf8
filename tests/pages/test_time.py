"""Time travel on the pages and in the open API: any day judged, any day known, the same numbers on both."""

from __future__ import annotations

import csv
import io
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from kpis.periods import local_day
from kpis.store import tables, vintages
from kpis.store.store import utc_now
from kpis.store.vintages import Origin
from tests.bench.viewer import Viewer, served
from tests.shared import copied, shipped

pytestmark = pytest.mark.server

LATER = utc_now() + timedelta(days=180)  # two changes of each register, long after the day of the test
LATEST = LATER + timedelta(days=30)
BEFORE, BETWEEN = (local_day(LATER + timedelta(days=days)).isoformat() for days in (-1, 15))


class Site:
    """A served dashboard: its pages over the websocket, its API over HTTP."""

    def __init__(self, port: int) -> None:
        self.port = port

    def api(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}", timeout=60) as answer:
            content = answer.read()
        return json.loads(content) if "json" in answer.headers["content-type"] else content.decode("utf-8-sig")

    def read(self, page: str, query: str) -> tuple[list[str], list[Any]]:
        """Open a page in a session of its own: what a session chose before stays chosen."""
        viewer = Viewer(self.port)
        try:
            return viewer.read(page, query)
        finally:
            viewer.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The shipped figures, of whose registers a row changed twice and a row came later."""
    folder = tmp_path_factory.mktemp("time")
    store = copied(shipped(), folder / "time.db")
    for turn, at in enumerate((LATER, LATEST)):
        with store.writing() as session:
            procedure = store.one_of(tables.Procedure, "P001")
            facility = store.one_of(tables.Facility, "F001")
            milestone = store.all_of(tables.Milestone)[0]
            planned = {"digital_status": ("not_done", "exempt")[turn], "name_ja": f"改めた名{turn}"}
            vintages.apply_report(
                session, "procedure", [{**procedure, **planned}, {**procedure, "procedure_code": f"NEW{turn}"}], origin=Origin(at)
            )
            vintages.apply_report(
                session, "facility", [{**facility, "cashless_status": ("not_cashless", "unknown")[turn]}], origin=Origin(at)
            )
            vintages.apply_report(session, "milestone", [{**milestone, "name_ja": f"改めた道標{turn}"}], origin=Origin(at))
    with served("server:app", DATABASE_URL=store.url, EDITIONS_DIR=str(folder / "editions")) as port:
        yield Site(port)


def test_the_api_answers_as_it_was_known(site: Site) -> None:
    """The list, its file, both summaries, milestones and bureaus: 69 procedures before, 71 after, and the first status back."""
    before, between, now = f"known_at={BEFORE}", f"known_at={BETWEEN}", ""
    counts, statuses, names, milestones, cash = [], [], [], [], []
    for known in (before, between, now):
        told = site.api(f"procedures?size=500&{known}")
        file = list(csv.DictReader(io.StringIO(site.api(f"procedures.csv?{known}"))))
        summary = site.api(f"registers/procedures?{known}")
        row = next(p for p in told["procedures"] if p["procedure_code"] == "P001")
        assert len(file) == told["total"] == summary["total"]["procedures_count"]
        assert sum(p["procedures_count"] for p in summary["by"]["bureau"].values()) == told["total"]
        by_bureau = sum(sum(b["procedures"].values()) for b in site.api(f"bureaus?{known}")["bureaus"])
        assert by_bureau == sum(p["bureau_code"] not in ("", "-", None) for p in told["procedures"])
        counts.append(told["total"])
        statuses.append(row["status"])
        names.append(next(r["name_ja"] for r in file if r["procedure_code"] == "P001"))
        milestones.append(site.api(f"milestones?{known}")["milestones"])
        listed = {f["facility_code"]: f["status"] for f in site.api(f"facilities?{known}")["facilities"]}
        assert site.api(f"registers/facilities?{known}")["statuses"]["not_cashless"] >= (listed["F001"] == "not_cashless")
        cash.append(listed["F001"])
    assert counts == [69, 70, 71]
    assert statuses[1:] == ["not_done", "exempt"] and statuses[0] not in statuses[1:]
    assert names[1:] == ["改めた名0", "改めた名1"] and names[0] == "労政会館の使用承認"
    assert [sum("改めた道標" in m["name_ja"] for m in found) for found in milestones] == [0, 1, 1]
    assert cash[1:] == ["not_cashless", "unknown"] and cash[0] == "introduced"


def test_nothing_is_known_of_a_register_before_its_first_row(site: Site) -> None:
    told = site.api("registers/procedures?known_at=2021-01-01")
    assert told["total"]["procedures_count"] == 0 and told["total"]["rate_pct"] is None
    assert site.api("milestones?known_at=2021-01-01")["milestones"] == []
    for page, words in (("procedures", "最初の行の把握"), ("facilities", "最初の行の把握")):
        texts, _ = site.read(page, "lang=ja&known=2021-01-01")
        assert any(words in text for text in texts), page
        assert any(text.startswith("2021年") and "把握していた内容" in text for text in texts)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_page_shows_the_day_and_the_knowledge_that_its_address_names(site: Site, language: str) -> None:
    """As of 15 August 2023 and as known this morning: cards, list and the way to the file, all of that state."""
    told = site.api(f"registers/procedures?as_of=2023-08-15&known_at={BEFORE}")
    day = local_day(utc_now()).isoformat()  # the office's day, whatever the day is where the tests run
    texts, shown = site.read("procedures", f"lang={language}&as_of=2023-08-15&known={day}")
    total = told["total"]
    assert any(f"{total['done_count']:,}" in text and f"{total['procedures_count']:,}" in text for text in texts)
    listed = next(t for t in shown if len(t) == 50 and len(t.columns) > 5)
    assert len(listed) == 50 and not any("改めた名" in str(name) for name in listed.iloc[:, 1])
    texts, _ = site.read("procedures", f"lang={language}&code=P001&known={day}")
    assert any("労政会館の使用承認" in text for text in texts)
    texts, _ = site.read("procedures", f"lang={language}&code=NEW0&known={day}")
    assert any("NEW0" in text for text in texts) and not any("改めた名" in text for text in texts)
    later, _ = site.read("procedures", f"lang={language}&code=P001")
    assert any("改めた名1" in text for text in later)


def test_an_instant_that_cannot_be_read_is_refused(site: Site) -> None:
    for path in (
        "procedures?known_at=x",
        "procedures.csv?known_at=x",
        "registers/facilities?known_at=1月",
        "milestones?known_at=?",
    ):
        with pytest.raises(urllib.error.HTTPError) as refusal:
            site.api(urllib.request.quote(path, safe="?=/.&"))
        assert refusal.value.code == 400 and "ISO 8601" in json.load(refusal.value)["error"]
