"""Texts in several languages are rows of one table: what is read says the same as before them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from kpis.declared import text_column, translated
from kpis.figures.organisation import Unit
from kpis.registers import LISTS
from kpis.store import tables, translations, vintages
from kpis.store.fields import key_columns
from kpis.store.store import Store, utc_now
from kpis.store.tables import table_of
from kpis.store.vintages import Origin
from kpis.text import named
from telling.words import Words
from tests.older import put_into_tables_of
from tests.shared import copied, shipped

MODELS = [listed.table for listed in LISTS.values() if translated(listed.table)]


def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    return {model.__name__: store.all_of(model) for model in MODELS}


@pytest.fixture
def made(tmp_path: Path) -> Store:
    return copied(shipped(), tmp_path / "copy.db")


@pytest.mark.edition
def test_texts_move_from_a_column_per_language_into_rows(reporting: Store) -> None:
    """From the version before 0013, with rows that other tables refer to; a third language has no column."""
    before = everything(reporting)
    assert all(before[model.__name__] for model in (tables.Bureau, tables.Project, tables.Indicator, tables.Target))
    with reporting.writing() as session:
        translations.put(session, tables.Bureau, [{"bureau_code": "GENERAL", "name_fr": "Affaires générales"}])
    assert reporting.one_of(tables.Bureau, "GENERAL")["name_fr"] == "Affaires générales"
    put_into_tables_of("0012", reporting)
    inspector = inspect(reporting.engine)
    assert not inspector.has_table("translation")
    for model in MODELS:
        rows = before[model.__name__]
        columns = {name for row in rows for name in row if text_column(model, name)}
        assert columns <= {c["name"] for c in inspector.get_columns(table_of(model).name)}
        with reporting.engine.connect() as connection:
            held = connection.execute(text(f"SELECT * FROM {table_of(model).name}")).mappings().all()
        told = {tuple(row[k] for k in key_columns(model)): {n: row[n] for n in columns} for row in rows}
        assert {tuple(row[k] for k in key_columns(model)): {n: row[n] for n in columns} for row in held} == told
    reporting.migrate()
    assert everything(reporting) == before


@pytest.mark.edition
def test_the_shipped_catalogue_says_the_same_once_it_is_brought_up(made: Store) -> None:
    """But for notes of registers in English, which 0029 brought: before it there was one column for a note."""
    before = everything(made)
    assert all(before.values())
    put_into_tables_of("0012", made, lambda _, row: row | {"note": row["note_ja"]} if "note_ja" in row else row)
    made.migrate()
    registers = {model.__name__ for model in (tables.Procedure, tables.Facility, tables.Milestone)}
    gone = {name: [row | {"note_en": ""} for row in rows] if name in registers else rows for name, rows in before.items()}
    assert everything(made) == gone and gone != before
    with made.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


def test_a_blank_takes_a_text_out_and_what_is_not_said_stays(made: Store) -> None:
    was = made.one_of(tables.Indicator, "fax_reduction_rate")
    with made.writing() as session:
        translations.put(
            session, tables.Indicator, [{"indicator_code": "fax_reduction_rate", "name_en": "", "name_fr": "Télécopies"}]
        )
    now = made.one_of(tables.Indicator, "fax_reduction_rate")
    assert (now["name_en"], now["name_fr"]) == ("", "Télécopies")
    assert {k: v for k, v in now.items() if k not in ("name_en", "name_fr")} == {k: v for k, v in was.items() if k != "name_en"}
    others = [row["name_fr"] for row in made.all_of(tables.Indicator) if row["indicator_code"] != "fax_reduction_rate"]
    assert set(others) == {""}, "every row of a table has the same columns"


def test_a_reader_asks_for_a_text_in_a_language_and_gets_japanese_where_there_is_none(made: Store) -> None:
    with made.writing() as session:
        translations.put(
            session, tables.Indicator, [{"indicator_code": "fax_reduction_rate", "name_fr": "Télécopies", "unit_fr": "pour cent"}]
        )
        translations.put(session, tables.Bureau, [{"bureau_code": "TMG", "name_fr": "Tokyo"}])
    row = made.one_of(tables.Indicator, "fax_reduction_rate")
    (entry, *_) = made.book(["fax_reduction_rate"]).entries
    for found in (row, entry.definition):
        assert named(found, language="fr") == "Télécopies" and named(found, "unit", "fr") == "pour cent"
        assert named(found, language="en") == "Reduction of faxes" and named(found) == named(found, language="de") != ""
    assert named(entry.definition.without_unit(), "unit", "fr") == named(entry.definition.without_unit(), "unit") == ""
    unit = made.organisation().by_code["TMG"]
    assert isinstance(unit, Unit) and named(unit, language="fr") == "Tokyo" and named(unit, language="ja") == unit.name_ja


def test_a_name_of_a_register_is_read_as_it_was_known_in_every_language(made: Store) -> None:
    """It came, was changed and was taken out; what was said before, at and after each is told by the instant."""
    days = [utc_now() + timedelta(days=day) for day in (30, 31, 32)]  # after what was loaded today
    (code, was), *_ = ((row["milestone_code"], row) for row in made.all_of(tables.Milestone))
    for day, said in zip(days, ({"name_fr": "Étape"}, {"name_fr": "Jalon", "name_ja": "改めた名"}, {"name_fr": ""}), strict=True):
        with made.writing() as session:
            vintages.apply_report(session, "milestone", [{"milestone_code": code, **said}], origin=Origin(day))
    told = [
        {row["milestone_code"]: row for row in made.known(tables.Milestone, known_at=day + timedelta(hours=hours))}[code]
        for day, hours in ((days[0], -1), (days[0], 1), (days[1], 1), (days[2], 1))
    ]
    names = [(row.get("name_fr", ""), row["name_ja"], row["name_en"], row["vintage"]) for row in told]
    ja, en = was["name_ja"], was["name_en"]
    assert names == [("", ja, en, 1), ("Étape", ja, en, 2), ("Jalon", "改めた名", en, 3), ("", "改めた名", en, 4)]
    assert made.one_of(tables.Milestone, code, known_at=days[1] + timedelta(hours=1)) == told[2]
    assert "name_fr" not in made.one_of(tables.Milestone, code), "no row has that language any more"


@pytest.mark.parametrize(
    ("typed", "japanese", "english"),
    [
        ("読み違いだった / it had been misread", "読み違いだった", "it had been misread"),
        ("窓口 / 郵送だった / at the counter or by post", "窓口 / 郵送だった", "at the counter or by post"),
        ("値は 1 / 2 だった", "値は 1 / 2 だった", "値は 1 / 2 だった"),
        ("窓口 / Web", "窓口 / Web", "窓口 / Web"),
        ("as printed", "as printed", "as printed"),
        ("資料の本文どおり / as printed in 資料", "資料の本文どおり / as printed in 資料", "資料の本文どおり / as printed in 資料"),
    ],
)
def test_a_text_typed_in_both_languages_is_read_in_one(typed: str, japanese: str, english: str) -> None:
    assert [Words(code).half(typed) for code in ("ja", "ja-Hira", "en")] == [japanese, japanese, english]
