"""Writes started from a page: success is shown at the head of the page after the rerun, a refusal in place.

Where others changed a report since the page was drawn, a button pressed on it has no effect: the page says who did what instead, and
shows the text that was typed but not stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sized
from contextvars import ContextVar
from dataclasses import dataclass, field
from hashlib import blake2s
from itertools import takewhile
from threading import Lock
from typing import Any, Literal, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from kpis.as_text import markdown
from kpis.errors import MierukaError
from kpis.reporting.kept import WRITING
from kpis.reporting.people import Event
from kpis.reporting.reports import Opened, Report
from kpis.reporting.reports import opened as opened_of
from kpis.reporting_vocabulary import OPEN_STATES
from pages.parts import cached, prose
from pages.parts.choices import choose_part
from pages.parts.recorded import actor_name, event_name
from pages.parts.reported import instant, state_name
from pages.parts.text import refusal_box, t
from pages.parts.viewer import for_viewer, viewer
from pages.parts.when import as_of

T = TypeVar("T")
_ANY = ""
_drawn: ContextVar[dict[str, int]] = ContextVar("drawn")  # ``sent`` when this run drew its page and forms
_STEPS = "steps"
_WRITES = WRITING | {"prepared", "checked", "sent_back", "withdrawn", "returned", "approved"}
_CHOICES = ("class", "correct")  # keys of a report that hold a choice rather than words


@dataclass(frozen=True, slots=True)
class _Shown:
    """A report as this session drew it last."""

    revision: int
    state: str
    last: Event | None


@dataclass(slots=True)
class _Steps:
    """What a session keeps between runs.

    It is changed in place: a second click ends the run of the first at its next access to ``st.session_state``, so that a result
    assigned there after a write could be lost, and the write repeated. Streamlit begins the run of the second at once, while the first
    still writes: it waits for ``writing``, and what it finds done it shows.
    """

    message: str = ""  # of the last successful write
    warning: str = ""  # on changes by others, of a run that ended before it could be read
    shown: dict[int, _Shown] = field(default_factory=dict)
    drawn: dict[str, str] = field(default_factory=dict)  # what other things looked like when they were last drawn
    sent: dict[str, int] = field(default_factory=dict)  # form → number of successful writes; ``_ANY``: of all
    writing: Lock = field(default_factory=Lock)
    place: DeltaGenerator | None = None  # of this run: where unstored text is to be drawn


def opened(number: int) -> Opened:
    """Return a report with the changes it would make, judged once for each state of what is stored; it must not be changed.

    A run that waited for the write of another began before that, and has looked again (``take``).
    """
    return for_viewer(
        "opened",
        key=(number, cached.stored()),
        make=lambda: opened_of(cached.store(), number, viewer=viewer().email, as_of=as_of()),
    )


def _kept() -> _Steps:
    kept: _Steps = st.session_state.setdefault(_STEPS, _Steps())
    return kept


def take(
    step: Callable[[], T],
    sentence: str | Callable[[T], str] = "",
    *,
    form: str = "",
    is_written: Callable[[T], bool] = lambda _: True,
) -> None:
    """Run a write and rerun the page; if it is refused, draw the reason in place instead.

    Args:
        step: the write; raises ``MierukaError`` if it is refused.
        sentence: the message that ``show_result`` shows after the rerun, or what makes it of the result of the write.
        form: name of the form that starts it, as passed to ``form_key``.
        is_written: whether the result of the step was stored; where it was not, as a file with errors, the page is drawn on.
    """
    kept, drawn = _kept(), _drawn.get({})

    def is_second_click(name: str) -> bool:
        return kept.sent.get(name, 0) != drawn.get(name, kept.sent.get(name, 0))

    with kept.writing:
        if form and is_second_click(form):
            _rerun_with(kept, kept.message)
        try:
            result = step()
        except MierukaError as refused:
            if is_second_click(_ANY):  # what it was to do is done
                _rerun_with(kept, kept.message)
            cached.look_again()
            refusal_box(refused)
            return
        if not is_written(result):
            cached.look_again()
            return
        for name in {form, _ANY}:
            kept.sent[name] = kept.sent.get(name, 0) + 1
        _rerun_with(kept, sentence(result) if callable(sentence) else sentence)


def take_answers(answers: Sized, step: Callable[[], object], sentence: str = "") -> None:
    """Run a write of what was answered in a form, as ``take`` does; where nothing was, say so."""
    if not answers:
        prose.warning(t("nothing_answered"), icon=":material/info:")
        return
    take(step, sentence)


def last_file(name: str) -> list[Any]:
    """Return the place of the result of the last uploaded file, changed in place: empty, or one result."""
    place: list[Any] = st.session_state.setdefault(name, [])
    return place


def form_key(form: str) -> str:
    """Return the key of a form, with which the keys of its fields and its button end; another one after each successful write.

    The next form is therefore empty, and a second click on the button still on the screen writes nothing. Fields with a key also keep
    their text when the language changes.
    """
    return f"{form}_{_draw(_kept(), form)}"


def _draw(kept: _Steps, name: str) -> int:
    turn = kept.sent.get(name, 0)
    _drawn.set({**_drawn.get({}), name: turn})
    return turn


def pick(
    label: str, names: Mapping[T, str], *, key: str, place: DeltaGenerator | None = None, index: int | None = None
) -> T | None:
    """Draw a select box of codes by their names, in a form or before a button; at first nothing is chosen."""
    draw = (place or st).selectbox
    return draw(label, list(names), index, format_func=names.__getitem__, placeholder=t("choose_report"), key=key)


def pick_several(label: str, names: Mapping[T, str], *, key: str) -> list[T]:
    """Draw a box in which several codes are chosen by their names."""
    return st.multiselect(label, list(names), format_func=names.__getitem__, key=key, placeholder=t("choose_report"))


def revision_key(name: str, report: Report) -> str:
    """Return the widget key of a button that acts on a report in the revision shown.

    The key contains the revision: a button pressed while an earlier revision is on the screen no longer exists in the run, so that
    nobody acts on a revision they have not seen. Choices have such keys too. Keys of text inputs do not, so that no text is lost.
    """
    return f"{name}_{report.id}_{report.revision}"


def is_pressed(name: str, report: Report, label: str, *, icon: str, is_ready: bool, is_next: bool = True) -> bool:
    """Draw a button that acts on a report in the revision shown, and return whether it was pressed.

    Args:
        name: begins its key (``revision_key``).
        is_ready: otherwise it is disabled.
        is_next: it is the step that the page leads to.
    """
    kind: Literal["primary", "secondary"] = "primary" if is_next else "secondary"
    return st.button(label, type=kind, icon=icon, disabled=not is_ready, key=revision_key(name, report))


def warn_if_changed(opened: Opened) -> None:
    """Warn of steps of others since this page last drew a report, which explains why a pressed button had no effect."""
    kept, report = _kept(), opened.report
    taken = [event for event in opened.events if event.action in _WRITES]
    now = _Shown(report.revision, report.state, taken[0] if taken else None)
    before = kept.shown.get(report.id, now)
    kept.shown[report.id], kept.place = now, None
    if before == now:
        return
    since = list(takewhile(lambda event: event != before.last, taken))[::-1]
    steps = t("list_comma").join(
        t("step_of", who=markdown(actor_name(e.actor)), step=event_name(e.action), when=instant(e.occurred_at)) for e in since
    )
    if before.state != now.state:
        words = t("report_moved_since", number=report.id, steps=steps, state=state_name(now.state))
    elif before.revision != now.revision:
        words = t("report_changed_since", before=before.revision, now=now.revision)
    else:
        words = t("report_answered_since", number=report.id, steps=steps)
    kept.warning = words
    kept.place = st.container()
    kept.place.warning(words, icon=":material/difference:")


def show_unstored_words(report: Report) -> None:
    """Draw, below the warning, text typed on a report whose field is gone, for copying; called once all of the report is drawn."""
    kept, context = _kept(), get_script_run_ctx()
    place, kept.place, kept.warning = kept.place, None, ""  # the run is complete, the warning was read
    if place is None or context is None:
        return
    named = re.compile(rf"(?!(?:{'|'.join(_CHOICES)})_)[a-z_]+_{report.id}(?:_|$)")
    drawn = context.shared.widget_ids_this_run.snapshot()
    words = [
        word
        for key, word in st.session_state.items()
        if isinstance(word, str) and word.strip() and named.match(str(key)) and not any(w.endswith(f"-{key}") for w in drawn)
    ]
    with place:
        _words_not_kept(words)


def _words_not_kept(words: list[str]) -> None:
    if words:
        prose.markdown(t("words_not_kept"))
    for word in words:
        st.code(word, language=None, wrap_lines=True)


def closed_meanwhile(listed: Iterable[Report]) -> list[Report]:
    """Return the reports that this page drew as open and that others have closed since."""
    kept = _kept()
    there = {report.id: report for report in listed}
    were_open = [number for number, shown in kept.shown.items() if shown.state in OPEN_STATES]
    return [there[number] for number in were_open if number in there and there[number].state not in OPEN_STATES]


def content_key(*content: object) -> str:
    """Return a key of what is on the screen, for buttons that act on it: where it changed, the button no longer exists in the run."""
    return blake2s(repr(content).encode(), digest_size=8).hexdigest()


def is_other(name: str, *content: object) -> bool:
    """Return whether this session last drew something else under a name, unless by a write of its own; remember what it draws now."""
    kept, key = _kept(), content_key(*content)
    before = kept.drawn.get(name, key)
    kept.drawn[name] = key
    return before != key


def warn_if_other(name: str, *content: object, fields: Iterable[str] = (), left: Iterable[object] = ()) -> None:
    """Warn if others changed what this page shows under a name since it was drawn, which explains why a pressed button had no effect.

    Args:
        name: of what is shown.
        content: what it looks like.
        fields: beginnings of the keys of its text fields, each ended by what it belongs to; text typed for what is gone is shown.
        left: what is still there.
    """
    if is_other(name, *content):
        prose.warning(t("page_changed_since"), icon=":material/difference:")
        kept = {f"{field}_{each}" for field in fields for each in left}
        begun = tuple(f"{field}_" for field in fields)
        typed = [(str(key), word) for key, word in st.session_state.items() if isinstance(word, str) and word.strip()]
        _words_not_kept([word for key, word in typed if begun and key.startswith(begun) and key not in kept])


def rerun_with(sentence: str) -> None:
    """Rerun the page and show a message at its head."""
    _rerun_with(_kept(), sentence)


def _rerun_with(kept: _Steps, sentence: str) -> None:
    kept.message = sentence
    kept.shown.clear()
    kept.drawn.clear()
    st.rerun()


def show_view(label: str, views: Mapping[str, tuple[str, Callable[..., None]]]) -> None:
    """Draw the selection of a view, the result of the last write, and the view selected; only those that the viewer may see are offered.

    Args:
        views: name, as in ``part_…`` → the action that permits it, and what draws it (store, actor).
    """
    offered = [name for name, (action, _) in views.items() if viewer().may(action)]
    _, draw = views[choose_part("part", offered, label, lambda v: t(f"part_{v}"), is_label_shown=False)]
    show_result()
    draw(cached.store(), actor=viewer().email)


def show_result() -> None:
    """Draw the message of the last successful write, once, and a warning whose own run was cut short."""
    kept = _kept()
    _draw(kept, _ANY)
    result, others, kept.message, kept.warning = kept.message, kept.warning, "", ""
    if result:
        prose.success(result, icon=":material/check_circle:")
    if others:
        prose.warning(others, icon=":material/difference:")
