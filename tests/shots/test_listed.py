"""No page is forgotten where every page is pictured."""

from __future__ import annotations

from kpis.settings import ROOT
from tests.shots.listed import INSIDE, OPEN, SETS

NOT_PICTURED = {"register"}  # shows the registers that are told by their record; the shipped data have none
ADDRESS = {"themes": "five_less", "overview": ""}


def test_every_page_is_pictured() -> None:
    shown = {asked.path.split("?")[0].removeprefix("/") for asked in (*OPEN, *INSIDE)}
    pages = {ADDRESS.get(file.stem, file.stem) for file in (ROOT / "pages").glob("*.py")} - NOT_PICTURED
    assert pages == shown


def test_every_kind_of_page_of_the_static_edition_is_pictured() -> None:
    templates = {file.stem for file in (ROOT / "publishers" / "site" / "templates").glob("*.html")}
    parts = {"base", "parts", "search_form", "voice", "list", "text", "register", "standing"}
    themes = {
        "lost": "404",
        "themes": "five-less",
        "bureau": "bureaus-GENERAL",
        "project": "projects-CP2",
        "indicator": "indicators-electronic_decision_rate",
    }
    names = {asked.name for asked in SETS["static"]}
    assert {themes.get(name, name) for name in templates - parts} <= names


def test_names_of_pictures_are_told_apart() -> None:
    for pages in SETS.values():
        assert len({asked.name for asked in pages}) == len(pages)
