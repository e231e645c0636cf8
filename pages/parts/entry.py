"""The guard: the first call of every page, and the frame round all of them."""

from __future__ import annotations

import base64
from contextvars import ContextVar
from functools import lru_cache
from typing import NoReturn

import streamlit as st
from markupsafe import escape

from kpis.as_text import markdown
from kpis.errors import EditionRefused
from kpis.government import settle
from kpis.languages import SOURCE, codes, own_name
from kpis.settings import ROOT, settings
from pages.parts import address, cached, prose, run
from pages.parts.choices import cannot
from pages.parts.edition import chosen_edition, edition_line, known_line
from pages.parts.intro import intro
from pages.parts.menu import bar, navigation
from pages.parts.raw_html import draw_html
from pages.parts.text import language, settle_language, t
from pages.parts.titled import title_of
from pages.parts.view_line import settle_view, view_line
from pages.parts.viewer import gate, is_let_in, refuse, settle_viewer, viewer, viewer_choice
from pages.parts.when import as_of, view
from publishers.editions import on_disk

_framed: ContextVar[bool] = ContextVar("framed", default=False)


def show() -> None:
    """Run the page asked for inside the frame; an edition that is not what was published is not shown, and why is said."""
    with run.noted():
        try:
            _show()
        except EditionRefused as refused:
            _say_refused(refused)


def _say_refused(refused: EditionRefused) -> None:
    prose.error(markdown(refused.in_language(language())), icon=":material/gpp_bad:")
    st.stop()


def stop() -> NoReturn:
    """End a page that has no more to show. Its foot and its address are written first: once Streamlit was told to stop, nothing can be."""
    edition_line()
    address.finish()
    st.stop()


def _show() -> None:
    page = frame()
    run.of(page.url_path or "overview")
    token = _framed.set(True)
    try:
        gate()  # here too: a page that forgot to ask shows nothing either
        known_line()
        address.say_here()
        page.run()
        edition_line()
        address.finish()
    finally:
        _framed.reset(token)
        cached.settle_memory()


def frame() -> st.Page:
    """Set up the page, the bar, and the viewer's language and day; return the page to run."""
    _government()
    address.begin()
    _language()
    cached.settle_revision(chosen_edition())
    settle_viewer()
    page = navigation()
    address.arrive(page.url_path)
    # Behind the list of pages: the icon of the page asked for must not replace ours, which needs no other host. A page about one thing names it itself.
    _configure(page.title)
    top = st.container(key="frame", gap="xsmall")  # the first of the page: its bar and line, drawn once the view is settled
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
        draw_html('<span id="content" tabindex="-1"></span>' + (intro(page) if is_let_in() else ""))
    return page


def _government() -> None:
    """Settle whose words and themes the frame shows before it is known which edition is asked for: those of the current one."""
    there = on_disk.shown(settings().editions_dir) if settings().mode == "public" else []
    settle(there[0].government if there else None)


def _language() -> None:
    """Settle the language: what the address asks for, else what this session chose, else Japanese."""
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
        address.say(cannot(t("language"), refused_value, own_name(language()), possible))


@lru_cache(maxsize=1)
def _icon() -> str:
    return "data:image/png;base64," + base64.b64encode((ROOT / "data" / "text" / "icon.png").read_bytes()).decode()


def _configure(*about: str) -> None:
    st.set_page_config(page_title=title_of(*about), page_icon=_icon(), layout="wide")


def enter(*needs: str) -> None:
    """Guard a page: it is shown only inside the frame, to a viewer whom the mode allows.

    On a server just started, Streamlit's old page discovery runs a page file without ``dashboard.py`` when its address
    is the very first one asked for. Declaring the navigation ends that discovery; the run then starts again framed.

    Args:
        needs: actions of ``kpis.reporting.access``; the viewer must be allowed one of them. Every write checks again for itself.
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
