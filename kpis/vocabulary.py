"""Closed vocabularies, each defined once, in the order used by its CHECK constraint and its messages.

The plain texts (``values``) are stored, compared and published; a column's CHECK (``sql``) and the validation of a
row (``OneOf``) are generated from the class. Words that the program itself works with are a class with a name for each; others
are a line (``vocabulary_of``). The order of display is defined where they are shown.
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


def vocabulary_of(name: str, words: str) -> type[Vocabulary]:
    """Return the vocabulary of some words that the program stores and compares, but nowhere names itself."""
    return Vocabulary(name, [(word.upper(), word) for word in words.split()])  # type: ignore[call-arg,return-value]  # of enum


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


# The precision of a planned day; ``or_later``: not before that day.
PlanPrecision = vocabulary_of("PlanPrecision", "day month quarter year or_later unknown")

# The origin of a source: the government itself, or another party.
Grade = vocabulary_of("Grade", "primary secondary")

# The evidence for the last day by which a source was public.
PublishedBasis = vocabulary_of("PublishedBasis", "page source quarter")


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


# A person's confidence in an indicator or a project.
Confidence = vocabulary_of("Confidence", "high medium low")

# The state of a milestone on a day, in display order.
MilestoneState = vocabulary_of("MilestoneState", "done late missed not_seen coming undated cancelled")

# The kinds of recorded days of a milestone.
DateKind = vocabulary_of("DateKind", "planned replanned actual")


# Indicators and figures -----------------------------------------------------------------------------------------------


class Direction(Vocabulary):
    """The direction that is better."""

    HIGHER = "higher"
    LOWER = "lower"
    KEEP = "keep"
    NONE = "none"


# The publication frequency of an indicator.
Frequency = vocabulary_of("Frequency", "month quarter year irregular")


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


# The degree of digitisation of a procedure.
DigitalStatus = vocabulary_of("DigitalStatus", "done partly_done not_done exempt planned other unknown")

# The legal type of a procedure.
ProcessType = vocabulary_of(
    "ProcessType", "application notice_on_application notice private_issue inspection records other unknown"
)

# The applicant and the receiver of a procedure.
Party = vocabulary_of(
    "Party",
    "resident business resident_or_business national local agency national_or_local national_or_agency agency_or_local any_public other unknown",
)

# The authority whose rule a procedure is based on.
Authority = vocabulary_of("Authority", "own delegated national other unknown")

# Whether a register row is a procedure or one process of it.
CountedAs = vocabulary_of("CountedAs", "procedure process")

# The form of a step of a procedure.
StepForm = vocabulary_of("StepForm", "online paper either none unknown")

# Yes, no, or not known.
YesNo = vocabulary_of("YesNo", "yes no unknown")

# Whether a facility accepts cashless payment.
CashlessStatus = vocabulary_of("CashlessStatus", "introduced announced class_level_only unknown not_cashless")


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


class DatedDefinition(Vocabulary):
    """A table of definitions with days whose changes are kept."""

    BUREAU = "bureau"
    REPORTING_PERIOD = "reporting_period"
