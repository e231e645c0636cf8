"""A question to the open API that is written otherwise than it is read gets no answer of something else: names, codes, days, methods, addresses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from api.charts import CHART_ROUTES
from api.doors import Doors
from api.files import FILE_ROUTES
from api.reform import REFORM_ROUTES
from api.registers import REGISTER_ROUTES
from api.routes import ROUTES
from api.search import SEARCH_ROUTES
from kpis.settings import settings
from kpis.store.store import Store

pytestmark = pytest.mark.edition


@pytest.fixture(scope="module")
def api(tokyo: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", tokyo.url)
        patch.setenv("EDITIONS_DIR", str(Path(tmp_path_factory.mktemp("editions"))))
        settings.cache_clear()
        routes = [*ROUTES, *REFORM_ROUTES, *REGISTER_ROUTES, *SEARCH_ROUTES, *CHART_ROUTES, *FILE_ROUTES]
        yield TestClient(Doors(Starlette(routes=routes)))
    settings.cache_clear()


@pytest.mark.parametrize(
    "query",
    [
        "status?asof=2022-03-31", "status?as_of=2022-03-31&as_of=2023-03-31", "status?unit=NOPE", "status?unit=waterworks",
        "observations?indicators=electronic_decision_rate", "observations?bureau=TMG", "observations?unit=NOPE",
        "observations?known_at=20220331", "observations?known_at=2022W134", "observations?known_at=2022-03-31T24:00",
        "facilities?stat=introduced", "facilities?page=2", "facilities?kind=NOPE", "facilities?bureau=NOPE",
        "procedures?bureau=NOPE", "procedures?process_type=NOPE", "procedures?applicant=NOPE", "procedures.csv?colour=red",
        "procedures.csv?authority=NOPE", "actions?bureau=NOPE", "actions?state=open", "commentaries?indicator=NOPE",
        "commentaries?project=NOPE", "commentaries?indicators=fax", "milestones?projekt=CP1", "changes?since=2030-01-01",
        "changes?since=2022-03-31&as_of=2021-03-31", "search?query=x", "charts?name=x", "readings?indicator=fax", "units?code=TMG",
        "indicators/electronic_decision_rate/chart.csv?asof=2022-03-31", "observations.csv?indicator=fax", "datapackage.json?as_of=2022-03-31",
    ],
)  # fmt: skip
def test_what_is_not_read_is_refused_and_named(api: TestClient, query: str) -> None:
    answer = api.get(f"/api/v1/{query}")
    assert answer.status_code == 400
    asked = query.partition("?")[2].split("=")[0]
    refusal = answer.json()["error"]
    assert asked in refusal
    own, _, english = refusal.partition(": ")[2].partition(" / ")  # said in both languages: not "status: unit | view"
    assert any(ord(letter) > 0x3000 for letter in own) and " " in english, refusal


@pytest.mark.parametrize(
    "query",
    [
        "status?unit=", "status?unit=TMG&as_of=2022-03-31&view=now&lang=en", "observations?known_at=2022-03-31T00:00:00%2B09:00",
        "observations?known_at=2022-03-31T08:30:00.5Z", "observations?known_at=2022-03-31 08:30", "facilities?kind=zoo&as_of=1990-01-01",
        "procedures?bureau=WATERWORKS&process_type=application&page=1", "changes?since=2022-03-31&as_of=2022-03-31",
        "attention?as_of=2022-03-31", "procedures?applicant=unknown", "actions?bureau=TMG&status=open", "milestones?project=",
    ],
)  # fmt: skip
def test_what_is_read_is_answered(api: TestClient, query: str) -> None:
    assert api.get(f"/api/v1/{query}").status_code == 200


def test_a_blank_unit_is_any_unit(api: TestClient) -> None:
    assert api.get("/api/v1/status?unit=").content == api.get("/api/v1/status").content


def test_a_file_of_no_procedure_has_its_headings(api: TestClient) -> None:
    every = api.get("/api/v1/procedures.csv").text.splitlines()
    none = api.get("/api/v1/procedures.csv", params={"q": "そのような手続はない"}).text.splitlines()
    assert none == every[:1] and len(every) == 70


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/status", "/api/v1/nothing", "/data/"])
def test_an_address_of_nothing_below_the_api_is_told_to_programs(api: TestClient, path: str) -> None:
    answer = api.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json") and answer.json()["error"]


@pytest.mark.parametrize("path", ["/api/v1/status/", "/api/v1/status//", "/api/v1/observations.csv/", "/data/observations.csv/"])
def test_a_slash_at_the_end_leads_to_the_address_without_it_as_everywhere(api: TestClient, path: str) -> None:
    answer = api.get(f"{path}?lang=en&unit=//evil.example", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, f"{path.rstrip('/')}?lang=en&unit=//evil.example")


@pytest.mark.parametrize("path", ["/api/v1/status", "/api/v1/nothing", "/data/observations.csv", "/api"])
def test_a_browser_may_ask_first_what_it_may_send(api: TestClient, path: str) -> None:
    answer = api.options(path)
    assert (answer.status_code, answer.content, answer.headers["allow"]) == (204, b"", "GET, HEAD, OPTIONS")
    assert "If-None-Match" in answer.headers["access-control-allow-headers"]
    assert api.post(path).status_code == 405


def test_a_cookie_that_takes_seconds_to_read_is_left_out_and_no_other() -> None:
    """Python before 3.11.10 reads a quoted cookie with backslashes in time that grows with its square (CVE-2024-7592)."""
    read: list[dict[str, str]] = []

    async def reads(request: Request) -> Response:
        read.append(request.cookies)
        return Response()

    client, quoted = TestClient(Doors(Starlette(routes=[Route("/", reads)]))), "\\" * 60_000
    for sent in (
        [f'_streamlit_user="2|a:b"; long="{quoted}"; _streamlit_xsrf=c'],
        ['_streamlit_user="2|a:b"', f'long="{quoted}"; _streamlit_xsrf=c'],
    ):
        client.get("/", headers=[("Cookie", cookies) for cookies in sent])
        assert "long" not in read[-1]
        assert read[-1].items() <= {"_streamlit_user": "2|a:b", "_streamlit_xsrf": "c"}.items()
    assert read[0] == {"_streamlit_user": "2|a:b", "_streamlit_xsrf": "c"}
