"""The shared context of the static edition's pages: the moment of publication, the changes, and the address it is served at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kpis.figures.scorecard import Scored
from kpis.government import government
from kpis.languages import codes
from kpis.moment import Moment
from kpis.registers import TOLD_BY_RECORD
from kpis.settings import Settings
from kpis.text import format_date
from kpis.voices.heard import HEARD_NOTHING, Heard
from publishers.editions.on_disk import Edition
from publishers.site.labels import quoted
from publishers.site.offered import Charts
from publishers.site.views import IndicatorView
from telling import citation
from telling.blocks import Telling
from telling.taken import Stand
from telling.words import Words, has_page

Page = tuple[str, str, dict[str, Any]]  # file, template, context
Pages = Iterator[Page]


def themes_file() -> str:
    """Return the file name of the page of themes: its dashboard address, with dashes for underscores."""
    return government().page.address.replace("_", "-") + ".html"


@dataclass(frozen=True)
class Site:
    """The context shared by all pages of one edition."""

    moment: Moment
    about: Mapping[str, Any]
    changes: Sequence[Mapping[str, Any]]
    history: Sequence[tuple[Edition, Sequence[Mapping[str, Any]]]]
    chosen: Settings
    assets: dict[str, str]
    heard: Heard = HEARD_NOTHING

    @cached_property
    def charts(self) -> Charts:
        """Return the downloadable charts of its pages."""
        return Charts(self.stand)

    @property
    def address(self) -> str:
        """Return the public address of the static edition, without trailing slash; blank if unknown."""
        return self.chosen.public_address

    @property
    def stand(self) -> Stand:
        """Return the edition's provenance line for charts."""
        return Stand(self.moment.as_of, self.about, self.chosen, is_sample=self.moment.state.is_sample())

    def telling(self, words: Words, view: str = "then") -> Telling:
        """Return the context (language and organisation) for texts of registers and bureaus."""
        return Telling(words, self.moment.in_view(view))

    def view(self, item: Scored, words: Words, view: str = "then") -> IndicatorView:
        """Return a judged indicator in one language; ``view`` is the organisation of its history."""
        moment = self.moment.in_view(view)
        return IndicatorView(item, moment.indicators[item.entry.definition.code], moment.book, words, moment.as_of, moment)

    def day(self, words: Words) -> str:
        """Return the edition's date, formatted."""
        return format_date(self.moment.as_of, words.language)

    def citation(self, words: Words) -> str:
        """Return the citation of the edition."""
        return citation.citation(self.about, self.chosen, words.language)

    def sheet(self, title: str, here: str, words: Words) -> str:
        """Return the running text of printed sheets as a CSS string: site, publisher, edition, and address of the page."""
        edition = words("edition_line", number=self.about["edition"], day=self.day(words))
        place = f"{self.address}/{here}" if self.address else title
        return quoted(f"{words('site')} — {self.publisher(words)} — {edition} — {place}")

    @staticmethod
    def publisher(words: Words) -> str:
        """Return the publisher's name, from the catalogue."""
        return words.named(government().publisher)

    @staticmethod
    def languages(path: str = "index.html") -> list[Words]:
        """Return every language that a page exists in, in menu order."""
        return [Words(code) for code in codes() if has_page(path, code)]

    @staticmethod
    def page_in(words: Words, path: str) -> str:
        """Return the file of a page in a language, or of the overview where the language has no such page."""
        return words.folder + (path if has_page(path, words.language) else "index.html")

    @staticmethod
    def menu(words: Words) -> list[tuple[str, str]]:
        """Return the pages of the menu: file and label."""
        return [
            ("overview.html", words("nav_overview")), (themes_file(), words("nav_themes")),
            ("standing.html", words("nav_standing")), ("definitions.html", words("ed_definitions")), ("projects.html", words("ed_projects")),
            ("bureaus.html", words("ed_bureaus")), ("procedures.html", words("procedures")),
            ("facilities.html", words("ed_facilities")), *((f"{sheet}.html", words(f"nav_{sheet}")) for sheet in TOLD_BY_RECORD),
            ("method.html", words("method")),
            ("revisions.html", words("nav_revisions")), ("data.html", words("ed_data")),
        ]  # fmt: skip
