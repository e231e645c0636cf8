"""What each child costs that reads a file, whichever door the file came through: the most of any, by clock, processor and memory."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loaders.files import apart


@dataclass(slots=True)
class Cost:
    """The most that a child took.

    Args:
        children: how many there were.
        seconds: by the clock, from the request to the end: others who want the processor lengthen it.
        processor_seconds: that the processor gave to the child, in steps of 0.01.
        peak_bytes: of memory.
    """

    children: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0
    peak_bytes: int = 0

    def add(self, other: Cost) -> None:
        self.children += other.children
        self.seconds = max(self.seconds, other.seconds)
        self.processor_seconds = max(self.processor_seconds, other.processor_seconds)
        self.peak_bytes = max(self.peak_bytes, other.peak_bytes)


def _of_ended_children() -> tuple[int, float]:
    """Return the reader process, and the processor time of its children that have ended (Linux)."""
    process = apart._READER.process
    if process is None:
        return 0, 0.0
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return process.pid, (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def watched() -> Iterator[Cost]:
    """Watch every child that this process has files read in, one after another, while the block runs.

    Children that read at the same moment would be charged for one another: nobody here reads two files at once.
    """
    cost, without = Cost(), apart._measured

    def watching(*given: Any, **named: Any) -> apart.Read:
        reader, before = _of_ended_children()
        read = without(*given, **named)
        same, after = _of_ended_children()
        cost.add(Cost(1, read.seconds, after - before if same == reader else after, read.peak_bytes))
        return read

    apart._measured = watching
    try:
        yield cost
    finally:
        apart._measured = without
