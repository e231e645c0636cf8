"""The page of readers' feedback: what readers wrote about our pages, and the office's answers."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from kpis.as_text import markdown
from kpis.errors import MierukaError
from kpis.reporting.voices import decide
from kpis.reporting_vocabulary import VoiceState
from kpis.store import tables
from kpis.text import format_date
from kpis.voices import words
from kpis.voices.store import Voice, Voices, voices
from kpis.voices.words import GRADES, LEAST_VOICES
from pages.parts import cached, prose, steps
from pages.parts.choices import choose_part
from pages.parts.data_table import data_table
from pages.parts.entry import end_page, enter
from pages.parts.reported import office_today
from pages.parts.saving import save_button
from pages.parts.text import csv_file, digits, escaped_labels, language, named, refusal_box, t
from pages.parts.titled import page_heading
from pages.parts.viewer import viewer
from telling.file_names import file_name

enter()

MOST = 200  # comments listed at a time
WAITING = (VoiceState.NEW.value,)
DECIDED = tuple(state for state in VoiceState.values() if state not in WAITING)


def names() -> dict[tuple[str, str], str]:
    """Return the subjects of feedback: (kind, code) → name."""
    rows = cached.moment().rows
    return {
        ("site", ""): t("nav_overview"),
        **{("indicator", row.indicator_code): named(row) for row in rows(tables.Indicator)},
        **{("project", row.project_code): f"{row.project_code} {named(row)}" for row in rows(tables.Project)},
    }


def tallies(store: Voices) -> None:
    """Draw a table with CSV: one row per subject and edition, with the number of grades, their mean, and the count of each grade."""
    rows = []
    names_of = names()
    for (kind, code, edition), tally in store.tallies().items():
        rows.append(
            {
                t("voice_subject"): names_of.get((kind, code), code), t("voice_edition"): edition, t("voice_count"): tally.count,
                t("voice_mean"): "―" if tally.mean is None else digits(tally.mean, ".1f"),
                **{t(f"voice_grade_{grade}"): tally.grades[grade] for grade in GRADES},
            }
        )  # fmt: skip
    prose.markdown(t("voices_tallies_lead", least=LEAST_VOICES))
    if not rows:
        return
    data_table(rows)
    name = file_name("voices", office_today().isoformat(), ending=".csv")
    save_button(t("csv"), csv_file(pd.DataFrame(rows)), name, key="csv_voices")


def one(store: Voices, voice: Voice, names_of: dict[tuple[str, str], str]) -> None:
    """Draw one comment of a reader; for the office also the form to decide on it."""
    with st.container(border=True):
        subject = names_of.get((voice.subject_kind, voice.subject_code), voice.subject_code)
        about = t("voice_about", grade=voice.grade, edition=voice.edition, day=format_date(voice.said_on, language()))
        prose.markdown(f"**{markdown(subject)}** {about} ・ {t(f'voice_is_{voice.state}')}")
        prose.markdown(markdown(words.shown(voice.words)))
        if voice.is_held:
            prose.warning(t("voice_looks_personal"), icon=":material/privacy_tip:")
        if voice.answer_ja:
            prose.markdown(f"**{t('voice_answer_of')}** {markdown(voice.answer_ja)}")
        if viewer().may("answer_voices"):
            answer(store, voice)


def answer(store: Voices, voice: Voice) -> None:
    """Draw the form in which the office answers a comment, and publishes it, marks it as read or hides it."""
    with st.expander(t("voice_decide"), icon=":material/edit:"), st.form(f"voice_{voice.id}", border=False):
        texts = {
            "answer_ja": st.text_area(t("voice_answer_ja"), value=voice.answer_ja, key=f"answer_ja_{voice.id}"),
            "answer_en": st.text_area(t("voice_answer_en"), value=voice.answer_en, key=f"answer_en_{voice.id}"),
        }
        is_through = st.checkbox(t("voice_looked_through"), key=f"looked_through_{voice.id}") if voice.is_held else False
        with st.container(horizontal=True):
            for to in (VoiceState.PUBLISHED, VoiceState.READ, VoiceState.HIDDEN):
                kind = "primary" if to == VoiceState.PUBLISHED else "secondary"
                key = f"voice_{voice.id}_{to}_{steps.content_key(voice)}"
                if st.form_submit_button(t(f"voice_to_{to}"), key=key, type=kind):  # type: ignore[arg-type]
                    steps.take(
                        lambda to=to: decide(  # type: ignore[misc]
                            cached.store(), store, voice, actor=viewer().email, to=to, today=office_today(), is_looked_through=is_through, **texts
                        ),
                        t("voice_decided", number=voice.id),
                    )  # fmt: skip


def listed(store: Voices, part: str) -> None:
    """Draw the comments that wait for a decision (``part`` is ``waiting``), or those already decided."""
    names_of = names()
    shown = store.listed(states=WAITING if part == "waiting" else DECIDED, most=MOST)
    if not shown:
        prose.caption(t("voices_none"))
    for voice in shown:
        one(store, voice, names_of)


def show(store: Voices) -> None:
    """Draw the page from the feedback database."""
    counts = store.counts()
    total = sum(counts.values())
    page_heading(t("voices_title", waiting=counts["new"], all=total) if total else t("voices_none_yet"))
    prose.markdown(t("voices_lead"))
    steps.show_result()
    if not total:
        return
    parts = ["waiting", "decided", "tallies"]
    decided = store.listed(states=DECIDED, most=MOST)
    part = choose_part("part", parts, t("voices_view"), escaped_labels(lambda v: t(f"voices_{v}")), is_label_shown=False)
    steps.warn_if_other(
        "voices", [(voice.id, voice.state, voice.answer_ja, voice.answer_en) for voice in decided], fields=("answer_ja", "answer_en"),
        left=[voice.id for voice in (store.listed(states=WAITING, most=MOST) if part == "waiting" else decided)],
    )  # fmt: skip
    if part == "tallies":
        tallies(store)
    else:
        listed(store, part)


database = voices()
if database is None:
    end_page(t("nav_voices"), lambda: prose.info(t("voices_off"), icon=":material/info:"))
try:
    show(database)
except MierukaError as refused:
    refusal_box(refused, ":material/error:")
