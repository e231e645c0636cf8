"""The guard: the first call of every page, and the frame round all of them."""

from __future__ import annotations

import base64
from contextvars import ContextVar
from copy import copy
from datetime import date
from functools import lru_cache
from typing import Any, Literal, NoReturn

import streamlit as st

from charts.themes import plotly_sheet
from kpis.as_text import markdown
from kpis.errors import EditionRefused
from kpis.figures.scorecard import VIEWS
from kpis.government import Government, government, settle
from kpis.languages import SOURCE, codes, own_name
from kpis.periods import local_day
from kpis.registers import TOLD_BY_RECORD, Register
from kpis.settings import ROOT, settings
from kpis.store.store import utc_now
from pages.parts import address, cached, run
from pages.parts.asked import cannot, settle_day, settle_one
from pages.parts.edition import chosen_edition, edition_choice, edition_line, known_choice, known_line
from pages.parts.text import language, offered, settle_language, t
from pages.parts.titled import title_of
from pages.parts.viewer import gate, is_let_in, refuse, settle_viewer, viewer, viewer_choice
from publishers.editions import on_disk

_framed: ContextVar[bool] = ContextVar("framed", default=False)
_sections: ContextVar[dict[str, list[Any]]] = ContextVar("sections")
_PAGES = ROOT / "pages"
SECTIONS = {
    "progress": (
        "overview",
        "themes",
        "procedures",
        "facilities",
        *TOLD_BY_RECORD,
        "projects",
        "bureau",
        "changes",
        "standing",
        "indicator",
    ),
    "data": ("about", "revisions"),
}
LISTS = ("standing",)  # not in the menu: the counts of other pages lead there
ICONS = {
    "overview": "dashboard", "procedures": "description", "facilities": "contactless", "projects": "flag",
    "bureau": "apartment", "changes": "difference", "standing": "checklist", "indicator": "query_stats", "about": "menu_book", "revisions": "history",
    "submit": "upload_file", "review": "fact_check", "report": "summarize", "meeting": "groups", "publish": "publish", "notices": "notifications", "questions": "contact_support",
    **dict.fromkeys(TOLD_BY_RECORD, "list_alt"),
}  # fmt: skip


def navigation() -> st.Page:
    """Declare the one list of pages and return the page asked for."""
    sections = {t(f"nav_{section}"): [_page(name) for name in names] for section, names in SECTIONS.items()}
    if settings().mode != "public":  # there: no sign-in, no upload, no review, no publication; these pages do not exist
        sections[t("nav_office")] = [
            _page("submit", "take_template"), _page("review", "see_queue", "manage_people"), _page("report"), _page("meeting", "hold_meeting"),
            _page("publish", "publish"),
            _page("questions", "see_questions"), _page("notices", "choose_notices"),
        ]  # fmt: skip
    _sections.set(sections)
    for each in (each for pages in sections.values() for each in pages):
        if each._script_hash == address.place_meant():
            st.switch_page(each, query_params=st.query_params.to_dict())
    return st.navigation(sections, position="hidden")


def menu() -> None:
    """Show the list of pages; the links of Streamlit's own leave out what the address says, and the view would be lost."""
    query = address.link()
    for section, pages in _sections.get().items():
        shown = [each for each in pages if each.visibility == "visible"]
        if shown:
            st.markdown(f":small[**{section}**]")
        with st.container(gap="xsmall"):  # less, and the links lie closer together than a finger needs (WCAG 2.5.8)
            for each in shown:
                st.page_link(each, query_params=query)


def _page(name: str, *needs: str) -> Any:
    """Declare a page; one that not everybody may use is hidden from the menu of the others, and ``enter`` refuses it to them.

    Each run has a copy of its own, since ``st.navigation`` marks in it which page may run.
    """
    # Where one sits at the machine, the page says which viewer to choose.
    shown = name not in LISTS and (not needs or settings().mode == "local" or any(viewer().may(action) for action in needs))
    return copy(_declared(name, language(), "visible" if shown else "hidden", government()))


@lru_cache(maxsize=128)
def _declared(name: str, _language: str, visibility: Literal["visible", "hidden"], own: Government) -> Any:
    """Make a page once: Streamlit looks its file up in the file system each time one is made."""
    first = name == "overview"
    icon = own.page.icon if name == "themes" else ICONS[name]
    file, place = (
        _PAGES / f"{'register' if name in TOLD_BY_RECORD else name}.py",
        None if first else own.page.address if name == "themes" else name,
    )
    return st.Page(file, title=t(f"nav_{name}"), icon=f":material/{icon}:", url_path=place, default=first, visibility=visibility)


def page(name: str) -> Any:
    """Return a page of the menu by its address, for a link to it; finding it by its file asks the file system each time."""
    return next(each for pages in _sections.get().values() for each in pages if each.url_path == name)


def has_page(name: str) -> bool:
    """Say whether the menu holds a page of this address."""
    return any(each.url_path == name for pages in _sections.get().values() for each in pages)


def register_shown() -> Register:
    """Return the register whose page runs, where one page shows every register that is told by its record."""
    return TOLD_BY_RECORD[address.page_shown()]


def show() -> None:
    """Run the page asked for inside the frame; an edition that is not what was published is not shown, and why is said."""
    with run.noted():
        try:
            _show()
        except EditionRefused as refused:
            _say_refused(refused)


def _say_refused(refused: EditionRefused) -> None:
    st.error(markdown(refused.in_language(language())), icon=":material/gpp_bad:")
    st.stop()


def stop() -> NoReturn:
    """End a page that has no more to show. Its address is written first: once Streamlit was told to stop, nothing can be."""
    address.finish()
    st.stop()


def _show() -> None:
    asked = frame()
    run.of(asked.url_path or "overview")
    token = _framed.set(True)
    try:
        gate()  # here too: a page that forgot to ask shows nothing either
        edition_line()
        known_line()
        address.say_here()
        if cached.is_sample():
            st.warning(t("sample_banner"), icon=":material/science:")
        asked.run()
        address.finish()
    finally:
        _framed.reset(token)
        cached.settle_memory()


def frame() -> st.Page:
    """Set up the page, the menu, and the viewer's language and day; return the page to run."""
    _government()
    address.begin()
    _language()
    cached.settle_revision(chosen_edition())
    settle_viewer()
    _configure()
    asked = navigation()
    address.arrive(asked.url_path)
    # Again, by its name: a page that is about one thing says so itself. The icon of the page asked for must not replace ours, which needs no other host.
    _configure(asked.title)
    st.html(f"<style>{plotly_sheet()}</style>")
    with st.sidebar:
        st.subheader(t("site"))
        there = st.container(gap="xxsmall")  # the menu, once the view is settled that its links carry
        st.segmented_control(
            t("language"), codes(), format_func=offered(own_name), label_visibility="collapsed", key="lang", required=True,
            on_change=address.moved, args=("lang",),
        )  # fmt: skip
        viewer_choice()
        if not is_let_in():
            return asked
        edition_choice()
        known_at = known_choice()
        _as_of()
        settle_one("view", VIEWS, t("view"), lambda v: t(f"view_{v}"), default=VIEWS[0], is_frame=True, is_default_named=True)
        st.segmented_control(
            t("view"), VIEWS, format_func=offered(lambda v: t(f"view_{v}")), key="view", required=True, help=t("view_help"),
            on_change=address.moved, args=("view",),
        )  # fmt: skip
        cached.settle_moment(as_of=as_of(), known_at=known_at, view=view())
        with there:
            menu()
    return asked


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
    if asked := address.refused("lang"):
        possible = t(
            "address_possible",
            values=t("list_comma").join(f"`{code}` {word}" for code, word in ((c, own_name(c)) for c in codes())),
        )
        address.say(cannot(t("language"), asked, own_name(language()), possible))


def _as_of() -> None:
    """Let the viewer choose the day that is judged; without one the address means today, whenever it is opened."""
    last = today()
    settle_day("as_of", t("as_of"), first=government().first_day, last=last, default=last, is_frame=True)
    st.date_input(
        t("as_of"), min_value=government().first_day, max_value=last, key="as_of", on_change=address.moved, args=("as_of",)
    )
    if address.is_chosen("as_of") and cached.edition() is None:
        st.button(
            t("as_of_today"), icon=":material/today:", type="tertiary", on_click=address.let_go, args=("as_of",), key="as_of_today"
        )


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
        refuse()


def today() -> date:
    """Return today's date, or in public mode the day of the edition; the clock is read at this entry point only."""
    edition = cached.edition()
    return edition.as_of if edition else local_day(utc_now())


def view() -> str:
    """Return the organisation the viewer chose: ``then`` (当時の組織) or ``now`` (現在の組織)."""
    return str(address.value_of("view"))


def as_of() -> date:
    """Return the day the viewer chose in the side bar."""
    chosen = address.value_of("as_of")
    assert isinstance(chosen, date)
    return chosen
