"""The numbers on the pages of projects, milestones, bureaus and changes are those of the open API, every one of them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from kpis.settings import ROOT
from kpis.store import Store
from kpis.text import format_value, status_word
from loaders.catalogue import load_folder
from publishers.report import quarter_report
from tests.bench.viewer import Viewer, served


class Site:
    """A served dashboard: its pages over the websocket, its API over HTTP."""

    def __init__(self, port: int, url: str) -> None:
        self.port, self.viewer, self.url = port, Viewer(port), url

    def api(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}", timeout=60) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path_factory.mktemp('site') / 'site.db'}"
    store = Store(url)
    store.migrate()
    load_folder(store, ROOT / "data" / "catalogue", official=ROOT / "data" / "official")
    with served("server:app", DATABASE_URL=url) as port:
        made = Site(port, url)
        yield made
        made.viewer.close()


def written(figure: dict[str, Any], indicator: dict[str, Any], language: str = "ja") -> str:
    """Write a figure of the API as a page should show it."""
    if figure["value"] is None:
        return (figure["text_en"] if language == "en" else "") or figure["text_ja"] or "―"
    about = ("about " if language == "en" else "約") if figure["is_approximate"] else ""
    if indicator["kind"] in ("completion", "stock") and figure["denominator"]:
        return f"{about}{figure['value']:,.0f} / {figure['denominator']:,.0f}"
    measured = SimpleNamespace(unit_ja=indicator["unit_ja"], unit_en=indicator["unit_en"], decimals=indicator["decimals"])
    return about + format_value(figure["value"], measured, language)


def test_every_figure_and_target_of_every_project_is_that_of_the_api(site: Site) -> None:
    indicators = {i["indicator_code"]: i for i in site.api("indicators")}
    status = [s for s in site.api("status")["indicators"] if s["scope"] == indicators[s["code"]]["scope_code"]]
    projects = site.api("projects")["projects"]
    assert len(projects) == 38
    for project in projects:
        own = [s for s in status if s["project"] == project["code"]]
        texts, tables = site.viewer.read("projects", f"code={project['code']}&lang=ja")
        expected = Counter((s["name_ja"], written(f, indicators[s["code"]])) for s in own for f in s["figures"])
        shown = next((t for t in tables if {"指標", "値", "単位"} <= set(t.columns)), None)
        assert (Counter() if shown is None else Counter(zip(shown["指標"], shown["値"], strict=True))) == expected, project["code"]
        goals = sum(len(s["targets"]) for s in own)
        listed = next((t for t in tables if {"指標", "目標", "設定日"} <= set(t.columns)), None)
        assert (0 if listed is None else len(listed)) == goals
        assert any(t.startswith("計算による判定") and f"{status_word(project['status'])}]" in t for t in texts), project["code"]
        assert Counter(s["status"] for s in own) == Counter(project["counts"])


def test_every_day_of_every_milestone_is_that_of_the_api(site: Site) -> None:
    seen = 0
    for project in site.api("projects")["projects"]:
        milestones = site.api(f"milestones?project={project['code']}")["milestones"]
        _, tables = site.viewer.read("projects", f"code={project['code']}&lang=en")
        shown = next((t for t in tables if {"Milestones", "Planned", "Done", "State"} <= set(t.columns)), None)
        assert (0 if shown is None else len(shown)) == len(milestones)
        if shown is None:
            continue
        words = {"done": "done", "late": "late", "not_seen": "result not seen", "coming": "coming", "undated": "no day"}
        assert Counter(zip(shown["Milestones"], shown["State"], strict=True)) == Counter(
            (m["name_en"], words[m["state"]]) for m in milestones
        )
        for m in milestones:
            if m["actual"] and m["actual"]["precision"] == "day":
                day = date.fromisoformat(m["actual"]["day"])
                assert f"{day.day} {day:%b %Y}" in set(shown["Done"])
        assert Counter(m["state"] for m in milestones) == Counter({k: n for k, n in project["milestones"].items() if n})
        seen += len(milestones)
    assert seen == 309


def test_the_comparison_with_plan_previous_and_year_earlier_is_that_of_the_api(site: Site) -> None:
    indicators = {i["indicator_code"]: i for i in site.api("indicators")}
    _, tables = site.viewer.read("changes", "lang=ja")
    shown = next(t for t in tables if "前年同期" in t.columns)
    status = [s for s in site.api("status")["indicators"] if s["scope"] == indicators[s["code"]]["scope_code"] and s["period"]]
    by_period = {(s["code"], f["period"]): f for s in status for f in s["figures"]}
    assert Counter(zip(shown["指標"], shown["実績"], shown["判定"], strict=True)) == Counter(
        (s["name_ja"], written(by_period[s["code"], s["period"]], indicators[s["code"]]), status_word(s["status"])) for s in status
    )


def test_what_changed_since_a_day_is_that_of_the_api(site: Site) -> None:
    found = site.api("changes?since=2022-10-01")["changes"]
    indicators = {i["indicator_code"]: i["name_ja"] for i in site.api("indicators")}
    _, tables = site.viewer.read("changes", "since=2022-10-01&lang=ja")
    shown = next(t for t in tables if "理由" in t.columns)
    assert Counter(shown["指標"]) == Counter(indicators[c["after"]["indicator"]] for c in found)
    for change, row in zip(found, shown.to_dict("records"), strict=True):
        assert row["現在"].endswith(status_word(change["after"]["status"])) and row["以前"].endswith(
            status_word(change["before"]["status"])
        )
        assert ("新しい期間" in row["理由"]) == any(r["reason"] == "new_period" for r in change["reasons"])
    assert len(found) > 20


@pytest.mark.parametrize(
    ("day", "there", "gone"), [("2023-06-30", "WELFARE_HEALTH", "WELFARE"), ("2023-07-01", "WELFARE", "WELFARE_HEALTH")]
)
def test_the_bureaus_listed_are_those_of_the_day(site: Site, day: str, there: str, gone: str) -> None:
    valid = {b["code"] for b in site.api(f"bureaus?as_of={day}")["bureaus"] if b["is_valid"]}
    assert there in valid and gone not in valid


def test_bureaus_that_report_nothing_are_shown_as_such(site: Site) -> None:
    bureaus = site.api("bureaus")["bureaus"]
    texts, tables = site.viewer.read("bureau", "lang=ja")
    silent = [b for b in bureaus if b["is_valid"] and not b["indicators"]]
    assert sum("報告なし" in t for t in texts) >= len(silent) > 20
    table = next(t for t in tables if "報告した指標" in t.columns)
    assert dict(zip(table["局"], table["報告した指標"], strict=True)) == {
        b["name_ja"]: len(b["reported"]) for b in bureaus if b["is_valid"]
    }


def test_every_bureau_page_shows_its_registers_and_milestones(site: Site) -> None:
    for bureau in site.api("bureaus")["bureaus"]:
        texts, _ = site.viewer.read("bureau", f"code={bureau['code']}&lang=en")
        total, done = sum(bureau["procedures"].values()), bureau["procedures"].get("done", 0)
        if total:
            assert f"{done} of {total} procedures of the register are digital." in texts
        total, done = sum(bureau["facilities"].values()), bureau["facilities"].get("introduced", 0)
        if total:
            assert any(t.startswith(f"{done} of {total} facilities") for t in texts)
        count = sum(bureau["milestones"].values())
        if count:
            assert any(t.startswith(f"{count} milestones: {bureau['milestones']['done']} done") for t in texts), bureau["code"]


def test_an_unknown_project_or_view_is_refused_in_words(site: Site) -> None:
    for path in ("milestones?project=nowhere", "bureaus?view=then_and_now", "changes?since=yesterday"):
        with pytest.raises(urllib.error.HTTPError) as refusal:
            site.api(path)
        assert refusal.value.code == 400 and "/" in json.load(refusal.value)["error"]
    texts, _ = site.viewer.read("projects", "code=nowhere&lang=en")
    assert any("There is no project nowhere" in t for t in texts)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_report_page_says_what_the_command_writes(site: Site, language: str) -> None:
    made = quarter_report(Store(site.url), "FY2022-Q4", language=language)
    texts, _ = site.viewer.read("report", f"period=FY2022-Q4&lang={language}")
    assert made.title in texts
    assert "\n".join(f"- {sentence}" for sentence in made.sentences()) in texts
