"""Server run time of each page as a ratio to a floor page of the same elements, at 1, 10 and 100 times the history.

All are served by uvicorn in a process of their own and asked over Streamlit's own websocket; their runs take turns, so that a busy
machine slows all alike. Every page of the menu is there, one project, bureau, procedure and indicator, and the pages of an office as one
of its people sees them.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from kpis.reporting.people import COMMAND_LINE, add_person
from kpis.settings import ROOT
from kpis.store import tables
from kpis.store.store import Store
from loaders.catalogue import load_folder
from tests.bench.measured import Measured, sizes, tell
from tests.bench.viewer import Viewer, served

OFFICE = "office@example.org"
PAGES = (
    ("", ""), ("five_less", ""), ("indicator", "code=procedure_digitisation_rate"), ("procedures", ""), ("procedures", "code=P001"),
    ("facilities", ""), ("projects", ""), ("projects", "code=CP2"), ("projects", "code=LP22"), ("bureau", ""), ("bureau", "code=DIGITAL"),
    ("changes", ""), ("about", ""), ("revisions", ""), ("report", ""), ("submit", ""), ("review", ""), ("publish", ""),
)  # fmt: skip
OF_OFFICE = dict.fromkeys(("submit", "review", "publish"), OFFICE)
RUNS = sizes("BENCH_RUNS", "11")[0]
TIMES = sizes("BENCH_TIMES", "1,10,100")
RATIO, GROWTH = 1.3, 1.2


def lengthen(store: Store, times: int = 100) -> None:
    """Add older vintages until each figure has so many: the bench's own made-up history."""
    table = tables.SQLModel.metadata.tables["observation"]
    with store.writing() as session:
        rows = [dict(r._mapping) for r in session.execute(select(table))]
        for row in rows:
            row.pop("id")
        made = [
            {
                **row,
                "vintage": v,
                "known_at": row["known_at"] + timedelta(minutes=v),
                "reason_class": "error",
                "reason_text": "bench",
            }
            for row in rows
            for v in range(2, times + 1)
        ]
        if made:
            session.execute(insert(table), made)


def filled(path: Path) -> str:
    """Return the address of a database at ``path`` with the shipped figures, and a person of the office."""
    url = f"sqlite:///{path}"
    store = Store(url)
    store.migrate()
    load_folder(store, ROOT / "data/catalogue", official=ROOT / "data/official")
    add_person(store, actor=COMMAND_LINE, email=OFFICE, role="reform_office")
    return url


def named(page: str, query: str) -> str:
    """Return the name of a page with what it asks for; of a floor page also its address."""
    return f"{page or 'overview'}_{query.partition('=')[2]}".rstrip("_")


def usual(viewers: dict[str, Viewer], page: str, query: str, *, floor: str) -> dict[str, float]:
    """Return the time of a page for each viewer, in milliseconds; the viewers take turns, and the floor is asked for ``floor``.

    It is the lower quartile: what other programs of the machine take only ever adds.
    """
    spent: dict[str, list[float]] = {name: [] for name in viewers}
    for turn in range(RUNS + 2):
        for name, viewer in viewers.items():
            seconds, _ = viewer.run(floor) if name == "floor" else viewer.run(page, query, as_person=OF_OFFICE.get(page, ""))
            if turn >= 2:
                spent[name].append(seconds * 1000)
    return {name: statistics.quantiles(times, n=4)[0] for name, times in spent.items()}


def main() -> None:
    """Tell each page's time against its floor at every length, and against itself at the longest."""
    os.environ.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as name, ExitStack() as held:
        folder, viewers = Path(name), {}
        for times in TIMES:
            url = filled(folder / f"{times}.db")
            lengthen(Store(url), times)
            port = held.enter_context(served("server:app", DATABASE_URL=url, EDITIONS_DIR=str(folder / "editions")))
            viewers[str(times)] = Viewer(port)
        first, last, counted = str(TIMES[0]), str(TIMES[-1]), folder / "counts.json"
        drawn = {
            named(page, query): viewers[first].run(page, query, as_person=OF_OFFICE.get(page, ""))[1] for page, query in PAGES
        }  # fmt: skip
        menu = drawn["overview"].get("menu", 0)
        counted.write_text(
            json.dumps({"": {"menu": menu}, **{key: {**d, "menu": menu} for key, d in drawn.items()}}), encoding="utf-8"
        )
        floor = held.enter_context(served("tests.bench.floor_server:app", FLOOR_COUNTS=str(counted)))
        everybody = {"floor": Viewer(floor), **viewers}
        for page, query in PAGES:
            ms = usual(everybody, page, query, floor=named(page, query))
            ratios = {times: ms[str(times)] / ms["floor"] for times in TIMES}
            each = ", ".join(f"{times} x data {ratio:.2f}" for times, ratio in ratios.items())
            said = f"{each}; {ms[first]:.0f} ms, floor {ms['floor']:.0f} ms"
            tell([
                Measured(f"page {named(page, query)} / floor", max(ratios.values()), RATIO, said=said),
                Measured(f"page {named(page, query)} growth, {last} x / {first} x data", ms[last] / ms[first], GROWTH),
            ])  # fmt: skip
        for viewer in everybody.values():
            viewer.close()


if __name__ == "__main__":
    main()
