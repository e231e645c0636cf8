"""Texts of the dashboard whose lines end where words do."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from kpis.line_breaks import JOINED, PLACE
from kpis.settings import ROOT
from pages.parts import raw_html
from pages.parts.prose import in_cell, with_elements
from pages.parts.text import settle_language


def test_a_period_of_a_text_is_held_by_an_element_and_beside_a_mark_by_signs() -> None:
    assert with_elements("12月31日時点で") == '<span class="nw">12月31日時点</span>で'
    assert with_elements("**第3四半期**の*12月31日*") == f"**第{JOINED}3四半期**の*12月{JOINED}31日*"
    assert with_elements("**報告 第3四半期 まで**") == '**報告 <span class="nw">第3四半期</span> まで**'


def test_code_and_addresses_stay_as_they_are() -> None:
    for text in ("`FY2023 Q1`", "[指標](/indicator?x=第3四半期)", "報告"):
        assert with_elements(text) == text


def test_a_text_with_brackets_of_its_own_takes_no_html() -> None:
    assert with_elements(r"\<b\>12月31日") == rf"\<b\>12月{JOINED}31日"


def test_a_cell_of_a_small_table_has_places_in_its_long_compounds() -> None:
    assert in_cell("5つのレス徹底推進プロジェクト") == f"5つの{JOINED}レス徹底推進{PLACE}プロジェクト"


def test_no_page_shows_a_text_past_it() -> None:
    past = re.compile(r"\bst\.(?:markdown|caption|info|success|warning|error|write|title|header|subheader)\(")
    files = [file for file in (ROOT / "pages").rglob("*.py") if file.name != "prose.py"]
    assert len(files) > 50 and [file.name for file in files if past.search(file.read_text(encoding="utf-8"))] == []


def test_html_that_somebody_wrote_is_text_beside_elements_of_ours() -> None:
    """Only what holds no sign of HTML is shown as HTML, for our own elements; what is written as entities stays so."""

    def page() -> None:
        from pages.parts import prose  # the page is a text of its own to Streamlit

        for text in ("12件", "<img src=x onerror=alert(1)> 12件", "&lt;img src=x onerror=alert(1)&gt; 12件"):
            prose.markdown(text)
            prose.heading(2, text)

    seen = AppTest.from_function(page).run()
    shown = [(each.value, getattr(each.proto, "allow_html", False)) for each in (*seen.markdown, *seen.header)]
    assert not seen.exception and len(shown) == 6
    assert ('<span class="nw">12件</span>', True) in shown
    assert [
        value for value, is_html in shown if is_html and ("<img" in value or ("onerror" in value and "&lt;img" not in value))
    ] == []


def test_a_tag_stays_as_it_is() -> None:
    tag = '<span class="att-row" style="font-size:1px">'
    assert with_elements(f"{tag}e-money</span>") == f"{tag}e-{JOINED}money</span>", "only what is read is held together"


@pytest.mark.parametrize(("code", "said"), [("en", 'blank → <span lang="ja">見本、研修</span>'), ("ja", "blank → 見本、研修")])
def test_japanese_within_a_piece_of_html_says_so_on_a_page_of_another_language(
    monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(raw_html.st, "html", lambda body, **_: drawn.append(str(body)))
    settle_language(code)
    raw_html.draw_html("<table><tbody><tr><td>What was written as the cause: blank → 見本、研修</td></tr></tbody></table>")
    settle_language("ja")
    assert said in drawn[0]
