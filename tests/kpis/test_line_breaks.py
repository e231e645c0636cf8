"""Where a line may end."""

from __future__ import annotations

from kpis.line_breaks import JOINED, PLACE, on_one_line, with_places


def test_no_line_of_a_heading_ends_within_a_period_a_day_or_a_part_of_a_whole() -> None:
    assert on_one_line("令和5年度第1四半期") == f"令和{JOINED}5年度第{JOINED}1四半期"
    assert on_one_line("2026年11月28日現在") == f"2026年{JOINED}11月{JOINED}28日現在"
    assert on_one_line("公表では78 / 78") == "公表では78\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}78"
    assert on_one_line("FY2023 Q1, 3 bureaus") == "FY2023 Q1, 3 bureaus"


def test_nor_within_a_name_of_few_letters_before_a_middle_dot_or_before_its_number() -> None:
    assert on_one_line("シン・トセイ3の5つのレス") == f"シン・{JOINED}トセイ{JOINED}3の5つの{JOINED}レス"
    assert on_one_line("スタートアップ・シビックテック") == "スタートアップ・シビックテック"


def test_a_line_may_end_where_the_words_of_a_long_compound_meet() -> None:
    assert with_places("5つのレス徹底推進プロジェクト", "|") == "5つのレス徹底推進|プロジェクト"
    assert (
        with_places("現場対話型スタートアップ協働プロジェクト採択数", "|") == "現場対話型|スタートアップ|協働|プロジェクト|採択数"
    )
    assert with_places("下水道施設の維持管理・雨水ポンプ運転支援", "|") == "下水道施設の維持管理・|雨水ポンプ運転支援"
    assert with_places("都政スピードアッププロジェクト", "|") == "都政|スピードアップ|プロジェクト"  # two words in katakana
    assert with_places("東京都現代美術館運営委員会プロジェクト") == f"東京都現代美術館運営委員会{PLACE}プロジェクト"


def test_a_short_word_is_left_whole_and_so_is_one_with_an_ending() -> None:
    for word in ("デジタル化率", "キャッシュレス導入済み施設", "行政手続のデジタル化率", "Organization and Talent"):
        assert with_places(word) == word
    assert with_places("全行政手続デジタル化率一覧表示") == f"全行政手続{PLACE}デジタル化率一覧表示"
