"""Printing cuts nothing: pages on A4, upright and across, in a real Chromium that renders for print."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from kpis.languages import say
from kpis.moment import Moment
from kpis.state import State
from kpis.store.store import Store
from publishers.editions import on_disk
from publishers.meeting.page import report_page
from publishers.site.attention import listed, style
from telling import attention
from telling.blocks import Telling
from telling.meeting import quarter_report
from telling.words import Words
from tests.browser.visits import Visits
from tests.publishers.house import House

pytestmark = pytest.mark.browser
A4 = {"upright": 680, "across": 1008}  # pixels between the margins of 15 mm
# What stands beyond the page, or is hidden in a box that a reader of paper cannot scroll.
CUT = """(room) => {
  const edge = document.documentElement.getBoundingClientRect().left + room, found = [];
  const text = (e) => e.tagName + "." + (e.getAttribute("class") || "") + " " + (e.textContent || "").trim().slice(0, 50);
  for (const e of document.querySelectorAll(SCOPE)) {
    const box = e.getBoundingClientRect(), look = getComputedStyle(e);
    if (!box.width || !box.height || look.visibility === "hidden" || e.closest(".vh, .skip, [aria-hidden=true], .js-plotly-plot, [data-testid=stDataFrame], details:not([open]) > :not(summary)")) continue;
    if (box.right > edge + 2) found.push("beyond the page by " + Math.round(box.right - edge) + ": " + text(e));
    const isCut = (axis) => ["hidden", "auto", "scroll", "clip"].includes(look["overflow" + axis]);
    const words = (e.textContent || "").trim() && !e.closest("svg");
    if (words && isCut("X") && e.scrollWidth > e.clientWidth + 2) found.push("hidden to the right: " + text(e));
    if (words && isCut("Y") && e.scrollHeight > e.clientHeight + 3) found.push("hidden below: " + text(e));
  }
  return found;
}"""


@pytest.fixture(scope="module")
def site(published: House) -> Path:
    return on_disk.opened(published.folder, 2).folder / "site"


def cut(page: Page, room: int, *, scope: str = "body *") -> list[str]:
    """Return what a print of a page on paper of a width would cut off."""
    page.set_viewport_size({"width": room, "height": 1000})
    page.emulate_media(media="print")
    return page.evaluate(CUT.replace("SCOPE", repr(scope)), room)


def printed(page: Page, path: Path, *, across: bool) -> str:
    """Print a page on A4; return its words where this machine can read them."""
    page.pdf(path=path, format="A4", landscape=across, print_background=True)
    wide, high = (float(n) for n in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", path.read_bytes())[0])
    assert [wide, high] == pytest.approx([842, 595] if across else [595, 842], abs=2)
    if shutil.which("pdftotext") is None:
        return ""
    return subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\u2060]+", "", text)


@pytest.mark.parametrize("paper", list(A4))
@pytest.mark.parametrize(
    "name", ["index", "five-less", "indicators/paper_sheets", "indicators/copy_count", "procedures", "facilities", "bureaus", "bureaus/DIGITAL",
             "projects/CP2", "projects", "definitions", "data", "revisions", "method"]
)  # fmt: skip
@pytest.mark.parametrize("language", ["", "en/"])
def test_the_static_edition_is_printed_whole(
    visits: Visits, site: Path, tmp_path: Path, name: str, language: str, paper: str
) -> None:
    page = visits.plain()
    page.goto((site / f"{language}{name}.html").as_uri())
    said = printed(page, tmp_path / "page.pdf", across=paper == "across")
    for heading in page.locator(":is(h1, h2, h3):not(.vh, .vh *, .folded *, .reuse *)").all_inner_texts():
        assert not said or squeezed(heading.split("\n")[0][:12]) in squeezed(said), heading
    headings = list(map(squeezed, page.locator("h2:not(.folded *, .reuse *)").all_inner_texts()))
    for heading in map(
        squeezed, page.locator(":is(.folded, .reuse) h2").all_inner_texts()
    ):  # left out with its rows, or with what is taken along by a copy
        assert squeezed(said).count(heading) == headings.count(heading), heading
    assert squeezed(say("ed_csv", "en" if language else "ja")) not in squeezed(said), "what is pressed is not on paper"
    assert cut(page, A4[paper]) == []


@pytest.mark.parametrize("paper", list(A4))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_meeting_material_is_printed_whole(visits: Visits, tokyo: Store, tmp_path: Path, language: str, paper: str) -> None:
    path = tmp_path / "report.html"
    path.write_text(report_page(quarter_report(State(tokyo), "FY2022-Q3", language=language)), encoding="utf-8")
    page = visits.plain()
    page.goto(path.as_uri())
    printed(page, tmp_path / "page.pdf", across=paper == "across")
    assert cut(page, A4[paper]) == []


def test_a_meeting_prints_every_row_that_another_page_folds(visits: Visits, tokyo: Store, tmp_path: Path) -> None:
    """The meeting printed five of 51 items, and that the others are not printed."""
    words = Words("ja")
    rows = attention.rows(Telling(words, Moment(state=State(tokyo), as_of=date(2023, 3, 31))))
    remark = squeezed(say("folded_on_paper", "ja", count=len(rows) - attention.SHOWN_FIRST))
    for is_for_paper in (True, False):
        table = listed(rows, lambda _: "#", words, caption="", is_for_paper=is_for_paper)
        path = tmp_path / f"{is_for_paper}.html"
        path.write_text(f'<meta charset="utf-8"><style>{style()}</style>{table}', encoding="utf-8")
        page = visits.plain()
        page.goto(path.as_uri())
        assert not page.locator("table.att").last.is_visible(), "on the screen the rest is folded"
        said = squeezed(printed(page, tmp_path / "page.pdf", across=False))
        assert all(squeezed(row.name) in said for row in rows[: attention.SHOWN_FIRST])
        begins = [squeezed(row.name)[:6] for row in rows[attention.SHOWN_FIRST :]]  # a long one takes two lines
        assert begins and all((name in said) == is_for_paper for name in begins), said
        assert (remark in said) != is_for_paper


def beyond(path: Path) -> list[str]:
    """Return the words of a print that do not lie on the paper, also those of charts."""
    boxes = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True).stdout
    wide = float(re.findall(r'<page width="([\d.]+)"', boxes)[0])
    words = re.findall(r'<word xMin="([-\d.]+)" yMin="[-\d.]+" xMax="([-\d.]+)" yMax="[-\d.]+">(.*?)</word>', boxes)
    return [word for left, right, word in words if float(left) < -1 or float(right) > wide + 1]


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext がありません / no pdftotext: apt-get install poppler-utils"
)
@pytest.mark.parametrize("paper", list(A4))
@pytest.mark.parametrize("path", ["/?lang=en", "/indicator?code=paper_reduction_rate"])
def test_a_page_of_the_dashboard_is_printed_whole(visits: Visits, server: str, tmp_path: Path, path: str, paper: str) -> None:
    """Without the menu, over as many pages as it takes; charts and tables become as narrow as the paper."""
    page, _ = visits.see(server, path, width=1280)
    page.locator("[data-testid=stMain] .main-svg").first.wait_for(timeout=90_000)
    said = printed(page, tmp_path / "page.pdf", across=paper == "across")
    for words in page.locator(
        "[data-testid=stMain] :is(h1, h2, h3, [data-testid=stPageLink]):not(.st-key-menu *)"
    ).all_inner_texts():
        if words.startswith("arrow_"):
            continue  # a way to another page, which paper does not have (test_paper.py)
        shown = words.strip().split("\n")[-1]  # before it stands the name of an icon
        assert squeezed(shown)[:12] in squeezed(said), words
    assert beyond(tmp_path / "page.pdf") == []
    beyond_the_page, is_menu_there = cut(page, A4[paper], scope="[data-testid=stMain] *"), page.locator(".st-key-menu").is_visible()
    page.emulate_media(media="null")
    assert beyond_the_page == [] and not is_menu_there
    assert page.locator("img.print-table, .main-svg[viewBox]").count() == 0  # all is as before
