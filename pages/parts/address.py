"""Query parameters of the pages: each view has its own address, and widgets and address agree.

Each part of a view (day, organisation, language, filter, page number …) has a name, which is both its query parameter and the
key of its widget; the address holds a code. Streamlit's own ``bind="query-params"`` does not fit: it writes option labels, in
one language, into the address, silently drops unknown values, and leaves bound parameters out of links in the menu. The parts
are therefore settled here, before their widget is drawn, by one rule:

- the address decides when a view is opened: a new session, another page, back and forward, a link;
- otherwise the widget decides, and its value is written to the address, once at the end of the run;
- a value in the address that cannot be shown is reported on the page, and stays in the address until something is chosen.

A browser may send an address from before a choice that it has not yet received (one more click within the same second).
Each part therefore remembers its address before the choice for a moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from kpis.settings import settings

T = TypeVar("T")
_KEPT = "address"
_ECHO_SECONDS = 1.5  # how long after a choice a browser may still send the previous address
_LATE_SECONDS = 0.5  # how long after leaving a page a browser may still send a choice made on it
_WRITTEN_SECONDS = 2.0  # how long an address written by a run may still be on its way to the browser


@dataclass(slots=True)
class _Part:
    """State of one part of the view at the end of the last run."""

    is_frame: bool  # common to all pages, as the day; other parts belong to one page
    value: Any = None
    raw: str | None = None  # text in the address
    label: str | None = None  # of the choice, as its list was last drawn
    is_chosen: bool = False  # otherwise the default is shown, which may change
    is_moving: bool = False  # chosen in this run
    refused: str = ""  # text of the address that cannot be shown
    earlier: set[str | None] = field(default_factory=set)
    earlier_until: float = 0.0


@dataclass(slots=True)
class _Kept:
    """State of the address kept in the session."""

    page: str | None = None
    place: str = ""  # script hash of the page requested last
    place_before: str = ""
    is_place_chosen_late: bool = False  # a widget changed while that page was requested
    ended_at: float | None = None  # when a run of that page last completed
    written_at: float | None = None  # when a run last wrote the address
    is_moved: bool = False  # a widget of this page was changed
    has_chosen: bool = False  # a widget was changed since the last run began
    chosen_for: str = ""  # script hash of the page requested by the run that received the change
    parts: dict[str, _Part] = field(default_factory=dict)


@dataclass(slots=True)
class _Run:
    """State of the address during one run."""

    kept: _Kept
    is_history: bool
    is_first: bool
    place_meant: str | None = None
    is_arrival: bool = False
    is_linked: bool = False  # a link led from the page to itself, which leaves the browser's address unchanged
    is_other_language: bool = False
    settled: dict[str, _Part] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    place: DeltaGenerator | None = None


_run: ContextVar[_Run] = ContextVar("address")


def begin() -> None:
    """Begin a run: load the session's state, and detect history navigation and late widget changes."""
    kept: _Kept = st.session_state.setdefault(_KEPT, _Kept())
    context = get_script_run_ctx()
    run = _Run(kept, is_history=bool(context and context.is_history_navigation), is_first=kept.page is None)
    _run.set(run)
    page_hash = context.page_script_hash if context else ""
    if kept.has_chosen and kept.chosen_for != page_hash and not (run.is_first or run.is_history):
        # The run that received the change was interrupted before it reached this line.
        kept.place, kept.place_before, kept.ended_at, kept.is_place_chosen_late = kept.chosen_for, page_hash, None, True
    is_ending = kept.ended_at is not None and time.monotonic() - kept.ended_at > _LATE_SECONDS
    if page_hash != kept.place and not run.is_first:
        if (
            page_hash == kept.place_before
            and not is_ending
            and not run.is_history
            and (kept.is_place_chosen_late or kept.has_chosen)
        ):
            run.place_meant = kept.place
        else:
            kept.place, kept.place_before, kept.ended_at, kept.is_place_chosen_late = page_hash, kept.place, None, kept.has_chosen
    kept.has_chosen = False


def place_meant() -> str | None:
    """Return the script hash of the page that was requested just before this run; ``None`` if this run's page is the right one.

    When somebody types a day and immediately clicks a link of the menu, the server receives the two in reverse: first the
    link, then the change, sent for the page that was left. Without this function the change would lead back to that page.
    """
    run = _run.get(None)
    return run.place_meant if run else None


def arrive(page: str) -> None:
    """Record which page this run shows; discard the parts of the previous page."""
    run = _run.get()
    run.is_arrival = run.kept.page != page
    if run.is_first and (context := get_script_run_ctx()):
        run.kept.place = context.page_script_hash  # before the pages are declared it is the hash of the frame
    if run.is_arrival:
        run.kept.page, run.kept.is_moved = page, False
        run.kept.parts = {name: part for name, part in run.kept.parts.items() if part.is_frame}


def page_shown() -> str:
    """Return the URL path of the page that this run shows; "" for the first page."""
    return _run.get().kept.page or ""


def settle(
    name: str,
    *,
    default: T,
    read: Callable[[str], T | None],
    refuse: Callable[[str, T], str],
    write: Callable[[T], str] = str,
    is_frame: bool = False,
    is_whole: bool = False,
    is_default_named: bool = False,
    widget: bool = True,
) -> T:
    """Return the value of a part of the view, and set the widget of that name to it, before the widget is drawn.

    Args:
        name: the query parameter, and key of the widget.
        default: shown if the address has no value, and omitted from the address.
        read: text in the address → value; ``None`` if it cannot be shown.
        refuse: (text that cannot be shown, value shown instead) → notice to the reader.
        write: value → text in the address.
        is_frame: the part belongs to all pages.
        is_whole: the default depends on viewer and time; it is therefore written to the address once any widget of the page
            was changed, and does not change while the page is open.
        is_default_named: the default is written to the address too, once somebody chose it.
        widget: a widget of this name exists.
    """
    run = _run.get()
    part = run.kept.parts.get(name)
    is_new = part is None
    part = run.kept.parts.setdefault(name, _Part(is_frame))
    raw, lost = st.query_params.get(name) or None, ""
    if _address_counts(run, part, raw, is_new=is_new):
        value = default if raw is None else read(raw)
        part.is_chosen, part.refused = (raw is not None and value is not None, raw if value is None and raw else "")
        part.earlier.clear()
        run.is_linked = run.is_linked or not (is_new or run.is_history)
    else:
        value = st.session_state.get(name, part.value) if widget else part.value
        if not (part.is_chosen or part.is_moving or is_whole):
            value = default  # it may have changed
        elif value is None:
            value = default  # the widget was emptied
        elif read(write(value)) is None:
            lost, value = write(value), None  # another choice made it impossible: reported once
        elif part.is_moving:
            part.is_chosen, part.refused = is_whole or is_default_named or value != default, ""
    shown = default if value is None else value
    part.value = shown
    is_written = part.is_chosen or shown != default or (is_whole and run.kept.is_moved)
    part.raw = part.refused or (write(shown) if is_written else None)
    run.settled[name] = part
    if part.refused or lost:
        notice(refuse(part.refused or lost, shown))
    if widget:
        set_widget(name, shown, is_new=is_new)
    return shown


def _address_counts(run: _Run, part: _Part, raw: str | None, *, is_new: bool) -> bool:
    if is_new or run.is_history:
        return True
    if raw == part.raw:
        return False
    is_echo = raw in part.earlier and (part.is_moving or time.monotonic() < part.earlier_until)
    # A link of a menu drawn before a common part was set lacks that part, and must not reset it.
    return not is_echo and not (part.is_frame and raw is None)


def widget_changed(name: str, *resets: str) -> None:
    """Record that a widget was changed: the callback of each widget whose value is in the address.

    Args:
        name: of the part.
        resets: other parts to set back to their default, as the page number when a list is filtered.
    """
    kept: _Kept = st.session_state.setdefault(_KEPT, _Kept())
    context = get_script_run_ctx()
    kept.has_chosen, kept.chosen_for = True, context.page_script_hash if context else ""
    for other in (name, *resets):
        part = kept.parts.get(other)
        if part is not None:
            part.earlier |= {part.raw, st.query_params.get(other) or None}
            part.is_moving = True
            kept.is_moved = kept.is_moved or not part.is_frame
    if name in kept.parts and name in st.session_state:
        kept.parts[name].value = st.session_state[name]  # a run interrupted before the widget is drawn would lose it
    for other in resets:
        if other in kept.parts:
            st.session_state.pop(other, None)
            kept.parts[other].value, kept.parts[other].is_chosen, kept.parts[other].refused = None, False, ""


def bound(name: str, *resets: str) -> dict[str, Any]:
    """Return the arguments that bind a widget to a part of the view: its key, and the callback ``widget_changed``."""
    return {"key": name, "on_change": widget_changed, "args": (name, *resets)}


def set_part(name: str, value: Any) -> None:
    """Set the value of a part that has several widgets; called by the callbacks of these widgets."""
    widget_changed(name)
    part = st.session_state[_KEPT].parts.get(name)
    if part is not None:
        part.value, part.is_chosen = value, True


def reset(name: str) -> None:
    """Set a part back to its current default."""
    widget_changed(name, name)


def value_of(name: str) -> Any:
    """Return the value of a part that was settled in this run; raises ``KeyError`` for any other."""
    return _run.get().settled[name].value


def refused(name: str) -> str:
    """Return the text in the address that a part settled in this run could not show; "" if none."""
    return _run.get().settled[name].refused


def is_chosen(name: str) -> bool:
    """Return True if a part settled in this run differs from its default or is named in the address."""
    return _run.get().settled[name].raw is not None


def language_changed() -> None:
    """Record that the language differs from the last run: each widget then receives its value again."""
    _run.get().is_other_language = True


def set_widget(key: str, value: object, *, is_new: bool = False) -> None:
    """Set a widget's value before it is drawn; after a change of language always, since its option labels changed.

    Args:
        is_new: it was not on the page before: that of another page, with the same key and value, is another widget.
    """
    if is_new or _run.get().is_other_language or st.session_state.get(key) != value:
        st.session_state[key] = value


def set_label(name: str, label: str) -> None:
    """Give the widget of a part its value again if the label of it changed: a list goes on showing the label that was chosen."""
    part = _run.get().settled[name]
    if part.label not in (None, label):
        st.session_state[name] = part.value
    part.label = label


def has_value(name: str) -> bool:
    """Return True if the browser's address has a value for a name, also before the page has settled it."""
    return bool(st.query_params.get(name))


def link(**own: str) -> dict[str, str]:
    """Return the query parameters of a link within the dashboard: the parts common to all pages, and ``own``."""
    frame = {name: part.raw for name, part in _run.get().settled.items() if part.is_frame and part.raw and not part.refused}
    return {**frame, "lang": str(value_of("lang")), **own}


def path(page: str, **own: str) -> str:
    """Return the address of a page with its query string (``own`` and the common parts), for links in HTML and tables."""
    return below(f"/{page}?{urlencode(link(**own))}")


def page_of(page: str) -> Callable[[str], str]:
    """Return what gives the address of a page by the code of its subject."""
    return lambda code: path(page, code=code)


def here() -> str:
    """Return the address of the view that this run shows, with the parts settled so far."""
    run = _run.get()
    own = {name: part.raw for name, part in run.settled.items() if not part.is_frame and part.raw and not part.refused}
    return path(run.kept.page or "", **own)


def below(path: str) -> str:
    """Return a path that begins with a slash with ``BASE_PATH`` in front, as a browser requests it."""
    return settings().base_path + path


def notice(text: str) -> None:
    """Show a notice about a value in the address that cannot be shown, at the head of the page; "" shows nothing."""
    run = _run.get()
    if not text:
        return
    if run.place is None:
        run.notices.append(text)
    else:
        run.place.warning(text, icon=":material/search_off:")


def notices_here() -> None:
    """Place the notices about the address here, at the head of the page, wherever later code of the page reports them."""
    run = _run.get()
    run.place = st.container()
    for text in run.notices:
        notice(text)


def finish() -> None:
    """End a run: write the parts shown to the address."""
    run = _run.get()
    now: Mapping[str, str] = st.query_params.to_dict()
    shown = {name: part.raw for name, part in run.settled.items()}
    if run.is_arrival and not run.is_first:
        shown["lang"] = str(value_of("lang"))
    # Keep the order of the parameters, so that the back button leads to the identical address.
    then = {name: text for name in (*now, *shown) if (text := shown[name] if name in shown else now[name])}
    # After a change of page the browser may meanwhile hold the address written by the last run of the previous page, so it is written
    # again. Not if nothing was written lately: an address that arrives before the browser has the one of the new page adds a history
    # entry, and the back button would lead to a view without its choices.
    is_overtaken = run.is_arrival and run.kept.written_at is not None and time.monotonic() - run.kept.written_at < _WRITTEN_SECONDS
    run.kept.written_at = None if run.is_arrival else run.kept.written_at
    if dict(now) != then or run.is_linked or is_overtaken:
        st.query_params.from_dict(then)
        run.kept.written_at = time.monotonic()
    run.kept.ended_at = time.monotonic()
    for part in run.settled.values():
        if part.is_moving:
            part.is_moving, part.earlier_until = False, time.monotonic() + _ECHO_SECONDS
        elif time.monotonic() > part.earlier_until:
            part.earlier.clear()
