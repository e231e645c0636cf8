"""Publication: preview what would become public, then write it as a numbered, immutable edition.

An edition is written to a scratch folder, synced to disk, recorded as intended in the database, and renamed in the transaction
that moves the pointer (``publishers.editions.record``). If the process dies at any moment, either the previous edition stays
current or the next start shows the new one.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from kpis.as_text import typed
from kpis.errors import EditionRefused, FigureRefused, NotAllowed, NotFound
from kpis.figures.records import RULE_VERSION
from kpis.figures.scorecard import Tally, tally
from kpis.government import government, keep_copy
from kpis.message import Message
from kpis.moment import Moment
from kpis.periods import local_day
from kpis.reporting.people import record, refusals_recorded, viewer_of
from kpis.settings import Settings, settings, software_version
from kpis.state import State
from kpis.store import tables, trail
from kpis.store.engine import frozen_url
from kpis.store.store import Store, refuse_before
from kpis.store.tables import table_of
from publishers.editions import on_disk, scratch
from publishers.editions.on_disk import CHANGES, DATABASE, GOVERNMENT, MANIFEST, SIGNATURE, SITE, Edition
from publishers.editions.public_tables import Gathered, finish, gather
from publishers.editions.record import Signer, bring, intend, point, recorded, recorded_in, settle, show, signer, withdrawn
from publishers.editions.verify import table_digests, verify
from publishers.site import write as static_edition
from telling.changes import Difference, compare

FAR_AHEAD = timedelta(days=92)  # every office writes at least once a quarter: a clock this far after the last write is doubted
GONE = frozenset({"figure_withdrawn", "indicator_gone", "register_gone"})


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing now would make public, and its differences from the current edition."""

    number: int
    compared_with: int | None
    as_of: date
    figures: str  # the mark of their last change: drafts, people and sign-ins are none
    changes: tuple[Difference, ...]
    counts: Mapping[str, int]
    tally: Tally
    left_out: Mapping[str, int]
    doubts: tuple[Message, ...] = ()  # to be confirmed first: disappearing figures, a clock far ahead
    is_all_known: bool = True  # nothing is stored with a future instant, if the clock was slightly ahead


def may_publish(store: Store, viewer: str | None) -> bool:
    """Return whether a viewer may publish: in local mode anybody at the machine, else whoever holds the role now."""
    return settings().mode == "local" or bool(viewer and viewer_of(store, viewer).may("publish"))


def preview(store: Store, *, now: datetime, folder: Path | None = None) -> Preview:
    """Gather what would become public and compare it with the current edition; nothing is stored.

    Raises:
        FigureRefused: a figure to be published depends on a sample.
        ClockBehind: the clock is behind the newest stored instant.
    """
    newest = _refuse_clock(store, now)
    folder = folder or settings().editions_dir
    as_of = local_day(now)
    with tempfile.TemporaryDirectory() as scratch:
        gathered = gather(store, Path(scratch) / DATABASE, known_at=now)
        finish(gathered, {"edition": 0})
        candidate = Moment(state=State(Store(frozen_url(gathered.path))), as_of=as_of)
        shown = on_disk.current(folder)
        changes = _compare(shown, candidate, gathered)
        stands = tally(candidate.own)
        candidate.state.store.engine.dispose()
    number = max(on_disk.numbers(folder), default=0) + 1
    return Preview(
        number=number, compared_with=shown.number if shown else None, as_of=as_of, figures=gathered.figures,
        changes=tuple(changes), counts=gathered.rows, tally=stands, left_out=gathered.left_out,
        doubts=tuple(_doubts(shown, changes, gathered.rows, now=now, newest=newest)), is_all_known=newest is None or newest <= now,
    )  # fmt: skip


def _permitted(store: Store, viewer: str | None, step: str, subject: str, *, now: datetime, words: str, without: str) -> str:
    """Return who takes a step; refuse it without the role, without words for readers, and by a wrong clock.

    Args:
        words: the note or reason.
        without: message key of the refusal without it.
    """
    actor = viewer or "local"
    with refusals_recorded(store, actor, step, subject):
        if not may_publish(store, viewer):
            raise NotAllowed("publishing_not_allowed" if viewer else "publishing_by_nobody")
    if not typed(words):
        raise FigureRefused(without)
    _refuse_clock(store, now)
    return actor


def _refuse_clock(store: Store, now: datetime) -> datetime | None:
    """Refuse a clock behind the newest instant stored by this instance; return that instant.

    Raises:
        ClockBehind: with both times.
    """
    stamps = (
        table_of(tables.DataRevision).c.stamped_at, table_of(tables.Publication).c.published_at,
        table_of(tables.Observation).c.recorded_at, table_of(tables.RegisterChange).c.known_at,
    )  # fmt: skip
    with store.reading() as session:
        newest = max((at for column in stamps if (at := session.execute(select(func.max(column))).scalar())), default=None)
    refuse_before(now, newest)
    return newest


def _doubts(
    shown: Edition | None, changes: Sequence[Difference], rows: Mapping[str, int], *, now: datetime, newest: datetime | None
) -> Iterator[Message]:
    if newest is not None and now - newest > FAR_AHEAD:
        days = (now - newest).days
        yield Message("clock_far_ahead", now=now.isoformat(" ", "minutes"), newest=newest.isoformat(" ", "minutes"), days=days)
    if not rows.get("observation"):
        yield Message("publish_without_figures")
    if gone := sum(1 for change in changes if change.kind in GONE):
        yield Message("figures_disappear", count=gone)
    for table, table_sum in (shown.manifest["tables"] if shown else {}).items():
        if table in rows and rows[table] < table_sum["rows"]:
            yield Message("rows_disappear", table=table, was=table_sum["rows"], now=rows[table])


def _compare(shown: Edition | None, candidate: Moment, gathered: Gathered) -> list[Difference]:
    old = Moment(state=State(Store(shown.url)), as_of=shown.as_of) if shown else None
    try:
        return compare(old, candidate, reasons=gathered.reasons)
    finally:
        if old is not None:
            old.state.store.engine.dispose()


def publish(
    store: Store, *, note: str, now: datetime, viewer: str | None = None, figures: str | None = None, shown: int | None = None,
    chosen: Settings | None = None,
) -> Edition:  # fmt: skip
    """Publish all approved figures as the next edition, and show it.

    Args:
        note: remarks on this edition for readers.
        figures: the previewed ones, by their mark; others are refused, so that only what was looked at is published.
        shown: the edition with which the preview compared them, 0 if there was none; likewise.
        chosen: settings; those of the process if left out.

    Raises:
        FigureRefused: no note, a sample, figures or edition shown changed since the preview, or a concurrent publication.
        ClockBehind: the clock is behind the newest stored instant.
        EditionRefused: the folder holds editions not published by this instance, or the last edition was altered.
    """
    actor = _permitted(store, viewer, "publish", "", now=now, words=note, without="edition_without_note")
    chosen = chosen or settings()
    folder = chosen.editions_dir
    settle(store, folder)
    number, before = _follows(store, folder)
    folder.mkdir(parents=True, exist_ok=True)
    beside = scratch.beside(folder / "writing")
    beside.mkdir()
    try:
        gathered = gather(store, beside / DATABASE, known_at=now)
        if figures is not None and figures != gathered.figures:
            raise FigureRefused("figures_changed_since_preview")
        signing = signer(store, chosen, now=now)
        about = {"note": typed(note), "previous_sha256": before, **_anchors(store, signing)}
        bring(store, folder)  # the edition shown is that of this pointer, or of a later one, which ``show`` refuses
        compared_with = on_disk.current(folder)
        if shown is not None and shown != (compared_with.number if compared_with else 0):
            raise FigureRefused("shown_changed_meanwhile")
        row = _write(beside, gathered, number, about, now, chosen, signing)
        row["published_by"] = viewer
        intend(store, row)
        try:
            show(store, row, beside, folder, signing, sequence=about["pointer_sequence"], now=now, actor=actor)
        except BaseException:
            settle(store, folder)  # the database records whether it was shown
            raise
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    bring(store, folder)
    return on_disk.opened(folder, number)


def _follows(store: Store, folder: Path) -> tuple[int, str | None]:
    """Return the number of the next edition and the checksum of the previous manifest.

    Raises:
        EditionRefused: an edition on disk was not published here, or the last one is missing or was altered.
    """
    noted, there = recorded(store).editions, on_disk.numbers(folder)
    for n in there:
        if n not in noted:
            raise EditionRefused("edition_not_published_here", number=n)
    last = max(noted, default=0)
    if last and last not in there:
        raise EditionRefused("editions_elsewhere", folder=folder, number=last)
    if last and on_disk.opened(folder, last).sha256 != noted[last]:
        raise EditionRefused("edition_not_signed", number=last)
    return last + 1, noted.get(last)


def _anchors(store: Store, signing: Signer) -> dict[str, Any]:
    """Return the manifest's entries for key, audit trail and pointer as of before the edition."""
    with store.reading() as session:
        sequence = select(func.max(table_of(tables.EditionPointer).c.sequence))
        return {
            "key": signing.key.key_id, "trail_sha256": trail.last(session), "pointer_sequence": session.execute(sequence).scalar() or 0,
        }  # fmt: skip


def rollback(
    store: Store, number: int, *, reason: str, now: datetime, viewer: str | None = None, chosen: Settings | None = None
) -> None:
    """Show another edition; later editions are marked as withdrawn, with the reason.

    Raises:
        NotFound: there is no such edition.
        FigureRefused: no reason, or the edition was altered.
    """
    subject = f"edition {number}"
    actor = _permitted(store, viewer, "rollback", subject, now=now, words=reason, without="rollback_without_reason")
    chosen = chosen or settings()
    folder = chosen.editions_dir
    settle(store, folder)
    noted = recorded(store)
    if number not in noted.editions:
        raise NotFound("edition_unknown", number=number)
    if faults := [fault for fault in verify(folder, number, recorded=noted) if fault.edition == number]:
        raise FigureRefused("edition_not_as_published", number=number, file=faults[0].file, fault=faults[0].message)
    signing = signer(store, chosen, now=now)
    with store.writing(is_figures=False) as session:
        marks = withdrawn(session, folder)
        every = recorded_in(session).editions  # one may have been published since ``noted``
        own = marks.pop(number, None)
        # Returning to an edition undoes the act that withdrew it, for all editions withdrawn by that act.
        marks = {n: why for n, why in marks.items() if own is None or why["at"] != own["at"]}
        for later in every:
            if later > number:
                marks.setdefault(later, {"at": now.isoformat() + "Z", "reason": typed(reason)})
        document = point(session, signing, number, noted.editions[number], marks, now=now, actor=actor)
        detail = f"{typed(reason)} (pointer {sha256(document.encode()).hexdigest()})"
        record(session, actor, "rollback", subject, file_sha256=noted.editions[number], detail=detail)
    bring(store, folder)


def _write(
    beside: Path, gathered: Gathered, number: int, facts: Mapping[str, Any], now: datetime, chosen: Settings, signing: Signer
) -> dict[str, Any]:
    """Write all files of an edition into a scratch folder, and sync them to disk.

    Args:
        beside: the folder, with the gathered figures in it.
        facts: ``note``, ``previous_sha256`` and the manifest's entries for key, audit trail and pointer.

    Returns:
        The edition's row of ``publication``, without its publisher.
    """
    folder = chosen.editions_dir
    as_of = local_day(now)
    own = government()
    about = {
        "edition": number, "published_at": now.isoformat() + "Z", "as_of": as_of.isoformat(), "note": facts["note"],
        "rule_version": RULE_VERSION, "licence_name": chosen.licence_name, "licence_url": chosen.licence_url,
        "publisher_ja": own.publisher.name_ja, "publisher_en": own.publisher.name_en, "previous_sha256": facts["previous_sha256"],
    }  # fmt: skip
    finish(gathered, about)
    candidate = Moment(state=State(Store(frozen_url(beside / DATABASE))), as_of=as_of)
    shown = on_disk.current(folder)
    changes = [change.to_json() for change in _compare(shown, candidate, gathered)]
    _write_json(beside / CHANGES, changes)
    keep_copy(beside / GOVERNMENT)
    stands = tally(candidate.own)
    manifest: dict[str, Any] = {
        **about, **facts, "software_version": software_version(), "compared_with": shown.number if shown else None,
        "statuses": stands.to_json(), "left_out_samples": dict(gathered.left_out),
        "tables": table_digests(beside / DATABASE),
    }  # fmt: skip
    history = [(e, e.changes()) for e in on_disk.shown(folder)]
    static_edition.write(candidate, manifest, changes, beside / SITE, history=history, chosen=chosen)
    candidate.state.store.engine.dispose()
    files = sorted(p for p in beside.rglob("*") if p.is_file())
    manifest["files"] = {
        p.relative_to(beside).as_posix(): {"sha256": on_disk.sha256_of(p), "bytes": p.stat().st_size} for p in files
    }
    _write_json(beside / MANIFEST, manifest)
    content = (beside / MANIFEST).read_bytes()
    signature = signing.sign(content)
    (beside / SIGNATURE).write_text(signature + "\n", encoding="ascii", newline="\n")
    for path in [*files, beside / MANIFEST, beside / SIGNATURE]:
        scratch.sync(path, os.O_RDWR)
        path.chmod(0o444)
    for place in [*(p for p in beside.rglob("*") if p.is_dir()), beside]:
        scratch.sync_folder(place)
    return {
        "edition": number, "published_at": now, "as_of": as_of, "known_at": now.replace(tzinfo=UTC), "note": facts["note"],
        "rule_version": RULE_VERSION, "sha256": sha256(content).hexdigest(), "previous_sha256": facts["previous_sha256"],
        "signature": signature,
    }  # fmt: skip


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
