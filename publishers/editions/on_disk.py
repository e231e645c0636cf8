"""Editions on disk: list them and find the current one; once a key is known, nothing unsigned is shown.

Read-only. An instance keeps its editions in one folder (``EDITIONS_DIR``):

    current.json            the current edition, and the withdrawn ones with the reason; signed
    keys.json               the public keys that sign here (``publishers.editions.keys``)
    0001/edition.db         approved figures and their public provenance, and nothing else
    0001/changes.json       changes against the edition shown before, with reason and size
    0001/government/…       the government's own catalogue files, for a process that has no catalogue
    0001/site/…             the static public edition, with open data, feed and embeddable pictures
    0001/manifest.json      checksums of all files, counts, rule version, date, note, checksum of the previous manifest
    0001/manifest.sig       the signature of the manifest; absent in editions older than signing keys
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from errno import EFBIG, EINVAL
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import Any, TypeVar

from kpis.errors import EditionRefused, NotFound
from kpis.periods import parse_instant, parse_whole
from kpis.settings import settings
from kpis.store.engine import frozen_url
from publishers.editions.keys import Key, canonical, in_force, is_signed, led_to, parsed, pinned_key, read_keys

POINTER, MANIFEST, DATABASE, CHANGES, SITE = "current.json", "manifest.json", "edition.db", "changes.json", "site"
KEYS, SIGNATURE = "keys.json", "manifest.sig"
GOVERNMENT = "government"

T = TypeVar("T")
_NUMBERED = re.compile("[0-9]{4}")
LAST_NUMBER = 9_999
SMALL = 20_000_000  # bytes of a manifest, a pointer or a list of keys: no real one is that large
_Stamp = tuple[int, int, int, int]
_seen_keys: dict[Path, str] = {}  # folder → last key seen there by this process: later keys must follow from it


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """One numbered, immutable edition; ``sha256`` is the checksum of its manifest, which holds the checksums of all other files."""

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
        """Return the database URL of its figures, for a read-only ``Store``.

        Raises:
            EditionRefused: the file differs from what was published.
        """
        path = self.folder / DATABASE
        try:
            checksum: str = self.manifest["files"][DATABASE]["sha256"]
            is_same = _is_listed(path, _stamp(path), self._as_listed(DATABASE))
        except (OSError, KeyError) as error:
            raise EditionRefused("edition_file_refused", number=self.number, file=DATABASE) from error
        if not is_same:
            raise EditionRefused("edition_file_refused", number=self.number, file=DATABASE)
        return frozen_url(path, checksum)

    def _as_listed(self, name: str) -> tuple[int, str]:
        listed = self.manifest["files"][name]
        return listed["bytes"], listed["sha256"]

    def is_listed(self, name: str) -> bool:
        """Return whether a file is as the manifest lists it; one of another size is not read."""
        path = self.folder / name
        return _is_listed(path, _stamp(path), self._as_listed(name))

    @property
    def government(self) -> Path | None:
        """Return the folder with the government's own files; ``None`` in old editions without it.

        Raises:
            EditionRefused: its files differ from what was published; it has the words for every status.
        """
        listed = tuple((name, self._as_listed(name)) for name in self.manifest["files"] if name.startswith(f"{GOVERNMENT}/"))
        try:
            there = tuple(_stamps(self.folder, GOVERNMENT))
            other = _other_than(self.folder, listed, there)
        except (OSError, RecursionError) as error:
            raise EditionRefused("edition_file_refused", number=self.number, file=GOVERNMENT) from error
        if other:
            raise EditionRefused("edition_file_refused", number=self.number, file=other)
        return self.folder / GOVERNMENT if there else None

    def content(self, name: str) -> bytes:
        """Return the bytes of a file listed in the manifest.

        Raises:
            EditionRefused: they differ from what was published.
        """
        return self._read(name, lambda path: _listed_bytes(path, self._as_listed(name)))

    def changes(self) -> list[dict[str, Any]]:
        """Return the changes against the edition shown before, which must not be changed; see ``telling.changes``.

        Raises:
            EditionRefused: the file differs from what was published.
        """
        return list(self._read(CHANGES, lambda path: _listed_changes(path, _stamp(path), self._as_listed(CHANGES))))

    def _read(self, name: str, read: Callable[[Path], T | None]) -> T:
        try:
            result = read(self.folder / name)
        except OSError as error:
            raise EditionRefused("edition_file_refused", number=self.number, file=name) from error
        if result is None:
            raise EditionRefused("edition_file_refused", number=self.number, file=name)
        return result


@dataclass(frozen=True, slots=True)
class Pointer:
    """The current edition, and the withdrawn ones: number → instant and reason; ``sequence`` is 0 before there were keys."""

    edition: int
    withdrawn: Mapping[int, Mapping[str, str]]
    sequence: int = 0
    edition_sha256: str = ""
    sha256: str = ""  # checksum of the document itself


def folder_name(number: int) -> str:
    """Return the name of an edition's folder, as ``0001``."""
    return f"{number:04d}"


def numbers(folder: Path) -> list[int]:
    """Return the numbers of all editions in a folder, ascending."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:  # asked at every run of a page
        return sorted(int(entry.name) for entry in entries if _NUMBERED.fullmatch(entry.name) and entry.is_dir())


def _stamp(path: Path | os.DirEntry[str]) -> _Stamp:
    """Return file attributes that change when a file does; ctime cannot be set by users.

    Raises:
        OSError: it is no file: a pipe would be waited for, and a device read, without end.
    """
    stat = path.stat()
    if not S_ISREG(stat.st_mode):
        raise OSError(EINVAL, os.strerror(EINVAL), os.fspath(path))
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def small_document(path: Path) -> bytes:
    """Return the bytes of a manifest, a pointer, a list of keys or a signature.

    Raises:
        OSError: it is no file, or larger than any of ours: a forged one is not read into memory.
    """
    if _stamp(path)[1] > SMALL:
        raise OSError(EFBIG, os.strerror(EFBIG), os.fspath(path))
    return path.read_bytes()


# Keys and signatures ---------------------------------------------------------------------------------------------------


def keys(folder: Path) -> tuple[Key, ...]:
    """Return the signing keys of a folder, in order; empty while there is no key.

    Raises:
        EditionRefused: they cannot be read, or do not follow from ``EDITIONS_KEY`` or from those seen earlier by this process.
    """
    path = folder / KEYS
    try:
        keys_read = _read_keys(path, _stamp(path))
    except FileNotFoundError:
        keys_read = ()
    except OSError as error:
        raise EditionRefused("keys_unreadable") from error
    place = _resolved(folder)
    given = settings().editions_key
    trusted_id = _pinned(given) if given else _seen_keys.get(place, "")
    if trusted_id and not led_to(keys_read, trusted_id):
        raise EditionRefused("keys_not_known" if keys_read else "keys_gone")
    if keys_read:
        _seen_keys[place] = keys_read[-1].public_key
    return keys_read


_pinned = lru_cache(maxsize=16)(pinned_key)
# Called at every run of a page; later changes of the folder must still follow from the keys seen.
_resolved = lru_cache(maxsize=16)(Path.resolve)


@lru_cache(maxsize=64)
def _read_keys(path: Path, _stamped: _Stamp) -> tuple[Key, ...]:
    return read_keys(small_document(path))


@lru_cache(maxsize=1024)
def _is_listed(path: Path, stamp: _Stamp, listed: tuple[int, str]) -> bool:
    size, checksum = listed
    return stamp[1] == size and sha256_of(path) == checksum


def _listed_bytes(path: Path, listed: tuple[int, str]) -> bytes | None:
    """Return the bytes of a file as the manifest lists it; ``None`` if they are others."""
    size, checksum = listed
    content = path.read_bytes() if _stamp(path)[1] == size else b""
    return content if len(content) == size and hashlib.sha256(content).hexdigest() == checksum else None


@lru_cache(maxsize=64)
def _listed_changes(path: Path, _stamped: _Stamp, listed: tuple[int, str]) -> tuple[dict[str, Any], ...] | None:
    """Return the changes in a file as the manifest lists it; ``None`` if its bytes are others."""
    content = _listed_bytes(path, listed)
    return None if content is None else tuple(json.loads(content))


def _stamps(folder: Path, below: str) -> Iterator[tuple[str, _Stamp]]:
    """Yield name and attributes of every file below a folder of an edition; asked at every run of a page."""
    try:
        entries = sorted(os.scandir(folder / below), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        name = f"{below}/{entry.name}"
        if entry.is_dir():
            yield from _stamps(folder, name)
        else:
            yield name, _stamp(entry)


@lru_cache(maxsize=256)
def _other_than(folder: Path, listed: tuple[tuple[str, tuple[int, str]], ...], there: tuple[tuple[str, _Stamp], ...]) -> str:
    """Return the first file that is missing, additional or changed; blank if there is none."""
    meant, present = dict(listed), dict(there)
    names = sorted({*meant, *present})
    return next((n for n in names if n not in meant or n not in present or not _is_listed(folder / n, present[n], meant[n])), "")


@lru_cache(maxsize=1024)
def _is_signed(path: Path, _stamps: tuple[_Stamp, _Stamp], public_key: str) -> bool:
    signature = small_document(path.parent / SIGNATURE).decode("ascii").strip()
    return is_signed(public_key, small_document(path), signature)


def signed_by(edition: Edition, key: Key) -> bool:
    """Return whether an edition's manifest is signed by a key."""
    path, signature = edition.folder / MANIFEST, edition.folder / SIGNATURE
    try:
        return _is_signed(path, (_stamp(path), _stamp(signature)), key.public_key)
    except (OSError, ValueError):
        return False


# Reading ---------------------------------------------------------------------------------------------------------------


def read_manifest(folder: Path, number: int, *, is_kept: bool = True) -> Edition:
    """Read an edition's manifest without checking its signature.

    Args:
        is_kept: keep it in memory, for who reads it again; those of a folder that anybody may have made are not.

    Raises:
        NotFound: there is no such edition, or its manifest cannot be read.
    """
    path = folder / folder_name(number) / MANIFEST
    try:
        return (_read if is_kept else _read.__wrapped__)(path, number, _stamp(path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise NotFound("edition_unreadable", number=number) from error


@lru_cache(maxsize=256)
def _read(path: Path, number: int, _stamped: _Stamp) -> Edition:
    content = small_document(path)
    manifest = json.loads(content)
    files = {str(name): {"sha256": str(entry["sha256"]), "bytes": int(entry["bytes"])} for name, entry in manifest["files"].items()}
    return Edition(
        number=number, folder=path.parent, sha256=hashlib.sha256(content).hexdigest(),
        published_at=parse_instant(manifest["published_at"]),
        as_of=date.fromisoformat(manifest["as_of"]), note=manifest["note"], rule_version=manifest["rule_version"],
        manifest={**manifest, "files": files},
    )  # fmt: skip


def opened(folder: Path, number: int) -> Edition:
    """Return an edition after checking its signature, where keys are known.

    Raises:
        NotFound: there is no such edition, or its manifest cannot be read.
        EditionRefused: it is not signed though a key is known, and no signed later edition names it.
    """
    edition = read_manifest(folder, number)
    trusted_keys = keys(folder)
    if not trusted_keys:
        return edition
    key = in_force(trusted_keys, edition=number)
    if key is not None:
        is_proved = edition.manifest.get("edition") == number and signed_by(edition, key)
    else:  # published before there were keys: vouched for by the chain of manifests up to the first signed one
        is_proved = opened(folder, number + 1).manifest.get("previous_sha256") == edition.sha256
    if not is_proved:
        raise EditionRefused("edition_not_signed", number=number)
    return edition


def read_pointer(content: bytes, trusted_keys: tuple[Key, ...]) -> Pointer:
    """Read the pointer document, which names the current edition.

    Args:
        trusted_keys: the keys that sign here; if empty, no signature is required.

    Raises:
        EditionRefused: it cannot be read, or is not signed by the key in force.
    """
    try:
        fields = parsed(content)
        withdrawn = {int(n): {"at": str(why["at"]), "reason": str(why["reason"])} for n, why in fields.get("withdrawn", {}).items()}
        edition, sequence = fields["edition"], fields.get("sequence", 0)
        if type(edition) is not int or type(sequence) is not int or not 0 < edition <= LAST_NUMBER:
            raise TypeError
        sha256 = hashlib.sha256(content).hexdigest()
        pointer = Pointer(edition, withdrawn, sequence, str(fields.get("edition_sha256", "")), sha256)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise EditionRefused("pointer_unreadable") from error
    if trusted_keys:
        body = canonical({name: value for name, value in fields.items() if name != "signature"})
        if sequence < trusted_keys[-1].first_pointer or not is_signed(trusted_keys[-1].public_key, body, fields.get("signature")):
            raise EditionRefused("pointer_not_signed")
    return pointer


@lru_cache(maxsize=64)
def _read_pointer(path: Path, _stamped: _Stamp, trusted_keys: tuple[Key, ...]) -> Pointer:
    return read_pointer(small_document(path), trusted_keys)


def pointer(folder: Path) -> Pointer | None:
    """Return the pointer to the current edition; ``None`` before the first publication.

    Raises:
        EditionRefused: it cannot be read, or is missing or not signed though a key is known.
    """
    trusted_keys, path = keys(folder), folder / POINTER
    try:
        return _read_pointer(path, _stamp(path), trusted_keys)
    except FileNotFoundError:
        if trusted_keys:
            raise EditionRefused("pointer_missing") from None
        return None
    except OSError as error:
        raise EditionRefused("pointer_unreadable") from error


def current(folder: Path) -> Edition | None:
    """Return the current edition; read from disk at each call, so that a new one needs no restart.

    Raises:
        NotFound: it is missing or cannot be read.
        EditionRefused: pointer or edition differ from what was published.
    """
    current_pointer = pointer(folder)
    if current_pointer is None:
        return None
    edition = opened(folder, current_pointer.edition)
    if current_pointer.edition_sha256 and current_pointer.edition_sha256 != edition.sha256:
        raise EditionRefused("edition_not_signed", number=current_pointer.edition)
    return edition


def shown(folder: Path) -> list[Edition]:
    """Return every edition that the public may choose, newest first: none later than the current one, none withdrawn."""
    current_pointer = pointer(folder)
    if current_pointer is None:
        return []
    return [
        opened(folder, n) for n in reversed(numbers(folder)) if n <= current_pointer.edition and n not in current_pointer.withdrawn
    ]


def chosen(folder: Path, number: str | int | None) -> Edition | None:
    """Return the requested edition if the public may see it, else the current one."""
    if number is not None and (wanted := parse_whole(str(number))) is not None:
        for edition in shown(folder):
            if edition.number == wanted:
                return edition
    return current(folder)


def log(folder: Path, *, until: int | None = None) -> list[tuple[Edition, list[dict[str, Any]]]]:
    """Return the public log of revisions: editions shown, newest first, each with its changes; none later than ``until``."""
    return [(e, e.changes()) for e in shown(folder) if until is None or e.number <= until]


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
