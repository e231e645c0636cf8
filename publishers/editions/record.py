"""Records of editions in the working database (intended, shown, pointed at, signed), and synchronisation of the disk with them.

An edition is *intended* in the database before its folder is renamed, and *shown* in the transaction that includes the rename
and adds the row that moves the pointer. ``current.json`` and ``keys.json`` are then written from the database. If the process
dies in between, it leaves either an intention, which the next start undoes (nobody has seen the edition), or a pointer not yet
on disk, which the next start writes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, func, insert, select
from sqlmodel import Session

from kpis.declared import Row
from kpis.errors import EditionRefused, FigureRefused, NotFound, SettingsRefused
from kpis.message import Message
from kpis.reporting.people import NOBODY, record
from kpis.settings import Settings
from kpis.store import tables, trail
from kpis.store.fields import record_of
from kpis.store.store import Store
from kpis.store.tables import table_of
from publishers.editions import on_disk, served, verify
from publishers.editions.keys import (
    NEXT,
    Key,
    canonical,
    finish_rotation,
    keep_private,
    keys_document,
    load_private,
    make_private,
    name_of,
    public_of,
    sign,
    waiting_keys,
)
from publishers.editions.on_disk import KEYS, MANIFEST, POINTER
from publishers.editions.scratch import beside, put, sweep, sync_folder
from publishers.editions.verify import EditionFault, Recorded


@dataclass(frozen=True, slots=True)
class Signer:
    """The private key of this instance, and its public key as published."""

    private: Ed25519PrivateKey
    key: Key

    def sign(self, content: bytes) -> str:
        """Return the base64 signature of bytes."""
        return sign(self.private, content)


# What is recorded ------------------------------------------------------------------------------------------------------


def recorded(store: Store) -> Recorded:
    """Return the database's records of shown editions, their pointer and their keys."""
    with store.reading() as session:
        return recorded_in(session)


def recorded_in(session: Session) -> Recorded:
    """Return the database's records of editions, within a session; a key is valid from the first pointer it signed."""
    table = table_of(tables.Publication)
    shown = select(table.c.edition, table.c.sha256).where(table.c.first_shown_at.is_not(None))
    document = _newest(session)
    return Recorded(
        {row.edition: row.sha256 for row in session.execute(shown)}, document or "", keys_in(session) if document else ()
    )


def keys_in(session: Session) -> tuple[Key, ...]:
    """Return every key of the instance, in order."""
    table = table_of(tables.SigningKey)
    return tuple(record_of(Key, row) for row in session.execute(select(table).order_by(table.c.first_pointer)))


def _newest(session: Session) -> str | None:
    table = table_of(tables.EditionPointer)
    document: str | None = session.execute(select(table.c.document).order_by(table.c.sequence.desc()).limit(1)).scalar()
    return document


def _sequence(session: Session) -> int:
    return session.execute(select(func.max(table_of(tables.EditionPointer).c.sequence))).scalar() or 0


def faults(store: Store, folder: Path, number: int | None = None, *, key: str = "") -> list[EditionFault]:
    """Compare editions with the database's records, and check the database's own hash chains."""
    wrong = verify.verify(folder, number, recorded=recorded(store), key=key)
    with store.reading() as session:
        if (line := trail.first_break(session)) is not None:
            wrong.append(EditionFault(0, "audit_event", Message("trail_broken", line=line)))
        before = ""
        table = table_of(tables.EditionPointer)
        for row in session.execute(select(table).order_by(table.c.sequence)):
            if json.loads(row.document).get("previous_sha256") != before:
                wrong.append(EditionFault(row.edition, "edition_pointer", Message("pointer_chain_broken", sequence=row.sequence)))
            before = sha256(row.document.encode()).hexdigest()
        for n in on_disk.numbers(folder):
            try:
                anchor = on_disk.read_manifest(folder, n).manifest.get("trail_sha256")
            except NotFound:
                continue  # already reported
            if anchor and not trail.holds(session, str(anchor)):
                wrong.append(EditionFault(n, "audit_event", Message("trail_shortened")))
    return wrong


# Keys ------------------------------------------------------------------------------------------------------------------


def signer(store: Store, chosen: Settings, *, now: datetime) -> Signer:
    """Return the signer of an instance; its first key is created here.

    Raises:
        SettingsRefused: the private key is missing, does not match, or is readable by others.
    """
    with store.writing(is_figures=False) as session:
        return signer_in(session, chosen, now=now)


def signer_in(session: Session, chosen: Settings, *, now: datetime) -> Signer:
    """Return the signer as ``signer`` does, within a transaction: no key is introduced until it ends."""
    path = chosen.signing_key_file
    if keys := keys_in(session):
        finish_rotation(path, keys[-1].key_id)
    private = load_private(path)
    if keys and (private is None or name_of(public_of(private)) != keys[-1].key_id):
        raise SettingsRefused("signing_key_not_here", path=path, key=keys[-1].key_id)
    if keys and private is not None:
        return Signer(private, keys[-1])
    private = private or make_private(path)
    key = _introduce(session, private, chosen.editions_dir, now=now)
    return Signer(private, key)


def _introduce(
    session: Session, private: Ed25519PrivateKey, folder: Path, *, now: datetime, before: Signer | None = None, follows: str = ""
) -> Key:
    """Record a new key, valid from the next edition and pointer; signed by the previous key where that is given."""
    number = max([0, *on_disk.numbers(folder), *recorded_in(session).editions]) + 1
    public = public_of(private)
    key = Key(
        key_id=name_of(public), public_key=public, first_edition=number, first_pointer=_sequence(session) + 1,
        introduced_at=now.isoformat() + "Z", follows=follows,
    )  # fmt: skip
    signed = asdict(key) | {
        "signature": sign(private, key.statement), "signature_before": before.sign(key.statement) if before else "",
    }  # fmt: skip
    session.execute(insert(table_of(tables.SigningKey)).values(**signed))
    record(session, NOBODY, "key_introduced", key.key_id, detail=f"first edition {number}")
    return Key(**signed)


def rotate(store: Store, chosen: Settings, *, now: datetime, is_lost: bool = False) -> Key:
    """Replace the signing key: the old key signs the new one, and the pointer is signed again.

    Args:
        chosen: settings; those of the process.
        is_lost: the old key is lost, so that nothing signs the new one; holders of the old public key must be given the new one.

    Raises:
        FigureRefused: nothing was published yet.
        SettingsRefused: the old private key is missing and was not declared lost.
    """
    path, folder = chosen.signing_key_file, chosen.editions_dir
    private = Ed25519PrivateKey.generate()
    waiting = path.with_name(f"{path.name}{NEXT}.{name_of(public_of(private))}")
    with store.writing(
        is_figures=False
    ) as session:  # all within: a key that another process introduces meanwhile would not be followed
        keys, document = keys_in(session), _newest(session)
        if not keys or document is None:
            raise FigureRefused("no_key_yet")
        finish_rotation(path, keys[-1].key_id)
        before = None if is_lost else signer_in(session, chosen, now=now)
        for left in waiting_keys(path):  # of rotations that ended before they were recorded
            left.unlink()
        keep_private(private, waiting)
        key = _introduce(session, private, folder, now=now, before=before, follows=keys[-1].key_id)
        fields = json.loads(document)
        made = on_disk.read_manifest(folder, fields["edition"])
        point(session, Signer(private, key), made.number, made.sha256, fields["withdrawn"], now=now, actor=NOBODY)
    finish_rotation(path, key.key_id)
    bring(store, folder)
    return key


def settle_key(store: Store, path: Path) -> list[Message]:
    """Finish an interrupted rotation of the signing key at ``path``; return a sentence where there was one."""
    with store.reading() as session:
        keys = keys_in(session)
    try:
        is_finished = bool(keys) and finish_rotation(path, keys[-1].key_id)
    except SettingsRefused as refused:
        return [refused.message]
    return [Message("rotation_finished", path=path)] if is_finished else []


# Steps -----------------------------------------------------------------------------------------------------------------


def intend(store: Store, row: Row) -> None:
    """Record the intention to show an edition.

    Raises:
        FigureRefused: another process came first.
    """
    with store.writing(is_figures=False) as session:
        if session.get(tables.Publication, row["edition"]) is not None:
            raise FigureRefused("edition_published_meanwhile", number=row["edition"])
        session.execute(insert(table_of(tables.Publication)).values(**_with_publisher(session, row)))


def show(store: Store, row: Row, written: Path, folder: Path, signing: Signer, *, sequence: int, now: datetime, actor: str) -> None:
    """Rename an edition's folder and move the pointer to it, in one database transaction.

    Args:
        sequence: of the pointer to the edition with which this one was compared.

    Raises:
        FigureRefused: another process came first.
    """
    number = row["edition"]
    with store.writing(is_figures=False) as session:
        if _sequence(session) != sequence:
            raise FigureRefused("shown_changed_meanwhile")
        known_row = session.get(tables.Publication, number)
        if known_row is None:  # another process's start took this for the intention of a dead process
            session.execute(insert(table_of(tables.Publication)).values(**_with_publisher(session, row)))
            known_row = session.get_one(tables.Publication, number)
        if known_row.sha256 != row["sha256"] or known_row.first_shown_at is not None:
            raise FigureRefused("edition_published_meanwhile", number=number)
        try:
            written.rename(folder / on_disk.folder_name(number))
        except OSError as error:
            raise FigureRefused("edition_published_meanwhile", number=number) from error
        sync_folder(folder)
        known_row.first_shown_at = now
        session.flush()
        document = point(session, signing, number, row["sha256"], withdrawn(session, folder), now=now, actor=actor)
        detail = f"{row['note']} (pointer {sha256(document.encode()).hexdigest()})"
        record(session, actor, "publish", f"edition {number}", file_sha256=row["sha256"], detail=detail)


def _with_publisher(session: Session, row: Row) -> Row:
    """Return an edition's row with its publisher only if that person exists in this database."""
    people = table_of(tables.UserAccount)
    publisher = session.execute(select(people.c.email).where(people.c.email == row["published_by"])).first()
    return {**row, "published_by": row["published_by"] if publisher else None}


def withdrawn(session: Session, folder: Path) -> dict[int, Mapping[str, str]]:
    """Return the withdrawn editions with instant and reason: from the database or, for older records, from disk."""
    document = _newest(session)
    if document is not None:
        return {int(n): why for n, why in json.loads(document)["withdrawn"].items()}
    current_pointer = on_disk.pointer(folder)
    return dict(current_pointer.withdrawn) if current_pointer else {}


def point(
    session: Session, signing: Signer, number: int, edition_sha256: str, marks: Mapping[int, Mapping[str, str]], *,
    now: datetime, actor: str,
) -> str:  # fmt: skip
    """Add the row that moves the pointer; return its signed document, as written to disk.

    Raises:
        FigureRefused: the signer's key was replaced meanwhile.
    """
    if keys_in(session)[-1].key_id != signing.key.key_id:
        raise FigureRefused("key_changed_meanwhile")
    before = _newest(session)
    sequence = _sequence(session) + 1
    fields = {
        "edition": number, "edition_sha256": edition_sha256,
        "withdrawn": {str(n): dict(why) for n, why in sorted(marks.items(), key=lambda mark: int(mark[0]))},
        "sequence": sequence, "moved_at": now.isoformat() + "Z", "key": signing.key.key_id,
        "previous_sha256": sha256(before.encode()).hexdigest() if before else "",
    }  # fmt: skip
    document = json.dumps({**fields, "signature": signing.sign(canonical(fields))}, ensure_ascii=False, indent=1) + "\n"
    values = {"sequence": sequence, "edition": number, "document": document, "moved_at": now, "moved_by": actor}
    session.execute(insert(table_of(tables.EditionPointer)).values(**values))
    return document


# The disk ---------------------------------------------------------------------------------------------------------------


def settle(store: Store, folder: Path) -> list[Message]:
    """Complete or undo an interrupted publication, and synchronise the disk with the database.

    Returns:
        One sentence per repair made or difference left alone; empty where all was in order.
    """
    if not folder.is_dir():
        return []
    sweep(folder, ".writing", f".{POINTER}", f".{KEYS}")
    settled = []
    intended = table_of(tables.Publication).c.first_shown_at.is_(None)
    with store.reading() as session:
        waits = session.execute(select(table_of(tables.Publication).c.edition).where(intended)).first()
    if waits:
        with store.writing(is_figures=False) as session:  # no running publication is between its two steps now
            table = table_of(tables.Publication)
            for row in session.execute(select(table).where(intended)).all():
                _remove(folder, row.edition, row.sha256)
                session.execute(delete(table).where(table.c.edition == row.edition))
                record(session, NOBODY, "publish_undone", f"edition {row.edition}", file_sha256=row.sha256, detail=row.note)
                settled.append(Message("publication_undone", number=row.edition))
    brought = bring(store, folder)
    for message in brought:
        if message.key == "pointer_written":
            with store.writing(is_figures=False) as session:
                record(session, NOBODY, "pointer_written", POINTER, detail=f"edition {message.values['number']}")
    return [*settled, *brought]


def _remove(folder: Path, number: int, manifest_sha256: str) -> None:
    place = folder / on_disk.folder_name(number)
    try:
        is_own = on_disk.sha256_of(place / MANIFEST) == manifest_sha256
    except OSError:
        return
    if is_own:
        gone = beside(folder / "writing")
        place.rename(gone)
        shutil.rmtree(gone)


def bring(store: Store, folder: Path) -> list[Message]:
    """Write pointer and keys from the database, unless the disk is ahead of a restored database, or is not where its editions are."""
    noted = recorded(store)
    if not noted.pointer:
        unknown = [] if noted.editions or store.is_sample() else on_disk.numbers(folder)
        return [Message("editions_unknown", folder=folder, number=unknown[-1])] if unknown else []
    document, keys = noted.pointer.encode(), keys_document(noted.keys)
    own = on_disk.read_pointer(document, ())
    if own.edition not in on_disk.numbers(folder):
        return [Message("editions_elsewhere", folder=folder, number=own.edition)]
    wrong = {name: content for name, content in ((KEYS, keys), (POINTER, document)) if _content(folder / name) != content}
    if not wrong:
        return _serve(folder)
    try:
        ahead = on_disk.pointer(folder)
    except EditionRefused:
        ahead = None
    if ahead is not None and ahead.sequence > own.sequence:
        return [Message("editions_ahead", number=ahead.edition)]
    first, last = (KEYS, POINTER) if (folder / KEYS).exists() else (POINTER, KEYS)  # never an unsigned pointer beside keys
    try:
        for name in (first, last):
            if name in wrong:
                put(folder / name, wrong[name])
    except OSError as error:
        return [Message("editions_not_writable", folder=folder, fault=error.strerror)]
    return [Message("pointer_written", number=own.edition), *_serve(folder)]


def _serve(folder: Path) -> list[Message]:
    """Update the links for a web server to match the pointer."""
    try:
        served.bring(folder)
    except OSError as error:
        return [Message("editions_not_writable", folder=folder / served.SERVED, fault=error.strerror)]
    return []


def _content(path: Path) -> bytes | None:
    try:
        return on_disk.small_document(path) if not path.is_symlink() else None
    except OSError:
        return None
