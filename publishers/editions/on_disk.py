"""Editions as they lie on disk: which there are, which one the public sees, and whether they are still what was published.

Nothing here writes. An instance keeps its editions in one folder (``EDITIONS_DIR``):

    current.json            which edition is shown, and which were withdrawn, with the reason
    0001/edition.db         approved figures and their public provenance, and nothing else
    0001/changes.json       what changed against the edition shown before, with reason and size
    0001/government/…       the files in which the government describes itself, for a process that has no catalogue
    0001/site/…             the static public edition, with open data, feed and pictures to embed
    0001/manifest.json      checksums of all of it, counts, rule version, date, note, checksum of the manifest before
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypedDict

from kpis.errors import NotFound
from kpis.message import Message
from kpis.periods import parse_instant
from kpis.store.engine import frozen_url

POINTER, MANIFEST, DATABASE, CHANGES, SITE = "current.json", "manifest.json", "edition.db", "changes.json", "site"
GOVERNMENT = "government"


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """One numbered, immutable edition; ``sha256`` is that of its manifest, which holds the checksums of the rest."""

    number: int
    folder: Path
    sha256: str
    published_at: datetime
    as_of: date
    note: str
    rule_version: str
    manifest: Mapping[str, Any]

    @property
    def url(self) -> str:
        """Return the address of its figures, for a ``Store`` that cannot write."""
        return frozen_url(self.folder / DATABASE)

    @property
    def government(self) -> Path | None:
        """Return the folder with the government's own files; ``None`` in an edition from before they were kept."""
        folder = self.folder / GOVERNMENT
        return folder if folder.is_dir() else None

    def changes(self) -> list[dict[str, Any]]:
        """Return what changed against the edition shown before; see ``telling.changes``."""
        return list(json.loads((self.folder / CHANGES).read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which edition is shown, and which were taken back: number → instant and reason."""

    edition: int
    withdrawn: Mapping[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class EditionFault:
    """One way in which an edition differs from what was published."""

    edition: int
    file: str
    message: Message


def folder_name(number: int) -> str:
    """Return the name of an edition's folder, as ``0001``."""
    return f"{number:04d}"


def numbers(folder: Path) -> list[int]:
    """Return the numbers of all editions in a folder, in order."""
    if not folder.is_dir():
        return []
    return sorted(int(p.name) for p in folder.iterdir() if p.name.isdigit() and len(p.name) == 4 and p.is_dir())


def opened(folder: Path, number: int) -> Edition:
    """Read an edition's manifest.

    Raises:
        NotFound: there is no such edition, or its manifest cannot be read.
    """
    path = folder / folder_name(number) / MANIFEST
    try:
        stamp = path.stat()
        return _read(path, number, stamp.st_mtime_ns)
    except (OSError, ValueError, KeyError) as error:
        raise NotFound("edition_unreadable", number=number) from error


@lru_cache(maxsize=256)
def _read(path: Path, number: int, _stamp: int) -> Edition:
    content = path.read_bytes()
    manifest = json.loads(content)
    return Edition(
        number=number, folder=path.parent, sha256=hashlib.sha256(content).hexdigest(),
        published_at=parse_instant(manifest["published_at"]),
        as_of=date.fromisoformat(manifest["as_of"]), note=manifest["note"], rule_version=manifest["rule_version"],
        manifest=manifest,
    )  # fmt: skip


def pointer(folder: Path) -> Pointer | None:
    """Return which edition is shown; ``None`` where none was published yet."""
    try:
        held = json.loads((folder / POINTER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Pointer(int(held["edition"]), {int(n): why for n, why in held.get("withdrawn", {}).items()})


def current(folder: Path) -> Edition | None:
    """Return the edition the public sees; read anew at each call, so that a new one needs no restart."""
    held = pointer(folder)
    return None if held is None else opened(folder, held.edition)


def shown(folder: Path) -> list[Edition]:
    """Return every edition the public may choose, newest first: none later than the current one, none withdrawn."""
    held = pointer(folder)
    if held is None:
        return []
    return [opened(folder, n) for n in reversed(numbers(folder)) if n <= held.edition and n not in held.withdrawn]


def chosen(folder: Path, number: str | int | None) -> Edition | None:
    """Return the edition asked for where the public may see it, else the current one."""
    if number is not None and str(number).isdigit():
        for edition in shown(folder):
            if edition.number == int(number):
                return edition
    return current(folder)


def log(folder: Path, *, until: int | None = None) -> list[tuple[Edition, list[dict[str, Any]]]]:
    """Return the public log of revisions: editions shown, newest first, each with its changes; none later than ``until``."""
    return [(e, e.changes()) for e in shown(folder) if until is None or e.number <= until]


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Digest(TypedDict):
    """What the manifest says of a table: its number of rows, and a checksum of columns and rows."""

    rows: int
    sha256: str


def table_digests(database: Path) -> dict[str, Digest]:
    """Return per table of an edition its number of rows and a checksum of columns and rows, in stored order."""
    digests: dict[str, Digest] = {}
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        names = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]
        for name in names:
            rows = connection.execute(f'SELECT * FROM "{name}" ORDER BY rowid')
            digest = hashlib.sha256(json.dumps([c[0] for c in rows.description]).encode())
            count = 0
            for row in rows:
                digest.update(json.dumps(row, ensure_ascii=False).encode())
                count += 1
            digests[name] = {"rows": count, "sha256": digest.hexdigest()}
    finally:
        connection.close()
    return digests


def verify(folder: Path, number: int | None = None, *, recorded: Mapping[int, str] | None = None) -> list[EditionFault]:
    """Compare editions with what was published.

    Args:
        folder: where the editions lie.
        number: look at the files of this one only; the chain is always followed from the first edition to the last.
        recorded: number → SHA-256 of the manifest, as the working database noted it at publication.

    Returns:
        Everything that differs: files changed, missing or added, tables that differ, a broken chain. Empty = unchanged.
    """
    faults: list[EditionFault] = []
    there = numbers(folder)
    before: str | None = None
    for expected, number_there in enumerate(there, start=1):
        if expected != number_there:
            faults.append(EditionFault(expected, folder_name(expected), Message("edition_missing")))
            break
    for n in there:
        try:
            edition = opened(folder, n)
        except NotFound:
            faults.append(EditionFault(n, MANIFEST, Message("edition_part_unreadable")))
            before = None
            continue
        if n > 1 and edition.manifest.get("previous_sha256") != before:
            faults.append(EditionFault(n - 1, MANIFEST, Message("edition_not_as_kept", number=n)))
        if recorded and n in recorded and recorded[n] != edition.sha256:
            faults.append(EditionFault(n, MANIFEST, Message("edition_not_as_noted")))
        if number in (None, n):
            faults += _file_faults(edition)
        before = edition.sha256
    if number is not None and number not in there:
        faults.append(EditionFault(number, folder_name(number), Message("edition_not_there")))
    for n in sorted(set(recorded or {}) - set(there)):
        if number in (None, n):
            faults.append(EditionFault(n, folder_name(n), Message("edition_missing")))
    held = pointer(folder)
    if held is not None and held.edition not in there:
        faults.append(EditionFault(held.edition, POINTER, Message("shown_edition_missing")))
    return list(dict.fromkeys(faults))


def _file_faults(edition: Edition) -> Iterable[EditionFault]:
    n, listed = edition.number, edition.manifest["files"]
    there = {p.relative_to(edition.folder).as_posix(): p for p in edition.folder.rglob("*") if p.is_file()}
    there.pop(MANIFEST, None)
    for name in sorted(set(listed) - set(there)):
        yield EditionFault(n, name, Message("edition_file_missing"))
    for name in sorted(set(there) - set(listed)):
        yield EditionFault(n, name, Message("edition_file_added"))
    for name in sorted(set(listed) & set(there)):
        if sha256_of(there[name]) == listed[name]["sha256"]:
            continue
        yield EditionFault(n, name, Message("edition_file_changed"))
        if name == DATABASE:
            yield from _table_faults(edition, there[name])


def _table_faults(edition: Edition, database: Path) -> Iterable[EditionFault]:
    n, published = edition.number, edition.manifest["tables"]
    try:
        digests = table_digests(database)
    except sqlite3.DatabaseError as error:
        yield EditionFault(n, DATABASE, Message("edition_not_a_database", fault=error))
        return
    for table in sorted(set(published) | set(digests)):
        was, now = published.get(table, {"rows": 0}), digests.get(table, {"rows": 0})
        if was != now:
            yield EditionFault(n, f"{DATABASE}: {table}", Message("edition_table_changed", was=was["rows"], now=now["rows"]))
