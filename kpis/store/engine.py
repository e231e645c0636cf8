"""Database engines: required settings of SQLite and PostgreSQL, and their timeouts.

SQLite runs in WAL mode with foreign keys on, and each commit is on the disk before it is confirmed (``synchronous=FULL``: in WAL mode
``NORMAL`` may lose the last ones when the power goes). Writers take the lock at once (``BEGIN IMMEDIATE``), so two of them queue
instead of failing. No wait is unlimited: PostgreSQL ends a statement and a wait for a lock by itself, and a connection without any
answer is closed.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Boolean, Column, Date, DateTime, Engine, Float, Integer, LargeBinary, create_engine, event, text
from sqlalchemy.engine import URL, Connection, ExceptionContext, make_url
from sqlalchemy.exc import DisconnectionError
from sqlmodel import SQLModel

from kpis.errors import NotAllowed, SchemaRefused
from kpis.seen import doing
from kpis.settings import settings
from kpis.store import tables, translations
from kpis.store.tables import table_of

WRITE_SECONDS = 300  # limit of one PostgreSQL statement that writes; 50,000 rows take seconds
CONNECT_SECONDS = 10
ENCODING = "UTF8"  # of PostgreSQL
GIVE_UP_SECONDS = 10  # grace period after PostgreSQL's own limit until the server is taken for dead


def open_engine(url: str, *, is_looked_at: bool = False) -> Engine:
    """Open a database engine with the required settings.

    Args:
        url: ``sqlite:///path`` or ``postgresql://…`` (the psycopg driver is used).
        is_looked_at: read only: change neither the permissions of a file nor its journal. A missing file is made by ``make_file`` alone.
    """
    parsed = make_url(url)
    if parsed.query.get("immutable"):
        return _noted(_open_frozen(parsed), url)
    if settings().mode == "public":
        raise NotAllowed("public_without_database")
    if parsed.get_backend_name() == "postgresql":
        return _noted(_open_postgresql(parsed.set(drivername="postgresql+psycopg")), url)
    return _noted(_open_sqlite(parsed, is_looked_at=is_looked_at), url)


def open_beside(url: str, *, is_looked_at: bool = False) -> Engine:
    """Open the database of voices, beside that of the reform, to which public processes write as well.

    A new file gets the permissions of its folder: a group that may write there may write to the file.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return _noted(_open_postgresql(parsed.set(drivername="postgresql+psycopg")), url)
    file = file_of(url)
    if file is not None and not is_looked_at:
        file.parent.mkdir(mode=settings().folder_mode, parents=True, exist_ok=True)
        mode = 0o660 if file.parent.stat().st_mode & 0o020 else 0o600
        with suppress(FileExistsError):
            made = os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)
            os.close(made)
            file.chmod(mode)  # overrides the umask of the process
    return _noted(_open_sqlite(parsed, is_looked_at=is_looked_at, keeps_own=False), url)


def _noted(engine: Engine, url: str) -> Engine:
    """Record each statement, its time to first result and the rows written; for a failure, the database it came from."""

    @event.listens_for(engine, "before_cursor_execute")
    def begins(connection: Connection, *_: object) -> None:
        connection.info["begins"] = time.perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def ends(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
        doing.statement_done(statement, time.perf_counter() - connection.info["begins"])
        if cursor.description is None and cursor.rowcount > 0:
            doing.read(cursor.rowcount)

    @event.listens_for(engine, "begin")
    def is_new(connection: Connection) -> None:
        connection.info.pop("commits", None)

    @event.listens_for(engine, "commit")
    def commits(connection: Connection) -> None:
        connection.info["commits"] = True

    @event.listens_for(engine, "handle_error")
    def fails(context: ExceptionContext) -> None:
        on = context.connection
        if on is not None and context.statement and "begins" in on.info:
            doing.statement_done(context.statement, time.perf_counter() - on.info["begins"])
        own = vars(context.original_exception)
        own["database"] = named(url)  # read by ``unavailable``, as is what follows
        if on is not None and not context.statement and not on.closed and not on.invalidated:
            own["in_commit"] = on.info.get("commits", False)

    return engine


def named(url: str) -> str:
    """Return the name of a database for operators: the setting that names it, else its address without the password."""
    chosen = settings()
    by_setting = {"DATABASE_URL": chosen.database_url, "VOICES_URL": chosen.voices_url}
    return next((name for name, value in by_setting.items() if value and make_url(value) == make_url(url)), shown_url(url))


def shown_url(url: str) -> str:
    """Return the address of a database without its password."""
    return make_url(url).render_as_string()


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite database; ``None`` for one in memory and for other engines."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:"
    return Path(parsed.database) if is_file and parsed.database else None


def _open_sqlite(url: URL, *, is_looked_at: bool, keeps_own: bool = True) -> Engine:
    file = file_of(url.render_as_string())
    if file is not None and not is_looked_at and keeps_own:
        _revoke(file)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": settings().database_wait_seconds})

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, _arguments: object, named: dict[str, Any]) -> object:
        """Open the file only if it exists: a server whose database was moved away must not create an empty one in its place."""
        if file is None:
            return None
        return sqlite3.connect(f"file:{quote(file.resolve().as_posix())}?mode=rw", uri=True, **named)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # we send BEGIN ourselves, see below
        if not is_looked_at:
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA busy_timeout={settings().database_wait_seconds * 1000}")
        connection.execute("PRAGMA synchronous=FULL")
        record.info["file"] = _identity(file)

    @event.listens_for(engine, "checkout")
    def still_that_file(_connection: object, record: Any, _proxy: object) -> None:
        """Reconnect if another file has replaced the open one, as when a backup is restored under a server."""
        if record.info.get("file") != _identity(file):
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def make_file(url: str) -> None:
    """Create the file of a SQLite database that is to get its tables, with the permissions of ``UMASK``, which SQLite gives its journals too."""
    file = file_of(url)
    if file is not None:
        file.parent.mkdir(mode=settings().folder_mode, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, settings().file_mode))
        _revoke(file)


def _revoke(path: Path) -> None:
    """Revoke what the permissions of a database's file are beyond those of ``UMASK``."""
    mode = settings().file_mode
    if os.name == "posix" and path.is_file() and path.stat().st_uid == os.getuid() and path.stat().st_mode & 0o777 & ~mode:
        path.chmod(path.stat().st_mode & mode)


def _identity(file: Path | None) -> tuple[int, int] | None:
    try:
        stat = file.stat() if file is not None else None
    except OSError:
        return None
    return (stat.st_dev, stat.st_ino) if stat else None


def refuse_encoding(connection: Connection) -> None:
    """Refuse to make tables in a PostgreSQL database that cannot hold every text, as ``createdb`` makes it on a machine without a locale.

    Raises:
        SchemaRefused: naming its encoding.
    """
    if connection.dialect.name == "postgresql":
        encoding = connection.execute(text("SHOW server_encoding")).scalar()
        if encoding != ENCODING:
            raise SchemaRefused("database_encoding", held=encoding)


def _open_postgresql(url: URL) -> Engine:
    wait = settings().database_wait_seconds
    # The encoding is named, since that of the database, of the role or of the environment would be taken else.
    given: dict[str, Any] = {"connect_timeout": min(CONNECT_SECONDS, max(2, wait)), "client_encoding": ENCODING}
    if "options" not in url.query:  # an explicit value in the address takes precedence
        limits = {"statement_timeout": wait, "lock_timeout": wait, "idle_in_transaction_session_timeout": WRITE_SECONDS}
        given["options"] = " ".join(f"-c {name}={seconds * 1000}" for name, seconds in limits.items())
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=given)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, arguments: list[Any], named: Mapping[str, Any]) -> object:
        from kpis.store.patient import Patient  # noqa: PLC0415  # the driver is needed only for PostgreSQL

        return Patient.connect(*arguments, **named)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        seconds = WRITE_SECONDS if writes else wait
        driver_connection = connection.connection.dbapi_connection
        assert driver_connection is not None
        driver_connection.patience = seconds + GIVE_UP_SECONDS  # a Patient, see above
        if writes:
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {seconds * 1000}")

    return engine


def frozen_url(path: Path, checksum: str = "") -> str:
    """Return the address that opens an edition's file read-only and immutable.

    Args:
        checksum: of its content. Cached results of an edition are keyed by its address: after a backup was restored, another edition
            may reach the number and revision of an earlier one, whose cached results must not be shown for it.
    """
    own = f"&sha256={checksum}" if checksum else ""  # SQLite ignores unknown parameters
    return f"sqlite:///file:{quote(path.resolve().as_posix())}?mode=ro&immutable=1&uri=true{own}"


def _open_frozen(url: URL) -> Engine:
    """Open an edition; tables and columns it leaves out read as empty and blank."""
    engine = create_engine(url, max_overflow=-1)  # a reader is an open file: a slow one blocks nobody else

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA temp_store=MEMORY")  # the views below are created in this process, not in the file
        has = {
            table.name: {row[1] for row in connection.execute(f'PRAGMA main.table_info("{table.name}")')}
            for table in SQLModel.metadata.sorted_tables
        }
        for table in SQLModel.metadata.sorted_tables:
            kept_columns = has[table.name]
            if kept_columns >= set(table.c.keys()):
                continue
            columns = ", ".join(f'"{c.name}"' if c.name in kept_columns else f'{_blank(c)} AS "{c.name}"' for c in table.c)
            rows = f'FROM main."{table.name}"' if kept_columns else "WHERE 0"
            pairs = translations.of_pairs(has) if table is table_of(tables.Translation) else ""
            connection.execute(f'CREATE TEMP VIEW "{table.name}" AS {pairs or f"SELECT {columns} {rows}"}')
        connection.execute("PRAGMA query_only=ON")

    return engine


def _blank(column: Column[Any]) -> str:
    if column.nullable or isinstance(column.type, (Date, DateTime, LargeBinary)):
        return "NULL"
    return "0" if isinstance(column.type, (Integer, Float, Boolean)) else "''"
