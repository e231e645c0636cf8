"""The single entry point of imported figures: check bytes, keep the original, validate rows, store all or none."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlmodel import Session

from kpis.as_text import named_file
from kpis.collector import collector_paused
from kpis.errors import FigureRefused
from kpis.message import Message
from kpis.periods import local_day
from kpis.registers import LISTS
from kpis.reporting.people import COMMAND_LINE, record
from kpis.settings import settings
from kpis.store import vintages
from kpis.store.decisions import Gone, RowDecision, apply_decisions
from kpis.store.store import Store, instant, utc_now
from loaders.files.problems import Problem
from loaders.missing import find_gone, settle
from loaders.prepared import Prepared
from loaders.report import LoadReport
from loaders.rules import find_in_lists
from loaders.workbook.door import WorkbookReading, is_bureau_workbook, read_workbook

Progress = Callable[[int, int], None]


def known_codes(store: Store, together: Sequence[Prepared] = ()) -> dict[str, set[str]]:
    """Return every known code by table, including those of files loaded together; tables with an unreadable file are omitted."""
    codes_of = {kind: store.known_codes(kind) for kind, listed in LISTS.items() if listed.is_referred_to}
    for file in together:
        if file.kind in codes_of:
            codes_of[file.kind] |= file.written_codes
    for file in together:
        if file.kind in codes_of and file.problems and not file.numbered and not file.faulty:
            codes_of.pop(file.kind)
    return codes_of


def report_of_workbook(name: str, content: bytes, reading: WorkbookReading, **stored: Any) -> LoadReport:
    """Return the report of a bureau workbook; ``stored``: what became of it, where something was stored."""
    of_reading = {"rows": reading.rows_count, "accepted": 0, "problems": reading.problems, "completeness": reading.completeness}
    return LoadReport(file=name, sha256=hashlib.sha256(content).hexdigest(), **{**of_reading, **stored})


@collector_paused()
def check_content(content: bytes, name: str, *, kind: str | None = None, store: Store) -> LoadReport:
    """Check a file as ``load_file`` would, and store nothing; a bureau workbook is recognised by its mark."""
    if kind is None and is_bureau_workbook(content):
        return report_of_workbook(name, content, read_workbook(content, store=store))
    file = Prepared(name, content, kind, bureaus=store.bureaus_by_name(), max_bytes=settings().max_load_bytes)
    is_repeat = store.has_loaded(file.sha256)
    _find_between(store, [file], repeats={file.sha256} if is_repeat else set())
    if not is_repeat:
        settle(file, find_gone(store, file), decision=None, dropped={}, lenient=False)
    return file.report(is_repeat=is_repeat)


@collector_paused()
def load_file(
    store: Store, path: Path | bytes, *, name: str = "", kind: str | None = None, missing: RowDecision | None = None
) -> LoadReport:
    """Load one file, all or nothing; the same bytes twice are a no-op.

    A path is a local file of the operator, limited to ``MAX_LOAD_BYTES``; bytes are an upload, limited to
    ``MAX_UPLOAD_BYTES``.
    """
    local = isinstance(path, Path)
    content = path.read_bytes() if isinstance(path, Path) else path
    limit = settings().max_load_bytes if local else settings().max_upload_bytes
    given = name or (path.name if isinstance(path, Path) else "upload")
    file = Prepared(given, content, kind, bureaus=store.bureaus_by_name(), max_bytes=limit)
    return load_together(store, [file], missing=missing)[0]


@collector_paused()
def load_files(
    store: Store, paths: Sequence[Path], *, kind: str | None = None, missing: RowDecision | None = None,
    progress: Progress | None = None,
) -> list[LoadReport]:  # fmt: skip
    """Load local files together: all of them or, with a problem in any, none."""
    bureaus, limit = store.bureaus_by_name(), settings().max_load_bytes
    files = [Prepared(path.name, path.read_bytes(), kind, bureaus=bureaus, max_bytes=limit) for path in paths]
    return load_together(store, files, missing=missing, progress=progress)


def load_together(
    store: Store,
    files: Sequence[Prepared],
    *,
    missing: RowDecision | None = None,
    dropped: Mapping[tuple[str, str], RowDecision] | None = None,
    is_start: bool = False,
    progress: Progress | None = None,
) -> list[LoadReport]:
    """Store several files in one transaction: all rows of all files, or nothing.

    Args:
        files: in order of dependency.
        missing: the decision about rows missing from a reloaded list (``loaders.missing``).
        dropped: the same, row by row.
        is_start: a server starts with its shipped files: undecided rows are reported but do not block loading.
        progress: called with (rows done, rows in all).

    Returns:
        One report per file; with any problem in any file nothing is stored and every ``accepted`` is 0.
    """
    repeats = {file.sha256 for file in files if not file.errors and store.has_loaded(file.sha256)}
    if len(repeats) == len({file.sha256 for file in files}) and not any(file.errors for file in files):
        return [file.report(is_repeat=True) for file in files]
    _find_between(store, files, repeats=repeats)
    gone = {
        file.sha256: settle(file, find_gone(store, file), decision=missing, dropped=dropped or {}, lenient=is_start)
        for file in files
        if file.sha256 not in repeats
    }
    if any(file.errors for file in files):
        return [file.report() for file in files]
    total, done, accepted = sum(len(file.numbered) for file in files), 0, {}
    try:
        with store.writing() as session:
            for file in files:
                accepted[file.sha256] = 0 if file.sha256 in repeats else _store_one(session, file, gone[file.sha256])
                done += len(file.numbered)
                if progress:
                    progress(done, total)
    except FigureRefused as refusal:
        file.problems.append(Problem("rule", refusal.in_language("ja"), Message("correction_with_reason"), refusal.message))
        return [loaded.report() for loaded in files]
    return [file.report(accepted=accepted[file.sha256], is_repeat=file.sha256 in repeats) for file in files]


def _find_between(store: Store, files: Sequence[Prepared], *, repeats: set[str]) -> None:
    """Add problems of unknown codes and contradictory figures to each file; the same for ``check`` and ``load``."""
    codes_of = known_codes(store, files)
    for file in files:
        file.find_unknown(codes_of)
        file.find_ends(store)
    find_in_lists(store, [file for file in files if file.sha256 not in repeats], today=local_day(utc_now()))


def _store_one(session: Session, file: Prepared, gone: Sequence[tuple[Gone, RowDecision]]) -> int:
    """Store a file that was not loaded before, with its audit line; return the number of rows that are new or changed."""
    now = instant(session)
    vintages.keep_original(session, name=file.name, content=file.content, kind=LISTS[file.kind].file, received_at=now)
    kept = [row.row for row, decision in gone if decision.word == "keep"]
    changed = vintages.apply_rows(
        session, file.kind, file.rows, sha256=file.sha256, loaded_at=now, list_name=file.name, columns=set(file.columns), kept=kept
    )
    changed += apply_decisions(session, gone, sha256=file.sha256, decided_at=now)
    if changed or gone or LISTS[file.kind].is_replaced:  # of a list that is replaced, rows may be gone where none is counted
        detail = f"{named_file(file.name)}: {changed} rows"
        record(session, COMMAND_LINE, "list_loaded", LISTS[file.kind].file, file_sha256=file.sha256, detail=detail)
    return changed
