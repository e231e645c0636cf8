"""Temporary files of tests are kept in memory where a machine has it: these write, sync and copy more than they compute."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # Linux's folder in memory
NEEDED = 2 * 1024**3


def in_memory(folder: Path = MEMORY, *, needed: int = NEEDED) -> bool:
    """Put temporary files below a folder in memory, unless ``TMPDIR`` says where; say whether they are there.

    What kills, copies and verifies files finds the same there, but for a loss of power, which no test makes. A folder that is smaller
    than needed (bytes), shares its memory with too little else, or runs no programs is left alone.
    """
    if "TMPDIR" in os.environ or not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return False
    if os.statvfs(folder).f_flag & os.ST_NOEXEC or min(shutil.disk_usage(folder).free, _free_memory()) < needed:
        return False
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None  # asked for again
    return True


def _free_memory() -> int:
    """Return how many bytes the machine can still give, by ``/proc/meminfo`` (kB)."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
