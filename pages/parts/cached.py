"""The moment that a run of a page shows, and what was made ready of it to be shown: kept with its state, never for a time.

What is kept is shared by all viewers as it is, and so must not be changed: frozen dataclasses, Arrow tables and texts.
Looking something up costs what a dictionary costs; ``st.cache_data`` would copy a long history at each look, and
``st.cache_resource`` inspects and hashes at each look.
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
from kpis.state import REPORTED, State, state_of
from kpis.store.store import Store
from pages.parts.text import language
from publishers.editions.on_disk import Edition

T = TypeVar("T")
GROWN = 1.2  # at so many times the memory that was used, what was settled is looked through again
REST = 10.0
DRAWINGS = 1024  # the latest, of all states: the shipped figures have some 300 in each language

_edition: ContextVar[Edition | None] = ContextVar("edition", default=None)
_state: ContextVar[State] = ContextVar("state")
_moment: ContextVar[Moment] = ContextVar("moment")
_drawings = MadeOnce({"drawn": DRAWINGS})


def settle_revision(edition: Edition | None = None) -> None:
    """Settle the revision of this run, so that everything on a page is of one state of the data.

    Args:
        edition: what is shown in public mode; ``None`` means the working figures.
    """
    _edition.set(edition)
    settle(edition.government if edition else None)
    _state.set(state_of(edition.url if edition else settings().database_url))


def settle_moment(*, as_of: date, known_at: datetime | None, view: str) -> None:
    """Settle what this run shows: the day, the instant (UTC) whose knowledge counts, or ``None`` for now, and the organisation."""
    _moment.set(Moment(state=_state.get(), as_of=as_of, known_at=known_at, view=view))


def moment() -> Moment:
    """Return the reform as this run shows it."""
    return _moment.get()


def edition() -> Edition | None:
    """Return the edition of this run; ``None`` where the working figures are shown."""
    return _edition.get()


def store() -> Store:
    """Return the store of this run: the working figures, or in public mode the edition chosen."""
    return _state.get().store


def is_sample() -> bool:
    """Say whether everything shown is of the sample organisation."""
    return _state.get().is_sample()


def local_persons() -> list[Person]:
    """Return whom a local instance offers on its pages; a change of persons is a change of the data, and so is seen at once."""
    return until_written("local persons", make=lambda: local_people(store()), key=())


def made(what: str, *, make: Callable[[], T], code: Hashable = "") -> T:
    """Return a chart, table or text made once per state of the figures, day, knowledge, language and code; it must not be changed.

    Nothing of reports or people may be in it: it stays when these change (``State.kept``).
    """
    return moment().kept("shown", (what, code, language()), make)


def drawn(content: object, make: Callable[[], T]) -> T:
    """Return what follows from its content and the viewer's language alone, as the chart of a shape, made once whatever the state.

    So an approval redraws only what it changed. Equal contents usually have equal bytes, and equal bytes are always equal contents.

    Args:
        content: plain data and frozen dataclasses: everything that ``make`` reads, but for language and government.
        make: draws it; called only where nothing is kept.
    """
    return _drawings.kept("drawn", (pickle.dumps(content, protocol=5), language(), government()), make)


def until_written(what: str, *, make: Callable[[], T], key: Hashable) -> T:
    """Return what was made of anything stored, reports and people too; made anew after each write that raises the revision."""
    return _state.get().kept(REPORTED, (what, key), make)


def searched(what: str, *, make: Callable[[], T], key: Hashable) -> T:
    """Return what was made of a search; the latest few only, since what people may ask for is endless."""
    return moment().kept("searched", (what, key, language()), make)


class _Settled:
    """What the collector was told to leave alone: how much there was after all was looked through, when, and if any came since."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.blocks = 0
        self.at = 0.0
        self.is_due = True


_settled = _Settled()


def settle_memory() -> None:
    """Take what was made in this run out of the collector's walk, once the run is over.

    Streamlit collects garbage after every run; what is kept for all viewers need not be walked each time. Leaving things alone costs
    nothing, but leaves what became garbage meanwhile, as figures of an older state, where it is. So all are looked through again after
    the first run that makes nothing new, at most every ``REST`` seconds, and while many things are made whenever a fifth more is used.
    """
    state = _state.get(None)
    if state is None or not _settled.lock.acquire(blocking=False):
        return  # while another run settles, what this one made is walked until the next
    try:
        is_made = not state.settled()
        if is_made:
            gc.freeze()
            _settled.is_due = True
        is_quiet = not is_made and monotonic() - _settled.at > REST
        if (is_quiet and _settled.is_due) or (
            is_made and getallocatedblocks() > GROWN * _settled.blocks
        ):  # to count them takes 0.4 ms
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            _settled.blocks, _settled.at, _settled.is_due = getallocatedblocks(), monotonic(), False
    finally:
        _settled.lock.release()


gc.freeze()  # what was loaded before the first page: many who come at once would each walk it
