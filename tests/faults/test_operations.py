"""Every operation that ``python -m tests.faults`` kills does, undisturbed, what its kills are held against."""

from __future__ import annotations

import pytest

from tests.faults.__main__ import instance
from tests.faults.operations import NEW, OLD, OPERATIONS, Operation, another_postgresql

pytestmark = pytest.mark.edition


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.beside is not another_postgresql], ids=lambda each: each.name
)
def test_an_operation_that_nobody_kills_leads_from_nothing_to_all(operation: Operation) -> None:
    with instance("sqlite", operation) as made:
        assert operation.state(made) == OLD
        operation.work(made)
        assert operation.state(made) == NEW
