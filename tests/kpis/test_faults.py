"""What a value is refused for is said by key: a Japanese reader meets no English words of pydantic."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from kpis.faults import expected_of, placed
from kpis.government_files import AreaFields, CalendarFields, FactsFields, PublisherFields, ReasonFields, ThemeFields
from kpis.languages import pair
from kpis.message import Message
from loaders.rows import CATALOGUE_FILES, CalendarRow

CALENDAR = {"first_month": 4, "time_zone": "Asia/Tokyo", "first_day": "2020-01-01"}
THEME = {"theme_code": "a", "name_ja": "名", "name_en": "name"}
DAYS = {"opens_on": "2023-01-01", "due_on": "2023-01-31", "locks_on": "2023-02-28"}
AREA = {"south": 1, "north": 2, "west": 3, "east": 4}


@pytest.mark.parametrize(
    ("model", "given", "said"),
    [
        (FactsFields, {"publisher": {}, "calendar": CALENDAR}, ("値が必要", "a value is needed")),
        (ThemeFields, {**THEME, "name_ja": ""}, ("値が必要", "a value is needed")),
        (ThemeFields, {**THEME, "shown_as": "big"}, ("次のいずれか: card、chart、空欄", "one of: card, chart, blank")),
        (ThemeFields, {**THEME, "size": "1"}, ("ここにはない名前", "no such name here")),
        (CalendarFields, {**CALENDAR, "first_month": 13}, ("12 以下", "at most 12")),
        (CalendarFields, {**CALENDAR, "first_month": 0}, ("1 以上", "at least 1")),
        (CalendarFields, {**CALENDAR, "first_month": "x"}, ("整数", "a whole number")),
        (CalendarFields, {**CALENDAR, "first_day": "x"}, ("日付(2022-12-31 など)", "a date such as 2022-12-31")),
        (CalendarFields, {**CALENDAR, "time_zone": 1}, ("文字", "a text")),
        (
            CalendarFields, {**CALENDAR, "time_zone": "Mars"},
            ("tz database にある時間帯の名(Europe/Paris など)", "a time zone of the tz database, as Europe/Paris"),
        ),
        (AreaFields, {**AREA, "south": "x"}, ("数", "a number")),
        (AreaFields, {**AREA, "south": float("nan")}, ("数", "a number")),
        (PublisherFields, {"name_ja": "a", "name_en": "a", "identifier": "a", "keywords_ja": "a"}, ("一覧", "a list")),
        (ReasonFields, {"reason_code": "a", "name_ja": "a", "name_en": "a", "is_error": "maybe"}, ("1 か 0", "1 or 0")),
        (
            CalendarRow, {"period_code": "FY2022", **DAYS, "due_on": "2024-01-01"},
            ("opens_on、due_on、locks_on は順に並ぶ", "opens_on, due_on, locks_on must follow each other"),
        ),
    ],
)  # fmt: skip
def test_what_is_expected_is_said_in_the_words_of_the_catalogues(
    model: type[BaseModel], given: dict[str, Any], said: tuple[str, str]
) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(given)
    assert pair(expected_of(refused.value.errors()[0])) == said


def test_a_word_of_the_governments_own_list_names_the_list() -> None:
    with pytest.raises(ValidationError) as refused:
        CATALOGUE_FILES["bureaus.csv"].model_validate({"kind": "planet"})
    error = next(e for e in refused.value.errors() if e["loc"] == ("kind",))
    ja, en = pair(placed(error))
    assert ja.startswith("kind: unit_kinds.csv にある次のいずれか: whole、scope、") and en.startswith(
        "kind: one of: whole, scope, "
    )


def test_what_has_no_words_of_ours_stays_as_it_is_told() -> None:
    error = {"type": "url_scheme", "loc": (), "msg": "URL scheme should be https"}
    assert placed(error) == Message("as_told", text="URL scheme should be https")
    assert pair(placed({**error, "loc": ("a", 1)}))[0] == "a.1: URL scheme should be https"
