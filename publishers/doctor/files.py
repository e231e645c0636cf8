"""Checks of folders and files: existence, ownership, permissions and free space; and the age of the newest backup."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from kpis.message import few
from kpis.periods import parse_instant
from kpis.settings import HOME, Settings
from kpis.store.engine import file_of
from kpis.store.store import SKEW, in_utc
from publishers.backup import MANIFEST
from publishers.doctor.findings import Finding, doubt, ok, wrong

ROOM_BYTES = 200_000_000  # room for an edition, a load and its journal; with less the next of them may fail


def written_to(chosen: Settings) -> list[Path]:
    """Return the folders that an instance writes to."""
    own = [] if chosen.mode == "public" else [chosen.editions_dir, chosen.signing_key_file.parent]
    file = None if chosen.mode == "public" else file_of(chosen.database_url)
    return list(dict.fromkeys([*([file.absolute().parent] if file else []), *own, Path(tempfile.gettempdir())]))


def standing(folder: Path) -> Path:
    """Return the folder, or its nearest existing parent."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir())


def room(folder: Path) -> Finding:
    """Check that a folder is writable, and its free space."""
    there = standing(folder)
    if not os.access(there, os.W_OK | os.X_OK):
        return wrong("disk", "doctor_folder_not_writable", folder=there)
    free = shutil.disk_usage(there).free
    if free < ROOM_BYTES:
        return wrong("disk", "doctor_room_short", folder=there, free=free // 1_000_000, least=ROOM_BYTES // 1_000_000)
    return ok("disk", "doctor_room_there", folder=there, free=free // 1_000_000)


def folders(chosen: Settings) -> Iterator[Finding]:
    """Check the folders written to, and who else may read them."""
    for folder in dict.fromkeys(map(standing, written_to(chosen))):
        yield room(folder)
    beyond = int(chosen.umask, 8)
    file = None if chosen.mode == "public" else file_of(chosen.database_url)
    own = [chosen.editions_dir] if chosen.mode != "public" else []
    for path in [*([file] if file else []), *own]:
        yield from _open_to_others(path, beyond)
    for path in (HOME / ".env", *([chosen.signing_key_file] if chosen.mode != "public" else [])):
        yield from _open_to_others(path, 0o077)


def _open_to_others(path: Path, beyond: int) -> Iterator[Finding]:
    if os.name != "posix" or not path.exists():
        return
    mode = path.stat().st_mode & 0o777
    if mode & beyond:
        yield wrong("modes", "doctor_open_to_others", path=path, mode=f"{mode:04o}", meant=f"{mode & ~beyond:04o}")
    else:
        yield ok("modes", "doctor_closed", path=path, mode=f"{mode:04o}")


def backups(chosen: Settings, *, now: datetime) -> Iterator[Finding]:
    """Check the newest backup."""
    if chosen.mode == "public":
        return
    if chosen.backup_dir is None:
        yield doubt("backup", "doctor_backup_unwatched")
        return
    made: dict[Path, datetime] = {}
    for manifest in chosen.backup_dir.glob(f"*/{MANIFEST}") if chosen.backup_dir.is_dir() else ():
        folder = manifest.parent
        if folder.name.startswith("."):
            continue  # one that is being made, or whose making was killed
        try:
            content = json.loads(manifest.read_bytes())
            made_at = parse_instant(content["made_at"])
            gone = [name for name in content["files"] if not (folder / name).is_file()]
        except (OSError, ValueError, KeyError, TypeError):
            yield wrong("backup", "doctor_backup_unreadable", folder=folder)
            continue
        if gone:
            yield wrong("backup", "doctor_backup_parts", folder=folder, files=few(gone, 5))
        elif made_at > now + SKEW:
            yield wrong("backup", "doctor_backup_ahead", folder=folder, made_at=in_utc(made_at))
        else:
            made[folder] = made_at
    if not made:
        yield wrong("backup", "doctor_backup_none", folder=chosen.backup_dir)
        return
    newest = max(made, key=lambda folder: made[folder])
    hours = round((now - made[newest]).total_seconds() / 3600)
    if hours > chosen.backup_hours:
        yield wrong("backup", "doctor_backup_old", folder=newest, hours=hours, most=chosen.backup_hours)
    else:
        yield ok("backup", "doctor_backup_there", folder=newest, hours=hours)
