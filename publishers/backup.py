"""Backup and restore: one self-checking folder with all data of an instance, from and to either kind of database.

    mieruka.db       every row of the database, as SQLite, whatever the source database is
    editions/…       every edition recorded in the database, with public keys and pointer
    signing.key      the private key that signs editions
    voices.json      readers' feedback and the answers to it, where feedback is stored
    backup.json      the contents: row count and checksum of every table, checksum of every file

The catalogue and the settings are not included: they are the government's own files, kept where they are edited.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

from kpis.errors import CopyRefused
from kpis.message import Message, few
from kpis.reporting import outbox, people
from kpis.settings import Settings, software_version
from kpis.store import tables
from kpis.store.copying import TableSum, copy_all, one_state, refuse_filled, rows_of
from kpis.store.engine import frozen_url
from kpis.store.store import Store, utc_now
from kpis.store.unavailable import writing_into
from kpis.store.upgrade import newest_version
from kpis.terminal import BACKUP
from kpis.voices.store import opened
from publishers.editions import on_disk, record
from publishers.editions.keys import key_fault, keys_document
from publishers.editions.on_disk import KEYS, POINTER, folder_name, sha256_of
from publishers.editions.scratch import beside, put, sweep, sync, sync_folder
from publishers.editions.served import SERVED
from publishers.editions.verify import EditionFault, Recorded

DATABASE, EDITIONS, KEY, VOICES, MANIFEST = "mieruka.db", "editions", "signing.key", "voices.json", BACKUP
WRITING = ".writing"  # same suffix as scratch files of publications, so that any start sweeps it


def make_backup(store: Store, to: Path, chosen: Settings) -> dict[str, Any]:
    """Back up an instance into a new folder, which is renamed into place once it is complete and was read back.

    Args:
        store: the database; it may be written to meanwhile, the backup is one consistent snapshot.
        chosen: locations of editions and signing key.

    Returns:
        The content of ``backup.json``.

    Raises:
        CopyRefused: the folder exists, or the copy differs from the source.
    """
    if os.path.lexists(to):
        raise CopyRefused("backup_exists", folder=to)
    if not store.count(tables.Publication):  # the backup of one that replaced a lost one would be empty
        refuse_unknown(chosen.editions_dir)
    to.parent.mkdir(parents=True, exist_ok=True)
    sweep(to.parent, f".{to.name}")
    made = beside(to)
    made.mkdir(mode=0o700)
    try:
        with writing_into(to.parent):
            manifest = _filled(made, store, chosen)
        made.rename(to)
        sync_folder(to.parent)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return manifest


def _filled(made: Path, store: Store, chosen: Settings) -> dict[str, Any]:
    """Write everything of an instance into a folder and prove it; return the content of ``backup.json``."""
    target = Store(f"sqlite:///{made / DATABASE}")
    sent = copy_all(store, target)
    noted = record.recorded(target)
    revision = target.revision()
    target.engine.dispose()
    _close(made / DATABASE)
    _copy_editions(chosen.editions_dir, made / EDITIONS, noted)
    record.settle_key(store, chosen.signing_key_file)
    if chosen.signing_key_file.is_file():
        shutil.copyfile(chosen.signing_key_file, made / KEY)
        (made / KEY).chmod(0o600)
    if (spoken := opened(chosen)) is not None:
        put(made / VOICES, _voices_to_json(spoken.rows()))
    manifest: dict[str, Any] = {
        "made_at": utc_now().isoformat() + "Z", "software_version": software_version(), "schema": newest_version(),
        "revision": revision, "tables": {name: rows.to_json() for name, rows in sent.items()},
        "files": {path.relative_to(made).as_posix(): sha256_of(path) for path in _files(made)},
    }  # fmt: skip
    put(made / MANIFEST, (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode())
    for path in _files(made):
        sync(path, os.O_RDONLY)
    _prove(made)
    return manifest


def faults_of(folder: Path) -> list[EditionFault]:
    """Return how the editions of a backup differ from what was published, by its own rows: they were damaged before they were copied."""
    store = Store(frozen_url(folder / DATABASE))
    try:
        return record.faults(store, folder / EDITIONS)
    finally:
        store.engine.dispose()


def key_fault_of(folder: Path, chosen: Settings) -> Message | None:
    """Return what is wrong with the signing key in a backup, by its own rows: what is put back from it could publish nothing."""
    store = Store(frozen_url(folder / DATABASE))
    try:
        return key_fault(folder / KEY, record.recorded(store).keys, place=chosen.signing_key_file)
    finally:
        store.engine.dispose()


def restore(folder: Path, store: Store, chosen: Settings) -> tuple[dict[str, Any], int]:
    """Restore a backup into an empty instance; an interrupted restore can be repeated from the beginning.

    The rows are written last and in one transaction: if they exist, everything does. Waiting notices are then set aside, since they
    may have been sent after the backup was made.

    Args:
        folder: of ``make_backup``.
        store: an empty database of either kind.
        chosen: target locations of editions, signing key and feedback.

    Returns:
        The content of ``backup.json``, and the number of notices set aside.

    Raises:
        CopyRefused: the backup was altered, or the instance is not empty.
    """
    manifest = _prove(folder)
    store.migrate()
    with one_state(store) as connection:
        refuse_filled(connection)
    spoken, voices = opened(chosen), _voices_of(folder)
    if voices is not None and spoken is None:
        raise CopyRefused("restore_without_voices", folder=folder)
    if voices is not None and spoken is not None and (there := spoken.rows()) and there != voices:
        raise CopyRefused("restore_onto_voices")
    kept = folder / EDITIONS
    digests = {path.relative_to(kept).as_posix(): sha256_of(path) for path in (_files(kept) if kept.is_dir() else ())}
    if not _held(chosen.editions_dir).items() <= digests.items():
        raise CopyRefused("restore_onto_editions", folder=chosen.editions_dir)
    if chosen.signing_key_file.is_file() and (
        not (folder / KEY).is_file() or chosen.signing_key_file.read_bytes() != (folder / KEY).read_bytes()
    ):
        raise CopyRefused("restore_onto_key", file=chosen.signing_key_file)
    if digests:
        _put_editions(folder / EDITIONS, chosen.editions_dir)
    if (folder / KEY).is_file() and not chosen.signing_key_file.is_file():
        chosen.signing_key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        put(chosen.signing_key_file, (folder / KEY).read_bytes())
        chosen.signing_key_file.chmod(0o600)
    if voices is not None and spoken is not None and not spoken.rows():
        spoken.put_back(voices)
    with tempfile.TemporaryDirectory() as scratch:  # tables of an earlier version are migrated first, outside the backup
        copy = Path(scratch) / DATABASE
        shutil.copyfile(folder / DATABASE, copy)
        source = Store(f"sqlite:///{copy}")
        source.migrate()
        waits = outbox.put_aside(source, actor=people.COMMAND_LINE, is_backup=True) if outbox.is_any_open(source) else 0
        copy_all(source, store)
        source.engine.dispose()
    return manifest, waits


def refuse_unknown(editions: Path) -> None:
    """Refuse a database without records of the editions that are there: it is another one, or in the place of one that is gone.

    Raises:
        CopyRefused: naming the newest of them.
    """
    if there := on_disk.numbers(editions):
        raise CopyRefused("editions_unknown", folder=editions, number=there[-1])


def _voices_to_json(rows: Sequence[Mapping[str, Any]]) -> bytes:
    records = [{name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()} for row in rows]
    return (json.dumps(records, ensure_ascii=False, indent=1) + "\n").encode()


def _voices_of(folder: Path) -> list[dict[str, Any]] | None:
    """Return the readers' feedback in a backup; ``None`` where the instance stored none."""
    if not (folder / VOICES).is_file():
        return None
    days = ("said_on", "answered_on")
    return [
        {name: date.fromisoformat(value) if name in days and value else value for name, value in row.items()}
        for row in json.loads((folder / VOICES).read_bytes())
    ]


def _copy_editions(source: Path, target: Path, noted: Recorded) -> None:
    """Copy the editions that the copied rows know as shown, with the keys and the pointer of these rows.

    One published meanwhile belongs to the next backup, and so does a pointer moved meanwhile. One that is gone is left out: the rest
    needs a backup all the more (``faults_of`` names it).
    """
    target.mkdir(mode=0o700)
    for number in noted.editions:
        if (source / folder_name(number)).is_dir():
            shutil.copytree(source / folder_name(number), target / folder_name(number), ignore=_no_files)
    if noted.pointer:
        put(target / KEYS, keys_document(noted.keys))
        put(target / POINTER, noted.pointer.encode())
        return
    for name in (KEYS, POINTER):  # of a version that noted neither
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)


def _no_files(folder: str, names: list[str]) -> list[str]:
    """Return what is neither a file nor a folder: a link may lead to any file of this machine, a pipe or a device has no end."""
    modes = {name: Path(folder, name).lstat().st_mode for name in names}
    return [name for name, mode in modes.items() if not S_ISREG(mode) and not S_ISDIR(mode)]


def _put_editions(source: Path, target: Path) -> None:
    """Restore missing files, edition by edition and the pointer last.

    Writes within the folder, which may be a volume of its own that cannot be replaced and has no writable parent.
    """
    target.mkdir(parents=True, exist_ok=True)
    sweep(target, WRITING)
    made = beside(target / WRITING.removeprefix("."))
    try:
        made.mkdir()
        for path in sorted(source.iterdir(), key=lambda path: (path.name == POINTER, path.name)):
            if (target / path.name).exists():
                continue
            if path.is_dir():
                shutil.copytree(path, made / path.name)
            else:
                shutil.copyfile(path, made / path.name)
            (made / path.name).rename(target / path.name)
        sync_folder(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _close(database: Path) -> None:
    """Checkpoint a SQLite database into its single file."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())


def _held(editions: Path) -> dict[str, str]:
    """Return the files of editions with their checksums, without web server links (made anew) and scratch files (swept)."""
    aside = (SERVED, f"{WRITING}-")
    own = [path for path in _files(editions) if not path.relative_to(editions).parts[0].startswith(aside)]
    return {path.relative_to(editions).as_posix(): sha256_of(path) for path in own}


def _prove(folder: Path) -> dict[str, Any]:
    """Read a backup back, file by file and row by row; return its manifest.

    Raises:
        CopyRefused: it differs from the manifest.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        listed, counted, schema = dict(manifest["files"]), dict(manifest["tables"]), str(manifest["schema"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CopyRefused("backup_unreadable", folder=folder) from error
    there = {path.relative_to(folder).as_posix(): "" if path.is_symlink() else sha256_of(path) for path in _files(folder)}
    there.pop(MANIFEST, None)
    if wrong := sorted({name for name in {*listed, *there} if listed.get(name) != there.get(name)}):
        raise CopyRefused("backup_differs", folder=folder, file=few(wrong, 5))
    if schema == newest_version():  # columns of an earlier version differ; the file was just verified by its checksum
        store = Store(frozen_url(folder / DATABASE))  # read where it stands: /tmp may be memory, with no room for a copy
        with one_state(store) as connection:
            now = {name: rows.to_json() for name, rows in rows_of(connection).items()}
        store.engine.dispose()
        if wrong := [name for name in {*counted, *now} if counted.get(name, TableSum().to_json()) != now.get(name)]:
            raise CopyRefused("backup_differs", folder=folder, file=few(wrong, 5))
    return manifest
