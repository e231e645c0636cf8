"""The guard that every page calls first, and the frame around all pages."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from typing import NoReturn

import streamlit as st
from markupsafe import escape

from kpis.errors import EditionRefused
from kpis.government import settle
from kpis.languages import SOURCE, codes, html_attributes, own_name
from kpis.settings import ROOT, settings
from pages.parts import address, cached, run
from pages.parts.choices import refusal
from pages.parts.edition import chosen_edition, edition_line, known_line
from pages.parts.intro import intro
from pages.parts.menu import bar, navigation
from pages.parts.raw_html import draw_html
from pages.parts.text import language, refusal_box, settle_language, t
from pages.parts.titled import page_heading, title_of
from pages.parts.view_line import settle_view, view_line
from pages.parts.viewer import gate, is_let_in, refuse, settle_viewer, viewer, viewer_choice
from pages.parts.when import as_of, view
from publishers.editions import on_disk
from telling.words import has_page

_framed: ContextVar[bool] = ContextVar("framed", default=False)


def show() -> None:
    """Run the requested page inside the frame; if an edition fails its check, show the reason instead."""
    with run.logged():
        try:
            _show()
        except EditionRefused as refused:
            _say_refused(refused)


def _say_refused(refused: EditionRefused) -> None:
    refusal_box(refused, ":material/gpp_bad:")
    st.stop()


def stop() -> NoReturn:
    """End a page early; draw its foot and write its address first, since nothing can be drawn after ``st.stop``."""
    edition_line()
    address.finish()
    st.stop()


def end_page(heading: str, notice: Callable[[], object]) -> NoReturn:
    """Draw a page that holds a heading and a notice only, and end it."""
    page_heading(heading)
    notice()
    stop()


def _show() -> None:
    page = frame()
    run.set_page(page.url_path or "overview")
    token = _framed.set(True)
    try:
        gate()  # also here, in case a page omits its own guard
        known_line()
        address.notices_here()
        page.run()
        edition_line()
        address.finish()
    finally:
        _framed.reset(token)
        cached.settle_memory()


def frame() -> st.Page:
    """Set up a run: language, edition, viewer, view, bar and view line; return the page to run."""
    _government()
    address.begin()
    _language()
    cached.settle_revision(chosen_edition())
    settle_viewer()
    page = navigation()
    address.arrive(page.url_path)
    # After the declaration of pages: their icons must not replace ours, which needs no other host. Pages of one subject set their own title.
    _configure(page.title)
    top = st.container(key="frame", gap="xsmall")  # first on the page: bar and view line, drawn once the view is settled
    known_at = settle_view() if is_let_in() else None
    with top:
        bar(page)
        if is_let_in():
            cached.settle_moment(as_of=as_of(), known_at=known_at, view=view())
            view_line(known_at)
        else:
            viewer_choice()
        if cached.is_sample():
            draw_html(f'<p class="sample" role="note">{escape(t("sample_banner"))}</p>')
        # ``spoken.js`` takes the language of the document from here: the viewer may have chosen another since it was loaded.
        shown_in = language() if has_page(page.url_path, language()) else SOURCE
        draw_html(f'<span id="content" tabindex="-1" {html_attributes(shown_in)}></span>{intro(page) if is_let_in() else ""}')
    return page


def _government() -> None:
    """Set the government whose names and themes the frame uses: before the requested edition is known, that of the current one."""
    there = on_disk.shown(settings().editions_dir) if settings().mode == "public" else []
    settle(there[0].government if there else None)


def _language() -> None:
    """Set the language of the run: from the address, else the session's selection, else Japanese."""
    before = st.session_state.get("language")
    settle_language(
        address.settle(
            "lang",
            default=SOURCE,
            read=lambda raw: raw if raw in codes() else None,
            refuse=lambda *_: "",
            is_frame=True,
            is_default_named=True,
        )
    )
    if before != language():
        address.language_changed()
    st.session_state["language"] = language()
    if refused_value := address.refused("lang"):
        possible = t(
            "address_possible",
            values=t("list_comma").join(f"`{code}` {word}" for code, word in ((c, own_name(c)) for c in codes())),
        )
        address.notice(refusal(t("language"), refused_value, own_name(language()), possible))


@lru_cache(maxsize=1)
def _icon() -> str:
    return "data:image/png;base64," + base64.b64encode((ROOT / "data" / "text" / "icon.png").read_bytes()).decode()


def _configure(*about: str) -> None:
    st.set_page_config(page_title=title_of(*about), page_icon=_icon(), layout="wide")


def enter(*needs: str) -> None:
    """Guard a page: continue only inside the frame and for a permitted viewer; otherwise rerun, or show a refusal and stop.

    On a newly started server, Streamlit's old page discovery runs a page file without ``dashboard.py`` if its address is the
    first one requested. Declaring the navigation ends that discovery; the run then starts again inside the frame.

    Args:
        needs: actions of ``kpis.reporting.access``; the viewer must be permitted at least one. Each write checks again.
    """
    if not _framed.get():
        try:
            _government()
        except EditionRefused as refused:
            _say_refused(refused)
        settle_language(st.query_params.get("lang", ""))
        _configure()
        navigation()
        st.rerun()
    gate()
    if needs and not any(viewer().may(action) for action in needs):
        refuse(needs)
