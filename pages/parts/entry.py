"""The guard: the first call of every page, and the frame round all of them."""

from __future__ import annotations

import base64
from contextvars import ContextVar
from copy import copy
from datetime import date
from functools import lru_cache
from typing import Any, Literal

import streamlit as st

from kpis.periods import local_day
from kpis.scorecard import VIEWS
from kpis.settings import ROOT, settings
from kpis.store import utc_now
from pages.parts import cached
from pages.parts.asked import FIRST_DAY, asked_day, follow
from pages.parts.edition import chosen_edition, edition_choice, edition_line, known_choice, known_line
from pages.parts.text import LANGUAGES, language, settle_language, t
from pages.parts.viewer import gate, is_let_in, refuse, settle_viewer, viewer, viewer_choice

_framed: ContextVar[bool] = ContextVar("framed", default=False)
_pages: ContextVar[dict[str, Any]] = ContextVar("pages")
_PAGES = ROOT / "pages"
SECTIONS = {
    "progress": ("overview", "five_less", "procedures", "facilities", "projects", "bureau", "changes", "indicator"),
    "data": ("about", "revisions"),
}
ICONS = {
    "overview": "dashboard", "five_less": "counter_5", "procedures": "description", "facilities": "contactless", "projects": "flag",
    "bureau": "apartment", "changes": "difference", "indicator": "query_stats", "about": "menu_book", "revisions": "history",
    "submit": "upload_file", "review": "fact_check", "report": "summarize", "publish": "publish",
}  # fmt: skip


def navigation() -> st.Page:  # type: ignore[valid-type]
    """Declare the one list of pages and return the page asked for."""
    sections = {t(f"nav_{section}"): [_page(name) for name in names] for section, names in SECTIONS.items()}
    if settings().mode != "public":  # there: no sign-in, no upload, no review, no publication; these pages do not exist
        sections[t("nav_office")] = [
            _page("submit", "take_template"), _page("review", "see_queue", "manage_people"), _page("report"), _page("publish", "publish"),
        ]  # fmt: skip
    _pages.set({known.url_path: known for section in sections.values() for known in section})
    return st.navigation(sections, position="sidebar" if is_let_in() else "hidden", expanded=True)


def _page(name: str, *needs: str) -> Any:
    """Declare a page; one that not everybody may use is hidden from the menu of the others, and ``enter`` refuses it to them.

    Each run has a copy of its own, since ``st.navigation`` marks in it which page may run.
    """
    # Where one sits at the machine, the page says which viewer to choose.
    shown = not needs or settings().mode == "local" or any(viewer().may(action) for action in needs)
    return copy(_declared(name, language(), "visible" if shown else "hidden"))


@lru_cache(maxsize=128)
def _declared(name: str, _language: str, visibility: Literal["visible", "hidden"]) -> Any:
    """Make a page once: Streamlit looks its file up in the file system each time one is made."""
    first, icon = name == "overview", f":material/{ICONS[name]}:"
    file, address = _PAGES / f"{name}.py", None if first else name
    return st.Page(file, title=t(f"nav_{name}"), icon=icon, url_path=address, default=first, visibility=visibility)


def page(name: str) -> Any:
    """Return a page of the menu by its address, for a link to it; finding it by its file asks the file system each time."""
    return _pages.get()[name]


def has_page(name: str) -> bool:
    """Say whether the menu holds a page of this address."""
    return name in _pages.get()


def show() -> None:
    """Run the page asked for inside the frame."""
    asked = frame()
    token = _framed.set(True)
    try:
        gate()  # here too: a page that forgot to ask shows nothing either
        edition_line()
        known_line()
        if cached.is_sample():
            st.warning(t("sample_banner"), icon=":material/science:")
        asked.run()  # type: ignore[attr-defined]
    finally:
        _framed.reset(token)
        cached.settle_memory()


def frame() -> st.Page:  # type: ignore[valid-type]
    """Set up the page, the menu, and the viewer's language and day; return the page to run."""
    settle_language()
    cached.settle_revision(chosen_edition())
    settle_viewer()
    _configure()
    asked = navigation()
    _configure()  # again: the icon of the page asked for must not replace ours, which needs no other host
    with st.sidebar:
        st.subheader(t("site"))
        chosen = st.segmented_control(
            t("language"),
            list(LANGUAGES),
            default=language(),
            format_func=LANGUAGES.__getitem__,
            label_visibility="collapsed",
            key=f"language_choice_{language()}",
        )
        if chosen and chosen != language():
            st.session_state["language"] = chosen
            st.query_params["lang"] = chosen
            st.rerun()
        st.session_state["language"] = language()
        viewer_choice()
        if not is_let_in():
            return asked
        edition_choice()
        cached.settle_known_at(known_choice())
        last, asked_view = today(), st.query_params.get("view", "")
        day = asked_day("as_of", last=last) or last
        st.date_input(t("as_of"), value=day, min_value=FIRST_DAY, max_value=last, key=_as_of_key())
        follow("as_of", as_of().isoformat())
        first = asked_view if asked_view in VIEWS else VIEWS[0]
        st.segmented_control(
            t("view"), VIEWS, default=first, format_func=lambda v: t(f"view_{v}"), key="view", required=True, help=t("view_help")
        )
        follow("view", view())
    return asked


@lru_cache(maxsize=1)
def _icon() -> str:
    return "data:image/png;base64," + base64.b64encode((ROOT / "data" / "text" / "icon.png").read_bytes()).decode()


def _configure() -> None:
    st.set_page_config(page_title=t("site"), page_icon=_icon(), layout="wide")


def enter(*needs: str) -> None:
    """Guard a page: it is shown only inside the frame, to a viewer whom the mode allows.

    On a server just started, Streamlit's old page discovery runs a page file without ``dashboard.py`` when its address
    is the very first one asked for. Declaring the navigation ends that discovery; the run then starts again framed.

    Args:
        needs: actions of ``kpis.access``; the viewer must be allowed one of them. Every write checks again for itself.
    """
    if not _framed.get():
        settle_language()
        _configure()
        navigation()
        st.rerun()
    gate()
    if needs and not any(viewer().may(action) for action in needs):
        refuse()


def today() -> date:
    """Return today's date, or in public mode the day of the edition; the clock is read at this entry point only."""
    edition = cached.edition()
    return edition.as_of if edition else local_day(utc_now())


def _as_of_key() -> str:
    edition = cached.edition()
    return f"as_of_{edition.number}" if edition else "as_of"  # each edition starts at its own day


def view() -> str:
    """Return the organisation the viewer chose: ``then`` (当時の組織) or ``now`` (現在の組織)."""
    chosen = st.session_state.get("view")
    return chosen if chosen in VIEWS else "then"


def as_of() -> date:
    """Return the day the viewer chose in the side bar."""
    chosen = st.session_state.get(_as_of_key())
    return chosen if isinstance(chosen, date) else today()
