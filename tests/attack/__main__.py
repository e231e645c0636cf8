"""Attack the product with files: print how many there were, how each ended, the most that a child took, and who noticed.

python -m tests.attack [how many]

There are 10,000 different files or more: atheris makes some 4,500 of them where it can be installed, our own changes the others, all of them
where it cannot. Texts that are no files, and the sound workbooks that hypothesis makes (``test_sample``), come on top and are not counted.

The time of a child is judged by what the processor gave it: by the clock a busy machine would fail sound files. The time by the clock is
printed beside it; the product has a limit of its own on it (``apart.USUAL``). Goals: ``tests.attack.judged``.
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
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from kpis.settings import ROOT
from kpis.store.store import Store
from loaders.catalogue import load_folder
from loaders.files.apart import measured
from loaders.files.opened import open_book
from tests.attack import told
from tests.attack.files import MAX_BYTES, Outcome, attack
from tests.attack.heavy import heavy
from tests.attack.judged import FEWEST_FILES, MOST_BYTES, MOST_RATIO, MOST_SECONDS, missed, own_files
from tests.attack.told import Told
from tests.attack.watch import Cost, watched
from tests.bench.viewer import Viewer, served
from tests.loaders.filled import make_store

SHARES = 8  # of our own changes, each with a store of its own
GUIDED, TEXTS, ROUNDS, PAGES = 5_000, 50_000, 20, ("", "indicator", "bureau")


def _some(count: int, seed: int) -> Outcome:
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        return attack(make_store(Path(folder)), count=count, seed=seed)


def changed_files(count: int) -> Outcome:
    """Open changed files, as many at once as there are processors; the same files each time."""
    workers, whole = os.cpu_count() or 1, Outcome()
    shares = [count // SHARES + (seed < count % SHARES) for seed in range(SHARES)]
    with ProcessPoolExecutor(workers) as pool:
        for outcome in pool.map(_some, shares, range(SHARES)):
            whole.add(outcome)
    return whole


def heavy_files() -> Outcome:
    """Open the workbooks that take all a reader has."""
    whole = Outcome()
    with watched() as cost:
        for content in heavy():
            read = measured(open_book, content, max_bytes=MAX_BYTES, most_cells=600_000)
            whole.ended["stopped" if read.stopped else "problems" if read.answer[-1] else "rows"] += 1
    whole.cost.add(cost)
    return whole


def guided(what: str, runs: int, *, seed: int) -> tuple[Told, str]:
    """Let atheris make ``files`` or ``texts``; return what they came to (nothing where it is not installed), and what ended it."""
    with tempfile.TemporaryDirectory() as folder:
        place = told.empty(Path(folder) / "told")
        command = [sys.executable, "-m", "tests.attack.guided", what, str(place), f"-runs={runs}", f"-seed={seed}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if "No module named 'atheris'" in done.stderr:
            return Told(), ""
        return told.read(place), "" if done.returncode == 0 else done.stderr[-3000:]


def by_atheris(files: int, texts: int) -> tuple[Told, list[str]]:
    """Let atheris make files, in as many processes as there are processors, and texts; return what they came to, and what ended any."""
    workers, whole = os.cpu_count() or 1, Told()
    with ThreadPoolExecutor(workers) as pool:
        every = [pool.submit(guided, "files", files // workers, seed=number + 1) for number in range(workers)]
        every.append(pool.submit(guided, "texts", texts, seed=1))
        ends = [each.result() for each in every]
    for each, _ in ends:
        whole.add(each)
    return whole, [end for _, end in ends if end]


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


def _cost(cost: Cost) -> str:
    return (
        f"  a child at most: {cost.processor_seconds:.1f} s of the processor (goal {MOST_SECONDS:.0f}), {cost.peak_bytes / 1e6:.0f} MB"
        f" (goal {MOST_BYTES / 1e6:.0f}), {cost.seconds:.1f} s by the clock; {cost.children:,} children"
    )


def main() -> None:
    """Print everything, and fail beyond a goal."""
    began = time.monotonic()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FEWEST_FILES
    made, ends = by_atheris(GUIDED * count // FEWEST_FILES, TEXTS)
    if made.files or ends:
        print(f"files made by atheris: {made.files:,}; rows {made.rows:,}, problems {made.problems:,}, stopped {made.stopped:,}")
        print(f"{_cost(made.cost)}\n  and {made.texts:,} texts for the readers of addresses, numbers and dates", flush=True)
    else:
        print("atheris is not installed (pip install atheris): our own changes make all files", flush=True)
    changed, large = changed_files(own_files(made.files) * count // FEWEST_FILES), heavy_files()
    print(f"files changed by ourselves: {changed.ended.total():,}")
    for end, number in changed.ended.most_common():
        print(f"  {number:6,} {end}")
    print(
        f"{_cost(changed.cost)}\nworkbooks that take all a reader has: {large.ended.total()} {dict(large.ended)}\n{_cost(large.cost)}",
        flush=True,
    )
    ratios, files = disturbed(), made.files + changed.ended.total()
    pages = ", ".join(f"{page or 'overview'} {ratio:.2f}" for page, ratio in ratios.items())
    print(f"pages while hostile files are read, to pages before: {pages} (goal {MOST_RATIO})")
    crashes = [*changed.crashes, *ends]
    costs = {"atheris": made.cost, "our own changes": changed.cost, "heavy workbooks": large.cost}
    said = missed(files=files, fewest=count, costs=costs, ratios=ratios, crashes=crashes)
    print(f"files in all: {files:,} (goal {count:,}); crashes: {len(crashes)} (goal 0); took {time.monotonic() - began:.0f} s")
    for line in crashes + [f"MISSED {line}" for line in said]:
        print(line, file=sys.stderr)
    sys.exit(bool(said))


if __name__ == "__main__":
    main()
