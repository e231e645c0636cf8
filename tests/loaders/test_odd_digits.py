"""Digits that are none for a program (superscripts, thousands of them) where a workbook has numbers that nobody sees: named, never a fault."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from kpis.languages import both
from kpis.store.store import Store
from loaders.workbook.annotate import mark_problems
from loaders.workbook.door import read_workbook
from loaders.workbook.identity import TITLE
from tests.books import saved
from tests.loaders.filled import F, filled, make_store, template

pytestmark = pytest.mark.edition
ODD = ["²", "①", "9" * 5_000]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, bytes]]:
    store = make_store(Path(tmp_path_factory.mktemp("digits")))
    yield store, filled(template(store))


@pytest.mark.parametrize("odd", ODD)
def test_a_revision_on_the_hidden_sheet_that_is_no_number_is_no_mark(sound: tuple[Store, bytes], odd: str) -> None:
    store, content = sound
    book = openpyxl.load_workbook(io.BytesIO(content))
    (hidden,) = [sheet for sheet in book if sheet["A1"].value == TITLE]
    (cell,) = [row[1] for row in hidden.iter_rows(max_row=12) if row[0].value == "revision"]
    cell.value = odd
    problems = read_workbook(saved(book), store=store).problems
    assert problems[0].kind == "mark" and "_mieruka" in both(problems[0].found)


@pytest.mark.parametrize("odd", ODD)
def test_a_comment_whose_shape_has_no_number_does_not_keep_the_workbook_from_being_marked(
    sound: tuple[Store, bytes], odd: str
) -> None:
    store, content = sound
    book = openpyxl.load_workbook(io.BytesIO(content))
    book[F]["A3"].comment, book[F]["H8"].value = Comment("own", "own"), "たぶん"
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(book))) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb"_x0000_s\d+", f"_x0000_s{odd}".encode(), old.read(name)))
    problems = read_workbook(made.getvalue(), store=store).problems
    with zipfile.ZipFile(io.BytesIO(mark_problems(made.getvalue(), problems))) as marked:
        assert any(b"Mieruka" in marked.read(name) for name in marked.namelist() if "comments" in name)
