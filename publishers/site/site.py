"""What the pages of the static edition draw on, read and judged once: figures, registers, projects and bureaus as of its day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from kpis.figures.bureaus import BureauReport, bureau_reports, home
from kpis.figures.projects import ProjectReport, project_reports
from kpis.figures.scorecard import Book, Scored, score_all
from kpis.settings import Settings
from kpis.store import tables as models
from kpis.store.queries import Counted, by_bureau, counted
from kpis.store.store import Store
from kpis.text import format_date
from publishers.editions.on_disk import Edition
from publishers.site.views import IndicatorView
from telling import citation
from telling.blocks import Telling
from telling.words import Words

Page = tuple[str, str, dict[str, Any]]  # file, template, what it shows
Pages = Iterator[Page]


@dataclass(frozen=True)
class Site:
    """Everything the pages of one edition draw on."""

    store: Store
    about: Mapping[str, Any]
    changes: Sequence[Mapping[str, Any]]
    history: Sequence[tuple[Edition, Sequence[Mapping[str, Any]]]]
    chosen: Settings
    assets: dict[str, str]
    _read: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _bureaus: dict[str, list[BureauReport]] = field(default_factory=dict)
    _scored: dict[str, list[Scored]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Return where the static edition is served, without a slash at the end; a blank where that is not known."""
        return self.chosen.public_address

    @cached_property
    def as_of(self) -> date:
        """Return the day the edition judges by."""
        return date.fromisoformat(self.about["as_of"])

    @cached_property
    def book(self) -> Book:
        """Return the figures."""
        return self.store.book()

    @cached_property
    def scored(self) -> list[Scored]:
        """Return every judgement."""
        return score_all(self.book, as_of=self.as_of)

    @cached_property
    def indicators(self) -> dict[str, dict[str, Any]]:
        """Return the definitions by code, in catalogue order."""
        return {r["indicator_code"]: r for r in self.store.all_of(models.Indicator)}

    @cached_property
    def units(self) -> dict[str, dict[str, Any]]:
        """Return the organisation units by code, in catalogue order."""
        return {r["bureau_code"]: r for r in self.store.all_of(models.Bureau)}

    @cached_property
    def projects(self) -> dict[str, dict[str, Any]]:
        """Return the projects by code, in catalogue order."""
        return {r["project_code"]: r for r in self.store.all_of(models.Project)}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table by its class name, read once."""
        if table not in self._read:
            self._read[table] = self.store.all_of(getattr(models, table))
        return self._read[table]

    @cached_property
    def reports(self) -> list[ProjectReport]:
        """Return every project as it stands."""
        names = ("Project", "StrategyVersion", "ProjectVersion", "ProjectBureau", "Milestone", "MilestoneDate", "ProjectConfidence")
        return project_reports({name: self.rows(name) for name in names}, self.scored, as_of=self.as_of)

    @cached_property
    def procedures_counted(self) -> Counted:
        """Return the register of procedures, counted by the database in groups."""
        return counted(self.store, as_of=self.as_of)

    def scored_in(self, view: str) -> list[Scored]:
        """Return every judgement in the organisation of its time (``then``) or of today (``now``)."""
        if view not in self._scored:
            self._scored[view] = self.scored if view == "then" else score_all(self.book, as_of=self.as_of, view=view)
        return self._scored[view]

    def bureaus(self, view: str) -> list[BureauReport]:
        """Return every bureau as it stands on the day, in the organisation of its time (``then``) or of today (``now``)."""
        if view not in self._bureaus:
            scored = self.scored_in(view)
            tables = {
                "Indicator": list(self.indicators.values()), "Procedure": by_bureau(self.store, as_of=self.as_of),
                "Facility": self.rows("Facility"), "Submission": [],
            }  # fmt: skip
            self._bureaus[view] = bureau_reports(self.book.organisation, scored, self.reports, tables, as_of=self.as_of, view=view)
        return self._bureaus[view]

    def telling(self, words: Words, view: str = "then") -> Telling:
        """Return in whose words, as of which day and in which organisation registers and bureaus are told."""

        def at(code: str) -> str:
            return home(self.book.organisation, code, as_of=self.as_of, view=view)

        addresses = {code: note.url for code, note in self.book.sources.items()}
        secondary = frozenset(code for code, note in self.book.sources.items() if note.grade == "secondary")
        return Telling(words, self.as_of, self.units, view, at, addresses, secondary)

    def views(self, words: Words) -> list[IndicatorView]:
        """Return every judged indicator and unit in one language."""
        return [IndicatorView(s, self.indicators[s.entry.definition.code], self.book, words, self.as_of) for s in self.scored]

    def day(self, words: Words) -> str:
        """Return the day of the edition as people read it."""
        return format_date(self.as_of, words.language)

    def citation(self, words: Words) -> str:
        """Return how to cite the edition."""
        return citation.citation(self.about, self.chosen, words.language)

    @staticmethod
    def menu(words: Words) -> list[tuple[str, str]]:
        """Return the pages of the menu: file and label."""
        return [
            ("index.html", words("nav_overview")), ("five-less.html", words("nav_five_less")),
            ("definitions.html", words("ed_definitions")), ("projects.html", words("ed_projects")),
            ("bureaus.html", words("ed_bureaus")), ("procedures.html", words("procedures")),
            ("facilities.html", words("ed_facilities")), ("method.html", words("method")),
            ("revisions.html", words("nav_revisions")), ("data.html", words("ed_data")),
        ]  # fmt: skip
