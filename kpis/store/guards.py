"""What guards the rows of the tables and alembic does not compare: checks, primary keys, collations, triggers, and how PostgreSQL keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlalchemy import CheckConstraint, Connection, inspect, text
from sqlmodel import SQLModel

from kpis.store.append_only import APPEND_ONLY, statements

# Each trigger with the SQL that makes it, and whether it is in force; of PostgreSQL also what its function does.
_TRIGGERS = {
    "sqlite": "SELECT tbl_name, name, sql, 1 FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid) || p.prosrc, t.tgenabled IN ('O', 'A')
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)""",
}
# Columns that sort and compare otherwise than the database does.
_COLLATIONS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '% COLLATE %'",
    "postgresql": """SELECT c.relname || '.' || a.attname
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
        WHERE c.relkind = 'r' AND pg_table_is_visible(c.oid) AND a.attnum > 0 AND a.attcollation <> t.typcollation""",
}
_CAST = re.compile(r"::(?:character varying|double precision|\w+)(?:\[\])?")
_ANY = re.compile(r"=\s*ANY\s*\(+ARRAY\[(.*?)\]\)+")

# What only PostgreSQL has: tables that a crash empties, rows that are kept from who asks, constraints that earlier rows need not meet.
_LOOSE = """SELECT CASE WHEN c.relpersistence <> 'p' THEN 'unlogged_table ' ELSE 'row_security ' END || c.relname AS words, c.relname AS name
    FROM pg_class c WHERE c.relkind = 'r' AND pg_table_is_visible(c.oid) AND (c.relpersistence <> 'p' OR c.relrowsecurity)
    UNION ALL SELECT 'not_valid ' || c.relname || '.' || k.conname, c.relname
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE pg_table_is_visible(c.oid) AND NOT k.convalidated"""


def guards_differing(connection: Connection) -> list[str]:
    """Return what guards the rows and differs from what the models say, in words like alembic's."""
    return sorted([*_checks(connection), *_keys(connection), *_collations(connection), *_triggers(connection), *_loose(connection)])


def _checks(connection: Connection) -> Iterator[str]:
    stored = inspect(connection).get_multi_check_constraints()
    for table in SQLModel.metadata.sorted_tables:
        expected = {
            str(check.name): str(check.sqltext.compile(connection, compile_kwargs={"literal_binds": True}))
            for check in table.constraints
            if isinstance(check, CheckConstraint)
        }
        yield from _compared(
            "check",
            {f"{table.name}.{name}": _plain(sql) for name, sql in expected.items()},
            {f"{table.name}.{each['name']}": _plain(each["sqltext"]) for each in stored.get((None, table.name), [])},
        )


def _plain(sql: str) -> str:
    """Return a condition without what PostgreSQL writes otherwise than it was given: casts, lists, brackets and blanks."""
    return re.sub(r"[()\s]", "", _ANY.sub(r"IN(\1)", _CAST.sub("", sql)))


def _keys(connection: Connection) -> Iterator[str]:
    stored = inspect(connection).get_multi_pk_constraint()
    for table in SQLModel.metadata.sorted_tables:
        key = stored.get((None, table.name))
        if key is not None and {*key["constrained_columns"]} != {*table.primary_key.columns.keys()}:
            yield f"modify_key {table.name}"


def _collations(connection: Connection) -> Iterator[str]:
    for place in connection.execute(text(_COLLATIONS[connection.dialect.name])).scalars():
        if place.split(".")[0] in SQLModel.metadata.tables:
            yield f"modify_collation {place}"


def _triggers(connection: Connection) -> Iterator[str]:
    engine = connection.dialect.name
    expected: dict[str, str] = {}
    for table in APPEND_ONLY:
        made = statements(table, dialect=engine)
        if engine == "sqlite":
            expected |= {f"{table}.{sql.split()[2]}": sql for sql in made}
        else:
            expected[f"{table}.{table}_append_only"] = made[1] + made[0].split("$$")[1]
    stored = {
        f"{table}.{name}": (sql, is_on)
        for table, name, sql, is_on in connection.execute(text(_TRIGGERS[engine]))
        if table in SQLModel.metadata.tables
    }
    yield from _compared(
        "trigger",
        {name: _words(sql) for name, sql in expected.items()},
        {name: _words(sql) if is_on else "" for name, (sql, is_on) in stored.items()},
    )


def _loose(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "postgresql":
        yield from (words for words, name in connection.execute(text(_LOOSE)) if name in SQLModel.metadata.tables)


def _words(sql: str) -> str:
    """Return the words of a trigger in order of the alphabet: PostgreSQL names its events in an order, and its schema, of its own."""
    return " ".join(sorted(re.sub(r"\w+\.(?=\w+\b)", "", sql).replace(";", " ").split()))


def _compared(what: str, expected: Mapping[str, str], stored: Mapping[str, str]) -> Iterator[str]:
    yield from (f"add_{what} {name}" for name in expected.keys() - stored.keys())
    yield from (f"remove_{what} {name}" for name in stored.keys() - expected.keys())
    yield from (f"modify_{what} {name}" for name in expected.keys() & stored.keys() if expected[name] != stored[name])
