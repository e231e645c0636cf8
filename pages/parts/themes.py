"""Which indicators a page shows: read off the catalogue (theme, headline, successor), never named in code."""

from __future__ import annotations

from collections.abc import Sequence

from kpis.scorecard import Scored
from pages.parts import cached

LESSES = ("paperless", "faxless", "sealless", "cashless", "touchless")


def own_scope(every: Sequence[Scored]) -> list[Scored]:
    """Keep one judgement per indicator: that of its own scope."""
    return [s for s in every if s.entry.is_own_scope]


def headlines(every: Sequence[Scored], theme: str | None = None) -> list[Scored]:
    """Return the headline indicators, of one theme or of all, in catalogue order."""
    return [s for s in every if s.entry.is_headline and theme in (None, s.entry.theme)]


def with_forerunners(every: Sequence[Scored], theme: str) -> list[Scored]:
    """Return the headline indicators of a theme, and after them those with figures that one of them replaced."""
    shown = headlines(every, theme)
    codes = {s.entry.definition.code for s in shown}
    replaced = {r["indicator_code"] for r in cached.rows("Indicator") if r["replaced_by_code"] in codes}
    return [*shown, *(s for s in every if s.entry.definition.code in replaced - codes and s.figures)]


def pair_of(every: Sequence[Scored], item: Scored) -> Scored | None:
    """Return the indicator that the catalogue pairs with this one, where it has figures: the same measure, unadjusted."""
    code = item.entry.definition.code
    row = next((r for r in cached.rows("Indicator") if r["indicator_code"] == code), None)
    return next((s for s in every if row and s.entry.definition.code == row["paired_with_code"] and s.figures), None)
