"""Translate failures of the machine or database into ``Unavailable``, once for command line, page and API."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.exc import TimeoutError as PoolTimeout

from kpis.errors import Unavailable
from kpis.message import Message
from kpis.settings import settings

# Failure → the exit code of a command, as defined in sysexits.h.
EXIT_CODES = {
    "database_busy": 75, "database_silent": 75, "database_gone": 69, "database_refused": 77, "database_read_only": 77,
    "database_unopened": 66, "database_without_tables": 78, "database_damaged": 65, "database_no_database": 65, "database_fault": 70, "disk_full": 74,
    "disk_fault": 74, "file_not_permitted": 77, "place_unusable": 66, "memory_out": 71, "files_out": 71,
    "output_lost": 74, "database_missing": 66, "database_empty": 78, "commit_unknown": 76,
}  # fmt: skip
UNEXPECTED = 70
NO_ROOM_BYTES = 50_000_000
_FILE = "sqlite:///"
SETTINGS = ("DATABASE_URL", "VOICES_URL")  # settings that name a database; for another, as of a copy, the address is shown
# SQLite's primary result codes (sqlite.org/rescode.html).
_SQLITE = {
    sqlite3.SQLITE_BUSY: "database_busy", sqlite3.SQLITE_LOCKED: "database_busy", sqlite3.SQLITE_READONLY: "database_read_only",
    sqlite3.SQLITE_FULL: "disk_full", sqlite3.SQLITE_CORRUPT: "database_damaged", sqlite3.SQLITE_NOTADB: "database_no_database",
    sqlite3.SQLITE_CANTOPEN: "database_unopened", sqlite3.SQLITE_IOERR: "disk_fault", sqlite3.SQLITE_NOMEM: "memory_out",
    sqlite3.SQLITE_PERM: "database_read_only", sqlite3.SQLITE_AUTH: "database_refused",
}  # fmt: skip
# PostgreSQL's error codes, by their longest prefix (PostgreSQL manual, appendix A).
_POSTGRESQL = {
    "55P03": "database_busy", "40": "database_busy", "57014": "database_silent", "57P": "database_gone", "08": "database_gone",
    "25P03": "database_silent", "28": "database_refused", "3D": "database_refused", "42501": "database_refused",
    "42P01": "database_without_tables", "42703": "database_without_tables", "25006": "database_read_only", "53100": "disk_full", "53200": "memory_out",
    "53300": "files_out", "58": "disk_fault",
    "XX001": "database_damaged", "XX002": "database_damaged",
}  # fmt: skip
# Of a COMMIT, what may come after it was done: the connection ended, or the server did; whatever else PostgreSQL answers undoes it.
_LOST = ("08", "57P", "40003")
_SYSTEM = {
    errno.ENOSPC: "disk_full", errno.EDQUOT: "disk_full", errno.EIO: "disk_fault", errno.EROFS: "file_not_permitted",
    errno.EACCES: "file_not_permitted", errno.EPERM: "file_not_permitted", errno.EMFILE: "files_out", errno.ENFILE: "files_out",
    errno.ENOMEM: "memory_out", errno.EFBIG: "disk_full", errno.EAGAIN: "files_out",  # the last: no further process
    errno.ESTALE: "disk_fault", errno.ENOTCONN: "disk_fault", errno.ENXIO: "disk_fault",  # storage of a network that is gone
}  # fmt: skip
# What PostgreSQL answers whoever wants a connection, first what fits; what fits none of these did not reach it, or it cannot serve.
_REFUSALS = {
    "disk_full": re.compile(r"No space left|Disk quota exceeded|FATAL:\s+could not (write|extend|create)"),
    "files_out": re.compile("too many (connections|clients)|remaining connection slots"),
    "database_gone": re.compile(
        "starting up|shutting down|recovery mode|recovery is not|not currently accepting|terminating connection"
    ),
    "database_refused": re.compile(
        "authentication|password|pg_hba|certificate|does not exist|no such (user|database)|not permitted|permission denied|user name"
    ),
}
# Errors of a path given to a command, or named in its settings.
_PLACE = frozenset({
    errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY, errno.ENAMETOOLONG, errno.ELOOP, errno.EXDEV, errno.EBUSY,
})  # fmt: skip
# Messages of native libraries: lxml by the name of the error number, dynamic loaders and Rust in words.
_NUMBERED = re.compile(r"\bIO_(E[A-Z]+)\b")
_ERRNO = re.compile(r"\[Errno (\d+)\] (.*)", re.DOTALL)
_FULL = "full_folder"  # attribute of an error: the folder without room that it was to write into
_NO_THREAD = "can't start new thread"
_NO_MEMORY = re.compile("Cannot allocate memory|failed to map segment")


def unavailable(error: BaseException) -> Unavailable | None:
    """Return the error for a failure, or ``None`` where it is a fault of the program instead of machine or database.

    Args:
        error: as raised; its causes are examined too.
    """
    full = getattr(error, _FULL, "")
    for cause in _causes(error):
        if isinstance(cause, Unavailable):
            return cause
        if (key := _key(cause)) is not None:
            return Unavailable(
                key,
                exit_code=EXIT_CODES[key],
                seconds=settings().database_wait_seconds,
                database=getattr(cause, "database", SETTINGS[0]),
                fault=_in_a_line(cause),
                place=(full or _full_place(cause)) if key == "disk_full" else "",
            )
    return None


def unusable(error: BaseException) -> Unavailable | None:
    """Return the error for a command's unusable path; ``None`` for any other failure."""
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.errno in _PLACE and cause.filename is not None:
            return Unavailable("place_unusable", exit_code=EXIT_CODES["place_unusable"], fault=_in_a_line(cause))
    return None


def said_outside(error: Unavailable) -> Message:
    """Return the message of a failure for the caller: details for the operator are included only on a local instance."""
    given = error.message.values.get("database", SETTINGS[0])
    if settings().mode == "local":
        return error.message
    own = {
        "fault": Message("told_in_log"), "database": given if given in SETTINGS else Message("setting_of_database"),
        "place": Message("disk_any"),
    }  # fmt: skip
    return Message(error.message.key, **{**error.message.values, **own})


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    visited: set[int] = set()
    while error is not None and id(error) not in visited:
        visited.add(id(error))
        yield _first_of(error) if isinstance(error, shutil.Error) else error
        error = getattr(error, "orig", None) or error.__cause__ or error.__context__


def _first_of(error: shutil.Error) -> BaseException:
    """Return the first of the failures that ``shutil.copytree`` gathers, of which it keeps the words alone."""
    gathered = error.args[0] if isinstance(error.args[0], list) else []
    words = _ERRNO.match(str(gathered[0][2])) if gathered else None
    if words is None:
        return error
    first = OSError(int(words[1]), words[2])
    first.filename2 = str(gathered[0][1])
    return first


@contextmanager
def writing_into(folder: Path) -> Iterator[None]:
    """Name a folder that no setting names, as the one that a backup goes to, where its disk is full when the block ends in an error."""
    try:
        yield
    except BaseException as error:
        if _is_full(folder):
            setattr(error, _FULL, str(folder.absolute()))
        raise


def _full_place(error: BaseException) -> object:
    """Return the folder whose disk is full; of several that it may be, those without room."""
    if hasattr(error, "pgconn"):
        return Message("disk_of_server")
    given = getattr(error, "filename2", None) or getattr(error, "filename", None)
    if isinstance(given, (str, bytes)):  # the second of two is the copy
        return Path(os.fsdecode(given)).absolute().parent
    chosen, named = settings(), getattr(error, "database", None)
    url = {SETTINGS[0]: chosen.database_url, SETTINGS[1]: chosen.voices_url}.get(named or SETTINGS[0], named)
    file = Path(url.removeprefix(_FILE)).absolute() if url and url.startswith(_FILE) else None
    own = [file.parent] if file is not None else []
    others = (
        [] if named else [chosen.editions_dir, chosen.signing_key_file.parent, *([chosen.backup_dir] if chosen.backup_dir else [])]
    )
    full = [folder for folder in dict.fromkeys([*own, *others, Path(tempfile.gettempdir())]) if _is_full(folder)]
    if not full and named and file is not None:
        full = own
    return ", ".join(map(str, full)) or Message("disk_any")


def _is_full(folder: Path) -> bool:
    """Return whether there is no room, or was none until what did not fit was taken away again."""
    with suppress(OSError):
        there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir())
        return shutil.disk_usage(there).free < NO_ROOM_BYTES
    return False


def _key(error: BaseException) -> str | None:
    if isinstance(error, PoolTimeout):
        return "database_busy"
    if isinstance(error, MemoryError):
        return "memory_out"
    if isinstance(error, sqlite3.DatabaseError):
        return _of_sqlite(error)
    if hasattr(error, "sqlstate") and hasattr(error, "pgconn"):
        return _of_postgresql(error)
    if isinstance(error, OSError) and error.errno is not None:
        return _SYSTEM.get(error.errno)
    if _NO_MEMORY.search(str(error)):
        return "memory_out"
    if _NO_THREAD in str(error):
        return "files_out"
    numbered = _NUMBERED.search(str(error))
    return _SYSTEM.get(getattr(errno, numbered[1], 0)) if numbered else None


def _of_sqlite(error: sqlite3.DatabaseError) -> str | None:
    if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError)):
        return None
    code = getattr(error, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_IOERR_WRITE or "disk is full" in str(error):
        return "disk_full"
    if code & 0xFF == sqlite3.SQLITE_CANTOPEN and _is_out_of_files():
        return "files_out"
    if code == sqlite3.SQLITE_ERROR and str(error).startswith(("no such table", "no such column")):
        return "database_without_tables"
    return _SQLITE.get(code & 0xFF)


def _is_out_of_files() -> bool:
    """Return whether no further file can be opened: SQLite does not say why it could not."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in {errno.EMFILE, errno.ENFILE}
    return False


def _of_postgresql(error: BaseException) -> str | None:
    state = getattr(error, "sqlstate", None)
    if getattr(error, "in_commit", False) and (state or _LOST[0]).startswith(_LOST):
        return "commit_unknown"
    if type(error).__name__ == "ConnectionTimeout":
        return "database_silent"
    if state is None:  # no code without a connection
        if type(error).__name__ != "OperationalError":
            return None
        return next((key for key, words in _REFUSALS.items() if words.search(str(error))), "database_gone")
    fits = [code for code in _POSTGRESQL if state.startswith(code)]
    return _POSTGRESQL[max(fits, key=len)] if fits else None


def _in_a_line(error: BaseException) -> str:
    """Return the failure's own message in one line; no driver includes a password in it."""
    return " ".join(str(error).split())[:300] or type(error).__name__
