"""Pages refuse in words what they cannot show, follow the day, and the report page says what the command writes."""

from __future__ import annotations

import json
import urllib.error

import pytest

from kpis.state import State
from kpis.store.store import Store
from telling.meeting import quarter_report
from tests.pages.conftest import Site

pytestmark = pytest.mark.server


@pytest.mark.parametrize(
    ("day", "there", "gone"), [("2023-06-30", "WELFARE_HEALTH", "WELFARE"), ("2023-07-01", "WELFARE", "WELFARE_HEALTH")]
)
def test_the_bureaus_listed_are_those_of_the_day(site: Site, day: str, there: str, gone: str) -> None:
    valid = {b["code"] for b in site.api(f"bureaus?as_of={day}")["bureaus"] if b["is_valid"]}
    assert there in valid and gone not in valid


def test_bureaus_without_figures_are_shown_as_such_and_those_with_their_own_are_not(site: Site) -> None:
    """Every bureau is a row of the table; the cells of each are held against the API by ``tests/publishers/matrixed.py``."""
    bureaus = [b for b in site.api("bureaus")["bureaus"] if b["is_valid"]]
    texts, tables = site.viewer.read("bureau", "lang=ja")
    assert sum(bool(b["own_indicators"]) for b in bureaus) == 7 and len(bureaus) == 32
    assert not any("報告なし" in t or "報告がない局" in t for t in texts)
    common, own = "各局共通の指標(数値あり/全件)", "局ごとの指標"
    table = next(t for t in tables if common in t.columns)
    shown = {
        name: (with_figures, str(alone)) for name, with_figures, alone in zip(*(table[c] for c in ("局", common, own)), strict=True)
    }
    assert shown == {
        b["name_ja"]: (f"{len(b['reported'])} / {len(b['owed'])}", str(len(b["own_indicators"]) or "―")) for b in bureaus
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
    made = quarter_report(State(Store(site.url)), "FY2022-Q4", language=language)
    texts, _ = site.viewer.read("report", f"period=FY2022-Q4&lang={language}")
    assert made.title in texts
    assert "\n".join(f"- {sentence}" for sentence in made.sentences()) in texts
