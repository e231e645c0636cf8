"""What headings of tables mean: said at each, and told below its table without a script, for keys, fingers and phones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from kpis.languages import SOURCE, codes, has, language
from publishers.editions import on_disk
from publishers.site.headed import KEY, OF_ROWS, defined, folded, meanings
from telling.words import Words
from tests.publishers.house import House

TABLE = '<div class="scroll" tabindex="0"><table><thead><tr><th scope="col" class="n">{}</th><th scope="col">x</th></tr></thead><tbody><tr><th scope="row">{}</th></tr></tbody></table></div>'
KEYS = [key.removeprefix(KEY) for key in language(SOURCE).words if key.startswith(KEY)]


def lacking(html: str, words: Words) -> Iterator[str]:
    """Name the headings of a page that do not say what they mean, or that nothing below a table tells."""
    told = {
        unescape(name)
        for part in re.findall(r'<details class="mn">.*?</details>', html, re.S)
        for name in re.findall(r"<dt>(.*?)</dt>", part)
    }
    for attributes, text in re.findall(r'<th\b([^>]*\bscope="col"[^>]*)>([^<]+)</th>', html):
        name = unescape(text).strip()
        if name in meanings(words) and ('title="' not in attributes or name not in told):
            yield name


@pytest.mark.parametrize("code", ["ja", "en"])
def test_every_word_that_is_defined_is_a_heading_and_says_no_number(code: str) -> None:
    assert len(KEYS) > 40 and set(OF_ROWS) <= set(KEYS)
    for key in KEYS:
        assert has(key) and KEY + key in language(code).words, key
        assert not re.search(r"\d", Words(code)(KEY + key)), "numbers of a page are figures"


def test_a_heading_says_what_it_means_and_a_line_below_the_table_tells_it() -> None:
    words = Words("en")
    html = defined(TABLE.format("Numerator", "Ratio"), words)
    said = words("headed_ed_numerator")
    assert f'<th title="{said}" scope="col" class="n">Numerator</th>' in html and '<th scope="col">x</th>' in html
    assert html.endswith("</details>") and html.index("</table></div>") < html.index("<summary>"), "below what scrolls"
    assert "<dt>Ratio</dt>" in html and defined(TABLE.format("x", "Denominator"), words) == TABLE.format("x", "Denominator")
    assert defined(html, words).count("<details") == 1, "what is said already is not said again"


def test_a_page_tells_a_word_once() -> None:
    words, told = Words("ja"), set[str]()
    html = defined(TABLE.format("分子", "比") + TABLE.format("分子", "x"), words, explained=told)
    assert html.count("<details") == 1 and html.count("title=") == 3 and told == {"分子", "比"}
    assert folded([], words) == ""


# Another text that is written alike and means the same, or is no heading of a table.
ALIKE = {
    "actual_day", "card_cases", "edition_change_target", "field_set_on", "matrix_unseen", "planned_day", "report_reported", "say_aim_target",
    "state_not_seen", "status_on_track", "statuses_one",
}  # fmt: skip


@pytest.mark.parametrize("code", codes())
def test_no_heading_is_given_the_meaning_of_another_that_is_written_alike(code: str) -> None:
    """A facility's "Since" was explained as being off track since, a procedure's "Status" as a result against a target."""
    words = language(code).words
    defined_as = {words[key]: key for key in KEYS if key in words}
    alike = {key: defined_as[text] for key, text in words.items() if text in defined_as and key not in KEYS}
    assert set(alike) <= ALIKE, alike


@pytest.mark.edition
def test_every_table_of_the_static_edition_tells_its_headings(published: House) -> None:
    site, seen = on_disk.opened(published.folder, 2).folder / "site", 0
    for file in sorted(Path(site).rglob("*.html")):
        page, html = file.relative_to(site).as_posix(), file.read_text(encoding="utf-8")
        words = Words(next((code for code in codes() if page.startswith(f"{code}/")), SOURCE))
        assert list(lacking(html, words)) == [], page
        seen += html.count('<details class="mn">')
    assert seen > 300
    page = (site / "procedures.html").read_text(encoding="utf-8")
    assert list(lacking(page.replace(' title="', ' data-t="'), Words("ja"))) and list(
        lacking(page.replace("<dt>", "<p>"), Words("ja"))
    )
