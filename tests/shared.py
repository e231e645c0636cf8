"""What many tests begin from, made once in a run of the tests: whichever of its processes needs it first makes it, the others copy it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import DBAPIError

from kpis.settings import ROOT
from kpis.store.engine import open_engine
from kpis.store.store import Store
from loaders.catalogue import load_folder

Fill = Callable[[Store], object]
JUDGED_UNTIL = date(2027, 7, 1)  # of the shipped figures, after which they are stale: little is on track, and nothing is an example
RUN = "MIERUKA_TEST_RUN"  # the folder of a run, handed on to the processes that it begins
_FILES: dict[str, Path] = {}
_DATABASES: dict[tuple[str, str], str] = {}


@cache
def shared_folder() -> Path:
    """Return the folder of this process for what its tests share."""
    return Path(tempfile.mkdtemp(prefix="mieruka-shared-"))


def begin_run() -> None:
    """Make the folder of a run, before it begins processes that run its tests."""
    os.environ[RUN] = tempfile.mkdtemp(prefix="mieruka-run-")


def end_run() -> None:
    """Remove the folder of a run."""
    shutil.rmtree(os.environ.pop(RUN), ignore_errors=True)


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that was made when its name was asked for first in this run: to be copied, never changed.

    Args:
        name: says what is in it.
        make: makes it, in an empty folder that stays where it is.
    """
    if RUN not in os.environ:  # outside a run of the tests
        os.environ[RUN] = str(shared_folder() / "run")
    short = re.sub(r"\W+", "-", name)[:60]
    place = Path(os.environ[RUN]) / f"{short}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    place.parent.mkdir(exist_ok=True)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever dies gives it back
        if not place.with_suffix(".made").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            make(place)
            place.with_suffix(".made").touch()
    return place


def forget() -> None:
    """Remove everything that was made to be shared."""
    shutil.rmtree(shared_folder(), ignore_errors=True)
    for (address, _), database in _DATABASES.items():
        admin = open_engine(address).execution_options(isolation_level="AUTOCOMMIT")
        _drop(admin, database)
        admin.dispose()


def settled(store: Store) -> Path:
    """Write all of a SQLite store into its one file and close it, so that the file may be copied; return the file."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.engine.dispose()
    return Path(store.url.removeprefix("sqlite:///"))


def filled_once(name: str, fill: Fill) -> Path:
    """Return a SQLite file that was filled when its name was asked for first: to be copied, or read only."""
    if name not in _FILES:

        def make(folder: Path) -> None:
            store = Store(f"sqlite:///{folder / 'filled.db'}")
            fill(store)
            settled(store)

        file = shared_folder() / f"{len(_FILES)}.db"
        shutil.copy(made_once(f"filled {name}", make) / "filled.db", file)
        _FILES[name] = file
    return _FILES[name]


def copied(file: Path, target: Path) -> Store:
    """Return a store of its own that begins as a copy of a file."""
    shutil.copy(file, target)
    return Store(f"sqlite:///{target}")


def empty() -> Path:
    """Return a SQLite file with the tables and nothing in them."""
    return filled_once("empty", Store.migrate)


def shipped() -> Path:
    """Return a SQLite file with the shipped catalogue and official figures."""
    return filled_once("shipped", load_shipped)


def load_shipped(store: Store) -> None:
    """Load the shipped catalogue and official figures into an empty database."""
    store.migrate()
    reports = load_folder(store, ROOT / "data" / "catalogue", official=ROOT / "data" / "official")
    assert not [problem for report in reports for problem in report.problems]


@contextmanager
def postgresql(address: str, name: str, fill: Fill, *, encoding: str = "") -> Iterator[Store]:
    """Give a store in a PostgreSQL database of its own, a copy of one that was filled when its name was asked for first.

    The role of the address must be allowed to create databases.
    """
    own, admin = f"t{uuid.uuid4().hex}", open_engine(address).execution_options(isolation_level="AUTOCOMMIT")
    _run(admin, f"CREATE DATABASE {own} TEMPLATE {_database_filled_once(admin, address, name, fill, encoding)}")
    made = Store(_database(address, own))
    try:
        yield made
    finally:
        made.engine.dispose()
        _drop(admin, own)
        admin.dispose()


def _database_filled_once(admin: Engine, address: str, name: str, fill: Fill, encoding: str) -> str:
    if (address, name) not in _DATABASES:
        own = f"t{uuid.uuid4().hex}"
        stored_as = f" ENCODING '{encoding}' TEMPLATE template0 LOCALE 'C'" if encoding else ""
        _run(admin, f"CREATE DATABASE {own}{stored_as}")
        store = Store(_database(address, own))
        fill(store)
        store.engine.dispose()
        _DATABASES[address, name] = own
    return _DATABASES[address, name]


def _database(address: str, name: str) -> str:
    return make_url(address).set(database=name).render_as_string(hide_password=False)


def _drop(admin: Engine, database: str) -> None:
    """Remove a database; while PostgreSQL's own housekeeping is in it, its role may not be thrown out, and is waited for."""
    until = time.monotonic() + 120
    while True:
        try:
            return _run(admin, f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        except DBAPIError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _run(admin: Engine, statement: str) -> None:
    with admin.connect() as connection:
        connection.execute(text(statement))
