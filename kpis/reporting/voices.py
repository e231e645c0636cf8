"""Decisions of the office on a reader's voice: read, published with an answer, or withheld; each is recorded."""

from __future__ import annotations

from datetime import date

from kpis.as_text import typed
from kpis.errors import ChangedMeanwhile, FigureRefused, StepRefused
from kpis.reporting.people import acting, record
from kpis.reporting_vocabulary import VoiceState
from kpis.store.store import Store
from kpis.voices.store import Voice, Voices

LONGEST_ANSWER = 2_000
EVENTS = {VoiceState.READ: "voice_read", VoiceState.PUBLISHED: "voice_published", VoiceState.HIDDEN: "voice_hidden"}


def decide(
    store: Store, voices: Voices, before: Voice, *, actor: str, to: VoiceState, today: date, answer_ja: str = "", answer_en: str = "",
    is_looked_through: bool = False,
) -> None:  # fmt: skip
    """Decide on a voice; its grade counts in any case.

    Args:
        store: of the instance, for roles and the audit trail.
        before: the voice as the actor saw it.
        answer_ja: published with it, and required for that.
        is_looked_through: the actor states that it contains no personal data, though it seems to.

    Raises:
        NotFound: there is no such voice.
        ChangedMeanwhile: somebody else decided on it since the actor saw it.
        StepRefused: a voice cannot become new again; or it seems to contain personal data, and that is not denied.
        FigureRefused: it has no text or no answer, or the answer is too long.
    """
    number = before.id
    answers = {"answer_ja": typed(answer_ja), "answer_en": typed(answer_en)}
    with acting(store, actor, "answer_voices", f"voice {number}", needs="answer_voices", is_figures=False) as session:
        voice = voices.one(number)
        if to not in EVENTS:
            raise StepRefused("voice_not_new_again")
        if max(map(len, answers.values())) > LONGEST_ANSWER:
            raise FigureRefused("voice_answer_long", most=LONGEST_ANSWER)
        if to == VoiceState.PUBLISHED and not voice.words:
            raise FigureRefused("voice_without_words")
        if to == VoiceState.PUBLISHED and not answers["answer_ja"]:
            raise FigureRefused("voice_without_answer")
        if to == VoiceState.PUBLISHED and voice.is_held and not is_looked_through:
            raise StepRefused("voice_may_be_personal")
        answered = {"answered_on": today} if answers["answer_ja"] else {}
        record(session, actor, EVENTS[to], f"voice {number}", detail=answers["answer_ja"])
        if not voices.decide(before, state=to.value, **answers, **answered):
            raise ChangedMeanwhile("voice_decided_since", number=number)
