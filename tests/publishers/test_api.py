"""The open API on the shipped figures: statuses worked out by hand, and every status recomputed by a stranger."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from kpis.settings import settings
from kpis.store import Store
from publishers.api import ROUTES


@pytest.fixture(scope="module")
def api(tokyo: Store) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", tokyo.url)
        settings.cache_clear()
        yield TestClient(Starlette(routes=ROUTES))
    settings.cache_clear()


# Worked out by hand from the published figures; the arithmetic stands beside each.
BY_HAND = [
    ("paper_reduction_rate", "2022-04-01", "reached"),  # 55.1 ≥ 50
    ("paper_reduction_rate", "2022-07-01", "reached"),  # 74 ≥ 70
    ("paper_reduction_rate", "2023-04-01", "reached"),  # 72.0 ≥ 70
    ("paper_sheets", "2021-10-01", "on_track"),  # 50 m; budget to date 100 × 183/365 = 50.1; (100−50)/(100−50.1) = 1.00
    ("paper_sheets", "2022-01-01", "on_track"),  # 60 m; 75.3
    ("paper_sheets", "2022-04-01", "reached"),  # 90 m ≤ 100 m
    ("paper_sheets", "2022-07-01", "on_track"),  # 13 m; 60 × 91/365 = 15.0
    ("paper_sheets", "2023-01-01", "on_track"),  # 40.98 m; 45.2
    ("paper_sheets", "2023-04-01", "reached"),  # 56.95 m ≤ 60 m
    ("copy_count", "2021-10-01", "slightly_behind"),  # 60 m; 110 × 183/365 = 55.2; 50/54.8 = 0.91
    ("copy_count", "2022-04-01", "reached"),  # 110 m ≤ 110 m
    ("fax_reduction_rate", "2020-07-01", "on_track"),  # 23.1; 60 × 182/456 = 23.9; 0.96
    ("fax_reduction_rate", "2021-04-01", "reached"),  # 84.4 ≥ 60
    ("fax_reduction_rate", "2021-07-01", "on_track"),  # 94.8; 60 + 38 × 91/365 = 69.5
    ("fax_reduction_rate", "2021-12-01", "reached"),  # 98.5 ≥ 98
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
    ("cashless_facilities", "2022-04-01", "reached"),  # 78 of 78
    ("procedure_digitisation_rate", "2020-10-01", "not_due"),  # 5 is the baseline
    ("procedure_digitisation_rate", "2022-10-01", "slightly_behind"),  # 27.6; 5 + 65 × 730/1278 = 42.1; 22.6/37.1 = 0.61
    ("procedure_digitisation_rate", "2023-01-01", "behind"),  # 30.0; 46.8; 25/41.8 = 0.598
    ("procedure_digitisation_rate", "2024-10-01", "on_track"),  # more than 80; 75.0
    ("procedure_digitisation_rate", "2026-01-01", "on_track"),  # 91; 87.5
    ("procedures_digitised", "2023-01-01", "behind"),  # 8,700; 13,005; 800/5,105 = 0.16
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


def recomputed(item: dict[str, Any], as_of: str) -> str:
    """Work a status out from nothing but the JSON; written apart from the engine, in the words of docs/method.md."""
    if item["kind"] == "qualitative":
        return "qualitative"
    figures = [f for f in item["figures"] if f["value"] is not None and f["end_date"] <= as_of]
    counters = [f for f in figures if f["is_year_to_date"] or (f["period"][:2] in ("FY", "CY") and "Q" not in f["period"])]
    if item["kind"] == "ceiling" and counters:
        figures = counters
    if not figures:
        return "no_data"
    figures.sort(key=lambda f: (f["end_date"], -date.fromisoformat(f["start_date"]).toordinal()))
    latest = figures[-1]
    targets: dict[str, dict[str, Any]] = {}
    for target in sorted(item["targets"], key=lambda x: x["set_order"]):
        if target["set_on"] is None or target["set_on"] <= as_of:
            targets[target["period"]] = target
    if not targets or item["direction"] == "none":
        return "not_applicable"
    day, value = latest["end_date"], latest["value"]
    in_order = sorted(targets.values(), key=lambda x: (x["end_date"], x["start_date"]))
    length = {
        x["period"]: date.fromisoformat(x["end_date"]).toordinal() - date.fromisoformat(x["start_date"]).toordinal()
        for x in in_order
    }
    holding = sorted((x for x in in_order if x["start_date"] <= day <= x["end_date"]), key=lambda x: length[x["period"]])
    target = (holding or [x for x in in_order if x["end_date"] >= day] or in_order[-1:])[0]
    aim, better = target["value"], -1 if item["direction"] == "lower" else 1
    on_track, behind = item["thresholds"]["on_track"], item["thresholds"]["behind"]

    def graded(ratio: float) -> str:
        return "on_track" if ratio >= on_track - 1e-9 else "slightly_behind" if ratio >= behind - 1e-9 else "behind"

    if item["kind"] == "ceiling":
        if latest not in counters:
            return "not_applicable"
        if day < target["start_date"]:
            return "not_due"
        if day > target["end_date"]:
            return "not_applicable"
        if better * (value - aim) < -1e-9:
            return "missed"
        if not latest["is_year_to_date"] or day >= target["end_date"]:
            return "reached"
        gone = (date.fromisoformat(day) - date.fromisoformat(target["start_date"])).days + 1
        return graded((aim - value) / (aim - aim * gone / (length[target["period"]] + 1)))
    start = item["baseline"]
    if start is not None and not start["is_first_figure"]:
        assert abs(start["value"] - aim) > 1e-9, "no shipped indicator has a target that equals its published baseline"
    if better * (value - aim) >= -1e-9:
        return "reached"
    since = start["end_date"] if start else "0001-01-01"
    had = any(since < f["end_date"] < day and better * (f["value"] - aim) >= 0 for f in figures[:-1])
    if day >= target["end_date"]:
        if latest["is_lower_bound"]:
            return "not_applicable"
        if not (had and day > target["end_date"]):
            return "missed"
    if had:
        return "reached_then_lost"
    if start is None:
        return "not_due"
    if abs(start["value"] - aim) < 1e-9:
        return "not_due"
    progress = (value - start["value"]) / (aim - start["value"])
    if progress < -1e-9:
        return "moving_away"
    corners = [(start["end_date"], start["value"])] + [
        (x["end_date"], x["value"]) for x in in_order if x["end_date"] > start["end_date"]
    ]
    planned = None
    for (d0, v0), (d1, v1) in pairwise(corners):
        if d0 <= day <= d1:
            a, b, c = (date.fromisoformat(x).toordinal() for x in (d0, day, d1))
            planned = v0 + (v1 - v0) * (b - a) / (c - a)
            break
    if planned is None and day > corners[-1][0]:
        planned = corners[-1][1]
    share = None if planned is None else (planned - start["value"]) / (aim - start["value"])
    return "not_due" if not share or share <= 1e-9 else graded(progress / share)


def test_a_stranger_recomputes_every_status_of_every_month_from_the_json(api: TestClient) -> None:
    seen = set()
    for year in range(2020, 2027):
        for month in range(1, 13):
            as_of = f"{year}-{month:02d}-{calendar.monthrange(year, month)[1]}"
            for item in api.get("/api/v1/status", params={"as_of": as_of}).json()["indicators"]:
                assert recomputed(item, as_of) == item["status"], (as_of, item["code"], item["scope"])
                seen.add(item["status"])
    assert {"reached", "on_track", "slightly_behind", "behind", "missed", "not_due", "no_data", "qualitative"} <= seen


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
    assert (paper["previous"]["value"], paper["year_earlier"]["value"]) == (73.1, 55.1)
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
    from server import overview

    site = TestClient(Starlette(routes=[Route("/overview", overview)]), follow_redirects=False)
    answer = site.get("/overview?lang=en&as_of=2022-12-31")
    assert (answer.status_code, answer.headers["location"]) == (307, "/?lang=en&as_of=2022-12-31")
    assert site.get("/overview").headers["location"] == "/"
