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

from charts.plotly.shapes import figure
from charts.plotly.styled import in_language
from charts.shapes import Counts
from charts.svg.shapes import drawing
from kpis import languages
from kpis.languages import codes, say
from kpis.settings import ROOT, settings
from kpis.text import axis_scale, format_count, format_date, format_number, format_percent, format_ratio, format_value, status_word
from publishers.editions import on_disk
from tests.bench.viewer import Viewer, served
from tests.publishers.house import House
from tests.shared import shipped

HEAD = """msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: {plural}\\n"

"""
ESPERANTO = {
    "language_name": "Esperanto", "language_order": "4", "pages": "index", "number_with_unit": "{number} {unit}",
    "large_numbers": "1000000 = {number} {count:miliono|milionoj|milionoj}", "nav_overview": "Superrigardo",
    "status_reached": "Atingita", "conclusion": "{good} el {judged} {judged:cifero|ciferoj|ciferaro} atingitaj",
}  # fmt: skip
GERMAN = {
    "language_name": "Deutsch", "language_order": "5", "pages": "index indicators", "number_with_unit": "{number} {unit}",
    "large_numbers": "1000000 = {number} {count:Million|Millionen} = {number} Mio.", "at_most_bytes": "höchstens {most:,} Bytes",
}  # fmt: skip
ARABIC = {"language_name": "العربية", "language_order": "6", "pages": "index", "nav_overview": "نظرة عامة"}
SHEETS = SimpleNamespace(unit_ja="枚", unit_en="sheets", decimals=0)
ADDED = {
    "eo": (ESPERANTO, "nplurals=3; plural=(n == 1 ? 0 : n < 5 ? 1 : 2);"), "de": (GERMAN, "nplurals=2; plural=(n != 1);"),
    "ar": (ARABIC, "nplurals=1; plural=0;"),
}  # fmt: skip


@pytest.fixture
def added(tmp_path: Path) -> Path:
    """A copy of the texts with a folder for three more languages: words with three forms, numbers as 1.234,5, lines from right to left."""
    text = tmp_path / "text"
    shutil.copytree(ROOT / "data" / "text", text)
    for code, (held, plural) in ADDED.items():
        (text / code).mkdir()
        entries = [f'msgid "{key}"\nmsgstr "{words}"\n' for key, words in held.items()]
        head = HEAD.replace("{code}", code).replace("{plural}", plural)
        (text / code / "language.po").write_text(head + "\n".join(entries), encoding="utf-8")
    return text


@pytest.fixture
def at_hand(added: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TEXT_DIR", str(added))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.usefixtures("at_hand")
def test_a_new_language_has_its_words_numbers_days_and_as_many_forms_as_it_asks_for() -> None:
    assert codes() == ("ja", "en", "ja-Hira", "eo", "de", "ar")
    assert [say("conclusion", "eo", judged=n, good=0).split()[3] for n in (1, 3, 5, "1,000")] == [
        "cifero", "ciferoj", "ciferaro", "ciferaro",
    ]  # fmt: skip
    assert (status_word("reached", "eo"), status_word("missed", "eo")) == ("Atingita", "未達"), (
        "what is missing is said in Japanese"
    )
    assert format_date(date(2022, 9, 30), "eo") == "30 Sep 2022", "a day as Babel writes it"
    assert format_count(1234.5, "eo") == "1\u202f234,5"
    assert format_value(1e6, SHEETS, "eo") == "1 miliono 枚" and format_value(56_950_000, SHEETS, "eo") == "56,95 milionoj 枚"


@pytest.mark.usefixtures("at_hand")
def test_numbers_of_every_kind_are_written_with_the_signs_of_the_language() -> None:
    assert (format_number(1_234_567, "de"), format_number(-1234.5, "de", "+,.1f")) == ("1.234.567", "−1.234,5")
    assert (format_percent(1234.56, "de"), format_ratio(0.9531, "de")) == ("1.234,6%", "0,953")
    assert (format_number(float("inf"), "de"), format_number(0.25, "de", ".0%"), format_number(12.5, "de", ".1f")) == (
        "inf",
        "25%",
        "12,5",
    )
    assert say("at_most_bytes", "de", most=20_000_000) == "höchstens 20.000.000 Bytes", "a blank that asks for a number"
    assert [format_number(value, form=form) for value, form in ((-0.0, ","), (-0.04, ",.1f"), (-0.04, "+,.1f"), (0, "+,"))] == [
        "0.0",
        "0.0",
        "+0.0",
        "+0",
    ]
    assert [format_number(1_234_567.5, code, ",.1f") for code in ("ja", "en", "ja-Hira")] == ["1,234,567.5"] * 3
    assert format_value(56_950_000, SHEETS, "de") == "56,95 Millionen 枚" and axis_scale(2e8, "de") == (1e6, "Millionen ")
    counts = Counts((("A", 1_234), ("B", 12)), "枚", 5_678)
    drawn, plotted = drawing(counts, alt="", key="x", language="de"), figure(counts, "de")
    assert "1.234 / 5.678" in drawn and "1,234" not in drawn
    assert "1.234 / 5.678" in plotted.layout.annotations[0].text
    assert in_language(plotted, "de").layout.separators == ",." and in_language(figure(counts), "ja").layout.separators is None


@pytest.mark.edition
@pytest.mark.usefixtures("at_hand")
def test_an_edition_is_published_in_a_new_language(house: House) -> None:
    site = on_disk.opened(house.folder, house.publish().number).folder / "site"
    assert [p.name for p in (site / "eo").iterdir()] == ["index.html"]
    page = (site / "eo" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="eo" ' in page and "Superrigardo" in page and '<b aria-current="true">Esperanto</b>' in page
    assert '<a href="../five-less.html"' in page, "a page that the language lacks is read in Japanese"
    assert '<a href="eo/index.html" lang="eo" hreflang="eo">Esperanto</a>' in (site / "method.html").read_text(encoding="utf-8")

    from_the_right = (site / "ar" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="ar" dir="rtl" ' in from_the_right and "نظرة عامة" in from_the_right and " dir=" not in page

    survey = (site / "de" / "indicators" / "staff_survey_respondents.html").read_text(encoding="utf-8")
    assert "20.096 人、数値目標なし(" in survey, "in a sentence"
    rate = (site / "de" / "indicators" / "paper_reduction_rate.html").read_text(encoding="utf-8")
    assert re.search(r"<td[^>]*><data[^>]*>72,0%</data>", rate) and "1,029" in rate, "in a table"
    assert "0,95 以上なら" in rate and not re.search(r">\d+\.\d%<", rate)


@pytest.mark.server
def test_the_dashboard_offers_a_new_language(added: Path, tmp_path: Path) -> None:
    shutil.copy(shipped(), tmp_path / "served.db")
    with served(
        "server:app", DATABASE_URL=f"sqlite:///{tmp_path / 'served.db'}", TEXT_DIR=str(added), MIERUKA_MODE="local"
    ) as port:
        viewer = Viewer(port)
        texts, _ = viewer.read("", "lang=eo")
        viewer.close()
        frames = [urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}?lang=eo").read().decode() for page in ("", "five_less")]
        from_the_right = urllib.request.urlopen(f"http://127.0.0.1:{port}/?lang=ar").read().decode()
    assert any("Atingita" in text for text in texts)
    assert [re.findall('<html lang="([^"]*)">', frame) for frame in frames] == [["eo"], ["ja"]]
    assert '<html lang="ar" dir="rtl">' in from_the_right


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
    assert sorted(p.name for p in (site / "ja-Hira").iterdir()) == ["five-less.html", "index.html", "overview.html"]
    assert lacking == set()
    page = (site / "ja-Hira" / "overview.html").read_text(encoding="utf-8")
    assert '<html lang="ja-Hira" ' in page and "目標にとどいた" in page
    assert "令和" not in page
    assert "2022年度" in page and "R4" not in page
