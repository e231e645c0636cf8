"""Scratch folders, renamed into place when complete: the name identifies the owning process, so that leftovers are recognised."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import time
from pathlib import Path

STALE_SECONDS = 3600


def beside(place: Path) -> Path:
    """Return a scratch path of this process beside another path: ``.0003-<machine>-<process>-<random>``."""
    machine = "".join(c if c.isalnum() else "_" for c in socket.gethostname())
    return place.parent / f".{place.name}-{machine}-{os.getpid()}-{secrets.token_hex(4)}"


def sweep(folder: Path, *names: str) -> None:
    """Remove scratch files of dead processes, once no living process can own them. ``names``: suffix patterns, as ``.writing``."""
    for name in names:
        for left in folder.glob(f"{name}-*"):
            if _is_left(left):
                is_folder = left.is_dir() and not left.is_symlink()
                shutil.rmtree(left, ignore_errors=True) if is_folder else left.unlink(missing_ok=True)


def _is_left(path: Path) -> bool:
    parts = path.name.split("-")
    here = beside(path).name.split("-")
    if len(parts) >= 4 and parts[-3] == here[-3] and parts[-2].isdigit() and os.name == "posix":
        return not _lives(int(parts[-2]))
    try:
        return time.time() - path.lstat().st_mtime > STALE_SECONDS
    except OSError:
        return False


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def sync(path: Path, flags: int) -> None:
    """Flush a file or folder to disk."""
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Flush the entries of a folder to disk."""
    if os.name == "posix":  # other systems cannot open a folder as a file
        sync(path, os.O_RDONLY)


def put(path: Path, content: bytes) -> None:
    """Write a file atomically: readers see either the old or the new content."""
    new = beside(path)
    new.write_bytes(content)
    sync(new, os.O_RDWR)
    new.replace(path)
    sync_folder(path.parent)
