"""An instance of before: rows in tables of an earlier version, as its migrations made them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, func, inspect, select, text

from kpis.registers import LISTS
from kpis.store.copying import every_table
from kpis.store.fields import key_columns
from kpis.store.store import Store
from kpis.store.tables import table_of

Row = dict[str, Any]
KEYS = {table_of(listed.table).name: key_columns(listed.table) for listed in LISTS.values()}


def put(connection: Connection, metadata: MetaData, rows_of: Mapping[str, list[Row]]) -> None:
    """Put rows into tables, in the order of the mapping and with their keys; rows of one table may refer to each other."""
    for name, rows in rows_of.items():
        table = metadata.tables[name]
        own = [c.name for c in table.c if any(key.column.table is table for key in c.foreign_keys)]
        if rows:
            connection.execute(table.insert(), [{**row, **dict.fromkeys(own)} for row in rows])
        for row in rows if own else []:
            is_it = [column == row[column.name] for column in table.primary_key]
            connection.execute(table.update().where(*is_it).values({name: row[name] for name in own}))
        if connection.dialect.name == "postgresql":
            _count_on(connection, table)


def put_into_tables_of(version: str, store: Store, as_kept: Callable[[str, Row], Row | None] = lambda _, row: row) -> None:
    """Give a store the tables of an earlier version, with its rows in them as far as those have columns for what the rows say.

    Args:
        as_kept: returns a row of a table as that version kept it, or nothing where it could not.
    """
    with store.engine.connect() as connection:
        rows = {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in every_table()}
    with store.engine.connect().execution_options(writes=True) as connection:
        _drop_everything(connection)
        connection.commit()
    store.migrate(to=version)
    texts = {(row["table_name"], row["row_key"], f"{row['field']}_{row['language']}"): row["text"] for row in rows["translation"]}
    metadata = MetaData()
    with store.engine.connect().execution_options(writes=True) as connection:
        metadata.reflect(connection)
        for table in reversed(metadata.sorted_tables):
            if (
                table.name != "alembic_version" and connection.execute(select(table).limit(1)).first()
            ):  # an append-only one is empty
                connection.execute(table.delete())
        older = {
            table.name: [_fitted(table, row, texts) for each in rows[table.name] if (row := as_kept(table.name, each)) is not None]
            for table in metadata.sorted_tables
            if table.name in rows
        }
        put(connection, metadata, older)
        connection.commit()


def _fitted(table: Table, row: Row, texts: Mapping[tuple[str, str, str], str]) -> Row:
    """Return what a row says in the columns of a table; a text in a language, for which it had a column, is one of ``texts``."""
    key = " ".join(str(row[column]) for column in KEYS.get(table.name, ()))
    return {c.name: row[c.name] if c.name in row else texts.get((table.name, key, c.name), _blank(c)) for c in table.c}


def _blank(column: Column[Any]) -> str | None:
    return None if column.nullable else ""


def _drop_everything(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        return
    for name, _ in reversed(inspect(connection).get_sorted_table_and_fkc_names()):
        if name is not None:
            connection.exec_driver_sql(f'DROP TABLE "{name}"')


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL give the next row the number after those that were put in; SQLite does so by itself."""
    for column in table.primary_key:
        sequence = connection.execute(select(func.pg_get_serial_sequence(table.name, column.name))).scalar()
        last = connection.execute(select(func.max(column))).scalar() if sequence else None
        if last is not None:
            connection.execute(select(func.setval(sequence, last)))
