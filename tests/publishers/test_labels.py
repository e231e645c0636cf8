"""Tables that are blocks on a phone say of each part what it is."""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa
from markupsafe import Markup

from pages.parts.data_table import texts_of, without_empty_columns
from publishers.site.block_views import BlockView
from publishers.site.labels import filled, is_nothing, kind, picked, with_roles
from publishers.site.seen import compared, large, listed_in_parts, listing
from telling.blocks import Block, Number
from telling.cards import CardRows
from telling.words import Words


def test_each_part_of_such_a_table_says_what_it_is_and_no_other_table_is_touched() -> None:
    made = with_roles(
        '<table class="att"><caption class="vh">x</caption><thead><tr><th scope="col" role="columnheader">a</th><th scope="col">b</th></tr>'
        '</thead><tbody><tr class="r"><th scope="row">c</th><td>d</td></tr></tbody></table><table class="inputs"><tr><td>e</td></tr></table>'
    )
    assert made == (
        '<table role="table" class="att"><caption class="vh">x</caption><thead role="rowgroup"><tr role="row">'
        '<th scope="col" role="columnheader">a</th><th role="columnheader" scope="col">b</th></tr></thead><tbody role="rowgroup">'
        '<tr role="row" class="r"><th role="rowheader" scope="row">c</th><td role="cell">d</td></tr></tbody></table>'
        '<table class="inputs"><tr><td>e</td></tr></table>'
    )
    assert with_roles(made) == made


def test_a_cell_that_says_nothing_is_no_line_of_a_block_but_a_mark_without_words_is() -> None:
    strip, dash = Markup('<span class="strip"><i class="mk"></i></span>'), Markup('<data value="">—</data>')
    assert [is_nothing(cell) for cell in ("", "—", "―", "·", dash)] == [True] * 5
    assert [is_nothing(cell) for cell in (strip, "0", 0, "― 3")] == [False] * 4
    assert [kind("―", is_number=True), kind("x"), kind(7, is_number=True)] == [' class="n none"', "", ' class="n"']


def test_a_column_that_no_row_fills_is_none() -> None:
    rows = [("CP1", "", "3"), ("CP2", "—", "")]
    assert filled(rows) == [0, 2] and [picked(row, filled(rows)) for row in rows] == [["CP1", "3"], ["CP2", ""]]


def test_a_day_a_period_or_a_count_stands_on_one_line() -> None:
    one = ("令和4年度第4四半期", "2026年11月28日", "FY2022 Q4", "28 Jan 2023", "110 / 210 (FY2022 Q3)")
    assert [kind(cell) for cell in one] == [' class="nw"'] * 5
    assert [kind(cell) for cell in ("Bureau of Taxation", "全手続100%デジタル化", "Milestone 3", Markup("<b>3</b>"))] == [""] * 4


def test_the_unit_of_a_large_value_is_small_and_no_value_is_taken_for_html() -> None:
    assert large("about 56.95 million sheets") == 'about 56.95 <span class="un">million sheets</span>'
    assert large(Markup('<data value="24">24手続</data>')) == '<data value="24">24<span class="un">手続</span></data>'
    assert [large(value) for value in ("99.1%", "5,695万枚")] == ["99.1%", "5,695万枚"]
    assert large("76 / 78") == '<span class="vl">76 <span class="un">/ 78</span></span>'
    assert (
        large(Markup('<data value="76">76 / 78</data>'))
        == '<span class="vl"><data value="76">76 <span class="un">/ 78</span></data></span>'
    )
    assert large("3 <b>x</b>", is_text=True) == "3 &lt;b&gt;x&lt;/b&gt;" and "<b>" not in large("3 <b>x</b>")


def test_a_column_in_which_no_row_says_anything_is_none_in_any_table() -> None:
    block = Block(
        key="made",
        columns=("名称", "値", "計画", "備考"),
        rows=(("一", Number(1, "1"), "―", None), ("二", Number(None, "―"), "", "")),
        title="表",
    )
    words = Words("ja")
    view = BlockView(block, words)
    assert [c.heading for c in view.columns] == ["名称", "値"] and {len(row) for row in view.rows} == {2}
    for part in (listing(block, words), *listed_in_parts(block, words, first=1), texts_of(block, words, first=1).shown):
        assert re.findall(r"<th[^>]*>([^<]+)", part) == ["名称", "値"] and "計画" not in part, (
            "parts of one table have the same columns"
        )
    for grid in (
        pd.DataFrame([dict(zip(block.columns, ("一", 1.0, "不明", None), strict=True))]),
        pa.table({"名称": [""], "値": [1], "計画": ["不明"], "備考": [None]}),
    ):
        kept = without_empty_columns(grid, blank_words=("不明",))
        assert list(getattr(kept, "column_names", None) or kept.columns) == ["名称", "値"]


def test_no_heading_of_a_table_looks_as_if_it_said_nothing() -> None:
    """Headings passed for empty cells, so that those above sentences alone stood out."""
    block = Block(
        key="x", title="", columns=("短い", "長い"), rows=(("1", "これは一つの文で、見出しの列としては長いものです。" * 3),)
    )
    heads = re.findall(r"<th\b[^>]*>", str(listing(block, Words("ja"))))
    assert len(heads) == 2 and not any("none" in head for head in heads)


def test_a_numeric_column_with_one_long_text_has_its_heading_above_the_numbers() -> None:
    """An indicator in words stands among figures on the page of changes: the heading was at the left, the figures at the right."""
    card = CardRows(
        code="a", title="", name="A", status="no_target", word="Not judged", value="Web use widened in consultations and briefings (no number published)",
        period="FY2021", aims=(), before=(), notes=(), picture="", alt="", gap="", is_text=True, is_old=False,
    )  # fmt: skip
    made = compared([card], str, Words("en"), caption="")
    assert re.findall(r"<th[^>]*>Value</th>", made) == ['<th role="columnheader" scope="col" class="txt n">Value</th>']
