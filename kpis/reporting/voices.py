"""What the office decides of a reader's voice: read, shown in public with an answer, or kept back; each is on record."""

from __future__ import annotations

from datetime import date

from kpis.as_text import typed
from kpis.errors import FigureRefused, StepRefused
from kpis.reporting.people import acting, allow, record
from kpis.reporting_vocabulary import VoiceState
from kpis.store.store import Store
from kpis.voices.store import Voices

LONGEST_ANSWER = 2_000
EVENTS = {VoiceState.READ: "voice_read", VoiceState.PUBLISHED: "voice_published", VoiceState.HIDDEN: "voice_hidden"}


def decide(
    store: Store, voices: Voices, number: int, *, actor: str, to: VoiceState, today: date, answer_ja: str = "", answer_en: str = "",
    is_looked_through: bool = False,
) -> None:  # fmt: skip
    """Decide what becomes of a voice; its grade counts whatever is decided.

    Args:
        store: of the instance, for roles and the audit trail.
        voices: where it is kept.
        number: of the voice.
        actor: of the office.
        to: the new state.
        today: the day of the office.
        answer_ja: shown with it; needed to show it at all.
        answer_en: the same in English.
        is_looked_through: the actor says that it holds nobody's data, though it looks so.

    Raises:
        NotAllowed: the actor does not answer voices.
        NotFound: there is no such voice.
        StepRefused: nobody can make a voice new again; or it looks as if it held somebody's data, and nobody says it does not.
        FigureRefused: it has no words or no answer, or the answer is too long.
    """
    answers = {"answer_ja": typed(answer_ja), "answer_en": typed(answer_en)}
    with acting(store, actor, "answer_voices", f"voice {number}", is_figures=False) as session:
        allow(session, actor, "answer_voices")
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
        voices.decide(number, state=to.value, **answers, **answered)
