"""The public edition in a real Chromium: the instance and the static pages side by side, without a script, on a narrow phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from publishers.editions import on_disk
from tests.browser.visits import Visits
from tests.publishers.house import House
from tests.publishers.shown import numbers_in

pytestmark = pytest.mark.browser
PATHS = {
    "/": "overview.html", "/five_less": "five-less.html", "/indicator?code=paper_sheets": "indicators/paper_sheets.html",
    "/indicator?code=electronic_decision_rate": "indicators/electronic_decision_rate.html",
}  # fmt: skip

# What the page says but for its charts, which stay as they are: the ticks of axes are no figures.
WITHOUT_CHARTS = """() => {
    const charts = [...document.querySelectorAll('[data-testid=stPlotlyChart]')];
    charts.forEach(chart => { chart.style.display = 'none'; });
    const said = document.querySelector('[data-testid=stMain]').innerText;
    charts.forEach(chart => { chart.style.display = ''; });
    return said;
}"""


@pytest.fixture(scope="module")
def public(published_port: int) -> str:
    return f"http://127.0.0.1:{published_port}"


def frame(language: str, address: str, published: House) -> set[str]:
    """Return the numbers of the frame round every page: the edition, its day, its address."""
    held = on_disk.opened(published.folder, 2)
    return {*numbers_in(held.as_of.isoformat()), str(held.as_of.month), str(held.as_of.day), "2", "0002", "4.0"}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", list(PATHS))
def test_every_number_a_reader_sees_on_the_instance_stands_in_the_static_page(
    chromium: Browser, visits: Visits, public: str, published: House, path: str, language: str
) -> None:
    """As text on the screen; the static page is read with scripts switched off."""
    page, wrong = visits.see(public, path + ("&" if "?" in path else "?") + f"lang={language}", width=1280)
    seen = page.evaluate(WITHOUT_CHARTS)
    links = "".join(page.locator("[data-testid=stMain] a[href^=http]").all_inner_texts())
    assert "公表版 第2号" in seen if language == "ja" else "Edition 2" in seen
    assert wrong == []
    plain = chromium.new_context(java_script_enabled=False).new_page()
    plain.goto(f"{public}/site/{'en/' if language == 'en' else ''}{PATHS[path]}")
    static = plain.inner_text("body")
    plain.context.close()
    missing = set(numbers_in(seen)) - set(numbers_in(static)) - set(numbers_in(links))
    assert len(set(numbers_in(seen))) > 10
    assert missing <= frame(language, public, published), missing


@pytest.mark.parametrize("width", [320, 375, 1280])
@pytest.mark.parametrize("path", ["index.html", "en/five-less.html", "indicators/paper_sheets.html", "projects/CP2.html", "en/procedures.html",
                                  "facilities.html", "en/bureaus/DIGITAL.html", "revisions.html", "en/data.html", "definitions.html", "method.html"])  # fmt: skip
def test_a_static_page_fits_without_a_script_and_asks_no_other_host(chromium: Browser, public: str, path: str, width: int) -> None:
    page = chromium.new_context(viewport={"width": width, "height": 900}, java_script_enabled=False).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{public}/site/{path}")
    box = page.locator("main").bounding_box()
    assert box is not None and box["width"] <= width
    for element in page.locator("main > *").all():
        box = element.bounding_box()
        assert box is None or box["x"] + box["width"] <= width + 1, element.evaluate("e => e.outerHTML.slice(0, 120)")
    assert all(url.startswith(public) for url in asked)
    page.context.close()


def test_the_script_says_the_value_under_the_pointer_and_by_keyboard(chromium: Browser, public: str) -> None:
    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{public}/site/overview.html")
    page.locator("svg.chart.wide").first.focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("p.tip").first.inner_text() == "2025年12月: 91%"
    page.keyboard.press("ArrowLeft")
    assert page.locator("p.tip").first.inner_text() == "2024年9月: 80%超"
    assert wrong == []
    page.context.close()


def test_a_card_can_be_embedded_as_a_picture_by_a_page_of_anybody(chromium: Browser, public: str) -> None:
    page = chromium.new_context().new_page()
    page.set_content(f'<img id="card" src="{public}/embed/paper_reduction_rate.svg">')
    page.wait_for_function("document.getElementById('card').naturalWidth > 0", timeout=120_000)
    page.context.close()
