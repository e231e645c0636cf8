"""A third language in what is published: in the rows of an edition, in the open data and its dictionary; and editions from before."""

from __future__ import annotations

import csv
import io
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from kpis.declared import text_column, translated
from kpis.moment import Moment
from kpis.periods import local_day
from kpis.registers import LISTS
from kpis.state import State
from kpis.store import tables
from kpis.store.engine import frozen_url
from kpis.store.fields import key_columns
from kpis.store.store import Store
from kpis.store.tables import table_of
from kpis.text import named
from loaders.load import load_file
from publishers.editions.public_tables import finish, gather
from publishers.opendata import package
from telling.changes import compare
from tests.loaders.test_languages import written
from tests.publishers.house import House

pytestmark = pytest.mark.edition
MODELS = [listed.table for listed in LISTS.values() if translated(listed.table)]


def gathered(house: House, path: Path) -> Moment:
    """The data of the next edition, as it would be read."""
    house.at += timedelta(days=1)
    found = gather(house.store, path, known_at=house.at)
    finish(found, {"edition": 1})
    return Moment(state=State(Store(frozen_url(path))), as_of=local_day(house.at))


def table(moment: Moment, name: str) -> tuple[package.Resource, list[dict[str, str]]]:
    resource = next(r for r in package.resources(moment) if r.name == name)
    out = io.BytesIO()
    package.as_csv(resource, out)
    return resource, list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))


def test_a_catalogue_edited_in_a_third_language_is_published_with_it(house: House, tmp_path: Path) -> None:
    before = gathered(house, tmp_path / "before.db")
    resource, rows = table(before, "bureaus")
    assert "name_fr" not in resource.fields and "name_fr" not in rows[0]
    assert not load_file(house.store, written("bureaus.csv", name_fr="Le bureau"), name="bureaus.csv").problems
    assert not load_file(house.store, written("indicators.csv", name_fr="L'indicateur"), name="indicators.csv").problems
    after = gathered(house, tmp_path / "after.db")
    assert {named(unit, language="fr") for unit in after.units.values()} == {"Le bureau"}
    assert {named(entry.definition, language="fr") for entry in after.book.entries} == {"L'indicateur"}
    assert {named(entry.definition, language="de") for entry in after.book.entries} == {
        entry.definition.name_ja for entry in before.book.entries
    }
    resource, again = table(after, "bureaus")
    names = list(resource.fields)
    assert names[:4] == ["bureau_code", "name_ja", "name_en", "name_fr"], "beside the other languages"
    assert {row["name_fr"] for row in again} == {"Le bureau"}
    assert [{k: v for k, v in row.items() if k != "name_fr"} for row in again] == rows
    assert package.describe("name_fr", "ja") == "名称(フランス語)" and package.describe("name_fr", "en") == "name, in French"
    assert "translations" not in {r.name for r in package.resources(after)}
    changes = compare(before, after, reasons={})
    assert {(c.kind, c.field, c.old_ja, c.new_ja) for c in changes} == {("definition", "name_fr", "", "L'indicateur")}


def test_only_public_texts_are_in_an_edition(house: House, tmp_path: Path) -> None:
    with house.store.writing() as session:
        for name, field in (("source", "name"), ("bureau", "secret"), ("indicator", "name")):
            session.add(tables.Translation(table_name=name, row_key="fax_reduction_rate", field=field, language="xx", text="text"))
    gathered(house, tmp_path / "edition.db")
    connection = sqlite3.connect(tmp_path / "edition.db")
    found = connection.execute("SELECT table_name, field FROM translation WHERE language = 'xx'").fetchall()
    connection.close()
    assert found == [("indicator", "name")]


def test_an_edition_from_before_the_table_of_texts_says_the_same(house: House, tmp_path: Path) -> None:
    """Its tables had a column per language: made so here from an edition of today."""
    now = gathered(house, tmp_path / "edition.db").state.store
    said = {model: now.all_of(model) for model in MODELS}
    now.engine.dispose()
    old = tmp_path / "old.db"
    old.write_bytes((tmp_path / "edition.db").read_bytes())
    connection = sqlite3.connect(old)
    for model, rows in said.items():
        name, keys = table_of(model).name, key_columns(model)
        for column in [name for name in rows[0] if text_column(model, name)]:
            connection.execute(f'ALTER TABLE "{name}" ADD COLUMN "{column}" VARCHAR NOT NULL DEFAULT \'\'')
            where = " AND ".join(f'"{key}" = ?' for key in keys)
            values = [(row[column], *(row[key] for key in keys)) for row in rows]
            connection.executemany(f'UPDATE "{name}" SET "{column}" = ? WHERE {where}', values)
    connection.execute("DROP TABLE translation")
    connection.commit()
    connection.close()
    before = Store(frozen_url(old))
    assert {model: before.all_of(model) for model in MODELS} == said
    assert before.book() == now.book() and before.organisation() == now.organisation()
    assert before.text_columns(tables.Bureau) == {"name": ("name_ja", "name_en")}
