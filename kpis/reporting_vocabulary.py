"""Vocabularies of reporting: people, reports and their steps, questions, notices, voices of readers; built like ``kpis.vocabulary``."""

from __future__ import annotations

from kpis.vocabulary import Vocabulary, vocabulary_of


class Role(Vocabulary):
    """The roles of a person."""

    SECTION = "section"
    BUREAU_MANAGER = "bureau_manager"
    BUREAU_APPROVER = "bureau_approver"
    REFORM_OFFICE = "reform_office"
    DIRECTOR = "director"
    ADMINISTRATOR = "administrator"


class CheckStep(Vocabulary):
    """The steps of a report within its own bureau."""

    PREPARED = "prepared"
    CHECKED = "checked"
    SENT_BACK = "sent_back"
    REOPENED = "reopened"


class ReportState(Vocabulary):
    """The states of a bureau's report."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


OPEN_STATES: tuple[str, ...] = (ReportState.DRAFT.value, ReportState.SUBMITTED.value, ReportState.RETURNED.value)


# The states of a request to withdraw a figure.
WithdrawalState = vocabulary_of("WithdrawalState", "asked approved refused")


class DecisionClosed(Vocabulary):
    """The ways in which a decision of a meeting ends."""

    DONE = "done"
    TAKEN_BACK = "taken_back"


class QuestionState(Vocabulary):
    """The states of a question of the office: draft, open, or closed and kept."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class ReplyState(Vocabulary):
    """The states of a bureau's answer to a question; ``waiting``: nothing was submitted yet."""

    WAITING = "waiting"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class AnswerType(Vocabulary):
    """The types of the columns of a question."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    DATE = "date"
    CHOICE = "choice"
    FLAG = "flag"


class Occasion(Vocabulary):
    """The occasions of notices to a person or channel."""

    DUE_IN_14 = "due_in_14"
    DUE_IN_3 = "due_in_3"
    OVERDUE = "overdue"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"
    STATUS_TURNED = "status_turned"
    ACTION_DUE = "action_due"
    QUESTION_OPENED = "question_opened"
    ANSWER_SUBMITTED = "answer_submitted"
    ANSWER_RETURNED = "answer_returned"


class HowOften(Vocabulary):
    """How often a person is notified of an occasion."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NONE = "none"


class NoticeState(Vocabulary):
    """The states of a message; ``unknown``: the sender ended while handing it over, so it is not sent again."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNWANTED = "unwanted"
    WITHHELD = "withheld"
    EXPIRED = "expired"


class WebhookKind(Vocabulary):
    """The services a webhook can belong to."""

    TEAMS = "teams"
    SLACK = "slack"
    MATTERMOST = "mattermost"


class VoiceSubject(Vocabulary):
    """The subjects of a reader's voice."""

    INDICATOR = "indicator"
    PROJECT = "project"
    SITE = "site"


class VoiceState(Vocabulary):
    """The states of a voice's text: new, read, shown in public with the answer, or withheld for good."""

    NEW = "new"
    READ = "read"
    PUBLISHED = "published"
    HIDDEN = "hidden"
