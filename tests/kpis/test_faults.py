"""What a value is refused for is said by key: a Japanese reader meets no English words of pydantic."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from kpis.faults import expected_of, placed
from kpis.government import LISTED
from kpis.government_files import AreaFields, CalendarFields, FactsFields, OutlineFields, PublisherFields, ReasonFields, ThemeFields
from kpis.languages import pair
from kpis.message import Message
from kpis.settings import Settings
from loaders.rows import CATALOGUE_FILES, OFFICIAL_FILES, CalendarRow

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


def models() -> list[type[BaseModel]]:
    """Return the settings and every file of a government, with their tables."""
    tables = [field.annotation for field in FactsFields.model_fields.values()]
    own = [part for kind in tables for part in (kind, *get_args(kind)) if isinstance(part, type) and issubclass(part, BaseModel)]
    return [
        Settings,
        FactsFields,
        *own,
        *(model for model in LISTED.values() if model is not OutlineFields),
        *CATALOGUE_FILES.values(),
        *OFFICIAL_FILES.values(),
    ]


WRONG = ("é /@\x00", "", "-1", "1e400", -1, 10**400, 1.5, float("nan"), None, [], [[]], {}, {"a": 1}, b"\xff", True)


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_no_value_is_refused_in_the_words_of_pydantic_or_by_a_pattern(model: type[BaseModel]) -> None:
    """Every field, each given what it cannot take: the same words of ours in every language would be somebody else's English."""
    for name, field in model.model_fields.items():
        for wrong in WRONG:
            try:
                model.model_validate({field.validation_alias or name: wrong})
            except ValidationError as refused:
                for error in refused.errors():
                    expected = expected_of(error)
                    assert expected.key != "as_told", (name, wrong, error["type"], error["msg"])
                    assert not re.search(r"\[[aA0]-|\\s|\^|\$$", "".join(pair(expected))), (name, wrong, pair(expected))


def test_a_code_is_told_which_signs_it_may_have() -> None:
    with pytest.raises(ValidationError) as refused:
        ThemeFields.model_validate({**THEME, "theme_code": "緑 化"})
    ja, en = pair(expected_of(refused.value.errors()[0]))
    assert "半角の英字・数字と _ . -" in ja and "STRATEGY_ICT" in ja and "letters A to Z, digits and _ . -" in en
