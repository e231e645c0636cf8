"""Checks of the database: it exists, has the current schema version and durable settings, and holds no instants in the future."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, Engine, select, text
from sqlmodel import SQLModel

from kpis.errors import SchemaRefused
from kpis.message import few
from kpis.reporting.hours import hours_of
from kpis.reporting.outbox import stuck
from kpis.settings import Settings
from kpis.store import tables
from kpis.store.append_only import APPEND_ONLY
from kpis.store.engine import ENCODING, file_of, open_engine, shown_url
from kpis.store.fields import table_of
from kpis.store.store import FAR, SKEW, in_utc
from kpis.store.unavailable import SETTINGS
from kpis.store.upgrade import differing, is_empty, newest_version, refuse_other, version_of
from publishers.doctor.findings import Finding, doubt, ok, wrong

# Required answers of PostgreSQL to SHOW.
_SQLITE = {"foreign_keys": ("1",), "synchronous": ("2", "3"), "journal_mode": ("wal",)}
_POSTGRESQL = {
    "fsync": ("on",), "full_page_writes": ("on",), "synchronous_commit": ("on", "remote_apply", "remote_write"), "server_encoding": (ENCODING,),
    "transaction_read_only": ("off",),  # on at a standby, and where the role was set up so
}  # fmt: skip
# What this role may not do with which table or sequence; nobody changes or removes rows where they are only added.
_RIGHTS = """SELECT c.relname, p.name FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'USAGE']) WITH ORDINALITY p(name, at)
    WHERE pg_table_is_visible(c.oid) AND CASE
        WHEN c.relkind = 'r' AND c.relname = ANY(:tables) AND p.name <> 'USAGE'
        THEN NOT has_table_privilege(c.oid, p.name) AND NOT (c.relname = ANY(:added) AND p.name IN ('UPDATE', 'DELETE'))
        WHEN c.relkind = 'S' AND p.name = 'USAGE'
        THEN NOT has_sequence_privilege(c.oid, p.name) AND EXISTS (SELECT 1 FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid
            WHERE d.objid = c.oid AND d.deptype IN ('a', 'i') AND t.relname = ANY(:tables))
    END ORDER BY c.relname, p.at"""
_FEW = 5  # tables named


def database(chosen: Settings, *, now: datetime) -> Iterator[Finding]:
    """Check the database named in the settings, read-only."""
    file, shown = file_of(chosen.database_url), shown_url(chosen.database_url)
    if file is not None and not file.is_file():
        yield wrong("database", "doctor_database_missing", address=shown)
        return
    if file is not None and not os.access(file, os.R_OK | os.W_OK):
        yield wrong("database", "doctor_file_not_writable", file=file)
    engine = open_engine(chosen.database_url, is_looked_at=True)
    try:
        version = version_of(engine)
        yield ok("database", "doctor_database_there", address=shown)
        if is_empty(engine):  # as commands say it; a migration would make a new instance where one was lost
            yield wrong("schema", "database_empty", address=shown)
            return
        yield (finding := schema(version))
        with engine.connect() as connection:
            yield from engine_settings(connection)
            yield from rights(connection)
            if finding.grade == "ok":
                if differences := differing(connection):
                    yield wrong("schema", "schema_differs", held=version, differences="; ".join(differences))
                yield clock(stamped_at(engine), now=now)
                yield outbox(connection, chosen, now=now)
    finally:
        engine.dispose()


def rights(connection: Connection) -> Iterator[Finding]:
    """Check that the role may read and write every table; with PostgreSQL each has rights of its own."""
    if connection.dialect.name == "sqlite":
        return
    asked_for = {"tables": [*SQLModel.metadata.tables], "added": [*APPEND_ONLY]}
    lacking: dict[str, list[str]] = {}
    for table, right in connection.execute(text(_RIGHTS), asked_for):
        lacking.setdefault(table, []).append(right)
    if lacking:
        named = [f"{table} ({', '.join(names)})" for table, names in lacking.items()]
        yield wrong("database", "doctor_rights_lacking", tables=few(named, _FEW))


def schema(version: str | None) -> Finding:
    """Check the schema version."""
    newest = newest_version()
    try:
        refuse_other(version, newest=newest)
    except SchemaRefused as refused:
        return Finding("schema", "error", refused.message)
    if version != newest:
        return wrong("schema", "doctor_schema_old", held=version or "-", newest=newest)
    return ok("schema", "doctor_schema_there", held=version)


def stamped_at(engine: Engine) -> datetime | None:
    """Return the newest stored instant."""
    with engine.connect() as connection:
        newest: datetime | None = connection.execute(select(table_of(tables.DataRevision).c.stamped_at)).scalar()
        return newest


def clock(newest: datetime | None, *, now: datetime) -> Finding:
    """Check the clock against the newest stored instant."""
    if newest is not None and now < newest - SKEW:
        return wrong("clock", "clock_behind", now=in_utc(now), newest=in_utc(newest))
    if newest is not None and now - newest > FAR:
        return wrong("clock", "clock_ahead", now=in_utc(now), newest=in_utc(newest), days=(now - newest).days)
    return ok("clock", "doctor_clock_there", now=in_utc(now))


def outbox(connection: Connection, chosen: Settings, *, now: datetime) -> Finding:
    """Check whether notices go out: a mail server that takes none is seen nowhere else until a bureau misses its deadline."""
    seen = stuck(connection, hours_of(chosen.notice_hours), now=now, by_mail=bool(chosen.smtp_host))
    if seen.is_any:
        return doubt("outbox", "doctor_outbox_stuck", late=seen.late, failing=seen.failing, failed=seen.failed)
    return ok("outbox", "doctor_outbox_fine")


def engine_settings(connection: Connection) -> Iterator[Finding]:
    """Check the engine's durability settings and its user's privileges."""
    is_sqlite = connection.dialect.name == "sqlite"
    for name, expected in (_SQLITE if is_sqlite else _POSTGRESQL).items():
        value = str(connection.execute(text(f"PRAGMA {name}" if is_sqlite else f"SHOW {name}")).scalar()).strip()
        if name == "server_encoding" and value not in expected:
            yield wrong("engine", "database_encoding", held=value)  # nobody can set it: another database is made
        elif value not in expected:
            yield wrong("engine", "doctor_engine_setting", name=name, found=value, expected=expected[0])
        else:
            yield ok("engine", "doctor_engine_fine", name=name, found=value)
    if is_sqlite:
        broken = connection.execute(text("PRAGMA quick_check(1)")).scalar()
        if broken != "ok":
            yield wrong("engine", "database_damaged", database=SETTINGS[0], fault=broken)
    elif connection.execute(text("SHOW is_superuser")).scalar() == "on":
        yield doubt("engine", "doctor_superuser")
