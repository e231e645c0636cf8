"""What a government chooses for itself is asked in one place, and a process can turn from one government to another."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from kpis import languages
from kpis.errors import GovernmentUnreadable
from kpis.government import FILES, THEMES, government, keep_copy, read, settled
from kpis.periods import (
    first_instant,
    first_month_word,
    fiscal_year_code,
    last_instant,
    local_day,
    local_time,
    parse_period,
    quarter_code,
)
from kpis.reporting.hours import is_closed
from kpis.settings import ROOT, settings
from kpis.store.tables import BureauFields, IndicatorFields, ProjectFields
from kpis.text import named
from loaders.rows import ObservationRow
from telling.projects import kind_name
from telling.words import Words

TOKYO, CITY = ROOT / "data" / "catalogue", ROOT / "tests" / "city" / "catalogue"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A copy of the city's files, to be changed."""
    shutil.copytree(CITY, tmp_path / "own")
    return tmp_path / "own"


def test_a_fiscal_year_begins_in_the_month_of_the_government() -> None:
    """The same code names other days; a year is named by the calendar year it begins in."""
    days = {}
    for folder in (TOKYO, CITY):
        with settled(folder):
            quarter, year = parse_period("FY2022-Q4"), parse_period("FY2022")
            days[folder] = (
                quarter.start,
                quarter.end,
                year.end,
                quarter_code(date(2023, 2, 1)),
                fiscal_year_code(date(2023, 2, 1)),
            )
    assert days[TOKYO] == (date(2023, 1, 1), date(2023, 3, 31), date(2023, 3, 31), "FY2022-Q4", "FY2022")
    assert days[CITY] == (date(2022, 10, 1), date(2022, 12, 31), date(2022, 12, 31), "FY2023-Q1", "FY2023")


def test_a_government_of_another_country_names_its_public_holidays_as_days(written: Path) -> None:
    file = written / "government.toml"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith(("holidays", "closed"))]
    at = lines.index("[calendar]") + 1
    file.write_text("\n".join([*lines[:at], 'closed = ["05-01", "2026-05-14"]', *lines[at:]]), encoding="utf-8")
    with settled(written):
        days = [date(2026, 5, 1), date(2027, 5, 1), date(2026, 5, 14), date(2027, 5, 14), date(2026, 5, 5)]
        assert [is_closed(day) for day in days] == [True, True, True, False, False], "the 5th of May is a holiday of Japan's"


@pytest.mark.parametrize("month", range(1, 13))
def test_quarters_share_out_the_year_whatever_its_first_month(written: Path, month: int) -> None:
    facts = written / "government.toml"
    facts.write_text(facts.read_text(encoding="utf-8").replace("first_month = 1", f"first_month = {month}"), encoding="utf-8")
    with settled(written):
        year = parse_period("FY2023")
        quarters = [parse_period(f"FY2023-Q{n}") for n in (1, 2, 3, 4)]
        assert (quarters[0].start, quarters[-1].end) == (year.start, year.end) and year.start == date(2023, month, 1)
        assert all((after.start - before.end).days == 1 for before, after in pairwise(quarters))
        assert [quarter_code(q.start) for q in quarters] == [q.code for q in quarters] == [quarter_code(q.end) for q in quarters]
        assert first_month_word() == f"{month}月" and parse_period("FY2024").start > year.end


def test_a_day_is_that_of_the_clock_of_the_office() -> None:
    """Paris keeps summer time, Tokyo does not: both are read off the time zone, never a fixed distance."""
    evening = datetime(2025, 6, 30, 22, 30)
    with settled(TOKYO):
        assert (local_day(evening), local_time(datetime(2025, 1, 1))) == (date(2025, 7, 1), datetime(2025, 1, 1, 9))
    with settled(CITY):
        assert local_time(evening) == datetime(2025, 7, 1, 0, 30) and local_time(datetime(2025, 1, 1)) == datetime(2025, 1, 1, 1)
        assert (first_instant(date(2025, 3, 30)), last_instant(date(2025, 3, 30))) == (
            datetime(2025, 3, 29, 23), datetime(2025, 3, 30, 21, 59, 59),
        )  # fmt: skip
        assert local_day(first_instant(date(2025, 10, 26))) == date(2025, 10, 26) == local_day(last_instant(date(2025, 10, 26)))


def test_the_words_that_rows_may_use_are_those_of_the_government() -> None:
    def observation(reason: str) -> ObservationRow:
        return ObservationRow.model_validate(
            {"indicator_code": "a", "bureau_code": "b", "period_code": "FY2022", "value": 1, "source_code": "s", "reason_class": reason, "reason_text": "r"}
        )  # fmt: skip

    with settled(CITY):
        assert observation("recount").reason_class == "recount" and government().error == "mistake"
        with pytest.raises(ValidationError, match=r"'mistake', 'recount' \(correction_reasons.csv\)"):
            observation("late_data")
        for model, name, word in (
            (IndicatorFields, "theme", "paperless"),
            (ProjectFields, "kind", "core"),
            (BureauFields, "kind", "police"),
        ):
            with pytest.raises(ValidationError, match=name):
                model.model_validate({name: word})
    with settled(TOKYO):
        assert observation("late_data").reason_class == "late_data"


def test_a_government_calls_things_as_it_likes_and_the_rest_stays(written: Path) -> None:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (written / "text" / "ja").mkdir(parents=True, exist_ok=True)
    (written / "text" / "ja" / "more.po").write_text(head + 'msgid "nav_overview"\nmsgstr "入口"\n', encoding="utf-8")
    with settled(written):
        assert languages.say("nav_overview") == "入口" and languages.say("nav_overview", "en") == "Overview"
        assert "見直し係" in languages.say("waits_for_office", when="", who="")
        assert "review desk" in languages.say("waits_for_office", "en", when="", who="")
    with settled(TOKYO):
        assert languages.say("nav_overview") == "概況" and languages.say("site") == "シン・トセイ 見える化"


@pytest.mark.parametrize("code", languages.codes())
@pytest.mark.parametrize("folder", [TOKYO, CITY])
def test_own_words_stand_for_words_that_there_are(folder: Path, code: str) -> None:
    """A catalogue of a government's own names no key that no page asks for, and fills the same blanks."""
    with settled(folder):
        ours = {
            m.id: m.string
            for path in (settings().text_dir / languages.SOURCE).glob("*.po")
            for m in languages.read_catalogue(path)
            if m.id
        }
        for path in (folder / "text" / code).glob("*.po"):
            for message in languages.read_catalogue(path):
                if message.id:
                    assert message.id in ours, message.id
                    assert _blanks(str(message.string)) == _blanks(str(ours[message.id])), message.id


def _blanks(text: str) -> set[str]:
    return {part.split("}")[0].split(":")[0] for part in text.split("{")[1:]} - {"office", "Office"}


def test_an_edition_can_be_read_by_the_copy_it_carries(tmp_path: Path) -> None:
    with settled(TOKYO):
        keep_copy(tmp_path / "copy")
        before = government()
    with settled(tmp_path / "copy") as copy:
        assert (copy.cards, copy.first_month, copy.publisher, copy.places) == (before.cards, 4, before.publisher, before.places)
        assert languages.say("site") == "シン・トセイ 見える化"
    assert {path.name for path in (tmp_path / "copy").iterdir()} == {
        *FILES,
        "municipalities.csv",
        "outlines.csv",
        "same_words.csv",
        "text",
    }


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("government.toml", "first_month = 1", "first_month = 13", "calendar.first_month"),
        ("government.toml", "Europe/Paris", "Europe/Nowhere", "tz database"),
        ("government.toml", "[office]", "[offices]", "offices"),
        ("government.toml", "review desk", "review {moment.__class__} desk", "office.name_en"),
        ("government.toml", "見直し係", "係![](https://example.org/x.png)", "office.name_ja"),
        ("themes.csv", "greening,緑化", "greening,", "row 2"),
        ("themes.csv", ",card,", ",big,", "one of: card, chart"),
        ("unit_kinds.csv", "is_bureau", "is_burau", "is_burau"),
        ("unit_kinds.csv", ",", ";", "separated by commas"),
        ("correction_reasons.csv", "slip,1", "slip,0", "is_error"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(written: Path, name: str, old: str, new: str, said: str) -> None:
    text = (written / name).read_text(encoding="utf-8")
    assert old in text
    (written / name).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(GovernmentUnreadable) as refused:
        read(written)
    assert (
        name in refused.value.in_language("en")
        and said in refused.value.in_language("en")
        and name in refused.value.in_language("ja")
    )


@pytest.mark.parametrize(
    ("ring", "said"), [("139.7,35.7 139.8", "139.8"), ("139.7,35.7 139.8,35.7", "three points"), ("1,2 3,4 5,95", "5,95")]
)
def test_an_outline_that_is_none_is_named(written: Path, ring: str, said: str) -> None:
    (written / "outlines.csv").write_text(f'municipality_code,ring\n1,"{ring}"\n', encoding="utf-8")
    with pytest.raises(GovernmentUnreadable) as refused:
        read(written)
    assert "outlines.csv" in refused.value.in_language("en") and said in refused.value.in_language("en")


def test_a_missing_file_is_named_with_the_command_that_writes_it(written: Path) -> None:
    (written / THEMES).unlink()
    with pytest.raises(GovernmentUnreadable, match=r"themes.csv does not exist.*manage.py new"):
        read(written)


def test_a_list_of_the_government_takes_names_in_any_language(written: Path) -> None:
    def add(name: str, column: str, *texts: str) -> None:
        head, *rows = (written / name).read_text(encoding="utf-8").splitlines()
        lines = [f"{head},{column}", *(f"{row},{text}" for row, text in zip(rows, texts, strict=True))]
        (written / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    add("themes.csv", "name_fr", "Verdissement", "")
    add("themes.csv", "note_zh-Hant", "註", "")
    add("unit_kinds.csv", "name_fr", "service")
    add("unit_kinds.csv", "name_qaa", "agen")  # a language without a code of its own
    add("correction_reasons.csv", "name_fr", "erreur", "recomptage")
    (written / "project_kinds.csv").write_text(
        "kind_code,name_ja,name_en,plural_en,name_fr,plural_fr,heading_fr\nwork,事業,work,works,projet,projets,Nos projets\n",
        encoding="utf-8",
    )
    own = read(written)
    greening, waiting = own.themes.values()
    assert (named(greening, "name", "fr"), named(waiting, "name", "fr")) == ("Verdissement", "待ち時間"), (
        "a blank is said in Japanese"
    )
    assert (named(greening, "note", "zh-Hant"), named(own.unit_kinds["department"], "name", "fr")) == ("註", "service")
    assert named(own.reasons["recount"], "name", "fr") == "recomptage"
    kind = own.project_kinds["work"]
    assert [kind_name(kind, count, Words(code)) for code in ("fr", "en") for count in (1, 2)] == [
        "projet",
        "projets",
        "work",
        "works",
    ]
    assert named(kind, "heading", "fr") == "Nos projets"


def test_a_heading_that_names_no_language_is_refused(written: Path) -> None:
    (written / "unit_kinds.csv").write_text("kind_code,name_ja,name_en,name_of_it\na,局,bureau,x\n", encoding="utf-8")
    with pytest.raises(GovernmentUnreadable, match="name_of_it: a column name that ends with the code of a language"):
        read(written)
