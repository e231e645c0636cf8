"""The words of the page of definitions: kinds of indicators, statuses, and the remarks beside a status, each with its meaning."""

from __future__ import annotations

from kpis.figures.records import STATUSES
from kpis.kinds import KINDS
from kpis.text import status_word
from telling.words import Words, capital

REMARKS = ("stale", "stale_figure", "awaiting", "missed_before")  # beside a status (``IndicatorView.badge``)


def meanings(words: Words) -> list[tuple[str, str]]:
    """Return word → meaning, for all that the columns of kinds and statuses can say."""
    kinds = [(capital(words(f"kind_{kind}")), words(f"meaning_kind_{kind}")) for kind in KINDS if not KINDS[kind].is_text]
    statuses = [(status_word(status, words.language), words(f"meaning_{status}")) for status in STATUSES]
    return [*kinds, *statuses, *((words(remark), words(f"meaning_{remark}")) for remark in REMARKS)]
