"""The only caches of the pages: keyed by data revision and arguments, never by time.

What is kept is shared by all viewers as it is, and so must not be changed: frozen dataclasses, Arrow tables and texts.
It stands on one shelf per revision, fetched once a run, so that looking something up costs what a dictionary costs;
``st.cache_data`` would copy a long history at each look, and ``st.cache_resource`` inspects and hashes at each look.
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache, partial
from threading import Lock
from typing import Any, TypeVar

from kpis.figures.bureaus import BureauReport, bureau_reports
from kpis.figures.facilities import Facility, standing
from kpis.figures.organisation import REPORTING_KINDS, Organisation
from kpis.figures.projects import ProjectReport, project_reports
from kpis.figures.scorecard import WHOLE, Book, Scored, score_all
from kpis.reporting.people import Person, local_people
from kpis.settings import settings
from kpis.store import register_history
from kpis.store import tables as models
from kpis.store.queries import Counted, Filter, by_bureau, counted, search
from kpis.store.store import Store
from publishers.editions.on_disk import Edition

T = TypeVar("T")

PROJECT_TABLES = ("Project", "StrategyVersion", "ProjectVersion", "ProjectBureau", "MilestoneDate", "ProjectConfidence")
BUREAU_TABLES = ("Indicator", "Submission")
LIMITS = {"book": 1, "scored": 64, "rows": 32, "made": 2048, "found": 64}


@lru_cache(maxsize=4)
def _store(url: str) -> Store:
    return Store(url)


def store() -> Store:
    """Return the store of this run: the working figures, or in public mode the edition chosen."""
    return _store(_url.get())


class Shelf:
    """What was made of one revision; of each sort the latest used are kept, up to its limit."""

    def __init__(self, url: str) -> None:
        self.store = _store(url)
        self._kept: dict[str, OrderedDict[Hashable, Any]] = {sort: OrderedDict() for sort in LIMITS}
        self._lock = Lock()
        self.is_unsettled = False

    def get(self, sort: str, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept, or make it: outside the lock, so that no viewer waits for another's page."""
        kept = self._kept[sort]
        with self._lock:
            if key in kept:
                kept.move_to_end(key)
                there: T = kept[key]
                return there
        value = make()
        with self._lock:
            self.is_unsettled = True
            kept[key] = value
            while len(kept) > LIMITS[sort]:
                kept.popitem(last=False)
        return value


@lru_cache(maxsize=4)
def _shelf(revision: int, url: str) -> Shelf:
    return Shelf(url)


_url: ContextVar[str] = ContextVar("url")
_edition: ContextVar[Edition | None] = ContextVar("edition", default=None)
_settled: ContextVar[Shelf] = ContextVar("shelf")
_known_at: ContextVar[datetime | None] = ContextVar("known_at", default=None)


def settle_revision(edition: Edition | None = None) -> None:
    """Settle the revision of this run, so that everything on a page is of one state of the data.

    Args:
        edition: what is shown in public mode; ``None`` means the working figures.
    """
    url = edition.url if edition else settings().database_url
    _edition.set(edition)
    _url.set(url)
    _settled.set(_shelf(store().revision(), url))


def settle_known_at(known_at: datetime | None) -> None:
    """Settle as of which instant figures are shown; ``None`` means as they are known now."""
    _known_at.set(known_at)


def known_at() -> datetime | None:
    """Return the instant (UTC) whose knowledge this run shows; ``None`` means as known now."""
    return _known_at.get()


def edition() -> Edition | None:
    """Return the edition of this run; ``None`` where the working figures are shown."""
    return _edition.get()


def settle_memory() -> None:
    """Take what was made in this run out of the collector's walk, once the run is over.

    Streamlit collects garbage after every run; what is kept for all viewers need not be walked each time. What was settled
    earlier is looked through again first, so that nothing of an older revision stays behind.
    """
    shelf = _settled.get(None)
    if shelf is not None and shelf.is_unsettled:
        shelf.is_unsettled = False
        gc.unfreeze()
        gc.collect()
        gc.freeze()


def made(what: str, *, code: str, as_of: date, language: str, make: Callable[[], T]) -> T:
    """Return a chart, table or text made once per revision, day, language and code; it must not be changed."""
    return _settled.get().get("made", (what, code, as_of, language, _known_at.get()), make)


def book() -> Book:
    """Return every indicator with its figures, of the present revision."""
    shelf = _settled.get()
    return shelf.get("book", (), shelf.store.book)


def scored(as_of: date, view: str = WHOLE) -> list[Scored]:
    """Return every judgement of a day, in catalogue order; bureaus are left out unless ``view`` says in which organisation."""
    known_at = _known_at.get()
    key = (as_of, view, known_at)
    return _settled.get().get("scored", key, lambda: score_all(book(), as_of=as_of, view=view, known_at=known_at))


def procedures_counted(as_of: date) -> Counted:
    """Return the register of procedures, counted in groups on a day."""
    shelf, known = _settled.get(), _known_at.get()
    return shelf.get("scored", ("procedures", as_of, known), lambda: counted(shelf.store, as_of=as_of, known_at=known))


def found(what: str, asked: Hashable, *, make: Callable[[], T]) -> T:
    """Return what a search found; the latest few only, since what people may ask for is endless."""
    return _settled.get().get("found", (what, asked, _known_at.get()), make)


def procedures_found(asked: Filter, *, as_of: date, page: int) -> tuple[int, list[dict[str, Any]]]:
    """Return one page of the procedures asked for, and how many there are."""
    shelf, known = _settled.get(), _known_at.get()
    make = partial(search, shelf.store, asked, as_of=as_of, known_at=known, page=page)
    return found("procedures", (asked, as_of, page), make=make)


def rows(table: str) -> list[dict[str, Any]]:
    """Return the rows of a table by its class name, as ``Project``."""
    shelf = _settled.get()
    return shelf.get("rows", table, lambda: shelf.store.all_of(getattr(models, table)))


def register(table: str) -> list[dict[str, Any]]:
    """Return the rows of a register by its class name (``Facility``, ``Milestone``), as known at the instant of this run."""
    shelf, known = _settled.get(), _known_at.get()
    return shelf.get("rows", (table, known), lambda: shelf.store.known(getattr(models, table), known_at=known))


def facilities(as_of: date) -> list[Facility]:
    """Return every facility of the register as it stands on a day."""
    key = ("facilities", as_of, _known_at.get())
    return _settled.get().get("scored", key, lambda: standing(register("Facility"), as_of=as_of))


def first_known(table: str) -> datetime | None:
    """Return the instant at which the first row of a register became known."""
    shelf = _settled.get()

    def make() -> datetime | None:
        with shelf.store.reading() as session:
            return register_history.first_known(session, getattr(models, table))

    return shelf.get("rows", ("first known", table), make)


def local_persons() -> list[Person]:
    """Return whom a local instance offers in its side bar; a change of persons is a change of the data, and so is seen at once."""
    shelf = _settled.get()
    return shelf.get("rows", ("local_persons",), lambda: local_people(shelf.store))


def is_sample() -> bool:
    """Say whether everything shown is of the sample organisation."""
    shelf = _settled.get()
    return shelf.get("rows", "is_sample", shelf.store.is_sample)


def organisation() -> Organisation:
    """Return every unit and how they followed each other."""
    return book().organisation


def reporting_units() -> frozenset[str]:
    """Return the codes of the units that report for themselves."""
    return frozenset(unit.code for unit in organisation().units if unit.kind in REPORTING_KINDS)


def projects(as_of: date) -> list[ProjectReport]:
    """Return every project as it stands on a day, in catalogue order."""
    known_at = _known_at.get()

    def make() -> list[ProjectReport]:
        tables = {**_tables(PROJECT_TABLES), "Milestone": register("Milestone")}
        return project_reports(tables, scored(as_of), as_of=as_of, known_at=known_at)

    return _settled.get().get("scored", ("projects", as_of, known_at), make)


def bureaus(as_of: date, view: str) -> list[BureauReport]:
    """Return every bureau as it stands on a day, in the organisation asked for."""

    def make() -> list[BureauReport]:
        judged, led = scored(as_of, view), projects(as_of)
        counts = by_bureau(store(), as_of=as_of, known_at=_known_at.get())
        tables = {**_tables(BUREAU_TABLES), "Procedure": counts, "Facility": register("Facility")}
        return bureau_reports(organisation(), judged, led, tables, as_of=as_of, view=view)

    return _settled.get().get("scored", ("bureaus", as_of, view, _known_at.get()), make)


def _tables(names: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    return {name: rows(name) for name in names}
