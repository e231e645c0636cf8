"""How long a publication takes for each further 1,000 figures, and its preview: it is to be flat up to 200,000 figures.

``BENCH_FIGURES`` says how many (three sizes or more, up to 288,000). What counts is what each further figure costs from one size to the next, so
that a small edition does not look slow, or quick, for what every edition costs: 2,000 figures add less than that varies. 1,000 figures take
some three seconds of the processor, so 200,000 take over ten minutes: as it is, a publication of 100,000 is measured, which the limit of a bench
leaves room for, and the table says so. ``BENCH_FIGURES=2000,20000,200000 BENCH_LONGEST=3600 make bench`` measures the whole.
"""

from __future__ import annotations

import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

from sqlalchemy import delete, select, update

from kpis.settings import Settings
from kpis.store import tables
from kpis.store.store import Store, utc_now
from kpis.store.tables import table_of
from publishers.editions import publication
from tests.bench.large import enlarge
from tests.bench.measured import Measured, sizes, tell
from tests.bench.page_time import filled

FIGURES = sizes("BENCH_FIGURES", "2000,20000,100000")
MEANT = 200_000
FLAT = 1.25


def with_figures(made: Path, target: Path, count: int) -> Store:
    """Return a copy of a large database that keeps so many of the figures made up, beside the shipped."""
    shutil.copy(made, target)
    store = Store(f"sqlite:///{target}")
    table = table_of(tables.Observation)
    own = select(table.c.id).where(table.c.is_sample).order_by(table.c.id)
    with store.writing() as session:
        if count:
            last = session.execute(own.offset(count - 1).limit(1)).scalar_one()
            session.execute(delete(table).where(table.c.is_sample, table.c.id > last))
        else:
            session.execute(delete(table).where(table.c.is_sample))
        session.execute(update(table).values(is_sample=False))
    return store


def published(store: Store, folder: Path) -> tuple[float, float]:
    """Publish once; return the seconds of the preview and of the publication, by processor time, which others disturb less."""
    chosen = Settings(EDITIONS_DIR=folder, SIGNING_KEY_FILE=folder.with_suffix(".key"))  # type: ignore[call-arg]
    began = time.process_time()
    publication.preview(store, now=utc_now(), folder=folder)
    between = time.process_time()
    publication.publish(store, note="bench", now=utc_now(), chosen=chosen)
    return between - began, time.process_time() - between


def main() -> None:
    """Tell the time of each size, and by how much a further figure takes longer where there are many."""
    for name in ("DATABASE_URL", "MIERUKA_MODE"):
        os.environ.pop(name, None)
    if len(FIGURES) < 3:
        raise SystemExit("BENCH_FIGURES: three sizes or more; the first is what the others are compared with")
    further: list[float] = []  # seconds for each further 1,000 figures, from one size to the next
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large = Store(filled(folder / "large.db"))
        enlarge(large)
        with large.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        large.engine.dispose()
        before, spent = 0, 0.0
        for count in (0, *FIGURES):  # the first publication also loads what all use
            store = with_figures(folder / "large.db", folder / f"{count}.db", count)
            preview, whole = published(store, folder / f"editions{count}")
            store.engine.dispose()
            said = f"preview {preview:.1f} s"
            if before:
                further.append((whole - spent) / (count - before) * 1000)
                said += f"; each 1,000 more than {before:,} in {further[-1]:.2f} s"
            tell([Measured(f"publish the shipped figures and {count:,}", whole, unit="s cpu", said=said)])
            before, spent = count, whole
    reached = f"measured up to {FIGURES[-1]:,} figures" + (
        "" if FIGURES[-1] >= MEANT else f", not up to {MEANT:,}: ask with BENCH_FIGURES"
    )
    what = f"publish: each figure up to {FIGURES[-1]:,} / each up to {FIGURES[1]:,}"
    tell([Measured(what, further[-1] / further[0], FLAT, said=reached)])
    tell([Measured("publish: most memory of the process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, unit="MB")])


if __name__ == "__main__":
    main()
