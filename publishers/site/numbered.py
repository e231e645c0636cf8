"""The legend of the circled numbers in a chart as HTML, for the dashboard and the static edition."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from charts.series import Annotation
from kpis.as_text import shown
from publishers.site.labels import each
from telling.words import Words


def numbered(listed: Sequence[Annotation], words: Words) -> Markup:
    """Return the legend of a chart's circled numbers, one line each; empty if it has none."""
    if not listed:
        return Markup("")
    rows = each("<li><b>{}</b>{}</li>", ((event.sign, event.words) for event in listed))
    return Markup(shown(Markup('<ul class="an" aria-label="{}">{}</ul>').format(words("annotations_title"), rows)))
