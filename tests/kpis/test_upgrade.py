"""Databases of earlier versions of the tables, with rows, brought up on both engines: nothing lost, all or nothing, drift named.

``tests/data/schemas`` holds rows that programs of those versions wrote, some of each table and what they refer to.
"""

from __future__ import annotations

import json
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Date, DateTime, Engine, LargeBinary, MetaData, inspect, text

from kpis.errors import SchemaRefused
from kpis.moment import Moment
from kpis.settings import ROOT
from kpis.state import State
from kpis.store import tables, upgrade
from kpis.store.store import Store
from kpis.store.upgrade import MIGRATIONS, differing, newest_version, version_of
from kpis.voices.store import Voices
from tests.command import command
from tests.older import put
from tests.shared import postgresql

pytestmark = pytest.mark.edition  # as dear: every version of the tables is made anew, on both engines

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
FOLDER = ROOT / "tests" / "data" / "schemas"
RENAMED = {"project_confidence": "assessment"}  # tables whose rows stand in another since
VERSIONS = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))


def held_in(column: Any, value: Any) -> Any:
    """Return a value of the files in the type of its column."""
    if value is None:
        return None
    if isinstance(column.type, Boolean):
        return bool(value)
    if isinstance(column.type, DateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return value.encode() if isinstance(column.type, LargeBinary) else value


def filled(store: Store, name: str) -> dict[str, list[dict[str, Any]]]:
    """Bring an empty database to the version of a file and put its rows in; return them by table."""
    held = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    store.migrate(to=held["schema"])
    metadata = MetaData()
    with store.engine.begin() as connection:
        metadata.reflect(connection)
        for table in reversed(metadata.sorted_tables):
            if table.name != "alembic_version":
                connection.execute(table.delete())
        columns = {table: metadata.tables[table].c for table in held["tables"]}
        given = {t: [{n: held_in(columns[t][n], v) for n, v in row.items()} for row in rows] for t, rows in held["tables"].items()}
        put(connection, metadata, given)
    rows_of: dict[str, list[dict[str, Any]]] = held["tables"]
    return rows_of


def keys_of(store: Store) -> dict[str, set[tuple[str, ...]]]:
    """Return the keys of the rows of every table."""
    metadata = MetaData()
    with store.engine.begin() as connection:
        metadata.reflect(connection)
        return {
            table.name: {tuple(map(str, row)) for row in connection.execute(table.select().with_only_columns(*table.primary_key))}
            for table in metadata.sorted_tables
            if table.name != "alembic_version"
        }


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.json")))
def test_a_filled_database_of_an_earlier_version_is_brought_up_step_by_step_and_at_once(bare: Store, name: str) -> None:
    rows = filled(bare, name)
    before = keys_of(bare)
    assert {table: len(keys) for table, keys in before.items() if keys} == {table: len(each) for table, each in rows.items()}
    for version in [v for v in VERSIONS if v > name]:
        bare.migrate(to=version)
        assert version_of(bare.engine) == version
    bare.migrate()
    with bare.writing(is_clock_right=True, is_figures=False):
        pass  # the rows are of 2026: as ``init --clock-is-right``
    after = keys_of(bare)
    lost = {table: keys - after.get(RENAMED.get(table, table), set()) for table, keys in before.items()}
    assert {table: keys for table, keys in lost.items() if keys} == {}
    with bare.engine.connect() as connection:
        assert differing(connection) == []
    state = bare.state()
    assert state.figures == state.mark != "", "from here on a draft leaves what is kept of figures"
    moment = Moment(state=State(bare), as_of=date(2023, 3, 31))
    assert len(moment.indicators) == len(rows["indicator"]) and len(moment.projects) == len(rows["project"])
    assert all(row["name_ja"] for row in bare.known(tables.Facility, known_at=None))
    with bare.writing() as session:  # and it can be written to: every key and check stands
        session.execute(text("UPDATE indicator SET sort_order = sort_order + 1"))


def test_what_a_migration_leaves_half_done_is_undone_and_said(bare: Store) -> None:
    """A database that was changed beside the migrations is named, with what differs, and stays as it was."""
    filled(bare, "0007")
    with bare.engine.begin() as connection:
        connection.execute(text("DROP INDEX register_change_by_instant"))
    before = keys_of(bare)
    with pytest.raises(SchemaRefused, match="register_change_by_instant"):
        bare.migrate()
    assert version_of(bare.engine) == "0007" and keys_of(bare) == before


def test_tables_of_a_newer_program_are_named_and_left_alone(tmp_path: Path) -> None:
    made = Store(f"sqlite:///{tmp_path / 'newer.db'}")
    made.migrate()
    with made.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    done = command("init", DATABASE_URL=made.url)
    assert done.returncode == 78 and "Traceback" not in done.stderr
    assert "9999" in done.stderr and newest_version() in done.stderr and "新しい版" in done.stderr and "newer" in done.stderr
    assert version_of(made.engine) == "9999"


@pytest.mark.parametrize("version", ["1a2b3c4d5e6f", "0012abcd34ef"])
def test_the_database_of_another_program_that_notes_its_version_as_we_do_is_named(tmp_path: Path, version: str) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.executescript(f"CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('{version}')")
    done = command("init", DATABASE_URL=f"sqlite:///{tmp_path / 'other.db'}")
    assert done.returncode == 78 and version in done.stderr and "別のプログラム" in done.stderr and "another program" in done.stderr


@pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL is not set: no PostgreSQL")
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_no_tables_are_made_where_japanese_cannot_be_stored(encoding: str) -> None:
    """``createdb`` makes such a database where the machine has no locale: every command ended with an unexpected error, or the first name did."""
    with postgresql(POSTGRES, f"in {encoding}", lambda _: None, encoding=encoding) as bare:
        for make in (bare.migrate, Voices(bare.url).counts):
            with pytest.raises(SchemaRefused, match=f"{encoding}.*createdb --encoding UTF8"):
                make()
        assert not inspect(bare.engine).get_table_names()


@pytest.mark.parametrize("is_before", [True, False])
def test_tables_that_another_made_between_two_looks_are_not_those_of_another_program(
    bare: Store, monkeypatch: pytest.MonkeyPatch, is_before: bool
) -> None:
    """Where the other made them right after their version was looked for, this one ended with "data of another program"."""

    def looked(engine: Engine) -> str | None:
        monkeypatch.undo()
        version = None if is_before else version_of(engine)
        assert upgrade.upgrade(Store(url).engine)
        return version_of(engine) if is_before else version

    url = bare.engine.url.set(drivername=bare.engine.dialect.name).render_as_string(hide_password=False)
    monkeypatch.setattr(upgrade, "version_of", looked)
    upgrade.upgrade(bare.engine)
    assert version_of(bare.engine) == newest_version()


def test_two_that_bring_up_the_same_empty_database_at_once_both_end_well(bare: Store) -> None:
    url = bare.engine.url.set(drivername=bare.engine.dialect.name).render_as_string(hide_password=False)
    with ThreadPoolExecutor(2) as at_once:  # each waits for a process of its own
        done = list(at_once.map(lambda _: command("init", DATABASE_URL=url), range(2)))
    assert [each.returncode for each in done] == [0, 0], done
    assert version_of(bare.engine) == newest_version()


def test_a_row_that_a_migration_leaves_referring_to_nothing_undoes_it(tmp_path: Path) -> None:
    made = Store(f"sqlite:///{tmp_path / 'old.db'}")
    filled(made, "0001")
    made.engine.dispose()
    with closing(sqlite3.connect(tmp_path / "old.db")) as beside:  # whose connections do not look at what refers to what
        beside.execute("UPDATE facility SET source_code = 'NOWHERE'")
        beside.commit()
    with pytest.raises(SchemaRefused, match="facility → source"):
        made.migrate()
    assert version_of(made.engine) == "0001"


_TRIGGERS = {
    "sqlite": ("SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",),
    "postgresql": (
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
        "SELECT prosrc FROM pg_proc WHERE proname LIKE '%append\\_only' ORDER BY proname",
    ),
}


def triggers_of(store: Store) -> list[str]:
    with store.engine.begin() as connection:
        return [
            line.strip() for asked in _TRIGGERS[store.engine.dialect.name] for line in connection.execute(text(asked)).scalars()
        ]


@pytest.mark.parametrize("to", [newest_version(), "head"], ids=["by migrations", "made at once"])
def test_the_same_tables_are_protected_by_the_same_words_as_when_they_were_released(bare: Store, to: str) -> None:
    """An instance that was brought up then and one that is made today hold the same rules."""
    bare.migrate(to=to)
    engine = bare.engine.dialect.name
    assert triggers_of(bare) == (FOLDER / f"append_only.{engine}.txt").read_text(encoding="utf-8").splitlines()


def schema_of(store: Store) -> dict[str, dict[str, Any]]:
    """Return what the engine says of each table: columns, keys, checks, indexes; but for their order and what a left-out value becomes."""
    by_engine = inspect(store.engine)
    return {
        table: {
            "columns": sorted((c["name"], str(c["type"]), c["nullable"]) for c in by_engine.get_columns(table)),
            "key": by_engine.get_pk_constraint(table),
            "refers": sorted(
                (str(each["name"]), each["constrained_columns"], each["referred_table"], each["referred_columns"])
                for each in by_engine.get_foreign_keys(table)
            ),
            "unique": sorted((str(each["name"]), each["column_names"]) for each in by_engine.get_unique_constraints(table)),
            "checks": sorted((each["name"], "".join(each["sqltext"].split())) for each in by_engine.get_check_constraints(table)),
            "indexes": sorted(
                (str(each["name"]), each["column_names"], bool(each["unique"])) for each in by_engine.get_indexes(table)
            ),
        }
        for table in sorted(by_engine.get_table_names())
    }


def test_tables_made_at_once_are_those_that_all_migrations_lead_to(bare: Store) -> None:
    """A new database is made from the models; whatever a migration does beside them would be missing from it."""
    bare.migrate(to=newest_version())
    by_migrations, rows = schema_of(bare), keys_of(bare)
    with bare.engine.begin() as connection:
        first = connection.execute(text("SELECT * FROM data_revision")).mappings().one()
        for sql in (
            ("DROP TRIGGER {0}_append_only ON {0}", "DROP FUNCTION {0}_append_only()")
            if bare.engine.dialect.name != "sqlite"
            else ()
        ):
            for table in ("audit_event", "edition_pointer"):
                connection.execute(text(sql.format(table)))
    with bare.engine.begin() as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        metadata.drop_all(connection)
    bare.migrate()
    assert schema_of(bare) == by_migrations and keys_of(bare) == rows and len(by_migrations) > 40
    with bare.engine.begin() as connection:
        made = connection.execute(text("SELECT * FROM data_revision")).mappings().one()
        assert differing(connection) == []
    marks = {"mark", "figures_mark", "figures_right_at"}
    assert {k: v for k, v in made.items() if k not in marks} == {k: v for k, v in first.items() if k not in marks}
    for each in (made, first):
        assert len({each[name] for name in marks}) == 1 and len(each["mark"]) == 16
    assert made["mark"] != first["mark"], "each database has a mark of its own"
