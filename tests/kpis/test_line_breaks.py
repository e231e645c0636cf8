"""Where a line may end."""

from __future__ import annotations

from kpis.line_breaks import JOINED, PLACE, on_one_line, phrases, with_places, with_wholes


def found(text: str) -> list[str]:
    """Return the units of a text that must not be broken."""
    seen: list[str] = []
    with_wholes(text, lambda whole: seen.append(whole[0]) or whole[0])
    return seen


def test_no_line_of_a_heading_ends_within_a_period_a_day_or_a_part_of_a_whole() -> None:
    assert on_one_line("令和5年度第1四半期") == f"令和{JOINED}5年度第{JOINED}1四半期"
    assert on_one_line("2026年11月28日現在") == f"2026年{JOINED}11月{JOINED}28日現在"
    assert on_one_line("公表では78 / 78") == "公表では78\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}78"
    assert on_one_line("FY2023 Q1, 3 bureaus") == "FY2023\N{NO-BREAK SPACE}Q1, 3\N{NO-BREAK SPACE}bureaus"
    assert on_one_line("12月31日時点で第3四半期の報告、約1億1,000万件") == (
        f"12月{JOINED}31日時点で第{JOINED}3四半期の報告、約{JOINED}1億{JOINED}1,000万件"
    )


def test_what_is_read_as_one_thing_is_found_in_both_languages() -> None:
    assert found("令和8年度第3四半期の報告は2026年12月31日時点で260件のうち12件、計画に20.1ポイント足りない") == [
        "令和8年度", "第3四半期", "2026年12月31日時点", "260件", "12件", "20.1ポイント",
    ]  # fmt: skip
    assert found("56.0% (304万7,055 / 692万401)、548万7,420件") == ["304万7,055 / 692万401", "548万7,420件"]
    assert found("シン・トセイ3の5つのレス、4月〜6月、78 / 104施設、2022-12-31") == [
        "シン・トセイ3", "5つのレス", "4月", "6月", "78 / 104施設", "2022-12-31",
    ]  # fmt: skip
    assert found("28 Jan 2023 in FY2022 Q4 of Shin-Tosei 3: 78 of 104 (R8 Q2の報告)") == [
        "28 Jan 2023", "FY2022 Q4", "Shin-Tosei 3", "78 of 104", "R8 Q2",
    ]  # fmt: skip
    assert found("進捗状況(2022年4~6月)、約48%、約7,000 / 約14,600、含めると約1億枚") == [
        "2022年4~6月",
        "約48%",
        "約7,000 / 約14,600",
        "約1億枚",
    ]
    assert found("21 quarters, about 900 sheets, 3 of 12 bureaus, 5 of the 7") == [
        "21 quarters",
        "about 900 sheets",
        "3 of 12 bureaus",
    ]
    assert found("約−17ポイント、合計−3件、直近第3四半期, about −17 points") == [
        "約−17ポイント",
        "−3件",
        "第3四半期",
        "about −17 points",
    ]
    assert found("about 7,000 / about 14,600 (Mar 2023), about 27.6%, about −3 million sheets, for about 2 of them") == [
        "about 7,000 /", "about 14,600", "Mar 2023", "about 27.6%", "about −3 million", "about 2",
    ]  # fmt: skip
    assert found("だいたい7,000 / だいたい14,600、だいたい5,200件、だいたい48%、15部門(2023 Q4)") == [
        "だいたい7,000 /", "だいたい14,600", "だいたい5,200件", "だいたい48%", "15部門", "2023 Q4",
    ]  # fmt: skip
    assert found("10 works (Oct 2022) Not judged, 91% On track, nothing is on track") == [
        "10 works",
        "Oct 2022",
        "Not judged",
        "On track",
    ]
    assert found("評価は公表・非公表にかかわらず、非公開情報、是非、公開された方法と下書き") == ["非公表", "方法", "下書き"]
    assert on_one_line("「公表」「非公表」から") == f"「公表」「非{JOINED}公{JOINED}表」から"
    assert found("労政会館の使用承認 (in Japanese)、UTF-8、SHA-256") == ["(in Japanese)", "UTF-8", "SHA-256"]
    assert found(r"進捗状況(2022年1\~3月\):5つのレス \(in Japanese\)") == [
        r"2022年1\~3月",
        "5つのレス",
        r"\(in Japanese\)",
    ]  # as markdown
    assert found("Transit IC, e-money; 5-less, FAX-less: year-to-date, short-term, Shin-Tosei 3") == [
        "e-money", "5-less", "FAX-less", "year-to-date", "Shin-Tosei 3",
    ]  # fmt: skip
    assert found("ab-cd@x.example, my-list.csv, https://a-b.example/e-mail") == []
    assert found("project rule 2026-2, 2026-04, 2026-04-01-x") == ["2026-2", "2026-04"]
    assert found(":blue-badge[:material/send: submitted] :gray-badge[draft] :red-badge[x]") == [], "Streamlit's"
    assert found("期限経過・結果未公表、結果待ち、やや遅れ、古いとみなす日数、全都立施設、「〜超」の値、公表します #ダッシュボード") == [
        "結果未公表", "結果待ち", "やや遅れ", "みなす", "全都立施設", "〜超", "#ダ",
    ]  # fmt: skip
    assert on_one_line("〜超と#ダッシュボード") == f"〜{JOINED}超と#{JOINED}ダッシュボード"
    assert on_one_line("FAX-less") == f"FAX-{JOINED}less"
    assert found("計画70.0%に対し49.9%、v2022.11.0、a=12 件、&#39;x&#39;") == []  # breaks where a phrase ends, or is no text


def test_a_particle_stays_with_its_day_or_period_and_words_that_chromium_takes_for_two_are_one() -> None:
    assert found("令和8年度第2四半期から1四半期、2019年11月11日から、2022年度まで、12月31日時点で") == [
        "令和8年度", "第2四半期から", "1四半期", "2019年11月11日から", "2022年度まで", "12月31日時点",
    ]  # fmt: skip
    assert found("令和3年度第3四半期以前から、2021年以前から、それ以降の値") == [
        "令和3年度",
        "第3四半期",
        "以前から",
        "2021年以前から",
        "以降",
    ]
    assert found("導入済みの施設、本庁部門の判定の方法、理由として") == ["済み", "部門", "方法", "として"]
    assert on_one_line("第2四半期から") == f"第{JOINED}2四半期{JOINED}か{JOINED}ら"
    assert on_one_line("導入済み") == f"導入済{JOINED}み"


def test_what_is_wider_than_a_cell_of_a_phone_breaks_before_its_unit_or_between_its_numbers() -> None:
    marked = with_wholes(
        "about 56.95 million sheets (about 7,000 of about 14,600 procedures), 78 / 104", lambda whole: f"[{whole[0]}]"
    )
    assert marked == "[about 56.95 million] sheets ([about 7,000 of] [about 14,600] procedures), [78 / 104]"
    assert on_one_line("About 320,000 downloads").split(" ") == ["About\N{NO-BREAK SPACE}320,000", "downloads"]


def test_nor_within_a_name_of_few_letters_before_a_middle_dot_or_before_its_number() -> None:
    assert on_one_line("シン・トセイ3の5つのレス") == f"シン・{JOINED}トセイ{JOINED}3の5つの{JOINED}レス"
    assert on_one_line("スタートアップ・シビックテック") == "スタートアップ・シビックテック"


def test_a_line_may_end_where_the_words_of_a_long_compound_meet() -> None:
    assert with_places("5つのレス徹底推進プロジェクト", "|") == "5つのレス徹底推進|プロジェクト"
    assert (
        with_places("現場対話型スタートアップ協働プロジェクト採択数", "|") == "現場対話型|スタートアップ|協働|プロジェクト|採択数"
    )
    assert (
        with_places("内部管理事務抜本見直しプロジェクト", "|") == "内部管理事務抜本見直し|プロジェクト"
    )  # behind the hiragana of a verb
    assert with_places("下水道施設の維持管理・雨水ポンプ運転支援", "|") == "下水道施設の維持管理・|雨水ポンプ運転支援"
    assert with_places("都政スピードアッププロジェクト", "|") == "都政|スピードアップ|プロジェクト"  # two words in katakana
    assert with_places("スタートアップサミットに参加した企業の数", "|") == "スタートアップ|サミットに参加した企業の数"
    assert with_places("トーキョーアーツアンドスペースレジデンシー", "|") == "トーキョーアーツアンド|スペースレジデンシー"
    assert with_places("デジタル化済みプロセス数", "|") == "デジタル化済み|プロセス数"  # where Chromium would part the verb
    assert with_places("キャッシュレス導入済み施設", "|") == "キャッシュレス|導入済み施設"
    assert with_places("クレジットカード納付の質問", "|") == "クレジットカード|納付の質問"
    assert with_places("東京都現代美術館運営委員会プロジェクト") == f"東京都現代美術館運営委員会{PLACE}プロジェクト"


def test_a_short_word_is_left_whole_and_so_is_one_with_an_ending() -> None:
    for word in ("デジタル化率", "キャッシュレス化済み施設", "行政手続のデジタル化率", "Organization and Talent"):
        assert with_places(word) == word
    assert with_places("全行政手続デジタル化率一覧表示") == f"全行政手続{PLACE}デジタル化率一覧表示"


def test_a_name_is_parted_at_its_phrases_and_one_of_another_language_is_not() -> None:
    assert phrases("スタートアップ・シビックテックとの協働推進プロジェクト") == [
        "スタートアップ・",
        "シビックテックとの",
        "協働推進",
        "プロジェクト",
    ]
    assert phrases("地域における再エネシェアリングモデル実践プロジェクト")[:2] == ["地域における", "再エネシェアリングモデル"]
    assert phrases("取り組み") == ["取り組み"], "an ending of one sign that is no particle stands within a word"
    assert phrases("Service Design Project") == ["Service Design Project"]
    assert all(
        "".join(phrases(name)) == name
        for name in ("TOKYOスマート・スクール・プロジェクト", "高潮等への(正式名称は未確認)", "令和5年度のDX")
    )


def test_the_report_of_a_quarter_is_parted_before_the_quarter() -> None:
    assert phrases("政策企画局 令和4年度第4四半期の報告") == ["政策企画局 ", "令和4年度", "第4四半期の", "報告"]
