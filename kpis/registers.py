"""The input lists, one record each: row class, file, table and key, and the possible decisions on missing rows.

A register is a list whose rows are also reported by bureaus and keep their history. Code that needs the lists or registers,
or the way one is stored, reads the records here; a new register is a new record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlmodel import SQLModel

from kpis.declared import Fields
from kpis.message import Message
from kpis.store import tables
from kpis.vocabulary import EndedReason, ListDecision, OneOf, RowKind, Vocabulary

KEEP, END, NEVER = ListDecision.KEEP, ListDecision.END, ListDecision.NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class DataList:
    """A list of rows of one kind."""

    kind: RowKind
    file: str  # name of its file
    table: type[SQLModel]  # that stores its rows
    key: tuple[str, ...]  # the columns that identify a row
    # ``by_key`` (a row is updated in place), ``whole`` (the file is the whole present list), ``days`` (the same, for days set on
    # rows that stay) or ``appended`` (a changed row is a new vintage)
    stored: Literal["by_key", "whole", "days", "appended"] = "by_key"
    is_unique: bool = True  # two rows of a file with the same key are a problem
    told_apart_by: tuple[str, ...] = ()  # columns besides the key by which rows of one file may differ
    is_referred_to: bool = False  # rows of other lists refer to its rows by code
    decisions: tuple[ListDecision, ...] = ()  # possible decisions on a row missing from the reloaded list; empty: none is requested
    instead: Message | None = None  # what to write in the list instead of removing a row

    @property
    def code_of(self) -> str:
        """Return the entity identified by this list's code: ``bureau`` for ``bureau_code``."""
        return self.key[0].removesuffix("_code")

    @property
    def is_replaced(self) -> bool:
        """Return whether the file replaces the stored rows."""
        return self.stored in ("whole", "days")


_ENDED = Message("instead_ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(DataList):
    """A list whose rows are also reported, end on a day, and keep every change."""

    fields: type[Fields]  # of a row of its file
    needed: tuple[str, ...]  # columns required in a row of its sheet
    letter: str  # prefix in the codes of rows added by bureaus
    owner: str = "bureau_code"  # the column of the row's owner
    begun: str = ""  # the column of the day of completion; blank: its rows belong to a period, not to a day
    begun_precision: str = ""  # the column of the precision of that day
    called_by: str = "name"  # the text by which people know a row, as ``name``
    of_period: str = ""  # the column of the row's period, where a report contains only the rows of its own period
    running: frozenset[str] = frozenset()  # columns expected to change from report to report, which is no correction
    ends_as: EndedReason = EndedReason.CLOSED  # the reason for ending a row that is missing from its list
    status: str = ""  # the column by which its rows are counted on the generic pages; blank: it has pages of its own
    decisions: tuple[ListDecision, ...] = (KEEP, END, NEVER)
    instead: Message | None = _ENDED

    @property
    def sheet(self) -> str:
        """Return the name of its sheet in the bureau workbook, of its page and of its files: ``facilities`` for ``facilities.csv``."""
        return self.file.removesuffix(".csv")

    def words_of(self, column: str) -> tuple[str, ...]:
        """Return the vocabulary of a column, in order; empty where it is not a closed list."""
        marks = (mark for mark in self.fields.model_fields[column].metadata if isinstance(mark, OneOf))
        vocabulary: type[Vocabulary] | None = next((mark.vocabulary for mark in marks), None)
        return vocabulary.values() if vocabulary else ()


_FIGURE = ("indicator_code", "bureau_code", "period_code")
_LISTS = (
    DataList(kind=RowKind.SOURCE, file="sources.csv", table=tables.Source, key=("source_code",), is_referred_to=True),
    DataList(
        kind=RowKind.BUREAU, file="bureaus.csv", table=tables.Bureau, key=("bureau_code",), is_referred_to=True, decisions=(KEEP,),
        instead=Message("instead_valid_to"),
    ),
    DataList(
        kind=RowKind.SUCCESSION, file="successions.csv", table=tables.Succession, stored="whole", decisions=(KEEP, NEVER),
        key=("predecessor_code", "successor_code", "relation"),
    ),
    DataList(
        kind=RowKind.STRATEGY_VERSION, file="strategy_versions.csv", table=tables.StrategyVersion, key=("version_code",),
        is_referred_to=True,
    ),
    DataList(
        kind=RowKind.PROJECT, file="projects.csv", table=tables.Project, key=("project_code",), is_referred_to=True,
        decisions=(KEEP,),
        instead=Message("instead_successor"),
    ),
    DataList(
        kind=RowKind.PROJECT_VERSION, file="project_versions.csv", table=tables.ProjectVersion, stored="whole",
        key=("project_code", "strategy_version"), decisions=(KEEP, NEVER),
    ),
    DataList(
        kind=RowKind.PROJECT_BUREAU, file="project_bureaus.csv", table=tables.ProjectBureau, stored="whole",
        key=("project_code", "bureau_code", "role"), decisions=(KEEP, NEVER),
    ),
    DataList(
        kind=RowKind.INDICATOR, file="indicators.csv", table=tables.Indicator, key=("indicator_code",), is_referred_to=True,
        decisions=(KEEP,),
        instead=Message("instead_replaced_by"),
    ),
    DataList(
        kind=RowKind.BASELINE, file="baselines.csv", table=tables.Baseline, stored="whole", key=("indicator_code", "bureau_code"),
        decisions=(KEEP, NEVER),
    ),
    DataList(
        kind=RowKind.TARGET, file="targets.csv", table=tables.Target, stored="whole", key=(*_FIGURE, "set_order"),
        decisions=(KEEP, NEVER),
        instead=Message("instead_withdrawn_target"),
    ),
    DataList(
        kind=RowKind.REPORTING_PERIOD, file="calendar.csv", table=tables.ReportingPeriod, stored="days", key=("period_code",),
        decisions=(KEEP, NEVER),
    ),
    DataList(
        kind=RowKind.OBSERVATION, file="observations.csv", table=tables.Observation, stored="appended", key=_FIGURE,
        told_apart_by=("reason_class", "reason_text"), decisions=(KEEP, NEVER),
        instead=Message("instead_withdrawn_figure"),
    ),
    DataList(
        kind=RowKind.READING, file="readings.csv", table=tables.Reading, stored="whole", key=(*_FIGURE, "source_code"),
        is_unique=False, decisions=(KEEP, NEVER),
    ),
    Register(
        kind=RowKind.PROCEDURE, file="procedures.csv", table=tables.Procedure, key=("procedure_code",),
        fields=tables.ProcedureFields, needed=("name_ja", "digital_status"), letter="P",
        begun="digitised_date", begun_precision="digitised_precision", ends_as=EndedReason.ABOLISHED,
    ),
    Register(
        kind=RowKind.FACILITY, file="facilities.csv", table=tables.Facility, key=("facility_code",),
        fields=tables.FacilityFields, needed=("name_ja", "kind", "cashless_status"), letter="F",
        begun="cashless_since", begun_precision="cashless_since_precision",
    ),
    Register(
        kind=RowKind.MILESTONE, file="milestones.csv", table=tables.Milestone, key=("milestone_code",),
        fields=tables.MilestoneFields, needed=("name_ja", "name_en", "project_code"), letter="M",
        owner="project_code", begun="actual_end", begun_precision="actual_end_precision", is_referred_to=True,
    ),
    Register(
        kind=RowKind.COMMENTARY, file="commentaries.csv", table=tables.Commentary, key=("commentary_code",),
        fields=tables.CommentaryFields, needed=(), letter="C", called_by="cause", of_period="period_code",
        running=frozenset({"cause_ja", "cause_en", "obstacle_ja", "obstacle_en", "response_ja", "response_en"}),
    ),
    Register(
        kind=RowKind.ACTION, file="actions.csv", table=tables.Action, key=("action_code",),
        fields=tables.ActionFields, needed=("measure_ja", "section_ja", "due_on"), letter="A", called_by="measure",
        begun="done_on", begun_precision="done_on_precision", status="action_state", ends_as=EndedReason.ABOLISHED,
        running=frozenset({
            "measure_ja", "measure_en", "section_ja", "role_ja", "person", "new_due_on", "effect_value", "effect_ja", "state_reason_ja",
        }),
    ),
)  # fmt: skip
LISTS: Mapping[str, DataList] = {record.kind.value: record for record in _LISTS}
LIST_OF_FILE: Mapping[str, DataList] = {record.file: record for record in _LISTS}
REGISTERS: Mapping[str, Register] = {record.kind.value: record for record in _LISTS if isinstance(record, Register)}
OF_SHEET: Mapping[str, Register] = {register.sheet: register for register in REGISTERS.values()}
TOLD_BY_RECORD: Mapping[str, Register] = {sheet: register for sheet, register in OF_SHEET.items() if register.status}
