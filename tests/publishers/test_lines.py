"""Where lines end in finished HTML."""

from __future__ import annotations

from publishers.site.lines import beside_mark, in_column, lined

NAME = "オープンデータ徹底活用プロジェクト"
PLACED = "オープンデータ<wbr>徹底活用<wbr>プロジェクト"


def test_long_compounds_of_cells_lists_and_headings_have_places_to_break() -> None:
    for element in ("li", "h2"):
        assert lined(f"<{element}>{NAME}</{element}>") == f"<{element}>{PLACED}</{element}>"
    cell = '<tbody><tr><td title="{0}"><a href="/x">{1}</a></td></tr></tbody>'
    assert lined(cell.format(NAME, NAME)) == cell.format(NAME, PLACED)


def test_what_has_room_or_is_drawn_stays_as_it_is() -> None:
    for html in (f"<p>{NAME}</p>", f"<svg><text>{NAME}</text></svg>", f"<title>{NAME}</title>"):
        assert lined(html) == html


def test_words_and_numbers_stand_together_and_nothing_is_done_twice() -> None:
    once = lined(f"<h1>シン・トセイ3: {NAME}</h1><td>令和4年度第4四半期</td>")
    assert (
        once
        == f'<h1><span class="nw">シン・トセイ3</span>: {PLACED}</h1><td><span class="nw">令和4年度</span><span class="nw">第4四半期</span></td>'
    )
    assert lined(once) == once


def test_a_sentence_parts_no_day_and_no_period_and_what_is_no_text_stays_as_it_is() -> None:
    assert lined("<p>12月31日時点で<b>第3四半期</b></p>") == (
        '<p><span class="nw">12月31日時点</span>で<b><span class="nw">第3四半期</span></b></p>'
    )
    for html in (
        "<script>x='12月31日'</script>",
        "<svg><text>第3四半期</text></svg>",
        "<title>第3四半期</title>",
        '<a title="12月31日">x</a>',
        "<p>&#39;</p>",
    ):
        assert lined(html) == html


def test_a_day_that_was_put_off_is_broken_at_its_arrow_only() -> None:
    cell = "<tbody><tr><td>{}</td><td>{}</td></tr></tbody>"
    moved = '<span class="nw">28 Jan 2023</span> <span class="nw">→ 28 Jun 2023</span>'
    once = lined(cell.format("28 Jan 2023 → 28 Jun 2023", "Bureau of Finance → Bureau of Taxation"))
    assert once == cell.format(moved, "Bureau of Finance → Bureau of Taxation") == lined(once)


def test_a_short_word_in_katakana_stays_whole_within_kanji() -> None:
    once = lined("<tbody><tr><td>雨水ポンプ運転支援</td></tr></tbody>")
    assert once == '<tbody><tr><td>雨水<span class="nw">ポンプ</span>運転支援</td></tr></tbody>' == lined(once)


def test_an_address_of_a_mail_is_broken_behind_its_sign() -> None:
    once = lined('<td><a href="mailto:a@example.org">construction@sample.example.org</a></td>')
    assert once == '<td><a href="mailto:a@example.org">construction@<wbr>sample.example.org</a></td>' == lined(once)


def test_a_number_does_not_hold_what_stands_before_its_colon() -> None:
    once = lined("<p>進捗状況(2022年1~3月):5つのレス徹底推進</p>")
    assert (
        once == '<p>進捗状況(<span class="nw">2022年1~3月</span>):<wbr><span class="nw">5つのレス</span>徹底推進</p>' == lined(once)
    )


def test_an_address_that_is_read_ends_its_lines_behind_its_strokes() -> None:
    once = lined("<p>第2号、https://reform.example.jp/editions/0002/、CC BY 4.0</p>")
    assert "https://reform.example.jp/<wbr>editions/<wbr>0002/、CC" in once and once == lined(once)
    assert (
        lined('<p><a href="https://reform.example.jp/editions/0002/">x</a></p>')
        == '<p><a href="https://reform.example.jp/editions/0002/">x</a></p>'
    )


def test_no_line_begins_with_the_dot_between_two_parts() -> None:
    once = lined("<li>電子決定率 ・ 水道局 ・ 令和4年度</li><p><a>CSV</a> ・ <a>JSON</a></p>")
    assert "電子決定率\u00a0・ 水道局\u00a0・ " in once and "</a>\u00a0・ <a>" in once and once == lined(once)


def test_in_which_language_a_title_is_stands_together() -> None:
    once = lined("<td>労政会館の使用承認 (in Japanese)</td>")
    assert once == '<td>労政会館の使用承認 <span class="nw">(in Japanese)</span></td>' == lined(once)


def test_the_name_of_a_number_beside_others_may_break_between_its_words_sooner_than_a_cell() -> None:
    once = lined("<dl><dt>スマートフォン対応</dt><dd>スマートフォン対応</dd></dl>")
    assert once == "<dl><dt>スマートフォン<wbr>対応</dt><dd>スマートフォン対応</dd></dl>" == lined(once)


def test_words_that_chromium_takes_for_two_are_kept_in_texts_without_a_number() -> None:
    once = lined("<p><a>判定の方法</a>: デジタル化済み</p>")
    assert once == '<p><a>判定の<span class="nw">方法</span></a>: デジタル化<span class="nw">済み</span></p>' == lined(once)


def test_a_name_in_a_narrow_column_may_break_behind_a_word_that_is_kept() -> None:
    assert in_column("デジタル化済みプロセス数") == 'デジタル化<span class="nw">済み</span><wbr>プロセス数'


def test_a_word_beside_a_mark_is_one_box_of_its_row_wherever_it_may_be_broken() -> None:
    """Firefox takes a place to break for a box of its own, and parted 期限経過・結果未公表 by the gap of the row."""
    for word in ("期限経過・結果未公表", "達成(2022年3月31日)"):
        assert str(beside_mark(word)).startswith("<span>"), word
    assert beside_mark("達成") == "達成"
