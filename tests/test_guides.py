"""Guides cannot age: each picture is one that a script takes, and each word they quote stands on a page or in the workbook."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from kpis.government import government
from kpis.languages import SHIPPED, language, read_catalogue
from kpis.settings import ROOT
from tests.shots.listed import LANGUAGES
from tests.shots.scenes import FILM, PICTURES

GUIDES = ROOT / "docs" / "guides"
FOLDER = GUIDES / "pictures"
KINDS = ["manager", "approver", "office", "publisher", "adopter"]  # the readers there are
FILMS = [FILM.format(code=code) for code in LANGUAGES]
MOST, ALL, FILM_MOST = 80_000, 2_500_000, 1_500_000  # bytes of a picture, of all pictures, of a film


def files(code: str) -> list[Path]:
    return [GUIDES / (f"{kind}.md" if code == "ja" else f"{kind}.{code}.md") for kind in KINDS]


def shown(path: Path) -> list[str]:
    """Return the names of the pictures of the guides that a page shows."""
    return re.findall(r"!\[[^\]]+\]\((?:docs/guides/)?pictures/([\w.-]+)\)", path.read_text(encoding="utf-8"))


def test_every_picture_is_taken_by_the_script_and_shown_somewhere() -> None:
    named = {name for path in (*files("ja"), *files("en"), ROOT / "README.md") for name in shown(path)}
    taken = {*PICTURES, *FILMS}
    assert named <= taken, named - taken
    assert {name.split(".")[0] for name in taken} <= {name.split(".")[0] for name in named}, "a scene that nobody sees"
    assert {path.name for path in FOLDER.iterdir()} == taken


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reader_has_a_guide_with_pictures_in_their_language(language: str) -> None:
    for path in files(language):
        pictures = shown(path)
        assert pictures and all(f".{language}." in name for name in pictures), path.name


def test_pictures_stay_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert {name: size for name, size in sizes.items() if size > (FILM_MOST if name in FILMS else MOST)} == {}
    assert sum(size for name, size in sizes.items() if name not in FILMS) <= ALL


@cache
def said(language: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Return the texts of a language as pages show them, and those with blanks as patterns."""
    own = government().office
    office = {"office": getattr(own, f"name_{language}", ""), "Office": getattr(own, f"name_{language}", "").capitalize()}
    plain, patterns = set(), []
    for file in (SHIPPED / language).glob("*.po"):
        for entry in read_catalogue(file):
            text = re.sub(r"\{(office|Office)\}", lambda m: office[m[1]], str(entry.string)).replace("**", "")
            if "{" not in text:
                plain.add(text)
            elif len(re.sub(r"\{[^}]*\}", "", text)) >= 4:
                patterns.append(re.compile(".{0,20}".join(re.escape(part) for part in re.split(r"\{[^}]*\}", text))))
    for layout in (ROOT / "data" / "layouts").iterdir():
        plain |= set(re.findall(r'[^,"\n=\[\]]+', layout.read_text(encoding="utf-8")))
    return frozenset(plain), tuple(patterns)


def quoted(path: Path, language: str) -> list[str]:
    """Return the words of pages that a guide quotes."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", path.read_text(encoding="utf-8"))
    return re.findall(r"「([^」]+)」" if language == "ja" else r"\*\*([^*]+)\*\*", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_a_guide_quotes_is_a_word_of_a_page(language: str) -> None:
    plain, patterns = said(language)
    quotes = {(path.name, words) for path in files(language) for words in quoted(path, language)}
    unknown = {quote for quote in quotes if quote[1] not in plain and not any(p.fullmatch(quote[1]) for p in patterns)}
    assert len(quotes) > 50 and unknown == set()


def test_every_page_says_what_it_is_for() -> None:
    """In one sentence above its title, or in the first line that it has of its own."""
    of_their_own = {"search", "revisions", "about", "report", "publish", "questions", "notices", "voices", "register"}
    for page in (ROOT / "pages").glob("*.py"):
        assert page.stem in of_their_own or all(f"intro_{page.stem}" in language(code).words for code in LANGUAGES), page.stem


def test_a_word_that_no_page_has_would_be_noticed() -> None:
    plain, patterns = said("ja")
    assert (
        "様式をダウンロード" in plain and "様式を印刷する" not in plain and not any(p.fullmatch("様式を印刷する") for p in patterns)
    )
