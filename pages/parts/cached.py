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
from kpis.bureaus import BureauReport, bureau_reports
from kpis.organisation import REPORTING_KINDS, Organisation
from kpis.projects import ProjectReport, project_reports
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
def _scored(revision: int, url: str, as_of: date, view: str = "then") -> list[Scored]:
    made = score_all(_book(revision, url), as_of=as_of, view=view)
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
    return _made(_revision.get(), settings().database_url, as_of, language, code, what, make)


def book() -> Book:
    """Return every indicator with its figures, of the present revision."""
    return _book(_revision.get(), settings().database_url)


def scored(as_of: date, view: str = "then") -> list[Scored]:
    """Return every judgement of a day, in catalogue order; ``view`` is the organisation that bureaus are shown in."""
    return _scored(_revision.get(), settings().database_url, as_of, view)


def rows(table: str) -> list[dict[str, Any]]:
    """Return the rows of a table by its class name, as ``Project``."""
    return _rows(_revision.get(), settings().database_url, table)


def organisation() -> Organisation:
    """Return every unit and how they followed each other."""
    return book().organisation


PROJECT_TABLES = ("Project", "ProjectVersion", "ProjectBureau", "Milestone", "MilestoneDate", "ProjectConfidence")


@st.cache_resource(show_spinner=False, max_entries=16)
def _projects(revision: int, url: str, as_of: date) -> list[ProjectReport]:
    tables = {name: _rows(revision, url, name) for name in PROJECT_TABLES}
    return project_reports(tables, _scored(revision, url, as_of), as_of=as_of)


def projects(as_of: date) -> list[ProjectReport]:
    """Return every project as it stands on a day, in catalogue order."""
    return _projects(_revision.get(), settings().database_url, as_of)


BUREAU_TABLES = ("Indicator", "Procedure", "Facility", "Submission")


@st.cache_resource(show_spinner=False, max_entries=16)
def _bureaus(revision: int, url: str, as_of: date, view: str) -> list[BureauReport]:
    tables = {name: _rows(revision, url, name) for name in BUREAU_TABLES}
    shown, projects = _scored(revision, url, as_of, view), _projects(revision, url, as_of)
    return bureau_reports(_book(revision, url).organisation, shown, projects, tables, as_of=as_of, view=view)


def bureaus(as_of: date, view: str) -> list[BureauReport]:
    """Return every bureau as it stands on a day, in the organisation asked for."""
    return _bureaus(_revision.get(), settings().database_url, as_of, view)


def reporting_units() -> frozenset[str]:
    """Return the codes of the units that report for themselves."""
    return frozenset(unit.code for unit in organisation().units if unit.kind in REPORTING_KINDS)
