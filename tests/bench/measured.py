"""What a bench found: one line each beside its goal, and all of them as one table at the end of ``make bench``."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure: what of what, its value, the most that is meant to be, and what else is worth knowing."""

    what: str
    value: float
    goal: float | None = None
    unit: str = ""
    said: str = ""

    def line(self, wide: int) -> str:
        """Return it as a line of the table."""
        value = f"{self.value:,.0f}" if self.value >= 100 else f"{self.value:.2f}"
        goal = "" if self.goal is None else f"<= {self.goal:g}"
        kept = "" if self.goal is None else ("ok" if self.value <= self.goal else "MISSED")
        return f"{self.what:{wide}} {value:>9} {self.unit:6} {goal:>8} {kept:6} {self.said}".rstrip()


def tell(rows: Iterable[Measured]) -> None:
    """Print measures as they are found, and keep them for the table where ``make bench`` asks for one."""
    for row in rows:
        print(row.line(64), flush=True)
        if place := os.environ.get("BENCH_TABLE"):
            with Path(place).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")


def table(place: Path) -> str:
    """Return every measure that was kept, as one table."""
    rows = [Measured(**json.loads(line)) for line in place.read_text(encoding="utf-8").splitlines()] if place.exists() else []
    wide = max((len(row.what) for row in rows), default=0)
    missed = [row for row in rows if row.goal is not None and row.value > row.goal]
    with_goal = sum(row.goal is not None for row in rows)
    return "\n".join([*(row.line(wide) for row in rows), f"{with_goal - len(missed)} of {with_goal} goals met"])


def processor_time() -> float:
    """Return the processor time of this process and of those it started and they ended, in seconds: a file is read in a process of its own (Linux)."""
    started = 0
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if int(fields[1]) == os.getpid():
            started += sum(map(int, fields[11:15]))
    return time.process_time() + started / os.sysconf("SC_CLK_TCK")


def now() -> tuple[float, float]:
    """Return the time of the wall and of the processor, in seconds, that of the process which reads the file included."""
    return time.perf_counter(), processor_time()


def since(began: tuple[float, float]) -> tuple[float, float]:
    """Return the seconds since then, of the wall and of the processor."""
    return time.perf_counter() - began[0], processor_time() - began[1]


def sizes(name: str, otherwise: str) -> list[int]:
    """Return the sizes that an environment variable asks for, as ``2000,50000``."""
    return [int(size) for size in os.environ.get(name, otherwise).split(",")]
