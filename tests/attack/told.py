"""What the fuzzing process tells of the files it made, kept where it stays whatever ends that process: in a mapped file."""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass, field
from pathlib import Path

from tests.attack.watch import Cost

_FORM = struct.Struct("<QQQQQQddQ")


@dataclass(slots=True)
class Told:
    """How many different files there were and how they ended, how many texts that are no files, and the most that a child took."""

    files: int = 0
    rows: int = 0
    problems: int = 0
    stopped: int = 0
    texts: int = 0
    cost: Cost = field(default_factory=Cost)

    def add(self, other: Told) -> None:
        for name in ("files", "rows", "problems", "stopped", "texts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.cost.add(other.cost)

    def write(self, place: mmap.mmap) -> None:
        """Keep it."""
        cost = self.cost
        _FORM.pack_into(
            place, 0, self.files, self.rows, self.problems, self.stopped, self.texts,
            cost.children, cost.seconds, cost.processor_seconds, cost.peak_bytes,
        )  # fmt: skip


def empty(path: Path) -> Path:
    """Make a file that holds nothing yet."""
    path.write_bytes(bytes(_FORM.size))
    return path


def mapped(path: Path) -> mmap.mmap:
    """Return the memory of such a file."""
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), _FORM.size)


def read(path: Path) -> Told:
    """Return what was kept last."""
    files, rows, problems, stopped, texts, *cost = _FORM.unpack(path.read_bytes())
    return Told(files, rows, problems, stopped, texts, Cost(*cost))
