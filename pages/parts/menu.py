"""The list of pages in menu order, and the navigation bar on top of every page."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from copy import copy
from functools import lru_cache
from typing import Any, Literal

import streamlit as st
from markupsafe import escape

from kpis.as_text import markdown
from kpis.government import Government, government
from kpis.languages import codes, own_name
from kpis.registers import TOLD_BY_RECORD
from kpis.settings import ROOT, settings
from pages.parts import address
from pages.parts.raw_html import draw_html
from pages.parts.search_box import search_box
from pages.parts.text import escaped_labels, language, named, t
from pages.parts.viewer import is_let_in, viewer

_PAGES = ROOT / "pages"
_sections: ContextVar[dict[str, list[Any]]] = ContextVar("sections")
# Sections with a name are drop-down lists; the pages of blank sections are in the bar itself.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "": ("overview", "themes", "bureau", "projects"),
    "registers": ("procedures", "facilities", *TOLD_BY_RECORD),
    " ": ("indicator", "standing", "search"),
    "data": ("changes", "revisions", "about"),
}
OFFICE: Mapping[str, tuple[str, ...]] = {  # page → actions, one of which is needed to see it; none: everybody in the office
    "submit": ("take_template",), "review": ("see_queue", "manage_people"), "report": (), "meeting": ("hold_meeting",), "publish": ("publish",),
    "questions": ("see_questions",), "notices": ("choose_notices",), "voices": (),
}  # fmt: skip
LISTS = ("standing", "search")  # not in the menu: reached from counts on other pages, and from the search box


def navigation() -> st.Page:
    """Declare all pages to Streamlit and return the requested one."""
    sections = {section: [_page(name) for name in names] for section, names in SECTIONS.items()}
    if settings().mode != "public":  # in public mode these pages do not exist: no sign-in, upload, review or publishing
        sections["office"] = [_page(name, *needs) for name, needs in OFFICE.items()]
    _sections.set(sections)
    for page in (page for pages in sections.values() for page in pages):
        if page._script_hash == address.place_meant():
            st.switch_page(page, query_params=st.query_params.to_dict())
    return st.navigation(sections, position="hidden")


def _page(name: str, *needs: str) -> Any:
    """Return the declaration of a page; it is hidden from the menu of viewers who may not use it, and ``enter`` refuses them.

    Each run has its own copy, since ``st.navigation`` marks in it which page may run.
    """
    # On a local instance such pages are visible: they tell which viewer to choose.
    shown = (
        name not in LISTS
        and (name != "voices" or bool(settings().voices_url))
        and (not needs or settings().mode == "local" or any(viewer().may(action) for action in needs))
    )
    return copy(_declared(name, language(), "visible" if shown else "hidden", government()))


@lru_cache(maxsize=128)
def _declared(name: str, _language: str, visibility: Literal["visible", "hidden"], own: Government) -> Any:
    """Return a page, created once: Streamlit looks up its file each time one is created."""
    first = name == "overview"
    file, place = (
        _PAGES / f"{'register' if name in TOLD_BY_RECORD else name}.py",
        None if first else own.page.address if name == "themes" else name,
    )
    return st.Page(file, title=t(f"nav_{name}"), url_path=place, default=first, visibility=visibility)


def page(name: str) -> Any:
    """Return a page by its URL path, for links; a link by file name would access the file system each time."""
    return next(candidate for pages in _sections.get().values() for candidate in pages if candidate.url_path == name)


def has_page(name: str) -> bool:
    """Return True if a page with this URL path exists."""
    return any(candidate.url_path == name for pages in _sections.get().values() for candidate in pages)


def bar(shown: Any) -> None:
    """Draw the navigation bar: publisher, menu (for viewers with access), search box and languages.

    The links are our own: those of Streamlit's menu drop the query parameters, and the view would be lost.

    Args:
        shown: the running page; it is highlighted, also within a drop-down list.
    """
    query = address.link()
    draw_html(f'<a class="skip" href="#content">{escape(t("skip_to_content"))}</a>')
    with st.container(key="bar", horizontal=True, vertical_alignment="center", gap="xsmall"):
        with st.container(key="brand", width="content", gap=None):
            publisher = markdown(named(government().publisher))
            st.page_link(page(""), label=f":small[{publisher}] {t('site')}", query_params=query)
        if is_let_in():
            _menu(shown, query)
        search_text = search_box(shown.url_path)
        st.segmented_control(
            t("language"), codes(), format_func=escaped_labels(own_name), label_visibility="collapsed", required=True,
            **address.bound("lang"),
        )  # fmt: skip
    if search_text:
        st.switch_page(page("search"), query_params=address.link(q=search_text))


def _menu(shown: Any, query: dict[str, str]) -> None:
    with st.container(key="menu", horizontal=True, vertical_alignment="center", gap=None, width="content"):
        for section, pages in _sections.get().items():
            listed = [page for page in pages if page.visibility == "visible"]
            if section.strip() and listed:
                # The key contains the page shown, so that the list is closed again on another page.
                key = f"menu_{section}_{shown.url_path}" + ("_shown" if shown in listed else "")
                with st.popover(t(f"nav_{section}"), type="tertiary", key=key):
                    _links(listed, query)
            else:
                _links(listed, query)


def _links(pages: list[Any], query: dict[str, str]) -> None:
    for page in pages:
        st.page_link(page, query_params=query)
