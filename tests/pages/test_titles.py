"""Each page has its own title in the tab and the bookmark: what it is about, whose it is, then the site."""

from __future__ import annotations

import re

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from kpis.languages import say
from kpis.settings import ROOT
from pages.parts.menu import LISTS, OFFICE, SECTIONS
from tests.pages.conftest import Site

ABOUT = {  # address → what the title begins with, in Japanese and in English
    ("indicator", "code=electronic_decision_rate"): ("電子決定率 — 各局", "Electronic decision rate — Every bureau"),
    ("bureau", "code=WATERWORKS"): ("水道局", "Bureau of Waterworks"),
    ("projects", "code=CP2"): ("CP2 ", "CP2 "),
    ("procedures", "code=P001"): ("", ""),
}
TITLE = re.compile(r"\*\*[^*]+\*\*(?!\S)")  # a text that begins with bold words
VALUE = re.compile(r"### (?:<[^>]+>)?[\d約]")


def title(site: Site, page: str, query: str) -> str:
    """Return the title that a run of a page leaves in the tab."""
    messages = [ForwardMsg.FromString(raw) for raw in site.viewer.answers(page, query)]
    return next(
        str(m.page_config_changed.title)
        for m in reversed(messages)
        if m.WhichOneof("type") == "page_config_changed" and m.page_config_changed.title
    )


@pytest.mark.edition
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_of_the_menu_has_a_title_of_its_own_that_ends_with_the_site(site: Site, language: str) -> None:
    own = [
        name
        for names in SECTIONS.values()
        for name in names
        if (ROOT / "pages" / f"{name}.py").is_file() and name not in ("themes", "indicator")
    ]
    titles = {name: title(site, "" if name == "overview" else name, f"lang={language}") for name in (*own, *OFFICE)}
    assert set(LISTS) < set(titles)
    assert titles == {name: f"{say(f'nav_{name}', language)} — {say('site', language)}" for name in titles}
    assert len(set(titles.values())) == len(titles)


@pytest.mark.edition
@pytest.mark.parametrize(("page", "query"), ABOUT)
def test_a_page_about_one_thing_is_called_by_it(site: Site, page: str, query: str) -> None:
    for language, begins in zip(("ja", "en"), ABOUT[page, query], strict=True):
        of_all, of_one = title(site, page, f"lang={language}"), title(site, page, f"{query}&lang={language}")
        assert of_one.startswith(begins) and of_one.endswith(f" — {say('site', language)}")
        assert of_one.count(" — ") >= 1 + (page in ("indicator", "projects")) and (of_one != of_all or page == "indicator")


def test_a_code_that_nobody_knows_leaves_the_title_of_the_page(site: Site) -> None:
    assert title(site, "bureau", "code=NOWHERE&lang=ja") == title(site, "bureau", "lang=ja")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    "page", ["", "procedures", "facilities", "projects?code=CP2", "indicator?code=paper_sheets", "bureau?code=WATERWORKS"]
)
def test_a_title_within_a_page_is_a_heading_and_a_value_is_none(site: Site, page: str, language: str) -> None:
    """A screen reader goes by headings from card to card; a title in bold alone was skipped, and a value was a title of the same rank."""
    name, _, query = page.partition("?")
    shown = [
        str(m.delta.new_element.markdown.body)
        for m in map(ForwardMsg.FromString, site.viewer.answers(name, f"{query}&lang={language}"))
        if m.WhichOneof("type") == "delta" and m.delta.new_element.WhichOneof("type") == "markdown"
    ]
    assert shown
    assert [text for text in shown if TITLE.match(text)] == []
    assert [text for text in shown if VALUE.match(text)] == []


def test_no_page_draws_a_title_of_its_own_in_bold() -> None:
    drawn = re.compile(r"prose\.markdown\(f\"\*\*\{(?:t\('\w+'(?:, [^)]*\))?\)|markdown\([\w.]*title\))\}\*\*(?:  |\")")
    files = list((ROOT / "pages").rglob("*.py"))
    assert len(files) > 50 and [file.name for file in files if drawn.search(file.read_text(encoding="utf-8"))] == []


def test_more_results_than_are_shown_are_not_counted_as_all(site: Site) -> None:
    """A heading of 30 results where 30 is the most that are shown."""

    def heading(asked: str) -> str:
        raw = b"".join(site.viewer.answers("search", f"q={asked}&lang=en")).decode(errors="replace")
        raw = re.sub("</?span[^>]*>", "", raw)
        return next(iter(re.findall(r"(?:The first )?\d+ results? for “[^”]*”", raw)), "")

    assert heading("procedure") == "The first 30 results for “procedure”"
    assert re.fullmatch(r"2\d results? for “Waterworks”", heading("Waterworks"))
