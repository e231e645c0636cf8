"""The words of reporting: people, reports and their steps, questions, notices, voices of readers; made as those of figures and registers."""

from __future__ import annotations

from kpis.vocabulary import Vocabulary


class Role(Vocabulary):
    """What a person may be."""

    SECTION = "section"
    BUREAU_MANAGER = "bureau_manager"
    BUREAU_APPROVER = "bureau_approver"
    REFORM_OFFICE = "reform_office"
    DIRECTOR = "director"
    ADMINISTRATOR = "administrator"


class CheckStep(Vocabulary):
    """What becomes of a report on its way through its own bureau."""

    PREPARED = "prepared"
    CHECKED = "checked"
    SENT_BACK = "sent_back"
    REOPENED = "reopened"


class ReportState(Vocabulary):
    """Where a bureau's report is on its way."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


OPEN_STATES: tuple[str, ...] = (ReportState.DRAFT.value, ReportState.SUBMITTED.value, ReportState.RETURNED.value)


class WithdrawalState(Vocabulary):
    """Where the wish to take a figure back is on its way."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


class DecisionClosed(Vocabulary):
    """How a decision of a meeting ended."""

    DONE = "done"
    TAKEN_BACK = "taken_back"


class QuestionState(Vocabulary):
    """Where a question of the office is: being written, asked, or closed and kept."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class ReplyState(Vocabulary):
    """Where a bureau's answer to a question is on its way; ``waiting``: nothing came yet."""

    WAITING = "waiting"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class AnswerType(Vocabulary):
    """What a column of a question holds."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    DATE = "date"
    CHOICE = "choice"
    FLAG = "flag"


class Occasion(Vocabulary):
    """What a person or a channel is told of."""

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
    """How often a person is told of an occasion."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NONE = "none"


class NoticeState(Vocabulary):
    """Where a message is on its way; ``unknown``: the sender ended while it was being handed over, so it is not sent again."""

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
    """Whose channel a webhook writes to."""

    TEAMS = "teams"
    SLACK = "slack"
    MATTERMOST = "mattermost"


class VoiceSubject(Vocabulary):
    """What a reader's voice is about."""

    INDICATOR = "indicator"
    PROJECT = "project"
    SITE = "site"


class VoiceState(Vocabulary):
    """Where the words of a voice stand: not looked at, read, to be shown in public with the answer, or kept back for good."""

    NEW = "new"
    READ = "read"
    PUBLISHED = "published"
    HIDDEN = "hidden"
