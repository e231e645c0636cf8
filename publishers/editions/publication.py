"""Publication: what the public would see is shown first, then written as a numbered edition that never changes again.

An edition is written beside, brought to the disk, and renamed into place; only then does the pointer move. A process that
dies at any moment leaves the edition shown before standing.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from kpis.errors import FigureRefused, NotAllowed, NotFound
from kpis.figures.records import RULE_VERSION
from kpis.figures.scorecard import Tally, tally
from kpis.government import government, keep_copy
from kpis.moment import Moment, State
from kpis.periods import local_day
from kpis.reporting.people import record, viewer_of
from kpis.settings import Settings, settings, software_version
from kpis.store import tables
from kpis.store.engine import frozen_url
from kpis.store.store import Store
from kpis.store.tables import table_of
from publishers.editions import on_disk
from publishers.editions.on_disk import CHANGES, DATABASE, GOVERNMENT, MANIFEST, POINTER, SITE, Edition
from publishers.editions.public_tables import Gathered, finish, gather
from publishers.site import write as static_edition
from telling.changes import Difference, compare

STALE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing now would make public, and what that changes against the edition shown."""

    number: int
    compared_with: int | None
    as_of: date
    revision: int
    changes: tuple[Difference, ...]
    counts: Mapping[str, int]
    tally: Tally
    left_out: Mapping[str, int]


def may_publish(store: Store, viewer: str | None) -> bool:
    """Say whether a viewer may publish: in local mode whoever sits at the machine, else whoever holds the role at this moment."""
    return settings().mode == "local" or bool(viewer and viewer_of(store, viewer).may("publish"))


def preview(store: Store, *, now: datetime, folder: Path | None = None) -> Preview:
    """Gather what would become public and compare it with the edition shown; nothing is kept.

    Raises:
        FigureRefused: a figure to be published rests on a sample.
    """
    folder = folder or settings().editions_dir
    as_of = local_day(now)
    with tempfile.TemporaryDirectory() as scratch:
        gathered = gather(store, Path(scratch) / DATABASE, known_at=now)
        finish(gathered, {"edition": 0})
        candidate = Moment(state=State(Store(frozen_url(gathered.path))), as_of=as_of)
        shown = on_disk.current(folder)
        changes = _compare(shown, candidate, gathered)
        stands = tally(candidate.scored)
        candidate.state.store.engine.dispose()
    number = max(on_disk.numbers(folder), default=0) + 1
    return Preview(
        number=number, compared_with=shown.number if shown else None, as_of=as_of, revision=gathered.revision,
        changes=tuple(changes), counts=gathered.rows, tally=stands, left_out=gathered.left_out,
    )  # fmt: skip


def _compare(shown: Edition | None, candidate: Moment, gathered: Gathered) -> list[Difference]:
    old = Moment(state=State(Store(shown.url)), as_of=shown.as_of) if shown else None
    try:
        return compare(old, candidate, reasons=gathered.reasons)
    finally:
        if old is not None:
            old.state.store.engine.dispose()


def publish(
    store: Store,
    *,
    note: str,
    now: datetime,
    viewer: str | None = None,
    revision: int | None = None,
    chosen: Settings | None = None,
) -> Edition:
    """Publish everything approved as the next edition, and show it.

    Args:
        store: the working figures.
        note: what a reader should know of this edition.
        now: the instant of publication, UTC.
        viewer: who publishes.
        revision: the data revision that was previewed; a later one is refused, so that what is published was looked at.
        chosen: settings; those of the process if left out.

    Raises:
        NotAllowed: the viewer may not publish.
        FigureRefused: no note, a sample, figures changed since the preview, or somebody else published meanwhile.
    """
    if not may_publish(store, viewer):
        raise NotAllowed("publishing_not_allowed")
    if not note.strip():
        raise FigureRefused("edition_without_note")
    chosen = chosen or settings()
    folder = chosen.editions_dir
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    reconcile(store, folder)
    there = on_disk.numbers(folder)
    number = max(there, default=0) + 1
    beside = folder / f".writing-{on_disk.folder_name(number)}-{secrets.token_hex(4)}"
    beside.mkdir()
    try:
        gathered = gather(store, beside / DATABASE, known_at=now)
        if revision is not None and revision != gathered.revision:
            raise FigureRefused("figures_changed_since_preview")
        _write(beside, gathered, number, note.strip(), now, chosen)
        try:
            beside.rename(folder / on_disk.folder_name(number))
        except OSError as error:
            raise FigureRefused("edition_published_meanwhile", number=number) from error
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    _sync_folder(folder)
    held = on_disk.pointer(folder)
    _point(folder, number, dict(held.withdrawn) if held else {})
    made = on_disk.opened(folder, number)
    _record(store, made, viewer)
    return made


def rollback(
    store: Store, number: int, *, reason: str, now: datetime, viewer: str | None = None, folder: Path | None = None
) -> None:
    """Show another edition; editions after it are marked as withdrawn, with the reason.

    Raises:
        NotAllowed: the viewer may not publish.
        NotFound: there is no such edition.
        FigureRefused: no reason, or the edition is not what was published.
    """
    if not may_publish(store, viewer):
        raise NotAllowed("publishing_not_allowed")
    if not reason.strip():
        raise FigureRefused("rollback_without_reason")
    folder = folder or settings().editions_dir
    if number not in on_disk.numbers(folder):
        raise NotFound("edition_unknown", number=number)
    if faults := on_disk.verify(folder, number):
        raise FigureRefused("edition_not_as_published", number=number, file=faults[0].file, fault=faults[0].message)
    held = on_disk.pointer(folder)
    marks = dict(held.withdrawn) if held else {}
    own = marks.pop(number, None)
    # Whoever returns to an edition takes back the act that withdrew it, and with it the others withdrawn by that act.
    marks = {n: why for n, why in marks.items() if own is None or why["at"] != own["at"]}
    for later in on_disk.numbers(folder):
        if later > number:
            marks.setdefault(later, {"at": now.isoformat() + "Z", "reason": reason.strip()})
    _point(folder, number, marks)
    with store.writing() as session:
        record(session, viewer or "local", "rollback", f"edition {number}", detail=reason)


def recorded(store: Store) -> dict[int, str]:
    """Return number → SHA-256 of the manifest, as noted at publication."""
    return {row["edition"]: row["sha256"] for row in store.all_of(tables.Publication)}


def reconcile(store: Store, folder: Path) -> None:
    """Note the editions that stand on disk and are not yet noted: a process died between the two."""
    known = recorded(store)
    for number in on_disk.numbers(folder):
        if number not in known:
            _record(store, on_disk.opened(folder, number), None)


def _write(beside: Path, gathered: Gathered, number: int, note: str, now: datetime, chosen: Settings) -> None:
    """Write all files of an edition into a folder that nobody reads yet, and bring them to the disk."""
    folder = chosen.editions_dir
    as_of = local_day(now)
    before = on_disk.opened(folder, number - 1).sha256 if number > 1 else None
    own = government()
    about = {
        "edition": number, "published_at": now.isoformat() + "Z", "as_of": as_of.isoformat(), "note": note,
        "rule_version": RULE_VERSION, "licence_name": chosen.licence_name, "licence_url": chosen.licence_url,
        "publisher_ja": own.publisher.name_ja, "publisher_en": own.publisher.name_en, "previous_sha256": before,
    }  # fmt: skip
    finish(gathered, about)
    candidate = Moment(state=State(Store(frozen_url(beside / DATABASE))), as_of=as_of)
    shown = on_disk.current(folder)
    changes = [change.to_json() for change in _compare(shown, candidate, gathered)]
    _write_json(beside / CHANGES, changes)
    keep_copy(beside / GOVERNMENT)
    stands = tally(candidate.scored)
    manifest: dict[str, Any] = {
        **about, "software_version": software_version(), "compared_with": shown.number if shown else None, "statuses": stands.to_json(), "left_out_samples": dict(gathered.left_out),
        "tables": on_disk.table_digests(beside / DATABASE),
    }  # fmt: skip
    history = [(e, e.changes()) for e in on_disk.shown(folder)]
    static_edition.write(candidate, manifest, changes, beside / SITE, history=history, chosen=chosen)
    candidate.state.store.engine.dispose()
    files = sorted(p for p in beside.rglob("*") if p.is_file())
    manifest["files"] = {
        p.relative_to(beside).as_posix(): {"sha256": on_disk.sha256_of(p), "bytes": p.stat().st_size} for p in files
    }
    _write_json(beside / MANIFEST, manifest)
    for path in [*files, beside / MANIFEST]:
        _sync(path, os.O_RDWR)
        path.chmod(0o444)
    for place in [*(p for p in beside.rglob("*") if p.is_dir()), beside]:
        _sync_folder(place)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def _point(folder: Path, number: int, withdrawn: Mapping[int, Mapping[str, str]]) -> None:
    """Move the pointer in one step: readers see the old one or the new one."""
    beside = folder / f".pointer-{secrets.token_hex(4)}"
    _write_json(beside, {"edition": number, "withdrawn": {str(n): dict(why) for n, why in sorted(withdrawn.items())}})
    _sync(beside, os.O_RDWR)
    beside.replace(folder / POINTER)
    _sync_folder(folder)


def _record(store: Store, made: Edition, viewer: str | None) -> None:
    table = table_of(tables.Publication)
    with store.writing() as session:
        if session.execute(select(table.c.edition).where(table.c.edition == made.number)).first():
            return
        people = table_of(tables.UserAccount)
        known = viewer is not None and session.execute(select(people.c.email).where(people.c.email == viewer)).first()
        session.execute(
            insert(table).values(
                edition=made.number, published_at=made.published_at, as_of=made.as_of,
                known_at=made.published_at.replace(tzinfo=UTC), note=made.note,
                rule_version=made.rule_version, sha256=made.sha256, previous_sha256=made.manifest.get("previous_sha256"),
                published_by=viewer if known else None,
            )
        )  # fmt: skip
        record(session, viewer or "local", "publish", f"edition {made.number}", detail=made.note)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(path: Path) -> None:
    if os.name == "posix":  # other systems cannot open a folder
        _sync(path, os.O_RDONLY)


def _sweep(folder: Path) -> None:
    """Remove what a process that died left half written, once no living one can still be at it."""
    for left in [*folder.glob(".writing-*"), *folder.glob(".pointer-*")]:
        if time.time() - left.stat().st_mtime > STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
