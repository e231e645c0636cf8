"""Readers' feedback on a subject: ratings of the previous edition, and comments with the office's answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpis.as_text import line
from kpis.text import format_date
from kpis.voices.heard import Heard
from kpis.voices.store import Voice
from kpis.voices.words import GRADES, shown
from telling.words import Words


@dataclass(frozen=True, slots=True)
class ShownVoice:
    """A reader's comment and the office's answer, as shown."""

    words: str
    about: str
    answer: str


def of_page(path: str) -> tuple[str, str] | None:
    """Return the subject of a page of the static edition, as kind and code; ``None`` if the page has no feedback form."""
    folder, _, name = path.rpartition("/")
    kinds = {"indicators": "indicator", "projects": "project"}
    if folder in kinds:
        return kinds[folder], name.removesuffix(".html")
    return ("site", "") if path == "index.html" else None


def mean_sentence(heard: Heard, kind: str, code: str, words: Words) -> str:
    """Return the rating of the previous edition; blank with too few ratings."""
    tally = heard.tallies.get((kind, code))
    if tally is None or tally.mean is None:
        return ""
    return words("voice_mean_before", edition=heard.before, mean=words.number(tally.mean, ".1f"), count=tally.count)


def shown_voices(heard: Heard, kind: str, code: str, words: Words) -> Sequence[ShownVoice]:
    """Return the published feedback with answers, newest first."""
    return [_said(voice, words) for voice in heard.answered.get((kind, code), ())]


def _said(voice: Voice, words: Words) -> ShownVoice:
    answer = voice.answer_ja if words.folder == "" or not voice.answer_en else voice.answer_en
    about = words("voice_about", grade=voice.grade, edition=voice.edition, day=format_date(voice.said_on, words.language))
    return ShownVoice(shown(voice.words), about, line(answer))


def grade_words(words: Words) -> list[tuple[int, str]]:
    """Return each grade with its word, the best last."""
    return [(grade, words(f"voice_grade_{grade}")) for grade in GRADES]
