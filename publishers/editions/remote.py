"""Verify the editions served at a URL by their signatures alone, given nothing but a public key."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

import httpx2

from kpis.as_text import line
from kpis.errors import EditionRefused
from kpis.message import Message
from kpis.outgoing import FAULTS, client
from publishers.editions.keys import Key, in_force, is_signed, led_to, read_keys
from publishers.editions.on_disk import KEYS, MANIFEST, POINTER, SIGNATURE, SITE, SMALL, folder_name, read_pointer
from publishers.editions.verify import EditionFault, pointer_disagrees

SECONDS, STEP_SECONDS = 300.0, 30.0  # for everything together, and for the next piece of an answer
LARGE = 2_000_000_000  # bytes of all files of an edition


@dataclass(frozen=True, slots=True)
class Proved:
    """The result of a verification: editions with a signed manifest, the edition whose files were read, every fault, and editions withdrawn."""

    editions: tuple[int, ...]
    shown: int | None
    faults: tuple[EditionFault, ...]
    withdrawn: tuple[int, ...] = ()  # as the signed pointer says: they are not served, so there is nothing to prove


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What is kept of a manifest while the others are read: an address may name thousands of 20 MB; ``files`` of the one wanted."""

    sha256: str
    previous_sha256: object
    files: dict[str, object]


class _Unread(Exception):
    """An unusable answer; the message gives the reason."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.key)
        self.message = message


class _Site:
    """A client for addresses below ``…/editions/``, with limits of time and size; redirects elsewhere are not followed."""

    def __init__(self, address: str, client: httpx2.Client, until: float) -> None:
        self._base, self._client, self._until = f"{address.rstrip('/')}/editions/", client, until

    def chunks(self, name: str, *, most: int) -> Iterator[bytes]:
        """Yield the bytes of a file.

        Raises:
            _Unread: it is missing, redirects, is too large or takes too long.
        """
        size = 0
        try:
            with self._client.stream("GET", self._base + quote(name)) as answer:
                if answer.status_code != 200:
                    raise _Unread(Message("answer_unusable", status=answer.status_code))
                for chunk in answer.iter_bytes():
                    size += len(chunk)
                    if size > most:
                        raise _Unread(Message("answer_too_large", most=most))
                    yield chunk
        except FAULTS as error:
            if time.monotonic() > self._until:
                raise _Unread(Message("answer_too_slow", seconds=int(SECONDS))) from error
            # A name that is unknown, a port that is closed and a certificate that is not believed are mended in different places.
            fault = line(f"{type(error).__name__} {error}".strip())[:200]
            raise _Unread(Message("address_unreachable", fault=fault)) from error

    def content(self, name: str) -> bytes:
        """Return a small file whole."""
        return b"".join(self.chunks(name, most=SMALL))


def verify_address(address: str, number: int | None = None, *, key: str = "") -> Proved:
    """Verify the editions at an address: signatures of keys, pointer and manifests, and each page and data file of one edition.

    Args:
        address: of a public instance or an exported edition; files below its ``editions/`` are read.
        number: the edition whose files are read; the current one if left out.
        key: a public key from another channel, in base64; without one the keys of the address itself are trusted.
    """
    faults: list[EditionFault] = []
    until = time.monotonic() + SECONDS
    with client(SECONDS, step_seconds=STEP_SECONDS, is_own_name=True) as opened:
        site = _Site(address, opened, until)
        try:
            keys = read_keys(site.content(KEYS))
            if key and not led_to(keys, key):
                raise EditionRefused("keys_not_known")
        except (_Unread, EditionRefused) as error:
            return Proved((), None, (EditionFault(0, KEYS, error.message),))
        try:
            pointer = read_pointer(site.content(POINTER), keys)
        except (_Unread, EditionRefused) as error:
            return Proved((), None, (EditionFault(0, POINTER, error.message),))
        there = [n for n in range(1, pointer.edition + 1) if n not in pointer.withdrawn]
        faults += [fault for fault in pointer_disagrees(pointer, [*there, *pointer.withdrawn]) if fault.edition == pointer.edition]
        wanted = number or pointer.edition
        manifests: dict[int, _Manifest] = {}
        for n in there:
            if (manifest := _manifest(site, n, keys, faults, is_read=n == wanted)) is not None:
                manifests[n] = manifest
        for n, manifest in manifests.items():
            after = manifests.get(n + 1)
            if after is not None and after.previous_sha256 != manifest.sha256:
                faults.append(EditionFault(n, MANIFEST, Message("edition_not_as_kept", number=n + 1)))
        if pointer.edition in manifests and manifests[pointer.edition].sha256 != pointer.edition_sha256:
            faults.append(EditionFault(pointer.edition, POINTER, Message("shown_edition_other")))
        if wanted not in there:
            faults.append(EditionFault(wanted, folder_name(wanted), Message("edition_not_there")))
        elif wanted in manifests:
            faults += _files(site, wanted, manifests[wanted].files)
    return Proved(tuple(manifests), wanted, tuple(dict.fromkeys(faults)), tuple(sorted(pointer.withdrawn)))


def _manifest(site: _Site, n: int, keys: tuple[Key, ...], faults: list[EditionFault], *, is_read: bool) -> _Manifest | None:
    key = in_force(keys, edition=n)
    try:
        content = site.content(f"{folder_name(n)}/{MANIFEST}")
        signature = site.content(f"{folder_name(n)}/{SIGNATURE}").decode("ascii", "replace").strip() if key else ""
    except _Unread as error:
        faults.append(EditionFault(n, MANIFEST, error.message))
        return None
    if key is not None and not is_signed(key.public_key, content, signature):
        faults.append(EditionFault(n, SIGNATURE, Message("edition_signature_wrong")))
    try:
        manifest = json.loads(content)
        number, files = str(manifest["edition"])[:20], manifest["files"]
        if not isinstance(files, dict):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError):
        faults.append(EditionFault(n, MANIFEST, Message("edition_part_unreadable")))
        return None
    if number != str(n):
        faults.append(EditionFault(n, MANIFEST, Message("edition_of_other_number", number=number)))
        return None
    return _Manifest(sha256(content).hexdigest(), manifest.get("previous_sha256"), files if is_read else {})


def _files(site: _Site, n: int, files: dict[str, object]) -> Iterator[EditionFault]:
    """Check every file of the static edition; the edition's database is not offered over the web."""
    left = LARGE
    for name, listed in sorted(files.items()):
        if not name.startswith(f"{SITE}/"):
            continue
        digest, size = sha256(), 0
        try:
            for chunk in site.chunks(f"{folder_name(n)}/{name.removeprefix(SITE + '/')}", most=left):
                digest.update(chunk)
                size += len(chunk)
        except _Unread as error:
            yield EditionFault(n, name, error.message)
            if error.message.key in ("answer_too_slow", "address_unreachable"):
                return
            continue
        left -= size
        if not isinstance(listed, dict) or digest.hexdigest() != listed.get("sha256"):
            yield EditionFault(n, name, Message("edition_file_changed"))
