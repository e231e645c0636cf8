"""Processor time of the server for a run of each page, as a ratio to a floor page of the same elements, at 1, 10 and 100 times the history.

All are served by uvicorn in a process of their own and asked over Streamlit's own websocket; their runs take turns, so that a busy
machine slows all alike, and what is measured is the time that the processor gave to the server, which others disturb less than the
clock. Every page that the menu knows is there (``pages.parts.menu``), those too that are reached from elsewhere; one project, bureau,
procedure, indicator and action, a search that finds something, and one report that waits for the office. The pages of an office are as one of
its people sees them in the middle of a quarter, that of submitting as the person of a bureau with a draft (``tests.bench.under_way``). What
grows with the data are the figures' vintages, not the reports.

There are two floors (``tests.bench.floor``). One has as many elements of each kind with a word or two in each, the other the same elements
with what they hold on the page: to hash, serialise, pack and send 100 kB of tables is Streamlit's own cost as much as an element is. The
second sends 88 to 99 % of the bytes that the page sends, never more. Both ratios are printed, and the goal stands against both. A kind of
element that the floors do not know is named and missing there, which makes the page look dearer than it is.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from kpis.government import government
from kpis.registers import TOLD_BY_RECORD
from kpis.reporting.people import COMMAND_LINE, add_person
from kpis.settings import ROOT
from kpis.store import tables
from kpis.store.store import Store
from loaders.catalogue import load_folder
from pages.parts import menu
from tests.bench.held import held
from tests.bench.kinds import DRAW
from tests.bench.measured import Measured, sizes, tell
from tests.bench.under_way import MANAGER, WAITING, under_way
from tests.bench.viewer import Viewer, processor_seconds, served

OFFICE = "office@example.org"
ONE = "code=one"  # of a register told by its record: the first that there is
# page of the menu → what it is asked for; a page that is not here is asked for nothing
QUERIES: dict[str, tuple[str, ...]] = {
    "indicator": ("code=procedure_digitisation_rate",), "procedures": ("", "code=P001"), "projects": ("", "code=CP2", "code=LP22"),
    "bureau": ("", "code=DIGITAL"), "search": ("", "q=FAX"), "standing": ("", "list=unreported.unreported"), "review": ("", f"report={WAITING}"),
    **dict.fromkeys(TOLD_BY_RECORD, ("", ONE)),
}  # fmt: skip
NAMES = tuple(name for names in (*menu.SECTIONS.values(), menu.OFFICE) for name in names)
assert set(QUERIES) <= set(NAMES), set(QUERIES) - set(NAMES)
PAGES = tuple(
    ({"overview": "", "themes": government().page.address}.get(name, name), query)
    for name in NAMES
    for query in QUERIES.get(name, ("",))
)
OF_OFFICE = {name: OFFICE for name, needs in menu.OFFICE.items() if needs or name == "voices"} | {"submit": MANAGER}
RUNS = sizes("BENCH_RUNS", "11")[0]
TIMES = sizes("BENCH_TIMES", "1,10,100")
AT_A_TURN = 3
RATIO, GROWTH = 1.3, 1.2
FLOORS = ("counted", "as said")


def lengthen(store: Store, times: int = 100) -> None:
    """Add vintages until each figure has so many: the bench's own made-up history."""
    table = tables.SQLModel.metadata.tables["observation"]
    with store.writing() as session:
        figures = [dict(r._mapping) for r in session.execute(select(table).order_by(table.c.vintage))]
        figures = [row for row in figures if row["submission_id"] is None]  # a report would otherwise contradict what came after it
        newest = {(row["indicator_code"], row["bureau_code"], row["period_code"]): row for row in figures}  # some were corrected
        rows = list(newest.values())
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
            for v in range(row["vintage"] + 1, times + 1)
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
    code = "one" if page in TOLD_BY_RECORD and query else query.partition("=")[2]
    return f"{page or 'overview'}_{code}".rstrip("_")


def usual(viewers: dict[str, Viewer], page: str, query: str, *, floor: str) -> dict[str, float]:
    """Return the processor time of a run of a page for each viewer, in milliseconds; the viewers take turns, the floors are asked for ``floor``.

    It is the lower quartile: what other programs of the machine take only ever adds. A turn is of three runs, since a server has some
    to do after the last word of a run.
    """
    spent: dict[str, list[float]] = {name: [] for name in viewers}
    for turn in range(RUNS + 2):
        for name, viewer in viewers.items():
            before = processor_seconds(viewer.port)
            for _ in range(AT_A_TURN):
                if name in FLOORS:
                    viewer.run(floor)
                else:
                    viewer.run(page, query, as_person=OF_OFFICE.get(page, ""))
            if turn >= 2:
                spent[name].append((processor_seconds(viewer.port) - before) * 1000 / AT_A_TURN)
    return {name: statistics.quantiles(times, n=4)[0] for name, times in spent.items()}


def known(name: str, kinds: Iterable[str]) -> set[str]:
    """Return the kinds of elements of a page that the floors know; the others are told, with the page."""
    kinds = set(kinds) - {"menu"}
    if strange := kinds - set(DRAW):
        said = ", ".join(sorted(strange))
        tell([Measured(f"page {name}: kinds of elements that the floors do not know", len(strange), 0, said=said)])
    return kinds & set(DRAW)


def drawn_by(viewer: Viewer, pages: Sequence[tuple[str, str]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what each page draws, as the floor takes it: how many elements of each kind, and the elements with what they hold."""
    counts, texts, listed = {}, {}, 0
    for page, query in pages:
        person, name = OF_OFFICE.get(page, ""), named(page, query)
        drawn = viewer.run(page, query, as_person=person)[1]
        listed, kinds = max(listed, drawn.get("menu", 0)), known(name, drawn)
        counts[name] = {kind: count for kind, count in drawn.items() if kind in kinds}
        texts[name] = [element for element in held(viewer.answers(page, query, as_person=person)) if element["kind"] in kinds]
    return {"": {"menu": listed}, **counts}, {"": {"menu": listed}, **texts}


@contextmanager
def floors(viewer: Viewer, pages: Sequence[tuple[str, str]], folder: Path) -> Iterator[dict[str, Viewer]]:
    """Serve both floors of the pages that a viewer sees while the block runs; give their viewers by name."""
    with ExitStack() as served_until:
        viewers = {}
        for floor, elements in zip(FLOORS, drawn_by(viewer, pages), strict=True):
            asked = folder / f"{floor}.json"
            asked.write_text(json.dumps(elements), encoding="utf-8")
            viewers[floor] = Viewer(served_until.enter_context(served("tests.bench.floor_server:app", FLOOR_COUNTS=str(asked))))
            served_until.callback(viewers[floor].close)
        yield viewers


def base(folder: Path) -> dict[str, str]:
    """Make a database in the middle of a quarter with all that belongs to it; return the environment of a server of a copy of it."""
    store, own = (
        Store(filled(folder / "base.db")),
        {"EDITIONS_DIR": str(folder / "editions"), "VOICES_URL": f"sqlite:///{folder / 'voices.db'}"},
    )
    under_way(store, voices_url=own["VOICES_URL"], editions=folder / "editions")
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.engine.dispose()
    return own


def asked_for(page: str, query: str, store: Store) -> str:
    """Return what a page is asked for in a database: the code of the first row for ``ONE``."""
    if query != ONE:
        return query
    register = TOLD_BY_RECORD[page]
    return f"code={min(row[register.key[0]] for row in store.all_of(register.table))}"


def main() -> None:
    """Tell each page's time against its floor at every length, and against itself at the longest."""
    os.environ.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as name, ExitStack() as held_open:
        folder, viewers = Path(name), {}
        own = base(folder)
        for times in TIMES:
            shutil.copy(folder / "base.db", folder / f"{times}.db")
            store = Store(f"sqlite:///{folder / f'{times}.db'}")
            lengthen(store, times)
            port = held_open.enter_context(served("server:app", DATABASE_URL=store.url, **own))
            viewers[str(times)] = Viewer(port)
            held_open.callback(viewers[str(times)].close)
        pages = [(page, asked_for(page, query, store)) for page, query in PAGES]
        first, last = str(TIMES[0]), str(TIMES[-1])
        everybody = {**viewers, **held_open.enter_context(floors(viewers[first], pages, folder))}
        for page, query in pages:
            ms = usual(everybody, page, query, floor=named(page, query))
            each = ", ".join(f"{times} x data {ms[str(times)] / ms['as said']:.2f}" for times in TIMES)
            said = f"{each}; {ms[first]:.1f} ms, floor {ms['as said']:.1f}"
            longest = max(ms[str(times)] for times in TIMES)
            tell([
                Measured(f"page {named(page, query)} / floor that says the same", longest / ms["as said"], RATIO, said=said),
                Measured(f"page {named(page, query)} / floor of few words", longest / ms["counted"], RATIO, said=f"{ms['counted']:.1f} ms"),
                Measured(f"page {named(page, query)} growth, {last} x / {first} x data", ms[last] / ms[first], GROWTH),
            ])  # fmt: skip


if __name__ == "__main__":
    main()
