"""Downloads of the charts on a page: the files that are written for each chart while the page is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kpis.languages import SOURCE
from publishers.site.block_views import BlockView
from publishers.site.views import IndicatorView
from publishers.taken import file_of
from telling.blocks import Telling
from telling.taken import NOW, Stand, Taken, name_of_indicator, of_block, of_indicator

FORMS = ("svg", "csv")  # a PNG is made on request by the open API


@dataclass(frozen=True, slots=True)
class Offered:
    """A downloadable chart: its files, and its text alternative."""

    file: str  # path below the root of the site, without suffix
    title: str
    alt: str  # title and sentence


@dataclass(slots=True)
class Charts:
    """The charts of an edition, each written once, however many pages show it."""

    stand: Stand
    _held: dict[str, Taken] = field(default_factory=dict)
    _offered: dict[str, Offered | None] = field(default_factory=dict)

    def of(self, view: IndicatorView | BlockView) -> Offered | None:
        """Return the downloads of a view's chart, and queue it for writing; ``None`` if it draws none."""
        file = file_of_chart(name_of(view), view.words.language)
        if file not in self._offered:
            made = self._taken(view) if name_of(view) else None
            if made is not None:
                self._held[file] = made
            self._offered[file] = Offered(file, made.label.title, made.label.alternative) if made else None
        return self._offered[file]

    def _taken(self, view: IndicatorView | BlockView) -> Taken | None:
        if isinstance(view, IndicatorView):
            return of_indicator(view.scored, Telling(view.words, view.moment), self.stand, shape=view.shape, svg=view.wide)
        if view.telling is None:
            return None
        return of_block(view.block, view.telling, self.stand, svg="" if view.leads else view.wide)  # links in a file are broken

    def write(self, target: Path) -> None:
        """Write the queued charts."""
        for file, taken in self._held.items():
            place = target / file
            place.parent.mkdir(parents=True, exist_ok=True)
            for form in FORMS:
                place.with_name(f"{place.name}.{form}").write_bytes(file_of(taken, form))
        self._held.clear()


def name_of(view: IndicatorView | BlockView) -> str:
    """Return the name of a view's chart, as in the open API; blank if it has no download."""
    if isinstance(view, IndicatorView):
        return name_of_indicator(view.scored)
    is_now = view.telling is not None and view.telling.view == "now"
    return f"{NOW if is_now else ''}{view.block.chart}" if view.block.chart and view.is_drawn else ""


def file_of_chart(name: str, language: str) -> str:
    """Return the path of a chart below the root of the site, without suffix."""
    return file_of_card(f"{name}-chart", language)


def file_of_card(code: str, language: str) -> str:
    """Return the path of an indicator's card below the root of the site, without suffix."""
    return f"embed/{code}{'' if language == SOURCE else f'-{language}'}"
