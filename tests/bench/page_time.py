"""Server run time of each page as a ratio to a floor page of the same elements, at the shipped size and at 100 times the history."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select
from streamlit.testing.v1 import AppTest

from kpis import models
from kpis.settings import ROOT, settings
from kpis.store import Store
from loaders.catalogue import load_folder

PAGES, RUNS, TIMES = ("overview", "five_less", "indicator"), 15, 100


def timed(test: AppTest) -> float:
    """Return the median server time of a rerun in seconds."""
    test.run(timeout=60)
    assert not test.exception, test.exception
    spent = []
    for _ in range(RUNS):
        began = time.perf_counter()
        test.run(timeout=60)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def page_test(name: str) -> AppTest:
    """Return one page inside the frame."""
    test = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    if name != "overview":
        test.switch_page(f"pages/{name}.py")
    if name == "indicator":
        test.query_params["code"] = "procedure_digitisation_rate"
    return test


def lengthen(store: Store) -> None:
    """Add older vintages until each figure has a hundred: the bench's own made-up history."""
    table = models.SQLModel.metadata.tables["observation"]
    with store.writing() as session:
        rows = [dict(r._mapping) for r in session.execute(select(table))]
        for row in rows:
            row.pop("id")
        session.execute(
            insert(table),
            [
                {
                    **row,
                    "vintage": v,
                    "known_at": row["known_at"] + timedelta(minutes=v),
                    "reason_class": "error",
                    "reason_text": "bench",
                }
                for row in rows
                for v in range(2, TIMES + 1)
            ],
        )


def main() -> None:
    """Print each page's time at both sizes and their ratio."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        times: dict[str, list[float]] = {}
        for size in ("shipped", "long"):
            url = f"sqlite:///{Path(folder) / size}.db"
            os.environ["DATABASE_URL"] = url
            settings.cache_clear()
            store = Store(url)
            store.migrate()
            load_folder(store, ROOT / "data/catalogue", official=ROOT / "data/official")
            if size == "long":
                lengthen(store)
            for page in PAGES:
                times.setdefault(page, []).append(timed(page_test(page)))
        for page, (short, long) in times.items():
            print(
                f"{page}: {short * 1000:.0f} ms; at {TIMES} times the history {long * 1000:.0f} ms, ratio {long / short:.2f} (goal <= 1.2)"
            )


if __name__ == "__main__":
    main()
