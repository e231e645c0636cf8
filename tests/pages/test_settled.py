"""What pages make is taken out of the collector's walk, and what became garbage is found again all the same."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from kpis.state import State
from kpis.store.store import Store
from pages.parts import cached

pytestmark = pytest.mark.edition


class Cycle:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def state(tokyo: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    made = State(tokyo)
    token = cached._state.set(made)
    monkeypatch.setattr(cached, "_settled", cached._Settled())
    monkeypatch.setattr(cached, "REST", 0.0)
    gc.unfreeze()
    gc.collect()  # what other tests left behind
    cached.settle_memory()  # nothing is made yet: all is looked through once
    yield made
    cached._state.reset(token)
    gc.unfreeze()


def left_behind() -> weakref.ref[Cycle]:
    return weakref.ref(Cycle())


def test_a_run_that_makes_something_leaves_it_out_of_the_walk_and_the_next_quiet_one_finds_the_garbage(state: State) -> None:
    state.kept("shown", "a", object)
    garbage, before = left_behind(), gc.get_freeze_count()
    cached.settle_memory()
    assert gc.get_freeze_count() > before and garbage() is not None
    gc.collect()
    assert garbage() is not None, "nobody walks it"
    cached.settle_memory()
    assert garbage() is None and gc.get_freeze_count() > before


def test_who_comes_right_after_something_new_does_not_wait_for_the_collector(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(cached, "monotonic", lambda: clock[0])
    monkeypatch.setattr(cached, "REST", 10.0)
    garbage = left_behind()
    state.kept("shown", "a", object)
    for clock[0] in (100.0, 104.0, 109.0):
        cached.settle_memory()
    assert garbage() is not None
    state.kept("shown", "b", object)
    cached.settle_memory()
    clock[0] = 118.0
    cached.settle_memory()
    assert garbage() is not None, "ten seconds after the first, nine after the last"
    clock[0] = 120.0
    cached.settle_memory()
    assert garbage() is None


def test_while_things_are_made_without_end_garbage_is_looked_for_as_memory_grows(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.kept("shown", "a", object)
    garbage = left_behind()
    monkeypatch.setattr(cached, "GROWN", 0.0)
    cached.settle_memory()
    assert garbage() is None


def test_once_all_was_looked_through_a_quiet_run_costs_nothing(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "collect", lambda: pytest.fail("looked through again"))
    cached.settle_memory()
