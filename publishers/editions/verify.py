"""Verify that editions are unchanged: by signatures, the chain of manifests and, where available, the working database."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TypedDict

from kpis.as_text import line
from kpis.errors import EditionRefused, MierukaError, NotFound
from kpis.message import Message
from publishers.editions import served
from publishers.editions.keys import Key, in_force, led_to, read_keys
from publishers.editions.on_disk import (
    DATABASE,
    KEYS,
    MANIFEST,
    POINTER,
    SIGNATURE,
    Edition,
    Pointer,
    folder_name,
    numbers,
    read_manifest,
    read_pointer,
    signed_by,
    small_document,
)

_DEEPEST = 20  # folders one within another; those of an edition are a few
_LONGEST = 10_000_000  # bytes of one value of an edition's database: one that is worked out may have any number


@dataclass(frozen=True, slots=True)
class EditionFault:
    """One difference between an edition and what was published; the name of the file, which anybody may have chosen, is one line."""

    edition: int
    file: str
    message: Message

    def __post_init__(self) -> None:
        object.__setattr__(self, "file", line(self.file))


@dataclass(frozen=True, slots=True)
class Recorded:
    """The records of the working database: number → SHA-256 of the manifest, the pointer's document, and the keys."""

    editions: Mapping[int, str] = field(default_factory=dict)
    pointer: str = ""
    keys: tuple[Key, ...] = ()


def verify(folder: Path, number: int | None = None, *, recorded: Recorded | None = None, key: str = "") -> list[EditionFault]:
    """Compare editions with what was published.

    Args:
        number: check the files of this one only; chain, signatures and pointer are always checked from first to last edition.
        recorded: the records of the working database, where available.
        key: a public key from another channel, in base64, that must lead to those of the folder.

    Returns:
        Every difference. Empty = unchanged.
    """
    faults = list(_irregular(folder))
    if faults:  # a link's target belongs to no edition: it is not read
        return faults
    keys, own = _keys(folder, recorded, key)
    faults += own
    there = numbers(folder)
    for expected, number_there in enumerate(there, start=1):
        if expected != number_there:
            faults.append(EditionFault(expected, folder_name(expected), Message("edition_missing")))
            break
    before: str | None = None
    for n in there:
        try:
            edition = read_manifest(folder, n, is_kept=False)
        except NotFound:
            faults.append(EditionFault(n, MANIFEST, Message("edition_part_unreadable")))
            before = None
            continue
        faults += _manifest_faults(edition, keys, before, recorded)
        if number in (None, n):
            faults += _file_faults(edition)
        before = edition.sha256
    if number is not None and number not in there:
        faults.append(EditionFault(number, folder_name(number), Message("edition_not_there")))
    for n in sorted(set(recorded.editions if recorded else {}) - set(there)):
        if number in (None, n):
            faults.append(EditionFault(n, folder_name(n), Message("edition_missing")))
    faults += _pointer_faults(folder, keys, there, recorded)
    faults += [] if faults else _served_faults(folder)  # otherwise implied by those
    return list(dict.fromkeys(faults))


def unsigned(folder: Path) -> list[int]:
    """Return the editions older than the first key: only the chain and the database vouch for them."""
    try:
        keys = read_keys(small_document(folder / KEYS))
    except (OSError, EditionRefused):
        return numbers(folder)
    return [n for n in numbers(folder) if in_force(keys, edition=n) is None]


def _irregular(folder: Path) -> Iterator[EditionFault]:
    """Report everything that is neither a regular file nor a folder: a link's target can change without the link."""
    for path in [*folder.glob("*.json"), *(folder / folder_name(n) for n in numbers(folder))]:
        n = int(path.name) if path.is_dir() and path.name.isdecimal() else 0
        for entry in _below(path):
            if len(entry.relative_to(folder).parts) > _DEEPEST:
                yield EditionFault(n, entry.relative_to(folder).as_posix(), Message("edition_file_added"))
                continue
            mode = entry.lstat().st_mode
            if not stat.S_ISREG(mode) and (not stat.S_ISDIR(mode) or (entry.suffix == ".json" and entry.parent == folder)):
                yield EditionFault(n, entry.relative_to(folder).as_posix(), Message("edition_irregular"))


def _below(path: Path) -> Iterator[Path]:
    """Yield a path and all below it, without following links; nothing of what lies deeper than an edition does."""
    waiting = [path]
    while waiting:
        entry = waiting.pop()
        yield entry
        if entry.is_dir() and not entry.is_symlink() and len(entry.relative_to(path.parent).parts) <= _DEEPEST:
            waiting += sorted(entry.iterdir(), reverse=True)


def _keys(folder: Path, recorded: Recorded | None, key: str) -> tuple[tuple[Key, ...], list[EditionFault]]:
    """Return the keys to verify editions with, and the faults of the folder's keys."""
    own: tuple[Key, ...] = ()
    faults = []
    try:
        own = read_keys(small_document(folder / KEYS))
    except FileNotFoundError:
        pass
    except (OSError, EditionRefused) as error:
        message = error.message if isinstance(error, MierukaError) else Message("keys_unreadable")
        faults.append(EditionFault(0, KEYS, message))
    if recorded is not None and recorded.keys != own:
        faults.append(EditionFault(0, KEYS, Message("keys_not_as_noted")))
    if key and not led_to(own, key):
        faults.append(EditionFault(0, KEYS, Message("keys_not_known")))
    return (recorded.keys if recorded and recorded.keys else own), list(dict.fromkeys(faults))


def _manifest_faults(
    edition: Edition, keys: tuple[Key, ...], before: str | None, recorded: Recorded | None
) -> Iterator[EditionFault]:
    n = edition.number
    if edition.manifest.get("edition") != n:
        yield EditionFault(n, MANIFEST, Message("edition_of_other_number", number=str(edition.manifest.get("edition"))[:20]))
    if n > 1 and edition.manifest.get("previous_sha256") != before:
        yield EditionFault(n - 1, MANIFEST, Message("edition_not_as_kept", number=n))
    if recorded is not None and n not in recorded.editions:
        yield EditionFault(n, MANIFEST, Message("edition_not_recorded"))
    if recorded is not None and recorded.editions.get(n, edition.sha256) != edition.sha256:
        yield EditionFault(n, MANIFEST, Message("edition_not_as_noted"))
    key = in_force(keys, edition=n)
    if key is not None and not signed_by(edition, key):
        yield EditionFault(n, SIGNATURE, Message("edition_signature_wrong"))


def _pointer_faults(folder: Path, keys: tuple[Key, ...], there: list[int], recorded: Recorded | None) -> Iterator[EditionFault]:
    path = folder / POINTER
    try:
        content = small_document(path)
        pointer = read_pointer(content, keys)
    except FileNotFoundError:
        if there:
            yield EditionFault(0, POINTER, Message("pointer_missing"))
        return
    except (OSError, EditionRefused) as error:
        message = error.message if isinstance(error, MierukaError) else Message("pointer_unreadable")
        yield EditionFault(0, POINTER, message)
        return
    if recorded is not None and recorded.pointer and recorded.pointer.encode() != content:
        yield EditionFault(pointer.edition, POINTER, Message("pointer_not_as_noted"))
    yield from pointer_disagrees(pointer, there)
    if pointer.edition in there and pointer.edition_sha256:
        try:
            is_same = read_manifest(folder, pointer.edition).sha256 == pointer.edition_sha256
        except NotFound:
            return  # already reported
        if not is_same:
            yield EditionFault(pointer.edition, POINTER, Message("shown_edition_other"))
    newest = max(there, default=0)
    if newest and pointer.sequence:
        yield from _older_pointer(folder, newest, pointer)


def _served_faults(folder: Path) -> Iterator[EditionFault]:
    """Report web server links that lead elsewhere: the server shows their targets without verification."""
    try:
        if served.differs(folder):
            yield EditionFault(0, f"{served.SERVED}/{served.CURRENT}", Message("served_other"))
    except (OSError, EditionRefused):
        return  # already reported for the pointer


def pointer_disagrees(pointer: Pointer, there: list[int]) -> Iterator[EditionFault]:
    """Report contradictions between a pointer and the existing editions."""
    if pointer.edition not in there:
        yield EditionFault(pointer.edition, POINTER, Message("shown_edition_missing"))
    if pointer.edition in pointer.withdrawn:
        yield EditionFault(pointer.edition, POINTER, Message("shown_edition_withdrawn"))
    for n in sorted(set(pointer.withdrawn) - set(there)):
        yield EditionFault(n, POINTER, Message("withdrawn_edition_unknown"))
    for n in there:
        if n > pointer.edition and n not in pointer.withdrawn:
            yield EditionFault(n, POINTER, Message("edition_never_shown"))


def _older_pointer(folder: Path, newest: int, pointer: Pointer) -> Iterator[EditionFault]:
    """Report a rolled-back pointer: each edition records the number of the pointer before it."""
    try:
        after = read_manifest(folder, newest).manifest.get("pointer_sequence", 0)
    except NotFound:
        return
    if isinstance(after, int) and pointer.sequence <= after:
        yield EditionFault(newest, POINTER, Message("pointer_put_back"))


class Digest(TypedDict):
    """The manifest's entry for a table: row count, and a checksum of columns and rows."""

    rows: int
    sha256: str


def table_digests(database: Path) -> dict[str, Digest]:
    """Return row count and checksum of columns and rows, in stored order, per table of an edition."""
    digests: dict[str, Digest] = {}
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    try:
        names = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]
        for name in names:
            quoted = name.replace('"', '""')
            rows = connection.execute(f'SELECT * FROM "{quoted}" ORDER BY rowid')
            digest = sha256(json.dumps([c[0] for c in rows.description]).encode())
            count = 0
            for row in rows:
                digest.update(json.dumps(row, ensure_ascii=False, default=bytes.hex).encode())
                count += 1
            digests[name] = {"rows": count, "sha256": digest.hexdigest()}
    finally:
        connection.close()
    return digests


def _file_faults(edition: Edition) -> Iterable[EditionFault]:
    n, listed = edition.number, edition.manifest["files"]
    there = {p.relative_to(edition.folder).as_posix(): p for p in edition.folder.rglob("*") if p.is_file()}
    there = {name: path for name, path in there.items() if name not in (MANIFEST, SIGNATURE)}
    for name in sorted(set(listed) - set(there)):
        yield EditionFault(n, name, Message("edition_file_missing"))
    for name in sorted(set(there) - set(listed)):
        yield EditionFault(n, name, Message("edition_file_added"))
    for name in sorted(set(listed) & set(there)):
        if edition.is_listed(name):
            continue
        yield EditionFault(n, name, Message("edition_file_changed"))
        if name == DATABASE:
            yield from _table_faults(edition, there[name])


def _table_faults(edition: Edition, database: Path) -> Iterable[EditionFault]:
    n, declared = edition.number, edition.manifest.get("tables")
    published = (
        {name: digest for name, digest in declared.items() if isinstance(digest, dict)} if isinstance(declared, dict) else {}
    )
    try:
        digests = table_digests(database)
    except sqlite3.DatabaseError as error:
        yield EditionFault(n, DATABASE, Message("edition_not_a_database", fault=error))
        return
    for table in sorted(set(published) | set(digests)):
        was, now = published.get(table, {"rows": 0}), digests.get(table, {"rows": 0})
        if was != now:
            yield EditionFault(
                n, f"{DATABASE}: {table}", Message("edition_table_changed", was=was.get("rows", 0), now=now.get("rows", 0))
            )
