"""A small sample of what ``make attack`` does: the same changed files each time, opened as the product opens them."""

from __future__ import annotations

import io
import os
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.files.apart import USUAL, apart, measured
from loaders.files.opened import open_book, open_table
from loaders.files.problems import Problem
from loaders.prepared import Prepared
from loaders.workbook.door import read_workbook
from tests.attack.files import MAX_BYTES, attack
from tests.attack.heavy import heavy, shared
from tests.attack.judged import FEWEST_FILES, MOST_BYTES, MOST_SECONDS, missed, own_files
from tests.attack.watch import Cost
from tests.books import saved
from tests.loaders.filled import F, make_store, part_of, template

pytestmark = pytest.mark.edition


def test_changed_files_end_in_rows_or_named_problems(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a part that stands twice
        outcome = attack(make_store(tmp_path), count=40, seed=99)
    assert outcome.crashes == [] and sum(outcome.ended.values()) == 40
    assert (
        outcome.ended["refused when opened: problems"] > 5
        and outcome.ended["read: problems"] > 5
        and outcome.cost.peak_bytes < MOST_BYTES
        and 0 < outcome.cost.processor_seconds < MOST_SECONDS
        and outcome.cost.children > 40
    )


def test_a_workbook_that_takes_all_a_reader_has_is_refused_and_named() -> None:
    read = measured(open_book, heavy()[3], max_bytes=MAX_BYTES, most_cells=600_000)
    assert not read.is_fault and read.peak_bytes < USUAL.memory_bytes
    assert read.stopped is not None or read.answer[-1] or sum(map(len, (s.uncalculated for s in read.answer[0]))) == 200_000


def test_an_attack_fails_beyond_each_of_its_goals() -> None:
    held = Cost(children=1, seconds=40.0, processor_seconds=10.0, peak_bytes=512_000_000)
    sound: dict[str, Any] = {"files": 10_000, "fewest": FEWEST_FILES, "costs": {"own": held}, "ratios": {"": 1.5}, "crashes": []}
    assert missed(**sound) == []
    beyond: list[dict[str, Any]] = [
        {"files": 9_999}, {"costs": {"own": held, "atheris": replace(held, processor_seconds=10.1)}},
        {"costs": {"own": replace(held, peak_bytes=512_000_001)}}, {"ratios": {"": 1.0, "bureau": 1.51}}, {"crashes": ["x"]},
    ]  # fmt: skip
    for one in beyond:
        assert len(missed(**{**sound, **one})) == 1, one


@pytest.mark.parametrize("by_atheris", [0, 4_000, 4_500, 20_000])
def test_our_own_changes_fill_up_what_atheris_did_not_make(by_atheris: int) -> None:
    assert by_atheris + own_files(by_atheris) >= FEWEST_FILES


def processor_time(function: Callable[[], Sequence[Problem]]) -> tuple[float, Sequence[Problem]]:
    """Return what a reading takes of this very process, which everybody else waits for, and its problems."""
    began = time.process_time()
    problems = function()
    return time.process_time() - began, problems


def test_one_long_text_in_every_cell_takes_no_time_of_this_process(tmp_path: Path) -> None:
    store = make_store(tmp_path)
    report = template(store)
    read_workbook(report, store=store)
    figures, words = part_of(report, F), "xl/worksheets/sheet1.xml"
    for sheet, text, rows in ((words, "Ⅷ" * 32_000, 200), (figures, "Ⅷ" * 32_000, 200), (figures, "Ⅷ" * 33, 10_000)):
        content = shared(report, sheet, text, rows=rows, columns=23)
        took, problems = processor_time(lambda content=content: read_workbook(content, store=store).problems)  # type: ignore[misc]
        assert took < 3 and problems and (len(text) < 100) == (problems[0].kind != "file"), (sheet, len(text), took)
    whole = openpyxl.Workbook()
    for text in ("Ⅷ" * 32_000, "Ⅷ" * 5_000):
        content = shared(saved(whole), words, text, rows=6, columns=200)
        took, problems = processor_time(lambda content=content: Prepared("observations.csv", content, None).problems)  # type: ignore[misc]
        assert took < 1 and {p.kind for p in problems} == {"file" if len(text) > 5_000 else "header"}


WORDS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=40).filter(
    lambda text: not text.startswith("=") and "_x" not in text
)
CELL = st.one_of(
    WORDS, st.booleans(), st.dates(date(1901, 1, 1), date(9999, 12, 31)), st.integers(-(10**14), 10**14),
    st.floats(-1e300, 1e300, allow_nan=False, allow_subnormal=False).map(lambda number: float(f"{number:.15g}")),  # as openpyxl writes them
)  # fmt: skip


@settings(max_examples=int(os.environ.get("ATTACK_EXAMPLES", "20")))
@given(width=st.integers(1, 5), data=st.data())
def test_every_sound_workbook_is_read_as_it_was_written(width: int, data: st.DataObject) -> None:
    """``make attack`` asks for more of them (ATTACK_EXAMPLES)."""
    heads = data.draw(
        st.lists(CELL.filter(lambda value: bool(str(value).strip())), min_size=width, max_size=width)
    )  # blanks head nothing
    rows = [heads, *data.draw(st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=5))]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("x")
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    table, problems = apart(open_table, out.getvalue(), max_bytes=MAX_BYTES)
    assert problems == [] and table == ("x", 1, 1, rows)
