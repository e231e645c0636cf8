"""The moment that a run shows, and the caches of everything drawn from it: kept with a state of the data, never for a time.

Cached objects are shared by all viewers and must not be changed: frozen dataclasses, Arrow tables and texts.
A look-up costs as much as one in a dictionary; ``st.cache_data`` would copy a long series at each look-up, and
``st.cache_resource`` inspects and hashes its arguments.
"""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from datetime import date, datetime
from sys import getallocatedblocks
from threading import Lock
from time import monotonic
from typing import TypeVar

from kpis.government import government, settle
from kpis.moment import Moment
from kpis.once import MadeOnce
from kpis.reporting.people import Person, local_people
from kpis.settings import settings
from kpis.state import REPORTED, State, state_and_step_of
from kpis.store.store import Store
from pages.parts.text import language
from publishers.editions.on_disk import Edition

T = TypeVar("T")
GROWN = 2.0  # growth of memory, as a factor, after which frozen objects are collected again although new ones are still being made
REST = 10.0  # seconds without anything new after which they are collected
DRAWINGS = 1536  # latest drawings kept, of all states: the shipped figures have some 500 in each language, their tables included
TABLES = 128  # latest tables of data kept as HTML: of an office, whose lists change with each step and may be long

_edition: ContextVar[Edition | None] = ContextVar("edition", default=None)
_state: ContextVar[State] = ContextVar("state")
_last_seen: ContextVar[tuple[Hashable, str]] = ContextVar("last_seen")  # what ``Store.state_and_step`` last returned in this run
_moment: ContextVar[Moment] = ContextVar("moment")
_drawings = MadeOnce({"drawn": DRAWINGS, "tables": TABLES})


def settle_revision(edition: Edition | None = None) -> None:
    """Set the state of the data for this run, so that everything on a page is of one revision.

    Args:
        edition: the edition shown in public mode; ``None`` means the working figures.
    """
    _edition.set(edition)
    settle(edition.government if edition else None)
    state, newest = state_and_step_of(edition.url if edition else settings().database_url)
    _state.set(state)
    _last_seen.set((state.is_of, newest))


def look_again() -> None:
    """Ask once more what is stored, for what is kept by ``stored`` and ``step``: in a run that goes on after waiting for another's write."""
    _last_seen.set(store().state_and_step())


def settle_moment(*, as_of: date, known_at: datetime | None, view: str) -> None:
    """Set the moment of this run: the day, the instant (UTC) as of whose knowledge figures are shown (``None``: now), the view."""
    _moment.set(Moment(state=_state.get(), as_of=as_of, known_at=known_at, view=view))


def moment() -> Moment:
    """Return the moment (figures, judgements, registers) that this run shows."""
    return _moment.get()


def edition() -> Edition | None:
    """Return the edition of this run; ``None`` if working figures are shown."""
    return _edition.get()


def store() -> Store:
    """Return the store of this run: the working figures, or the selected edition in public mode."""
    return _state.get().store


def stored() -> Hashable:
    """Return the state of what is stored, as this run last looked: later than that of its figures where it waited meanwhile."""
    return _last_seen.get()[0]


def step() -> str:
    """Return the checksum of the newest line of the audit trail, as this run last looked."""
    return _last_seen.get()[1]


def is_sample() -> bool:
    """Return True if the data are of the sample organisation."""
    return _state.get().is_sample()


def local_persons() -> list[Person]:
    """Return the persons selectable on a local instance; changes of persons raise the revision and are therefore seen at once."""
    return until_written("local persons", make=lambda: local_people(store()), key=())


def made(what: str, *, make: Callable[[], T], code: Hashable = "") -> T:
    """Return a chart, table or text, made once per state of the figures, moment, language and code; it must not be changed.

    It must not depend on reports or persons: it is kept when these change (``State.kept``).

    Args:
        what: name of the kind of object, unique among all calls.
        make: makes it; called only if it is not cached.
        code: everything else it depends on.
    """
    return moment().kept("shown", (what, code, language()), make)


def drawn(content: object, make: Callable[[], T], *, sort: str = "drawn") -> T:
    """Return what depends only on its content and the viewer's language, as the chart of a shape; made once for all states.

    After an approval, only what it changed is therefore drawn again. The key is the pickled content: equal bytes always mean
    equal contents, and equal contents usually have equal bytes.

    Args:
        content: plain data and frozen dataclasses: everything that ``make`` reads except language and government.
        make: draws it; called only if it is not cached.
        sort: "tables" for those of data, of which fewer are kept.
    """
    return _drawings.kept(sort, (pickle.dumps(content, protocol=5), language(), government()), make)


def until_written(what: str, *, make: Callable[[], T], key: Hashable) -> T:
    """Return what depends on anything stored, including reports and persons; made again after each write that raises the revision."""
    return _state.get().kept(REPORTED, (what, key), make)


def searched(what: str, *, make: Callable[[], T], key: Hashable) -> T:
    """Return what depends on a search; only the latest few are kept, since the number of possible queries is unlimited."""
    return moment().kept("searched", (what, key, language()), make)


class _Settled:
    """State of the frozen objects: allocated blocks at the start or after the last full collection, and when any were frozen last."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.blocks = getallocatedblocks()
        self.made_at = 0.0
        self.is_due = True  # any were frozen since that collection


_settled = _Settled()


def settle_memory() -> None:
    """Freeze the objects cached in this run, so that the garbage collector does not traverse them; called when the run is over.

    Streamlit collects garbage after every run; cached objects shared by all viewers need not be traversed each time. Freezing is
    cheap, but frozen garbage in cycles is never freed. A full collection therefore runs once nothing new was cached for ``REST``
    seconds, and before that only if memory has doubled: it stops all runs for some tenths of a second, and those who come
    after a start or an approval, when much is cached anew, would wait for it.
    """
    state = _state.get(None)
    if state is None or not _settled.lock.acquire(blocking=False):
        return  # another run is at it; objects of this one are traversed until the next call
    try:
        is_made = not state.settled()
        if is_made:
            gc.freeze()
            _settled.made_at, _settled.is_due = monotonic(), True
        is_quiet = not is_made and monotonic() - _settled.made_at > REST
        # Counting blocks takes 0.4 ms.
        if (is_quiet and _settled.is_due) or (is_made and getallocatedblocks() > GROWN * _settled.blocks):
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            _settled.blocks, _settled.is_due = getallocatedblocks(), False
    finally:
        _settled.lock.release()


gc.freeze()  # modules and data loaded before the first page: simultaneous first visitors would each traverse them
