"""One state of a database or an edition: everything read and computed from it, cached while it is the newest."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

from kpis.figures.scorecard import Book
from kpis.once import MadeOnce
from kpis.store.changed import BESIDE, StateOf
from kpis.store.fields import Stored, records
from kpis.store.store import Store
from kpis.store.tables import table_of

REPORTED = "reported"  # values that depend on reports or people; all others depend on figures and the data they are judged by
REPORTS_KEPT = 512  # a few for each person who works with reports
LIMITS = {
    "book": 1,
    "read": 48,
    "judged": 64,
    "stood": 4096,
    "recast": 48,  # figures of one indicator on one day each, for all its units in turn
    "searched": 64,
    "shown": 2048,
    "indexed": 3,
}  # maximum number per sort, most recently used
DATABASES = 6  # the working figures and some editions; the latest state of each

T = TypeVar("T")


class State:
    """One state of a database, with everything read and computed from it.

    Args:
        parent: identifies the state; read from the store by default.
        before: the previous state, which hands on cached values of unchanged figures.
    """

    def __init__(self, store: Store, parent: StateOf | None = None, before: State | None = None) -> None:
        self.store = store
        self.is_of = store.state() if parent is None else parent
        self.revision = self.is_of.revision
        is_same = before is not None and before.is_of.figures == self.is_of.figures
        self.figures: MadeOnce = before.figures if before is not None and is_same else MadeOnce(LIMITS)
        self.reports = MadeOnce({REPORTED: REPORTS_KEPT})

    def kept(self, sort: str, key: Hashable, make: Callable[[], T]) -> T:
        """Return a cached value, or compute it once for all concurrent callers.

        Args:
            sort: one of ``LIMITS``, or ``REPORTED`` for values that depend on reports or people.
            key: everything it depends on besides this state.
            make: computes it; called only on a miss.
        """
        return (self.reports if sort == REPORTED else self.figures).kept(sort, key, make)

    def settled(self) -> bool:
        """Return whether nothing was computed since the last call."""
        return self.figures.settled() & self.reports.settled()

    def book(self) -> Book:
        """Return every indicator with its figures."""
        return self.kept("book", (), self.store.book)

    def rows(self, table: type[Stored]) -> list[Stored]:
        """Return the rows of a table, as of ``Project``, in catalogue order."""
        sort = REPORTED if table_of(table).name in BESIDE else "read"
        return self.kept(sort, table, lambda: records(table, self.store.all_of(table)))

    def is_sample(self) -> bool:
        """Return whether all data is that of the sample organisation."""
        return self.kept("read", "is sample", self.store.is_sample)


_states: OrderedDict[str, State] = OrderedDict()


_lock = Lock()


def state_of(url: str) -> State:
    """Return the present state of a database or an edition by its address, shared by all callers in this process."""
    return state_and_step_of(url)[0]


def state_and_step_of(url: str) -> tuple[State, str]:
    """Return the same, and what this caller read of the audit trail with it (``Store.state_and_step``): another one may have read less."""
    with _lock:
        state = _states.get(url)
    store = state.store if state else Store(url)
    now, step = store.state_and_step()
    with _lock:
        state = _states.get(url)
        if state is None or state.is_of != now:
            state = _states[url] = State(store, now, state)
        _states.move_to_end(url)
        while len(_states) > DATABASES:
            _states.popitem(last=False)
    return state, step
