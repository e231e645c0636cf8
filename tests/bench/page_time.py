"""Server run time of each page as a ratio to a floor page of the same elements, at the shipped size and at 100 times the history.

Both are served by uvicorn in their own process and asked over Streamlit's own websocket; the runs of page and floor
alternate, so that a busy machine slows both.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from kpis.settings import ROOT
from kpis.store import tables
from kpis.store.store import Store
from loaders.catalogue import load_folder
from tests.bench.viewer import Viewer, served

PAGES = {
    "": "", "five_less": "", "indicator": "code=procedure_digitisation_rate", "procedures": "", "facilities": "", "projects": "",
    "bureau": "", "about": "", "revisions": "", "changes": "",
}  # fmt: skip
RUNS, TIMES = 25, 100


def lengthen(store: Store) -> None:
    """Add older vintages until each figure has a hundred: the bench's own made-up history."""
    table = tables.SQLModel.metadata.tables["observation"]
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


def filled(path: Path) -> str:
    """Return the address of a database at ``path`` with the shipped figures."""
    url = f"sqlite:///{path}"
    store = Store(url)
    store.migrate()
    load_folder(store, ROOT / "data/catalogue", official=ROOT / "data/official")
    return url


def medians(viewers: dict[str, Viewer], page: str) -> dict[str, float]:
    """Return the median time of a page for each viewer, in milliseconds; the viewers take turns."""
    spent: dict[str, list[float]] = {name: [] for name in viewers}
    for turn in range(RUNS + 2):
        for name, viewer in viewers.items():
            seconds, _ = viewer.run(page, PAGES[page])
            if turn >= 2:
                spent[name].append(seconds * 1000)
    return {name: statistics.median(times) for name, times in spent.items()}


def main() -> None:
    """Print each page's time against its floor and against itself at a hundred times the history."""
    os.environ.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as folder:
        shipped, long, counted = filled(Path(folder) / "shipped.db"), filled(Path(folder) / "long.db"), Path(folder) / "counts.json"
        lengthen(Store(long))
        with served("server:app", DATABASE_URL=shipped) as port, served("server:app", DATABASE_URL=long) as long_port:
            page, longer = Viewer(port), Viewer(long_port)
            counted.write_text(json.dumps({name: page.run(name, query)[1] for name, query in PAGES.items()}), encoding="utf-8")
            with served("tests.bench.floor_server:app", FLOOR_COUNTS=str(counted)) as floor_port:
                viewers = {"floor": Viewer(floor_port), "page": page, "long": longer}
                for name in PAGES:
                    ms = medians(viewers, name)
                    print(
                        f"{name or 'overview'}: floor {ms['floor']:.0f} ms, page {ms['page']:.0f} ms, ratio {ms['page'] / ms['floor']:.2f}"
                        f" (goal <= 1.5); at {TIMES} times the history {ms['long']:.0f} ms, ratio {ms['long'] / ms['page']:.2f} (goal <= 1.2)"
                    )
                for viewer in viewers.values():
                    viewer.close()


if __name__ == "__main__":
    main()
