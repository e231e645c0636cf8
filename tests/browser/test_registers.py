"""The pages of the registers against their own open API: every card, sentence, bar and line says the number the API gives."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from kpis.figures.facilities import CASHLESS
from kpis.figures.facilities import STATUSES as CASHLESS_STATUSES
from kpis.figures.registers import FORMS, STATUSES, STEPS
from kpis.government import settled
from kpis.languages import say
from loaders.catalogue import load_folder
from loaders.load import load_file
from tests import census
from tests.browser.conftest import serving
from tests.browser.screen import Screen, leave, too_wide
from tests.browser.visits import Visits, opened
from tests.loaders.test_census import answer, census_file
from tests.shared import copied, empty

pytestmark = pytest.mark.browser
MAIN = "[data-testid=stMain]"
BARS = """[...document.querySelectorAll('.js-plotly-plot')].map(g => ({
    alt: g.closest('[data-testid=stPlotlyChart]')?.getAttribute('aria-label') || '',
    bars: g._fullData.filter(t => t.type === 'bar').map(t => ({name: t.name, counts: (t.customdata || []).map(c => c), x: [...t.x], y: [...t.y]})),
    lines: g._fullData.filter(t => t.type === 'scatter' && t.mode !== 'markers').map(t => ({x: [...t.x], y: [...t.y]})),
    hover: g._fullData.filter(t => t.mode === 'text').map(t => [...(t.customdata || [])]).flat(),
}))"""


def whole(shown: tuple[Page, list[str]]) -> tuple[Page, list[str]]:
    """Wait for the last line of a page of a register, so that a busy machine shows all of it too."""
    page, wrong = shown
    page.wait_for_selector("text=/同じ数値: |The same numbers: /", timeout=120_000)
    return page, wrong


def asked(address: str, path: str) -> Any:
    with urllib.request.urlopen(f"{address}{path}", timeout=120) as response:
        return json.loads(response.read())


def charts(page: Page) -> list[dict]:
    """Read what every chart draws, once each has fetched its code and is drawn."""
    page.wait_for_function(
        # A chart whose code is still on its way is a grey bar that is no chart yet.
        "!document.querySelector('[data-testid=stSkeleton]') && document.querySelectorAll('[data-testid=stPlotlyChart]').length > 0 && "
        "[...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(c => c.querySelector('.js-plotly-plot .main-svg'))",
        timeout=120_000,
    )
    return page.evaluate(BARS)


def shares(chart: dict, words: dict[str, str]) -> dict[str, dict[str, int]]:
    """Return label → status → count of a chart of shares; what is not drawn is 0."""
    found: dict[str, dict[str, int]] = {}
    for bar in chart["bars"]:
        for label, count in bar["counts"]:
            found.setdefault(label, {})[words[bar["name"]]] = count
    return found


def kept(counts: dict[str, int]) -> dict[str, int]:
    return {k: v for k, v in counts.items() if v}


def english(prefix: str, names: tuple[str, ...]) -> dict[str, str]:
    return {say(prefix + name, "en"): name for name in names}


def percent(value: float | None) -> str:
    return "―" if value is None else f"{value:.1f}%"


@pytest.fixture(scope="module")
def japan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on the example of the ministries, with a small census of known answers."""
    folder = tmp_path_factory.mktemp("japan")
    store = copied(empty(), folder / "served.db")
    later = {"オンライン化の実施状況": "2 未実施", "オンライン化実施時期": "1 2024年度"}
    rows = [
        answer(手続ID="1", 申請時に添付させる書類="定款", 添付書類等の提出方法="2 原紙での提出のみ"),
        answer(手続ID="2", 所管府省庁="財務省", 手数料等の納付有無="1 手数料等無し", **{"情報システム(申請)": "e-Gov; e-Tax"}),
        answer(手続ID="3", 所管府省庁="財務省", 手続名="酒税の申告", オンライン手続件数="0", **later),
        answer(手続ID="4", 所管府省庁="財務省", オンライン化の実施状況="5 一部実施済", 総手続件数="0", オンライン手続件数="0"),
    ]
    with settled(census.CATALOGUE):
        load_folder(store, census.CATALOGUE, official=census.OFFICIAL)
        report = load_file(store, census_file(folder / "census.csv", *rows))
    assert report.accepted == 4 and not report.problems
    store.engine.dispose()
    with serving(folder, CATALOGUE_DIR=str(census.CATALOGUE), OFFICIAL_DIR=str(census.OFFICIAL)) as address:
        yield address


@pytest.mark.parametrize("register", ["tokyo", "japan"])
@pytest.mark.parametrize("dimension", ["bureau", "process_type", "applicant", "authority", "priority", "channel"])
def test_every_number_of_the_procedures_page_is_that_of_the_api(
    visits: Visits, server: str, japan: str, register: str, dimension: str
) -> None:
    address = server if register == "tokyo" else japan
    told = asked(address, "/api/v1/registers/procedures")
    page, wrong = whole(visits.see(address, f"/procedures?lang=en&by={dimension}", width=1280))
    text, drawn = page.inner_text(MAIN), charts(page)
    assert wrong == []
    total, plan = told["total"], told["plan"]
    for number in (
        f"{total['done_count']:,} of the {total['procedures_count']:,} procedures on the list ({percent(total['rate_pct'])})",
        *([f"With those done in part: {percent(total['rate_with_partly_pct'])}."] if total["statuses"]["partly_done"] else []),
        f"Open procedures with a planned day: {plan['planned_count']:,}"
        if plan["planned_count"]
        else "No open procedure has a planned day.",
        *(
            [f": {plan['overdue_count']:,}."]
            if plan["overdue_count"]
            else ["none was overdue on "]
            if plan["planned_count"]
            else []
        ),
        *([f"Planned without a day: {plan['undated_count']:,}."] if plan["undated_count"] else []),
    ):
        assert number in text, number
    if total["applications_count"]:
        assert f"{percent(total['applications_rate_pct'])}\nOf " in text.replace("\n\n", "\n")
        assert f"in the {total['with_applications_count']:,} procedures with a known count" in text
    if total["usage_total_count"]:
        assert percent(total["usage_of_online_pct"]) in text
        assert f"{percent(total['usage_of_all_pct'])} of applications in all procedures" in text
    if told["priority"]["procedures_count"]:
        assert f"{told['priority']['done_count']} / {told['priority']['procedures_count']}" in text
    for published in told["published"]:
        if published["published_denominator"] is not None:
            assert f"this list holds {published['register_count']:,} " in text
            break

    words = english("digital_", STATUSES)
    by = told["by_channel"] if dimension == "channel" else {v: t["statuses"] for v, t in told["by"][dimension].items()}
    compared = next((shares(c, words) for c in drawn if c["bars"] and {b["name"] for b in c["bars"]} <= set(words)), {})
    if dimension == "channel":
        by = {name: counts for name, counts in by.items() if name != "-"}
        by = dict(list(by.items())[:15])
    if set(by) <= {"unknown", "-"}:
        by = {}  # nothing is drawn of what no row states; the page says so
        assert "No row of the list states it" in text or "No procedure names a channel" in text
    assert sorted(map(str, map(sorted, (kept(c).items() for c in compared.values())))) == sorted(
        map(str, map(sorted, (kept(c).items() for c in by.values())))
    )
    if dimension != "channel":
        for value in told["by"][dimension].values():
            assert (value["rate_pct"] is None) == (value["statuses"]["unknown"] == value["procedures_count"])
    forms = english("form_", FORMS)
    stepped = next((shares(c, forms) for c in drawn if c["bars"] and {b["name"] for b in c["bars"]} <= set(forms)), None)
    online = sum(told["steps"]["fee"].values())
    known = any(counts["unknown"] < online for counts in told["steps"].values())
    assert (stepped is not None) == known
    if stepped is not None:
        steps = english("step_", STEPS)
        assert {steps[label]: kept(c) for label, c in stepped.items()} == {s: kept(c) for s, c in told["steps"].items()}
    upright = [int(n) for c in drawn for b in c["bars"] if not b["counts"] for n in b["y"]]
    assert sum(upright) == plan["planned_count"]
    if told["over_time"]:
        (over_time,) = (c for c in drawn if c["alt"].startswith(say("time_heading", "en")))
        assert [int(n) for n in over_time["lines"][-1]["y"]] == [p["so_far_count"] for p in told["over_time"]]


def test_every_number_of_the_facilities_page_is_that_of_the_api(visits: Visits, server: str) -> None:
    told = asked(server, "/api/v1/registers/facilities")
    for field in ("bureau", "kind"):
        page, wrong = whole(visits.see(server, f"/facilities?lang=en&by={field}", width=1280))
        text, drawn = page.inner_text(MAIN), charts(page)
        assert wrong == []
        statuses, ways, count = told["statuses"], told["methods"], told["facilities_count"]
        for number in (
            f"of the {count} facilities on this list, {statuses['introduced']} are named as taking it",
            f"{statuses['class_level_only']} stated only for their class, {statuses['announced']} announced, {statuses['not_cashless']} cash only, {statuses['unknown']} unknown",
            f"{ways['standard']} / {told['taking_count']}",
            f"{ways['card']} take cards, {ways['ic']} transit IC or e-money, {ways['qr']} QR; not stated: {ways['unstated']}",
            f"{len(told['cash_only'])} places are known to take cash only",
            f"For {told['without_plan_count']}, no day is known by which it ends.",
            f"{told['published']['numerator']:.0f} / {told['published']['denominator']:.0f}",
        ):
            assert number in text, number
        words = english("cashless_", CASHLESS_STATUSES)
        compared = next(shares(c, words) for c in drawn if c["bars"] and {b["name"] for b in c["bars"]} <= set(words))
        assert sorted(map(str, map(sorted, (kept(c).items() for c in compared.values())))) == sorted(
            map(str, map(sorted, (kept(c).items() for c in told[f"by_{field}"].values())))
        )
        lines = next(c["lines"] for c in drawn if len(c["lines"]) == 2 and len(c["lines"][0]["y"]) == len(told["over_time"]))
        assert [[int(n) for n in line["y"]] for line in lines] == [
            [p["done_count"] for p in told["over_time"]], [p["planned_count"] for p in told["over_time"]],
        ]  # fmt: skip
        tiles = {m[1]: (int(m[2]), int(m[3])) for c in drawn for h in c["hover"] if (m := re.match(r"(.+): (\d+) / (\d+)$", h))}
        assert len(tiles) == 62
        expected = sorted(
            (sum(c[s] for s in CASHLESS), sum(c.values())) for place, c in told["by_place"].items() if place
        )  # fmt: skip
        assert sorted(t for t in tiles.values() if t[1]) == expected


def test_a_search_is_kept_in_the_address_and_its_csv_is_the_same_list(chromium: Browser, visits: Visits, japan: str) -> None:
    page, wrong = whole(opened(chromium, japan, "/procedures?lang=en", width=1280, charts=False))
    page.get_by_label("Search names and laws").fill("酒税")
    page.get_by_label("Search names and laws").press("Enter")
    page.wait_for_selector("text=1-1 of 1", timeout=120_000)
    Screen(page, japan).asks(q="酒税")
    link = page.get_by_role("link", name="Save all matches as CSV").get_attribute("href")
    leave(page.context)
    with urllib.request.urlopen(f"{japan}{link}" if link.startswith("/") else link, timeout=20) as response:
        content = response.read().decode("utf-8-sig")
    assert "酒税の申告" in content and len(content.splitlines()) == 2
    page, _ = whole(visits.see(japan, "/procedures?lang=ja&status=done&bureau=MOF", width=1280))
    assert "1件中 1~1 件目" in page.inner_text(MAIN)
    assert wrong == []


def test_one_procedure_has_its_own_address_and_an_unknown_one_is_named(chromium: Browser, japan: str) -> None:
    page, wrong = opened(chromium, japan, "/procedures?lang=en&code=3", width=375, charts=False)
    text = page.inner_text(MAIN)
    assert "酒税の申告" in text and "Ministry of Finance" in text and "FY2024" in text and wrong == []
    page.goto(japan + "/procedures?lang=en&code=nowhere")
    page.wait_for_selector("h1:has-text('There is no procedure')")
    leave(page.context)


def test_a_government_without_facilities_is_told_how_to_load_them(visits: Visits, japan: str) -> None:
    page, wrong = visits.see(japan, "/facilities?lang=en", width=1280)
    assert "No list of facilities has been loaded yet" in page.inner_text(MAIN) and wrong == []
    assert page.locator("[data-testid=stPlotlyChart]").count() == 0


@pytest.mark.parametrize("width", [1280, 375])
def test_the_pages_of_another_government_hold_together(visits: Visits, japan: str, width: int) -> None:
    for path in ("/", "/five_less", "/procedures", "/facilities", "/projects", "/bureau"):
        page, wrong = visits.see(japan, f"{path}?lang=en", width=width)
        assert page.locator("[data-testid=stException]").count() == 0 and wrong == [], path
        assert too_wide(page) == []
