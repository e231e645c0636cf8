"""Voices shown with an edition: grades of the edition before, and texts with the office's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kpis.grouped import grouped
from kpis.voices.store import GradeTally, Voice, Voices


@dataclass(frozen=True, slots=True)
class Heard:
    """The voices shown with an edition."""

    before: int | None = None  # the edition before, to which the tallies belong; ``None`` where there was none
    # (kind, code) → number of each grade given to the edition before
    tallies: Mapping[tuple[str, str], GradeTally] = field(default_factory=dict)
    # (kind, code) → voices shown with their answers, newest first
    answered: Mapping[tuple[str, str], Sequence[Voice]] = field(default_factory=dict)


HEARD_NOTHING = Heard()


def heard(voices: Voices | None, *, before: int | None) -> Heard:
    """Return the voices shown with the edition that followed ``before``."""
    if voices is None:
        return HEARD_NOTHING
    answered = grouped(((voice.subject_kind, voice.subject_code), voice) for voice in voices.published())
    tallies = voices.tallies(edition=before) if before is not None else {}
    return Heard(before, {(kind, code): tally for (kind, code, _), tally in tallies.items()}, answered)
