"""The office's quarterly review meeting: what needs attention, results of earlier decisions, new decisions, and the minutes."""

from __future__ import annotations

import streamlit as st

from kpis.as_text import markdown
from kpis.moment import Moment
from kpis.periods import parse_period
from kpis.store import tables
from pages.parts import cached, prose
from pages.parts.attention import table_of_rows
from pages.parts.choices import choose
from pages.parts.decisions import decide, earlier_decisions, meeting_decisions, minutes_form
from pages.parts.entry import enter
from pages.parts.pack import downloads
from pages.parts.quarter_material import choose_quarter, quarters_or_stop
from pages.parts.reported import instant
from pages.parts.steps import show_result
from pages.parts.text import fine_print, language, t, viewer_words
from pages.parts.titled import page_heading
from pages.parts.viewer import for_viewer, viewer
from pages.parts.when import today
from telling import pack
from telling.agenda import Agenda, late_reports
from telling.blocks import Telling
from telling.meeting import quarter_report

enter("hold_meeting")
OPEN = "open"


def agenda_of(period_code: str, minutes: tables.Meeting | None) -> Agenda:
    """Return the agenda of a quarter as known now or, with ``minutes``, as known when these were closed."""
    state, words = cached.moment().state, viewer_words()
    known_at, day = (minutes.known_at, minutes.held_on) if minutes else (cached.moment().known_at, today())
    report = quarter_report(state, period_code, language=language(), known_at=known_at)
    telling = Telling(words, Moment(state=state, as_of=day, known_at=known_at))
    late = late_reports(telling, period_code, viewer=viewer().email, known_at=known_at)
    return Agenda(report=report, day=day, late=late, minutes=minutes)


def with_front(agenda: Agenda) -> tuple[Agenda, pack.Front]:
    """Return an agenda with the front page of its pack."""
    return agenda, pack.front(agenda)


show_result()
listed = quarters_or_stop("nav_meeting")
left, right = st.columns(2)
with left:
    code = choose_quarter(listed, resets=("minutes", "item"))
closed = {str(row.id): row for row in cached.moment().rows(tables.Meeting) if row.period_code == code}
with right:
    which = choose(
        "minutes", [OPEN, *reversed(closed)], t("minutes_choose"),
        lambda n: t("minutes_of", when=instant(closed[n].known_at)) if n in closed else t("minutes_open"),
        default=OPEN, resets=("item",),
    )  # fmt: skip
shown, front = for_viewer("agenda", key=(code, which), make=lambda: with_front(agenda_of(code, closed.get(which))))
page_heading(markdown(t("meeting_title", period=parse_period(code).label(language()))))
prose.markdown(f"**{markdown(front.headline)}**")
prose.caption(markdown(front.lead))
if shown.minutes:
    prose.info(t("minutes_are", when=instant(shown.minutes.known_at)), icon=":material/history:")
    if shown.minutes.note:
        fine_print(markdown(shown.minutes.note))
downloads(shown)
table_of_rows(shown.rows)
earlier_decisions(shown)
if shown.known_at is None:
    decide(shown)
meeting_decisions(shown)
if shown.known_at is None:
    minutes_form(shown)
