"""Pages refuse in words what they cannot show, follow the day, and the report page says what the command writes."""

from __future__ import annotations

import json
import urllib.error

import pytest

from kpis.store import Store
from publishers.report import quarter_report
from tests.pages.conftest import Site


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
