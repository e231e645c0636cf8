"""The moment that a run of a page shows, and what was made ready of it to be shown: kept with its state, never for a time.

What is kept is shared by all viewers as it is, and so must not be changed: frozen dataclasses, Arrow tables and texts.
Looking something up costs what a dictionary costs; ``st.cache_data`` would copy a long history at each look, and
``st.cache_resource`` inspects and hashes at each look.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from datetime import date, datetime
from threading import Lock
from typing import TypeVar
from weakref import WeakSet

from kpis.government import settle
from kpis.moment import REPORTED, Moment, State, state_of
from kpis.once import MadeOnce
from kpis.reporting.people import Person, local_people
from kpis.settings import settings
from kpis.store.store import Store
from pages.parts.text import language
from publishers.editions.on_disk import Edition

T = TypeVar("T")
GROWN = 1.5  # so often what was settled is looked through again, as a multiple of what it was

_edition: ContextVar[Edition | None] = ContextVar("edition", default=None)
_state: ContextVar[State] = ContextVar("state")
_moment: ContextVar[Moment] = ContextVar("moment")


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
    """Return whom a local instance offers in its side bar; a change of persons is a change of the data, and so is seen at once."""
    return until_written("local persons", make=lambda: local_people(store()), asked=())


def made(what: str, *, make: Callable[[], T], code: Hashable = "") -> T:
    """Return a chart, table or text made once per state of the figures, day, knowledge, language and code; it must not be changed.

    Nothing of reports or people may be in it: it stays when these change (``State.kept``).
    """
    return moment().kept("shown", (what, code, language()), make)


def until_written(what: str, *, make: Callable[[], T], asked: Hashable) -> T:
    """Return what was made of anything stored, reports and people too; made anew after each write that raises the revision."""
    return _state.get().kept(REPORTED, (what, asked), make)


def searched(what: str, *, make: Callable[[], T], asked: Hashable) -> T:
    """Return what was made of a search; the latest few only, since what people may ask for is endless."""
    return moment().kept("searched", (what, asked, language()), make)


class _Settled:
    """What the collector was last told to leave alone: of which states of figures, and how many objects there were after looking through all."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.of: WeakSet[MadeOnce] = WeakSet()
        self.count = 0


_settled = _Settled()


def settle_memory() -> None:
    """Take what was made in this run out of the collector's walk, once the run is over.

    Streamlit collects garbage after every run; what is kept for all viewers need not be walked each time. What was settled earlier
    is looked through again only where figures are shown for the first time, which may have taken the place of others, or where it has
    grown by half since: so nothing of an older state stays behind, and what this costs is in proportion to what was made.
    """
    state = _state.get(None)
    if state is None or state.settled() or not _settled.lock.acquire(blocking=False):
        return  # while another run settles, what this one made is walked until the next that makes something
    try:
        if state.figures not in _settled.of or gc.get_freeze_count() > GROWN * _settled.count:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            _settled.of.add(state.figures)
            _settled.count = gc.get_freeze_count()
        else:
            gc.collect()
            gc.freeze()
    finally:
        _settled.lock.release()
