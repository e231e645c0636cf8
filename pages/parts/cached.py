"""The only caches of the pages: keyed by data revision and arguments, never by time.

What is kept are frozen dataclasses, shared by all viewers as they are (``cache_resource``): they cannot be changed,
and copying a long history at each run would cost more than judging it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextvars import ContextVar
from datetime import date
from typing import Any

import streamlit as st

from kpis import models
from kpis.register_queries import Counted, counted
from kpis.scorecard import Book, Scored, score_all
from kpis.settings import settings
from kpis.store import Store


@st.cache_resource(show_spinner=False)
def _store(url: str) -> Store:
    return Store(url)


def store() -> Store:
    """Return the store of this process."""
    return _store(settings().database_url)


_revision: ContextVar[int] = ContextVar("revision")


def settle_revision() -> None:
    """Settle the revision of this run, so that everything on a page is of one state of the data."""
    _revision.set(store().revision())


@st.cache_resource(show_spinner=False, max_entries=2)
def _book(revision: int, url: str) -> Book:
    return _store(url).book()


@st.cache_resource(show_spinner=False, max_entries=64)
def _scored(revision: int, url: str, as_of: date) -> list[Scored]:
    made = score_all(_book(revision, url), as_of=as_of)
    # Streamlit collects garbage after every run; what is kept for all viewers need not be walked each time.
    gc.collect()
    gc.freeze()
    return made


@st.cache_resource(show_spinner=False, max_entries=4)
def _counted(revision: int, url: str, as_of: date) -> Counted:
    return counted(_store(url), as_of=as_of)


@st.cache_resource(show_spinner=False, max_entries=16)
def _rows(revision: int, url: str, table: str) -> list[dict[str, Any]]:
    return _store(url).all_of(getattr(models, table))


@st.cache_resource(show_spinner=False, max_entries=1024)
def _made(revision: int, url: str, as_of: date, language: str, code: str, what: str, _make: Callable[[], Any]) -> Any:
    return _make()


def made(what: str, *, code: str, as_of: date, language: str, make: Callable[[], Any]) -> Any:
    """Return a chart, table or text made once per revision, day, language and indicator; it must not be changed."""
    return _made(_revision.get(), settings().database_url, as_of, language, code, what, make)


def book() -> Book:
    """Return every indicator with its figures, of the present revision."""
    return _book(_revision.get(), settings().database_url)


def scored(as_of: date) -> list[Scored]:
    """Return every judgement of a day, in catalogue order."""
    return _scored(_revision.get(), settings().database_url, as_of)


def procedures_counted(as_of: date) -> Counted:
    """Return the register of procedures, counted in groups on a day."""
    return _counted(_revision.get(), settings().database_url, as_of)


def rows(table: str) -> list[dict[str, Any]]:
    """Return the rows of a table by its class name, as ``Project``."""
    return _rows(_revision.get(), settings().database_url, table)
