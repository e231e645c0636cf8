"""Each printed sheet by itself: it says what it is of, ends with no heading, cuts no number, and no sheet is there without need."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page

from kpis.languages import say
from kpis.state import State
from kpis.store.store import Store
from kpis.text import format_date
from publishers.editions import on_disk
from publishers.meeting.page import report_page
from telling.meeting import quarter_report
from tests.browser.test_print import squeezed
from tests.browser.visits import Visits
from tests.publishers.house import House
from tests.shots.unsightly import unsightly_on_paper

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        shutil.which("pdftotext") is None, reason="pdftotext がありません / no pdftotext: apt-get install poppler-utils"
    ),
]
MARGIN = 42  # points: 15 mm, where the words of a page begin
HEADINGS = "main :is(h1, h2, h3):not(.vh), tr.mx-group th, [data-testid=stMain] [data-testid=stHeading] :is(h1, h2, h3)"
# Cells of one value that are broken, and cells in which a line holds a sign or two of many.
NARROW = """() => [...document.querySelectorAll('table.lb :is(td, th)')].filter(e => {
    const style = getComputedStyle(e), letters = e.textContent.trim().length, line = parseFloat(style.lineHeight);
    const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight), own = document.createRange();
    own.selectNodeContents(e);
    const tall = own.getBoundingClientRect().height > 1.7 * line;
    return letters && e.checkVisibility() && style.display !== 'inline' && tall && (e.matches('.nw:not(:has(a))') && !/[(]/.test(e.textContent) || room < 2.5 * parseFloat(style.fontSize));
}).map(e => e.textContent.trim().slice(0, 40))"""

# Days, months and periods in cells that take more than one line.
PARTED = r"""() => {
    const period = /令和\d+年度(?:第\d四半期)?|\d{4}年\d+月(?:\d+日)?|[HRS]\d+ Q\d|FY\d{4}(?: Q\d)?|(?:\d+ )?[A-Z][a-z]{2} \d{4}/g, found = [], at = document.createRange();
    for (const cell of document.querySelectorAll('td')) {
        const texts = [], walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) texts.push(walk.currentNode);
        const place = n => { for (const t of texts) { if (n <= t.length) return [t, n]; n -= t.length; } };
        for (const whole of texts.map(t => t.data).join('').matchAll(period)) {
            at.setStart(...place(whole.index)); at.setEnd(...place(whole.index + whole[0].length));
            const tops = [...at.getClientRects()].filter(r => r.width > 1).map(r => r.top);
            if (Math.max(...tops) - Math.min(...tops) > 5) found.push(whole[0]);
        }
    }
    return found;
}"""

# On paper: headings with an empty box below, behind which a sheet may end; words beside a mark that stand on another
# line than the words behind them; values that stand below the facts beside them.
ASTRAY = """() => {
    const found = [], box = e => e.getBoundingClientRect(), main = document.querySelector('[data-testid=stMain]');
    for (const heading of main.querySelectorAll('[data-testid=stElementContainer]:has(> [data-testid=stHeading])')) {
        let next = heading.nextElementSibling;
        while (next && getComputedStyle(next).display === 'none') next = next.nextElementSibling;
        if (next && !box(next).height) found.push('nothing below ' + heading.innerText);
    }
    for (const mark of main.querySelectorAll('.tb .sm')) {
        const words = document.createRange(), behind = document.createRange(), text = mark.nextSibling;
        if (text?.nodeType !== Node.TEXT_NODE || !text.data.trim()) continue;
        words.selectNodeContents(mark.lastChild); behind.setStart(text, 1); behind.setEnd(text, 2);
        const apart = Math.abs(box(words).bottom - box(behind).bottom);
        if (apart > 1 && apart < 8) found.push('not on one line: ' + mark.parentElement.innerText);
    }
    for (const head of main.querySelectorAll('.hd:has(dl)')) {
        if (box(head.querySelector('.hd-value')).top > box(head.querySelector('dl')).top + 30) found.push('below its facts: ' + head.innerText);
    }
    return found;
}"""

# Each chart on paper: how much of the width of its place it takes, and how large its words are, in points.
CHARTS = """() => [...document.querySelectorAll('[data-testid=stMain] .stPlotlyChart')].filter(e => !e.closest('[class*=st-key-wide_]')).map(chart => {
    const drawn = [...chart.closest('[data-testid=stElementContainer]').nextElementSibling.querySelectorAll('img.paper-chart')].filter(e => e.checkVisibility());
    const form = e => e.className.match(/paper-(wide|narrow)/)[1];  // a high chart has several pieces, one below the other, all of one form
    if (new Set(drawn.map(form)).size !== 1 || drawn.filter(e => e.alt).length !== 1 || chart.checkVisibility()) return [0, 0, chart.textContent];
    const wide = Math.min(...drawn.map(e => e.getBoundingClientRect().width)), all = drawn[0].parentElement.getBoundingClientRect().width;
    return [wide / all, Math.min(...drawn.map(e => 13 * e.getBoundingClientRect().width / e.naturalWidth * .75)), drawn[0].alt];
})"""


@pytest.fixture(scope="module")
def site(published: House) -> Path:
    return on_disk.opened(published.folder, 2).folder / "site"


def sheets(page: Page, path: Path) -> list[list[str]]:
    """Print a page upright on A4; return the lines of each sheet, what stands below them last."""
    page.pdf(path=path, format="A4", print_background=True)
    told = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    return [[line for line in sheet.split("\n") if line.strip()] for sheet in told.removesuffix("\f").split("\f")]


def left_of_the_margin(path: Path) -> list[str]:
    """Return the words that begin in the left margin, where a browser cuts what lies beyond the page."""
    boxes = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True).stdout
    return [word for left, word in re.findall(r'<word xMin="([-\d.]+)"[^>]*>(.*?)</word>', boxes) if float(left) < MARGIN - 1]


def each_says(printed: list[list[str]], *told: str) -> None:
    """Each sheet says its number, how many there are, and more."""
    for number, lines in enumerate(printed, start=1):
        assert len(lines) > 2, f"sheet {number} has no more than its foot"
        foot = squeezed("".join(lines[-3:]))
        assert f"{number}/{len(printed)}" in foot, (number, lines[-3:])
        foot = foot.replace(f"{number}/{len(printed)}", "")  # may stand between two lines of what is beside it
        for words in told:
            assert squeezed(words) in foot, (number, words, lines[-3:])


def lonely(page: Page, printed: list[list[str]]) -> list[str]:
    """Return the headings that stand last on a sheet, without what they head."""
    headings = {squeezed(text) for text in page.locator(HEADINGS).all_inner_texts()}
    ends = []
    for lines in printed[:-1]:
        body = [line for line in lines if not re.search(r"\d+ / \d+\s*$", line)]
        ends += [last for last in map(squeezed, body[-1:]) if last in headings]
    return ends


@pytest.mark.parametrize("language", ["", "en/"])
@pytest.mark.parametrize(
    ("name", "most"),
    [("index", 2), ("near", 5), ("overview", 5), ("five-less", 8), ("definitions", 14), ("facilities", 9), ("procedures", 8),
     ("bureaus", 3), ("projects", 5), ("projects/CP2", 5), ("indicators/electronic_decision_rate", 6), ("data", 4)],
)  # fmt: skip
def test_sheets_of_the_static_edition(
    visits: Visits, published: House, site: Path, tmp_path: Path, name: str, most: int, language: str
) -> None:
    page = visits.plain()
    page.goto((site / f"{language}{name}.html").as_uri())
    printed = sheets(page, tmp_path / "page.pdf")
    code = "en" if language else "ja"
    each_says(printed, say("site", code), say("edition_line", code, number=2, day="").removesuffix(")"))
    assert len(printed) <= most
    assert lonely(page, printed) == []
    assert left_of_the_margin(tmp_path / "page.pdf") == []
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 1000})
    assert page.evaluate(NARROW) == []
    assert list(unsightly_on_paper(page)) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_sheets_of_the_meeting_material(visits: Visits, tokyo: Store, tmp_path: Path, language: str) -> None:
    path = tmp_path / "report.html"
    report = quarter_report(State(tokyo), "FY2022-Q3", language=language)
    path.write_text(report_page(report), encoding="utf-8")
    page = visits.plain()
    page.goto(path.as_uri())
    printed = sheets(page, tmp_path / "page.pdf")
    each_says(printed, report.title, format_date(report.as_of, language))
    assert lonely(page, printed) == []
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 1000})  # its margins are 14 mm
    assert page.evaluate(PARTED) == []


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    ("path", "most"),
    [("/five_less", 5), ("/bureau", 3), ("/projects", 7),
      ("/projects?code=CP2", 7), ("/procedures", 4), ("/facilities", 9), ("/indicator?code=electronic_decision_rate", 4),
     ("/about", 10)],
)  # fmt: skip
def test_sheets_of_the_dashboard(visits: Visits, server: str, tmp_path: Path, path: str, most: int, language: str) -> None:
    """Each says its page and the day that is shown; lists of which nothing was chosen and ways elsewhere are not printed."""
    page, _ = visits.see(server, f"{path}{'&' if '?' in path else '?'}lang={language}", width=1280)
    printed = sheets(page, tmp_path / "page.pdf")
    line = page.locator(".st-key-view_line summary p").inner_text()
    each_says(printed, page.title(), re.split(r"\s・", line)[0])
    assert len(printed) <= most
    assert lonely(page, printed) == []
    assert left_of_the_margin(tmp_path / "page.pdf") == []
    said = squeezed("".join("".join(lines) for lines in printed))
    assert squeezed(say("view_line_change", language)) not in said and squeezed(say("details", language)) not in said
    alone = [line.strip() for lines in printed for line in lines]
    assert say("any", language) not in alone
    assert list(unsightly_on_paper(page)) == []


def test_what_was_chosen_stands_on_paper_unless_it_is_the_title(visits: Visits, server: str, tmp_path: Path) -> None:
    page, _ = visits.see(server, "/bureau?lang=ja", width=1280)
    said = squeezed("".join("".join(lines) for lines in sheets(page, tmp_path / "chosen.pdf")))
    assert "コピー用紙調達量" in said[said.index("比べる指標") :][:30]
    page, _ = visits.see(server, "/indicator?code=touchless_services&lang=ja", width=1280)
    said = squeezed("".join("".join(lines) for lines in sheets(page, tmp_path / "title.pdf")))
    assert "タッチレス(Web相談・説明会)" in said and "指標を選ぶ" not in said


@pytest.mark.parametrize(("path", "lacking"), [("/facilities", 61 - 20), ("/procedures", 69 - 10)])
def test_paper_says_how_many_rows_of_a_folded_list_it_lacks(
    visits: Visits, server: str, tmp_path: Path, path: str, lacking: int
) -> None:
    page, _ = visits.see(server, f"{path}?lang=ja", width=1280)
    said = squeezed("".join("".join(lines) for lines in sheets(page, tmp_path / "folded.pdf")))
    assert f"ほか{lacking}件は印刷していません" in said


def test_values_of_an_indicator_are_printed(visits: Visits, server: str, tmp_path: Path) -> None:
    """On the screen they are in the table below its chart, which is folded."""
    page, _ = visits.see(server, "/indicator?code=electronic_decision_rate&lang=ja", width=1280)
    said = squeezed("".join("".join(lines) for lines in sheets(page, tmp_path / "values.pdf")))
    for value in ("2021年9月94.8%", "2022年6月99.4%", "2023年3月99.8%"):
        assert value in said
    page.emulate_media(media="screen")
    assert not page.locator(".paper-values, .paper-chart").filter(visible=True).count()


@pytest.mark.parametrize(
    "path", ["/five_less", "/projects?code=CP2", "/procedures", "/facilities", "/indicator?code=paper_sheets", "/"]
)
def test_charts_on_paper_are_as_wide_as_their_place_and_can_be_read(visits: Visits, server: str, path: str) -> None:
    page, _ = visits.see(server, f"{path}{'&' if '?' in path else '?'}lang=en", width=1280)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 1000})
    charts = page.evaluate(CHARTS)
    assert charts
    assert [chart for chart in charts if chart[0] < 0.98 or chart[1] < 6.5] == []


@pytest.mark.parametrize(
    "path", ["/procedures", "/changes?since=2022-10-01", "/indicator?code=paper_sheets", "/indicator?code=electronic_decision_rate"]
)
def test_nothing_goes_astray_on_paper(visits: Visits, server: str, path: str) -> None:
    page, _ = visits.see(server, f"{path}{'&' if '?' in path else '?'}lang=en", width=1280)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 1000})
    assert page.evaluate(ASTRAY) == []
