"""The list of mutations stays true: each names a place that is there once, changes it into Python, and tests that are there."""

from __future__ import annotations

import ast

import pytest

from kpis.settings import ROOT
from tests.mutations.listed import Mutation, mutations

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("mutation", mutations(), ids=lambda each: each.name)
def test_a_mutation_changes_one_place_that_is_there(mutation: Mutation) -> None:
    held = (ROOT / mutation.file).read_text(encoding="utf-8")
    assert held.count(mutation.old) == 1, f"{mutation.file} holds it {held.count(mutation.old)} times"
    changed = held.replace(mutation.old, mutation.new)
    assert changed != held
    ast.parse(changed)
    for test in mutation.tests:
        path, _, name = test.partition("::")
        assert (ROOT / path).exists(), path
        assert not name or f"def {name.partition('[')[0]}(" in (ROOT / path).read_text(encoding="utf-8"), test


def test_there_are_those_that_once_survived_and_thirty_more() -> None:
    names = [each.name for each in mutations()]
    assert len(set(names)) == len(names) >= 42
