"""Closed vocabularies, each defined once, in the order used by its CHECK constraint and its messages.

The plain texts (``values``) are stored, compared and published; a column's CHECK (``sql``) and the validation of a
row (``OneOf``) are generated from the class. The order of display is defined where they are shown.
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
        """Return the words for the parentheses of an SQL ``IN (…)``."""
        return quoted(cls.values())


def quoted(words: tuple[str, ...]) -> str:
    """Return the given words for the parentheses of an SQL ``IN (…)``."""
    return ",".join(f"'{word}'" for word in words)


class OneOf:
    """Mark a text that must be a word of a vocabulary, as ``Annotated[str, OneOf(Precision)]``; it stays a plain text."""

    def __init__(self, vocabulary: type[Vocabulary]) -> None:
        self.vocabulary = vocabulary

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(self.vocabulary.values()))


# Days and sources -----------------------------------------------------------------------------------------------------


class Precision(Vocabulary):
    """The precision of a known day."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    UNKNOWN = "unknown"


class PlanPrecision(Vocabulary):
    """The precision of a planned day; ``or_later``: not before that day."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    OR_LATER = "or_later"
    UNKNOWN = "unknown"


class Grade(Vocabulary):
    """The origin of a source: the government itself, or another party."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class PublishedBasis(Vocabulary):
    """The evidence for the last day by which a source was public."""

    PAGE = "page"
    SOURCE = "source"
    QUARTER = "quarter"


# Organisation and projects --------------------------------------------------------------------------------------------


class Relation(Vocabulary):
    """The relation of an organisation unit to its successor."""

    RENAME = "rename"
    SPLIT = "split"
    MERGE = "merge"
    TRANSFER = "transfer"
    UNKNOWN = "unknown"


class Part(Vocabulary):
    """The part of a unit in a project."""

    LEAD = "lead"
    MEMBER = "member"


class Confidence(Vocabulary):
    """A person's confidence in an indicator or a project."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class MilestoneState(Vocabulary):
    """The state of a milestone on a day, in display order."""

    DONE = "done"
    LATE = "late"
    MISSED = "missed"
    NOT_SEEN = "not_seen"
    COMING = "coming"
    UNDATED = "undated"
    CANCELLED = "cancelled"


class DateKind(Vocabulary):
    """The kinds of recorded days of a milestone."""

    PLANNED = "planned"
    REPLANNED = "replanned"
    ACTUAL = "actual"


# Indicators and figures -----------------------------------------------------------------------------------------------


class Direction(Vocabulary):
    """The direction that is better."""

    HIGHER = "higher"
    LOWER = "lower"
    KEEP = "keep"
    NONE = "none"


class Frequency(Vocabulary):
    """The publication frequency of an indicator."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    IRREGULAR = "irregular"


class Status(Vocabulary):
    """The status of an indicator against its target, in the order of counts."""

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
    """The reason why a register row ended; ``mistake``: it was never valid, on any day."""

    CLOSED = "closed"
    ABOLISHED = "abolished"
    MERGED = "merged"
    REPLACED = "replaced"
    MISTAKE = "mistake"


class DigitalStatus(Vocabulary):
    """The degree of digitisation of a procedure."""

    DONE = "done"
    PARTLY_DONE = "partly_done"
    NOT_DONE = "not_done"
    EXEMPT = "exempt"
    PLANNED = "planned"
    OTHER = "other"
    UNKNOWN = "unknown"


class ProcessType(Vocabulary):
    """The legal type of a procedure."""

    APPLICATION = "application"
    NOTICE_ON_APPLICATION = "notice_on_application"
    NOTICE = "notice"
    PRIVATE_ISSUE = "private_issue"
    INSPECTION = "inspection"
    RECORDS = "records"
    OTHER = "other"
    UNKNOWN = "unknown"


class Party(Vocabulary):
    """The applicant and the receiver of a procedure."""

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
    """The authority whose rule a procedure is based on."""

    OWN = "own"
    DELEGATED = "delegated"
    NATIONAL = "national"
    OTHER = "other"
    UNKNOWN = "unknown"


class CountedAs(Vocabulary):
    """Whether a register row is a procedure or one process of it."""

    PROCEDURE = "procedure"
    PROCESS = "process"


class StepForm(Vocabulary):
    """The form of a step of a procedure."""

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
    """Whether a facility accepts cashless payment."""

    INTRODUCED = "introduced"
    ANNOUNCED = "announced"
    CLASS_LEVEL_ONLY = "class_level_only"
    UNKNOWN = "unknown"
    NOT_CASHLESS = "not_cashless"


class ActionState(Vocabulary):
    """The state of an action; ``continued``: open beyond its first due day, with a new one and a reason."""

    OPEN = "open"
    CONTINUED = "continued"
    DONE = "done"
    GIVEN_UP = "given_up"


LIVING_ACTIONS: tuple[str, ...] = (ActionState.OPEN.value, ActionState.CONTINUED.value)


class OpenPart(Vocabulary):
    """A part of what bureaus and the office write, whose publication each government decides."""

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
    """The kind of a row of a list or report: the name of its table."""

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
    """The name of a register in the log of its changes: the kind of its rows."""

    PROCEDURE = "procedure"
    FACILITY = "facility"
    MILESTONE = "milestone"
    COMMENTARY = "commentary"
    ACTION = "action"


class ListDecision(Vocabulary):
    """The decision on a row missing from a reloaded list."""

    KEEP = "keep"
    END = "end"
    NEVER = "never"
