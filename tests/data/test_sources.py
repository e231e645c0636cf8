"""Every shipped source has a title, by which it is shown in every language; none is shown by its bare address, none is a copy unsaid."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from kpis.languages import SOURCE
from kpis.settings import ROOT
from pages.parts.text import titled_address
from telling.words import Words, is_japanese

pytestmark = pytest.mark.unit

ADDRESS = re.compile(r"(https?:|www\.|^[\w-]+(\.[\w-]+)+(/|$))", re.IGNORECASE)
COPIES = re.compile(
    r"cache\.|archive\.(org|today|is)|wikizero|wikiwand|iwiki|wiki\.x\.io|pages\.dev|pdfslide|scribd|wic-net|/amp/|m\.wikipedia"
)
SAID = re.compile("写し|copy", re.IGNORECASE)


def listed(folder: Path) -> list[dict[str, str]]:
    with (folder / "sources.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SHIPPED = listed(ROOT / "data" / "catalogue")


@pytest.mark.parametrize(
    "row", [*SHIPPED, *listed(ROOT / "data" / "examples" / "japan" / "catalogue")], ids=lambda row: row["source_code"]
)
def test_a_source_is_shown_by_a_title_in_every_language(row: dict[str, str]) -> None:
    title = row["title"]
    assert title == title.strip() and not ADDRESS.search(title), title
    assert Words(SOURCE).marked(title) == title
    shown = Words("en").marked(title)
    assert not is_japanese(title) or (title in shown and "(in Japanese)" in shown)
    host = re.sub(r"^https?://([^/]+).*$", r"\1", row["url"])
    assert not COPIES.search(row["url"]) or SAID.search(title), f"{host} keeps a copy: name the original, or say that it is one"


def test_a_grid_finds_the_title_in_the_address_and_a_browser_opens_the_address_alone() -> None:
    pattern = re.compile(r":~:title=(.+)$")
    for row in SHIPPED:
        told = titled_address(row["title"], row["url"])
        match = pattern.search(told)
        assert match and told.startswith(row["url"]) and re.fullmatch(r"[\x21-\x7e]+", match[1])
        assert "+" not in match[1] and told.split(":~:", 1)[0].rstrip("#") == row["url"].rstrip("#")
