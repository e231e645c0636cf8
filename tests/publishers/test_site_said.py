"""What pages of the static edition say, by example: sums that a reader works out again, names and counts."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from kpis.periods import local_day
from kpis.store.store import utc_now
from publishers.editions import on_disk
from tests.publishers.house import House
from tests.shared import JUDGED_UNTIL

SUM = re.compile(r"\(([\d.,]+)%? − ([\d.,]+)%?\) [÷/] \(([\d.,]+)%? − ([\d.,]+)%?\) = ([\d.]+)")
RATIO = re.compile(r"([\d.]+) [÷/] ([\d.]+) = ([\d.]+)")


@pytest.fixture(scope="module")
def site(published: House) -> Path:
    return on_disk.opened(published.folder, 2).folder / "site"


def page(site: Path, path: str, language: str) -> str:
    html = (site / ("en/" if language == "en" else "") / path).read_text(encoding="utf-8")
    return re.sub("[\u2060\u200b]", "", unescape(re.sub(r"<[^>]+>", "", html)))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_worked_examples_of_the_method_come_out_as_they_say(site: Path, language: str) -> None:
    text = page(site, "method.html", language)
    sums, ratios = SUM.findall(text), RATIO.findall(text)
    if not sums and local_day(utc_now()) > JUDGED_UNTIL:
        pytest.skip(f"the shipped figures are stale after {JUDGED_UNTIL}: nothing is judged that could be an example")
    assert len(sums) == 2 and ratios
    for *parts, result in sums:
        a, b, c, d = (float(part.replace(",", "")) for part in parts)
        assert round((a - b) / (c - d), len(result.partition(".")[2])) == float(result)
    assert all(round(float(a) / float(b), 3) == float(result) for a, b, result in ratios)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_of_404_links_to_where_one_may_start(site: Path, language: str) -> None:
    html = (site / ("en/" if language == "en" else "") / "404.html").read_text(encoding="utf-8")
    main = html.partition('<span id="content"></span>')[2].partition("</main>")[0]
    assert re.findall(r'href="(?:[^"]*/)?([a-z]+\.html)"', main) == ["overview.html", "search.html"]
