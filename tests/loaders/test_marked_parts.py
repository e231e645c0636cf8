"""Marking a workbook whose side parts are odd or gone: it comes back marked, or what is damaged is named."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree

from kpis.errors import StepRefused
from loaders.files.problems import Problem
from loaders.workbook.annotate import commented, mark_problems
from loaders.workbook.door import read_workbook
from tests.attack.mutants import packed, unpacked
from tests.loaders.filled import F, S, filled, make_store, template, with_cells

ODD = {"gone": None, "empty": b"", "another root": b"<a/>", "no XML": b"<a", "a root of ours without parts": b""}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[Problem]]:
    """A report with a fault, marked and commented before, so that it has every part that a marking touches."""
    store = make_store(tmp_path_factory.mktemp("marked"))
    content = with_cells(filled(template(store)), F, {"H7": "abc"})
    problems = read_workbook(content, store=store).problems
    assert problems
    return commented(mark_problems(content, problems), [(S, "B2", "見ました")]), problems


def _root_alone(part: bytes) -> bytes:
    """Return a part with nothing within its root."""
    head, _, _ = part.partition(b"?>")
    root = etree.fromstring(part)
    for child in list(root):
        root.remove(child)
    return (head + b"?>" if part.startswith(b"<?xml") else b"") + etree.tostring(root)


def _marked(content: bytes, problems: list[Problem]) -> tuple[bytes, str]:
    """Return the marked copy, or what is said where none is made."""
    try:
        return mark_problems(content, problems), ""
    except StepRefused as refused:
        return b"", refused.in_language("ja")


@pytest.mark.edition
@pytest.mark.parametrize("how", ODD)
def test_a_workbook_with_an_odd_part_is_marked_or_the_part_is_named(faulty: tuple[bytes, list[Problem]], how: str) -> None:
    content, problems = faulty
    parts = unpacked(content)
    assert any("comments" in name for name, _ in parts) and any(name.endswith(".vml") for name, _ in parts)
    for place, (name, part) in enumerate(parts):
        if "/workbook.xml" in name or "rels/workbook.xml" in name or "/worksheets/sheet" in name:
            continue  # read before, and refused there
        odd = _root_alone(part) if how.startswith("a root") and not name.endswith(".vml") else ODD[how]
        changed = packed([*parts[:place], *([] if odd is None else [(name, odd)]), *parts[place + 1 :]])
        marked, said = _marked(changed, problems)
        if said:
            assert name.casefold() in said.casefold(), (name, said)
            continue
        with zipfile.ZipFile(BytesIO(marked)) as archive:
            assert any(b"Mieruka" in archive.read(each) for each in archive.namelist() if "comments" in each), name
            for each in (rels for rels in archive.namelist() if "/worksheets/_rels/" in rels):
                kinds = [relation.get("Type").rpartition("/")[2] for relation in etree.fromstring(archive.read(each))]
                assert all(kinds.count(kind) <= 1 for kind in ("comments", "vmlDrawing")), (name, each, kinds)


@pytest.mark.edition
@pytest.mark.parametrize("part", ["xl/styles.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet2.xml"])
def test_the_name_of_a_part_may_be_written_in_other_letters(faulty: tuple[bytes, list[Problem]], tmp_path: Path, part: str) -> None:
    content, problems = faulty
    parts = [(name.upper() if name == part else name, held) for name, held in unpacked(content)]
    assert (part.upper() in dict(parts)) and part not in dict(parts)
    marked = mark_problems(packed(parts), problems)
    with zipfile.ZipFile(BytesIO(marked)) as archive:
        assert len({name.casefold() for name in archive.namelist()}) == len(archive.namelist())
        assert sum(name.casefold() == "[content_types].xml" for name in archive.namelist()) == 1
