"""The open API on the shipped figures: statuses worked out by hand, and every status recomputed by a stranger."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from api.placed import open_routes
from kpis.settings import ROOT, settings
from kpis.store.store import Store
from tests.method import shipped
from tests.method.side_by_side import differences, from_json, recounted, recounted_from_json, unequal

pytestmark = pytest.mark.edition


@pytest.fixture(scope="module")
def api(tokyo: Store) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", tokyo.url)
        settings.cache_clear()
        yield TestClient(Starlette(routes=open_routes()))
    settings.cache_clear()


def addresses() -> dict[str, set[str]]:
    """Return each address of the open API that is no file, with the parameters its page of the documentation names."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(/api/v1/[\w/.]+)` \| (.*?) \|", page, re.M)
    return {path: set(re.findall(r"`(\w+)`", names)) for path, names in rows}


def test_every_address_is_documented() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIERUKA_MODE", "local")
        settings.cache_clear()
        paths = {route.path for route in open_routes() if route.path.startswith("/api/v1/") and "{" not in route.path}
    settings.cache_clear()
    assert paths == set(addresses()) - {"/api/v1/editions"}


@pytest.mark.parametrize(
    ("path", "names"), [(p, n) for p, n in addresses().items() if p not in ("/api/v1/editions", "/api/v1/voices")]
)
def test_a_parameter_that_an_address_does_not_know_is_refused(api: TestClient, path: str, names: set[str]) -> None:
    """``as_off=2022-03-31`` was answered with the figures of today."""
    assert api.get(path).status_code == 200
    answer = api.get(path, params={"as_off": "2022-03-31"})
    assert answer.status_code == 400
    asked, _, possible = answer.json()["error"].partition(": ")
    assert asked == "as_off" and set(possible.rpartition("there are ")[2].split(" | ")) == names | {"edition", "lang"}


@pytest.mark.parametrize("query", [
    "status?unit=NOBODY", "observations?unit=NOBODY", "observations?indicator=nothing", "milestones?project=CP99", "procedures?bureau=NOBODY",
    "procedures.csv?bureau=NOBODY", "facilities?bureau=NOBODY", "facilities?kind=castle", "commentaries?indicator=nothing",
    "commentaries?project=CP99", "commentaries?bureau=NOBODY", "actions?bureau=NOBODY", "indicators/paper_sheets/chart.csv?unit=NOBODY",
])  # fmt: skip
def test_a_code_that_there_is_not_is_refused(api: TestClient, query: str) -> None:
    """Else a slip of the keys would read as "nothing there"."""
    answer = api.get(f"/api/v1/{query}")
    assert answer.status_code == 400 and answer.json()["error"].startswith(query.partition("?")[2]), answer.text


# Worked out by hand from the published figures; the arithmetic stands beside each.
BY_HAND = [
    ("paper_reduction_rate", "2022-04-01", "reached"),  # 55.1 ≥ 50
    ("paper_reduction_rate", "2022-07-01", "on_track"),  # 74 of a first quarter; 50 + 20 × 91/365 = 55.0
    ("paper_reduction_rate", "2023-04-01", "reached"),  # 72.0 ≥ 70
    ("paper_sheets", "2021-10-01", "on_track"),  # 50 m; budget to date 100 × 183/365 = 50.1; 2 − 50/50.1 = 1.00
    ("paper_sheets", "2022-01-01", "on_track"),  # 60 m; 75.3
    ("paper_sheets", "2022-04-01", "reached"),  # 90 m ≤ 100 m
    ("paper_sheets", "2022-07-01", "on_track"),  # 13 m; 60 × 91/365 = 15.0; 2 − 13/15.0 = 1.13
    ("paper_sheets", "2023-01-01", "on_track"),  # 40.98 m; 45.2
    ("paper_sheets", "2023-04-01", "reached"),  # 56.95 m ≤ 60 m
    ("copy_count", "2021-10-01", "slightly_behind"),  # 60 m; 110 × 183/365 = 55.2; 2 − 60/55.2 = 0.91
    ("copy_count", "2022-04-01", "reached"),  # 110 m ≤ 110 m
    ("fax_reduction_rate", "2020-07-01", "on_track"),  # 23.1; 60 × 182/456 = 23.9; 0.96
    ("fax_reduction_rate", "2021-04-01", "reached"),  # 84.4 ≥ 60
    ("fax_reduction_rate", "2021-07-01", "reached"),  # 94.8 ≥ 60; that 98 had been set is known from 2021-09-21 on
    ("fax_reduction_rate", "2021-10-01", "on_track"),  # 97.5; 60 + 38 × 183/365 = 79.1
    ("fax_reduction_rate", "2021-12-01", "on_track"),  # 98.5 in November; 60 + 38 × 244/365 = 85.4
    ("fax_reduction_rate", "2022-04-01", "reached"),  # 99.1 ≥ 98
    ("electronic_decision_rate", "2020-04-01", "on_track"),  # 65.0; 12.3 + 67.7 × 1096/1461 = 63.1
    ("electronic_decision_rate", "2021-08-01", "on_track"),  # 94.3; 86.7
    ("electronic_decision_rate", "2021-12-15", "on_track"),  # 95.3; 93.4
    ("electronic_decision_rate", "2022-04-01", "missed"),  # 99.2 < 100 on the day
    ("electronic_decision_rate", "2022-07-01", "on_track"),  # 99.4; plan 100; 87.1/87.7 = 0.99
    ("electronic_decision_rate", "2023-04-01", "missed"),  # 99.8 < 100 on the day
    ("cashless_facilities", "2019-12-31", "no_data"),
    ("cashless_facilities", "2020-04-01", "not_due"),  # 36 is the baseline
    ("cashless_facilities", "2021-10-01", "on_track"),  # 76; 36 + 42 × 548/730 = 67.5
    ("cashless_facilities", "2021-12-31", "on_track"),  # 76; 36 + 42 × 640/730 = 72.8; 40/36.8 = 1.09
    ("cashless_facilities", "2022-04-01", "reached"),  # 78 of 78
    ("procedure_digitisation_rate", "2020-10-01", "not_due"),  # 5 is the baseline
    ("procedure_digitisation_rate", "2022-10-01", "slightly_behind"),  # 27.6; 5 + 65 × 730/1278 = 42.1; 22.6/37.1 = 0.61
    ("procedure_digitisation_rate", "2023-01-01", "behind"),  # 30.0; 46.8; 25/41.8 = 0.598
    ("procedure_digitisation_rate", "2024-10-01", "on_track"),  # more than 80; 75.0
    ("procedure_digitisation_rate", "2026-01-01", "on_track"),  # 91; 87.5
    ("procedures_digitised", "2023-01-01", "not_due"),  # 8,700; the rate, its sibling, has a baseline: no path from a first figure
    ("priority_procedures_digitised", "2021-10-01", "slightly_behind"),  # 67; 71.8; 11/15.8 = 0.70
    ("priority_procedures_digitised", "2022-01-01", "slightly_behind"),  # 71; 79.7; 15/23.7 = 0.63
    ("priority_procedures_digitised_in_period", "2022-01-01", "missed"),  # 3 of 11
    ("touchless_services", "2022-04-01", "qualitative"),
    ("seal_abolished_procedures", "2023-04-01", "not_applicable"),  # no numeric target was published
    ("office_divisions_cumulative", "2022-04-01", "behind"),  # 8; 2 + 23 × 365/730 = 13.5; 6/11.5 = 0.52
    ("office_divisions_cumulative", "2023-04-01", "reached"),  # 25 ≥ 25
    ("office_divisions_cumulative", "2024-04-01", "reached"),  # 61 ≥ 55
]


@pytest.mark.parametrize(("code", "as_of", "expected"), BY_HAND)
def test_a_status_is_what_a_person_works_out(api: TestClient, code: str, as_of: str, expected: str) -> None:
    found = api.get("/api/v1/status", params={"as_of": as_of}).json()["indicators"]
    first = next(i for i in found if i["code"] == code)
    assert first["status"] == expected, first["sentence_en"]
    assert first["sentence_ja"] and first["sentence_en"]


def test_a_stranger_recomputes_every_judgement_of_every_month_from_the_json(api: TestClient) -> None:
    """By the second implementation (``tests/method``), from nothing but the figures, targets and baseline in the answer."""
    seen: Counter[str] = Counter()
    for year, month in ((y, m) for y in range(2020, 2027) for m in range(1, 13)):
        as_of = date(year, month, calendar.monthrange(year, month)[1])
        for item in api.get("/api/v1/status", params={"as_of": as_of.isoformat()}).json()["indicators"]:
            wrong = list(differences(recounted_from_json(item, as_of), from_json(item)))
            assert not wrong, (as_of, item["code"], item["scope"], wrong)
            seen[item["status"]] += 1
    print(f"{seen.total():,} judgements recomputed from the JSON: {seen}")
    expected = [
        "reached",
        "on_track",
        "slightly_behind",
        "behind",
        "missed",
        "unreported",
        "not_due",
        "no_data",
        "not_applicable",
        "qualitative",
    ]
    assert set(expected) <= seen.keys()


@pytest.mark.parametrize("day", [date(2021, 8, 1), date(2022, 7, 31), date(2023, 3, 31), date(2026, 11, 25)], ids=str)
def test_the_answer_is_what_the_shipped_files_say(api: TestClient, day: date) -> None:
    items = api.get("/api/v1/status", params={"as_of": day.isoformat()}).json()["indicators"]
    assert not unequal(recounted(shipped.read(), day), {(i["code"], i["scope"]): from_json(i) for i in items}, day)


def test_the_headline_figures_stand_with_their_sources(api: TestClient) -> None:
    found = {(i["code"], i["scope"]): i for i in api.get("/api/v1/status", params={"as_of": "2026-11-24"}).json()["indicators"]}
    expected = {
        ("paper_reduction_rate", "HQ"): (72.0, 70.0), ("paper_sheets", "HQ"): (56_950_000, 60_000_000),
        ("electronic_decision_rate", "TMG"): (99.8, 100), ("fax_reduction_rate", "TMG"): (99.1, 98),
        ("cashless_facilities", "TMG"): (78, 78), ("procedure_digitisation_rate", "TMG"): (91, 100),
    }  # fmt: skip
    for key, (value, target) in expected.items():
        assert (found[key]["actual_value"], found[key]["target"]["value"]) == (value, target)
        assert found[key]["sources"] and all(s["url"].startswith("http") for s in found[key]["sources"])
    seals = found["seal_abolished_procedures", "TMG"]
    assert (seals["actual_value"], seals["denominator"]) == (7000, 14600)
    rate = found["procedure_digitisation_rate", "TMG"]
    assert [f["value"] for f in rate["figures"]] == [5, 27.6, 30.0, 80, 91]
    assert rate["target"]["end_date"] == "2027-03-31"


def test_figures_are_shown_as_they_were_known(api: TestClient) -> None:
    """The post of 2021-12-22 is the only dated source of November 2021: a day before it, the month is not known."""
    ask = {"indicator": "electronic_decision_rate", "known_at": "2021-12-20"}
    assert "2021-11" not in [f["period"] for f in api.get("/api/v1/observations", params=ask).json()]
    ask["known_at"] = "2021-12-23"
    assert "2021-11" in [f["period"] for f in api.get("/api/v1/observations", params=ask).json()]


def test_observations_are_kept_within_the_days_asked_for(api: TestClient) -> None:
    ask = {"indicator": "fax_reduction_rate", "from": "2021-06-01", "to": "2021-09-30", "unit": "TMG"}
    assert [f["value"] for f in api.get("/api/v1/observations", params=ask).json()] == [94.8, 95.3, 95.7, 97.5]


@pytest.mark.parametrize("query", ["as_of=yesterday", "known_at=x"])
def test_a_query_that_cannot_be_read_is_refused_with_its_form(api: TestClient, query: str) -> None:
    answer = api.get(f"/api/v1/status?{query}")
    assert answer.status_code == 400
    assert re.search("YYYY-MM-DD|ISO 8601", answer.json()["error"])


def test_the_planned_path_and_the_forecast_are_those_that_charts_draw(api: TestClient) -> None:
    found = {(i["code"], i["scope"]): i for i in api.get("/api/v1/status", params={"as_of": "2026-11-24"}).json()["indicators"]}
    paper = found["paper_reduction_rate", "HQ"]
    assert [(p["day"], p["value"]) for p in paper["planned_path"]] == [
        ("2017-03-31", 0.0), ("2021-03-31", 30.0), ("2022-03-31", 50.0), ("2023-03-31", 70.0),
    ]  # fmt: skip
    assert paper["forecast"] is None  # four figures are too few
    assert (paper["previous"]["value"], paper["year_earlier"]["value"]) == (55.1, 55.1)  # a year beside a year, not beside 9 months
    assert all(i["forecast"] is None for i in found.values())  # no shipped series has been tried eight times


def test_readings_sources_and_what_was_known_before_a_correction_are_given(api: TestClient) -> None:
    readings, sources = api.get("/api/v1/readings").json(), api.get("/api/v1/sources").json()
    assert {r["source_url"] for r in readings} <= {s["url"] for s in sources} and {r["agrees"] for r in readings} == {True, False}
    key = ("indicator", "unit", "period", "vintage", "value")
    every, current = (api.get(f"/api/v1/observations?vintages={v}").json() for v in ("all", "current"))
    assert {tuple(f[k] for k in key) for f in current} <= {tuple(f[k] for k in key) for f in every} and len(every) >= len(
        current
    ) > 150
    assert api.get("/api/v1/observations?vintages=some").status_code == 400


def test_health_and_indicators_answer(api: TestClient) -> None:
    assert api.get("/api/health").json()["status"] == "ok"
    listed = api.get("/api/v1/indicators").json()
    assert len(listed) > 100 and all(i["definition_ja"] and i["definition_en"] for i in listed)


def test_the_overview_answers_at_its_own_name_too() -> None:
    from api.placed import overview

    site = TestClient(Starlette(routes=[Route("/overview", overview)]), follow_redirects=False)
    answer = site.get("/overview?lang=en&as_of=2022-12-31")
    assert (answer.status_code, answer.headers["location"]) == (307, "/?lang=en&as_of=2022-12-31")
    assert site.get("/overview").headers["location"] == "/"
