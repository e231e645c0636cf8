"""Thousands of changed files, each opened as the product opens it: each ends in rows or in named problems."""

from __future__ import annotations

import csv
import io
import random
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from kpis.languages import both, written
from kpis.settings import ROOT
from kpis.store.store import Store
from loaders.files.apart import limits_of, measured
from loaders.files.opened import open_book, open_table
from loaders.files.problems import Problem
from loaders.load import check_content
from loaders.workbook.annotate import mark_problems
from loaders.workbook.door import MOST_CELLS, read_workbook
from tests.attack.mutants import mutant
from tests.attack.watch import Cost, watched
from tests.books import saved
from tests.loaders.filled import filled, template

MAX_BYTES = 20_000_000


@dataclass(slots=True)
class Outcome:
    """What became of some files."""

    ended: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    cost: Cost = field(default_factory=Cost)

    def add(self, other: Outcome) -> None:
        self.ended += other.ended
        self.crashes += other.crashes
        self.cost.add(other.cost)


def list_as_workbook() -> bytes:
    """Return the shipped observations as a workbook."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("observations")
    for row in csv.reader(io.StringIO((ROOT / "data/official/observations.csv").read_text("utf-8-sig"))):
        sheet.append([float(cell) if cell.replace(".", "", 1).isdecimal() else cell for cell in row])
    return saved(book)


def seeds(store: Store) -> dict[str, bytes]:
    """Return sound files of each form, by what they are."""
    folders = (ROOT / "tests/cases/files", ROOT / "tests/city/official", ROOT / "tests/city/catalogue")
    made = {path.name: path.read_bytes() for folder in folders for path in sorted(folder.glob("*.csv"))}
    made |= {path.name: path.read_bytes() for path in sorted((ROOT / "tests/cases/files").glob("*.xlsx"))}
    return {
        **made,
        "observations.xlsx": list_as_workbook(),
        "report.xlsx": filled(template(store)),
        "report 2.xlsx": filled(template(store)),
    }


def name_of(problems: Iterable[Problem]) -> str:
    """Say that a file ended in problems that are named; fails where one is not."""
    for problem in problems:
        assert problem.found is not None
        assert all(written(m, code) for m in (problem.expected, problem.remedy) for code in ("ja", "en"))
    return "problems"


def opened(store: Store, name: str, content: bytes) -> Outcome:
    """Open one file by the door it would come through, and what follows where it is sound enough."""
    outcome = Outcome()
    is_report = name.startswith("report")
    try:
        read = (
            measured(open_book, content, max_bytes=MAX_BYTES, most_cells=MOST_CELLS)
            if is_report
            else measured(open_table, content, max_bytes=MAX_BYTES, limits=limits_of(len(content)))
        )
        if read.is_fault:
            raise AssertionError(read.stopped)
        if read.stopped is not None:
            end = f"stopped: {name_of([read.stopped.problem]) and both(read.stopped.problem.found).split(' / ')[-1]}"
        elif read.answer[-1] and not read.answer[0]:
            end = f"refused when opened: {name_of(read.answer[-1])}"
        elif is_report:
            reading = read_workbook(content, store=store)
            end = f"read: {name_of(reading.problems)}" if reading.problems else "read: rows"
            if reading.mark is not None and reading.problems:
                mark_problems(content, reading.problems)
        else:
            report = check_content(content, name, store=store)
            end = f"read: {name_of(report.problems)}" if report.problems else "read: rows"
        outcome.ended[end] += 1
    except Exception:
        outcome.ended["crash"] += 1
        outcome.crashes.append(f"{name}: {traceback.format_exc()[-1500:]}")
    return outcome


def attack(store: Store, *, count: int, seed: int) -> Outcome:
    """Open as many changed files as asked, the same for the same seed."""
    chance, sound, outcome = random.Random(seed), seeds(store), Outcome()
    names = [*sound, "report.xlsx", "report.xlsx", "report.xlsx", "observations.xlsx", "observations.xlsx"]
    with watched() as cost:
        for _ in range(count):
            name = chance.choice(names)
            content = sound[name]
            for _ in range(chance.choice([1, 1, 1, 2, 3])):
                try:
                    content = mutant(content, chance)
                except Exception:  # what was changed before is no archive any more
                    break
            outcome.add(opened(store, name, content))
    outcome.cost.add(cost)
    return outcome
