"""The schema of each data file: the fields of its table's list, and columns that only the file has.

These models validate every incoming row before anything is stored. The CSV header of a file is exactly the field
names of its model; a text in several languages may have a column for any other (``in_languages``). ``data/README.md`` documents the columns.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Self, TypeVar

from pydantic import model_validator

from kpis.declared import Fields, Flag, in_languages
from kpis.errors import ValueRefused
from kpis.figures.commented import action_lacks
from kpis.kinds import KINDS
from kpis.periods import parse_period
from kpis.registers import LISTS, REGISTERS
from kpis.store import tables
from kpis.store.fields import PeriodCode
from kpis.vocabulary import Direction, RowKind

_Row = TypeVar("_Row", bound=Fields)


class SourceRow(tables.SourceFields):
    """sources.csv: the last day by which it was public and what shows it go together."""

    @model_validator(mode="after")
    def _known_by(self) -> SourceRow:
        if (self.published_by is None) != (self.published_basis is None):
            raise ValueRefused("published_by_with_basis")
        if self.published_on and self.published_by and self.published_by < self.published_on:
            raise ValueRefused("published_by_after")
        return self


def _held_against(rule: Callable[[Any], None]) -> Any:
    """Return a check of pydantic: the rule raises ``ValueRefused`` for a row that it refuses."""

    def check(row: _Row) -> _Row:
        rule(row)
        return row

    return model_validator(mode="after")(check)


def _others_than(key: str, *others: str) -> Any:
    """Return the check that these columns name no row by its own key."""

    def rule(row: object) -> None:
        for name in others:
            if getattr(row, name) is not None and getattr(row, name) == getattr(row, key):
                raise ValueRefused("other_than_itself", column=name)

    return _held_against(rule)


@_held_against
def _ends_after_it_begins(row: tables.BureauFields | tables.ProjectBureauFields) -> None:
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        raise ValueRefused("ends_before_it_begins", first="valid_from", last="valid_to")


class BureauRow(tables.BureauFields):
    """bureaus.csv: a unit ends no earlier than it begins, and is not its own parent."""

    _lives_forward, _below_another = _ends_after_it_begins, _others_than("bureau_code", "parent_code")


class SuccessionRow(tables.SuccessionFields):
    """successions.csv: a unit is not its own successor."""

    _by_another = _others_than("predecessor_code", "successor_code")


class StrategyVersionRow(tables.StrategyVersionFields):
    """strategy_versions.csv: both years of action or neither, in order, and a horizon no earlier than the first."""

    @model_validator(mode="after")
    def _years_in_order(self) -> StrategyVersionRow:
        if (self.first_year is None) != (self.last_year is None):
            raise ValueRefused("both_or_neither", first="first_year", second="last_year")
        for last in ("last_year", "horizon_year"):
            if self.first_year and (getattr(self, last) or self.first_year) < self.first_year:
                raise ValueRefused("first_at_most_second", first="first_year", second=last)
        return self


class ProjectRow(tables.ProjectFields):
    """projects.csv: a project is not its own successor."""

    _by_another = _others_than("project_code", "successor_code")


class ProjectBureauRow(tables.ProjectBureauFields):
    """project_bureaus.csv: a part ends no earlier than it begins."""

    _runs_forward = _ends_after_it_begins


class IndicatorRow(tables.IndicatorFields):
    """indicators.csv: thresholds and bounds are in order, a ceiling is not to be kept, and no indicator is related to itself."""

    @model_validator(mode="after")
    def _in_order(self) -> IndicatorRow:
        if self.threshold_behind > self.threshold_on_track:
            raise ValueRefused("first_at_most_second", first="threshold_behind", second="threshold_on_track")
        if self.minimum_value is not None and self.maximum_value is not None and self.minimum_value > self.maximum_value:
            raise ValueRefused("first_at_most_second", first="minimum_value", second="maximum_value")
        if KINDS[self.kind].is_cap and self.direction == Direction.KEEP:
            raise ValueRefused("cap_not_kept")
        return self

    _related_to_others = _others_than("indicator_code", "replaced_by_code", "paired_with_code", "sibling_code")


class TargetRow(tables.TargetFields):
    """targets.csv: a target is withdrawn on a day and for a reason, and not before it was set."""

    @model_validator(mode="after")
    def _withdrawn_for_a_reason(self) -> TargetRow:
        if (self.withdrawn_on is None) != (not self.withdrawn_reason.strip()):
            raise ValueRefused("withdrawn_on_with_reason")
        if self.withdrawn_on and self.set_on and self.withdrawn_on < self.set_on:
            raise ValueRefused("withdrawn_after_set")
        return self


class ObservationRow(tables.ObservationFields):
    """observations.csv: a row has a value, a numerator or a text, and a reason class has its text.

    A correction repeats the key with a ``reason_class`` and ``reason_text`` and becomes a new vintage. So does a row that
    ``is_withdrawn``: the figure that counted so far was never true, and the one before it counts again, or none.
    """

    is_withdrawn: Flag = False

    @model_validator(mode="after")
    def _says_something(self) -> ObservationRow:
        if self.is_withdrawn and not (self.reason_class and self.reason_text.strip()):
            raise ValueRefused("withdrawn_with_reason")
        if self.value is None and not self.text_ja and self.numerator is None and not self.is_withdrawn:
            raise ValueRefused("says_something")
        if self.reason_class and not self.reason_text.strip():
            raise ValueRefused("reason_class_with_text")
        return self


class _AboutOne(Fields):
    """A commentary or action about one indicator or one project."""

    @model_validator(mode="after")
    def _about_one_subject(self) -> Self:
        if (getattr(self, "indicator_code", None) is None) == (getattr(self, "project_code", None) is None):
            raise ValueRefused("about_one_subject")
        return self


class CommentaryRow(_AboutOne, tables.CommentaryFields):
    """commentaries.csv: about one indicator or one project."""


class ActionRow(_AboutOne, tables.ActionFields):
    """actions.csv: about one indicator or one project, with what its state requires: done a day, given up a reason."""

    @model_validator(mode="after")
    def _as_its_state_asks(self) -> ActionRow:
        if lacking := next(action_lacks(vars(self)), ""):
            raise ValueRefused(f"action_without_{lacking}")
        if not self.measure_ja.strip() or not self.section_ja.strip() or self.due_on is None:
            raise ValueRefused("action_incomplete")
        return self


class FacilityRow(tables.FacilityFields):
    """facilities.csv: a place has latitude and longitude, or neither."""

    @model_validator(mode="after")
    def _a_point_has_both(self) -> FacilityRow:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueRefused("both_or_neither", first="latitude", second="longitude")
        return self


class CalendarRow(Fields):
    """calendar.csv: the days on which bureaus may report a period, and the day announced for its figures; a period without a row is not asked for."""

    period_code: PeriodCode
    opens_on: date
    due_on: date
    locks_on: date
    publishes_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> CalendarRow:
        if not self.opens_on <= self.due_on <= self.locks_on:
            raise ValueRefused("calendar_in_order")
        if self.due_on < (begins := parse_period(self.period_code).start):
            raise ValueRefused("calendar_due_from", day=begins.isoformat())
        if self.publishes_on is not None and self.publishes_on < self.due_on:
            raise ValueRefused("calendar_published_after_due")
        return self


CATALOGUE: dict[str, type[Fields]] = {
    RowKind.SOURCE: SourceRow,
    RowKind.BUREAU: in_languages(BureauRow),
    RowKind.SUCCESSION: SuccessionRow,
    RowKind.STRATEGY_VERSION: in_languages(StrategyVersionRow),
    RowKind.PROJECT: in_languages(ProjectRow),
    RowKind.PROJECT_VERSION: in_languages(tables.ProjectVersionFields),
    RowKind.PROJECT_BUREAU: ProjectBureauRow,
    RowKind.INDICATOR: in_languages(IndicatorRow),
    RowKind.BASELINE: tables.BaselineFields,
    RowKind.TARGET: in_languages(TargetRow),
    RowKind.REPORTING_PERIOD: CalendarRow,
}
OFFICIAL: dict[str, type[Fields]] = {
    RowKind.OBSERVATION: ObservationRow,
    RowKind.READING: tables.ReadingFields,
    RowKind.MILESTONE: in_languages(tables.MilestoneFields),  # a register too, but its file comes before theirs
    **{kind: in_languages(register.fields) for kind, register in REGISTERS.items()},
    RowKind.FACILITY: in_languages(FacilityRow),
    RowKind.COMMENTARY: CommentaryRow,
    RowKind.ACTION: ActionRow,
}
CATALOGUE_FILES = {LISTS[kind].file: model for kind, model in CATALOGUE.items()}
OFFICIAL_FILES = {LISTS[kind].file: model for kind, model in OFFICIAL.items()}
