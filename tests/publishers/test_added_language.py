"""A language is files: one that is added shows up in the choice of languages, on the pages and in an edition, without a line of code."""

from __future__ import annotations

import re
import shutil
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from kpis import languages
from kpis.languages import codes, say
from kpis.settings import ROOT, settings
from kpis.text import format_count, format_date, format_value, status_word
from publishers.editions import on_disk
from tests.bench.viewer import Viewer, served
from tests.publishers.house import House
from tests.shared import shipped

HEAD = """msgid ""
msgstr ""
"Language: eo\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n == 1 ? 0 : n < 5 ? 1 : 2);\\n"

"""
ESPERANTO = {
    "language_name": "Esperanto", "language_order": "4", "pages": "index", "number_with_unit": "{number} {unit}",
    "large_numbers": "1000000 = {number} {count:miliono|milionoj|milionoj} = {number}M", "nav_overview": "Superrigardo",
    "status_reached": "Atingita", "conclusion": "{good} el {judged} {judged:cifero|ciferoj|ciferaro} atingitaj",
}  # fmt: skip


@pytest.fixture
def esperanto(tmp_path: Path) -> Path:
    """A copy of the texts with a folder for one more language, whose words have three forms."""
    text = tmp_path / "text"
    shutil.copytree(ROOT / "data" / "text", text)
    (text / "eo").mkdir()
    entries = [f'msgid "{key}"\nmsgstr "{words}"\n' for key, words in ESPERANTO.items()]
    (text / "eo" / "language.po").write_text(HEAD + "\n".join(entries), encoding="utf-8")
    return text


@pytest.fixture
def at_hand(esperanto: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TEXT_DIR", str(esperanto))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.usefixtures("at_hand")
def test_a_new_language_has_its_words_numbers_days_and_as_many_forms_as_it_asks_for() -> None:
    assert codes() == ("ja", "en", "ja-Hira", "eo")
    assert [say("conclusion", "eo", judged=n, good=0).split()[3] for n in (1, 3, 5, "1,000")] == [
        "cifero", "ciferoj", "ciferaro", "ciferaro",
    ]  # fmt: skip
    assert (status_word("reached", "eo"), status_word("missed", "eo")) == ("Atingita", "未達"), (
        "what is missing is said in Japanese"
    )
    assert format_date(date(2022, 9, 30), "eo") == "30 Sep 2022", "a day as Babel writes it"
    assert format_count(1234.5, "eo") == "1\u202f234,5"
    sheets = SimpleNamespace(unit_ja="枚", unit_en="sheets", decimals=0)
    assert format_value(1e6, sheets, "eo") == "1 miliono 枚" and format_value(56_950_000, sheets, "eo") == "56,95 milionoj 枚"


@pytest.mark.edition
@pytest.mark.usefixtures("at_hand")
def test_an_edition_is_published_in_a_new_language(house: House) -> None:
    site = on_disk.opened(house.folder, house.publish().number).folder / "site"
    assert [p.name for p in (site / "eo").iterdir()] == ["index.html"]
    page = (site / "eo" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="eo">' in page and "Superrigardo" in page and '<b aria-current="true">Esperanto</b>' in page
    assert '<a href="../five-less.html"' in page, "a page that the language lacks is read in Japanese"
    assert '<a href="eo/index.html" lang="eo" hreflang="eo">Esperanto</a>' in (site / "method.html").read_text(encoding="utf-8")


@pytest.mark.server
def test_the_dashboard_offers_a_new_language(esperanto: Path, tmp_path: Path) -> None:
    shutil.copy(shipped(), tmp_path / "served.db")
    with served(
        "server:app", DATABASE_URL=f"sqlite:///{tmp_path / 'served.db'}", TEXT_DIR=str(esperanto), MIERUKA_MODE="local"
    ) as port:
        viewer = Viewer(port)
        texts, _ = viewer.read("", "lang=eo")
        viewer.close()
        frames = [urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}?lang=eo").read().decode() for page in ("", "five_less")]
    assert any("Atingita" in text for text in texts)
    assert [re.findall('<html lang="([^"]*)">', frame) for frame in frames] == [["eo"], ["ja"]]


@pytest.mark.edition
def test_pages_in_plain_japanese_hold_no_word_of_the_site_that_is_not(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Overview and five lesses: every text is said in やさしい日本語; names of indicators and of sources stay as they are."""
    lacking: set[str] = set()
    spoken = languages._spoken

    def noted(key: str, code: str) -> languages.Language:
        found = spoken(key, code)
        if code == "ja-Hira" and found.code != code:
            lacking.add(key)
        return found

    monkeypatch.setattr(languages, "_spoken", noted)
    site = on_disk.opened(house.folder, house.publish().number).folder / "site"
    assert sorted(p.name for p in (site / "ja-Hira").iterdir()) == ["five-less.html", "index.html"]
    assert lacking == set()
    page = (site / "ja-Hira" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="ja-Hira">' in page and "目標にとどいた" in page and "年度(" in page and "令和" not in page
