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
from telling import citation, voices
from telling.blocks import Telling
from telling.taken import Stand
from telling.words import Words, has_page

Page = tuple[str, str, dict[str, Any]]  # file, template, what it shows
Pages = Iterator[Page]


def themes_file() -> str:
    """Return the name of the page of themes, which bears its address in the dashboard, with dashes for underscores."""
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
        """Return the charts that its pages offer to take away."""
        return Charts(self.stand)

    @property
    def address(self) -> str:
        """Return where the static edition is served, without a slash at the end; a blank where that is not known."""
        return self.chosen.public_address

    @property
    def stand(self) -> Stand:
        """Return what is written on charts of which edition they are."""
        return Stand(self.moment.as_of, self.about, self.chosen, is_sample=self.moment.state.is_sample())

    def telling(self, words: Words, view: str = "then") -> Telling:
        """Return in whose words and in which organisation registers and bureaus are told."""
        return Telling(words, self.moment.in_view(view))

    def view(self, item: Scored, words: Words, view: str = "then") -> IndicatorView:
        """Return a judged indicator in one language, and in which organisation its history is looked back through."""
        moment = self.moment.in_view(view)
        return IndicatorView(item, moment.indicators[item.entry.definition.code], moment.book, words, moment.as_of, moment)

    def day(self, words: Words) -> str:
        """Return the day of the edition as people read it."""
        return format_date(self.moment.as_of, words.language)

    def citation(self, words: Words) -> str:
        """Return how to cite the edition."""
        return citation.citation(self.about, self.chosen, words.language)

    def sheet(self, title: str, here: str, words: Words) -> str:
        """Return what each printed sheet of a page says of itself, as a string of CSS: site, publisher, edition; where the page is read."""
        edition = words("edition_line", number=self.about["edition"], day=self.day(words))
        place = f"{self.address}/{here}" if self.address else title
        return quoted(f"{words('site')} — {self.publisher(words)} — {edition} — {place}")

    @staticmethod
    def publisher(words: Words) -> str:
        """Return whose site it is, by the lists of the government."""
        return words.named(government().publisher)

    @staticmethod
    def voice_subject(path: str) -> tuple[str, str] | None:
        """Return what the readers of a page are asked of, as kind and code; nothing where they are not asked."""
        return voices.of_page(path)

    @property
    def voice_action(self) -> str:
        """Return where the form of a page sends a voice; a blank where none is taken."""
        return self.chosen.voices_address

    def voice_mean(self, subject: tuple[str, str], words: Words) -> str:
        """Say how readers judged the edition before."""
        return voices.mean_sentence(self.heard, *subject, words)

    def voices_said(self, subject: tuple[str, str], words: Words) -> Sequence[voices.ShownVoice]:
        """Return the voices about a subject that are shown with their answers."""
        return voices.shown_voices(self.heard, *subject, words)

    @staticmethod
    def voice_grades(words: Words) -> list[tuple[int, str]]:
        """Return the grades that a reader may give."""
        return voices.grade_words(words)

    @staticmethod
    def languages(path: str = "index.html") -> list[Words]:
        """Return the words of every language that a page is written in, in the order in which they are offered."""
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
            ("facilities.html", words("ed_facilities")), *((f"{sheet}.html", words(f"nav_{sheet}")) for sheet in TOLD_BY_RECORD), ("method.html", words("method")),
            ("revisions.html", words("nav_revisions")), ("data.html", words("ed_data")),
        ]  # fmt: skip
