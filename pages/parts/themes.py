"""Which indicators a page shows: read off the catalogue (theme, headline, successor), never named in code."""

from __future__ import annotations

from collections.abc import Sequence

from kpis.figures.scorecard import Scored
from pages.parts import cached
from telling import overview
from telling.overview import LESSES, headlines, own_scope

__all__ = ["LESSES", "headlines", "own_scope", "with_forerunners"]


def with_forerunners(every: Sequence[Scored], theme: str) -> list[Scored]:
    """Return the headline indicators of a theme, and after them those with figures that one of them replaced."""
    return overview.with_forerunners(every, theme, cached.moment().rows("Indicator"))
