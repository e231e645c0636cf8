"""All queries about the reform at one moment, computed once and cached: pages, API, editions and meeting material use it.

A ``Moment`` is a state of the figures (a revision of a database, or an edition) as of a day, as known at an instant, in an
organisation. Its results are shared by all callers and must not be changed: frozen dataclasses, plain rows and texts.
They are cached with the ``State``, without a time limit: a later revision is another state. Cached results on figures are handed on where
only reports or people changed; where figures did, they are discarded with the state before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from sqlmodel import SQLModel

from kpis.declared import Row
from kpis.figures import assessed, attention, finding, listed
from kpis.figures.attention import OffTrack, Since, Stood
from kpis.figures.bureaus import BureauReport, RegisterRows, bureau_reports, home, reports_of_bureaus
from kpis.figures.commented import SaidBy, said_by, without_action
from kpis.figures.facilities import Facility, standing
from kpis.figures.folding import folded
from kpis.figures.listed import RowStanding
from kpis.figures.organisation import Organisation
from kpis.figures.projects import ProjectReport, ProjectRows, project_reports
from kpis.figures.recast import Recast
from kpis.figures.registers import MISTAKE
from kpis.figures.scorecard import WHOLE, Book, Entry, Scored, judged_then, recast_then, score_all
from kpis.government import government
from kpis.grouped import grouped
from kpis.periods import Period, parse_period
from kpis.registers import TOLD_BY_RECORD, Register
from kpis.state import REPORTED, State
from kpis.store import queries, register_history, tables
from kpis.store.definition_history import as_lived
from kpis.store.fields import Stored, key_columns, records
from kpis.store.queries import PAGE_SIZE, Counted, Filter, ProcedureOnDay
from kpis.text import named
from kpis.vocabulary import RowKind

T = TypeVar("T")
_procedures = finding.Growing()  # shared by all databases: states and editions differ by a few names


def _stood_until(ended: date | None, reason: str | None) -> int:
    """Return the day on which a procedure ended, as an ordinal; 0 while it stands. One entered by mistake never existed."""
    return 1 if reason == MISTAKE else ended.toordinal() if ended else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The reform as of a day."""

    state: State
    as_of: date  # include figures of periods ended by this day, and targets and milestones due by it as due
    known_at: datetime | None = None  # the state of knowledge (instant, UTC); ``None`` means as known now
    view: str = "then"  # ``then`` shows bureaus as they were (当時の組織), ``now`` as they are on the day (現在の組織)

    def on(self, day: date) -> Moment:
        """Return the same moment as of another day."""
        return replace(self, as_of=day)

    def in_view(self, view: str) -> Moment:
        """Return the same moment in the organisation of its time (``then``) or of today (``now``)."""
        return replace(self, view=view)

    def kept(self, sort: str, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
        """Return a cached result for this day and state of knowledge, or compute it; ``key`` includes the view where it matters."""
        return self.state.kept(sort, (*key, self.as_of, self.known_at), make)

    # What is stored ----------------------------------------------------------------------------------------------

    @property
    def book(self) -> Book:
        """Return every indicator with its figures, all vintages; the lives of units as known at the instant."""
        book, before = self.state.book(), self._lives_before
        if not before:
            return book
        return self.state.kept(
            "read", ("book", self.known_at), lambda: replace(book, organisation=as_lived(book.organisation, before), _sums={})
        )

    @property
    def organisation(self) -> Organisation:
        """Return every unit and succession."""
        return self.book.organisation

    @property
    def indicators(self) -> dict[str, tables.Indicator]:
        """Return the definitions by code, in catalogue order."""
        return self.by_code(tables.Indicator)

    @property
    def units(self) -> dict[str, tables.Bureau]:
        """Return the rows of the organisation units by code, in catalogue order, with their lives as known at the instant."""
        units, before = self.by_code(tables.Bureau), self._lives_before
        if not before:
            return units
        made = records(tables.Bureau, ({**vars(row), **before.get(code, {})} for code, row in units.items()))
        return {row.bureau_code: row for row in made}

    @property
    def _lives_before(self) -> dict[str, Row]:
        """Return the lives of units that a later list changed, as known at the instant."""
        if self.known_at is None:
            return {}
        return self.state.kept(
            "read", ("lives", self.known_at), lambda: self.state.store.before_changes(tables.Bureau, self.known_at)
        )

    @property
    def reporting_units(self) -> frozenset[str]:
        """Return the codes of the units that report for themselves."""
        kinds = government().bureau_kinds

        def make() -> frozenset[str]:
            return frozenset(unit.code for unit in self.organisation.units if unit.kind in kinds)

        return self.state.kept("read", ("reporting units", kinds), make)

    def home(self, code: str) -> str:
        """Return the bureau under which a bureau's register rows are shown in the organisation of the view."""
        return home(self.organisation, code, as_of=self.as_of, view=self.view)

    def rows(self, table: type[Stored]) -> list[Stored]:
        """Return the stored rows of a table."""
        return self.state.rows(table)

    def by_code(self, table: type[Stored]) -> dict[str, Stored]:
        """Return the rows of a table by their code."""

        def make() -> dict[str, Stored]:
            (code,) = key_columns(table)
            return {getattr(row, code): row for row in self.rows(table)}

        return self.state.kept("read", ("by code", table), make)

    def register(self, table: type[Stored]) -> list[Stored]:
        """Return the rows of a register (``Facility``, ``Milestone``) as known at the instant, in code order."""
        return self.state.kept(
            "read", (table, self.known_at), lambda: records(table, self.state.store.known(table, known_at=self.known_at))
        )

    def first_known(self, table: type[SQLModel]) -> datetime | None:
        """Return the instant at which the first row of a register became known; ``None`` where there is none."""

        def make() -> datetime | None:
            with self.state.store.reading() as session:
                return register_history.first_known(session, table)

        return self.state.kept("read", ("first known", table), make)

    # How things stand --------------------------------------------------------------------------------------------

    @property
    def scored(self) -> list[Scored]:
        """Return every judgement, in catalogue order, those of bureaus in the organisation of the view."""
        return self._scored(self.view)

    @property
    def whole(self) -> list[Scored]:
        """Return the judgements without those of bureaus: enough for most pages, and much faster."""
        return self._scored(WHOLE)

    @property
    def own(self) -> list[Scored]:
        """Return one judgement per indicator: that of its own scope."""
        return self.kept("judged", ("own",), lambda: [s for s in self.whole if s.entry.is_own_scope])

    @property
    def parts(self) -> dict[str, list[Scored]]:
        """Return the judgements of bureaus that have figures, by indicator, in the organisation of the view."""

        def make() -> dict[str, list[Scored]]:
            reporting = self.reporting_units
            parts = (s for s in self.scored if s.entry.unit_code in reporting and not s.entry.is_own_scope and s.figures)
            return grouped((item.entry.definition.code, item) for item in parts)

        return self.kept("judged", ("parts", self.view), make)

    def _scored(self, view: str) -> list[Scored]:
        make = partial(score_all, self.book, as_of=self.as_of, known_at=self.known_at, view=view)
        return self.kept("judged", ("scored", view), make)

    @property
    def projects(self) -> list[ProjectReport]:
        """Return every project as of the day, in catalogue order."""

        def make() -> list[ProjectReport]:
            rows = ProjectRows(
                projects=self.rows(tables.Project), versions=self.rows(tables.StrategyVersion), names=self.rows(tables.ProjectVersion),
                bureaus=self.rows(tables.ProjectBureau), milestones=self.register(tables.Milestone),
                dates=self.rows(tables.MilestoneDate), confidences=self.rows(tables.Assessment),
            )  # fmt: skip
            return project_reports(rows, self.own, as_of=self.as_of, known_at=self.known_at)

        return self.kept("judged", ("projects",), make)

    @property
    def bureaus(self) -> list[BureauReport]:
        """Return every bureau as of the day, in the organisation of the view."""

        def make() -> list[BureauReport]:
            registers = RegisterRows(
                listed={sheet: self.listed(register) for sheet, register in TOLD_BY_RECORD.items()},
                facilities=self.facilities,
                procedures=queries.by_bureau(self.state.store, as_of=self.as_of, known_at=self.known_at),
            )
            owed = [row.indicator_code for row in self.rows(tables.Indicator) if row.is_reported_by_bureaus]
            return bureau_reports(
                self.organisation, self.scored, self.projects, registers, as_of=self.as_of, view=self.view, owed=owed
            )

        return self.kept("judged", ("bureaus", self.view), make)

    def reports(self, bureau: str) -> tuple[tables.Submission, ...]:
        """Return the reports of a bureau, in the organisation of the view, newest period first."""

        def make() -> dict[str, tuple[tables.Submission, ...]]:
            return reports_of_bureaus(self.organisation, self.rows(tables.Submission), as_of=self.as_of, view=self.view)

        return self.kept(REPORTED, ("reports", self.view), make).get(bureau, ())

    # How things stood --------------------------------------------------------------------------------------------

    @property
    def entries(self) -> dict[str, list[Entry]]:
        """Return the entries of each indicator by code, that of its own scope first."""
        return self.state.kept(
            "read", ("entries by code",), lambda: grouped((entry.definition.code, entry) for entry in self.book.entries)
        )

    @property
    def quarters(self) -> tuple[Period, ...]:
        """Return the quarters of a strip: the last ended by the day, oldest first."""
        return attention.quarters_until(self.as_of)

    def stood(self, item: Scored) -> tuple[Stood, ...]:
        """Return the status of an indicator of a unit at each quarter end, oldest first: as known then, the last as of now."""
        entry = item.entry
        view = "then" if entry.is_own_scope else self.view

        def make() -> tuple[Stood, ...]:
            *past, last = self.quarters
            return (*(self._stood(item, quarter) for quarter in past), attention.stood_at(last, item.judgement))

        return self.kept("stood", (entry.definition.code, entry.unit_code, view), make)

    def _stood(self, item: Scored, quarter: Period) -> Stood:
        definition = item.entry.definition
        entries, on = self.entries[definition.code], self.as_of
        known_at = attention.known_then(quarter, definition.publication_lag_days, self.known_at)

        def moved() -> Recast:
            make = partial(recast_then, entries, self.book, as_of=quarter.end, known_at=known_at, on=on)
            return self.state.kept("recast", (definition.code, quarter.end, known_at, on), make)

        then = judged_then(
            entries, item.entry.unit_code, self.book, as_of=quarter.end, view=self.view, on=on, known_at=known_at, moved=moved
        )
        return Stood(quarter, "no_data") if then is None else attention.stood_at(quarter, then)

    def off_since(self, item: Scored) -> Since | None:
        """Return the unbroken run of quarters an indicator has been off track; ``None`` where it is not."""

        def backwards() -> Iterator[Stood]:
            strip = self.stood(item)
            yield from reversed(strip)
            for quarter in reversed(attention.quarters_until(strip[0].quarter.start, attention.FURTHEST - len(strip))):
                yield self._stood(item, quarter)

        if item.judgement.status not in attention.OFF:
            return None
        key = (item.entry.definition.code, item.entry.unit_code, self.view, "since")
        return self.kept("stood", key, lambda: attention.run_of(backwards()))

    def project_stood(self, report: ProjectReport) -> tuple[Stood, ...]:
        """Return the status of a project at each quarter end, oldest first, from those of its indicators; the last as of now."""

        def make() -> tuple[Stood, ...]:
            *past, last = self.quarters
            if not report.scored:
                return (*(Stood(quarter, "no_data") for quarter in past), Stood(last, report.status))
            strips = [self.stood(item)[:-1] for item in report.scored]
            quarters = zip(past, zip(*strips, strict=True), strict=True)
            stood = (
                attention.project_stood(quarter, [s.judgement for s in each if s.judgement is not None])
                for quarter, each in quarters
            )
            return (*stood, Stood(last, report.status))

        return self.kept("stood", ("project", report.code), make)

    @property
    def off_track(self) -> list[OffTrack]:
        """Return every indicator and milestone that is off track, each with its strip and its run, sorted by weight."""

        def made(item: OffTrack) -> OffTrack:
            if item.scored is None:
                return item
            return replace(item, stood=self.stood(item.scored), since=self.off_since(item.scored))

        def make() -> list[OffTrack]:
            return attention.in_order(made(item) for item in attention.off_track(self.own, self.projects))

        return self.kept("judged", ("off track",), make)

    # Registers ---------------------------------------------------------------------------------------------------

    @property
    def facilities(self) -> list[Facility]:
        """Return every facility of the register as of the day."""
        return self.kept("judged", ("facilities",), lambda: standing(self.register(tables.Facility), as_of=self.as_of))

    @property
    def procedures(self) -> Counted:
        """Return the register of procedures, counted in groups: it may be too large to be cached in full."""
        make = partial(queries.counted, self.state.store, as_of=self.as_of, known_at=self.known_at)
        return self.kept("judged", ("procedures",), make)

    @property
    def procedure_sources(self) -> list[str]:
        """Return the codes of the sources of the register of procedures, most frequent first."""
        make = partial(queries.source_codes, self.state.store, as_of=self.as_of, known_at=self.known_at)
        return self.kept("judged", ("sources of procedures",), make)

    def search(self, wanted: Filter, *, page: int = 1, size: int = PAGE_SIZE) -> tuple[int, list[ProcedureOnDay]]:
        """Return the number of procedures matching a filter, and one page of them in code order; cached for the usual page size."""

        def make() -> tuple[int, list[ProcedureOnDay]]:
            return queries.search(
                self.state.store,
                wanted,
                as_of=self.as_of,
                known_at=self.known_at,
                among=self._said_by(wanted),
                page=page,
                size=size,
            )

        return self.kept("searched", (wanted, page), make) if size == PAGE_SIZE else make()

    def matching(self, wanted: Filter) -> Iterator[Row]:
        """Yield every procedure matching a filter, with all columns, in code order, as plain rows for a file; uncached."""
        return queries.matching(
            self.state.store, wanted, as_of=self.as_of, known_at=self.known_at, among=self._said_by(wanted)
        )  # fmt: skip

    @property
    def procedure_columns(self) -> list[str]:
        """Return the columns of such a row, even where no procedure matches."""
        return queries.columns_of(self.state.store, as_of=self.as_of, known_at=self.known_at)

    def _said_by(self, wanted: Filter) -> list[str] | None:
        """Return the codes of the procedures containing every query word, by the search index; ``None`` without a query."""
        if not (words := folded(wanted.q).split()):
            return [] if wanted.q.strip() else None
        return [index.entries[n].code for index in self.procedure_names for n in index.holding(words).tolist()]

    def procedure(self, code: str) -> ProcedureOnDay:
        """Return one procedure with all columns.

        Raises:
            NotFound: no such procedure exists, or was known at that instant.
        """
        make = partial(queries.one, self.state.store, code, as_of=self.as_of, known_at=self.known_at)
        return self.kept("searched", ("procedure", code), make)

    def merged_into(self, code: str) -> list[str]:
        """Return the codes of the predecessors of a procedure."""
        make = partial(queries.merged_into, self.state.store, code, known_at=self.known_at)
        return self.kept("searched", ("merged into", code), make)

    @property
    def procedure_names(self) -> tuple[finding.Index, ...]:
        """Return the search indices of procedures, shared by all days, since they may take seconds to build."""

        def make() -> tuple[finding.Index, ...]:
            units = {code: named(unit) for code, unit in self.units.items()}
            return _procedures.of(
                [
                    finding.Searchable(
                        kind="procedure", code=code, names=(name_ja, name_en), until=_stood_until(ended, reason),
                        beside=" ".join(filter(None, (code, law, article, organisation, units.get(bureau, "")))),
                    )
                    for code, name_ja, name_en, law, article, organisation, bureau, ended, reason in queries.names(
                        self.state.store, known_at=self.known_at
                    )
                ]
            )  # fmt: skip

        return self.state.kept("indexed", ("procedures", self.known_at), make)

    def some_procedures(self, codes: Collection[str]) -> dict[str, ProcedureOnDay]:
        """Return a few procedures with all columns, by code."""
        return queries.some(self.state.store, codes, as_of=self.as_of, known_at=self.known_at)

    @property
    def commented(self) -> SaidBy:
        """Return commentaries and actions of bureaus, for periods ended by the day, by (subject, bureau)."""

        def make() -> SaidBy:
            commentaries = self.register(tables.Commentary)
            ends = {row.period_code: parse_period(row.period_code).end for row in commentaries}
            ended = {code: end for code, end in ends.items() if end <= self.as_of}
            return said_by(commentaries, self.register(tables.Action), ended_by=ended)

        return self.kept("judged", ("said",), make)

    @property
    def assessments(self) -> dict[str, tuple[tables.Assessment, ...]]:
        """Return the reform office's assessments of indicators and projects by the day, by code, oldest first."""
        make = partial(assessed.history, as_of=self.as_of, known_at=self.known_at)
        return self.kept("judged", ("assessments",), lambda: make(self.rows(tables.Assessment)))

    @property
    def without_action(self) -> list[Scored]:
        """Return the judgements that require an action and have none open, those of bureaus included."""
        make = partial(without_action, self.scored, self.commented, bureaus=self.reporting_units)
        return self.kept("judged", ("without action", self.view), lambda: list(make()))

    def listed(self, register: Register) -> list[RowStanding]:
        """Return every row, as of the day, of a register shown on generic pages."""

        def make() -> list[RowStanding]:
            rows, (key,) = self.register(register.table), register.key
            return listed.standing(rows, key=key, status=register.status, begun=register.begun, as_of=self.as_of)

        return self.kept("judged", ("listed", register.kind), make)

    def changes_of(self, kind: RowKind, code: str) -> list[tables.RegisterChange]:
        """Return the changes of a register row known by the instant, oldest first."""

        def make() -> list[tables.RegisterChange]:
            every = self.state.store.all_of(tables.RegisterChange, register_name=kind.value, row_code=code)
            changes = records(tables.RegisterChange, every)
            return [change for change in changes if self.known_at is None or change.known_at <= self.known_at]

        return self.kept("searched", ("changes", kind, code), make)
