"""Words that come from people: what each place gets of them."""

from __future__ import annotations

import csv
import io
import sys
import unicodedata

import pandas as pd
import pytest

from kpis.as_text import LONGEST_TEXT, cell, clean, drawn, escaped, line, markdown, shortened, shown, typed
from kpis.errors import FigureRefused
from kpis.terminal import Terminal
from pages.parts.text import csv_file, linked
from telling.file_names import file_name

SEEN = "髙﨑 葛\U000e0100城 か\u3099 e\u0301 👩‍💻 👨‍👩‍👧 ❤️ 🇯🇵 ﷺ ㊙ ―－〜 \u3000end"
# Unseen, though Python calls them printable; and signs that choose the form of the one before them, which alone show nothing.
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
FORMS = "\u180b\u180f\ufe00\ufe0f\U000e0100\U000e01ef"


def test_what_is_seen_stays_as_it_is() -> None:
    assert clean(SEEN) == typed(SEEN) == cell(SEEN) == SEEN
    assert markdown(SEEN) == line(SEEN) == SEEN.replace(" \u3000", " ")


@pytest.mark.edition
def test_nothing_that_acts_unseen_is_left_of_all_characters_there_are() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    kept = clean(everything)
    left = {
        c
        for c in kept
        if unicodedata.category(c) in ("Cc", "Cs") or unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF")
    }
    assert left == {"\n"}
    assert not set(
        "\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u2060\u2066\u2067\u2068\u2069\ufeff\ufffe\uffff\U0001fffe"
    ) & set(kept)
    unseen = {c for c in everything if not c.isprintable()} | set(FILLERS)
    assert set(everything) - set(kept) < unseen, "only what nobody sees is taken"


@pytest.mark.parametrize(
    "text",
    [*FILLERS, *FORMS, "\U0001d173", "\U0001bca0", "\ufff0", "\U000e0fff", "\u3164 \ufe0f\u3000\U000e0100\u200b\ufe00", "\u200b\ufe0f", "\u2800\n\ufe0f\u3164"],
)  # fmt: skip
def test_a_text_of_which_nothing_is_seen_is_no_reason_and_no_name(text: str) -> None:
    """Reasons that are compulsory are asked of ``typed``: what it leaves is what a reader has."""
    assert typed(text) == "" and clean(clean(text)) == clean(text)
    assert typed(f"a{text}b").replace("\n", "").replace(" ", "")[0] == "a"


def test_tabs_are_blanks_and_line_breaks_are_line_feeds() -> None:
    assert clean("a\tb\r\nc\rd\u2028e\x0bf") == "a b\nc\nd\ne f"
    assert line("a\tb\r\n c") == "a b c"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "  =1", "\u3000＝1", "＝1+1", "＋1", "－1", "＠x", "\u200b=1", "\u202e\x01=1", "-x", "+cmd|'/C calc'!A0"],
)  # fmt: skip
def test_a_text_that_a_spreadsheet_would_run_stands_behind_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{clean(text)}"
    assert cell(cell(text)) == cell(text)
    (row,) = csv.DictReader(io.StringIO(csv_file(pd.DataFrame({"a": [text], "n": [-5.5]})).decode("utf-8-sig"), newline=""))
    assert row == {"a": f"'{clean(text)}", "n": "-5.5"}


@pytest.mark.parametrize("text", ["-5", "+1.5", "-1,234.5", "+12.3%", "-3%", "-1e5", "5-3", "a=b", "―", "a@b.example.jp"])
def test_a_number_and_what_is_harmless_stay_as_they_are_in_csv(text: str) -> None:
    assert cell(text) == text


def test_the_head_of_a_csv_and_a_column_of_several_kinds_are_texts_too() -> None:
    table = pd.DataFrame({"=1": [-5, "=2", None], "n": [-1, 2, 3]})
    assert csv_file(table).decode("utf-8-sig").splitlines() == ["'=1,n", "-5,-1", "'=2,2", ",3"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("![b](http://evil.example/x.png)", r"!\[b\](http：//evil.example/x.png)"),
        ("[a](javascript:alert(1))", r"\[a\](javascript\:alert(1))"),
        ("<b>x</b>", r"\<b\>x\</b\>"),
        (":red[x] $a$ `b` *c* ~d~ | &lt;", r"\:red\[x\] \$a\$ \`b\` \*c\* \~d\~ \| \&lt;"),
        (":material/home: :smile:", "：material/home\\: ：smile\\:"),
        ("www.evil.example HTTPS://evil.example", "www．evil.example HTTPS：//evil.example"),
        ("housing@sample.example", "housing@\u2060sample.example"),
        ("# a", r"\# a"),
        ("- a", r"\- a"),
        ("1. a", r"1\. a"),
        ("a\n===\n    b", "a === b"),
        ("計画 70.0% に対し 49.9%(12:30、5-3=2)", "計画 70.0% に対し 49.9%(12:30、5-3=2)"),
    ],
)
def test_a_page_shows_a_text_as_it_is_written(text: str, written: str) -> None:
    assert markdown(text).replace("\\:", ":") == written.replace("\\:", ":")
    if ":red" in text or "javascript" in text:
        assert markdown(text) == written


def test_a_link_leads_where_its_source_says_and_nowhere_else() -> None:
    assert linked("[計画]", "https://example.jp/a_(b)?x=1") == "[［計画］](https://example.jp/a_%28b%29?x=1)"
    assert linked("x", "javascript:alert(1)") == "x" == linked("x", None)
    assert linked("x", "https://a.example/) ![b](http://b.example") == "[x](https://a.example/%29%20![b]%28http://b.example)"


def test_markup_stays_markup_in_a_template_and_a_text_is_cleaned() -> None:
    from markupsafe import Markup

    assert shown("a\x1bb") == "ab" and shown(5) == 5
    kept = shown(Markup("<b>\u202ex</b>"))
    assert isinstance(kept, Markup) and kept == "<b>x</b>"
    assert escaped('<"\x0b\x01&') == "&lt;&quot; &amp;"


def test_a_chart_reads_no_tag_of_a_text() -> None:
    made = {
        "text": ["a<br><b>b</b>", "<a href='http://evil.example'>x</a>\u202e<B>", 1.5, None],
        "hovertemplate": "%{x}<extra></extra>",
    }
    assert drawn(made)["text"] == ["a<br><b>b</b>", "&lt;a href='http://evil.example'>x&lt;/a>&lt;B>", 1.5, None]
    assert drawn(made)["hovertemplate"] == made["hovertemplate"]


def test_what_is_typed_has_a_bound_and_it_is_said() -> None:
    assert typed(" " + "x" * LONGEST_TEXT + "\u202e\n") == "x" * LONGEST_TEXT
    with pytest.raises(FigureRefused, match=r"5,001.*5,000"):
        typed("x" * (LONGEST_TEXT + 1))


def test_a_terminal_gets_no_escape_and_no_style_of_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal(width=200).print("a\x1b[31m\x9b\u202e [bold]b[/bold]\x07", "c", sep="|")
    assert capsys.readouterr().out == "a[31m [bold]b[/bold]|c\n"


def test_a_file_is_named_without_signs_of_paths_and_directions() -> None:
    assert file_name("../a\u202egnp.exe", "b\x9bc\u200b", "..", ending=".csv") == "agnp.exe_bc.csv"


@pytest.mark.parametrize(
    ("text", "most", "left"),
    [
        ("of the list. Unknown and exempt ones", 29, "of the list. Unknown and…"),
        ("of the list. Unknown and exempt ones", 32, "of the list. Unknown and exempt…"),
        ("of the list, Unknown", 13, "of the list…"),
        ("判定は、公表された方法で", 5, "判定は…"),
        ("判定は、公表された方法で", 8, "判定は、公表さ…"),
        ("判定1234567", 6, "判定123…"),
        ("x" * 40, 10, "x" * 9 + "…"),
        ("short", 5, "short"),
    ],
)
def test_what_is_cut_short_ends_with_a_whole_word(text: str, most: int, left: str) -> None:
    assert shortened(text, most) == left
