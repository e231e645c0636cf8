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
from kpis.scorecard import Book, Scored, score_all
from kpis.settings import settings
from kpis.store import Store
from publishers.editions import Edition


@st.cache_resource(show_spinner=False)
def _store(url: str) -> Store:
    return Store(url)


def store() -> Store:
    """Return the store of this run: the working figures, or in public mode the edition chosen."""
    return _store(_url.get())


_url: ContextVar[str] = ContextVar("url")
_edition: ContextVar[Edition | None] = ContextVar("edition", default=None)
_revision: ContextVar[int] = ContextVar("revision")


def settle_revision(edition: Edition | None = None) -> None:
    """Settle the revision of this run, so that everything on a page is of one state of the data.

    Args:
        edition: what is shown in public mode; ``None`` means the working figures.
    """
    _edition.set(edition)
    _url.set(edition.url if edition else settings().database_url)
    _revision.set(store().revision())


def edition() -> Edition | None:
    """Return the edition of this run; ``None`` where the working figures are shown."""
    return _edition.get()


@st.cache_resource(show_spinner=False, max_entries=4)
def _book(revision: int, url: str) -> Book:
    return _store(url).book()


@st.cache_resource(show_spinner=False, max_entries=64)
def _scored(revision: int, url: str, as_of: date) -> list[Scored]:
    made = score_all(_book(revision, url), as_of=as_of)
    # Streamlit collects garbage after every run; what is kept for all viewers need not be walked each time.
    gc.collect()
    gc.freeze()
    return made


@st.cache_resource(show_spinner=False, max_entries=16)
def _rows(revision: int, url: str, table: str) -> list[dict[str, Any]]:
    return _store(url).all_of(getattr(models, table))


@st.cache_resource(show_spinner=False, max_entries=1024)
def _made(revision: int, url: str, as_of: date, language: str, code: str, what: str, _make: Callable[[], Any]) -> Any:
    return _make()


def made(what: str, *, code: str, as_of: date, language: str, make: Callable[[], Any]) -> Any:
    """Return a chart, table or text made once per revision, day, language and indicator; it must not be changed."""
    return _made(_revision.get(), _url.get(), as_of, language, code, what, make)


def book() -> Book:
    """Return every indicator with its figures, of the present revision."""
    return _book(_revision.get(), _url.get())


def scored(as_of: date) -> list[Scored]:
    """Return every judgement of a day, in catalogue order."""
    return _scored(_revision.get(), _url.get(), as_of)


def rows(table: str) -> list[dict[str, Any]]:
    """Return the rows of a table by its class name, as ``Project``."""
    return _rows(_revision.get(), _url.get(), table)
