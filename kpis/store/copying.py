"""Copy a whole database into another, of either kind: every row with its key, in one transaction, verified on arrival."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from kpis.errors import CopyRefused, Unavailable
from kpis.store.engine import named
from kpis.store.store import Store
from kpis.store.tables import DataRevision, table_of
from kpis.store.unavailable import EXIT_CODES

BATCH = 1_000
_MODULUS = 1 << 256


@dataclass(slots=True)
class TableSum:
    """The number of rows of a table, and an order-independent checksum of them."""

    count: int = 0
    checksum: int = 0  # sum of the SHA-256 of the rows, since each engine has its own order

    def add(self, row: tuple[Any, ...]) -> None:
        """Add one row."""
        self.count += 1
        self.checksum = (self.checksum + int.from_bytes(hashlib.sha256(repr(row).encode()).digest(), "big")) % _MODULUS

    def to_json(self) -> dict[str, Any]:
        """Return both as plain values."""
        return {"rows": self.count, "checksum": f"{self.checksum:064x}"}


def every_table() -> list[Table]:
    """Return the tables of an instance, each after the tables its rows refer to."""
    return list(SQLModel.metadata.sorted_tables)


def rows_of(connection: Connection) -> dict[str, TableSum]:
    """Return number of rows and checksum of every table."""
    sums: dict[str, TableSum] = {}
    for table in every_table():
        sums[table.name] = rows = TableSum()
        for row in connection.execution_options(yield_per=BATCH).execute(select(table)):
            rows.add(tuple(row))
    return sums


@contextmanager
def one_state(store: Store) -> Iterator[Connection]:
    """Yield a connection with a consistent view of a database, independent of concurrent writes."""
    engine = store.engine
    if engine.dialect.name != "sqlite":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        yield connection


def copy_all(source: Store, target: Store) -> dict[str, TableSum]:
    """Copy every row of a database into an empty one; return number of rows and checksum by table.

    Args:
        source: with tables of the newest version.
        target: tables are created if missing.

    Raises:
        CopyRefused: the target holds rows, or the checksums differ; then nothing is kept.
        Unavailable: the source holds rows that its own tables forbid: it is damaged.
    """
    target.migrate()
    with one_state(source) as reading, target.engine.connect().execution_options(writes=True) as writing, writing.begin():
        refuse_filled(writing)
        writing.execute(table_of(DataRevision).delete())
        sent: dict[str, TableSum] = {}
        for table in every_table():
            try:
                sent[table.name] = _copy(table, reading, writing)
            except IntegrityError as error:
                fault = f"{table.name}: {error.orig}"
                raise Unavailable(
                    "database_damaged", exit_code=EXIT_CODES["database_damaged"], database=named(source.url), fault=fault
                ) from error
        _count_on(writing)
        arrived = rows_of(writing)
        if differing := [name for name, rows in sent.items() if rows != arrived[name]]:
            raise CopyRefused("copy_differs", tables=", ".join(differing))
    return sent


def refuse_filled(connection: Connection) -> None:
    """Refuse a target with any rows that a new database does not have.

    Raises:
        CopyRefused: naming a table that holds rows.
    """
    own = table_of(DataRevision)
    for table in every_table():
        if table is not own and connection.execute(select(func.count()).select_from(table)).scalar_one():
            raise CopyRefused("copy_onto_rows", table=table.name)


def _copy(table: Table, reading: Connection, writing: Connection) -> TableSum:
    """Copy one table; references within the same table are set once all rows are inserted."""
    copied = TableSum()
    own = [column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
    later: list[dict[str, Any]] = []
    keys = [column.name for column in table.primary_key]
    for batch in reading.execution_options(yield_per=BATCH).execute(select(table)).partitions():
        rows = []
        for row in batch:
            copied.add(tuple(row))
            values = dict(row._mapping)
            if any(values[name] is not None for name in own):
                later.append({**{f"key_{k}": values[k] for k in keys}, **{f"set_{name}": values[name] for name in own}})
            rows.append({**values, **dict.fromkeys(own)})
        writing.execute(insert(table), rows)
    if later:
        is_it = [table.c[k] == bindparam(f"key_{k}") for k in keys]
        writing.execute(update(table).where(*is_it).values({name: bindparam(f"set_{name}") for name in own}), later)
    return copied


def _count_on(connection: Connection) -> None:
    """Set PostgreSQL's sequences to continue after the copied rows; SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table in every_table():
        for column in table.primary_key:
            sequence = connection.execute(
                text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": f'"{table.name}"', "c": column.name}
            ).scalar()
            last = connection.execute(select(func.max(column))).scalar() if sequence else None
            if last is not None:
                connection.execute(text("SELECT setval(:s, :n)"), {"s": sequence, "n": last})
