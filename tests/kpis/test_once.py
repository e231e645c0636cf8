"""The same asked by many at once is made once; an error is told and not kept; nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event

import pytest

from kpis import once
from kpis.once import MadeOnce, Same

MANY = 16


class Slow:
    """Makes something while the test holds it."""

    def __init__(self, outcome: Callable[[], object]) -> None:
        self.begun, self.go, self.calls = Event(), Event(), 0
        self._outcome = outcome

    def __call__(self) -> object:
        self.calls += 1
        self.begun.set()
        assert self.go.wait(60)
        return self._outcome()


def asked_by_many(kept: MadeOnce, make: Slow, *, waiting: int = MANY) -> list[Future[object]]:
    """Let one begin and many others ask for the same; then let it end."""
    with ThreadPoolExecutor(waiting + 1) as people:
        first = people.submit(kept.kept, "shown", "a", make)
        assert make.begun.wait(60)
        together = Barrier(waiting + 1)

        def ask() -> object:
            together.wait(60)
            return kept.kept("shown", "a", make)

        others = [people.submit(ask) for _ in range(waiting)]
        together.wait(60)
        make.go.set()
        return [first, *others]


def test_what_many_ask_for_at_once_is_made_once() -> None:
    kept, make = MadeOnce({"shown": 9}), Slow(object)
    done = asked_by_many(kept, make)
    assert make.calls == 1 and len({id(each.result()) for each in done}) == 1
    assert kept.kept("shown", "a", object) is done[0].result()
    assert not kept.settled() and kept.settled()


def test_an_error_is_told_to_those_who_waited_and_is_not_kept() -> None:
    def fail() -> object:
        raise ValueError("disk")

    kept, make = MadeOnce({"shown": 9}), Slow(fail)
    done = asked_by_many(kept, make)
    assert all(isinstance(each.exception(), ValueError) for each in done)
    assert kept.kept("shown", "a", lambda: "whole") == "whole" and kept.count("shown") == 1


def test_a_page_that_is_left_while_it_makes_something_leaves_the_others_to_it() -> None:
    class PageLeft(BaseException):
        pass

    def stop() -> object:
        if make.calls == 1:
            raise PageLeft
        return "whole"

    kept, make = MadeOnce({"shown": 9}), Slow(stop)
    first, *others = asked_by_many(kept, make)
    assert isinstance(first.exception(), PageLeft)
    assert [each.result() for each in others] == ["whole"] * MANY


def test_nobody_waits_for_ever_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "WAIT_SECONDS", 0.01)
    kept, hangs = MadeOnce({"shown": 9}), Slow(lambda: "late")
    with ThreadPoolExecutor(1) as another:
        late = another.submit(kept.kept, "shown", "a", hangs)
        assert hangs.begun.wait(60)
        assert kept.kept("shown", "a", lambda: "own") == "own"
        hangs.go.set()
        assert late.result() == "late"


def test_what_is_made_of_other_things_asks_for_them_while_it_is_made() -> None:
    """Each thing is made of the one below, and many begin anywhere: nobody waits in a circle, and each is made once."""
    kept, made = MadeOnce({"shown": 99}), []

    def thing(n: int) -> int:
        def make() -> int:
            made.append(n)
            return 1 + (thing(n - 1) if n else 0)

        return kept.kept("shown", n, make)

    with ThreadPoolExecutor(MANY) as people:
        assert list(people.map(thing, [n % 20 for n in range(200)])) == [n % 20 + 1 for n in range(200)]
    assert sorted(made) == list(range(20))


def test_what_is_derived_from_an_object_is_made_again_for_another_that_equals_it() -> None:
    kept, first = MadeOnce({"shown": 4}), [1]
    made = [kept.kept("shown", Same(whole), partial(list, whole)) for whole in (first, first, [1])]
    assert made[0] is made[1] and made[2] is not made[0]
    first.append(2)
    assert kept.kept("shown", Same(first), list) is made[0], "a list cannot be a key itself; which one it is can"
