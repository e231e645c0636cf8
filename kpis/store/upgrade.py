"""Migrate the tables to the newest version: with their rows, all or nothing, and compared with the models before the commit."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, inspect, text
from sqlmodel import SQLModel

from kpis.errors import SchemaRefused
from kpis.store import tables
from kpis.store.append_only import APPEND_ONLY, statements
from kpis.store.engine import refuse_encoding
from kpis.store.guards import guards_differing

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_VERSION = re.compile(r"\d{4}")  # of our migrations; alembic itself names them by twelve digits and letters
_LOCK = 6_411_205  # PostgreSQL lock for concurrent upgrades of one database; any number not used otherwise


def newest_version() -> str:
    """Return the schema version of this program, as ``0014``."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))


def version_of(engine: Engine) -> str | None:
    """Return the schema version of a database; ``None`` where it has none yet."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return version


def is_empty(engine: Engine) -> bool:
    """Return whether a database has no table at all."""
    return not inspect(engine).get_table_names()


def upgrade(engine: Engine, *, to: str = "head") -> bool:
    """Migrate the tables of a database to a version; return whether anything was done.

    Raises:
        SchemaRefused: the tables are those of a newer program, or differ from the result of the migrations. Nothing was changed.
    """
    # The tables first: another process may be making them, and their version with them.
    ours = {*inspect(engine).get_table_names()} & SQLModel.metadata.tables.keys()
    newest, version = newest_version(), version_of(engine)
    refuse_other(version, newest=newest)
    if version == (newest if to == "head" else to):
        return False
    if version is None and ours:  # an edition, or the data of another program
        raise SchemaRefused("schema_foreign", database=engine.url.render_as_string(), tables=", ".join(sorted(ours)[:5]))
    with _alone(engine) as connection:
        if to == "head" and not inspect(connection).has_table("alembic_version"):  # asked again: another may have been first
            _make(connection, newest)
            return True
        _migrate(connection, to)
        differences = [*_referring_to_nothing(connection), *(differing(connection) if to == "head" else ())]
        if differences:
            raise SchemaRefused("schema_differs", held=version or "-", differences="; ".join(differences))
    return True


def refuse_other(version: str | None, *, newest: str) -> None:
    """Refuse tables that this program cannot migrate.

    Raises:
        SchemaRefused: they are of a newer program, or another one, which uses alembic too, noted their version.
    """
    if version is not None and not _VERSION.fullmatch(version):
        raise SchemaRefused("schema_of_another", held=version)
    if version is not None and version > newest:
        raise SchemaRefused("schema_newer", held=version, newest=newest)


def _make(connection: Connection, newest: str) -> None:
    """Make the tables of an empty database at once: what all migrations lead to (``tests/kpis/test_upgrade.py``), in a tenth of their time."""
    refuse_encoding(connection)
    SQLModel.metadata.create_all(connection)
    for table in APPEND_ONLY:
        for statement in statements(table, dialect=connection.dialect.name):
            connection.execute(text(statement))
    mark = secrets.token_hex(8)
    connection.execute(
        insert(tables.DataRevision).values(id=1, revision=0, mark=mark, figures_mark=mark, figures_right_at=mark, is_sample=False)
    )
    connection.execute(
        text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY)")
    )
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:newest)"), {"newest": newest})


def _migrate(connection: Connection, to: str) -> None:
    # Imported here: ten megabytes that a server with migrated tables does not need.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Yield a connection with exclusive access to change tables in one transaction."""
    with engine.connect().execution_options(writes=True) as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
                yield connection
            return
        # SQLite changes a table by rebuilding it, which it refuses while other rows refer to it; outside a transaction that check
        # can be switched off (SQLite, ALTER TABLE, section 7), and must then be done here.
        connection.detach()  # not returned to the pool
        own: Any = connection.connection.dbapi_connection
        own.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():  # here instead of in alembic, which would commit before the checks
            yield connection


def _referring_to_nothing(connection: Connection) -> list[str]:
    """Return the SQLite tables with dangling foreign keys."""
    if connection.dialect.name != "sqlite":
        return []
    rows = connection.execute(text("PRAGMA foreign_key_check")).all()
    return sorted({f"{row[0]} → {row[2]}" for row in rows})


def refuse_differing(engine: Engine) -> None:
    """Refuse migrated tables that are not those of the models: somebody changed them by hand.

    Raises:
        SchemaRefused: naming what differs.
    """
    with engine.connect() as connection:
        if differences := differing(connection):
            raise SchemaRefused("schema_differs", held=newest_version(), differences="; ".join(differences))


def differing(connection: Connection) -> list[str]:
    """Return the differences between the tables of a database and the models, in alembic's words; empty where there are none."""
    return [*_by_alembic(connection), *guards_differing(connection)]


def _by_alembic(connection: Connection) -> list[str]:
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  # as above
    from alembic.migration import MigrationContext  # noqa: PLC0415

    def is_meant(part: Any, _name: object, _kind: str, _is_reflected: bool, _other: object) -> bool:
        return bool(part.info.get("only", connection.dialect.name) == connection.dialect.name)  # some indexes are of one engine

    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_meant})
    return [_told(difference) for difference in compare_metadata(context, SQLModel.metadata)]


def _told(difference: Any) -> str:
    """Return one difference in short: ``add_column facility.first_known_at``."""
    if isinstance(difference, list):
        return ", ".join(map(_told, difference))
    kind, *about = difference
    names = [getattr(part, "name", part) for part in about]
    return f"{kind} {'.'.join(str(name) for name in names if name)}"
