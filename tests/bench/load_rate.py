"""The load of a 50,000-row observation workbook, as a ratio to openpyxl's bare read-only iteration of the same file; and of 200,000 rows.

Beside it stands what no load can do without, each timed alone: the XML parser that the readers use, with callbacks that do nothing, and the
database's own insert of so many rows. Where these two already reach the goal, no work on our part of a load does.

A load of 200,000 rows is to take four times as long: what counts is the processor time for each 1,000 rows, that of the process which reads
the file included, as a ratio to that of the 50,000. A load takes turns with one of the other size, so that a busy machine slows both. These
two workbooks have only the columns that are filled: of all columns of the list the readers take 3,000,000 cells, some 130,000 rows.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Sequence
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
LARGE, GROWTH = 200_000, 1.2
FILLED = ("indicator_code", "bureau_code", "period_code", "value", "source_code", "is_approximate", "verified")


def workbook(path: Path, rows: int, columns: Sequence[str]) -> Path:
    """Write so many observations of every unit and month; the figures are made up and stay in the bench."""
    units = csv.DictReader((ROOT / "data/catalogue/bureaus.csv").read_text("utf-8").splitlines())
    bureaus = [r["bureau_code"] for r in units if not r["valid_from"] and not r["valid_to"]]  # there in every month
    every = csv.DictReader((ROOT / "data/catalogue/indicators.csv").read_text("utf-8").splitlines())
    indicators = [r for r in every if r["kind"] == "level" and "%" not in r["unit_ja"]]  # nothing else that such figures contradict
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("observations")
    sheet.append(list(columns))
    months = (f"{year}-{month:02d}" for year in range(2001, 2026) for month in range(1, 13))
    for made, (month, indicator, bureau) in enumerate(islice(product(months, indicators, bureaus), rows)):
        told = (indicator["indicator_code"], bureau, month, made % 97 / 100 + 0.5, indicator["source_code"], 0, 0)
        values = dict(zip(FILLED, told, strict=True))
        sheet.append([values.get(c) for c in columns])
    book.save(path)
    return path


def shipped(database: Path) -> Path:
    """Make a database with the shipped figures."""
    store = Store(f"sqlite:///{database}")
    store.migrate()
    load_folder(store, ROOT / "data/catalogue", official=ROOT / "data/official")
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.engine.dispose()
    return database


def loaded_in(path: Path, made: Path, database: Path, rows: int) -> tuple[float, float]:
    """Load a workbook into a copy of a database; return the seconds of the wall and of the processor."""
    shutil.copy(made, database)
    store = Store(f"sqlite:///{database}")
    began = now()
    report = load_file(store, path)
    took = since(began)
    store.engine.dispose()
    assert report.accepted == rows and not report.problems, report.problems[:3]
    return took


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
    """Tell the ratio and the parts it is made of, and the growth."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = workbook(folder / "observations.xlsx", ROWS, list(ObservationRow.model_fields))
        some, many = (workbook(folder / f"{rows}.xlsx", rows, FILLED) for rows in (ROWS, LARGE))
        made = shipped(folder / "shipped.db")
        bare, whole, fewer, more = [], [], [], []
        for turn in range(3):
            began = now()
            book = openpyxl.load_workbook(path, read_only=True)
            rows = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))
            bare.append(since(began))
            assert rows == ROWS + 1
            whole.append(loaded_in(path, made, folder / f"{turn}.db", ROWS))
            fewer.append(loaded_in(some, made, folder / f"some{turn}.db", ROWS))
            more.append(loaded_in(many, made, folder / f"many{turn}.db", LARGE))
        parsed, inserted = min(parse_alone(path.read_bytes()) for _ in range(3)), insert_alone(folder / "2.db")
        size = many.stat().st_size
    (floor, floor_cpu), (loaded, loaded_cpu), (few, few_cpu), (long, long_cpu) = (
        [min(part) for part in zip(*spent, strict=True)] for spent in (bare, whole, fewer, more)
    )
    said = (
        f"{loaded:.2f} s, openpyxl read-only iteration {floor:.2f} s; by processor time {loaded_cpu / floor_cpu:.2f}; expat alone {parsed:.2f} s, "
        f"SQLite's insert alone {inserted:.2f} s: {(parsed + inserted) / floor:.2f} before anything is read or checked"
    )
    each, each_of_many = few_cpu / ROWS * 1000, long_cpu / LARGE * 1000
    grown = (
        f"each 1,000 rows in {each_of_many * 1000:.1f} ms of the processor, of {ROWS:,} in {each * 1000:.1f}; by the clock {long:.1f} s, "
        f"{long / few / LARGE * ROWS:.2f} times as long for each row; {size / 1e6:.1f} MB"
    )
    tell(
        [
            Measured(f"load of {ROWS:,} rows / bare iteration of the file", loaded / floor, GOAL, said=said),
            Measured(f"load of {LARGE:,} rows / of {ROWS:,}, for each 1,000 rows", each_of_many / each, GROWTH, said=grown),
        ]
    )


if __name__ == "__main__":
    main()
