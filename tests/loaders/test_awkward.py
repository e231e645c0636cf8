"""Awkward workbooks: each names its problem at its cell, or gives the same rows as the sound one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kpis.languages import both, written
from kpis.reporting.comparison import ReportedRow
from kpis.store.store import Store
from loaders.workbook.annotate import mark_problems
from loaders.workbook.door import read_workbook
from tests.loaders.awkward import ACCEPTED, REFUSED
from tests.loaders.filled import filled, make_store, template

pytestmark = pytest.mark.edition


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, bytes, list[ReportedRow]]]:
    """A store, the soundly filled workbook, and its rows."""
    store = make_store(Path(tmp_path_factory.mktemp("awkward")))
    content = filled(template(store))
    reading = read_workbook(content, store=store)
    assert reading.problems == [] and len(reading.rows) == 6
    yield store, content, reading.rows


def test_there_are_at_least_sixty_awkward_workbooks() -> None:
    assert len(REFUSED) >= 60 and len(ACCEPTED) >= 25


@pytest.mark.parametrize("name", REFUSED)
def test_every_problem_is_named_at_its_cell(name: str, sound: tuple[Store, bytes, list[ReportedRow]]) -> None:
    """The problems are exactly those expected: kind, sheet and cell; and both languages say what to do."""
    store, content, _ = sound
    case = REFUSED[name]
    made = case.build(content, store)
    errors = read_workbook(made, store=store, **case.asked).errors
    assert sorted((p.kind, p.sheet, p.cell) for p in errors) == sorted(case.problems)
    assert case.found in both(errors[0].found) and case.expected in both(errors[0].expected)
    assert all(written(p.expected) and written(p.expected, "en") and written(p.remedy) and written(p.remedy, "en") for p in errors)
    in_words = [p.found_in(language) for p in errors if not p.is_content for language in ("ja", "en")]
    assert not [words for words in in_words if " / " in words], "each language for itself"


@pytest.mark.parametrize("name", ACCEPTED)
def test_form_does_not_change_what_is_read(name: str, sound: tuple[Store, bytes, list[ReportedRow]]) -> None:
    """The rows are those of the sound workbook, apart from the named fields."""
    store, content, rows = sound
    build, changed = ACCEPTED[name]
    reading = read_workbook(build(content, store), store=store)
    assert reading.errors == []
    found = {row.key: dict(row.fields) for row in reading.rows}
    expected = {row.key: dict(row.fields) for row in rows}
    for (code, column), value in changed.items():
        key = next(k for k in expected if (k[0] == code if code else k[0].startswith("CONSTRUCTION-P")))
        expected[key][column] = value
    assert found == expected


@pytest.mark.parametrize(
    "name",
    [n for n, case in REFUSED.items() if any(cell for _, _, cell in case.problems) and "forged" not in n and "link" not in n],
)
def test_the_workbook_comes_back_marked_and_still_says_the_same(name: str, sound: tuple[Store, bytes, list[ReportedRow]]) -> None:
    """Marking changes no value: the marked copy has the same problems at the same cells."""
    store, content, _ = sound
    case = REFUSED[name]
    problems = read_workbook(case.build(content, store), store=store, **case.asked).problems
    marked = mark_problems(case.build(content, store), problems)
    assert read_workbook(marked, store=store, **case.asked).problems == problems
