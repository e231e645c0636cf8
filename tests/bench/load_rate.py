"""The load of a 50,000-row observation workbook, as a ratio to openpyxl's bare read-only iteration of the same file.

Beside it stands what no load can do without, each timed alone: the XML parser that the readers use, with callbacks that do nothing, and the
database's own insert of so many rows. Where these two already reach the goal, no work on our part of a load does.
"""

from __future__ import annotations

import csv
import sqlite3
import tempfile
import time
from contextlib import closing
from itertools import islice, product
from pathlib import Path

import openpyxl

from kpis.settings import ROOT
from kpis.store.store import Store
from loaders.catalogue import load_folder
from loaders.load import load_file
from loaders.rows import ObservationRow
from tests.bench.alone import parse_alone
from tests.bench.measured import Measured, now, since, tell

ROWS, GOAL = 50_000, 0.3


def workbook(path: Path) -> None:
    """Write observations of every unit and month; the figures are made up and stay in the bench."""
    units = csv.DictReader((ROOT / "data/catalogue/bureaus.csv").read_text("utf-8").splitlines())
    bureaus = [r["bureau_code"] for r in units if not r["valid_from"] and not r["valid_to"]]  # there in every month
    every = csv.DictReader((ROOT / "data/catalogue/indicators.csv").read_text("utf-8").splitlines())
    indicators = [r for r in every if r["kind"] == "level" and "%" not in r["unit_ja"]]  # nothing else that such figures contradict
    columns = list(ObservationRow.model_fields)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("observations")
    sheet.append(columns)
    months = (f"{year}-{month:02d}" for year in range(2001, 2020) for month in range(1, 13))
    for made, (month, indicator, bureau) in enumerate(islice(product(months, indicators, bureaus), ROWS)):
        values = {
            "indicator_code": indicator["indicator_code"], "bureau_code": bureau, "period_code": month, "value": made % 97 / 100 + 0.5,
            "source_code": indicator["source_code"], "is_approximate": 0, "verified": 0,
        }  # fmt: skip
        sheet.append([values.get(c) for c in columns])
    book.save(path)


def insert_alone(loaded: Path) -> float:
    """Return the seconds in which SQLite alone writes the loaded observations again, in one transaction, into a table with the same indexes."""
    with closing(sqlite3.connect(loaded)) as database:
        rows = database.execute("SELECT * FROM observation").fetchall()
        made = [
            sql for (sql,) in database.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'observation' AND sql IS NOT NULL")
        ]
    assert len(rows) >= ROWS
    with closing(sqlite3.connect(loaded.with_suffix(".alone"))) as database:
        for sql in made:
            database.execute(sql)
        database.commit()
        began = time.perf_counter()
        with database:
            database.executemany(f"INSERT INTO observation VALUES ({', '.join('?' * len(rows[0]))})", rows)
        return time.perf_counter() - began


def main() -> None:
    """Tell the ratio and the parts it is made of."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "observations.xlsx"
        workbook(path)
        bare, whole = [], []
        for turn in range(3):
            began = now()
            book = openpyxl.load_workbook(path, read_only=True)
            rows = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))
            bare.append(since(began))
            store = Store(f"sqlite:///{folder}/{turn}.db")
            store.migrate()
            load_folder(store, ROOT / "data/catalogue", official=ROOT / "data/official")
            began = now()
            report = load_file(store, path)
            whole.append(since(began))
            assert rows == ROWS + 1 and report.accepted == ROWS and not report.problems, report.problems[:3]
        store.engine.dispose()
        parsed, inserted = min(parse_alone(path.read_bytes()) for _ in range(3)), insert_alone(Path(folder) / "2.db")
        (floor, floor_cpu), (loaded, loaded_cpu) = ([min(part) for part in zip(*spent, strict=True)] for spent in (bare, whole))
        said = (
            f"{loaded:.2f} s, openpyxl read-only iteration {floor:.2f} s; by processor time {loaded_cpu / floor_cpu:.2f}; expat alone {parsed:.2f} s, "
            f"SQLite's insert alone {inserted:.2f} s: {(parsed + inserted) / floor:.2f} before anything is read or checked"
        )
        tell([Measured(f"load of {ROWS:,} rows / bare iteration of the file", loaded / floor, GOAL, said=said)])


if __name__ == "__main__":
    main()
