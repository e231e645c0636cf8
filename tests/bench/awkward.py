"""Time and peak memory of reading each awkward workbook, each in a process of its own; fails above the bounds."""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from kpis.store.store import Store
from loaders.workbook.door import read_workbook
from tests.bench.measured import Measured, tell
from tests.loaders.awkward import ACCEPTED, REFUSED, Case
from tests.loaders.filled import filled, make_store, template

MOST_SECONDS, MOST_MB = 5.0, 400.0


def _memory(name: str) -> float:
    """Return a line of the kernel's account of this process, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def _measure(out: Connection, content: bytes, url: str, case: Case) -> None:
    store = Store(url)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    before = _memory("VmRSS")
    began = time.perf_counter()
    problems = read_workbook(content, store=store, **case.asked).errors
    out.send((time.perf_counter() - began, _memory("VmHWM") - before, len(problems)))


def main() -> None:
    """Print one line per workbook, slowest first, and the bounds."""
    if not Path("/proc/self/clear_refs").exists():
        print("peak memory is measured on Linux only: skipped")
        return
    results = []
    with tempfile.TemporaryDirectory() as folder:
        store = make_store(Path(folder))
        sound = filled(template(store))
        cases = {**REFUSED, **{name: Case(build, ()) for name, (build, _) in ACCEPTED.items()}}
        fork = multiprocessing.get_context("fork")
        for name, case in cases.items():
            content = case.build(sound, store)
            store.engine.dispose()
            receive, send = fork.Pipe(duplex=False)
            child = fork.Process(target=_measure, args=(send, content, store.url, case))
            child.start()
            seconds, peak, problems = receive.recv()
            child.join()
            results.append((seconds, peak, name, len(content), problems))
    for seconds, peak, name, size, problems in sorted(results, reverse=True):
        print(f"{seconds:6.2f} s {peak:7.1f} MB {size:>12,} bytes {problems:3} problems  {name}")
    worst_time, worst_peak = max(r[0] for r in results), max(r[1] for r in results)
    tell(
        [
            Measured(f"awkward workbooks, {len(results)}: the longest", worst_time, MOST_SECONDS, unit="s"),
            Measured("awkward workbooks: highest peak above rest", worst_peak, MOST_MB, unit="MB"),
        ]
    )
    sys.exit(worst_time > MOST_SECONDS or worst_peak > MOST_MB)


if __name__ == "__main__":
    main()
