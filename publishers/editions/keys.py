"""Signing keys of editions: the instance's key (Ed25519), the public keys beside its editions, and the range each key may sign.

``keys.json`` lists every key the instance ever had, in order. Each entry is signed by its own key and by the key before it, unless
that one was lost. A key is valid for editions and pointers from its first edition until the next key begins: an old key that was
stolen cannot sign anything new. A reader who received any one key by another channel (``EDITIONS_KEY``, ``verify --key``) reaches
the others through these signatures.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from glob import escape
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from kpis.errors import EditionRefused, SettingsRefused
from kpis.message import Message
from publishers.editions.scratch import sync_folder

_NUMBERS = ("first_edition", "first_pointer")
NEXT = ".next"  # a new private key, with its own name behind, until it is recorded in the database


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A public key as published; ``follows`` is the previous key, ``signature_before`` the previous key's signature or blank."""

    key_id: str
    public_key: str  # base64 of its 32 bytes
    first_edition: int
    first_pointer: int
    introduced_at: str
    follows: str
    signature: str = ""
    signature_before: str = ""

    def values(self) -> list[tuple[str, object]]:
        """Return the name and value of each field."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]

    @property
    def statement(self) -> bytes:
        """Return the bytes covered by the key's two signatures."""
        return canonical({name: value for name, value in asdict(self).items() if not name.startswith("signature")})


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return a document in its canonical form for signing: JSON with sorted names and no whitespace."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")  # half a character, which none of ours has, is not signed instead of an error


def parsed(content: bytes) -> Any:
    """Parse a document whose canonical form is signed; one that names a field twice would be read otherwise by other programs.

    Raises:
        ValueError: it is no JSON, is nested too deep, or names a field twice.
    """
    try:
        return json.loads(content, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("nested") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("twice")
    return fields


def name_of(public_key: str) -> str:
    """Return the name of a public key: a prefix of its SHA-256."""
    return hashlib.sha256(base64.b64decode(public_key)).hexdigest()[:32]


def public_of(private: Ed25519PrivateKey) -> str:
    """Return the public key of a private key."""
    return base64.b64encode(private.public_key().public_bytes_raw()).decode()


def sign(private: Ed25519PrivateKey, content: bytes) -> str:
    """Return the base64 signature of bytes."""
    return base64.b64encode(private.sign(content)).decode()


def is_signed(public_key: str, content: bytes, signature: object) -> bool:
    """Return whether a key signed these bytes; an unreadable signature counts as none."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(str(signature), validate=True), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_keys(content: bytes) -> tuple[Key, ...]:
    """Read ``keys.json``; every entry must be signed by itself and, where it names a previous key, by that key.

    Raises:
        EditionRefused: the file cannot be read, or a signature is wrong.
    """
    try:
        keys = tuple(Key(**entry) for entry in parsed(content)["keys"])
        if any(type(value) is not (int if name in _NUMBERS else str) for key in keys for name, value in key.values()):
            raise TypeError  # what is nested deep has no canonical form that could be signed
        names = [key.key_id for key in keys]
        is_whole = bool(keys) and len(set(names)) == len(names) and all(key.key_id == name_of(key.public_key) for key in keys)
    except (ValueError, TypeError, KeyError) as error:
        raise EditionRefused("keys_unreadable") from error
    for before, key in zip((None, *keys), keys, strict=False):
        is_whole = is_whole and is_signed(key.public_key, key.statement, key.signature)
        is_whole = is_whole and key.follows == (before.key_id if before else "")
        if before is not None:
            is_whole = is_whole and key.first_edition >= before.first_edition and key.first_pointer > before.first_pointer
            if key.signature_before:
                is_whole = is_whole and is_signed(before.public_key, key.statement, key.signature_before)
    if not is_whole:
        raise EditionRefused("keys_not_signed")
    return keys


def keys_document(keys: Iterable[Key]) -> bytes:
    """Return the bytes of ``keys.json``."""
    return (json.dumps({"keys": [asdict(key) for key in keys]}, ensure_ascii=False, indent=1) + "\n").encode()


def led_to(keys: Sequence[Key], pinned: str) -> tuple[Key, ...]:
    """Return the keys vouched for by a pinned key; empty if it is not among them or does not reach the last one.

    It vouches for earlier keys, since each later one names them, and for later keys while each is signed by the previous one.
    """
    names = [key.public_key for key in keys]
    if pinned not in names:
        return ()
    later = keys[names.index(pinned) + 1 :]
    return tuple(keys) if all(key.signature_before for key in later) else ()


def pinned_key(given: str) -> str:
    """Return the public key in a text or in a file named by it: plain base64, or the last key of a ``keys.json``.

    Raises:
        SettingsRefused: there is no key in it.
    """
    text = given.strip()
    try:
        if len(text) < 400 and Path(text).is_file():
            text = Path(text).read_text(encoding="utf-8").strip()
        if text.startswith("{"):
            text = json.loads(text)["keys"][-1]["public_key"]
        Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (ValueError, KeyError, IndexError, TypeError, OSError) as error:
        raise SettingsRefused("key_unreadable", given=given[:80]) from error
    return text


def in_force(keys: Sequence[Key], *, edition: int | None = None, pointer: int | None = None) -> Key | None:
    """Return the key that must have signed the edition or pointer with this number; ``None`` before the first key."""
    key_in_force = None
    for key in keys:
        first, number = (key.first_edition, edition) if edition is not None else (key.first_pointer, pointer)
        if number is not None and number >= first:
            key_in_force = key
    return key_in_force


# The private key -----------------------------------------------------------------------------------------------------


def make_private(path: Path) -> Ed25519PrivateKey:
    """Create a private key and store it as ``keep_private`` does."""
    private = Ed25519PrivateKey.generate()
    keep_private(private, path)
    return private


def keep_private(private: Ed25519PrivateKey, path: Path) -> None:
    """Store a private key in a file readable only by its owner.

    Raises:
        SettingsRefused: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SettingsRefused("signing_key_unwritable", path=path, fault=os.strerror(error.errno or 0)) from error


def load_private(path: Path) -> Ed25519PrivateKey | None:
    """Return the private key stored in a file; ``None`` where there is no file.

    Raises:
        SettingsRefused: others may read the file, or it holds no such key.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsRefused("signing_key_unreadable", path=path) from error
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise SettingsRefused("signing_key_open", path=path)
    try:
        private = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise SettingsRefused("signing_key_unreadable", path=path) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise SettingsRefused("signing_key_unreadable", path=path)
    return private


def waiting_key(path: Path, key_id: str) -> Path | None:
    """Return the file of the new private key where a rotation was interrupted before that took the place of the old one.

    Args:
        path: the place of the instance's private key.
        key_id: the newest key, as recorded in the database.
    """
    for waiting in waiting_keys(path):
        private = load_private(waiting)
        if private is not None and name_of(public_of(private)) == key_id:
            return waiting
    return None


def waiting_keys(path: Path) -> list[Path]:
    """Return the files of new private keys beside the instance's own, of which at most one is recorded."""
    return sorted(path.parent.glob(f"{escape(path.name)}{NEXT}*"))


def finish_rotation(path: Path, key_id: str) -> bool:
    """Put the new private key in its place where a rotation was interrupted before that; return whether it was.

    Raises:
        SettingsRefused: the file cannot be moved, or others may read it.
    """
    if (waiting := waiting_key(path, key_id)) is None:
        return False
    try:
        waiting.replace(path)
        sync_folder(path.parent)
    except FileNotFoundError:
        return False  # another process was first
    except OSError as error:
        raise SettingsRefused("signing_key_unwritable", path=path, fault=os.strerror(error.errno or 0)) from error
    return True


def key_fault(path: Path, keys: Sequence[Key], *, place: Path) -> Message | None:
    """Return what is wrong with the file of the private key that signs the next edition; ``None`` where it is right, or none is needed yet.

    Args:
        path: the file, or a copy of it.
        keys: as recorded in the database.
        place: where the instance keeps that file, as it is named to the operator.
    """
    key = in_force(keys, pointer=10**9)
    if key is None:
        return None  # created by the first publication
    try:
        private = load_private(path)
    except SettingsRefused as refused:
        return Message(refused.message.key, path=place)
    if private is None:
        return Message("doctor_key_missing", path=place)
    return None if public_of(private) == key.public_key else Message("doctor_key_other", path=place)
