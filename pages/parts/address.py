"""The address is the view: what stands in it, which of address and choice counts, and saying what it cannot mean.

Each part of a view (day, organisation, language, filter, page number …) has a name, under which it stands in the address as a
code, and the widget of that name has it as its key. Streamlit's own ``bind="query-params"`` writes the words of a list into
the address, in one language, drops what it does not know in silence, and leaves out of the menu what is bound on a page; so
the parts are settled here, before their widget is drawn, by one rule:

- the address counts where a view is opened: a new session, another page, back and forward, a link;
- else what was chosen counts, and the address is written to say so, once at the end of the run;
- what the address asks for and cannot be shown is said on the page and stays in the address until something is chosen.

A browser may send an address from before a choice that it has not heard of yet (one more click within the same second).
So each part remembers what its address was before the choice, for a moment.
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
_ECHO_SECONDS = 1.5  # for so long a browser may still send the address from before a choice
_LATE_SECONDS = 0.5  # for so long it may still send a choice made on the page that was left
_TOLD_SECONDS = 2.0  # for so long what a run wrote into the address may still be on its way to the browser


@dataclass(slots=True)
class _Part:
    """One part of the view as it stood at the end of the last run."""

    is_frame: bool  # a part of every page, as the day; the others are of one page
    value: Any = None
    raw: str | None = None  # as it stands in the address
    is_chosen: bool = False  # else it is the default, which may move
    is_moving: bool = False  # chosen in this run
    refused: str = ""  # what the address asked for and cannot be shown
    earlier: set[str | None] = field(default_factory=set)
    earlier_until: float = 0.0


@dataclass(slots=True)
class _Kept:
    """What a session remembers of its address."""

    page: str | None = None
    place: str = ""  # Streamlit's name of the page asked for last
    place_before: str = ""
    is_place_chosen_late: bool = False  # something was chosen as that page was asked for
    ended_at: float | None = None  # when a run of that page last came to its end
    written_at: float | None = None  # when a run last wrote the address
    is_moved: bool = False  # something of this page was chosen
    has_chosen: bool = False  # something was chosen since the last run began
    chosen_for: str = ""  # the page asked for by the run that was told so
    parts: dict[str, _Part] = field(default_factory=dict)


@dataclass(slots=True)
class _Run:
    """What a run knows of its address."""

    kept: _Kept
    is_history: bool
    is_first: bool
    place_meant: str | None = None
    is_arrival: bool = False
    is_linked: bool = False  # a link led from the page to itself, which leaves the browser's address as it was
    is_other_language: bool = False
    settled: dict[str, _Part] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    place: DeltaGenerator | None = None


_run: ContextVar[_Run] = ContextVar("address")


def begin() -> None:
    """Begin a run: what the session remembers, and whether somebody went back or forward."""
    kept: _Kept = st.session_state.setdefault(_KEPT, _Kept())
    context = get_script_run_ctx()
    run = _Run(kept, is_history=bool(context and context.is_history_navigation), is_first=kept.page is None)
    _run.set(run)
    page_hash = context.page_script_hash if context else ""
    if kept.has_chosen and kept.chosen_for != page_hash and not (run.is_first or run.is_history):
        # The run that was told was cut short before it began.
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
    """Return Streamlit's name of the page that was asked for just before this run; ``None`` where this run's is meant.

    A day typed and a link of the menu clicked at once reach the server the other way round: first the link, then the choice,
    in the name of the page that was left. Without this the choice would lead back.
    """
    run = _run.get(None)
    return run.place_meant if run else None


def arrive(page: str) -> None:
    """Say which page this run shows; the parts of another page are forgotten."""
    run = _run.get()
    run.is_arrival = run.kept.page != page
    if run.is_first and (context := get_script_run_ctx()):
        run.kept.place = context.page_script_hash  # until the pages are declared it is that of the frame
    if run.is_arrival:
        run.kept.page, run.kept.is_moved = page, False
        run.kept.parts = {name: part for name, part in run.kept.parts.items() if part.is_frame}


def page_shown() -> str:
    """Return the address of the page that this run shows."""
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
    """Return the value of a part of the view, and hand it to the widget of that name, before this is drawn.

    Args:
        name: in the address, and key of the widget.
        default: shown where nothing is asked for, and left out of the address.
        read: the address's text → value; ``None`` where it cannot be shown.
        refuse: text that cannot be shown, and what is shown instead → what to say of it.
        write: value → text in the address.
        is_frame: it is a part of every page.
        is_whole: the default depends on who looks and when; so it stands in the address once anything of the page was chosen,
            and does not move while the page is open.
        is_default_named: the default stands in the address too, once somebody chose it.
        widget: there is a widget of this name.
    """
    run = _run.get()
    part = run.kept.parts.get(name)
    is_new = part is None
    part = run.kept.parts.setdefault(name, _Part(is_frame))
    raw, lost = st.query_params.get(name) or None, ""
    if _address_counts(run, part, raw, is_new=is_new):
        value = default if raw is None else read(raw)
        part.is_chosen, part.refused = (
            raw is not None and value is not None,
            raw if value is None and raw else "",
        )
        part.earlier.clear()
        run.is_linked = run.is_linked or not (is_new or run.is_history)
    else:
        value = st.session_state.get(name, part.value) if widget else part.value
        if not (part.is_chosen or part.is_moving or is_whole):
            value = default  # it may have moved
        elif value is None:
            value = default  # the widget was emptied
        elif read(write(value)) is None:
            lost, value = write(value), None  # another choice left it nothing to show: said once
        elif part.is_moving:
            part.is_chosen, part.refused = is_whole or is_default_named or value != default, ""
    shown = default if value is None else value
    part.value = shown
    is_written = part.is_chosen or shown != default or (is_whole and run.kept.is_moved)
    part.raw = part.refused or (write(shown) if is_written else None)
    run.settled[name] = part
    if part.refused or lost:
        say(refuse(part.refused or lost, shown))
    if widget:
        hand(name, shown)
    return shown


def _address_counts(run: _Run, part: _Part, raw: str | None, *, is_new: bool) -> bool:
    if is_new or run.is_history:
        return True
    if raw == part.raw:
        return False
    is_echo = raw in part.earlier and (part.is_moving or time.monotonic() < part.earlier_until)
    # The menu of a browser that was drawn without it says nothing of a part that every page has.
    return not is_echo and not (part.is_frame and raw is None)


def moved(name: str, *resets: str) -> None:
    """Note that somebody chose: the callback of each widget whose choice stands in the address.

    Args:
        name: of the part.
        resets: other parts that begin again, as the page number of a list that is narrowed.
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
        kept.parts[name].value = st.session_state[name]  # a run cut short before the widget is drawn would lose it
    for other in resets:
        if other in kept.parts:
            st.session_state.pop(other, None)
            kept.parts[other].value, kept.parts[other].is_chosen, kept.parts[other].refused = None, False, ""


def set_part(name: str, value: Any) -> None:
    """Choose the value of a part that no single widget holds; called by the callbacks of its widgets."""
    moved(name)
    part = st.session_state[_KEPT].parts.get(name)
    if part is not None:
        part.value, part.is_chosen = value, True


def let_go(name: str) -> None:
    """Choose the default of a part again, as it is today."""
    moved(name, name)


def value_of(name: str) -> Any:
    """Return the value of a part that was settled in this run."""
    return _run.get().settled[name].value


def refused(name: str) -> str:
    """Return what the address asked for in vain of a part settled in this run, or a blank."""
    return _run.get().settled[name].refused


def is_chosen(name: str) -> bool:
    """Say whether a part settled in this run is other than its default, or named by the address."""
    return _run.get().settled[name].raw is not None


def language_changed() -> None:
    """Say that the words of this run are in another language than the last: each widget is told its value anew."""
    _run.get().is_other_language = True


def hand(key: str, value: object) -> None:
    """Let a widget show a value, before it is drawn; in another language its words are others, and it is told in any case."""
    if _run.get().is_other_language or st.session_state.get(key) != value:
        st.session_state[key] = value


def asks_for(name: str) -> bool:
    """Say whether the browser's address asks for something by a name, before the page that it is for has settled it."""
    return bool(st.query_params.get(name))


def link(**own: str) -> dict[str, str]:
    """Return the parameters of a link within the dashboard: language, day, knowledge and organisation, and what it names itself."""
    frame = {name: part.raw for name, part in _run.get().settled.items() if part.is_frame and part.raw and not part.refused}
    return {**frame, "lang": str(value_of("lang")), **own}


def path(page: str, **own: str) -> str:
    """Return the address of a view for a link in a table."""
    return below(f"/{page}?{urlencode(link(**own))}")


def here() -> str:
    """Return the address of the view that this run shows, as far as it is settled."""
    run = _run.get()
    own = {name: part.raw for name, part in run.settled.items() if not part.is_frame and part.raw and not part.refused}
    return path(run.kept.page or "", **own)


def below(path: str) -> str:
    """Return an address of this instance as a browser asks for it, from one that begins with a slash."""
    return settings().base_path + path


def say(text: str) -> None:
    """Say at the head of the page what the address asked for in vain; a blank says nothing."""
    run = _run.get()
    if not text:
        return
    if run.place is None:
        run.notices.append(text)
    else:
        run.place.warning(text, icon=":material/search_off:")


def say_here() -> None:
    """Let what the address asked for in vain be said here: at the head of the page, whatever part of it finds out."""
    run = _run.get()
    run.place = st.container()
    for text in run.notices:
        say(text)


def finish() -> None:
    """End a run: the address says what the page shows."""
    run = _run.get()
    now: Mapping[str, str] = st.query_params.to_dict()
    shown = {name: part.raw for name, part in run.settled.items()}
    if run.is_arrival and not run.is_first:
        shown["lang"] = str(value_of("lang"))
    # In the order in which it stands there, so that back leads to the very address that was left.
    then = {name: text for name in (*now, *shown) if (text := shown[name] if name in shown else now[name])}
    # On another page the browser may by now hold what the last run of the page before wrote, and is told again. Not so where nothing was
    # written lately: what comes before the browser has the address of the new page makes one more step back, to a view without its choices.
    is_overtaken = run.is_arrival and run.kept.written_at is not None and time.monotonic() - run.kept.written_at < _TOLD_SECONDS
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
