"""Readers' feedback at the end of public pages: a form for grade and comment, and the office's published answers."""

from __future__ import annotations

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from kpis.as_text import markdown
from kpis.errors import FigureRefused, MierukaError
from kpis.periods import local_day
from kpis.settings import settings
from kpis.store.store import utc_now
from kpis.voices.heard import heard
from kpis.voices.often import OFTEN
from kpis.voices.store import Voices, voices
from kpis.voices.words import GRADES, MOST_WORDS
from pages.parts import cached, prose
from pages.parts.text import escaped_labels, fine_print, language, refusal_box, t, viewer_words
from pages.parts.titled import part_heading, section_heading
from telling import voices as told_voices

_SENT = "voice_said"


def voice(kind: str, code: str) -> None:
    """Draw the mean grade, the form and the answered comments of a subject; nothing unless in public mode with a feedback database.

    Args:
        kind: ``site``, ``indicator`` or ``project``.
        code: of the subject; "" for the site.
    """
    store, edition = voices(), cached.edition()
    if store is None or edition is None or settings().mode != "public":
        return
    try:
        public, words = heard(store, before=edition.manifest["compared_with"]), viewer_words()
    except (MierukaError, SQLAlchemyError):
        return  # figures are shown even if feedback fails; the command ``doctor`` reports the reason
    with st.container(key="voice"):
        section_heading(t(f"voice_heading_{kind}"))
        if mean := told_voices.mean_sentence(public, kind, code, words):
            prose.markdown(mean)
        _form(store, kind, code, edition.number)
        answered = told_voices.shown_voices(public, kind, code, words)
        if answered:
            part_heading(t("voice_answered"))
        for voice in answered:
            with st.container(border=True, gap="xsmall"):
                prose.markdown(markdown(voice.words))
                fine_print(voice.about)
                prose.markdown(f"**{t('voice_answer_of')}** {markdown(voice.answer)}")


def _form(store: Voices, kind: str, code: str, edition: int) -> None:
    about = f"{kind}_{code}"
    # Changed in place: a second click may end this run at its next call of Streamlit.
    thanked: set[str] = st.session_state.setdefault(_SENT, set())
    if about in thanked:
        prose.success(t("voice_thanks"), icon=":material/check_circle:")
        return
    with st.form(f"voice_{about}", border=True):
        grade = st.radio(
            t(f"voice_question_{kind}"), GRADES, format_func=escaped_labels(lambda g: t(f"voice_grade_{g}")), index=None, horizontal=True,
            key=f"grade_{about}",
        )  # fmt: skip
        words = st.text_area(t("voice_words"), max_chars=MOST_WORDS, height=96, key=f"words_{about}")
        fine_print(t("voice_no_personal"))
        if not st.form_submit_button(t("voice_send"), icon=":material/send:"):
            return
        if wait := OFTEN.seconds_to_wait(st.context.ip_address or "", utc_now()):
            prose.warning(t("asked_too_often", seconds=wait), icon=":material/hourglass:")
            return
        try:
            if grade is None:
                raise FigureRefused("voice_without_grade")
            store.say(
                kind, code, grade=grade, words=words, language=language(), edition=edition, said_on=local_day(utc_now())
            )  # fmt: skip
        except MierukaError as refused:
            refusal_box(refused)
        except SQLAlchemyError:
            prose.error(t("voice_not_now"), icon=":material/cloud_off:")
        else:
            thanked.add(about)
            st.rerun()
