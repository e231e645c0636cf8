"""Every bench, each in a process of its own, and one table of what they found at the end (``make bench``).

``BENCH_RUNS`` (turns of each page), ``BENCH_TIMES`` (lengths of the history), ``BENCH_VIEWERS``, ``BENCH_FIGURES`` (sizes of what is published) and
``BENCH_LARGE`` (0 leaves out the 288,000 observations) make it longer or shorter; as they are, it takes about half an hour on two quiet cores.
``BENCH_LONGEST`` is the time limit of one bench in seconds: a publication of 200,000 figures needs more than is usual (``publish_time``).
Names of benches after the command run these only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kpis.settings import ROOT
from tests.bench.measured import sizes, table

BENCHES = (
    "page_time",
    "front_page",
    "crowd",
    "publish_time",
    "load_rate",
    "report_time",
    "census",
    "large",
    "awkward",
    "behind_nginx",
    "chance",
)
LONGEST = sizes("BENCH_LONGEST", "900")[0]  # seconds of one bench


def main() -> int:
    """Run the benches and print the table; a bench that fails is named, and fails the whole."""
    wanted = sys.argv[1:] or list(BENCHES)
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "table"
        for name in wanted:
            began = time.perf_counter()
            print(f"== {name}", flush=True)
            try:
                done = subprocess.run(
                    [sys.executable, "-m", f"tests.bench.{name}"],
                    cwd=ROOT,
                    env={**os.environ, "BENCH_TABLE": str(place)},
                    timeout=LONGEST,
                )
            except subprocess.TimeoutExpired:
                failed.append(f"{name}: not over after {LONGEST} s")
            else:
                if done.returncode:
                    failed.append(f"{name}: exit code {done.returncode}")
            print(f"   {time.perf_counter() - began:.0f} s", flush=True)
        print(f"\n{table(place)}")
    print("\n".join(failed))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
