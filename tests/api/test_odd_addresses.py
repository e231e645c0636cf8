"""Whatever an address asks for: an answer, 400 or 404, never 500; and a period that no version should have stored poisons nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api import ready
from api.placed import own_routes
from kpis.as_text import clean
from kpis.errors import PeriodUnreadable
from kpis.figures.attention import QUARTERS, quarters_until
from kpis.moment import Moment
from kpis.periods import FIRST_YEAR, LAST_YEAR, parse_day, parse_period, parse_whole
from kpis.settings import settings
from kpis.state import State
from kpis.store.store import Store, utc_now
from tests.publishers.house import House
from tests.shared import copied, shipped

pytestmark = pytest.mark.edition
# Every address that the server answers itself, as it puts them together; a parameter of a path is one that there is.
THERE = {"code": "paper_reduction_rate", "name:path": "paper_reduction_rate", "number:edition": "2"}
PLACES = sorted({re.sub(r"\{(.+?)\}", lambda part: THERE[part[1]], route.path) for route in own_routes})
LONG = "9" * 5_000
ODD = {
    "edition": ["²", "①", "٣", LONG, "-1", "0", "1e3", "1.0", " 1", "0x1", "+1", "1_0"],
    "page": ["²", LONG, "0", "-1", "１", "1_0"],
    "size": ["²", LONG, "0", "٣"],
    "as_of": ["0001-01-01", "9999-12-31", "2023-W05-1", "20230630", "2023-02-30", "２０２３-06-30", LONG, "2023-06-30T00:00:00Z"],
    "from": ["0001-01-01", "9999-12-31", "2023-W05-1"],
    "to": ["0001-01-01", "9999-12-31", "20230630"],
    "since": ["0001-01-01", "9999-12-31", "2023-W05-1"],
    "until": ["0001-01-01", "9999-12-31"],
    "known_at": [
        "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+09:00", LONG, "2023-W05-1",
        "a\x1b[31m\u202e\u2028",
    ],
    "q": [" ".join(f"w{n}" for n in range(2_000)), "%", "'; DROP TABLE procedure; --", "\x00", "a\x1b[31m", "\u202e", "(((", "𠮷" * 101],
    "indicator": ["\x00", "x" * 5_000, "'"], "unit": ["\x00", "x" * 5_000, "'"], "view": ["²", "x" * 5_000], "lang": ["\x00", "x" * 5_000],
    "code": ["\x00", "x" * 5_000], "status": ["²"], "bureau": ["\x00", "'"], "vintages": ["²"], "nothing": ["\x00", "x" * 5_000],
}  # fmt: skip


@pytest.fixture(params=["local", "public"])
def api(request: pytest.FixtureRequest, published: House, tmp_path: Path) -> Iterator[TestClient]:
    """The routes of a working instance, and of a public one with two editions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", published.store.url)
        patch.setenv("EDITIONS_DIR", str(published.folder))
        patch.setenv("MIERUKA_MODE", request.param)
        patch.setenv("VOICES_URL", f"sqlite:///{tmp_path / 'voices.db'}")
        patch.setattr(ready, "utc_now", lambda: max(utc_now(), published.at))  # whose editions were published a day apart
        settings.cache_clear()
        yield TestClient(Starlette(routes=own_routes), raise_server_exceptions=True, follow_redirects=False)
    settings.cache_clear()


@pytest.mark.parametrize("name", list(ODD))
def test_what_no_parameter_can_be_is_refused_and_never_a_fault(api: TestClient, name: str) -> None:
    """A fault of the program would be raised here: ``raise_server_exceptions``."""
    for value in ODD[name]:
        for place in PLACES:
            answer = api.get(place, params={name: value})
            assert answer.status_code in (200, 301, 307, 400, 404), (place, name, value[:40], answer.status_code)
            if answer.status_code >= 400 and "html" not in answer.headers["content-type"]:  # a page of an edition that is not there
                assert len(answer.content) < 2_000, "what is repeated is short"
                assert answer.json()["error"] == clean(answer.json()["error"]), "and acts on no terminal"
    with_it = {"page": "/api/v1/procedures", "size": "/api/v1/procedures", "q": "/api/v1/procedures"}.get(name, "/api/v1/status")
    if name in ("page", "size", "as_of", "known_at"):
        assert {api.get(with_it, params={name: value}).status_code for value in ODD[name]} == {400}


ENDS = ["1900-01-01", "1900-12-31", "1901-06-30", "1902-01-01", "2199-12-31"]


@pytest.mark.parametrize("day", ENDS)
@pytest.mark.parametrize("name", ["as_of", "to", "until"])
def test_the_first_and_the_last_days_are_answered(api: TestClient, name: str, day: str) -> None:
    for place in PLACES:
        answer = api.get(place, params={name: day})
        assert answer.status_code < 500, place


@pytest.mark.parametrize("day", ENDS)
def test_the_quarters_before_a_day_are_there_whatever_the_day(day: str) -> None:
    quarters = quarters_until(date.fromisoformat(day))
    assert len(quarters) == QUARTERS and quarters[-1].end <= date.fromisoformat(day)
    assert all(after.start == before.end + timedelta(days=1) for before, after in pairwise(quarters))


@pytest.mark.parametrize(
    "place",
    [
        "/editions/²/",
        f"/editions/{LONG}/",
        "/site/%00",
        "/data/..%2f..%2fetc/passwd",
        "/editions/1/%ff",
        "/site//",
        "/site///",
        "/editions/1//",
        "/site/en//",
        "/site//etc/passwd",
    ],
)
def test_an_odd_path_is_not_there(api: TestClient, place: str) -> None:
    answer = api.get(place)
    assert answer.status_code in (307, 400, 404)


def test_days_and_numbers_of_addresses_have_one_form() -> None:
    assert parse_day("2023-06-30") == date(2023, 6, 30) and parse_whole("12") == 12
    for wrong in ("2023-6-30", "20230630", "2023-W26-5", "２０２３-06-30", "2023-06-30\n", "1899-12-31", "2200-01-01"):
        with pytest.raises(ValueError, match=re.escape(wrong[:40])):
            parse_day(wrong)
    assert [parse_whole(wrong) for wrong in ("²", "①", "１", "1_0", "+1", " 1", "1\n", "", "0", LONG)] == [None] * 10


def test_no_period_of_an_impossible_year_is_read_and_the_first_year_has_one_before() -> None:
    for code in ("FY0001", "FY2202", "0000-01", "CY9999", "FY0000-Q1", "FY２０２２", "FY2022\n", "FY1899", "FY2022-Q5", "2022-13"):
        with pytest.raises(PeriodUnreadable):
            parse_period(code)
    for form in ("FY{}", "FY{}-Q1", "{}-01", "CY{}"):
        first, last = parse_period(form.format(FIRST_YEAR)), parse_period(form.format(LAST_YEAR))
        assert first.year_earlier().end < first.start and last.year_earlier().end < last.start
        assert first.label() and last.label("en")


def test_an_impossible_period_that_is_stored_already_poisons_nothing(tmp_path: Path) -> None:
    store = copied(shipped(), tmp_path / "poisoned.db")
    before = len(Moment(state=State(store), as_of=date(2023, 3, 31)).scored)
    with store.writing() as session:
        for number, code in enumerate(("FY0001", "FY2202", "0000-01")):
            session.execute(
                text(
                    "INSERT INTO reporting_period (period_code, kind, start_date, end_date) VALUES (:c, 'year', '2001-04-01', '2002-03-31')"
                ),
                {"c": code},
            )
            columns = [c for c in _columns(store, "observation") if c not in ("id", "period_code")]
            session.execute(
                text(
                    f"INSERT INTO observation (period_code, {', '.join(columns)}) SELECT :c, {', '.join(columns)} FROM observation "
                    "ORDER BY id LIMIT 1 OFFSET :n"
                ),
                {"c": code, "n": number},
            )
        session.execute(text("UPDATE target SET period_code = 'FY0001' WHERE id = (SELECT min(id) FROM target)"))
    moment = Moment(state=State(store), as_of=date(2023, 3, 31))
    assert len(moment.scored) == before and all(scored.sentence("ja") for scored in moment.scored)
    assert moment.projects and moment.bureaus


def _columns(store: Store, table: str) -> list[str]:
    with store.reading() as session:
        return [row[1] for row in session.execute(text(f"PRAGMA table_info({table})"))]
