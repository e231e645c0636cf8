"""The shape of each data file: one plain model per file, one field per column.

These models validate every incoming row before anything is stored. The CSV header of a file is exactly the field
names of its model. ``data/README.md`` is the dictionary of the same columns for people.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from kpis import vocabulary as words
from kpis.periods import parse_period
from kpis.registers import LISTS
from kpis.vocabulary import OneOf, RowKind


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Optional_text = Annotated[str | None, BeforeValidator(_blank_is_none)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Optional_number = Annotated[Number | None, BeforeValidator(_blank_is_none)]
Optional_count = Annotated[Annotated[float, Field(ge=0, allow_inf_nan=False)] | None, BeforeValidator(_blank_is_none)]
Optional_date = Annotated[date | None, BeforeValidator(_blank_is_none)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Optional_code = Annotated[Code | None, BeforeValidator(_blank_is_none)]
Flag = Annotated[bool, BeforeValidator(lambda v: {"1": True, "0": False, "": False}.get(v, v) if isinstance(v, str) else v)]
Precision = Annotated[str, OneOf(words.Precision)]
PlanPrecision = Annotated[str, OneOf(words.PlanPrecision)]
IndicatorKind = Annotated[str, OneOf(words.IndicatorKind)]
ProcessType = Annotated[str, OneOf(words.ProcessType)]
Party = Annotated[str, OneOf(words.Party)]
StepForm = Annotated[str, OneOf(words.StepForm)]
EndedReason = Annotated[
    Annotated[str, OneOf(words.EndedReason)] | None, BeforeValidator(_blank_is_none)
]  # fmt: skip
Direction = Annotated[str, OneOf(words.Direction)]
PublishedBasis = Annotated[str, OneOf(words.PublishedBasis)]
Optional_year = Annotated[Annotated[int, Field(ge=1900, le=2200)] | None, BeforeValidator(_blank_is_none)]


class Row(BaseModel):
    """A row of a data file; unknown columns are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


class SourceRow(Row):
    """sources.csv: one row per page or file that a figure was read from."""

    source_code: Code
    url: Annotated[str, Field(pattern=r"^https?://")]
    title: Annotated[str, Field(min_length=1)]
    published_on: Optional_date = None
    published_by: Optional_date = None
    published_basis: Annotated[PublishedBasis | None, BeforeValidator(_blank_is_none)] = None
    grade: Annotated[str, OneOf(words.Grade)]
    note: str = ""

    @model_validator(mode="after")
    def _known_by(self) -> SourceRow:
        if (self.published_by is None) != (self.published_basis is None):
            raise ValueError("published_by and published_basis go together")
        if self.published_on and self.published_by and self.published_by < self.published_on:
            raise ValueError("published_by must not lie before published_on")
        return self


class BureauRow(Row):
    """bureaus.csv: one row per organisation unit and life of its name, in catalogue order."""

    bureau_code: Code
    name_ja: Annotated[str, Field(min_length=1)]
    name_en: str = ""
    is_name_en_official: Flag = False
    kind: Annotated[str, OneOf(words.UnitKind)]
    parent_code: Optional_code = None
    valid_from: Optional_date = None
    valid_from_precision: Precision = "unknown"
    valid_to: Optional_date = None
    valid_to_precision: Precision = "unknown"
    is_current: Flag = True
    source_code: Optional_code = None
    note: str = ""


class SuccessionRow(Row):
    """successions.csv: one row per predecessor and successor of a reorganisation; blank share = not known."""

    predecessor_code: Code
    successor_code: Code
    relation: Annotated[str, OneOf(words.Relation)]
    effective_date: Optional_date = None
    date_precision: Precision = "unknown"
    share: Annotated[Annotated[float, Field(ge=0, le=1)] | None, BeforeValidator(_blank_is_none)] = None
    source_code: Optional_code = None
    note: str = ""


class ProjectRow(Row):
    """projects.csv: one row per project code."""

    project_code: Code
    kind: Annotated[str, OneOf(words.ProjectKind)]
    category_ja: str = ""
    category_en: str = ""
    name_ja: Annotated[str, Field(min_length=1)]
    name_en: Annotated[str, Field(min_length=1)]
    is_name_official: Flag = True
    goal_ja: str = ""
    goal_en: str = ""
    goal_source_code: Optional_code = None
    successor_code: Optional_code = None
    source_code: Code
    note: str = ""


class StrategyVersionRow(Row):
    """strategy_versions.csv: one row per version of the strategy, in the order in which they followed each other."""

    version_code: Code
    name_ja: Annotated[str, Field(min_length=1)]
    name_en: Annotated[str, Field(min_length=1)]
    adopted_on: Optional_date = None
    adopted_precision: Precision = "unknown"
    published_by: Optional_date = None
    horizon_year: Optional_year = None
    first_year: Optional_year = None
    last_year: Optional_year = None
    keywords_ja: str = ""
    keywords_en: str = ""
    concept_ja: str = ""
    concept_en: str = ""
    is_renumbered: Flag = False
    source_code: Code
    note: str = ""


class ProjectVersionRow(Row):
    """project_versions.csv: one row per project and strategy version, with the name in that version."""

    project_code: Code
    strategy_version: Code
    name_ja: Annotated[str, Field(min_length=1)]
    name_en: Annotated[str, Field(min_length=1)]
    source_code: Code
    note: str = ""


class ProjectBureauRow(Row):
    """project_bureaus.csv: who leads or takes part in a project, and when."""

    project_code: Code
    bureau_code: Code
    role: Annotated[str, OneOf(words.Part)]
    valid_from: Optional_date = None
    valid_from_precision: Precision = "unknown"
    valid_to: Optional_date = None
    valid_to_precision: Precision = "unknown"
    source_code: Optional_code = None
    note: str = ""


class IndicatorRow(Row):
    """indicators.csv: one row per indicator; the definition everybody reads and the engine judges by."""

    indicator_code: Code
    project_code: Code
    theme: Annotated[str, OneOf(words.Theme)]
    kind: IndicatorKind
    direction: Direction
    unit_ja: Annotated[str, Field(min_length=1)]
    unit_en: Annotated[str, Field(min_length=1)]
    decimals: Annotated[int, Field(ge=0, le=4)] = 0
    name_ja: Annotated[str, Field(min_length=1)]
    name_en: Annotated[str, Field(min_length=1)]
    definition_ja: Annotated[str, Field(min_length=1)]
    definition_en: Annotated[str, Field(min_length=1)]
    frequency: Annotated[str, OneOf(words.Frequency)]
    scope_code: Code
    is_headline: Flag = False
    is_reported_by_bureaus: Flag = False
    base_ja: str = ""
    base_en: str = ""
    exclusions_ja: str = ""
    exclusions_en: str = ""
    threshold_on_track: Annotated[float, Field(gt=0, le=1.5)] = 0.95
    threshold_behind: Annotated[float, Field(ge=0, le=1)] = 0.60
    tolerance: Annotated[float, Field(ge=0)] = 0.0
    stale_after_days: Annotated[int, Field(gt=0)] = 200
    publication_lag_days: Annotated[int, Field(ge=0)] = 92
    minimum_value: Optional_number = None
    maximum_value: Optional_number = None
    sibling_code: Optional_code = None
    replaced_by_code: Optional_code = None
    paired_with_code: Optional_code = None
    source_code: Code
    note_ja: str = ""
    note_en: str = ""


class _Periodic(Row):
    @field_validator("period_code", check_fields=False)
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        if value:
            parse_period(value)
        return value


class BaselineRow(_Periodic):
    """baselines.csv: the starting point that progress is measured from; at most one per indicator and unit."""

    indicator_code: Code
    bureau_code: Code
    period_code: str
    value: float
    is_approximate: Flag = False
    is_estimated: Flag = False
    source_code: Code
    note: str = ""


class TargetRow(_Periodic):
    """targets.csv: one row per target and the day it was set; a raised target is a new row, never an overwrite."""

    indicator_code: Code
    bureau_code: Code
    period_code: str
    value: float
    numerator: Optional_number = None
    denominator: Optional_number = None
    is_approximate: Flag = False
    set_on: Optional_date = None
    set_on_precision: Precision = "unknown"
    set_order: int = 1
    strategy_version: Optional_code = None
    withdrawn_on: Optional_date = None
    withdrawn_reason: str = ""
    source_code: Code
    verified: Flag = False
    note_ja: str = ""
    note_en: str = ""

    @model_validator(mode="after")
    def _withdrawn_for_a_reason(self) -> TargetRow:
        if (self.withdrawn_on is None) != (not self.withdrawn_reason.strip()):
            raise ValueError("withdrawn_on and withdrawn_reason go together")
        if self.withdrawn_on and self.set_on and self.withdrawn_on < self.set_on:
            raise ValueError("withdrawn_on lies before set_on")
        return self


class ObservationRow(_Periodic):
    """observations.csv: one row per indicator, unit and period as first published by the best source.

    A correction repeats the key with a ``reason_class`` and ``reason_text`` and becomes a new vintage. So does a row that
    ``is_withdrawn``: the figure that counted so far was never true, and the one before it counts again, or none.
    """

    indicator_code: Code
    bureau_code: Code
    period_code: str
    value: Optional_number = None
    numerator: Optional_number = None
    denominator: Optional_number = None
    base_value: Optional_number = None
    text_ja: str = ""
    text_en: str = ""
    is_approximate: Flag = False
    is_lower_bound: Flag = False
    is_year_to_date: Flag = False
    is_base_estimated: Flag = False
    sample_size: Optional_number = None
    published_on: Optional_date = None
    source_code: Code
    verified: Flag = False
    reason_class: Annotated[Annotated[str, OneOf(words.CorrectionReason)] | None, BeforeValidator(_blank_is_none)] = None
    reason_text: str = ""
    is_withdrawn: Flag = False
    note_ja: str = ""
    note_en: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> ObservationRow:
        if self.is_withdrawn and not (self.reason_class and self.reason_text.strip()):
            raise ValueError("reason_class and reason_text are required with is_withdrawn")
        if self.value is None and not self.text_ja and self.numerator is None and not self.is_withdrawn:
            raise ValueError("value, numerator or text_ja is required")
        if self.reason_class and not self.reason_text.strip():
            raise ValueError("reason_text is required with reason_class")
        return self


class CalendarRow(_Periodic):
    """calendar.csv: the days on which bureaus may report a period; a period not named is not asked for."""

    period_code: str
    opens_on: date
    due_on: date
    locks_on: date

    @model_validator(mode="after")
    def _in_order(self) -> CalendarRow:
        if not self.opens_on <= self.due_on <= self.locks_on:
            raise ValueError("opens_on, due_on, locks_on must follow each other")
        return self


class ReadingRow(_Periodic):
    """readings.csv: the same fact read elsewhere (corroboration or disagreement), or a figure without a date."""

    indicator_code: Code
    bureau_code: Code
    period_code: Optional_text = None
    value: Optional_number = None
    text_ja: str = ""
    is_target: Flag = False
    is_approximate: Flag = False
    agrees: Flag
    source_code: Code
    note_ja: str = ""
    note_en: str = ""


class MilestoneRow(Row):
    """milestones.csv: one row per milestone as published; blank date = not stated, never late by itself."""

    milestone_code: Code
    project_code: Code
    name_ja: Annotated[str, Field(min_length=1)]
    name_en: Annotated[str, Field(min_length=1)]
    planned_start: Optional_date = None
    planned_start_precision: Precision = "unknown"
    planned_end: Optional_date = None
    planned_end_precision: Precision = "unknown"
    replanned_end: Optional_date = None
    replanned_end_precision: Precision = "unknown"
    actual_end: Optional_date = None
    actual_end_precision: Precision = "unknown"
    stage_ja: str = ""
    is_missed: Flag = False
    reported_period: Optional_text = None
    supersedes_code: Optional_code = None
    ended_on: Optional_date = None
    ended_on_precision: Precision = "unknown"
    ended_reason: EndedReason = None
    successor_code: Optional_code = None
    source_code: Code
    verified: Flag = False
    note: str = ""


class ProcedureRow(Row):
    """procedures.csv: one row per named procedure, or per process of one where ``counted_as`` says so."""

    procedure_code: Code
    name_ja: Annotated[str, Field(min_length=1)]
    name_en: str = ""
    bureau_code: Optional_code = None
    organisation_ja: str = ""
    category_en: str = ""
    counted_as: Annotated[str, OneOf(words.CountedAs)] = "procedure"
    process_type: ProcessType = "unknown"
    applicant: Party = "unknown"
    recipient: Party = "unknown"
    authority: Annotated[str, OneOf(words.Authority)] = "unknown"
    law_name: str = ""
    law_article: str = ""
    is_priority: Flag = False
    digital_status: Annotated[str, OneOf(words.DigitalStatus)]
    not_done_reason: str = ""
    digitised_date: Optional_date = None
    digitised_precision: Precision = "unknown"
    planned_for: Optional_date = None
    planned_for_precision: PlanPrecision = "unknown"
    online_channel: str = ""
    identity_step: StepForm = "unknown"
    fee_step: StepForm = "unknown"
    attachment_step: StepForm = "unknown"
    result_step: StepForm = "unknown"
    smartphone_ready: Annotated[str, OneOf(words.YesNo)] = "unknown"
    applications_count: Optional_count = None
    online_count: Optional_count = None
    is_count_estimated: Flag = False
    details_json: str = ""
    ended_on: Optional_date = None
    ended_on_precision: Precision = "unknown"
    ended_reason: EndedReason = None
    successor_code: Optional_code = None
    source_code: Code
    verified: Flag = False
    note: str = ""


class FacilityRow(Row):
    """facilities.csv: one row per named facility or, where ``is_class``, per class of facilities."""

    facility_code: Code
    name_ja: Annotated[str, Field(min_length=1)]
    kind: Code
    is_class: Flag = False
    bureau_code: Optional_code = None
    organisation_ja: str = ""
    municipality_ja: str = ""
    latitude: Annotated[Annotated[float, Field(ge=-90, le=90)] | None, BeforeValidator(_blank_is_none)] = None
    longitude: Annotated[Annotated[float, Field(ge=-180, le=180)] | None, BeforeValidator(_blank_is_none)] = None
    payment_methods: str = ""
    cashless_since: Optional_date = None
    cashless_since_precision: Precision = "unknown"
    planned_for: Optional_date = None
    planned_for_precision: Precision = "unknown"
    cashless_status: Annotated[str, OneOf(words.CashlessStatus)]
    ended_on: Optional_date = None
    ended_on_precision: Precision = "unknown"
    ended_reason: EndedReason = None
    successor_code: Optional_code = None
    source_code: Code
    verified: Flag = False
    note: str = ""


CATALOGUE: dict[str, type[Row]] = {
    RowKind.SOURCE: SourceRow,
    RowKind.BUREAU: BureauRow,
    RowKind.SUCCESSION: SuccessionRow,
    RowKind.STRATEGY_VERSION: StrategyVersionRow,
    RowKind.PROJECT: ProjectRow,
    RowKind.PROJECT_VERSION: ProjectVersionRow,
    RowKind.PROJECT_BUREAU: ProjectBureauRow,
    RowKind.INDICATOR: IndicatorRow,
    RowKind.BASELINE: BaselineRow,
    RowKind.TARGET: TargetRow,
    RowKind.REPORTING_PERIOD: CalendarRow,
}
OFFICIAL: dict[str, type[Row]] = {
    RowKind.OBSERVATION: ObservationRow,
    RowKind.READING: ReadingRow,
    RowKind.MILESTONE: MilestoneRow,
    RowKind.PROCEDURE: ProcedureRow,
    RowKind.FACILITY: FacilityRow,
}
CATALOGUE_FILES = {LISTS[kind].file: model for kind, model in CATALOGUE.items()}
OFFICIAL_FILES = {LISTS[kind].file: model for kind, model in OFFICIAL.items()}
