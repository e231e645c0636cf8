"""What code says by key is written in any language, wherever words stand."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from kpis.errors import FigureRefused, GovernmentUnreadable, SettingsRefused
from kpis.government import government, read
from kpis.languages import SHIPPED, both, both_shipped, pair, say, written
from kpis.languages import _language as language_of
from kpis.message import Message
from kpis.periods import parse_period
from kpis.settings import settings
from kpis.text import Named


def test_a_blank_holds_a_value_a_message_several_of_them_or_what_a_language_says() -> None:
    choices = (Message("answer_yes"), "5", Named({"name_ja": "都", "name_en": "City"}))
    assert pair(Message("one_of", choices=choices)) == (
        f"次のいずれか: {say('answer_yes')}、5、都",
        f"one of: {say('answer_yes', 'en')}, 5, City",
    )
    assert pair(Message("period_of_code", code="FY2022", period=parse_period("FY2022").label)) == (
        "コード FY2022 の期間「令和4年度」", "FY2022, the period of the code FY2022",
    )  # fmt: skip
    assert pair(Message("ended_by", day=date(2026, 11, 29))) == (
        "2026年11月29日までに終わった期間。終わっていない期間の値は、その一部の値です",
        "a period that had ended by 29 Nov 2026: a figure of one that has not is of a part of it",
    )
    assert both(Message("blank")) == "空欄 / blank"
    assert len({Message("at_row", row=1), Message("at_row", row=1), Message("at_row", row=2)}) == 2


def test_an_error_speaks_both_languages_at_once_and_japanese_where_a_language_lacks_it() -> None:
    refused = FigureRefused("sample_not_divided", total=5, most=3)
    assert str(refused) == f"{refused.in_language('ja')} / {refused.in_language('en')}"
    assert refused.in_language("ja-Hira") == written(refused.message) == "5 を、合わせて 3 までの部分に分けきれません。"


def test_errors_of_settings_and_government_are_said_before_it_is_known_where_words_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CATALOGUE_DIR", str(tmp_path / "nowhere"))
    settings.cache_clear()
    try:
        with pytest.raises(SettingsRefused, match=r"CATALOGUE_DIR が見つかりません: .* / .*CATALOGUE_DIR does not exist"):
            settings()
        with pytest.raises(GovernmentUnreadable, match=r"government.toml がありません.* / .*government.toml does not exist"):
            read(tmp_path / "nowhere")
    finally:
        settings.cache_clear()


def test_what_a_command_says_of_the_office_names_none() -> None:
    """Commands speak the words of the program alone, which do not know what a government calls its office."""
    ours = language_of(SHIPPED, "ja").words
    about = [key for key, text in ours.items() if "{office}" in text]
    assert "publishing_not_allowed" in about and len(about) > 20
    for key in about:
        blanks = {name: 1 for name in re.findall(r"{(\w+)", ours[key]) if name != "office"}
        said = both_shipped(Message(key, **blanks))
        assert ours["office_in_general"] in said and "{" not in said and government().office.name_ja not in said
