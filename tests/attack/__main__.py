"""Attack the product with files: print how many there were, how each ended, the longest time, the largest memory, and who noticed.

python -m tests.attack [how many]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from kpis.settings import ROOT
from kpis.store.store import Store
from loaders.catalogue import load_folder
from loaders.files.apart import USUAL, measured
from loaders.files.opened import open_book
from tests.attack.files import MAX_BYTES, Outcome, attack
from tests.attack.heavy import heavy
from tests.bench.viewer import Viewer, served
from tests.loaders.filled import make_store

FILES, GUIDED, ROUNDS, PAGES = 6_000, 6_000, 20, ("", "indicator", "bureau")
MOST_SECONDS, MOST_BYTES, MOST_RATIO = USUAL.seconds + 2, USUAL.memory_bytes, 1.5


def _some(count: int, seed: int) -> Outcome:
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        return attack(make_store(Path(folder)), count=count, seed=seed)


def changed_files(count: int) -> Outcome:
    """Open changed files, as many at once as there are processors; the same files each time."""
    workers, whole = os.cpu_count() or 1, Outcome()
    shares = [count // 16] * 16
    with ProcessPoolExecutor(workers) as pool:
        for outcome in pool.map(_some, shares, range(16)):
            whole.add(outcome)
    for content in heavy():
        read = measured(open_book, content, max_bytes=MAX_BYTES, most_cells=600_000)
        whole.add(Outcome(seconds=read.seconds, peak_bytes=read.peak_bytes))
        whole.ended["heavy: stopped" if read.stopped else "heavy: problems" if read.answer[-1] else "heavy: rows"] += 1
    return whole


def guided(runs: int) -> tuple[int, str]:
    """Let atheris make files; return how many it made (0 where it is not installed), and what ended it."""
    command = [sys.executable, "-m", "tests.attack.guided", f"-runs={runs}", "-seed=1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if "No module named 'atheris'" in done.stderr:
        return 0, ""
    told = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    return int(told[0].split()[-1]) if told else 0, "" if done.returncode == 0 else done.stderr[-3000:]


def _median(viewers: Sequence[Viewer]) -> dict[str, float]:
    times: dict[str, list[float]] = {page: [] for page in PAGES}
    for _ in range(ROUNDS):
        for viewer in viewers:
            for page in PAGES:
                times[page].append(viewer.run(page, "code=procedure_digitisation_rate" if page == "indicator" else "")[0])
    return {page: statistics.median(several) for page, several in times.items()}


def disturbed() -> dict[str, float]:
    """Return how much longer pages take while the same process reads hostile uploads, by page."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        store = Store(f"sqlite:///{folder / 'viewers.db'}")
        store.migrate()
        load_folder(store, ROOT / "data/catalogue", official=ROOT / "data/official")
        store.engine.dispose()
        switch = folder / "hostile"
        with served("tests.attack.busy_server:app", DATABASE_URL=store.url, HOSTILE_WHILE=str(switch)) as port:
            viewers = [Viewer(port), Viewer(port)]
            _median(viewers)  # what is made ready once is ready
            quiet: list[dict[str, float]] = []
            hostile: list[dict[str, float]] = []
            for _ in range(3):
                switch.unlink(missing_ok=True)
                quiet.append(_median(viewers))
                switch.touch()
                hostile.append(_median(viewers))
            for viewer in viewers:
                viewer.close()
    return {p: statistics.median(h[p] for h in hostile) / statistics.median(q[p] for q in quiet) for p in PAGES}


def main() -> None:
    """Print everything, and fail beyond a bound."""
    began = time.monotonic()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    whole = changed_files(count)
    print(f"changed files opened: {sum(whole.ended.values()):,}")
    for end, number in whole.ended.most_common():
        print(f"  {number:6,} {end}")
    print(
        f"longest {whole.seconds:.1f} s (bound {MOST_SECONDS:.0f} s), largest child {whole.peak_bytes / 1e6:.0f} MB (bound {MOST_BYTES / 1e6:.0f} MB)"
    )
    runs, end = guided(GUIDED * count // FILES)
    print(f"files made by atheris: {runs:,}" if runs else "atheris is not installed: pip install atheris")
    ratios = disturbed()
    print(
        "pages while hostile files are read, to pages before: "
        + ", ".join(f"{p or 'overview'} {r:.2f}" for p, r in ratios.items())
        + f" (bound {MOST_RATIO})"
    )
    for crash in [*whole.crashes, *([end] if end else [])]:
        print(crash, file=sys.stderr)
    print(f"crashes: {len(whole.crashes) + bool(end)}; took {time.monotonic() - began:.0f} s")
    is_held = whole.seconds <= MOST_SECONDS and whole.peak_bytes <= MOST_BYTES and max(ratios.values()) <= MOST_RATIO
    sys.exit(0 if is_held and not whole.crashes and not end else 1)


if __name__ == "__main__":
    main()
