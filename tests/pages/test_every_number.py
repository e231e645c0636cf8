"""Every number on every page equals one of the open API: in texts, tables, charts and pictures, in both languages.

What each page may say is worked out from ``/api/v1`` alone (``tests/publishers/accounts.py``); a number that is not accounted for
fails. What is no figure is listed in ``tests/publishers/ledger.py``.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from tests.pages.conftest import Site
from tests.publishers import accounts, accounts_bureaus, projected, registered
from tests.publishers.ledger import Ledger, figures_in
from tests.publishers.shown import NUMBER, Shown

pytestmark = pytest.mark.server

LANGUAGES = pytest.mark.parametrize("language", ["ja", "en"])


@LANGUAGES
def test_the_overview(site: Site, language: str) -> None:
    shown = site.read("", f"lang={language}")
    assert len(shown.pictures) > 10 and shown.drawn
    assert accounts.overview(site.ledgers[language], shown) == []


@LANGUAGES
def test_the_five_lesses(site: Site, language: str) -> None:
    shown = site.read("five_less", f"lang={language}")
    assert len(shown.drawn) >= 7
    assert accounts.five_less(site.ledgers[language], shown) == []


@LANGUAGES
def test_one_indicator_in_four(site: Site, language: str) -> None:
    """Every fourth here; ``tests/publishers/test_parity.py`` reads them all, of an edition."""
    ledger = site.ledgers[language]
    charts = 0
    for code in list(ledger.indicators)[::4]:
        shown = site.read("indicator", f"code={code}&lang={language}")
        charts += len(shown.drawn)
        assert accounts.indicator(ledger, shown, code) == [], code
    assert charts > 8  # a lone figure has none


@LANGUAGES
def test_what_changed(site: Site, language: str) -> None:
    as_of = date.fromisoformat(site.ledgers[language].api("status")["as_of"])
    year = as_of.replace(year=as_of.year - 1, day=min(as_of.day, 28)).isoformat()
    for since in (year, "2022-10-01"):
        shown = site.read("changes", f"since={since}&lang={language}")
        assert accounts.changes(site.ledgers[language], shown, since) == []


@LANGUAGES
def test_all_bureaus(site: Site, language: str) -> None:
    shown = site.read("bureau", f"lang={language}")
    assert sum(len(rows) for _, rows in shown.tables) > 30
    assert accounts_bureaus.bureaus(site.ledgers[language], shown) == []


@LANGUAGES
def test_every_bureau(site: Site, language: str) -> None:
    for bureau in site.ledgers[language].api("bureaus")["bureaus"]:
        shown = site.read("bureau", f"code={bureau['code']}&lang={language}")
        assert accounts_bureaus.one_bureau(site.ledgers[language], shown, bureau) == [], bureau["code"]


@LANGUAGES
def test_the_procedures_by_everything_they_are_counted_by(site: Site, language: str) -> None:
    for dimension in registered.DIMENSIONS:
        shown = site.read("procedures", f"by={dimension}&lang={language}")
        assert registered.procedures(site.ledgers[language], shown, dimension) == [], dimension


@LANGUAGES
def test_the_facilities_by_bureau_and_kind(site: Site, language: str) -> None:
    for field in ("bureau", "kind"):
        shown = site.read("facilities", f"by={field}&lang={language}")
        assert len(shown.drawn) == 6
        assert registered.facilities(site.ledgers[language], shown, field) == [], field


@LANGUAGES
def test_all_projects(site: Site, language: str) -> None:
    assert projected.projects(site.ledgers[language], site.read("projects", f"lang={language}")) == []


@LANGUAGES
def test_one_project_in_six(site: Site, language: str) -> None:
    """Every sixth here; ``tests/publishers/test_parity.py`` reads them all, of an edition."""
    assert len(site.ledgers[language].api("milestones")["milestones"]) == 309
    for project in site.ledgers[language].api("projects")["projects"][::6]:
        shown = site.read("projects", f"code={project['code']}&lang={language}")
        assert projected.one_project(site.ledgers[language], shown, project) == [], project["code"]


@LANGUAGES
def test_the_page_on_the_data(site: Site, language: str) -> None:
    assert projected.about(site.ledgers[language], site.read("about", f"lang={language}")) == []


def altered(shown: Shown) -> Iterator[tuple[str, Shown]]:
    """Give a page again and again, each time with one number changed by one: in a text, a cell, a chart or what is written into it."""

    def changed(text: str, place: re.Match[str]) -> str:
        last = next(c for c in reversed(place[0]) if c.isdigit())
        at = place.start() + place[0].rindex(last)
        return text[:at] + str((int(last) + 1) % 10) + text[at + 1 :]

    for path, texts in shown.boxes.items():
        for n, text in enumerate(texts):
            for place in figures_in(text):
                other = copy.deepcopy(shown)
                other.boxes[path][n] = changed(text, place)
                yield text[max(0, place.start() - 12) : place.end() + 12], other
    for number, (header, rows) in enumerate(shown.tables):
        for row in range(len(rows)):
            for column, value in enumerate(rows[row]):
                other = copy.deepcopy(shown)
                if isinstance(value, (int, float)):
                    other.tables[number][1][row][column] = value + 1
                elif (
                    isinstance(value, str)
                    and "//" not in value
                    and (place_ := NUMBER.search(value))
                    and (header[column] if column < len(header) else "") not in UNTOLD
                ):
                    other.tables[number][1][row][column] = changed(value, place_)
                else:
                    continue
                yield f"{header[:1]} {column}: {value}", other
    for number, chart in enumerate(shown.drawn):
        for line, trace in enumerate(chart.traces):
            for axis in ("x", "y") if trace["mode"] != "text" else ():  # the places of labels on a map are no numbers
                if trace[axis] and isinstance(trace[axis][0], (int, float)):
                    other = copy.deepcopy(shown)
                    other.drawn[number].traces[line][axis][0] += 0.5
                    yield f"{chart.alt} {axis}", other


UNTOLD = ("注記", "備考")  # notes of the office, which the API does not give


@pytest.mark.parametrize(
    ("page", "check"),
    [
        ("", accounts.overview), ("facilities", lambda ledger, shown: registered.facilities(ledger, shown, "bureau")),
        ("bureau", accounts_bureaus.bureaus), ("about", projected.about),
    ],
)  # fmt: skip
def test_any_number_that_is_altered_is_noticed(site: Site, page: str, check: Callable[[Ledger, Shown], list[str]]) -> None:
    shown = site.read(page, "lang=ja")
    every = list(altered(shown))
    assert len(every) > 100
    for where, other in every[:: max(1, len(every) // 25)]:
        assert check(site.ledgers["ja"], other), where
