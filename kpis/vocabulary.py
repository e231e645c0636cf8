"""The words that code decides on: each vocabulary once, in the order in which its CHECK constraint and its messages name it.

What is stored, compared and published are the plain texts (``values``); a column's CHECK (``sql``) and the validation of a
row (``OneOf``) are made from the class. In which order people see the words is said where they are shown.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Vocabulary(StrEnum):
    """A closed list of words."""

    @classmethod
    def values(cls) -> tuple[str, ...]:
        """Return the words as plain texts."""
        return tuple(word.value for word in cls)

    @classmethod
    def sql(cls) -> str:
        """Return the words as they stand between the brackets of an SQL ``IN (…)``."""
        return quoted(cls.values())


def quoted(words: tuple[str, ...]) -> str:
    """Return words as they stand between the brackets of an SQL ``IN (…)``."""
    return ",".join(f"'{word}'" for word in words)


class OneOf:
    """The mark of a text that must be a word of a vocabulary, as ``Annotated[str, OneOf(Precision)]``; it stays a plain text."""

    def __init__(self, vocabulary: type[Vocabulary]) -> None:
        self.vocabulary = vocabulary

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(self.vocabulary.values()))


# Days and sources -----------------------------------------------------------------------------------------------------


class Precision(Vocabulary):
    """How exactly a day is known."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    UNKNOWN = "unknown"


class PlanPrecision(Vocabulary):
    """How exactly a planned day is known; ``or_later`` is a day before which it will not be."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    OR_LATER = "or_later"
    UNKNOWN = "unknown"


class Grade(Vocabulary):
    """Whose page a source is: the government's own, or another's."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class PublishedBasis(Vocabulary):
    """What shows the last day by which a source was public."""

    PAGE = "page"
    SOURCE = "source"
    QUARTER = "quarter"


# Organisation and projects --------------------------------------------------------------------------------------------


class Relation(Vocabulary):
    """How one organisation unit followed another."""

    RENAME = "rename"
    SPLIT = "split"
    MERGE = "merge"
    TRANSFER = "transfer"
    UNKNOWN = "unknown"


class Part(Vocabulary):
    """What a unit does in a project."""

    LEAD = "lead"
    MEMBER = "member"


class Confidence(Vocabulary):
    """A person's confidence in an indicator or a project."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class MilestoneState(Vocabulary):
    """How a milestone stands on a day, in the order in which they are told."""

    DONE = "done"
    LATE = "late"
    MISSED = "missed"
    NOT_SEEN = "not_seen"
    COMING = "coming"
    UNDATED = "undated"
    CANCELLED = "cancelled"


class DateKind(Vocabulary):
    """Which of its days a milestone was given."""

    PLANNED = "planned"
    REPLANNED = "replanned"
    ACTUAL = "actual"


# Indicators and figures -----------------------------------------------------------------------------------------------


class Direction(Vocabulary):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    KEEP = "keep"
    NONE = "none"


class Frequency(Vocabulary):
    """How often an indicator is published."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    IRREGULAR = "irregular"


class Status(Vocabulary):
    """How an indicator stands against its target, in the order in which counts are told."""

    REACHED = "reached"
    ON_TRACK = "on_track"
    SLIGHTLY_BEHIND = "slightly_behind"
    BEHIND = "behind"
    MOVING_AWAY = "moving_away"
    MISSED = "missed"
    REACHED_THEN_LOST = "reached_then_lost"
    UNREPORTED = "unreported"
    NOT_DUE = "not_due"
    NO_DATA = "no_data"
    NOT_APPLICABLE = "not_applicable"
    QUALITATIVE = "qualitative"


# Registers ------------------------------------------------------------------------------------------------------------


class EndedReason(Vocabulary):
    """Why a row of a register stands no longer; ``mistake``: it never stood for anything, on no day."""

    CLOSED = "closed"
    ABOLISHED = "abolished"
    MERGED = "merged"
    REPLACED = "replaced"
    MISTAKE = "mistake"


class DigitalStatus(Vocabulary):
    """How far a procedure is digitised."""

    DONE = "done"
    PARTLY_DONE = "partly_done"
    NOT_DONE = "not_done"
    EXEMPT = "exempt"
    PLANNED = "planned"
    OTHER = "other"
    UNKNOWN = "unknown"


class ProcessType(Vocabulary):
    """What a procedure is in law."""

    APPLICATION = "application"
    NOTICE_ON_APPLICATION = "notice_on_application"
    NOTICE = "notice"
    PRIVATE_ISSUE = "private_issue"
    INSPECTION = "inspection"
    RECORDS = "records"
    OTHER = "other"
    UNKNOWN = "unknown"


class Party(Vocabulary):
    """Who applies, and to whom."""

    RESIDENT = "resident"
    BUSINESS = "business"
    RESIDENT_OR_BUSINESS = "resident_or_business"
    NATIONAL = "national"
    LOCAL = "local"
    AGENCY = "agency"
    NATIONAL_OR_LOCAL = "national_or_local"
    NATIONAL_OR_AGENCY = "national_or_agency"
    AGENCY_OR_LOCAL = "agency_or_local"
    ANY_PUBLIC = "any_public"
    OTHER = "other"
    UNKNOWN = "unknown"


class Authority(Vocabulary):
    """Whose rule a procedure rests on."""

    OWN = "own"
    DELEGATED = "delegated"
    NATIONAL = "national"
    OTHER = "other"
    UNKNOWN = "unknown"


class CountedAs(Vocabulary):
    """Whether a row of the register is a procedure or one process of it."""

    PROCEDURE = "procedure"
    PROCESS = "process"


class StepForm(Vocabulary):
    """How a step of a procedure is done."""

    ONLINE = "online"
    PAPER = "paper"
    EITHER = "either"
    NONE = "none"
    UNKNOWN = "unknown"


class YesNo(Vocabulary):
    """Yes, no, or not known."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class CashlessStatus(Vocabulary):
    """Whether a facility takes cashless payment."""

    INTRODUCED = "introduced"
    ANNOUNCED = "announced"
    CLASS_LEVEL_ONLY = "class_level_only"
    UNKNOWN = "unknown"
    NOT_CASHLESS = "not_cashless"


class ActionState(Vocabulary):
    """Where an action stands: ``continued`` is open beyond its first day, with a new one and a reason."""

    OPEN = "open"
    CONTINUED = "continued"
    DONE = "done"
    GIVEN_UP = "given_up"


LIVING_ACTIONS: tuple[str, ...] = (ActionState.OPEN.value, ActionState.CONTINUED.value)


class OpenPart(Vocabulary):
    """A part of what bureaus and the office write of which each government decides whether it is public."""

    CAUSE = "cause"
    OBSTACLE = "obstacle"
    RESPONSE = "response"
    MEASURE = "measure"
    SECTION = "section"
    ROLE = "role"
    DUE = "due"
    EFFECT = "effect"
    STATE = "state"
    REASON = "reason"
    NOTE = "note"
    ASSESSMENT = "assessment"  # of the office


class RowKind(Vocabulary):
    """What a row of a list or of a report is: the name of the table that it is stored in."""

    SOURCE = "source"
    BUREAU = "bureau"
    SUCCESSION = "succession"
    STRATEGY_VERSION = "strategy_version"
    PROJECT = "project"
    PROJECT_VERSION = "project_version"
    PROJECT_BUREAU = "project_bureau"
    INDICATOR = "indicator"
    BASELINE = "baseline"
    TARGET = "target"
    REPORTING_PERIOD = "reporting_period"
    OBSERVATION = "observation"
    READING = "reading"
    MILESTONE = "milestone"
    PROCEDURE = "procedure"
    FACILITY = "facility"
    COMMENTARY = "commentary"
    ACTION = "action"


class RegisterName(Vocabulary):
    """A register, as the log of its changes names it: the kind of its rows."""

    PROCEDURE = "procedure"
    FACILITY = "facility"
    MILESTONE = "milestone"
    COMMENTARY = "commentary"
    ACTION = "action"


class ListDecision(Vocabulary):
    """What becomes of a row that a reloaded list no longer holds."""

    KEEP = "keep"
    END = "end"
    NEVER = "never"


# Reports and people ---------------------------------------------------------------------------------------------------


# Notices --------------------------------------------------------------------------------------------------------------


# Voices of readers ------------------------------------------------------------------------------------------------------
