"""Indicators beside their period before, the year before and the plan, in words that wrap: a wide table is cut off on a phone."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from kpis.as_text import markdown
from kpis.figures.scorecard import Scored
from kpis.figures.sentences import planned_text, variance_text
from pages.parts.cards import badge_line, dated_value, headline_value
from pages.parts.series import arrow
from pages.parts.text import language, shown_name, t


def in_words(every: Sequence[Scored]) -> pa.Table:
    """Return every indicator with a figure in two columns whose words wrap, for a phone as for a desk."""
    held = [s for s in every if s.judgement.figure is not None]
    now, then = [], []
    for item in held:
        judged, definition = item.judgement, item.entry.definition
        assert judged.figure is not None
        now.append(
            f"{shown_name(definition)}  \n**{markdown(headline_value(item, judged.figure))}** {badge_line(judged)}  \n"
            f":small[{judged.figure.period.label(language())}]"
        )
        parts = [
            (t(word), dated_value(item, other))
            for word, other in (("previous", judged.previous), ("year_earlier", judged.year_earlier))
        ]
        if judged.planned_value is not None:
            against = f" ({difference(item)})" if judged.variance is not None else ""
            parts.append((t("planned"), planned_text(definition, judged, language()) + against))
        then.append("  \n".join(f":small[{word} {markdown(value)}]" for word, value in parts if value != "―") or "―")
    return arrow({t("compare_now"): now, t("compare_beside"): then})


def difference(item: Scored) -> str:
    """Write by how much a figure is above or below its plan."""
    return variance_text(item.entry.definition, item.judgement, language())
