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
    """Return a path of this process beside another: ``.0003-<machine>-<process>-<chance>``."""
    machine = "".join(c if c.isalnum() else "_" for c in socket.gethostname())
    return place.parent / f".{place.name}-{machine}-{os.getpid()}-{secrets.token_hex(4)}"


def sweep(folder: Path, *names: str) -> None:
    """Remove what processes that died left beside, as soon as none that lives can still be at it.

    Args:
        folder: where.
        names: patterns of what they wrote, as ``.writing``.
    """
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
    """Bring a file or folder to the disk."""
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Bring the names in a folder to the disk."""
    if os.name == "posix":  # other systems cannot open a folder
        sync(path, os.O_RDONLY)


def put(path: Path, content: bytes) -> None:
    """Write a file in one step: readers see the old one or the new one."""
    new = beside(path)
    new.write_bytes(content)
    sync(new, os.O_RDWR)
    new.replace(path)
    sync_folder(path.parent)
